"""Ask where an answer is expected to lower the model's error on the rest of the pool most."""

from collections.abc import Callable
from typing import ClassVar, Literal

import numpy as np
from sklearn.base import clone

from querist._pool import plain
from querist._threads import SingleBlasThread
from querist._typing import AnyArray, FloatArray, IntArray
from querist._validation import check_choice, check_positive_int, take_rows
from querist.base.adapted import original
from querist.base.candidates import CandidateFilter
from querist.base.context import QueryContext
from querist.base.scoring import candidate_probabilities, known_classes, probabilities
from querist.base.selection import Selection
from querist.base.strategy import QueryStrategy
from querist.base.ties import Ties
from querist.exceptions import InvalidParameterError, UnsupportedModelError
from querist.learners.encoding import encoded
from querist.learners.fitted_logistic import FittedLogistic, OneMore, answering, fitted_logistic
from querist.learners.refit import Refitter, unset_random_states
from querist.measures.uncertainty import UNCERTAINTIES, Uncertainty

Loss = Literal["zero_one", "log"]
Updates = Literal["auto", "newton", "exact"]
# The loss that a model expects of a row, if its own probabilities are true.
_EXPECTED: dict[str, Uncertainty] = {"zero_one": "least_confidence", "log": "entropy"}
Expected = Callable[[AnyArray], FloatArray]
# Decision values that are made at once.
_CACHED_VALUES = 1 << 18


class ExpectedErrorReduction(QueryStrategy):
    """Ask where an answer is expected to lower the model's error on the rest of the pool most (Roy and McCallum).

    For each candidate and each class that it may have the model is trained with this answer too, and the loss that it
    then expects on the other rows is averaged by how likely it finds the classes.

    With logistic regression (the registered one, ours, or scikit-learn's with ridge penalty) an answer's effect is
    foretold by a few Newton steps for all at once; any other model is trained anew, for each candidate and class. That
    is slow: take a few dozen candidates, ``candidates=RandomSubsample(size=50)`` (as text
    ``candidates=subsample,candidates__size=50``). The model judges itself: where it is confidently wrong, it sees no
    error to reduce.

    Parameters
    ----------
    loss : {"zero_one", "log"}, default="log"
        Which loss is expected: the share of wrong predictions, ``1 - max(p)``, or the log loss, the entropy of p.
        The first one does not see that probabilities move as long as none passes another.
    updates : {"auto", "newton", "exact"}, default="auto"
        How the model with one more answer is found: by Newton steps (`querist.learners.fitted_logistic`), by training
        it, or by steps where the model is a logistic regression of at most 600 features times classes. A pipeline's
        other parts stay as they are with steps, and are trained again by ``"exact"``.
    n_evaluated : int, default=1000
        On how many rows without answers losses are averaged, drawn anew at each query; all if they are fewer.
    max_refits : int, default=2000
        More trainings than this are refused, with a word on what to do.
    selection : Selection, default=None
        How the batch is chosen from the utilities; None takes the highest.
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about.
    ties : {"random", "first"}, default="random"
        Order of equal utilities: by a seeded key of each row, or by row number.

    Notes
    -----
    Utilities: the mean loss that the model expects of the evaluated rows now, minus ``sum_c p(c | x) L(x, c)``, with
    L(x, c) what it would expect with the answer c; the row itself is not among them. In [-1, 1], or in nats; negative
    where the model would be less certain. So there are no costs per row to divide them by.

    Steps and training agree on the first row in most queries, not in all (how often:
    ``benchmarks/speed/INFORMATIVE.md``). With weights of classes, what one more answer does to the weights of the
    others is left aside; known shares (``priors``) are reckoned anew.

    Cost: with steps O(n_candidates * n_evaluated * n_features * n_classes**2) and as many exponentials without the
    features, in blocks, and O((n_features * n_classes)**3) once; else n_candidates * n_classes trainings and as many
    predictions of the evaluated rows.

    References
    ----------
    .. [1] N. Roy, A. McCallum, "Toward optimal active learning through sampling estimation of error reduction",
       ICML 2001.

    Examples
    --------
    Of the rows that the model is unsure of, the answer of one in the group would tell most about the others.

    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> X = np.array([[-2.0, 0], [2, 0], [0, 3], [0.1, 3], [-0.1, 3], [0, -1]])
    >>> model = LogisticRegression().fit(X[[0, 1]], ["no", "yes"])
    >>> rows, utilities = ExpectedErrorReduction().query(X, [0, 1], ["no", "yes"], model=model, return_utilities=True)
    >>> bool(utilities[5] < utilities[2:5].min())
    True
    """

    refits_model: ClassVar[bool] = True
    stochastic: ClassVar[bool] = True

    def __init__(
        self,
        *,
        loss: Loss = "log",
        updates: Updates = "auto",
        n_evaluated: int = 1000,
        max_refits: int = 2000,
        selection: Selection | None = None,
        candidates: CandidateFilter | None = None,
        ties: Ties = "random",
    ) -> None:
        super().__init__(selection=selection, candidates=candidates, ties=ties)
        self.loss = loss
        self.updates = updates
        self.n_evaluated = n_evaluated
        self.max_refits = max_refits

    def utilities(self, context: QueryContext) -> FloatArray:
        """Return the utilities.

        Raises
        ------
        InvalidParameterError
            If a parameter has a value that cannot be used, or more trainings would follow than `max_refits`.
        UnsupportedModelError
            If the model has no probabilities, or `updates` is ``"newton"`` and there are no such steps for it.
        """
        expected = UNCERTAINTIES[_EXPECTED[check_choice(self.loss, "loss", _EXPECTED)]]
        updates = check_choice(self.updates, "updates", ("auto", "newton", "exact"))
        size = check_positive_int(self.n_evaluated, "n_evaluated")
        seen = context.unlabelled
        if seen.size > size:
            seen = np.sort(context.rng.choice(seen, size, replace=False, shuffle=False))
        with SingleBlasThread():
            likely = candidate_probabilities(context.model, context.X, context.candidates)
            found = "" if updates == "exact" else fitted_logistic(context)
            if isinstance(found, FittedLogistic):
                now, after, own = _by_steps(context, found, seen, expected)
            elif updates == "newton":
                raise UnsupportedModelError(
                    f'updates="newton" has no steps for this model: {found}. Use updates="exact", which trains it anew.'
                )
            else:
                self._check_refits(context, likely.shape[1], found)
                now, after, own = _by_refits(context, seen, expected)
        return _reduction(context.candidates, seen, likely, now, after, own)

    def _check_refits(self, context: QueryContext, n_classes: int, why: str) -> None:
        most = check_positive_int(self.max_refits, "max_refits")
        wanted = context.candidates.size * n_classes
        if wanted > most:
            because = f", since there is no shorter way ({why})" if why else ""
            raise InvalidParameterError(
                f"{context.candidates.size} candidates of {n_classes} classes would take {wanted} trainings of the "
                f"model{because}, and max_refits is {most}. Look at fewer rows, "
                "candidates=RandomSubsample(size=50), or raise it."
            )


