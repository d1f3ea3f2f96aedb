"""Auto-labelling keeps its promise whatever the model is like."""

import itertools

import numpy as np
import pytest

from querist.audit.auto_label import AutoLabelPlan, auto_labels, plan_auto_label
from querist.audit.hypergeometric import lower_bound


def broken(right, released, target):
    return released.size > 0 and right[released].mean() < target - 1e-12


@pytest.mark.parametrize("wrong", [set_ for k in (1, 2, 3) for set_ in itertools.combinations(range(8), k)])
def test_over_all_samples_of_eight_rows_the_level_is_kept(wrong):
    # Regions of the 4, 6 and 8 most confident rows; every sample of 6 as likely as any other.
    right = np.ones(8, bool)
    right[list(wrong)] = False
    regions = (np.arange(4), np.arange(6), np.arange(8))
    failures = []
    for sample in itertools.combinations(range(8), 6):
        plan = AutoLabelPlan(0.75, 0.3, regions, np.array(sample))
        failures.append(broken(right, auto_labels(plan, right[list(sample)]).rows, 0.75))
    assert np.mean(failures) <= 0.3


def test_a_region_passes_exactly_when_its_rest_is_proved_good():
    regions = (np.arange(60),)
    for wrong in range(10):
        sample = np.arange(40)
        correct = np.arange(40) >= wrong
        found = auto_labels(AutoLabelPlan(0.8, 0.05, regions, sample), correct)
        least = lower_bound(60, 40, 40 - wrong, 0.05) - (40 - wrong)
        assert (found.n_regions == 1) == (least >= 16)
        if found.n_regions:
            assert found.rows.tolist() == list(range(40, 60))
            assert found.estimate.low == pytest.approx(least / 20)
        else:
            assert found.rows.size == 0
            assert "No region" in str(found.estimate)


def simulate(rng, n, error_of):
    confidence = rng.random(n)
    right = rng.random(n) >= error_of(confidence)
    return confidence, right, rng.random(n)


def test_the_plan_is_nested_fresh_and_says_its_cost(rng):
    confidence, right, numbers = simulate(rng, 3000, lambda c: 0.1 * (1 - c) ** 3)
    rows = np.arange(100, 3100)
    said = np.clip(1 - 0.3 * (1 - confidence) ** 3, 0, 1)
    plan = plan_auto_label(rows, said, numbers, target=0.95, most_labels=300)
    assert plan.sample.size <= 301
    for inner, outer in itertools.pairwise(plan.regions):
        assert np.isin(inner, outer).all()
        assert outer.size > inner.size
    cut = confidence[plan.regions[0] - 100].min()
    assert np.isin(rows[confidence > cut], plan.regions[0]).all()
    # The sample is the first of the largest region in audit order.
    inside = plan.regions[-1]
    assert set(plan.sample) == set(inside[np.argsort(numbers[inside - 100])][: plan.sample.size])
    stages = [plan.stage(k) for k in range(len(plan.regions))]
    assert sorted(np.concatenate(stages)) == sorted(plan.sample)
    assert plan.labels == (stages[0].size, plan.sample.size)
    found = auto_labels(plan, right[plan.sample - 100])
    assert found.n_regions >= 1
    assert not np.isin(found.rows, plan.sample).any()


@pytest.mark.parametrize("lie", [0.0, 0.5])
def test_the_promise_is_kept_in_simulation_even_if_confidence_lies(rng, lie):
    kept = []
    for _ in range(30):
        confidence, right, numbers = simulate(rng, 1200, lambda c: 0.16 * (1 - c) * (1 - lie) + 0.055 * lie)
        plan = plan_auto_label(np.arange(1200), 1 - 0.1 * (1 - confidence) ** 2, numbers, target=0.95)
        found = auto_labels(plan, right[plan.sample])
        kept.append(not broken(right, found.rows, 0.95))
    assert np.mean(kept) >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / 30)


def test_a_hopeless_model_gets_no_plan(rng):
    assert plan_auto_label(np.arange(500), rng.random(500) * 0.6, rng.random(500), target=0.98) is None


def test_the_past_corrects_confidences_that_boast(rng):
    numbers = rng.random(2000)
    boast = np.full(2000, 0.999)
    past = np.full(100, 0.999)
    assert plan_auto_label(np.arange(2000), boast, numbers, target=0.95) is not None
    wrong = np.arange(100) % 3 > 0
    assert (
        plan_auto_label(np.arange(2000), boast, numbers, target=0.95, past_confidence=past, past_correct=wrong) is None
    )
