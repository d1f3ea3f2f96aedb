"""Figures beside accuracy, from the audit sample: each with an interval, or "too few"."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from querist._typing import AnyArray, FloatArray, Label
from querist.audit.confusion import OfClasses, confusion, f1_scores, places, recalls
from querist.audit.estimate import FEWEST, Estimate, too_few
from querist.audit.intervals import check_values, mean_interval, mean_of_parts, mid_p

# For a calibration plot.
FEWEST_FOR_BINS = 200
_SCORE = "mid-p interval"
_OF_CLASSES = "mid-p intervals of the classes, put together (MOVER)"
_OF_MEANS = "mean, Wilson interval with the effective sample size"


def recall(truth: AnyArray, predicted: AnyArray, label: Label, *, confidence: float = 0.95) -> Estimate:
    """Return the share of a class's rows that are predicted as it.

    Parameters
    ----------
    truth, predicted : ndarray of shape (n,)
        Of the audit rows; predictions out of fold.
    label : class label
    confidence : float, default=0.95

    Notes
    -----
    Given their number, the audit rows of a class are a random sample of the class: a proportion, with
    the mid-p interval.
    """
    return _share(predicted[truth == label] == label, f"recall of {label!r}", "audit rows of the class", confidence)


def precision(truth: AnyArray, predicted: AnyArray, label: Label, *, confidence: float = 0.95) -> Estimate:
    """Return the share of right ones among the rows predicted as a class; see `recall`."""
    what = f"precision of {label!r}"
    return _share(truth[predicted == label] == label, what, "audit rows predicted as the class", confidence)


def prevalence(truth: AnyArray, label: Label, *, confidence: float = 0.95) -> Estimate:
    """Return the share of a class in the pool's population: of any audit rows, no model involved."""
    return _share(truth == label, f"share of {label!r}", "audit rows", confidence)


def micro_f1(truth: AnyArray, predicted: AnyArray, *, confidence: float = 0.95) -> Estimate:
    """Return F1 over the pooled decisions: with one label a row, it is the accuracy."""
    return _share(truth == predicted, "micro F1", "audit rows", confidence)


def macro_f1_estimate(truth: AnyArray, predicted: AnyArray, classes: AnyArray, *, confidence: float = 0.95) -> Estimate:
    """Return the mean F1 over all classes; needs ten audit rows of each.

    Parameters
    ----------
    truth, predicted : ndarray of shape (n,)
    classes : ndarray of shape (n_classes,)
        Sorted.
    confidence : float, default=0.95

    Notes
    -----
    F1 is a function of Jaccard's index, a proportion: so it has the ends of that one's mid-p interval. The mean takes
    those of all classes together, with their correlations (`f1_scores`, `mean_of_parts`).
    """
    return _mean_of_classes(truth, predicted, classes, "macro F1", confidence)


def balanced_accuracy_estimate(
    truth: AnyArray, predicted: AnyArray, classes: AnyArray, *, confidence: float = 0.95
) -> Estimate:
    """Return the mean recall over all classes; needs ten audit rows of each; see `macro_f1_estimate`."""
    return _mean_of_classes(truth, predicted, classes, "balanced accuracy", confidence)


def brier_score(truth: AnyArray, probabilities: FloatArray, classes: AnyArray, *, confidence: float = 0.95) -> Estimate:
    """Return the mean squared distance of the probabilities from the truth, in [0, 2]; 0 is best.

    Parameters
    ----------
    truth : ndarray of shape (n,)
    probabilities : ndarray of shape (n, n_classes)
        Out of fold.
    classes : ndarray of shape (n_classes,)
        Sorted; the columns.
    confidence : float, default=0.95

    References
    ----------
    .. [1] G. W. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78(1),
       1950, doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2.
    """
    return mean_estimate(brier_values(truth, probabilities, classes), 0, 2, "Brier score", confidence)


def brier_values(truth: AnyArray, probabilities: FloatArray, classes: AnyArray) -> FloatArray:
    """Return the squared distance of each row's probabilities from its truth, in [0, 2]; see `brier_score`."""
    hit = places(truth, classes)
    values: FloatArray = (probabilities**2).sum(axis=1) + 1 - 2 * probabilities[np.arange(hit.size), hit]
    return values


def overconfidence(confidences: FloatArray, correct: FloatArray, *, confidence: float = 0.95) -> Estimate:
    """Return mean confidence minus accuracy; above 0, the model thinks itself better than it is."""
    return mean_estimate(np.asarray(confidences) - np.asarray(correct), -1, 1, "confidence minus accuracy", confidence)


class Bin(NamedTuple):
    """One bar of a calibration plot.

    Attributes
    ----------
    confidence : float
        Mean confidence of its rows.
    accuracy : Estimate
    """

    confidence: float
    accuracy: Estimate


def calibration_bins(
    confidences: FloatArray, correct: FloatArray, *, n_bins: int = 5, confidence: float = 0.95
) -> tuple[Bin, ...] | None:
    """Return accuracy by confidence, in bins of equally many audit rows; None below 200 rows."""
    if len(confidences) < FEWEST_FOR_BINS:
        return None
    bins = np.array_split(np.argsort(confidences, kind="stable"), n_bins)
    what = "accuracy in a band of confidence"
    return tuple(
        Bin(float(np.mean(confidences[rows])), _share(correct[rows], what, "audit rows", confidence)) for rows in bins
    )


def _share(hits: AnyArray, quantity: str, of_what: str, confidence: float) -> Estimate:
    if hits.size < FEWEST:
        return too_few(quantity, _SCORE, hits.size, f"{FEWEST} {of_what}")
    value = float(np.mean(hits))
    return Estimate(value, *mid_p(value, hits.size, confidence), hits.size, quantity, _SCORE, confidence)


def mean_estimate(values: FloatArray, low: float, high: float, quantity: str, confidence: float) -> Estimate:
    """Return the mean of values known to lie in [low, high], with the interval of `mean_interval`."""
    check_values(values, quantity, low, high)
    if values.size < FEWEST:
        return too_few(quantity, _OF_MEANS, values.size, f"{FEWEST} audit rows")
    ends = mean_interval(values, low, high, confidence)
    return Estimate(float(np.mean(values)), *ends, values.size, quantity, _OF_MEANS, confidence, is_share=False)


def _f1(jaccard: FloatArray) -> FloatArray:
    return 2 * jaccard / (1 + jaccard)


def _recall(share: FloatArray) -> FloatArray:
    return share


# By name: the figures of the classes, and what each is of its share.
_FIGURES: dict[str, tuple[Callable[[FloatArray], OfClasses], Callable[[FloatArray], FloatArray]]] = {
    "macro F1": (f1_scores, _f1),
    "balanced accuracy": (recalls, _recall),
}


def _mean_of_classes(truth: AnyArray, predicted: AnyArray, classes: AnyArray, name: str, confidence: float) -> Estimate:
    if classes.size < 2:
        return too_few(name, _OF_CLASSES, truth.size, "answers of two classes")
    matrix = confusion(truth, predicted, classes)
    if matrix.sum(axis=1).min() < FEWEST:
        return too_few(name, _OF_CLASSES, truth.size, f"{FEWEST} audit rows of each class")
    of_classes, of_share = _FIGURES[name]
    found = of_classes(matrix)
    ends = np.array([mid_p(hits / rows, rows, confidence) for hits, rows in zip(found.hits, found.rows, strict=True)])
    low, high = mean_of_parts(found.values, of_share(ends[:, 0]), of_share(ends[:, 1]), found.correlation)
    return Estimate(float(found.values.mean()), low, high, truth.size, name, _OF_CLASSES, confidence)
