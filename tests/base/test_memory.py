"""Distances kept from query to query are those computed anew."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st

from querist.base import Memory
from querist.base.distances import Distances, KeptDistances

POOL = np.random.default_rng(0).normal(size=(50, 3))


@given(st.lists(st.sets(st.integers(0, 49), min_size=1), min_size=1, max_size=6), st.booleans())
def test_kept_distances_are_those_of_any_rows_that_are_labelled_now(labelled, sparse):
    """Whether rows were added since, or taken back."""
    matrix = scipy.sparse.csr_matrix(POOL) if sparse else POOL
    memory = Memory()
    for rows in labelled:
        others = np.array(sorted(rows), np.int64)
        kept = memory.kept(KeptDistances, matrix).to_rows(others)
        fresh = np.sqrt(((POOL[:, np.newaxis] - POOL[others]) ** 2).sum(axis=2)).min(axis=1)
        np.testing.assert_allclose(kept, fresh, atol=1e-7)


def test_only_new_rows_are_measured(monkeypatch):
    measured = []
    plain = Distances.to_rows
    monkeypatch.setattr(Distances, "to_rows", lambda self, others: measured.extend(others) or plain(self, others))
    kept = Memory().kept(KeptDistances, POOL)
    kept.to_rows(np.array([3, 4]))
    kept.to_rows(np.array([3, 4, 7]))
    assert measured == [3, 4, 7]


@pytest.mark.parametrize("other", [POOL.copy(), scipy.sparse.csr_matrix(POOL)], ids=["copy", "sparse"])
def test_another_matrix_begins_anew(other):
    memory = Memory()
    first = memory.kept(KeptDistances, POOL)
    assert memory.kept(KeptDistances, POOL) is first
    assert memory.kept(KeptDistances, other) is not first


def test_what_was_handed_out_stays_as_it_was():
    kept = KeptDistances.of(POOL)
    first = kept.to_rows(np.array([0]))
    before = first.copy()
    kept.to_rows(np.array([0, 1, 2]))
    np.testing.assert_array_equal(first, before)
