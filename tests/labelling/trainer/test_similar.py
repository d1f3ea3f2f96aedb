"""Rows that are most like one."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st

from querist.labelling.trainer.similar import nearest_rows


@given(seed=st.integers(0, 10_000), sparse=st.booleans(), most=st.integers(1, 12))
def test_it_is_what_brute_force_finds(seed, sparse, most):
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 3, (9, 4)).astype(float)
    row = int(rng.integers(9))
    found = nearest_rows(scipy.sparse.csr_matrix(X) if sparse else X, row, most)
    if sparse:
        lengths = np.linalg.norm(X, axis=1)
        likeness = X @ X[row] / np.where(lengths, lengths, 1)
        candidates = [other for other in range(9) if other == row or likeness[other] > 0]
    else:
        spread = X.std(axis=0)
        scaled = X / np.where(spread, spread, 1)
        likeness = -((scaled - scaled[row]) ** 2).sum(axis=1)
        candidates = list(range(9))
    likeness = np.round(likeness, 9)
    expected = sorted(candidates, key=lambda other: (other != row, -likeness[other], other))[:most]
    assert found[0] == row
    assert len(set(found.tolist())) == len(expected)
    # Where two are equally like but for rounding, either may come first.
    assert likeness[found].tolist() == likeness[expected].tolist()


@pytest.mark.parametrize("form", [np.asarray, scipy.sparse.csr_matrix])
def test_copies_come_next_in_their_order(form):
    X = form(np.array([[1.0, 0], [0, 1], [1, 0], [1, 0.5], [1, 0]]))
    assert nearest_rows(X, 2, 4).tolist() == [2, 0, 4, 3]


def test_a_text_of_unknown_words_is_like_nothing():
    assert nearest_rows(scipy.sparse.csr_matrix([[0.0, 0], [1, 0]]), 0, 5).tolist() == [0]


def test_columns_count_in_units_of_their_spread():
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=200), 1e6 * rng.normal(size=200)])
    X[:3] = [[0, 0], [0.01, 1e5], [2, 0]]
    assert nearest_rows(X, 0, 200).tolist().index(1) < nearest_rows(X, 0, 200).tolist().index(2)


def test_texts_are_alike_by_what_can_be_told_alone():
    # The last column is a group of letters, which all texts share.
    X = scipy.sparse.csr_matrix([[1.0, 0, 9], [0, 1, 9], [1, 1, 9], [0, 1, 0]])
    told = np.array([True, True, False])
    assert nearest_rows(X, 0, 9, told=told).tolist() == [0, 2]
    assert nearest_rows(X, 0, 9, told=told).tolist() == nearest_rows(X[:, :2], 0, 9).tolist()
