"""What a promise will take, worked out before it begins: a wrong guess costs labels or rows, never the promise."""

from dataclasses import replace
from typing import Any

import numpy as np

from querist._typing import FloatArray
from querist._validation import check_number
from querist.audit.auto_label_plan import AutoLabelPlan, plan_auto_label, regions_of
from querist.audit.certificate import attempt_level
from querist.audit.certificate_plan import Plan, labels_needed
from querist.audit.error_chances import error_chances
from querist.audit.expected import Expected
from querist.audit.offers import LEAST_CHANCE, Offer, highest_offer
from querist.audit.outcomes import RIGHT, WRONG, OutcomeArray
from querist.audit.past import Frozen, Past
from querist.audit.promise import CONFIDENCE, MOST_LABELS, Promise, Region
from querist.audit.region_order import Order, Signs, best_order
from querist.exceptions import InvalidParameterError, OutOfReachError

# Chance to pass that a certificate is planned with; nearly certain where so few labels do.
POWER, _SURE_POWER, _CHEAP = 0.8, 0.95, 100


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
    OutOfReachError
        If the target is out of reach.
    """
    level, n_rows = attempt_level(attempt, confidence), frozen.rows.size
    made = labels_needed(target, guess, n_rows, level=level, power=_SURE_POWER if power is None else power)
    if power is None and (made is None or made.n_labels > _CHEAP):
        made = labels_needed(target, guess, n_rows, level=level, power=POWER)
    if made is None:
        offer = _smaller_certificate(target, guess, n_rows, level)
        raise _out_of_reach(
            f"{target:.1%} is out of reach: the accuracy seems to be {guess:.1%}, so it cannot be certified "
            "with 5,000 labels or fewer.",
            offer,
            "Aim lower, or label more first.",
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
        If the model has no confidences.
    OutOfReachError
        If no part of the rows is expected to pass.
    """
    check_number(target, "target", low=0, high=1, open_low=True)
    if frozen.confidences is None or np.isnan(frozen.confidences).any():
        raise InvalidParameterError(
            "This model cannot say which rows it is sure of. Use an estimator with predict_proba."
        )
    planner = _Planner(frozen, past, attempt, confidence, most_labels)
    made = planner.plan(target)
    if made is None:
        worthless = f" {planner.order.words}" if planner.order.name == "none" else ""
        raise _out_of_reach(
            f"No part of the {frozen.rows.size:,} rows is expected to reach {target:.1%} with {most_labels} labels."
            + worthless,
            planner.offer(target),
            "Aim lower, allow more labels, or label more first.",
        )
    rather_fails = made.expected is not None and made.expected.chance < LEAST_CHANCE
    return replace(made, offer=planner.offer(target)) if rather_fails else made


def offer_after(
    promise: Promise, frozen: Frozen, past: Past | None, outcome: OutcomeArray, *, most_labels: int = MOST_LABELS
) -> Offer | None:
    """Return what the next attempt might promise after one that failed, from what its draws have shown besides.

    Parameters
    ----------
    promise : Promise
        The attempt that failed.
    frozen : Frozen
        The rows that it was about.
    past : Past or None
        What was known before.
    outcome : ndarray of shape (n_draws,)
        See `querist.audit.outcomes`.
    most_labels : int, default=500

    Notes
    -----
    It is a plan like any other: an attempt of its own, at its own level, about fresh draws. Those of inner regions say
    how often the model is right where it was sure, which is what the curves of `best_order` take them for.
    """
    told = np.isin(outcome, (RIGHT, WRONG))
    places = np.searchsorted(frozen.rows, promise.draws[told])
    known = frozen.only(places)
    shown = Past(outcome[told] == RIGHT, known.confidences, known.predicted, known.second)
    past = shown if past is None else past.and_also(shown)
    left = frozen.only(~np.isin(frozen.rows, promise.draws[told]))
    if not left.rows.size:
        return None
    attempt, confidence = promise.attempt + 1, promise.confidence
    if promise.kind == "auto_label":
        return _Planner(left, past, attempt, confidence, most_labels).offer(promise.target)
    guess = guessed_accuracy(promise.target, left.confidences, past, known=float(past.correct.mean()))
    return _smaller_certificate(promise.target, guess, left.rows.size, attempt_level(attempt, confidence))


class _Planner:
    """Plans labels by the model with one target after the other, by one order of the rows."""

    def __init__(self, frozen: Frozen, past: Past | None, attempt: int, confidence: float, most_labels: int) -> None:
        assert frozen.confidences is not None
        self._frozen = frozen
        self._terms: dict[str, Any] = {"attempt": attempt, "confidence": confidence, "most_labels": most_labels}
        self.order = Order("confidence", frozen.confidences, None, is_judged=False)
        if past is not None and past.is_enough and past.confidence is not None:
            rows = Signs(frozen.confidences, frozen.predicted, frozen.second)
            self.order = best_order(rows, Signs(past.confidence, past.predicted, past.second), past.correct)
            self._terms |= {"past_confidence": self.order.past, "past_correct": past.correct}

    def plan(self, target: float) -> AutoLabelPlan | None:
        made = plan_auto_label(self._frozen.rows, self.order.sure, self._frozen.numbers, target=target, **self._terms)
        return None if made is None else replace(made, order=self.order.words)

    def offer(self, target: float) -> Offer | None:
        def expects(lower: float) -> Expected | None:
            made = self.plan(lower)
            return None if made is None else made.expected

        return highest_offer(target, expects, releases=True)


def _smaller_certificate(target: float, guess: float, n_rows: int, level: float) -> Offer | None:
    def expects(lower: float) -> Expected | None:
        made = labels_needed(lower, guess, n_rows, level=level, power=POWER)
        return None if made is None or made.n_labels > MOST_LABELS else made.expected

    return highest_offer(target, expects, releases=False)


def _out_of_reach(why: str, offer: Offer | None, remedy: str) -> OutOfReachError:
    offered = "" if offer is None else f" {offer}"
    return OutOfReachError(f"{why}{offered} {remedy}", None if offer is None else offer.target)


def certificate_promise(plan: Plan, frozen: Frozen, *, attempt: int, confidence: float = CONFIDENCE) -> Promise:
    """Return the attempt at a certificate: the next rows by their numbers decide."""
    return Promise(
        "certificate", plan.target, confidence, attempt, plan.level, plan.n_remaining, plan.power,
        (Region(plan.n_remaining, plan.n_labels, plan.n_labels - plan.n_needed),),
        frozen.first(plan.n_labels), np.zeros(plan.n_labels, np.int64), curtailed=True,
    )  # fmt: skip


def model_labels_promise(
    plan: AutoLabelPlan, frozen: Frozen, *, attempt: int, confidence: float = CONFIDENCE
) -> Promise:
    """Return the attempt at labels by the model."""
    regions, inside = regions_of(plan)
    chance = None if plan.expected is None else plan.expected.chance
    return Promise(
        "auto_label", plan.target, confidence, attempt, plan.level, frozen.rows.size, chance,
        regions, plan.sample, inside, curtailed=True,
    )  # fmt: skip
