"""How good regressors are on the test part."""

from collections.abc import Iterable
from functools import partial

from querist._typing import FloatArray, Model, Pool
from querist.base.blocks import by_blocks
from querist.base.scoring import targets
from querist.simulation.metrics import METRICS


class TargetEvaluator:
    """Measures regressors on one test part, as `Evaluator` does classifiers.

    Parameters
    ----------
    X : pool of shape (n_test, ...)
        The test part.
    truth : ndarray of shape (n_test,)
        Its targets.
    metrics : sequence of str
        Names in `METRICS`.
    """

    def __init__(self, X: Pool, truth: FloatArray, metrics: Iterable[str]) -> None:
        self._X = X
        self._truth = truth
        self._metrics = [METRICS[name] for name in metrics]

    def evaluate(self, model: Model) -> list[float]:
        """Return one value per metric; NaN for each without a model.

        Raises
        ------
        QueristError
            If the model predicts something other than one finite number a row.
        """
        if model is None:
            return [float("nan")] * len(self._metrics)
        predicted = by_blocks(partial(targets, model), self._X)
        return [metric.compute(self._truth, predicted) for metric in self._metrics]
