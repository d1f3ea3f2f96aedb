"""The default rule, and in one sentence what more labels would bring."""

from collections.abc import Callable, Generator
from dataclasses import dataclass

import numpy as np

from querist import _random
from querist._typing import AnyArray, Classifier, FloatArray, IntArray, Pool
from querist._validation import check_number, check_positive_int
from querist.audit.learning_curve import Change, curve_posterior
from querist.audit.order import first_in_order
from querist.base.adapted import adapted
from querist.exceptions import NotEnoughLabelsError
from querist.stopping.agreement import Window
from querist.stopping.combine import AllOf, all_of
from querist.stopping.every_class_found import EveryClassFound
from querist.stopping.observation import Observation, Proposal
from querist.stopping.performance_slope import PerformanceSlope
from querist.stopping.settled_predictions import SettledPredictions

WINDOW = 100
# In simulations accuracy rose, with as many labels again, by about a sixth of the share of changed predictions.
_CHANGED_PER_GAIN = 6
# Standard deviation of the accuracy of single models about their curve: per changed prediction, and at least.
_JITTER, _LEAST_JITTER = 0.1, 0.003
_MINIMUM = 20
_STOP_SET = 2_000


def default_rule(
    *, label_cost: float = 1.0, error_cost: float = 1.0, n_future: float = 10_000, every_class: bool = True
) -> AllOf:
    """Return the rule behind the advice: predictions have settled, the audited curve is flat, every class is found.

    Flat means: more labels cost more than the errors that they avoid.

    Parameters
    ----------
    label_cost : float, default=1.0
        What an answer costs.
    error_cost : float, default=1.0
        What a wrong prediction costs, in the same unit.
    n_future : float, default=10_000
        How many rows the model will be used on. With the defaults 100 labels must bring one point of accuracy.
    every_class : bool, default=True
        Whether each class must be found (`EveryClassFound`). Without that, accuracy alone decides, in which all rows
        count alike: a class that few rows have may be missed.

    Returns
    -------
    AllOf

    Notes
    -----
    Measured in benchmarks/stopping, with ``every_class=False``.
    """
    gain = worthwhile_gain(label_cost=label_cost, error_cost=error_cost, n_future=n_future)
    rules = [
        SettledPredictions(threshold=min(1.0, _CHANGED_PER_GAIN * gain), window=WINDOW),
        PerformanceSlope(gain=gain, ahead=WINDOW, minimum=_MINIMUM),
    ]
    return all_of(*rules, *([EveryClassFound()] if every_class else []))


def worthwhile_gain(*, label_cost: float, error_cost: float, n_future: float) -> float:
    """Return the gain in accuracy that pays for 100 labels, at most 1."""
    check_number(label_cost, "label_cost", low=0, open_low=True)
    check_number(error_cost, "error_cost", low=0, open_low=True)
    check_number(n_future, "n_future", low=0, open_low=True)
    return min(1.0, WINDOW * label_cost / (error_cost * n_future))


@dataclass(frozen=True)
class Outlook:
    """What more labels are expected to bring.

    Attributes
    ----------
    labels : int
        How many more.
    gain, low, high : float
        Rise of the accuracy, and its interval.
    confidence : float
        Of the interval.
    """

    labels: int
    gain: float
    low: float
    high: float
    confidence: float = 0.9

    def __str__(self) -> str:
        return (
            f"{self.labels} more labels would change the accuracy by about {100 * self.gain:+.1f} points "
            f"({self.confidence:.0%} interval {100 * self.low:+.1f} to {100 * self.high:+.1f})."
        )


def outlook(
    observation: Observation, change: Change | None = None, *, labels: int = WINDOW, confidence: float = 0.9
) -> Outlook | None:
    """Return what more labels are expected to bring, from the audited answers and the changed predictions.

    Parameters
    ----------
    observation : Observation
    change : Change, optional
        How many predictions for the stop set changed over the last hundred labels or so; without it the interval
        is that of the curve alone, and too short for a single model.
    labels : int, default=100
    confidence : float, default=0.9

    Returns
    -------
    Outlook or None
        None while there are fewer than 20 audited answers.
    """
    check_positive_int(labels, "labels")
    at, hits = observation.audit_at, observation.audit_hits
    if at is None or hits is None or hits.size < _MINIMUM:
        return None
    posterior = curve_posterior(observation.n_labels, at, hits, change=change)
    jitter = 0.0 if change is None else float(np.hypot(_JITTER * change.share, _LEAST_JITTER))
    low, high = posterior.gain_interval(labels, confidence, jitter)
    return Outlook(labels, posterior.expected_gain(labels), low, high, confidence)


