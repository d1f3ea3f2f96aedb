"""Exact bounds against counting all samples."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.audit.hypergeometric import count_for, lower_bound, tail, upper_bound

LEVELS = (0.01, 0.05, 0.2)


def samples(n_total, n_good, n_drawn):
    """The number of good ones in each possible sample; the first n_good rows are good."""
    return [sum(row < n_good for row in sample) for sample in itertools.combinations(range(n_total), n_drawn)]


@pytest.mark.parametrize("n_drawn", range(1, 9))
def test_tail_counts_all_samples_of_eight_rows(n_drawn):
    for n_good in range(9):
        drawn = np.array(samples(8, n_good, n_drawn))
        for at_least in range(n_drawn + 2):
            assert tail(8, n_good, n_drawn, at_least) == pytest.approx(np.mean(drawn >= at_least), abs=1e-12)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("n_drawn", range(1, 9))
def test_bounds_are_wrong_in_at_most_their_level_of_all_samples(n_drawn, level):
    for n_good in range(9):
        drawn = samples(8, n_good, n_drawn)
        assert np.mean([lower_bound(8, n_drawn, x, level) > n_good for x in drawn]) <= level + 1e-12
        assert np.mean([upper_bound(8, n_drawn, x, level) < n_good for x in drawn]) <= level + 1e-12


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("n_drawn", range(1, 9))
def test_no_higher_bound_would_do(n_drawn, level):
    # Were the bound one higher, it would be wrong for its own value too often.
    for x in range(n_drawn + 1):
        bound = lower_bound(8, n_drawn, x, level)
        assert bound >= x
        assert np.mean(np.array(samples(8, bound, n_drawn)) >= x) > level
        if bound > x:
            assert np.mean(np.array(samples(8, bound - 1, n_drawn)) >= x) <= level


@given(st.data())
def test_the_bound_grows_with_what_was_found_and_knows_what_was_seen(data):
    n_total = data.draw(st.integers(1, 3000))
    n_drawn = data.draw(st.integers(1, n_total))
    x = data.draw(st.integers(0, n_drawn))
    bound = lower_bound(n_total, n_drawn, x, 0.05)
    assert x <= bound <= n_total - (n_drawn - x)
    assert bound <= upper_bound(n_total, n_drawn, x, 0.05)
    if x:
        assert lower_bound(n_total, n_drawn, x - 1, 0.05) <= bound
    if n_drawn == n_total:
        assert bound == x


def test_large_pools_approach_the_binomial():
    bound = lower_bound(10_000_000, 100, 100, 0.05) / 10_000_000
    assert bound == pytest.approx(0.05 ** (1 / 100), abs=1e-5)


def test_counts_are_free_of_rounding():
    assert count_for(0.9, 10) == 9
    assert count_for(0.98, 50) == 49
    assert count_for(0.95, 41) == 39
    assert all(count_for(k / n, n) == k for n in range(1, 200) for k in range(n + 1))
    assert math.isclose(count_for(1 / 3, 10), 4)
