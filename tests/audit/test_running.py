"""Running accuracy: at all times at once, with means that move."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.audit.running import log_wealth, lower_end, running_accuracy


def covered(outcomes, means, alpha):
    """Whether the lower end stays at or below the running mean of the conditional means, at all times."""
    times = np.arange(1, len(means) + 1)
    wealth = log_wealth(np.cumsum(outcomes), times, np.cumsum(means) / times)
    return bool((wealth < -np.log(alpha)).all())


@pytest.mark.parametrize(
    "means",
    [
        [0.1] * 8,
        [0.5] * 8,
        [0.02, 0.02, 0.9, 0.9, 0.02, 0.9, 0.02, 0.02],
        [0.9, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01],
    ],
)
@pytest.mark.parametrize("alpha", [0.1, 0.3])
def test_over_all_outcomes_of_eight_draws_the_level_is_kept(means, alpha):
    # Every sequence of eight outcomes with its exact probability.
    wrong = 0.0
    for outcomes in itertools.product((0, 1), repeat=8):
        chance = np.prod([m if z else 1 - m for z, m in zip(outcomes, means, strict=True)])
        if not covered(np.array(outcomes, float), means, alpha):
            wrong += chance
    assert wrong <= alpha


@pytest.mark.parametrize("n_good", [1, 2, 4, 6])
def test_over_all_orders_of_eight_rows_without_replacement_the_level_is_kept(n_good):
    alpha, wrong, total = 0.2, 0, 0
    for places in itertools.combinations(range(8), n_good):
        outcomes = np.isin(np.arange(8), places).astype(float)
        left = n_good - np.concatenate([[0], np.cumsum(outcomes)[:-1]])
        means = left / (8 - np.arange(8))
        wrong += not covered(outcomes, means, alpha)
        total += 1
    assert wrong / total <= alpha


def test_means_that_answer_to_the_past_are_covered(rng):
    # The worst a trainer could do: be bad after luck, good after bad luck.
    wrong = 0
    for _ in range(400):
        means, outcomes = [], []
        for t in range(150):
            m = 0.3 if t and np.mean(outcomes) > 0.6 else 0.9
            means.append(m)
            outcomes.append(float(rng.random() < m))
        wrong += not covered(np.array(outcomes), means, 0.05)
    assert wrong / 400 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)


def test_the_bound_is_the_root_of_the_wealth():
    low = lower_end(90, 100, 0.025)
    assert 0.7 < low < 0.9
    assert log_wealth(90, 100, low) == pytest.approx(-np.log(0.025), abs=1e-6)
    assert lower_end(0, 10, 0.025) == 0
    assert lower_end(100, 100, 0.025) > 0.9


@given(st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=200))
def test_ends_enclose_the_value_and_mirror(outcomes):
    z = np.array(outcomes)
    found, mirror = running_accuracy(z), running_accuracy(1 - z)
    assert found.low <= found.value <= found.high
    assert found.low == pytest.approx(1 - mirror.high, abs=1e-9)


def test_unanswered_draws_only_widen():
    z = np.array([1.0, 1, 1, 0, 1] * 10)
    gaps = np.append(z, [np.nan] * 5)
    plain, wide = running_accuracy(z), running_accuracy(gaps)
    assert wide.value == plain.value
    assert wide.low < plain.low
    assert wide.high > plain.high
    assert running_accuracy(gaps[-5:]).value is None


@pytest.mark.parametrize("t", [1, 10, 1000, 100_000])
def test_all_right_and_all_wrong(t):
    right, wrong = running_accuracy(np.ones(t)), running_accuracy(np.zeros(t))
    assert (right.high, wrong.low) == (1, 0)
    assert right.low == pytest.approx(1 - wrong.high)
    # No mean that gives such a run a probability above alpha / 2 may be ruled out.
    assert right.low**t <= 0.025 + 1e-9
    assert right.low > 1 - 12 / t
