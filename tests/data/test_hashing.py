"""Fingerprints: equal for equal content, different for any change."""

import datetime
import decimal

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from querist.data import data_hash, pool_hash
from querist.data.hashing import canonical_blocks, cell_bytes
from querist.exceptions import InvalidParameterError

matrices = hnp.arrays(
    np.float64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=6), elements=st.sampled_from([0.0, 1.0, 2.5])
)


@given(matrices)
def test_memory_layout_and_byte_order_leave_no_trace(X):
    wide = np.zeros((2 * X.shape[0], X.shape[1]))
    wide[::2] = X
    for same in (np.asfortranarray(X), wide[::2], X.astype(">f8"), X.tolist()):
        assert pool_hash(same) == pool_hash(X)


@given(matrices, st.data())
def test_one_changed_value_changes_it(X, data):
    row, column = (data.draw(st.integers(0, side - 1)) for side in X.shape)
    other = X.copy()
    other[row, column] += 1
    for kind in (np.asarray, scipy.sparse.csr_matrix, pd.DataFrame, lambda values: values.astype(object)):
        assert pool_hash(kind(X)) == pool_hash(kind(X.copy()))
        assert pool_hash(kind(X)) != pool_hash(kind(other))


@given(matrices)
def test_how_a_sparse_matrix_is_stored_leaves_no_trace(X):
    S = scipy.sparse.csr_matrix(X)
    assert pool_hash(S) == pool_hash(scipy.sparse.csc_matrix(X)) == pool_hash(scipy.sparse.csr_array(X))
    unsorted = S.copy()
    for row in range(X.shape[0]):
        part = slice(S.indptr[row], S.indptr[row + 1])
        unsorted.indices[part] = unsorted.indices[part][::-1]
        unsorted.data[part] = unsorted.data[part][::-1]
    unsorted.has_sorted_indices = False
    stored = (unsorted.indices.copy(), unsorted.data.copy())
    assert pool_hash(unsorted) == pool_hash(S)
    np.testing.assert_array_equal(unsorted.indices, stored[0])
    np.testing.assert_array_equal(unsorted.data, stored[1])
    full = scipy.sparse.csr_matrix(np.ones(X.shape))
    full.data[:] = X.ravel()
    assert pool_hash(full) == pool_hash(S)


def test_types_shapes_and_kinds_count():
    X = np.zeros((2, 3))
    hashes = [
        pool_hash(each)
        for each in (X, X.astype(np.float32), X.astype(int), X.T, X[:1], scipy.sparse.csr_matrix(X), pd.DataFrame(X))
    ]
    hashes += [
        pool_hash(pd.DataFrame(X, columns=list("abc"))),
        pool_hash(scipy.sparse.csr_matrix(X.T)),
        pool_hash(X[:0]),
    ]
    assert len(set(hashes)) == len(hashes)


def test_the_digest_of_a_known_pool_stays_the_same_in_later_versions():
    # A saved session is recognised by it.
    assert pool_hash(np.arange(6.0).reshape(3, 2)) == "30ee3c0e3482f02f8cf7e8d8683ce5de"
    assert pool_hash(pd.DataFrame({"a": [1, 2], "b": ["x", None]})) == "5f72c28bd7a25dae0ef5b7a9b8018a64"


def test_large_pools_are_hashed_in_blocks_without_a_trace(monkeypatch, rng):
    X = rng.random((50, 7))
    S = scipy.sparse.random(60, 40, 0.3, format="csr", random_state=0)
    texts = np.array([f"text {number}" for number in range(40)], object)
    whole = pool_hash(X), pool_hash(S)
    monkeypatch.setattr("querist.data.hashing._BLOCK_BYTES", 64)
    assert pool_hash(X) == whole[0]
    for entries in (1, 7, 100):
        stacked = scipy.sparse.vstack(list(canonical_blocks(S, entries)), format="csr")
        assert (stacked != S).nnz == 0
    assert pool_hash(texts) == pool_hash(texts.copy())


