"""Auto-labelling keeps its promise whatever the model is like."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from querist.audit.auto_label import auto_labels
from querist.audit.auto_label_plan import AutoLabelPlan, plan_auto_label
from querist.audit.hypergeometric import count_for, lower_bound, upper_bound
from querist.exceptions import InvalidParameterError


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


@pytest.mark.parametrize("n_pools", [8, pytest.param(100, marks=pytest.mark.proof)])
@pytest.mark.parametrize("lie", [0.0, 0.5])
def test_the_promise_is_kept_in_simulation_even_if_confidence_lies(rng, lie, n_pools):
    kept = []
    for _ in range(n_pools):
        confidence, right, numbers = simulate(rng, 1200, lambda c: 0.16 * (1 - c) * (1 - lie) + 0.055 * lie)
        plan = plan_auto_label(np.arange(1200), 1 - 0.1 * (1 - confidence) ** 2, numbers, target=0.95)
        found = auto_labels(plan, right[plan.sample])
        kept.append(not broken(right, found.rows, 0.95))
    assert np.mean(kept) >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / len(kept))


def _broken_share(inner, more, n, target, level):
    """Return how often two nested regions break the promise, over all samples of n rows of the larger, exactly.

    `inner` and `more` are (rows, wrong ones) of the smaller region and of what the larger adds.
    """
    (size1, wrong1), (added, wrong_added) = inner, more
    size2 = size1 + added
    broken = 0.0
    for n1 in range(max(0, n - added), min(n, size1) + 1):
        n2 = n - n1
        spared1 = size1 - n1 - count_for(target, size1 - n1)
        spared2 = size2 - n - count_for(target, size2 - n)
        for w1 in range(min(wrong1, n1) + 1):
            ways1 = math.comb(wrong1, w1) * math.comb(size1 - wrong1, n1 - w1)
            if upper_bound(size1, n1, w1, level) - w1 > spared1:
                continue
            for w in range(w1, w1 + min(wrong_added, n2) + 1):
                ways = ways1 * math.comb(wrong_added, w - w1) * math.comb(added - wrong_added, n2 - w + w1)
                if upper_bound(size2, n, w, level) - w <= spared2:
                    broken += ways * (wrong1 + wrong_added - w > spared2)
                else:
                    broken += ways * (wrong1 - w1 > spared1)
    return broken / math.comb(size2, n)


# Found by random search for what uses most of the level: limits that the true number of wrong rows just exceeds.
WORST = [
    ((43, 2), (23, 1), 65, 0.5, 0.0465117),
    ((51, 1), (1, 1), 44, 0.95, 0.1568628),
    ((37, 2), (2, 0), 36, 0.95, 0.1576577),
    ((35, 9), (36, 16), 56, 0.5, 0.1),
    ((31, 6), (3, 3), 33, 0.7, 0.2),
    ((13, 1), (33, 6), 33, 0.8, 0.3077),
]


@pytest.mark.parametrize("case", WORST)
def test_two_regions_together_keep_the_level_at_their_worst(case):
    share = _broken_share(*case)
    assert 0.5 * case[-1] < share <= case[-1]


@pytest.mark.parametrize("seed", range(40))
def test_two_regions_together_keep_the_level(seed):
    rng = np.random.default_rng(seed)
    size1, added = int(rng.integers(4, 25)), int(rng.integers(2, 25))
    n, target, level = int(rng.integers(3, size1 + added)), rng.choice([0.5, 0.7, 0.8, 0.9]), rng.choice([0.05, 0.2])
    wrong1 = int(rng.integers(0, round((1 - target) * size1) + 2))
    wrong_added = int(rng.integers(0, min(added, round((1 - target) * added) + 2) + 1))
    assert _broken_share((size1, wrong1), (added, wrong_added), n, target, level) <= level


@given(st.lists(st.sampled_from([0.9, 0.95, 0.99, 1.0]), min_size=100, max_size=140), st.integers(0, 2**31))
@settings(max_examples=20)
def test_no_region_ends_among_rows_of_equal_confidence(confidence, seed):
    confidence = np.array(confidence)
    first, second = np.random.default_rng(seed).random((2, confidence.size))
    rows = np.arange(confidence.size)
    plans = [plan_auto_label(rows, confidence, numbers, target=0.6, most_labels=70) for numbers in (first, second)]
    for plan in plans:
        for region in plan.regions:
            outside = np.setdiff1d(rows, region)
            assert confidence[region].min() > confidence[outside].max(initial=0)
    # So the numbers decide which rows are drawn, never which are inside.
    assert [each.tolist() for each in plans[0].regions] == [each.tolist() for each in plans[1].regions]


def test_a_small_pool_is_not_drawn_empty():
    plan = plan_auto_label(np.arange(200), np.full(200, 0.999), np.arange(200) / 200, target=0.8, most_labels=500)
    assert 0 < plan.sample.size <= 150


def test_a_confidence_that_is_none_is_refused():
    with pytest.raises(InvalidParameterError, match="finite confidence"):
        plan_auto_label(np.arange(3), np.array([0.9, np.nan, 0.8]), np.arange(3) / 3)


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


def test_a_model_that_is_better_than_it_says_gets_a_plan(rng):
    # As trees with many classes do: half as sure as they are right.
    sure, past = rng.uniform(0.3, 0.7, 1500), rng.uniform(0.3, 0.7, 60)
    rows, numbers = np.arange(1500), rng.random(1500)
    assert plan_auto_label(rows, sure, numbers, target=0.95, most_labels=300) is None
    known = {"past_confidence": past, "past_correct": np.ones(60, bool)}
    assert plan_auto_label(rows, sure, numbers, target=0.95, most_labels=300, **known) is not None
