"""Selection alone: the 100 most uncertain rows of a matrix of probabilities, in each library."""

from collections.abc import Callable
from typing import Any

import numpy as np
from problems import Floats

KINDS = ("least_confidence", "margin", "entropy")
BATCH = 100


class Known:
    """A classifier whose probabilities are known: what is left to time is the selection."""

    def __init__(self, proba: Floats) -> None:
        self.proba = proba

    def predict_proba(self, X: Any, **options: Any) -> Floats:
        """Return them, whatever is asked."""
        return self.proba


def plain(proba: Floats, kind: str) -> Any:
    """Numpy as one would write it: whole-matrix expressions and argpartition."""
    if kind == "least_confidence":
        values = 1 - proba.max(axis=1)
    elif kind == "margin":
        two = np.partition(proba, -2, axis=1)[:, -2:]
        values = two[:, 0] - two[:, 1]
    else:
        values = -(proba * np.log(np.maximum(proba, 1e-300))).sum(axis=1)
    return np.argpartition(values, -BATCH)[-BATCH:]


def querist(proba: Floats, kind: str) -> Any:
    """Querist's measure and its ranking."""
    from querist.measures.ranking import top_k
    from querist.measures.uncertainty import UNCERTAINTIES

    return top_k(UNCERTAINTIES[kind](proba), BATCH, lambda positions: positions.astype(np.float64))


def modal(proba: Floats, kind: str) -> Any:
    """ModAL's query functions."""
    from modAL import uncertainty

    names = {"least_confidence": "uncertainty_sampling", "margin": "margin_sampling", "entropy": "entropy_sampling"}
    return getattr(uncertainty, names[kind])(Known(proba), proba, n_instances=BATCH)[0]


def small_text(proba: Floats, kind: str) -> Any:
    """small-text's query strategies."""
    from small_text import BreakingTies, LeastConfidence, PredictionEntropy

    strategies = {"least_confidence": LeastConfidence, "margin": BreakingTies, "entropy": PredictionEntropy}
    return strategies[kind]().query(Known(proba), proba, np.arange(len(proba)), None, None, n=BATCH)


def scikit_activeml(proba: Floats, kind: str) -> Any:
    """scikit-activeml's scores and its batch selection."""
    from skactiveml.pool import uncertainty_scores
    from skactiveml.utils import simple_batch

    names = {"least_confidence": "least_confident", "margin": "margin_sampling", "entropy": "entropy"}
    return simple_batch(uncertainty_scores(proba, method=names[kind]), random_state=0, batch_size=BATCH)


SELECTIONS: dict[str, Callable[[Floats, str], Any]] = {
    function.__name__: function for function in (plain, querist, modal, small_text, scikit_activeml)
}
