"""What a promise will take, worked out before it begins: a wrong guess costs labels or rows, never the promise."""

from dataclasses import dataclass

import numpy as np

from querist._typing import BoolArray, FloatArray, IntArray
from querist._validation import check_number
from querist.audit.auto_label import AutoLabelPlan, plan_auto_label, regions_of
from querist.audit.certificate import Plan, attempt_level, labels_needed
from querist.audit.error_chances import error_chances
from querist.audit.promise import CONFIDENCE, MOST_LABELS, Promise, Region
from querist.exceptions import InvalidParameterError

# Chance to pass that a certificate is planned with; nearly certain where so few labels do.
POWER, _SURE_POWER, _CHEAP = 0.8, 0.95, 100
# Fewer answers to rows drawn at random say nothing about how sure a model may be.
FEWEST_PAST = 20


@dataclass(frozen=True, eq=False)
class Past:
    """Rows that the audit drew, as models said that were not trained on them.

    Rows that the strategy chose would mislead: among the confident ones it found the exceptions.

    Attributes
    ----------
    correct : ndarray of shape (n,), bool
    confidence : ndarray of shape (n,) or None
        None: of models without probabilities.
    """

    correct: BoolArray
    confidence: FloatArray | None

    @property
    def is_enough(self) -> bool:
        """Whether anything is to be made of it."""
        return self.correct.size >= FEWEST_PAST


@dataclass(frozen=True, eq=False)
class Frozen:
    """The rows that a model was frozen for.

    Attributes
    ----------
    rows : ndarray of shape (n,)
        Those without an answer, skipped ones included.
    numbers : ndarray of shape (n,)
        A random number for each, independent of all that happened before: of this attempt's own (`promise_numbers`), or
        permanent ones while they are fresh (`is_fresh`).
    confidences : ndarray of shape (n,) or None
        The frozen model's; None: it has none.
    """

    rows: IntArray
    numbers: FloatArray
    confidences: FloatArray | None

    @property
    def order(self) -> IntArray:
        """The rows by their random numbers."""
        return self.rows[np.argsort(self.numbers, kind="stable")]


def guessed_accuracy(
    target: float, confidences: FloatArray | None, past: Past | None, known: float | None = None
) -> float:
    """Return what the accuracy on the rows that are left is thought to be.

    Their confidences, corrected by the past; else what is known of the accuracy on all rows; else halfway from the
    target to perfect. (With too few answers of the past, confidences alone are not believed.)

    Parameters
    ----------
    target : float
    confidences : ndarray of shape (n,) or None
        Of the model in the rows that are left.
    past : Past or None
    known : float, default=None
        Its accuracy on a row like any other, if there is a figure.
    """
    enough = past is not None and past.is_enough
    if enough and past is not None and past.confidence is not None and confidences is not None:
        return float(1 - error_chances(confidences, past.confidence, past.correct).mean())
    if enough and past is not None and known is None:
        return float(past.correct.mean())
    return (1 + target) / 2 if known is None else known


def plan_certificate(
    frozen: Frozen,
    target: float,
    guess: float,
    *,
    attempt: int,
    confidence: float = CONFIDENCE,
    power: float | None = None,
) -> Plan:
    """Return how many labels a certificate takes.

    Parameters
    ----------
    frozen : Frozen
    target, guess : float
        The accuracy to certify, and what it is thought to be.
    attempt : int
    confidence : float, default=0.95
    power : float, default=None
        Chance to pass if the accuracy is as guessed. None: 0.95 where a hundred labels do, else 0.8.

    Raises
    ------
    InvalidParameterError
        If the target is out of reach.
    """
    level, n_rows = attempt_level(attempt, confidence), frozen.rows.size
    made = labels_needed(target, guess, n_rows, level=level, power=_SURE_POWER if power is None else power)
    if power is None and (made is None or made.n_labels > _CHEAP):
        made = labels_needed(target, guess, n_rows, level=level, power=POWER)
    if made is None:
        raise InvalidParameterError(
            f"{target:.1%} is out of reach: the accuracy is thought to be {guess:.1%}, and so it cannot be certified "
            "with 5,000 labels or fewer. Aim lower, or label more first."
        )
    return made


def plan_model_labels(
    frozen: Frozen,
    target: float,
    past: Past | None,
    *,
    attempt: int,
    confidence: float = CONFIDENCE,
    most_labels: int = MOST_LABELS,
) -> AutoLabelPlan:
    """Return the regions and draws with which the model may label as many rows as possible.

    Raises
    ------
    InvalidParameterError
        If the model has no confidences, or no part of the rows is expected to pass.
    """
    check_number(target, "target", low=0, high=1, open_low=True)
    if frozen.confidences is None or np.isnan(frozen.confidences).any():
        raise InvalidParameterError(
            "This model cannot say which rows it is sure of. Use an estimator with predict_proba."
        )
    known = past is not None and past.is_enough and past.confidence is not None
    made = plan_auto_label(
        frozen.rows,
        frozen.confidences,
        frozen.numbers,
        target=target,
        past_confidence=past.confidence if known and past is not None else None,
        past_correct=past.correct if known and past is not None else None,
        most_labels=most_labels,
        attempt=attempt,
        confidence=confidence,
    )
    if made is None:
        raise InvalidParameterError(
            f"No part of the {frozen.rows.size:,} rows is expected to reach {target:.1%} with {most_labels} labels. "
            "Aim lower, allow more labels, or label more first."
        )
    return made


def certificate_promise(plan: Plan, frozen: Frozen, *, attempt: int, confidence: float = CONFIDENCE) -> Promise:
    """Return the attempt at a certificate: the next rows by their numbers decide."""
    return Promise(
        "certificate", plan.target, confidence, attempt, plan.level, plan.n_remaining, plan.power,
        (Region(plan.n_remaining, plan.n_labels, plan.n_labels - plan.n_needed),),
        frozen.order[: plan.n_labels], np.zeros(plan.n_labels, np.int64),
    )  # fmt: skip


def model_labels_promise(
    plan: AutoLabelPlan, frozen: Frozen, *, attempt: int, confidence: float = CONFIDENCE
) -> Promise:
    """Return the attempt at labels by the model."""
    regions, inside = regions_of(plan)
    return Promise(
        "auto_label", plan.target, confidence, attempt, plan.level, frozen.rows.size, None,
        regions, plan.sample, inside,
    )  # fmt: skip
