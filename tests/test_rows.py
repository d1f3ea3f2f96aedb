"""Row numbers in whatever holds them: the same rows, or refused in words; never another row."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st

import querist
from querist._validation import take_rows
from querist.exceptions import InvalidRowsError

X = np.zeros((9, 1))


@pytest.mark.parametrize(
    "rows",
    [
        [3, 1], (3, 1), iter([3, 1]), range(3, 0, -2), {3: 0, 1: 0}.keys(), np.array([3, 1], "u1"),
        np.array([3, 1], "u8"), np.array([3, 1], ">i2"), np.array([3, 1], object), [np.int64(3), 1],
        np.ma.array([3, 1], mask=False), pd.Index([3, 1]), pd.Series([3, 1], index=[7, 8]),
        pd.Series([3, 1], dtype="Int64"), pd.Series([3, 1], dtype=object), pd.Series([3, 1], dtype="category"),
        pl.Series([3, 1]), pa.array([3, 1]),
    ],
    ids=lambda rows: type(rows).__name__,
)  # fmt: skip
def test_the_same_rows_in_any_container(rows):
    session = querist.Session(X, random_state=0)
    session.tell(rows, ["three", "one"])
    assert session.labelled.tolist() == [3, 1]


@pytest.mark.parametrize(
    ("rows", "match"),
    [
        (np.array([2**63 + 1], np.uint64), "holds 9223372036854775809, but X has rows 0 to 8"),
        ([2**63 + 1], "holds 9223372036854775809"),
        ([2**80, 1], "holds 1208925819614629174706176"),
        ([-1, 2**63], "holds 9223372036854775808"),
        ({3, 1}, "is a set.*in order"),
        ({3: 0, 1: 0}, "is a dict"),
        (slice(0, 2), r"is a slice. Pass range"),
        (np.ma.array([3, 1], mask=[False, True]), "masked cells"),
        (pd.Series([3, None], dtype="Int64"), "must be integers"),
        (pa.array([3, None]), "dtype float64. One is missing"),
        ([3.0, 1.0], r"dtype float64. Use .astype\(int\)"),
        ([True, 3], r"rows\[0\] is True, a bool"),
        ([True, False], "flatnonzero"),
        (["3", "1"], r"rows\[0\] is '3', a str"),
        ("31", "is '31', a str"),
        ([[3], [1, 2]], r"got \[\[3\], \[1, 2\]\]"),
        (np.array([[3], [1]]), "one-dimensional"),
        (None, r"rows\[0\] is None"),
    ],
    ids=str,
)
def test_what_are_no_row_numbers_is_refused_in_words(rows, match):
    session = querist.Session(X, random_state=0)
    with pytest.raises(InvalidRowsError, match=match):
        session.skip(rows)
    assert len(session.events) == 1


@given(st.integers(0, 12), st.integers(0, 12), st.sampled_from([scipy.sparse.csr_matrix, scipy.sparse.csr_array]))
def test_rows_of_a_sparse_pool_in_a_slice_are_a_view(start, stop, form):
    X = form(scipy.sparse.random(10, 6, 0.4, format="csr", random_state=0))
    taken = take_rows(X, slice(start, stop))
    expected = X[start:stop]
    assert type(taken) is type(X)
    assert taken.shape == expected.shape
    np.testing.assert_array_equal(taken.toarray(), expected.toarray())
    assert taken.nnz == 0 or np.shares_memory(taken.data, X.data)
