"""Ask where one class is likeliest, or least likely."""

from collections import Counter

import numpy as np

from querist._typing import AnyArray, FloatArray, Label
from querist.base.candidates import CandidateFilter
from querist.base.context import QueryContext
from querist.base.scoring import decision_values, known_classes, needs_probabilities, probabilities, score_rows
from querist.base.selection import Selection
from querist.base.strategy import QueryStrategy
from querist.base.ties import Ties
from querist.exceptions import InvalidParameterError, NotEnoughLabelsError
from querist.measures.relevance import softsign


class RelevanceSampling(QueryStrategy):
    """Ask about the rows that most likely, or least likely, belong to one class.

    Finds examples of a rare class, and reads a pool from its most relevant end, as
    the screening of literature does. The other end shows what a model rules out:
    errors that it makes with confidence, and what is unlike all that it was shown.

    Parameters
    ----------
    target : label, default=None
        The class to look for. None: of two classes the one with fewer answers so
        far, at a tie the one that was met later; with more classes it must be given.
    least : bool, default=False
        Whether the rows that least likely belong to it are asked about.
    selection : Selection, default=None
        How the batch is chosen from the utilities; None takes the highest.
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about.
    ties : {"random", "first"}, default="random"
        Order of equal utilities: by a seeded key of each row, or by row number.

    Notes
    -----
    Utilities: the probability of the target, in [0, 1]; from the decision value s of a
    binary model ``(1 + s / (1 + abs(s))) / 2`` (or of -s), in (0, 1), which orders rows
    as s does and is no probability. With `least`, 1 minus these.
    Cost: one prediction of the candidates.

    References
    ----------
    .. [1] D. D. Lewis, W. A. Gale, "A sequential algorithm for training text
       classifiers", SIGIR 1994, doi:10.1007/978-1-4471-2099-5_1 ("relevance sampling").

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> X = np.array([[-2.0], [-1.0], [0.1], [1.0], [2.0]])
    >>> model = LogisticRegression().fit(X[[0, 4]], ["no", "yes"])
    >>> RelevanceSampling(target="yes").query(X, [0, 4], ["no", "yes"], model=model)
    array([3])
    >>> RelevanceSampling(target="yes", least=True).query(X, [0, 4], ["no", "yes"], model=model)
    array([1])
    """

    def __init__(
        self,
        *,
        target: Label | None = None,
        least: bool = False,
        selection: Selection | None = None,
        candidates: CandidateFilter | None = None,
        ties: Ties = "random",
    ) -> None:
        super().__init__(selection=selection, candidates=candidates, ties=ties)
        self.target = target
        self.least = least

    def utilities(self, context: QueryContext) -> FloatArray:
        """Return the utilities.

        Raises
        ------
        NotEnoughLabelsError
            If `target` has answers, but too few for the model to know it.
        InvalidParameterError
            If `target` has no answers, there are more than two classes and no `target`, or `least` is no bool.
        """
        if not isinstance(self.least, bool):
            raise InvalidParameterError(f"least must be True or False, got {self.least!r}.")
        model = context.model
        classes = known_classes(model)
        column = self._column(classes, context.labels)
        if hasattr(model, "predict_proba"):
            return score_rows(
                context.X,
                context.candidates,
                lambda block: self._wanted(probabilities(model, block)[:, column].astype(np.float64)),
                n_outputs=classes.size,
            )
        if hasattr(model, "decision_function") and classes.size == 2:
            sign = 1.0 if (column == 1) != self.least else -1.0
            return score_rows(
                context.X, context.candidates, lambda block: softsign(sign * decision_values(model, block)), n_outputs=1
            )
        raise needs_probabilities(model, "relevance with more than two classes")

    def _wanted(self, share: FloatArray) -> FloatArray:
        return 1.0 - share if self.least else share

    def _column(self, classes: AnyArray, labels: AnyArray) -> int:
        known = classes.tolist()
        if self.target is not None:
            if self.target not in known and self.target in labels.tolist():
                raise NotEnoughLabelsError(
                    f"target is {self.target!r}, which has answers, but too few for the model to know it: it knows "
                    f"only {known}. Label more rows of that class first."
                )
            if self.target not in known:
                raise InvalidParameterError(
                    f"target is {self.target!r}, but the model knows only {known}. "
                    "Check the spelling, or label at least one row of that class first."
                )
            return int(known.index(self.target))
        if len(known) > 2:
            raise InvalidParameterError(
                f"With {len(known)} classes relevance needs a target: RelevanceSampling(target=...), one of {known}."
            )
        counts = Counter(labels.tolist())
        first, second = counts[known[0]], counts[known[1]]
        if first != second:
            return int(second < first)
        # Not by the order of the names: renaming classes must not change what is asked.
        return int(next(iter(counts), known[0]) == known[0])
