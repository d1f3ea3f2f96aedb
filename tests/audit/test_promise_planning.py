"""What a promise will take."""

import numpy as np
import pytest

from querist.audit.auto_label import auto_labels
from querist.audit.certificate import attempt_level, certificate_result, labels_needed, rest_bound
from querist.audit.error_chances import error_chances
from querist.audit.outcomes import OPEN, RIGHT, WRONG
from querist.audit.promise import standing
from querist.audit.promise_planning import (
    FEWEST_PAST,
    Frozen,
    Past,
    certificate_promise,
    guessed_accuracy,
    model_labels_promise,
    plan_certificate,
    plan_model_labels,
)
from querist.exceptions import InvalidParameterError


def frozen(n=1000, confidences=True, seed=0):
    rng = np.random.default_rng(seed)
    return Frozen(np.arange(n) * 2, rng.random(n), 1 - 0.05 * rng.random(n) if confidences else None)


def past(n, right=0.9, confidence=0.95):
    correct = np.arange(n) < right * n
    return Past(correct, None if confidence is None else np.full(n, confidence))


def test_a_guess_is_made_of_the_best_that_is_known():
    sure = frozen().confidences
    corrected = 1 - error_chances(sure, past(40).confidence, past(40).correct).mean()
    assert guessed_accuracy(0.8, sure, past(40), known=0.5) == pytest.approx(corrected)
    assert guessed_accuracy(0.8, sure, past(FEWEST_PAST - 1), known=0.85) == 0.85
    assert guessed_accuracy(0.8, None, past(40, confidence=None)) == pytest.approx(0.9)
    assert guessed_accuracy(0.8, None, past(40, confidence=None), known=0.7) == 0.7
    assert guessed_accuracy(0.8, sure, None) == pytest.approx(0.9)
    assert guessed_accuracy(0.8, sure, past(5)) == pytest.approx(0.9)


def test_passing_is_nearly_certain_where_few_labels_do():
    cheap = plan_certificate(frozen(), 0.8, 0.93, attempt=1)
    assert (cheap.n_labels <= 100, cheap.power >= 0.95) == (True, True)
    dear = plan_certificate(frozen(), 0.9, 0.94, attempt=1)
    assert dear == labels_needed(0.9, 0.94, 1000, level=attempt_level(1), power=0.8)
    asked_for = plan_certificate(frozen(), 0.8, 0.93, attempt=1, power=0.8)
    assert asked_for == labels_needed(0.8, 0.93, 1000, level=attempt_level(1), power=0.8)


def test_what_is_out_of_reach_is_said():
    with pytest.raises(InvalidParameterError, match=r"95.0% is out of reach: .* thought to be 90.0%"):
        plan_certificate(frozen(), 0.95, 0.9, attempt=1)
    with pytest.raises(InvalidParameterError, match="cannot say which rows"):
        plan_model_labels(frozen(confidences=False), 0.95, None, attempt=1)
    with pytest.raises(InvalidParameterError, match="No part of the 1,000 rows"):
        plan_model_labels(frozen(), 0.9999, None, attempt=1, most_labels=20)


def test_a_certificate_draws_the_next_by_their_numbers_and_is_decided_by_its_plan():
    here = frozen()
    plan = plan_certificate(here, 0.85, 0.93, attempt=2)
    made = certificate_promise(plan, here, attempt=2)
    assert made.draws.tolist() == here.rows[np.argsort(here.numbers)][: plan.n_labels].tolist()
    assert (made.level, made.n_needed, made.n_remaining) == (plan.level, plan.n_needed, 1000)
    for n_wrong in range(plan.n_labels - plan.n_needed + 3):
        outcome = np.where(np.arange(plan.n_labels) < n_wrong, WRONG, RIGHT).astype(np.int8)
        where = standing(made, outcome)
        found = certificate_result(made, where, n_known=plan.n_labels, n_known_right=plan.n_labels - n_wrong)
        assert (where.state == "passed") == found.passed == (plan.n_labels - n_wrong >= plan.n_needed)
        assert found.passed == (found.estimate.low >= 0.85)
        assert found.n_rest == 1000 - plan.n_labels
        assert found.rest == rest_bound(plan.n_labels - n_wrong, plan.n_labels, 1000, attempt=2)


def test_labels_by_the_model_are_decided_as_auto_labels_does(rng):
    here = frozen()
    here = Frozen(here.rows, here.numbers, np.clip(1.2 - 0.5 * rng.random(1000), 0, 0.995))
    plan = plan_model_labels(here, 0.9, None, attempt=1, most_labels=300)
    made = model_labels_promise(plan, here, attempt=1)
    assert len(made.regions) == len(plan.regions) > 1
    assert [int((made.inside == k).sum()) for k in range(len(plan.regions))] == [
        plan.stage(k).size for k in range(len(plan.regions))
    ]
    for rate in (0, 0.02, 0.05, 0.2):
        right = rng.random(plan.sample.size) >= rate
        found = auto_labels(plan, right)
        assert standing(made, np.where(right, RIGHT, WRONG)).n_passed == found.n_regions
        # Of several regions the last is chosen by its draws: no more is said of it than the test proved.
        worst = made.regions[found.n_regions - 1] if found.n_regions else None
        if worst is not None:
            assert 0.9 <= found.estimate.low <= 1
            first = np.cumsum(~right) <= worst.allowed
            assert auto_labels(plan, first | right).estimate.low <= found.estimate.low or found.n_regions == 0


def test_an_open_draw_counts_as_wrong_for_what_is_certain():
    here = frozen()
    plan = plan_certificate(here, 0.8, 0.93, attempt=1)
    made = certificate_promise(plan, here, attempt=1)
    outcome = np.full(plan.n_labels, RIGHT, np.int8)
    outcome[-1] = OPEN
    where = standing(made, outcome)
    assert where.is_decided
    found = certificate_result(made, where, n_known=plan.n_labels - 1, n_known_right=plan.n_labels - 1)
    assert found.passed
    assert (
        found.estimate.low
        < certificate_result(
            made,
            standing(made, np.full(plan.n_labels, RIGHT, np.int8)),
            n_known=plan.n_labels,
            n_known_right=plan.n_labels,
        ).estimate.low
    )
