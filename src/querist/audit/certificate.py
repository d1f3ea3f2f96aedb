"""Quantity 2, remainder accuracy: what a frozen model gets right among the rows it is left with, exactly."""

import math
from typing import NamedTuple

import numpy as np

from querist._validation import check_positive_int
from querist.audit.estimate import Estimate
from querist.audit.hypergeometric import lower_bound
from querist.audit.offers import Offer
from querist.audit.outcomes import RIGHT, WRONG, OutcomeArray
from querist.audit.promise import Promise
from querist.exceptions import InvalidParameterError

QUANTITY = "remainder accuracy"
METHOD = "exact hypergeometric bound from fresh draws"


class CertificateResult(NamedTuple):
    """What a certificate says.

    Attributes
    ----------
    passed : bool
        Whether the target is certified.
    estimate : Estimate
        Accuracy of the frozen model on all rows that had no answer when it was frozen.
    rest : float
        Certified share of right predictions among those of them that have no answer now, draws that were skipped
        included, whoever answered the others and in whatever order.
    n_rest : int
        How many those are.
    offer : Offer or None
        A smaller promise that is expected to pass, where this one did not.
    tolerance : float or None
        Of a regressor: how far from the truth a right prediction may be.
    """

    passed: bool
    estimate: Estimate
    rest: float
    n_rest: int
    offer: Offer | None = None
    tolerance: float | None = None

    def __str__(self) -> str:
        offered = "" if self.offer is None else f" {self.offer}"
        if self.tolerance is not None:
            return (
                f"If you stop now, at least {self.rest:.1%} of the predictions for the remaining {self.n_rest:,} rows "
                f"are within {self.tolerance:g} of the truth ({self.estimate.confidence:.0%} confidence).{offered}"
            )
        return (
            f"If you stop now, the remaining {self.n_rest:,} rows are labelled with at least {self.rest:.1%} accuracy "
            f"({self.estimate.confidence:.0%} confidence).{offered}"
        )


def attempt_level(attempt: int, confidence: float = 0.95) -> float:
    """Return the level of the j-th attempt, ``6 (1 - confidence) / (pi^2 j^2)``: over all attempts they sum to it.

    So the certificates of a session, however many were tried, are all true with probability `confidence`
    (Boole's inequality; the sum of 1/j^2 is pi^2/6).
    """
    check_positive_int(attempt, "attempt")
    return 6 * (1 - confidence) / (math.pi * attempt) ** 2


def remainder_accuracy(
    n_correct: int,
    n_drawn: int,
    n_remaining: int,
    *,
    attempt: int = 1,
    confidence: float = 0.95,
    n_skipped: int = 0,
) -> Estimate:
    """Return the certified accuracy of the frozen model on the rows that were unlabelled when it was frozen.

    Parameters
    ----------
    n_correct, n_drawn : int
        Fresh draws, in audit order, made after freezing and scored by the frozen model. Their number is the plan's, or,
        of a test that ended with the draw that decided it, what `certificate_result` counts: to go on because the
        result is almost good enough is a new attempt, with fresh draws.
    n_remaining : int
        Rows that had no answer when the model was frozen, the drawn ones included.
    attempt : int, default=1
        This attempt's number in the session; see `attempt_level`.
    confidence : float, default=0.95
    n_skipped : int, default=0
        Draws without an answer, counted in `n_drawn`: nobody could tell, or the outcome did not depend on them any
        more. They count as wrong.

    Returns
    -------
    Estimate
        `low` is the bound, one-sided; `value` the share among the draws that have an answer.

    Raises
    ------
    InvalidParameterError
        If the counts contradict each other.

    Notes
    -----
    The draws must be a simple random sample of the rows without an answer, given all that happened before freezing;
    then the number of correct ones is hypergeometric. The next n in audit order are one as long as every such row
    lies behind all that were drawn so far (`is_fresh`); else new numbers decide (`promise_numbers`). A bound B on the
    number correct among all is one on the rest: see `rest_bound`.
    """
    _check_counts(n_correct, n_drawn - n_skipped, n_drawn, n_remaining)
    level = attempt_level(attempt, confidence)
    bound = lower_bound(n_remaining, n_drawn, n_correct, level)
    answered = n_drawn - n_skipped
    note = f"Holds for the {n_remaining} rows without an answer when the model was frozen."
    if attempt > 1:
        note += f" Attempt {attempt}: its own level is {1 - level:.2%}, so that all attempts together keep the promise."
    if n_skipped:
        note += f" {n_skipped} draws without an answer count as wrong."
    value = n_correct / answered if answered else None
    return Estimate(value, bound / n_remaining, 1.0, answered, QUANTITY, METHOD, confidence, note)


