"""Estimators for one fixed model: unbiased over all draws of eight rows, variances against Monte Carlo."""

import itertools

import numpy as np
import pytest

from querist.audit.intervals import wilson
from querist.audit.planning import labels_for_width
from querist.audit.weighted import drawn_accuracy, lure, neyman_allocation, stratified
from querist.exceptions import InvalidParameterError

LOSSES = np.array([1.0, 0, 0, 1, 0, 1, 0, 0.5])
WEIGHTS = np.array([5.0, 1, 2, 3, 1, 4, 1, 2])


def proposal(left, drawn):
    """Probabilities that depend on what was drawn: after an error, likely rows are likelier still."""
    bold = WEIGHTS[left] ** (2 if drawn and LOSSES[drawn[-1]] > 0 else 1)
    return bold / bold.sum()


def walks(n_draws, drawn=(), chance=1.0, probabilities=()):
    """Every sequence of draws with its probability."""
    if n_draws == 0:
        yield drawn, chance, probabilities
        return
    left = [row for row in range(8) if row not in drawn]
    for row, q in zip(left, proposal(left, drawn), strict=True):
        yield from walks(n_draws - 1, (*drawn, row), chance * q, (*probabilities, q))


@pytest.mark.parametrize("n_draws", [1, 2, 3, 4])
def test_lure_is_unbiased_over_all_sequences_of_draws(n_draws):
    total = 0.0
    for drawn, chance, probabilities in walks(n_draws):
        total += chance * lure(LOSSES[list(drawn)], np.array(probabilities), 8).value
    assert total == pytest.approx(LOSSES.mean())


def test_lure_is_the_published_formula(rng):
    n, m = 50, 20
    losses, q = rng.random(m), rng.uniform(0.01, 0.1, m)
    step = np.arange(1, m + 1)
    v = 1 + (n - m) / (n - step) * (1 / ((n - step + 1) * q) - 1)
    assert lure(losses, q, n).value == pytest.approx(np.mean(v * losses))


def test_even_draws_give_the_mean_and_all_draws_the_truth():
    q = 1 / np.arange(8, 0, -1.0)
    assert lure(LOSSES[:5], q[:5], 8).value == pytest.approx(LOSSES[:5].mean())
    found = lure(LOSSES, q, 8)
    assert found.low == found.high == pytest.approx(LOSSES.mean())


def test_lures_interval_covers(rng):
    n, m = 600, 100
    losses = (rng.random(n) < 0.25).astype(float)
    base = 0.3 + losses * 0.4 + rng.random(n)
    hits, values, claimed = [], [], []
    for _ in range(500):
        # Successive draws with probabilities proportional to base, as exponential races.
        order = np.argsort(rng.exponential(size=n) / base)[:m]
        left = base.sum() - np.concatenate([[0], np.cumsum(base[order])[:-1]])
        found = lure(losses[order], base[order] / left, n)
        hits.append(found.low <= losses.mean() <= found.high)
        values.append(found.value)
        claimed.append(((found.high - found.low) / 2 / 1.96) ** 2)
    assert np.mean(hits) >= 0.92
    assert np.mean(claimed) == pytest.approx(np.var(values), rel=0.2)


def races(rng, weights, m):
    """Return m successive draws in proportion to the weights, and the probability of each."""
    order = np.argsort(rng.exponential(size=weights.size) / weights)[:m]
    left = weights.sum() - np.concatenate([[0], np.cumsum(weights[order])[:-1]])
    return order, weights[order] / left


def test_lures_variance_is_unbiased_over_all_sequences_of_draws():
    # With the true risk in the place of the estimated one, the claimed variance is the variance, exactly.
    n_draws, risk = 3, LOSSES.mean()
    spread = claimed = 0.0
    step = np.arange(1, n_draws + 1)
    c = 8 * (8 - n_draws) / (n_draws * (8 - step) * (9.0 - step))
    for drawn, chance, probabilities in walks(n_draws):
        losses = LOSSES[list(drawn)]
        spread += chance * (lure(losses, np.array(probabilities), 8).value - risk) ** 2
        a = np.concatenate([[0], np.cumsum(losses)[:-1]]) / 8 + losses / (8 * np.array(probabilities))
        claimed += chance * float((c * c) @ (a - risk) ** 2)
    assert c.sum() == pytest.approx(1)
    assert claimed == pytest.approx(spread)


@pytest.mark.parametrize("spread", [0.0, 0.7, 1.5])
@pytest.mark.parametrize("errors", [0.005, 0.1])
def test_accuracy_from_weighted_draws_covers_without_errors_and_with_heavy_weights(rng, spread, errors):
    n, m = 800, 100
    correct = (rng.random(n) >= errors).astype(float)
    hits = []
    for _ in range(400):
        weights = np.exp(spread * rng.standard_normal(n))
        order, q = races(rng, weights, m)
        found = drawn_accuracy(correct[order], q, n)
        assert found.low <= found.value <= found.high
        hits.append(found.low <= correct.mean() <= found.high)
    assert np.mean(hits) >= 0.94


