"""Strategies of modAL."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from modAL.models import ActiveLearner

from querist.adapters.foreign import Answer, ForeignStrategy, as_arguments, numpy_seeded, seed_of, shown
from querist.base.candidates import CandidateFilter
from querist.base.context import QueryContext


class ModalStrategy(ForeignStrategy):
    """A strategy of modAL: a function of a learner and rows.

    Parameters
    ----------
    function : callable
        Such as ``modAL.uncertainty.entropy_sampling``, called as ``function(learner, X, n_instances=...)``. It returns
        positions in X, alone or first in a tuple.
    arguments : dict, default=None
        Further arguments, such as ``{"random_tie_break": True}``.
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about.

    Notes
    -----
    The learner holds the session's fitted model, which is not fitted anew, and the answers; X is a copy of the
    candidates' rows, as modAL has it. Where the model is a fitted ``Pipeline``, the function is shown what the last
    step sees. It draws from NumPy's global generator, which is seeded for it and put back.

    Rows chosen have utilities of 1 to `batch_size`, all others 0. modAL returns the rows of a batch in no order. Cost:
    its own.

    Examples
    --------
    >>> import querist
    >>> from modAL.uncertainty import margin_sampling
    >>> from querist.adapters import ModalStrategy
    >>> X = [[float(row)] for row in range(20)]
    >>> session = querist.Session(X, strategy=ModalStrategy(margin_sampling), random_state=0)
    >>> session.tell([0, 19], ["low", "high"])
    >>> sorted(session.ask(2).tolist())
    [9, 10]
    """

    library = "modAL"

    def __init__(
        self,
        function: Callable[..., object],
        *,
        arguments: Mapping[str, object] | None = None,
        candidates: CandidateFilter | None = None,
    ) -> None:
        self.function = function
        self.arguments = arguments
        self.candidates = candidates

    def answer(self, context: QueryContext) -> Answer:
        """See `ForeignStrategy.answer`."""
        seen = shown(context)
        learner = ActiveLearner(estimator=seen.model)
        learner.X_training, learner.y_training = seen.matrix[context.rows], context.labels
        with numpy_seeded(seed_of(context)):
            found: Any = self.function(
                learner,
                seen.matrix[context.candidates],
                n_instances=context.batch_size,
                **as_arguments(self.arguments),
            )
        places = found[0] if isinstance(found, tuple) else found
        return Answer(context.candidates[np.asarray(places, np.int64).reshape(-1)])
