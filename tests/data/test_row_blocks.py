"""A matrix made row block by row block."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st

from querist.data.row_blocks import stacked


@given(st.lists(st.integers(0, 5), min_size=1, max_size=8), st.integers(0, 50), st.sampled_from([0.0, 0.1, 0.9]))
def test_it_is_what_scipy_makes_of_the_parts(sizes, seed, density):
    draw = np.random.default_rng(seed)
    parts = [
        scipy.sparse.csr_matrix(draw.random((size, 7)) * (draw.random((size, 7)) < density), dtype=np.float32)
        for size in sizes
    ]
    found = stacked(iter(parts), sum(sizes))
    whole = scipy.sparse.vstack(parts, format="csr")
    assert found.shape == whole.shape
    for part in ("data", "indices", "indptr"):
        np.testing.assert_array_equal(getattr(found, part), getattr(whole, part))
    assert found.dtype == np.float32


def test_entries_stay_in_the_order_in_which_they_are_stored():
    part = scipy.sparse.csr_matrix(([1.0, 2.0], [3, 0], [0, 2]), shape=(1, 4), dtype=np.float32)
    assert stacked([part, part], 2).indices.tolist() == [3, 0, 3, 0]


@pytest.mark.parametrize("n_rows", [1, 3])
def test_rows_without_entries(n_rows):
    parts = [scipy.sparse.csr_matrix((1, 2), dtype=np.float32) for _ in range(n_rows)]
    assert stacked(parts, n_rows).nnz == 0