def rest_bound(
    n_correct: int,
    n_drawn: int,
    n_remaining: int,
    *,
    attempt: int = 1,
    confidence: float = 0.95,
    known: tuple[int, int] | None = None,
) -> float:
    """Return the certified share of correct ones among the rows that are still unlabelled; 1 if none is.

    The same event as the bound of `remainder_accuracy`: both hold together. Of all the rows at least B are correct; so
    of those left at least B minus the correct ones among the others, however these were chosen.

    Parameters
    ----------
    n_correct, n_drawn, n_remaining, attempt, confidence
        As `remainder_accuracy` takes them.
    known : (int, int), default=None
        Correct and all rows of the remaining that have an answer now; None: those are the draws.
    """
    _check_counts(n_correct, n_drawn, n_drawn, n_remaining)
    n_right, n_known = (n_correct, n_drawn) if known is None else known
    _check_counts(n_right, n_known, n_known, n_remaining)
    if n_known == n_remaining:
        return 1.0
    bound = lower_bound(n_remaining, n_drawn, n_correct, attempt_level(attempt, confidence))
    return max(0, bound - n_right) / (n_remaining - n_known)


def _check_counts(n_correct: int, n_answered: int, n_drawn: int, n_remaining: int) -> None:
    if not 0 <= n_correct <= n_answered <= n_drawn <= n_remaining:
        raise InvalidParameterError(
            f"{n_correct} correct of {n_drawn} draws from {n_remaining} rows ({n_drawn - n_answered} skipped): "
            "these counts contradict each other. Give correct <= answered <= drawn <= remaining."
        )


def certificate_result(
    promise: Promise, outcome: OutcomeArray, *, n_known: int, n_known_right: int
) -> CertificateResult:
    """Return what is certain now: draws that are not right count as wrong.

    Parameters
    ----------
    promise : Promise
        A certificate whose outcome is decided.
    outcome : ndarray of shape (n_draws,)
        See `querist.audit.outcomes`.
    n_known : int
        How many of the rows that had no answer when the model was frozen have one now.
    n_known_right : int
        How many of these the frozen model had right; those of which that is not known count among them, which can only
        lower what is certain of the rest.

    Notes
    -----
    A curtailed test of n draws that allows w wrong ones ends with the (n - w)-th right or the (w + 1)-th wrong one. Its
    bound is the smallest number K of right rows with which an end as favourable or more is not too improbable; a pass
    is the more favourable the fewer draws it takes, and all passes are more so than failures, which are so by their
    right draws. With K right rows the (n - w)-th right draw is among the first t exactly if at least n - w of these are
    right; and at least y right draws come before the (w + 1)-th wrong one exactly if at least y of the first y + w are
    right. So the bound is that of a fixed number of draws: up to the one with which the test passes, or those before
    the one with which it fails. Draws are counted in the order of their random numbers, and those that are open as
    wrong, so that answers given in another order, or later, can at most raise the bound to what it would have been.
    """
    region = promise.regions[0]
    n_right, n_counted = _counted(promise, outcome)
    attempt, sure = promise.attempt, promise.confidence
    n_told = int(np.isin(outcome[:n_counted], (RIGHT, WRONG)).sum())
    counts = (n_right, n_counted, region.size)
    estimate = remainder_accuracy(*counts, attempt=attempt, confidence=sure, n_skipped=n_counted - n_told)
    rest = rest_bound(*counts, attempt=attempt, confidence=sure, known=(n_known_right, n_known))
    passed = int((outcome == RIGHT).sum()) >= promise.n_needed
    return CertificateResult(passed, estimate, rest, region.size - n_known)


def _counted(promise: Promise, outcome: OutcomeArray) -> tuple[int, int]:
    """Return how many of how many draws are right, of those that what is certain is made of."""
    region, right = promise.regions[0], outcome == RIGHT
    if not promise.curtailed:
        return int(right.sum()), region.n_draws
    n_right, n_wrong = np.cumsum(right), np.cumsum(~right)
    if promise.n_needed <= 0:
        return 0, 0
    if n_right[-1] >= promise.n_needed:
        return promise.n_needed, int(np.argmax(n_right >= promise.n_needed)) + 1
    before = int(np.argmax(n_wrong > region.allowed))
    return before - region.allowed, before
