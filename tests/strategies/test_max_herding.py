"""MaxHerding against kernels that are counted one by one."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.preprocessing import normalize as to_length_one

from querist.exceptions import InvalidParameterError
from querist.selections import PowerTopK
from querist.session.session import Session
from querist.strategies import MaxHerding, max_herding

grids = hnp.arrays(np.int64, st.tuples(st.integers(3, 14), st.integers(1, 3)), elements=st.integers(-3, 3))


def mean_cover(kernel, rows):
    """Return the mean over the pool of the likeness of each row's nearest among `rows`."""
    return kernel[:, rows].max(axis=1).mean() if len(rows) else 0.0


def naive(kernel, rows, candidates, batch_size):
    """Return the greedy cover, what each candidate adds alone, ties by row number."""
    chosen, before, first = [], list(rows), None
    while len(chosen) < batch_size:
        gains = {
            row: round(mean_cover(kernel, [*before, row]) - mean_cover(kernel, before), 10)
            for row in candidates
            if row not in chosen
        }
        first = first or [gains[row] for row in candidates]
        chosen.append(max(gains, key=lambda row: (gains[row], -row)))
        before.append(chosen[-1])
    return chosen, first


@settings(deadline=None, max_examples=80)
@given(X=grids, bandwidth=st.sampled_from([0.7, 1.0, 2.5]), normalize=st.booleans(), data=st.data())
def test_the_batch_is_the_naive_cover(X, bandwidth, normalize, data):
    rows = data.draw(st.lists(st.integers(0, len(X) - 1), max_size=2, unique=True))
    free = [row for row in range(len(X)) if row not in rows]
    candidates = sorted(data.draw(st.lists(st.sampled_from(free), min_size=1, unique=True)))
    batch_size = data.draw(st.integers(1, len(candidates)))
    kernel = rbf_kernel(to_length_one(X.astype(float)) if normalize else X, gamma=1 / bandwidth**2)
    expected, gains = naive(kernel, rows, candidates, batch_size)
    for convert in (np.asarray, lambda table: table.astype(np.float32), scipy.sparse.csr_array):
        chosen, utilities = MaxHerding(bandwidth=bandwidth, normalize=normalize, ties="first").query(
            convert(X), rows, [0] * len(rows), candidates=candidates, batch_size=batch_size, return_utilities=True
        )
        np.testing.assert_allclose(utilities[candidates], gains, atol=1e-9)
        assert chosen.tolist() == expected


def test_a_case_by_hand():
    """At distance 1 the likeness is 1/e, at distance 2 it is e**-4; row 3 is far from all."""
    X = np.array([[0.0], [1.0], [2.0], [90.0]])
    strategy = MaxHerding(normalize=False)
    _, utilities = strategy.query(X, [], [], return_utilities=True)
    near, next_ = np.exp(-1), np.exp(-4)
    np.testing.assert_allclose(4 * utilities, [1 + near + next_, 1 + 2 * near, 1 + near + next_, 1])
    _, utilities = strategy.query(X, [1], ["a"], return_utilities=True)
    np.testing.assert_allclose(4 * utilities[[0, 2, 3]], [1 - near, 1 - near, 1])
    assert strategy.query(X, [1], ["a"], batch_size=2, random_state=0)[0] == 3


@pytest.mark.parametrize("normalize", [True, False])
def test_many_rows_in_several_blocks_fronts_and_tiles(rng, monkeypatch, normalize):
    X = rng.standard_normal((400, 3)) + 2.0
    kernel = rbf_kernel(to_length_one(X) if normalize else X, gamma=4.0)
    candidates = np.setdiff1d(np.arange(400), [0, 1, 7, 8, 9])
    expected, _ = naive(kernel, [0, 1], candidates.tolist(), 25)
    strategy = MaxHerding(bandwidth=0.5, normalize=normalize)
    options = {"candidates": candidates, "batch_size": 25, "random_state": 0}
    assert strategy.query(X, [0, 1], [0, 1], **options).tolist() == expected
    monkeypatch.setattr("querist._blocks._MAX_ROWS", 64)
    monkeypatch.setattr("querist._blocks._CACHED_VALUES", 1)
    monkeypatch.setattr("querist._blocks._MIN_CACHED_ROWS", 16)
    monkeypatch.setattr(max_herding, "_POINTS", 48)
    monkeypatch.setattr(max_herding, "_FRONT", 4)
    for convert in (np.asarray, scipy.sparse.csr_matrix):
        assert strategy.query(convert(X), [0, 1], [0, 1], **options).tolist() == expected
    whole = naive(kernel, [], list(range(400)), 8)[0]
    assert strategy.query(X, [], [], batch_size=8, random_state=0).tolist() == whole


def test_far_from_zero_nothing_cancels(rng):
    X = rng.standard_normal((60, 2))
    near, far = (
        MaxHerding(normalize=False).query(pool, [3], [0], batch_size=9, random_state=0).tolist()
        for pool in (X, X + 1e7)
    )
    assert near == far


def test_equal_rows_are_taken_when_nothing_else_is_left():
    X = np.ones((6, 2))
    assert sorted(MaxHerding().query(X, [0], [0], batch_size=5, random_state=0).tolist()) == [1, 2, 3, 4, 5]
    assert MaxHerding(ties="first").query(np.zeros((4, 2)), [], [], batch_size=3).tolist() == [0, 1, 2]


def test_parameters_are_checked_and_costs_refused(rng):
    X = rng.standard_normal((20, 2))
    with pytest.raises(InvalidParameterError, match="bandwidth"):
        MaxHerding(bandwidth=0.0).query(X, [], [])
    with pytest.raises(InvalidParameterError, match="normalize"):
        MaxHerding(normalize="no").query(X, [], [])
    with pytest.raises(InvalidParameterError, match="MaxHerding chooses its batch by distances"):
        Session(X, strategy=MaxHerding(), costs=np.ones(20))
    assert MaxHerding(selection=PowerTopK()).query(X, [], [], batch_size=2, random_state=0).size == 2
    assert MaxHerding().chances(np.ones(3), np.arange(2)) is None
