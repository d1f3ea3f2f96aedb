"""Shares of variance, against regressions on indicator columns and a case worked out by hand."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from querist.simulation.variance import FACTORS, REST, SPLIT, variance_shares

designs = hnp.arrays(
    np.float64,
    st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(2, 3), st.integers(1, 3)),
    elements=st.floats(0, 1).map(lambda value: round(value, 3)),
)


def explained(values, terms):
    """The sum of squares that a regression on indicators of some terms explains, by least squares."""
    places = np.indices(values.shape).reshape(4, -1)
    columns = [np.ones((values.size, 1))]
    for axes in terms:
        keys = np.unique(places[list(axes)], axis=1, return_inverse=True)[1].ravel()
        columns.append(np.eye(keys.max() + 1)[keys])
    X, y = np.hstack(columns), values.ravel()
    fitted = X @ np.linalg.lstsq(X, y, rcond=None)[0]
    return float(((fitted - y.mean()) ** 2).sum())


@given(designs)
def test_each_source_is_what_a_regression_explains_beyond_those_within_it(values):
    found = {line.source: line for line in variance_shares(values)}
    for size in (1, 2, 3):
        for axes in itertools.combinations(range(3), size):
            if all(values.shape[axis] > 1 for axis in axes):
                within = [each for n in range(1, size) for each in itertools.combinations(axes, n)]
                expected = explained(values, [*within, axes]) - explained(values, within)
                name = " x ".join(FACTORS[axis] for axis in axes)
                assert found[name].sum_of_squares == pytest.approx(expected, abs=1e-9)
    split = explained(values, [(0,), (0, 3)]) - explained(values, [(0,)])
    assert found[SPLIT].sum_of_squares == pytest.approx(split, abs=1e-9)


@given(designs)
def test_the_sources_add_up_to_the_whole(values):
    found = variance_shares(values)
    total = ((values - values.mean()) ** 2).sum()
    assert sum(line.sum_of_squares for line in found) == pytest.approx(total, abs=1e-9)
    assert sum(line.df for line in found) == values.size - 1
    if total > 1e-9:
        assert sum(line.share for line in found) == pytest.approx(1)
        within = [line.share_within for line in found if line.source not in (FACTORS[0], SPLIT)]
        assert math.isnan(within[0]) or sum(within) == pytest.approx(1)


def test_a_case_by_hand():
    # Two sets, one model, two strategies, two repeats; the mean is 5.
    values = np.array([[[[1.0, 3.0], [3.0, 5.0]]], [[[6.0, 6.0], [8.0, 8.0]]]])
    found = {line.source: line for line in variance_shares(values)}
    # Means 3 and 7: 4 * (4 + 4); strategies 4 and 6: 4 * (1 + 1); repeats of the first set 2 and 4: 2 * (1 + 1).
    squares = {name: line.sum_of_squares for name, line in found.items()}
    assert squares == pytest.approx({"data set": 32, "strategy": 8, "data set x strategy": 0, SPLIT: 4, REST: 0})
    assert [line.df for line in found.values()] == [1, 1, 1, 2, 2]
    assert found["strategy"].share == pytest.approx(8 / 44)
    assert found["strategy"].share_within == 1
    # Repeats have a mean square of 4 / 2, the rest of 0.
    assert found["data set"].epsilon_squared == pytest.approx((32 - 2) / 44)
    assert found["strategy"].epsilon_squared == pytest.approx(8 / 44)
    assert math.isnan(found["data set"].share_within)


def test_less_noise_is_nothing_on_average_where_there_is_only_noise():
    rng = np.random.default_rng(0)
    lines = [variance_shares(rng.normal(size=(5, 2, 3, 4))) for _ in range(400)]
    for place, line in enumerate(lines[0]):
        if line.source != REST:
            less = [found[place].epsilon_squared for found in lines]
            assert abs(np.mean(less)) < 4 * np.std(less) / np.sqrt(len(less))
            assert np.mean([found[place].share for found in lines]) > 0


def test_one_repeat_and_no_difference_leave_out_what_they_cannot_tell():
    assert math.isnan(variance_shares(np.arange(6.0).reshape(3, 1, 2, 1))[0].epsilon_squared)
    assert all(math.isnan(line.share) for line in variance_shares(np.ones((2, 2, 2, 2))))
