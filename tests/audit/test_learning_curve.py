"""The posterior over learning curves: brute force, laws, and whether its interval holds where its model does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from querist.audit import Change, curve_posterior
from querist.stopping import Advisor, Observation, PerformanceSlope, outlook
from querist.stopping.advice import default_rule, worthwhile_gain


def error_at(posterior, m):
    ratio = (m / posterior.n_labels) ** -posterior.exponent
    return np.minimum(posterior.error * (posterior.floor + (1 - posterior.floor) * ratio), 0.999)


def test_the_weights_are_those_of_bayes_rule_answer_by_answer():
    at, hits = np.array([20, 20, 40, 90, 90]), np.array([0, 1, 1, 0, 1])
    posterior = curve_posterior(100, at, hits)
    weight = np.ones_like(posterior.weight)
    for m, hit in zip(at, hits, strict=True):
        error = error_at(posterior, m)
        weight *= 1 - error if hit else error
    np.testing.assert_allclose(posterior.weight, weight / weight.sum(), rtol=1e-9)
    gains = posterior.error - error_at(posterior, 150)
    np.testing.assert_allclose(posterior.gains(50), gains, atol=1e-12)
    assert posterior.expected_gain(50) == pytest.approx(weight @ gains / weight.sum())


def test_the_interval_holds_the_middle_of_the_gains():
    posterior = curve_posterior(100, np.array([20, 50, 80]), np.array([1, 0, 1]))
    rng = np.random.default_rng(0)
    gains = posterior.gains(100)
    drawn = gains[rng.choice(gains.size, 200_000, p=posterior.weight)]
    np.testing.assert_allclose(posterior.gain_interval(100), np.quantile(drawn, [0.05, 0.95]), atol=0.005)
    noisy = drawn + rng.normal(0, 0.05, drawn.size)
    np.testing.assert_allclose(posterior.gain_interval(100, jitter=0.05), np.quantile(noisy, [0.05, 0.95]), atol=0.002)


answers = st.lists(st.tuples(st.integers(20, 300), st.booleans()), max_size=30)


@settings(max_examples=30, deadline=None)
@given(answers, st.floats(0, 1), st.integers(1, 500))
def test_laws(found, share, labels):
    at = np.array([m for m, _ in found], int)
    hits = np.array([hit for _, hit in found], float)
    posterior = curve_posterior(300, at, hits, Change(200, share))
    assert posterior.weight.sum() == pytest.approx(1)
    assert 0 <= posterior.expected_gain(labels) <= posterior.weight @ posterior.error + 1e-12
    assert posterior.expected_gain(labels) <= posterior.expected_gain(labels + 50)
    low, high = posterior.gain_interval(labels)
    assert 0 <= low <= high
    # The order of the answers does not matter.
    turned = curve_posterior(300, at[::-1], hits[::-1], Change(200, share))
    assert turned.expected_gain(labels) == pytest.approx(posterior.expected_gain(labels))


def test_fewer_changed_predictions_mean_less_to_come():
    at, hits = np.repeat(np.arange(20, 300, 10), 2), np.tile([1, 1, 1, 0], 14)
    gains = [curve_posterior(300, at, hits, Change(200, share)).expected_gain(100) for share in (0.005, 0.05, 0.2)]
    assert gains == sorted(gains)
    assert gains[0] < 0.003


def test_where_the_curve_is_a_power_law_the_interval_covers():
    rng = np.random.default_rng(1)
    at = np.repeat(np.arange(20, 300, 10), 2)
    covered, repeats = 0, 300
    prior = curve_posterior(300, at[:0], at[:0])
    for curve in rng.choice(prior.weight.size, repeats, p=prior.weight):
        hits = rng.random(at.size) >= error_at(prior, at[:, None])[:, curve]
        low, high = curve_posterior(300, at, hits).gain_interval(100)
        covered += low <= prior.gains(100)[curve] <= high
    # Curves drawn from the prior: a Bayesian interval of 90 % covers 90 % of them, on a grid a little more.
    assert covered / repeats >= 0.87


def test_the_slope_rule_tells_a_rising_curve_from_a_flat_one():
    at = np.repeat(np.arange(20, 200, 5), 2)
    rng = np.random.default_rng(2)
    flat = (rng.random(at.size) < 0.95).astype(float)
    rising = (rng.random(at.size) < 1 - 0.8 * (20 / at) ** 0.5).astype(float)
    rule = PerformanceSlope()
    assert rule.update(Observation(200, audit_at=at, audit_hits=flat)).stop
    assert not rule.update(Observation(200, audit_at=at, audit_hits=rising)).stop
    few = rule.update(Observation(200, audit_at=at[:19], audit_hits=flat[:19]))
    assert not few.stop
    assert "19 of the 20 needed" in few.reason


def test_costs_set_the_gain_that_is_worth_its_labels():
    assert worthwhile_gain(label_cost=1, error_cost=1, n_future=10_000) == pytest.approx(0.01)
    assert worthwhile_gain(label_cost=2, error_cost=0.5, n_future=20_000) == pytest.approx(0.02)
    settled, slope, _ = default_rule(n_future=20_000).rules
    assert slope.gain == pytest.approx(0.005)
    assert settled.threshold == pytest.approx(0.03)


def test_advice_in_plain_words():
    advisor = Advisor()
    at = np.repeat(np.arange(20, 500, 10), 2)
    hits = (np.arange(at.size) % 20 > 0).astype(float)
    still = np.arange(500) % 3
    for n_labels in range(30, 501, 10):
        known = at < n_labels
        truth = np.arange(known.sum()) % 3
        seen = Observation(
            n_labels,
            predictions=still,
            audit_at=at[known],
            audit_hits=hits[known],
            audit_truth=truth,
            classes=np.arange(3),
        )
        advice = advisor.update(seen)
    assert advice.proposal.stop
    text = str(advice)
    assert text.startswith("You could stop. The last 100 labels changed 0.0% of the predictions")
    forecast = (
        f"100 more labels would change the accuracy by about {100 * advice.outlook.gain:+.1f} points (90% interval"
    )
    assert forecast in text
    assert advice.outlook.low <= advice.outlook.gain <= advice.outlook.high
    assert outlook(Observation(30)) is None