def test_even_draws_have_wilsons_interval_of_a_finite_pool():
    z = np.tile([1.0, 1, 1, 0], 25)
    found = drawn_accuracy(z, 1 / np.arange(1000, 900, -1.0), 1000)
    assert found.value == pytest.approx(0.75)
    low, high = wilson(0.25, 100 / 0.9, 0.95)
    assert (found.low, found.high) == pytest.approx((1 - high, 1 - low), abs=1e-3)
    perfect = drawn_accuracy(np.ones(100), 1 / np.arange(1000, 900, -1.0), 1000)
    assert perfect.low < 0.97
    assert drawn_accuracy(z, 1 / np.arange(100, 0, -1.0), 100).low == pytest.approx(0.75)


def test_unanswered_draws_count_both_ways_and_few_are_too_few():
    q = 1 / np.arange(200, 170, -1.0)
    z = np.tile([1.0, 1, 0], 10)
    gaps = z.copy()
    gaps[:3] = np.nan
    plain, wide = drawn_accuracy(z, q, 200), drawn_accuracy(gaps, q, 200)
    assert wide.n == 27
    assert wide.low < plain.low
    assert wide.high > plain.high
    assert "3 draws" in wide.note
    assert drawn_accuracy(z[:9], q[:9], 200).value is None


def test_losses_and_probabilities_must_fit():
    with pytest.raises(InvalidParameterError, match="each with its probability"):
        lure(np.ones(3), np.full(2, 0.1), 8)
    with pytest.raises(InvalidParameterError, match="not finite"):
        lure(np.array([0.0, np.nan]), np.full(2, 0.1), 8)
    with pytest.raises(InvalidParameterError, match="Stratum 1 has 0 rows"):
        stratified([np.ones(3), np.ones(0)], np.array([5, 0]))


@pytest.mark.parametrize("probabilities", [[0.0, 0.5], [1.2, 0.5]])
def test_lure_refuses_what_is_no_probability(probabilities):
    with pytest.raises(InvalidParameterError, match="probability"):
        lure(np.ones(2), np.array(probabilities), 8)


def test_stratified_mean_is_unbiased_over_all_samples():
    correct = 1 - np.round(LOSSES)
    strata = [np.arange(3), np.arange(3, 8)]
    values = [
        stratified([correct[list(one)], correct[list(two)]], np.array([3, 5])).value
        for one in itertools.combinations(strata[0], 2)
        for two in itertools.combinations(strata[1], 3)
    ]
    assert np.mean(values) == pytest.approx(correct.mean())


def test_stratified_interval_covers_and_is_narrow(rng):
    sizes, truth = np.array([1000, 600, 400]), np.array([0.99, 0.9, 0.6])
    counts = neyman_allocation(sizes, truth, 120)
    assert counts.sum() == 120
    pools = [(rng.random(n) < p).astype(float) for n, p in zip(sizes, truth, strict=True)]
    whole = np.concatenate(pools).mean()
    hits, widths = [], []
    for _ in range(1000):
        found = stratified([rng.choice(p, k, replace=False) for p, k in zip(pools, counts, strict=True)], sizes)
        hits.append(found.low <= whole <= found.high)
        widths.append(found.high - found.low)
    assert np.mean(hits) >= 0.94
    low, high = wilson(whole, 120)
    assert np.mean(widths) < 0.9 * (high - low)


def test_neyman_is_the_best_allocation_of_all():
    sizes, p = np.array([8, 12, 5]), np.array([0.5, 0.9, 0.7])

    def variance(counts):
        return np.sum(sizes**2 * p * (1 - p) / np.array(counts))

    best = min((c for c in itertools.product(range(2, 9), range(2, 13), range(2, 6)) if sum(c) == 12), key=variance)
    assert variance(neyman_allocation(sizes, p, 12)) == pytest.approx(variance(best))


def test_stratified_needs_two_draws_a_stratum():
    with pytest.raises(InvalidParameterError, match="Stratum 1"):
        stratified([np.ones(3), np.ones(1)], np.array([5, 5]))


@pytest.mark.parametrize(("half_width", "guess"), [(0.02, 0.9), (0.05, 0.7), (0.1, 0.99), (0.02, 1.0)])
def test_the_plan_for_a_width_is_the_smallest(half_width, guess):
    plan = labels_for_width(half_width, guess)

    def half(n):
        low, high = wilson(guess, n)
        return (high - low) / 2

    assert half(plan.audit) <= half_width < half(plan.audit - 1)
    assert plan.total == round(plan.audit / 0.2)
    assert labels_for_width(half_width, guess, variance_ratio=0.5).audit == pytest.approx(plan.audit / 2, abs=1)
