"""Pools in the partitions of a Dask collection: rows by number, functions by partition, and what is refused."""

from itertools import pairwise

import dask
import dask.array as da
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import querist
from querist._partitioned import PartitionedPool, Picked, partitioned
from querist._pool import as_pool, in_memory
from querist.exceptions import InvalidParameterError


@pytest.fixture(autouse=True)
def _in_this_thread():
    with dask.config.set(scheduler="synchronous"):
        yield


@given(st.lists(st.booleans(), max_size=40))
def test_picked_rows_are_told_in_either_way(flags):
    mask = np.array(flags, bool)
    for picked in (Picked.of_mask(mask), Picked.of_rows(np.flatnonzero(mask), mask.size)):
        assert np.array_equal(picked.mask(mask.size), mask)
        assert picked.count(mask.size) == mask.sum()
        assert picked.listed.size <= mask.size / 2
        rows = picked.rows(mask.size)
        assert np.array_equal(np.arange(mask.size) if rows is None else rows, np.flatnonzero(mask))


@st.composite
def pools(draw):
    """Return an array and the same as a pool of partitions, some of which are empty."""
    lengths = draw(st.lists(st.integers(0, 9), min_size=1, max_size=5))
    X = np.arange(3 * sum(lengths)).reshape(-1, 3) % 251
    if draw(st.booleans()):
        X = pd.DataFrame(X, columns=["a", "b", "c"])
    ends = np.cumsum([0, *lengths])
    parts = [dask.delayed(X[start:stop]) for start, stop in pairwise(ends)]
    return X, PartitionedPool(parts, lengths, X[:0])


@given(pools(), st.data())
def test_rows_are_those_of_the_whole(both, data):
    X, pool = both
    assert pool.shape == X.shape
    assert len(pool) == len(X)
    for _ in range(3):
        rows = np.array(data.draw(st.lists(st.integers(0, len(X) - 1), max_size=12) if len(X) else st.just([])), int)
        assert np.array_equal(np.asarray(pool[rows]), np.asarray(X)[rows])
        function = lambda part, some: np.asarray(part)[slice(None) if some is None else some].sum(axis=1)  # noqa: E731
        distinct = np.array(list(dict.fromkeys(rows.tolist())), int)
        assert np.array_equal(pool.by_rows(function, distinct), np.asarray(X)[distinct].sum(axis=1))
    start = data.draw(st.integers(0, len(X)))
    stop = data.draw(st.integers(0, len(X)))
    some = pool[start:stop]
    assert np.array_equal(np.asarray(some[np.arange(len(some))]), np.asarray(X)[start:stop])


@given(pools(), st.sampled_from(["texts", "objects", "numbers", "shares", "many"]))
def test_labels_that_travel_as_bytes_come_back_as_they_were(both, kind):
    X, pool = both
    of_row = {
        "texts": lambda row: f"class {row % 3}" + "!" * (row % 7),
        "numbers": lambda row: row % 3 - 1,
        "shares": lambda row: row / 7,
        "many": lambda row: row * 1000,
    }.get(kind, lambda row: "ab"[row % 2])
    dtype = object if kind == "objects" else None
    found = pool.by_rows(lambda part, _: np.array([of_row(row) for row in np.asarray(part)[:, 0].tolist()], dtype))
    assert found.tolist() == [of_row(row) for row in np.asarray(X)[:, 0].tolist()]
    if len(X):
        assert found.dtype == np.array(found.tolist(), dtype).dtype


def test_rows_come_home_once():
    fetched = []
    parts = [dask.delayed(lambda: fetched.append(1) or np.zeros((4, 2)))() for _ in range(3)]
    pool = PartitionedPool(parts, [4, 4, 4], np.empty((0, 2)))
    assert pool[np.array([1, 9])].shape == (2, 2)
    assert pool[np.array([9, 1, 9])].shape == (3, 2)
    assert len(fetched) == 2


def test_what_is_kept_has_a_bound(monkeypatch):
    monkeypatch.setattr("querist._partitioned._MOST_KEPT", 8)
    X = np.arange(40).reshape(20, 2)
    pool = as_pool(da.from_array(X, chunks=(6, 2)))
    for rows in ([1, 2], [2, 19, 3], [0, 5, 10, 15, 19], [4]):
        assert np.array_equal(pool[np.array(rows)], X[rows])
        assert pool._kept.size <= 10


def test_the_door_takes_arrays_and_frames_of_dask_and_says_what_else_it_wants():
    X = np.arange(12.0).reshape(4, 3)
    array = da.from_array(X, chunks=(2, 2))
    assert np.array_equal(as_pool(array)[np.arange(4)], X)
    assert as_pool(as_pool(array)).shape == (4, 3)
    odd = array[array[:, 0] > 2]
    assert as_pool(odd).shape == (3, 3)
    assert odd.chunks[0] != (1, 2)  # the caller's array is as it was
    frame = dd.from_pandas(pd.DataFrame(X, columns=["a", "b", "c"]), npartitions=2)
    assert list(as_pool(frame).columns) == ["a", "b", "c"]
    texts = dd.from_pandas(pd.DataFrame({"a": [1, 2], "word": ["x", "y"]}), npartitions=1)
    for wrong, message in (
        (array[:, 0], "shape"),
        (array.astype(str), "encode"),
        (texts, "column 'word'"),
        (frame["a"], r"\.to_frame\(\)"),
        (dask.delayed(X), "dask.array"),
    ):
        with pytest.raises(InvalidParameterError, match=message):
            partitioned(wrong)


def test_who_needs_all_rows_at_once_says_so():
    X = da.ones((20, 2), chunks=5)
    labels = np.arange(20) % 2
    for call in (
        lambda: in_memory(X),
        lambda: querist.simulate(X, labels),
        lambda: querist.rows_like(X, [[1.0, 1.0]]),
        lambda: querist.data.find_duplicates(X),
        lambda: np.asarray(as_pool(X)),
    ):
        with pytest.raises(InvalidParameterError, match=r"X\.compute\(\)"):
            call()
