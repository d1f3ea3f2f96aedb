"""Repeated rows: compared with a dictionary of rows, and with hashes that all collide."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from querist.data import duplicates, find_duplicates
from querist.exceptions import InvalidParameterError

values = st.sampled_from([0.0, -0.0, 1.0, 2.0, np.nan])
matrices = hnp.arrays(np.float64, st.tuples(st.integers(0, 12), st.integers(0, 3)), elements=values)

KINDS = {
    "array": np.asarray,
    "float32": lambda X: np.asfortranarray(X.astype(np.float32)),
    "objects": lambda X: X.astype(object),
    "csr": scipy.sparse.csr_matrix,
    "csr_array": scipy.sparse.csr_array,
    "csc": scipy.sparse.csc_matrix,
    "frame": pd.DataFrame,
    "nullable": lambda X: pd.DataFrame(X).astype("Float64"),
}


def slowly(X):
    """One dictionary entry per distinct row."""
    first, found = {}, []
    for number, row in enumerate(X.tolist()):
        key = tuple("gap" if np.isnan(value) else value for value in row)
        found.append(first.setdefault(key, number))
    return found


@pytest.mark.parametrize("kind", KINDS)
@given(X=matrices)
def test_it_is_what_a_dictionary_of_rows_says(kind, X):
    found = find_duplicates(KINDS[kind](X))
    assert found.dtype == np.int64
    assert found.tolist() == slowly(X)


@pytest.mark.parametrize("kind", ["array", "float32", "csr"])
@given(X=matrices)
def test_rows_that_share_a_hash_are_not_taken_for_equal(kind, X):
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_hash_dense", "_hash_sparse"):
            patch.setattr(duplicates, name, lambda M: np.zeros(M.shape[0], np.uint64))
        assert find_duplicates(KINDS[kind](X)).tolist() == slowly(X)


@pytest.mark.parametrize("dtype", [np.int8, np.uint64, bool, "datetime64[s]"])
def test_other_types_of_numbers(dtype):
    X = np.array([[0, 1], [1, 0], [0, 1], [1, 1], [1, 0]]).astype(dtype)
    assert find_duplicates(X).tolist() == [0, 1, 0, 3, 1]


def test_large_integers_differ_by_one():
    X = np.array([[2**53], [2**53 + 1], [2**53]])
    assert find_duplicates(X).tolist() == [0, 1, 0]
    assert find_duplicates(pd.DataFrame(X)).tolist() == [0, 1, 0]


def test_blocks_leave_no_trace(monkeypatch, rng):
    X = rng.integers(0, 2, (200, 6)).astype(float)
    monkeypatch.setattr(duplicates, "_BLOCK_VALUES", 7)
    for kind in ("array", "csr"):
        assert find_duplicates(KINDS[kind](X)).tolist() == slowly(X)


def test_hashes_of_arrays_and_sparse_matrices_spread(rng):
    # Small whole numbers share the low bits of their floats; their hashes must not.
    X = rng.integers(0, 4, (20_000, 8)).astype(float)
    distinct = np.unique(X, axis=0).shape[0]
    assert np.unique(duplicates._hash_dense(X)).size == distinct
    np.testing.assert_array_equal(duplicates._hash_dense(X), duplicates._hash_sparse(scipy.sparse.csr_matrix(X)))


def test_the_matrix_is_left_as_it_is():
    X = scipy.sparse.csr_matrix(
        (np.array([1.0, 2.0, 0.0, 3.0]), np.array([1, 0, 1, 1]), np.array([0, 2, 4])), shape=(2, 2)
    )
    before = X.data.copy(), X.indices.copy()
    assert find_duplicates(X).tolist() == [0, 1]
    np.testing.assert_array_equal(X.data, before[0])
    np.testing.assert_array_equal(X.indices, before[1])


def test_entries_that_stand_twice_are_added_up():
    X = scipy.sparse.csr_matrix((np.array([1.0, 2.0, 3.0]), np.array([0, 0, 0]), np.array([0, 2, 3])), shape=(2, 1))
    assert find_duplicates(X).tolist() == [0, 0]


def test_mixed_frames_texts_and_cells():
    frame = pd.DataFrame({"a": ["x", None, "x", None], "b": pd.Categorical(["u", "v", "u", "v"]), "c": [1, 2, 1, 2]})
    assert find_duplicates(frame).tolist() == [0, 1, 0, 1]
    assert find_duplicates(pd.Series(["a", "b", "a"])).tolist() == [0, 1, 0]
    assert find_duplicates(np.array(["a", "b", "a"])).tolist() == [0, 1, 0]
    assert find_duplicates(np.array([1, "1", True, 1], object).reshape(-1, 1)).tolist() == [0, 1, 2, 0]
    assert find_duplicates(pd.DataFrame({"a": [[1], [2], [1]]})).tolist() == [0, 1, 0]


def test_rows_that_differ_in_one_text_only():
    frame = pd.DataFrame({"a": ["ab", "a"], "b": ["c", "bc"]})
    assert find_duplicates(frame).tolist() == [0, 1]


@pytest.mark.parametrize("X", [np.zeros((1, 2)), np.zeros((0, 2)), pd.DataFrame({"a": [1]})])
def test_fewer_than_two_rows(X):
    assert find_duplicates(X).tolist() == list(range(len(X)))


def test_cells_that_cannot_be_compared_are_refused():
    with pytest.raises(InvalidParameterError, match="type object"):
        find_duplicates(pd.DataFrame({"a": [object(), object()]}))
