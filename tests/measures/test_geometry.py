"""Distances and similarities against differences taken pair by pair."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from querist.measures.geometry import (
    as_float,
    cosine_sum,
    cosine_to,
    nearest_squared_distances,
    squared_distances,
    squared_norms,
    typical_point,
)

small = st.integers(-5, 5)
tables = st.integers(1, 4).flatmap(
    lambda width: st.tuples(
        hnp.arrays(np.int64, st.tuples(st.integers(1, 12), st.just(width)), elements=small),
        hnp.arrays(np.int64, st.tuples(st.integers(1, 5), st.just(width)), elements=small),
    )
)


def naive(block, points):
    return np.array([min(sum((a - b) ** 2 for a, b in zip(x, p, strict=True)) for p in points) for x in block])


@given(tables, st.sampled_from([np.int8, np.float32, np.float64]), st.booleans())
def test_distances_of_integers_are_exact(pair, dtype, shifted):
    block, points = (table.astype(dtype) for table in pair)
    shift = typical_point(block[:1]) if shifted else None
    found = nearest_squared_distances(block, squared_norms(block, shift), points, shift=shift)
    np.testing.assert_array_equal(found, naive(pair[0].tolist(), pair[1].tolist()))


@given(tables)
def test_sparse_distances_are_the_dense_ones(pair):
    block, points = map(scipy.sparse.csr_array, pair)
    expected = naive(pair[0].tolist(), pair[1].tolist())
    np.testing.assert_array_equal(nearest_squared_distances(block, squared_norms(block), points), expected)
    np.testing.assert_array_equal(nearest_squared_distances(block, squared_norms(block), pair[1]), expected)


@pytest.mark.parametrize("offset", [0.0, 1e4, 1e8])
@pytest.mark.parametrize("n_points", [1, 4])
def test_large_offsets_keep_their_digits(rng, offset, n_points):
    block = rng.standard_normal((50, 3)) + offset
    points = block[:n_points] + 1e-3
    shift = typical_point(block[:5]) if n_points > 1 else None
    found = nearest_squared_distances(block, squared_norms(block, shift), points, shift=shift)
    exact = np.min(((block[:, None] - points[None]) ** 2).sum(axis=2), axis=1)
    np.testing.assert_allclose(found, exact, rtol=1e-6)


def test_equal_rows_are_at_distance_zero(rng):
    block = rng.standard_normal((20, 7))
    found = nearest_squared_distances(block, squared_norms(block), block[[3, 11]])
    assert np.flatnonzero(found == 0).tolist() == [3, 11]


@pytest.mark.parametrize("dtype", [bool, np.int8, np.float32])
def test_narrow_types_do_not_overflow(dtype):
    block = np.full((2, 500), 100).astype(dtype)
    value = float(block[0, 0])
    np.testing.assert_array_equal(squared_norms(block), [500 * value**2] * 2)


def test_as_float_does_not_copy_what_is_float64():
    block = np.ones((2, 2))
    assert as_float(block) is block


@given(hnp.arrays(np.int64, st.tuples(st.sampled_from([1, 3, 5]), st.just(2)), elements=small))
def test_typical_point_has_values_that_occur(sample):
    point = typical_point(sample)
    assert all(point[column] in sample[:, column] for column in range(2))


@pytest.mark.parametrize("convert", [np.asarray, scipy.sparse.csr_array])
def test_cosines_are_those_of_the_full_matrix(rng, convert):
    X = rng.standard_normal((12, 4)) + 0.5
    X[5] = 0
    lengths = np.linalg.norm(X, axis=1, keepdims=True)
    unit = np.divide(X, lengths, out=np.zeros_like(X), where=lengths > 0)
    weights = rng.random(12)
    block = convert(X)
    np.testing.assert_allclose(cosine_sum(block, weights), weights @ unit, atol=1e-13)
    np.testing.assert_allclose(cosine_to(block, unit.mean(axis=0)), (unit @ unit.T).mean(axis=1), atol=1e-13)


def test_squared_distances_are_in_the_precision_of_the_rows_and_never_below_0():
    rows = np.random.default_rng(0).normal(size=(7, 3)) + 100
    for dtype, tolerance in ((np.float64, 1e-9), (np.float32, 1e-2)):
        found = squared_distances(rows.astype(dtype), rows[:4].astype(dtype))
        assert found.dtype == dtype
        assert found.min() >= 0
        expected = ((rows[:, np.newaxis] - rows[:4]) ** 2).sum(axis=2)
        np.testing.assert_allclose(found, expected, atol=tolerance)