def test_the_first_rows_of_a_longer_pool_are_recognised():
    frame = pd.DataFrame({"a": [1.5, 2.5, 3.5], "b": ["x", None, "y"], "c": pd.Categorical(["u", "v", "w"])})
    assert pool_hash(frame.iloc[:2]) == pool_hash(frame.drop(index=2).set_axis([7, 8]))
    S = scipy.sparse.random(9, 5, 0.5, format="csr", random_state=1)
    assert pool_hash(S[:4]) == pool_hash(scipy.sparse.csr_matrix(S.toarray()[:4]))


def test_how_text_is_stored_leaves_no_trace_but_a_category_is_told_apart():
    words = ["x", None, "yé"]
    as_object = pool_hash(pd.DataFrame({"a": pd.Series(words, dtype=object)}))
    assert as_object == pool_hash(pd.DataFrame({"a": pd.Series(words, dtype="string")}))
    assert as_object != pool_hash(pd.DataFrame({"a": pd.Series(words, dtype="category")}))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (["ab", "c"], ["a", "bc"]), ([1, "1"], ["1", 1]), ([True, "x"], [1, "x"]), ([1.0, "x"], [1, "x"]),
        ([None, "x"], ["", "x"]), ([[1], [2]], [[1], ["2"]]), ([b"x", "x"], ["x", "x"]),
        ([decimal.Decimal("1.0"), ""], [decimal.Decimal("1.00"), ""]), ([["a", "b"]], [["ab"]]),
        ([datetime.date(2024, 1, 1)], ["2024-01-01"]), ([np.array([1, 2])], [np.array([1.0, 2.0])]),
        ([pd.Timestamp(0)], [pd.NaT]),
    ],
)  # fmt: skip
def test_cells_of_different_content_differ(left, right):
    assert pool_hash(pd.Series(left, dtype=object)) != pool_hash(pd.Series(right, dtype=object))


@given(
    st.lists(st.one_of(st.text(), st.integers(), st.booleans(), st.none()), max_size=5), st.lists(st.text(), max_size=5)
)
def test_lists_of_cells_have_bytes_of_their_own(left, right):
    same = [type(item) for item in left] == [str] * len(right) and left == right
    assert (cell_bytes(left) == cell_bytes(right)) == same


def test_all_words_for_missing_in_a_frame_are_one():
    assert pool_hash(pd.Series(["a", None])) == pool_hash(pd.Series(["a", np.nan], dtype=object))
    assert pool_hash(pd.Series(["a", pd.NA], dtype=object)) == pool_hash(pd.Series(["a", None]))
    assert cell_bytes([pd.NA]) == cell_bytes([None])


def test_a_cell_without_readable_content_is_refused():
    with pytest.raises(InvalidParameterError, match="type object"):
        pool_hash(np.array([object(), "a"], object))


def test_labels_count_by_value_type_and_order():
    X = np.zeros((3, 1))
    hashes = [
        data_hash(X, y) for y in (None, [0, 1, 1], [1, 0, 1], ["0", "1", "1"], [0.0, 1.0, 1.0], [False, True, True])
    ]
    assert len(set(hashes)) == len(hashes)
    assert hashes[0] == pool_hash(X)
    assert data_hash(X, np.array(["a", "b", "b"])) == data_hash(X, np.array(["a", "b", "b"], "<U9"))
    assert data_hash(X, pd.Series(["a", "b", "b"])) == data_hash(X, ["a", "b", "b"])


def test_labels_of_another_length_are_refused():
    with pytest.raises(InvalidParameterError, match="3 rows need 3 labels, got 2"):
        data_hash(np.zeros((3, 1)), [0, 1])


@settings(max_examples=30)
@given(st.lists(st.text(max_size=4), min_size=1, max_size=6))
def test_texts_in_an_array_a_list_or_a_series(texts):
    assert pool_hash(np.array(texts, object)) == pool_hash(np.array(texts, object)[::1])
    assert pool_hash(pd.Series(texts)) == pool_hash(pd.Series(texts, dtype=object))
