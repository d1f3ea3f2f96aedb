"""All figures of one moment, from the audit sample: what a session says of its model and the page shows."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from querist._typing import AnyArray, FloatArray, IntArray, PoolLike
from querist.audit import metrics
from querist.audit.accuracy import MOST_POOL_ROWS, ScoredDraws, difference, model_accuracy
from querist.audit.balance import always_largest, headline
from querist.audit.class_figures import ClassFigures
from querist.audit.cross_fitting import CrossFit, Fit, cross_fitting
from querist.audit.estimate import FEWEST, Estimate
from querist.audit.metrics import Bin
from querist.audit.order import AuditPrefix
from querist.audit.planning import LabelPlan, labels_for_width
from querist.audit.steps import finished

# Of labelled rows outside the audit sample only the confidence is needed, and only on average.
_FOLDS_OF_OTHERS = 5
# What is planned with until there is a figure.
_UNKNOWN = 0.85

ConfidenceOf = Callable[[IntArray], FloatArray | None]


@dataclass(frozen=True)
class Assessment:
    """What the audit sample says of the present model.

    Attributes
    ----------
    n_labels : int
        Answers that the model was trained on.
    n_audited, n_skipped : int
        Rows of the audit sample with an answer, and those that nobody could answer.
    accuracy : Estimate
        Quantity 1, model accuracy.
    micro_f1, macro_f1, balanced_accuracy : Estimate
    brier, overconfidence : Estimate or None
        None if the model gives no probabilities.
    classes : tuple of ClassFigures
        Sorted by label: every class with an answer.
    calibration : tuple of Bin or None
        None below 200 audit rows.
    variance_ratio : float
        Share of the variance that the model's confidences leave, at most 1.
    """

    n_labels: int
    n_audited: int
    n_skipped: int
    accuracy: Estimate
    micro_f1: Estimate
    macro_f1: Estimate
    balanced_accuracy: Estimate
    brier: Estimate | None
    overconfidence: Estimate | None
    classes: tuple[ClassFigures, ...]
    calibration: tuple[Bin, ...] | None
    variance_ratio: float

    def __str__(self) -> str:
        first = [each for each in self.headline if each is not self.accuracy]
        beside = [] if self.always_largest is None else [self.always_largest]
        rest = [each for each in self.figures[1:] if each not in first]
        return "\n".join(str(each) for each in (*first, self.accuracy, *beside, *rest))

    @property
    def headline(self) -> tuple[Estimate, ...]:
        """What to look at first: accuracy; where a class has less than a tenth of the rows, a figure that shows it."""
        return headline(self.classes, self.accuracy, self.macro_f1)

    @property
    def always_largest(self) -> Estimate | None:
        """What always answering the largest class would get; None without a sample."""
        return always_largest(self.classes)

    @property
    def figures(self) -> tuple[Estimate, ...]:
        """Every figure, accuracy first, those of the classes last."""
        whole = (self.accuracy, self.micro_f1, self.macro_f1, self.balanced_accuracy, self.brier, self.overconfidence)
        of_classes = [each for one in self.classes for each in (one.recall, one.precision, one.prevalence)]
        return (*(each for each in whole if each is not None), *of_classes)

    def plan(self, half_width: float, *, share: float = 0.2) -> LabelPlan:
        """Return about how many labels, those there are included, it takes to know the accuracy so well.

        Parameters
        ----------
        half_width : float
            0.02 is "plus or minus 2 points".
        share : float, default=0.2
            Share of the labels that are the audit's.
        """
        guess = _UNKNOWN if self.accuracy.value is None else self.accuracy.value
        return labels_for_width(
            half_width, guess, share=share, variance_ratio=self.variance_ratio, confidence=self.accuracy.confidence
        )


def assess(
    fit: Fit,
    X: PoolLike,
    rows: IntArray,
    labels: AnyArray,
    *,
    order: IntArray,
    prefix: AuditPrefix,
    truth: AnyArray,
    confidence_of: ConfidenceOf,
    scored: ScoredDraws | None = None,
    confidence: float = 0.95,
) -> Assessment:
    """Return all figures of the present model.

    Parameters
    ----------
    fit : callable
        From (rows, labels) to a fitted classifier, of the kind whose accuracy is asked for.
    X : pool
    rows, labels : ndarray of shape (n_labelled,)
        Every labelled row, and the answer that trains.
    order : ndarray of shape (n,)
        All rows, from `audit_order`, or the first of them: as many as the sample has, and 5,000.
    prefix : AuditPrefix
    truth : ndarray of shape (n_audited,)
        The first blind answer to each of ``prefix.rows``: a second look must not raise a figure.
    confidence_of : callable
        From rows without a label to the present model's largest probability for each; or None without probabilities.
    scored : ScoredDraws, default=None
        The audit rows that were predicted when they were drawn, before their answer was known.
    confidence : float, default=0.95

    Raises
    ------
    Exception
        Whatever `fit` raises.

    Notes
    -----
    Costs a training for each audit row up to 64 rows and 20 beyond, and five for the labelled rows outside the audit.
    """
    steps = assessing(
        fit, X, rows, labels, order=order, prefix=prefix, truth=truth, confidence_of=confidence_of,
        scored=scored, confidence=confidence,
    )  # fmt: skip
    return finished(steps)


def assessing(
    fit: Fit,
    X: PoolLike,
    rows: IntArray,
    labels: AnyArray,
    *,
    order: IntArray,
    prefix: AuditPrefix,
    truth: AnyArray,
    confidence_of: ConfidenceOf,
    scored: ScoredDraws | None = None,
    confidence: float = 0.95,
) -> Generator[None, None, Assessment]:
    """Do what `assess` does, a training a step: who cannot wait does something else between the steps."""
    held = prefix.rows
    # Below ten rows no figure comes of any prediction.
    folds, pool = CrossFit(truth, None, np.unique(labels)), None
    if held.size >= FEWEST:
        folds = yield from cross_fitting(fit, X, rows, labels, held)
        if folds.probabilities is not None:
            pool = yield from _pool_confidences(fit, X, rows, labels, order, held, folds.sure, confidence_of)
    correct = (folds.predicted == truth).astype(np.float64)
    ratio = 1.0
    if pool is not None and folds.probabilities is not None:
        ratio = min(1.0, difference(correct, folds.sure, pool).variance_ratio)
    return Assessment(
        n_labels=rows.size,
        n_audited=held.size,
        n_skipped=prefix.skipped.size,
        accuracy=model_accuracy(
            correct,
            None if pool is None else folds.sure,
            pool,
            scored=scored,
            n_skipped=prefix.skipped.size,
            confidence=confidence,
        ),
        variance_ratio=ratio,
        **_told_of_skips(_others(truth, folds, confidence), prefix.skipped.size),
    )


def _told_of_skips(figures: dict[str, Any], n_skipped: int) -> dict[str, Any]:
    """Return the figures with a note where rows of the audit sample could not be answered: they are in none of them."""
    if not n_skipped:
        return figures

    def told(each: Estimate) -> Estimate:
        note = (
            f"{n_skipped} random rows that nobody could answer are left out; the accuracy's interval allows for them."
        )
        return replace(each, note=f"{each.note} {note}".strip())

    whole = {name: told(each) if isinstance(each, Estimate) else each for name, each in figures.items()}
    of_classes = tuple(
        replace(each, recall=told(each.recall), precision=told(each.precision), prevalence=told(each.prevalence))
        for each in figures["classes"]
    )
    return whole | {"classes": of_classes}


def _others(truth: AnyArray, folds: CrossFit, confidence: float) -> dict[str, Any]:
    """Return the figures beside accuracy."""
    classes = np.union1d(folds.classes, np.unique(truth))
    correct = (folds.predicted == truth).astype(np.float64)
    whole: dict[str, Any] = dict.fromkeys(("brier", "overconfidence", "calibration"))
    if folds.probabilities is not None:
        whole = {
            "brier": metrics.brier_score(truth, folds.over(classes), classes, confidence=confidence),
            "overconfidence": metrics.overconfidence(folds.sure, correct, confidence=confidence),
            "calibration": metrics.calibration_bins(folds.sure, correct, confidence=confidence),
        }
    return whole | {
        "micro_f1": metrics.micro_f1(truth, folds.predicted, confidence=confidence),
        "macro_f1": metrics.macro_f1_estimate(truth, folds.predicted, classes, confidence=confidence),
        "balanced_accuracy": metrics.balanced_accuracy_estimate(truth, folds.predicted, classes, confidence=confidence),
        "classes": tuple(
            ClassFigures(
                label,
                metrics.recall(truth, folds.predicted, label, confidence=confidence),
                metrics.precision(truth, folds.predicted, label, confidence=confidence),
                metrics.prevalence(truth, label, confidence=confidence),
            )
            for label in classes.tolist()
        ),
    }


def _pool_confidences(
    fit: Fit,
    X: PoolLike,
    rows: IntArray,
    labels: AnyArray,
    order: IntArray,
    held: IntArray,
    sure: FloatArray,
    confidence_of: ConfidenceOf,
) -> Generator[None, None, FloatArray | None]:
    """Return the confidences of the first rows in audit order, each by a model that was not trained on it."""
    # At least the audit sample, which is the head of the order.
    sample = order[: max(MOST_POOL_ROWS, held.size)]
    known = np.isin(sample, rows)
    others = sample[known & ~np.isin(sample, held)]
    free = sample[~known]
    told = confidence_of(free)
    if told is None:
        return None
    parts = [sure, np.asarray(told, np.float64)]
    if others.size:
        folds = yield from cross_fitting(fit, X, rows, labels, others, n_folds=_FOLDS_OF_OTHERS)
        parts.append(folds.sure)
    return np.concatenate(parts)
