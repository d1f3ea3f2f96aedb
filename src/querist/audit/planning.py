"""How many labels a wanted precision takes."""

from typing import NamedTuple

from querist._validation import check_number
from querist.audit.bisection import first
from querist.audit.intervals import wilson


class LabelPlan(NamedTuple):
    """Labels that an interval of the wanted width will take.

    Attributes
    ----------
    audit : int
        Audit labels.
    total : int
        Labels in all, at the given share of audit labels.
    """

    audit: int
    total: int


def labels_for_width(
    half_width: float, guess: float, *, share: float = 0.2, variance_ratio: float = 1.0, confidence: float = 0.95
) -> LabelPlan:
    """Return about how many labels it takes until model accuracy is known to plus or minus `half_width`.

    The smallest n with which Wilson's interval at the guessed accuracy is narrow enough, times
    the variance that the model's confidences leave (`model_accuracy` reports it). A plan, not a promise: the accuracy
    will differ from the guess.

    Parameters
    ----------
    half_width : float
        Wanted: 0.02 is "plus or minus 2 points".
    guess : float
        Accuracy to expect.
    share : float, default=0.2
        Share of the labels that are audit labels.
    variance_ratio : float, default=1
        Variance left by the difference estimator; 1 = none is saved.
    confidence : float, default=0.95
    """
    check_number(half_width, "half_width", low=0, high=0.5, open_low=True)
    check_number(guess, "guess", low=0, high=1)
    check_number(share, "share", low=0, high=1, open_low=True)
    enough = 2
    while _half(guess, enough, confidence) > half_width:
        enough *= 2
    n = first(enough // 2, enough, lambda n: _half(guess, n, confidence) <= half_width)
    audit = max(1, round(n * variance_ratio))
    return LabelPlan(audit, round(audit / share))


def _half(p: float, n: int, confidence: float) -> float:
    low, high = wilson(p, n, confidence)
    return (high - low) / 2
