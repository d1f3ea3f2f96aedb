"""Pools that are gone through block by block."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st

import querist
from querist import _blocks as blocks
from querist._pool import NumberedRows
from querist.base.blocks import by_blocks, taken_blocks

TABLE = np.arange(200.0).reshape(100, 2)
POOLS = {
    "array": TABLE,
    "frame": pd.DataFrame(TABLE),
    "CSR": scipy.sparse.csr_matrix(TABLE),
    "texts": np.array([str(row[0]) for row in TABLE], object),
    "numbered": NumberedRows(TABLE),
}


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(blocks, "_BLOCK_VALUES", 16)
    monkeypatch.setattr(blocks, "_MIN_ROWS", 4)
    monkeypatch.setattr(blocks, "_MAX_ROWS", 8)


def first_cell(part):
    """The first cell of each row."""
    part = part.rows() if isinstance(part, NumberedRows) else part
    if scipy.sparse.issparse(part):
        part = part.toarray()
    part = np.asarray(part)
    return part[:, 0] if part.ndim == 2 else part.astype(float)


@pytest.mark.parametrize("kind", POOLS)
@given(rows=st.none() | st.lists(st.integers(0, 99), max_size=60, unique=True), size=st.sampled_from([3, 8, 1000]))
def test_each_row_is_seen_once_in_its_place(kind, rows, size):
    wanted = None if rows is None else np.array(rows, np.int64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "_MIN_ROWS", 1)
        patch.setattr(blocks, "_MAX_ROWS", size)
        found = by_blocks(first_cell, POOLS[kind], wanted)
        assert all(part.shape[0] <= size for _, part in taken_blocks(POOLS[kind], wanted))
    np.testing.assert_array_equal(found, TABLE[slice(None) if rows is None else rows, 0])


def test_a_pool_of_one_block_comes_as_it_is():
    ((block, part),) = taken_blocks(TABLE)
    assert (block, part is TABLE) == (slice(0, 100), True)


@pytest.mark.usefixtures("small_blocks")
def test_texts_of_any_length_and_several_columns_keep_their_values():
    assert by_blocks(lambda part: np.array(["x" * int(row) for row in part[:, 0] // 10]), TABLE).tolist() == [
        "x" * (row // 5) for row in range(100)
    ]
    np.testing.assert_array_equal(by_blocks(lambda part: part * 2, TABLE), TABLE * 2)


@pytest.mark.parametrize("labels", [["no", "a longer yes"], [0, 1]])
def test_what_a_session_says_of_a_pool_does_not_depend_on_the_blocks(monkeypatch, labels):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(160, 4))
    truth = np.array(labels)[(X[:, 0] > 0).astype(int)]

    def told(X):
        session = querist.Session(X, estimator="extra_trees:n_estimators=5", audit=0.3, random_state=0)
        for _ in range(4):
            rows = session.ask(15)
            session.tell(rows, truth[rows])
        certificate = session.certify(0.6)
        session.release()
        plan = session.auto_label(0.7).plan
        return (
            session.predict(),
            session.predict_proba(),
            certificate.rows,
            certificate.plan,
            plan.sample,
            session.advice(),
        )

    whole = told(X)
    monkeypatch.setattr(blocks, "_MIN_ROWS", 4)
    monkeypatch.setattr(blocks, "_MAX_ROWS", 32)
    for one, other in zip(whole, told(X), strict=True):
        if isinstance(one, np.ndarray):
            np.testing.assert_array_equal(one, other)
        else:
            assert one == other
