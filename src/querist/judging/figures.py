"""How right one judge is, class by class, and how many rows of each class there are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from querist._typing import AnyArray, BoolArray, FloatArray, IntArray, Label
from querist._validation import check_number
from querist.agreement.coefficients import cohen
from querist.agreement.intervals import beyond_chance
from querist.audit import metrics
from querist.audit.accuracy import difference, model_accuracy, student_quotient
from querist.audit.estimate import FEWEST, Estimate, too_few
from querist.audit.intervals import mid_p
from querist.audit.metrics import Bin
from querist.judging.checked import NONE, Checked, as_confidences, checked

_PLAIN = "random rows, mid-p interval"
_CORRECTED = "random rows and the judge's labels of all (difference estimator), mid-p interval"
_BY_CONFIDENCE = "random rows and the judge's confidences in all (difference estimator), mid-p interval"
_KAPPA = "Cohen's kappa with people"


@dataclass(frozen=True)
class JudgedClass:
    """A class, as the judge gives it.

    Attributes
    ----------
    label : label
    judged_share : float
        Share of the rows that the judge gives it.
    share : Estimate
        Share of the rows that people would give it: the judge's share, corrected by the random rows.
    recall, precision : Estimate
    """

    label: Label
    judged_share: float
    share: Estimate
    recall: Estimate
    precision: Estimate


@dataclass(frozen=True)
class JudgeFigures:
    """What random rows say of a judge.

    Attributes
    ----------
    name : str
    n_rows, n_unlabelled : int
        Rows of the pile, and those that the judge gave no label.
    n_checked, n_skipped : int
        Random rows with an answer, and those that nobody could answer.
    accuracy : Estimate
        Share of rows with the right label. A row without one is wrong.
    kappa : Estimate
        Agreement with people beyond chance, of rows with a label.
    overconfidence : Estimate or None
        Mean confidence minus accuracy; None without confidences.
    calibration : tuple of Bin or None
        None without confidences, and below 200 random rows.
    classes : tuple of JudgedClass
    cost_per_right : float or None
        What a right label cost, at the judge's price for a row.
    """

    name: str
    n_rows: int
    n_unlabelled: int
    n_checked: int
    n_skipped: int
    accuracy: Estimate
    kappa: Estimate
    overconfidence: Estimate | None
    calibration: tuple[Bin, ...] | None
    classes: tuple[JudgedClass, ...]
    cost_per_right: float | None

    def __str__(self) -> str:
        whole = [self.accuracy, self.kappa, *([] if self.overconfidence is None else [self.overconfidence])]
        of_classes = [each for one in self.classes for each in (one.share, one.recall, one.precision)]
        return "\n".join(map(str, (*whole, *of_classes)))

    @property
    def worst_class(self) -> JudgedClass | None:
        """The class with the smallest recall that there is a figure of; None without one."""
        known = [(one.recall.value, place) for place, one in enumerate(self.classes) if one.recall.value is not None]
        return self.classes[min(known)[1]] if known else None


def judge_figures(
    judged: Sequence[Label | None] | AnyArray,
    rows: Sequence[int] | IntArray,
    answers: Sequence[Label] | AnyArray,
    *,
    name: str = "the judge",
    confidences: Sequence[float] | FloatArray | None = None,
    n_skipped: int = 0,
    cost_per_row: float | None = None,
    confidence: float = 0.95,
) -> JudgeFigures:
    """Return how right a judge's labels are, from people's answers to random rows.

    Parameters
    ----------
    judged : sequence of labels of shape (n_rows,)
        The judge's label of each row of the pile; None or NaN where it gave none.
    rows : array-like of shape (m,)
        Row numbers that were drawn at random, without a look at the labels, and have been answered.
    answers : sequence of labels of shape (m,)
        What people said of them, blind to the judge's labels.
    name : str, default="the judge"
    confidences : array-like of shape (n_rows,), default=None
        The judge's in its labels, from 0 to 1. They may lie: figures hold whatever they are, and are narrower where
        they tell right from wrong.
    n_skipped : int, default=0
        Random rows that nobody could answer: all wrong for the lower end of the accuracy, all right for the upper.
    cost_per_row : float, default=None
        What the judge's label of a row cost, above 0.
    confidence : float, default=0.95
        Of each interval by itself.

    Raises
    ------
    InvalidParameterError
        If rows do not exist or stand twice, answers or confidences are missing, or a number is out of range.

    Notes
    -----
    The corrected share of a class is the difference estimator of two-phase sampling, which prediction-powered
    inference [1]_ is with its tuned weight (PPI++): with z whether people, g whether the judge gives a row the class::

        share = mean(z) + b (mean of g over all rows - mean of g over the random ones)

    with b, variance and interval as of `querist.audit.model_accuracy`. It is never wider than what the random rows
    alone say. What simulation says of it is in ``benchmarks/judges``. O(n_rows * n_classes).

    References
    ----------
    .. [1] A. N. Angelopoulos, J. C. Duchi, T. Zrnic, "PPI++: efficient prediction-powered inference", 2023,
       arXiv:2311.01453.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> truth = np.where(rng.random(5000) < 0.2, "spam", "ham")
    >>> judged = np.where(rng.random(5000) < 0.9, truth, "ham")
    >>> rows = rng.choice(5000, 200, replace=False)
    >>> found = judge_figures(judged, rows, truth[rows])
    >>> bool(found.accuracy.low < np.mean(judged == truth) < found.accuracy.high)
    True
    >>> spam = found.classes[1]
    >>> spam.judged_share < spam.share.value, bool(spam.share.low < np.mean(truth == "spam") < spam.share.high)
    (True, True)
    """
    known = checked(judged, rows, answers)
    sure = None if confidences is None else as_confidences(confidences, known.judged)
    if cost_per_row is not None:
        check_number(cost_per_row, "cost_per_row", low=0, open_low=True)
    accuracy = _accuracy(known, sure, name, n_skipped, confidence)
    right = known.right.astype(np.float64)
    price = None if cost_per_row is None or not accuracy.value else cost_per_row / accuracy.value
    return JudgeFigures(
        name=name,
        n_rows=known.judged.size,
        n_unlabelled=int((known.judged == NONE).sum()),
        n_checked=known.rows.size,
        n_skipped=n_skipped,
        accuracy=accuracy,
        kappa=_kappa(known, confidence),
        overconfidence=None if sure is None else metrics.overconfidence(sure[known.rows], right, confidence=confidence),
        calibration=None if sure is None else metrics.calibration_bins(sure[known.rows], right, confidence=confidence),
        classes=tuple(_of_class(known, code, confidence) for code in range(len(known.classes))),
        cost_per_right=price,
    )


def _accuracy(known: Checked, sure: FloatArray | None, name: str, n_skipped: int, confidence: float) -> Estimate:
    own = None if sure is None else sure[known.rows]
    found = model_accuracy(known.right.astype(np.float64), own, sure, n_skipped=n_skipped, confidence=confidence)
    narrowed = "confidences" in found.method
    return replace(found, quantity=f"accuracy of {name}", method=_BY_CONFIDENCE if narrowed else _PLAIN)


def _kappa(known: Checked, confidence: float) -> Estimate:
    labelled = known.said != NONE
    found = cohen(known.said[labelled], known.truth[labelled], len(known.classes)) if labelled.any() else None
    return beyond_chance(found, _KAPPA, confidence, 0.0, f"{FEWEST} random rows with a label")


def _of_class(known: Checked, code: int, confidence: float) -> JudgedClass:
    label, given = known.classes[code], known.judged == code
    truth, said = known.truth, known.said
    recall = metrics.recall(truth, said, code, confidence=confidence)
    precision = metrics.precision(truth, said, code, confidence=confidence)
    return JudgedClass(
        label,
        float(given.mean()),
        _share(truth == code, given[known.rows], given, label, confidence),
        replace(recall, quantity=f"recall of {label!r}"),
        replace(precision, quantity=f"precision of {label!r}"),
    )


def _share(hits: BoolArray, given: BoolArray, pile: BoolArray, label: Label, confidence: float) -> Estimate:
    """Return the share of a class, from random rows and what the judge says of all."""
    quantity = f"share of {label!r}"
    if hits.size < FEWEST:
        return too_few(quantity, _PLAIN, hits.size, f"{FEWEST} random rows")
    z = hits.astype(np.float64)
    value, ratio, method = float(z.mean()), 1.0, _PLAIN
    fitted = difference(z, given.astype(np.float64), pile.astype(np.float64))
    narrowed = fitted.variance_ratio * student_quotient(z.size, confidence) ** 2
    if narrowed < 1:
        value, ratio, method = float(np.clip(fitted.value, 0, 1)), narrowed, _CORRECTED
    ends = mid_p(value, z.size / ratio, confidence)
    return Estimate(value, *ends, z.size, quantity, method, confidence)
