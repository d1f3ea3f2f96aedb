"""What a promise is expected to take: exact, for the guess that it is planned with."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from querist.audit.auto_label_plan import plan_auto_label, regions_of
from querist.audit.certificate_plan import labels_needed
from querist.audit.expected import expected
from querist.audit.outcomes import OPEN, RIGHT, WRONG
from querist.audit.promise import Promise, Region, standing


def asked(promise, wrong):
    """Return how many draws are answered one by one until it is decided, and how many regions pass."""
    outcome, n = np.full(promise.draws.size, OPEN, np.int8), 0
    while (where := standing(promise, outcome)).open.size:
        draw = where.open[0]
        outcome[draw] = WRONG if wrong[draw] else RIGHT
        n += 1
    return n, where.n_passed


def promised(regions):
    n_new = np.diff([0, *(each.n_draws for each in regions)])
    inside = np.repeat(np.arange(len(regions)), n_new)
    return Promise("auto_label", 0.9, 0.95, 1, 0.03, 99, None, tuple(regions), np.arange(inside.size), inside)


@st.composite
def nested(draw):
    """Regions, and the wrong rows of each ring."""
    regions, in_rings, size, n_draws = [], [], 0, 0
    for _ in range(draw(st.integers(1, 3))):
        ring = draw(st.integers(1, 6))
        drawn = draw(st.integers(0 if regions else 1, min(ring, 4)))
        size, n_draws = size + ring, n_draws + drawn
        in_rings.append((ring, drawn, draw(st.integers(0, ring))))
        regions.append(Region(size, n_draws, draw(st.integers(-1, n_draws))))
    return regions, in_rings


@given(nested())
@settings(max_examples=60)
def test_it_is_what_all_ways_to_draw_give(case):
    regions, in_rings = case
    promise, ways = promised(regions), []
    for size, n, n_wrong in in_rings:
        likely = [
            (flags, math.comb(size - n, n_wrong - sum(flags)) / math.comb(size, n_wrong))
            for flags in itertools.product((False, True), repeat=n)
            if sum(flags) <= n_wrong <= size - n + sum(flags)
        ]
        ways.append(likely)
    chance = passing = failing = released = 0.0
    for rings in itertools.product(*ways):
        weight = math.prod(each[1] for each in rings)
        n, n_passed = asked(promise, [flag for flags, _ in rings for flag in flags])
        if n_passed:
            chance, passing = chance + weight, passing + weight * n
            released += weight * (regions[n_passed - 1].size - regions[n_passed - 1].n_draws)
        else:
            failing += weight * n
    found = expected(regions, np.cumsum([n_wrong for _, _, n_wrong in in_rings])[None])
    assert found.chance == pytest.approx(chance, abs=1e-9)
    if chance > 1e-9:
        assert found.labels_if_passed == pytest.approx(passing / chance)
        assert found.released == pytest.approx(released / chance)
    if chance < 1 - 1e-9:
        assert found.labels_if_failed == pytest.approx(failing / (1 - chance), abs=1e-6)


def test_several_guesses_are_averaged():
    regions = (Region(40, 8, 1), Region(90, 20, 2))
    guesses = np.array([[2, 5], [9, 30]])
    both = expected(regions, guesses)
    one, other = (expected(regions, each[None]) for each in guesses)
    assert both.chance == pytest.approx((one.chance + other.chance) / 2)
    passing = (one.chance * one.labels_if_passed + other.chance * other.labels_if_passed) / 2
    assert both.labels_if_passed == pytest.approx(passing / both.chance)


def test_what_cannot_happen_has_no_labels():
    sure = expected((Region(50, 10, 3),), np.array([[0]]))
    assert (sure.chance, sure.labels_if_failed) == (1.0, None)
    assert sure.labels_if_passed == pytest.approx(7)
    assert str(sure) == "about 7 labels if it passes"
    hopeless = expected((Region(50, 10, 3),), np.array([[50]]))
    assert (hopeless.chance, hopeless.labels_if_passed, hopeless.released) == (0.0, None, None)
    assert str(hopeless) == "about 4 labels if it fails"


@pytest.mark.parametrize("repeats", [60, pytest.param(20_000, marks=pytest.mark.proof)])
def test_a_certificate_takes_what_its_plan_says(rng, repeats):
    plan = labels_needed(0.9, 0.95, 800, level=0.03)
    promise = promised([Region(800, plan.n_labels, plan.n_labels - plan.n_needed)])
    wrong = np.arange(800) < 40
    found = [asked(promise, rng.permutation(wrong)[: plan.n_labels]) for _ in range(repeats)]
    for passes, told in ((1, plan.expected.labels_if_passed), (0, plan.expected.labels_if_failed)):
        took = [n for n, n_passed in found if n_passed == passes]
        assert np.mean(took) == pytest.approx(told, abs=5 * np.std(took) / np.sqrt(len(took)))
    n_passed, n_failed = round(plan.expected.labels_if_passed), round(plan.expected.labels_if_failed)
    assert str(plan) == (
        f"{plan.n_labels} random rows at most, of which the model must get {plan.n_needed} right: about {n_passed} "
        f"labels if it passes, about {n_failed} labels if it fails (chance to pass: {plan.power:.0%})."
    )


def test_labels_by_the_model_say_what_they_take(rng):
    sure = 1 - 0.15 * rng.random(2000)
    plan = plan_auto_label(np.arange(2000), sure, rng.random(2000), target=0.9, most_labels=200)
    regions, _ = regions_of(plan)
    assert 0.5 <= plan.expected.chance <= 1
    assert plan.expected.labels_if_failed < plan.expected.labels_if_passed <= plan.sample.size
    assert 0 < plan.expected.released <= regions[-1].size - regions[-1].n_draws
    assert str(plan.expected) in str(plan)
    assert plan.by_region.size == regions[-1].size
    for region in plan.regions:
        assert np.sort(plan.by_region[: region.size]).tolist() == region.tolist()
