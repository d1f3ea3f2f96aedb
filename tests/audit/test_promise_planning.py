"""What a promise will take."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from querist.audit.auto_label import auto_labels
from querist.audit.certificate import attempt_level, certificate_result, remainder_accuracy, rest_bound
from querist.audit.certificate_plan import labels_needed
from querist.audit.error_chances import error_chances
from querist.audit.outcomes import OPEN, RIGHT, WRONG
from querist.audit.past import FEWEST_PAST, Frozen, Past
from querist.audit.promise import MOST_LABELS, Promise, Region, standing
from querist.audit.promise_planning import (
    certificate_promise,
    guessed_accuracy,
    model_labels_promise,
    offer_after,
    plan_certificate,
    plan_model_labels,
)
from querist.exceptions import InvalidParameterError, OutOfReachError


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
    with pytest.raises(InvalidParameterError, match=r"95.0% is out of reach: .* seems to be 90.0%"):
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
        found = certificate_result(made, outcome, n_known=plan.n_labels, n_known_right=plan.n_labels - n_wrong)
        assert (where.state == "passed") == found.passed == (plan.n_labels - n_wrong >= plan.n_needed)
        assert found.passed == (found.estimate.low >= 0.85)
        assert found.n_rest == 1000 - plan.n_labels
        # The wrong ones come first: it passes with the last that is needed, and fails with the next wrong one.
        most = plan.n_labels - plan.n_needed
        counted = (plan.n_needed, plan.n_needed + n_wrong) if n_wrong <= most else (0, most)
        known = (plan.n_labels - n_wrong, plan.n_labels)
        assert found.rest == rest_bound(*counted, 1000, attempt=2, known=known)


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
    all_told = certificate_result(made, outcome, n_known=plan.n_labels, n_known_right=plan.n_labels)
    # What comes after the draw that decides changes nothing, whether it is open, right or wrong.
    for last in (OPEN, WRONG):
        outcome[-1] = last
        assert standing(made, outcome).state == "passed"
        found = certificate_result(made, outcome, n_known=plan.n_labels, n_known_right=plan.n_labels)
        assert found == all_told
    # One before it, answered later than others, may be wrong.
    outcome[[0, -1]] = OPEN, RIGHT
    found = certificate_result(made, outcome, n_known=plan.n_labels - 1, n_known_right=plan.n_labels - 1)
    assert found.passed
    assert 0.8 <= found.estimate.low < all_told.estimate.low


def test_a_test_that_waited_for_all_is_told_of_all():
    """As earlier versions began them: the bound was on all draws."""
    here = frozen()
    plan = plan_certificate(here, 0.8, 0.93, attempt=1)
    made = replace(certificate_promise(plan, here, attempt=1), curtailed=False)
    outcome = np.full(plan.n_labels, RIGHT, np.int8)
    outcome[3] = WRONG
    found = certificate_result(made, outcome, n_known=plan.n_labels, n_known_right=plan.n_labels - 1)
    assert found.estimate == remainder_accuracy(plan.n_labels - 1, plan.n_labels, 1000)


@pytest.mark.parametrize(("n_draws", "allowed"), [(1, 0), (4, 1), (5, 2), (6, 5)])
def test_over_all_orders_of_eight_rows_a_curtailed_bound_keeps_the_level(n_draws, allowed):
    """Each set of wrong rows among the draws as often as it happens, whichever answers are open."""
    confidence = 0.7
    draws = np.arange(n_draws)
    inside = np.zeros(n_draws, np.int64)
    made = Promise(
        "certificate", 0.5, confidence, 1, attempt_level(1, confidence), 8, None, (Region(8, n_draws, allowed),),
        draws, inside, curtailed=True,
    )  # fmt: skip
    for n_right in range(9):
        too_high, in_all = 0, 0
        for right in itertools.combinations(range(8), n_right):
            outcome = np.where(np.isin(draws, right), RIGHT, WRONG).astype(np.int8)
            found = certificate_result(made, outcome, n_known=n_draws, n_known_right=int((outcome == RIGHT).sum()))
            too_high += found.estimate.low * 8 > n_right + 1e-9
            in_all += 1
            for place in range(n_draws):
                told = np.where(draws == place, OPEN, outcome).astype(np.int8)
                assert certificate_result(made, told, n_known=0, n_known_right=0).estimate.low <= found.estimate.low
        assert too_high / in_all <= made.level


def test_a_smaller_promise_is_offered():
    with pytest.raises(OutOfReachError, match=r"8\d% is expected to pass with about \d+ labels\. Aim lower") as refused:
        plan_certificate(frozen(), 0.95, 0.9, attempt=1)
    offered = refused.value.offered
    made = plan_certificate(frozen(), offered, 0.9, attempt=1, power=0.8)
    assert made.n_labels <= MOST_LABELS
    higher = labels_needed(offered + 0.01, 0.9, 1000, level=attempt_level(1), power=0.8)
    assert higher is None or higher.n_labels > MOST_LABELS
    with pytest.raises(OutOfReachError, match=r"or fewer\. Aim lower") as refused:
        plan_certificate(frozen(), 0.95, 0.3, attempt=1)
    assert refused.value.offered is None


def test_a_smaller_promise_is_offered_for_labels_by_the_model(rng):
    here = frozen(3000)
    here = Frozen(here.rows, here.numbers, 1 - 0.12 * rng.random(3000))
    with pytest.raises(OutOfReachError, match=r"for about [\d,]+ rows\. Aim lower") as refused:
        plan_model_labels(here, 0.999, None, attempt=1, most_labels=200)
    offered = refused.value.offered
    made = plan_model_labels(here, offered, None, attempt=1, most_labels=200)
    assert made.expected.chance >= 0.7
    assert made.offer is None
    assert plan_model_labels(here, offered + 0.01, None, attempt=1, most_labels=200).expected.chance < 0.7
    # What rather fails than passes may be tried, and less is offered beside it.
    unlikely = next(
        plan
        for plan in (
            plan_model_labels(here, offered + step / 200, None, attempt=1, most_labels=200) for step in range(20)
        )
        if plan.expected.chance < 0.5
    )
    assert unlikely.offer.target == offered
    assert str(unlikely.offer) in str(unlikely)


def test_what_draws_have_shown_is_offered_after_a_failure(rng):
    here = Frozen(np.arange(3000) * 2, rng.random(3000), np.full(3000, 0.99))
    plan = plan_model_labels(here, 0.95, None, attempt=1, most_labels=300)
    made = model_labels_promise(plan, here, attempt=1)
    # Every tenth is wrong, where one in a hundred was expected.
    outcome = np.where(np.arange(plan.sample.size) % 10 < 9, RIGHT, WRONG).astype(np.int8)
    assert standing(made, outcome).state == "failed"
    offer = offer_after(made, here, None, outcome, most_labels=300)
    assert 0.75 <= offer.target < 0.9
    certified = certificate_promise(plan_certificate(here, 0.95, 0.98, attempt=1), here, attempt=1)
    outcome = np.where(np.arange(certified.draws.size) % 10 < 9, RIGHT, WRONG).astype(np.int8)
    assert standing(certified, outcome).state == "failed"
    assert 0.75 <= offer_after(certified, here, None, outcome).target < 0.9
    # Where nothing is left, nothing is offered.
    few = Frozen(certified.draws, np.arange(certified.draws.size) / 1e3, None)
    assert offer_after(certified, few.only(np.argsort(few.rows)), None, outcome) is None


def test_where_no_sign_tells_it_is_said(rng):
    n = 2000
    here = Frozen(np.arange(n), rng.random(n), rng.uniform(0.9, 1, n))
    right = rng.random(400) < 0.9
    told = Past(right, np.where(right, 0.93, 0.97))  # upside down, and of two values only
    with pytest.raises(OutOfReachError, match="No part of the"):
        plan_model_labels(here, 0.99, told, attempt=1)
    told = Past(right, rng.uniform(0.9, 1, 400))
    with pytest.raises(OutOfReachError, match="shows which rows it gets wrong"):
        plan_model_labels(here, 0.97, told, attempt=1)
    plan = plan_model_labels(here, 0.8, told, attempt=1)
    assert [each.size for each in plan.regions] == [n]
    assert "all rows are tested together" in str(plan)
