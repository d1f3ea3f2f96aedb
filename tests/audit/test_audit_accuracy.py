"""The difference estimator: formula against Monte Carlo, and never sillier than the plain mean."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import binom

from querist.audit.accuracy import (
    CURVE,
    DIFFERENCE,
    MEASURED_DIFFERENCE,
    PLAIN,
    ScoredDraws,
    difference,
    model_accuracy,
)
from querist.audit.intervals import mid_p, wilson
from querist.audit.learning_curve import curve_posterior


def test_wilson_is_the_set_of_proportions_not_rejected():
    for p, n in itertools.product([0, 0.1, 0.5, 0.97, 1], [5, 40, 1000]):
        low, high = wilson(p, n)
        grid = np.linspace(0, 1, 200_001)
        kept = grid[np.abs(p - grid) <= 1.959963984540054 * np.sqrt(grid * (1 - grid) / n) + 1e-12]
        assert low == pytest.approx(kept.min(), abs=1e-5)
        assert high == pytest.approx(kept.max(), abs=1e-5)


def test_any_fixed_slope_is_unbiased_over_all_samples_of_eight_rows(rng):
    z, g = (rng.random(8) < 0.7).astype(float), rng.random(8)
    for m, slope in itertools.product((2, 3, 5), (0.0, 0.6, 1.0)):
        values, plain = [], []
        for sample in itertools.combinations(range(8), m):
            rows = list(sample)
            values.append(z[rows].mean() + slope * (g.mean() - g[rows].mean()))
            plain.append(z[rows].mean())
        assert np.mean(values) == pytest.approx(z.mean())
        # The two-phase variance, given all eight: (1/m - 1/n) s_e^2 over all samples, exactly.
        e = z - slope * g
        assert np.var(values) == pytest.approx((1 / m - 1 / 8) * e.var(ddof=1))


def test_standard_error_against_monte_carlo(rng):
    # Two phases: 2,000 pool rows of a population, 150 of them audited.
    errors, ratios = [], []
    for _ in range(1500):
        g = rng.beta(4, 1, 2000)
        z = (rng.random(2000) < g).astype(float)
        fitted = difference(z[:150], g[:150], g)
        errors.append(fitted.value - 0.8)
        ratios.append(fitted.variance_ratio)
    claimed = np.mean(ratios) * 0.16 / 150
    assert np.var(errors) == pytest.approx(claimed, rel=0.12)
    assert abs(np.mean(errors)) < 0.004


@pytest.mark.parametrize(("m", "shape"), [(28, (4, 1)), (60, (4, 1)), (60, (12, 1)), (120, (2, 2))])
def test_the_interval_covers_when_nothing_was_chosen(rng, m, shape):
    truth = shape[0] / sum(shape)
    hits = []
    for _ in range(2000):
        g = rng.beta(*shape, 1000)
        z = (rng.random(1000) < g).astype(float)
        found = model_accuracy(z[:m], g[:m], g)
        hits.append(found.low <= truth <= found.high)
    assert np.mean(hits) >= 0.935


def test_useless_confidences_are_left_out(rng):
    z = (rng.random(100) < 0.8).astype(float)
    found = model_accuracy(z, np.full(100, 0.9), np.full(1000, 0.7))
    assert found.method == PLAIN
    assert found.value == pytest.approx(z.mean())
    assert (found.low, found.high) == pytest.approx(mid_p(z.mean(), 100))


def test_informative_ones_narrow():
    z = np.tile([1.0, 1, 1, 0], 25)
    g = np.where(z > 0, 0.95, 0.55)
    found = model_accuracy(z, g, np.tile(g, 10))
    low, high = mid_p(0.75, 100)
    assert found.method == DIFFERENCE
    assert found.high - found.low < 0.7 * (high - low)


@given(
    hnp.arrays(float, st.integers(10, 60), elements=st.sampled_from([0.0, 1.0])),
    st.integers(0, 2**31),
    st.integers(0, 5),
)
def test_laws(z, seed, n_skipped):
    generator = np.random.default_rng(seed)
    g, pool = generator.random(z.size), generator.random(300)
    found = model_accuracy(z, g, pool, n_skipped=n_skipped)
    assert 0 <= found.low <= found.value + 1e-12
    assert found.value <= found.high + 1e-12 <= 1 + 1e-9
    shuffle = generator.permutation(z.size)
    again = model_accuracy(z[shuffle], g[shuffle], pool, n_skipped=n_skipped)
    assert again.low == pytest.approx(found.low)
    if n_skipped:
        plain = model_accuracy(z, g, pool)
        assert found.low <= plain.low + 1e-12
        assert found.high >= plain.high - 1e-12


def test_too_few():
    found = model_accuracy(np.ones(9))
    assert found.value is None
    assert "10 random answers" in str(found)


@pytest.mark.parametrize("n_scored", [1, 20, 40])
def test_the_curve_through_scored_draws_has_its_part(rng, n_scored):
    g = rng.beta(4, 1, 1000)
    z = (rng.random(1000) < g).astype(float)
    scored = ScoredDraws(200, np.sort(rng.integers(20, 200, n_scored)), (rng.random(n_scored) < 0.5).astype(float))
    plain = model_accuracy(z[:40], g[:40], g)
    found = model_accuracy(z[:40], g[:40], g, scored=scored)
    part = 0.5 * n_scored / 40
    curve = curve_posterior(200, scored.at, scored.hits)
    assert curve.accuracy == pytest.approx(1 - np.sum(curve.weight * curve.error))
    assert found.value == pytest.approx((1 - part) * plain.value + part * curve.accuracy)
    assert found.method == MEASURED_DIFFERENCE + CURVE
    assert found.low < found.value < found.high


def test_the_curve_takes_off_bias(rng):
    """Out-of-fold scores that are four points too low, as with many classes; draws scored by models that learn."""
    hits, alone, errors, errors_alone = [], [], [], []
    at = np.repeat(np.arange(20, 300, 10), 2)
    learning = 0.95 - 0.35 * (at / 20.0) ** -0.8
    truth = 0.95 - 0.35 * (300 / 20.0) ** -0.8
    for _ in range(600):
        z = (rng.random(66) < truth - 0.04).astype(float)
        scored = ScoredDraws(300, at, (rng.random(at.size) < learning).astype(float))
        for found, covers, off in (
            (model_accuracy(z, scored=scored), hits, errors),
            (model_accuracy(z), alone, errors_alone),
        ):
            covers.append(found.low <= truth <= found.high)
            off.append(found.value - truth)
    assert abs(np.mean(errors)) < abs(np.mean(errors_alone)) - 0.01
    assert np.std(errors) < np.std(errors_alone)
    assert np.mean(hits) >= 0.925
    assert np.mean(hits) > np.mean(alone) + 0.01


@pytest.mark.parametrize("n", [10, 19, 40])
def test_mid_p_is_the_set_of_shares_that_are_not_unusual(n):
    grid = np.linspace(0, 1, 20_001)
    for k in range(n + 1):
        low, high = mid_p(k / n, n)
        half = binom.pmf(k, n, grid) / 2
        kept = grid[np.minimum(binom.sf(k, n, grid), binom.cdf(k - 1, n, grid)) + half >= 0.025]
        assert (low, high) == pytest.approx((kept[0], kept[-1]), abs=1e-4)


@pytest.mark.parametrize("truth", [0.5, 0.8, 0.9, 0.95, 0.97, 0.99])
def test_mid_p_holds_where_wilsons_does_not(truth):
    for n in (10, 15, 20, 40):
        k = np.arange(n + 1)
        ends = np.array([mid_p(each / n, n) for each in k])
        covers = binom.pmf(k, n, truth)[(ends[:, 0] <= truth) & (truth <= ends[:, 1])].sum()
        assert covers >= 0.925
    assert min(_wilsons(0.99, n) for n in (10, 15, 20, 40)) < 0.92


def _wilsons(truth, n):
    k = np.arange(n + 1)
    ends = np.array([wilson(each / n, n) for each in k])
    return binom.pmf(k, n, truth)[(ends[:, 0] <= truth) & (truth <= ends[:, 1])].sum()