def _reduction(
    candidates: IntArray, seen: IntArray, likely: FloatArray, now: FloatArray, after: FloatArray, own: FloatArray
) -> FloatArray:
    """Return what is expected to go of the mean loss, of all rows that are seen but the candidate itself.

    Parameters
    ----------
    likely : ndarray of shape (n_candidates, n_classes)
    now : ndarray of shape (n_seen,)
        What is expected of each row now.
    after, own : ndarray of shape (n_candidates, n_classes)
        The sum over all rows after an answer, and the part in it of the candidate; 0 where it is not seen.
    """
    place = np.minimum(np.searchsorted(seen, candidates), seen.size - 1)
    among = seen[place] == candidates
    n_others = np.maximum(seen.size - among, 1)
    before = (now.sum() - np.where(among, now[place], 0.0)) / n_others
    expected: FloatArray = np.einsum("ij,ij->i", likely, after - own) / n_others
    reduction: FloatArray = before - expected
    return reduction


def _by_steps(
    context: QueryContext, model: FittedLogistic, seen: IntArray, expected: Expected
) -> tuple[FloatArray, FloatArray, FloatArray]:
    rows = model.features(seen)
    before = rows @ model.theta.T
    one_more = OneMore(model)
    n_classes, n_outputs = model.offsets.shape
    after, own = np.empty((2, context.candidates.size, n_classes))
    step = max(_CACHED_VALUES // (max(seen.size, model.rows.size) * n_classes * n_outputs), 1)
    for start in range(0, len(after), step):
        some = context.candidates[start : start + step]
        values = one_more.values(model.features(some), rows, before)
        losses = expected(answering(values.reshape(-1, n_outputs))).reshape(values.shape[:3])
        after[start : start + step] = losses.sum(axis=0)
        own[start : start + step] = _own(losses, seen, some)
    return expected(probabilities(context.model, take_rows(plain(context.X), seen))), after, own


def _own(losses: FloatArray, seen: IntArray, candidates: IntArray) -> FloatArray:
    """Return each candidate's own part of losses of shape (n_seen, n_candidates, n_classes)."""
    place = np.minimum(np.searchsorted(seen, candidates), seen.size - 1)
    found: FloatArray = losses[place, np.arange(candidates.size)]
    found[seen[place] != candidates] = 0.0
    return found


def _by_refits(context: QueryContext, seen: IntArray, expected: Expected) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Train a clone of the model with each answer, all clones with the same seeds."""
    classes, X = known_classes(context.model), plain(context.X)
    template = clone(encoded(original(context.model)))
    template.set_params(**{name: int(context.rng.integers(2**31)) for name in unset_random_states(template)})
    refitter, rows = Refitter(template, seed=0), take_rows(X, seen)
    weights = None if context.weights is None else np.append(context.weights, 1.0)
    after, own = np.empty((2, context.candidates.size, classes.size))
    for number, candidate in enumerate(context.candidates.tolist()):
        more = take_rows(X, np.append(context.rows, candidate))
        for code in range(classes.size):
            answers = np.concatenate([context.labels, classes[[code]]])
            losses = expected(probabilities(refitter.fit_as_far(more, answers, weights), rows))
            after[number, code] = losses.sum()
            own[number, code] = losses[seen == candidate].sum()
    return expected(probabilities(context.model, rows)), after, own
