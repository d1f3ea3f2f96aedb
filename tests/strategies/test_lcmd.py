"""LCMD against its algorithm."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from querist.base.distances import Distances, KeptCentres
from querist.base.memory import Memory
from querist.strategies import Lcmd


def by_definition(X, rows, batch_size):
    """Algorithm LCMD-TP of Holzmüller et al. (2023), with all distances and nothing kept."""
    centres, batch = list(rows), []
    for _ in range(batch_size):
        left = [row for row in range(len(X)) if row not in centres]
        if not centres:
            row = min(left, key=lambda row: np.linalg.norm(X[row] - X.mean(axis=0)))
        else:
            nearest = {row: min(centres, key=lambda centre: np.linalg.norm(X[row] - X[centre])) for row in left}
            sizes = dict.fromkeys(centres, 0.0)
            for row, centre in nearest.items():
                sizes[centre] += np.linalg.norm(X[row] - X[centre]) ** 2
            largest = max(sizes.values())
            inside = [row for row in left if sizes[nearest[row]] == largest]
            row = max(inside, key=lambda row: np.linalg.norm(X[row] - X[nearest[row]]))
        centres.append(row)
        batch.append(row)
    return batch


@given(seed=st.integers(0, 10_000), n_known=st.integers(0, 6), batch_size=st.integers(1, 10))
@settings(max_examples=40)
def test_batches_are_those_of_the_algorithm(seed, n_known, batch_size):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((30, 2)) * rng.choice([1.0, 4.0], (30, 1))
    rows = rng.choice(30, n_known, replace=False)
    expected = by_definition(X, rows, batch_size)
    for pool in (X, scipy.sparse.csr_matrix(X)):
        assert Lcmd().query(pool, rows, np.zeros(n_known, int), batch_size=batch_size).tolist() == expected


def test_a_case_by_hand():
    """One far row (8 squared is 64) against five at distance 4 (5 * 16 = 80): the five are served first."""
    X = np.array([[0.0], [8.0], [20.0], [24.0], [24.0], [24.0], [24.0], [24.0]])
    chosen, utilities = Lcmd(ties="first").query(X, [0, 2], [0, 1], batch_size=2, return_utilities=True)
    assert chosen.tolist() == [3, 1]
    np.testing.assert_allclose(utilities, [np.nan, 0.0, np.nan, 4.0, 4.0, 4.0, 4.0, 4.0])


def test_copies_of_centres_come_last_and_once_each():
    X = np.array([[0.0], [0.0], [0.0], [1.0], [1.0]])
    chosen = Lcmd(ties="first").query(X, [0], ["a"], batch_size=4)
    assert chosen.tolist() == [3, 1, 2, 4]


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20)
def test_what_is_kept_is_what_is_counted_anew(seed):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((25, 2))
    order = rng.permutation(25)
    memory = Memory()
    for n_known in (3, 4, 9, 6, 2, 12):
        rows = order[:n_known]
        plain = Lcmd().query(X, rows, np.zeros(n_known), batch_size=3, random_state=1, return_utilities=True)
        kept = Lcmd().query(
            X, rows, np.zeros(n_known), batch_size=3, random_state=1, return_utilities=True, memory=memory
        )
        assert plain[0].tolist() == kept[0].tolist()
        np.testing.assert_allclose(plain[1], kept[1], atol=1e-9)


@pytest.mark.parametrize("kind", [np.asarray, scipy.sparse.csr_matrix])
def test_the_nearest_is_the_nearest(kind):
    X = np.random.default_rng(2).standard_normal((60, 4))
    others = np.array([5, 17, 3, 44])
    every = np.linalg.norm(X[:, np.newaxis] - X[others], axis=2)
    distance, place = Distances(kind(X), np.arange(60)).nearest_of(others)
    np.testing.assert_array_equal(place, every.argmin(axis=1))
    np.testing.assert_allclose(distance, every.min(axis=1), atol=1e-12)
    assert (distance[others] == 0).all()
    kept = KeptCentres.of(kind(X))
    np.testing.assert_array_equal(kept.nearest_of(others)[1], others[place])
