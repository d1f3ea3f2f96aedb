"""Ask where a regressor says that it is least sure."""

import inspect
from typing import Any, ClassVar

import numpy as np

from querist._partitioned import PartitionedPool
from querist._pool import plain
from querist._typing import FloatArray, IntArray, Model, Pool, Task
from querist._validation import check_positive_int, take_rows
from querist.base.candidates import CandidateFilter
from querist.base.context import QueryContext
from querist.base.scoring import one_each, score_rows
from querist.base.selection import Chances, Selection
from querist.base.strategy import QueryStrategy
from querist.base.ties import Ties
from querist.exceptions import UnsupportedModelError
from querist.measures.ranking import top_k
from querist.measures.variance import most_variable


class PredictiveDeviation(QueryStrategy):
    """Ask about the rows whose predictions have the largest standard deviation, as the regressor itself says it.

    Uncertainty sampling for models with a distribution: Gaussian processes, Bayesian ridge regression. Not for a
    process whose kernel stands for nothing yet: with few labels its deviations only say how far a row is from the
    labelled ones, as `gsx` does without a model.

    Parameters
    ----------
    prefilter : int, default=10
        At least 1. Of a batch from a model that knows how rows depend on each other (``return_cov``, as Gaussian
        processes do): the ``prefilter * batch_size`` rows of the largest deviation are looked at together, and each
        after the first is the one that is least sure once those before it are answered. Of other models the batch is
        the rows of the largest deviation.
    selection : Selection, default=None
        How the batch is chosen from the utilities; None chooses as above.
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about.
    ties : {"random", "first"}, default="random"
        Order of equal utilities: by a seeded key of each row, or by row number.

    Notes
    -----
    Utilities: the standard deviation of the prediction, at least 0, in the unit of the target; for a Gaussian process
    with a ``WhiteKernel`` that of an answer, noise included.
    What an answer is does not change a Gaussian process's variance, so a greedy batch is the one that would be asked
    about one by one, as long as its kernel stays and the rows are among the `prefilter` [1]_.
    Cost: one prediction with deviations of the candidates, and one of ``(prefilter * batch_size) ** 2`` covariances for
    a batch. Divided by costs, a batch goes by deviation alone.

    References
    ----------
    .. [1] S. Seo, M. Wallat, T. Graepel, K. Obermayer, "Gaussian process regression: active data selection and test
       point rejection", IJCNN 2000, doi:10.1109/IJCNN.2000.861310 (after D. MacKay, "Information-based objective
       functions for active data selection", Neural Computation 4, 1992).

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.gaussian_process import GaussianProcessRegressor
    >>> X = np.array([[0.0], [0.1], [1.0], [3.0], [3.1]])
    >>> model = GaussianProcessRegressor(optimizer=None).fit(X[[0]], [1.0])
    >>> PredictiveDeviation().query(X, [0], [1.0], model=model, batch_size=2)
    array([4, 2])
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({"regression"})

    def __init__(
        self,
        *,
        prefilter: int = 10,
        selection: Selection | None = None,
        candidates: CandidateFilter | None = None,
        ties: Ties = "random",
    ) -> None:
        super().__init__(selection=selection, candidates=candidates, ties=ties)
        self.prefilter = prefilter

    def utilities(self, context: QueryContext) -> FloatArray:
        """Return the deviations.

        Raises
        ------
        UnsupportedModelError
            If the regressor's ``predict`` takes no ``return_std``.
        """
        model = context.model
        if not _takes(model, "return_std"):
            raise UnsupportedModelError(
                f"{_last_name(model)}.predict takes no return_std, and this strategy asks a regressor how sure it is. "
                "Use gaussian_process, sklearn.linear_model.BayesianRidge or another regressor with it, or the "
                "strategy committee_variance, which takes any."
            )
        return score_rows(plain(context.X), context.candidates, lambda block: _deviations(model, block), n_outputs=2)

    def select(self, utilities: FloatArray, context: QueryContext) -> IntArray:
        prefilter = check_positive_int(self.prefilter, "prefilter")
        together = context.batch_size > 1 and context.costs is None and _takes(context.model, "return_cov")
        if self.selection is not None or not together or isinstance(context.X, PartitionedPool):
            return super().select(utilities, context)
        front = np.sort(top_k(utilities, min(prefilter * context.batch_size, utilities.size), context.tie_keys))
        block = take_rows(plain(context.X), context.candidates[front])
        _, covariances = context.model.predict(block, return_cov=True)
        keys = context.tie_keys
        return front[most_variable(covariances, context.batch_size, lambda places: keys(front[places]))]

    def chances(self, utilities: FloatArray, positions: IntArray) -> Chances | None:
        """See `QueryStrategy.chances`."""
        return None if self.selection is None else self.selection.chances(utilities, positions)


def _last(model: Model) -> Any:
    """Return the last step of a pipeline, whose `predict` gets what the pipeline's is told; else the model."""
    return _last(model.steps[-1][1]) if hasattr(model, "steps") else model


def _last_name(model: Model) -> str:
    return type(_last(model)).__name__


def _takes(model: Model, keyword: str) -> bool:
    return keyword in inspect.signature(_last(model).predict).parameters


def _deviations(model: Model, block: Pool) -> FloatArray:
    _, deviations = model.predict(block, return_std=True)
    return one_each(deviations, block, f"{_last_name(model)}.predict(return_std=True)")