@dataclass(frozen=True)
class Advice:
    """What is advised after a round.

    Attributes
    ----------
    proposal : Proposal
        The rule's.
    outlook : Outlook or None
        None while too little is known.
    """

    proposal: Proposal
    outlook: Outlook | None

    def __str__(self) -> str:
        verdict = "You could stop." if self.proposal.stop else "Go on."
        return " ".join([verdict, self.proposal.reason, *([str(self.outlook)] if self.outlook else [])])


class Advisor:
    """Shown every round, it advises to stop or to go on.

    Parameters
    ----------
    label_cost, error_cost, n_future : float
        As `default_rule` takes them.

    Examples
    --------
    >>> advisor = Advisor(n_future=20_000)
    >>> str(advisor.update(Observation(n_labels=30)))
    'Go on. No predictions for the stop set. Too few random rows predicted before their answer: 0 of the 20 needed. \
The classes of the random rows are not known.'
    """

    def __init__(self, *, label_cost: float = 1.0, error_cost: float = 1.0, n_future: float = 10_000) -> None:
        self.rule = default_rule(label_cost=label_cost, error_cost=error_cost, n_future=n_future)
        self._window = Window(WINDOW)

    def update(self, observation: Observation) -> Advice:
        """Return the advice after a round."""
        proposal = self.rule.update(observation)
        return Advice(proposal, outlook(observation, self._window.add(observation)))


def stop_set(seed: int, n_rows: int, *, size: int = _STOP_SET) -> IntArray:
    """Return the rows whose predictions are watched: random, the same every time, ascending.

    Parameters
    ----------
    seed : int
        The session's or the project's.
    n_rows : int
    size : int, default=2,000
        At most so many.
    """
    own = int(_random.derive(seed, "stop set").generate_state(1, np.uint64)[0])
    return np.sort(first_in_order(lambda rows: _random.row_keys(own, rows), n_rows, size))


def looking_back(
    fit: Callable[[IntArray, AnyArray], Classifier], rows: IntArray, labels: AnyArray, watched: Pool
) -> Generator[None, None, tuple[int, AnyArray] | None]:
    """Train the model of a hundred labels ago, with which the present one is compared; the training is a step.

    Parameters
    ----------
    fit : callable
        From (rows, labels) to a fitted classifier.
    rows, labels : ndarray of shape (n_labelled,)
        In the order of the answers.
    watched : pool
        The rows of `stop_set`.

    Returns
    -------
    (int, ndarray) or None
        How many labels it had, and its predictions; None where there was none yet. `advise` takes them.
    """
    n_then = rows.size - WINDOW
    if n_then <= 0 or np.unique(labels[:n_then]).size < 2:
        return None
    yield
    try:
        model = adapted(fit(rows[:n_then], labels[:n_then]), labels[:n_then])
    except NotEnoughLabelsError:
        return None
    return n_then, np.asarray(model.predict(watched))


def advise(
    n_labels: int,
    now: AnyArray,
    before: tuple[int, AnyArray] | None,
    audit_at: IntArray,
    audit_hits: FloatArray,
    *,
    audit_truth: AnyArray | None = None,
    classes: AnyArray | None = None,
    label_cost: float = 1.0,
    error_cost: float = 1.0,
    n_future: float = 10_000,
) -> Advice:
    """Return the advice of a moment, from the answers alone: nobody needs to have watched the rounds.

    Parameters
    ----------
    n_labels : int
        Answers that the present model was trained on.
    now : ndarray of shape (n_stop_set,)
        Its predictions for the stop set.
    before : (int, ndarray) or None
        The labels and predictions of a model that was trained on the first ``n_labels - 100`` answers; None while
        there is none.
    audit_at, audit_hits : ndarray of shape (n_audited,)
        As in `Observation`.
    audit_truth, classes : ndarray, default=None
        As in `Observation`; without them it is not known whether every class is found, and the advice is to go on.
    label_cost, error_cost, n_future : float
        As `default_rule` takes them.
    """
    advisor = Advisor(label_cost=label_cost, error_cost=error_cost, n_future=n_future)
    if before is not None:
        advisor.update(Observation(before[0], predictions=before[1]))
    return advisor.update(
        Observation(
            n_labels,
            predictions=now,
            audit_at=audit_at,
            audit_hits=audit_hits,
            audit_truth=audit_truth,
            classes=classes,
        )
    )
