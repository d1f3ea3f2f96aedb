"""k-center, density and weighted k-means against full matrices of all pairs."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from querist import _blocks as blocks
from querist.base import distances as distances_module
from querist.exceptions import InvalidParameterError, UnsupportedModelError
from querist.measures.uncertainty import UNCERTAINTIES
from querist.registry import make_strategy
from querist.selections import PowerTopK
from querist.strategies import DensityWeighted, KCenter, k_center


def greedy(X, rows, batch_size):
    """Farthest first, from the matrix of all squared distances; ties by row number."""
    squared = ((X[:, None].astype(float) - X[None]) ** 2).sum(axis=2)
    free = [row for row in range(len(X)) if row not in rows]
    centres, chosen = list(rows), []
    if not centres:
        to_mean = ((X - X[free].mean(axis=0)) ** 2).sum(axis=1)
        chosen = [min(free, key=lambda row: (to_mean[row], row))]
        centres = chosen.copy()
    while len(chosen) < batch_size:
        left = [row for row in free if row not in chosen]
        chosen.append(max(left, key=lambda row: (min(squared[row, centre] for centre in centres), -row)))
        centres.append(chosen[-1])
    return chosen


grids = hnp.arrays(np.int64, st.tuples(st.integers(4, 14), st.integers(1, 3)), elements=st.integers(-3, 3))


@pytest.mark.parametrize("front", [1, 2, 5, 256])
@settings(deadline=None, max_examples=60)
@given(X=grids, data=st.data())
def test_k_center_is_the_naive_greedy(front, X, data):
    """Small integers, so that ties are exact and frequent; as integers, floats and CSR."""
    rows = data.draw(st.lists(st.integers(0, len(X) - 1), min_size=1, max_size=3, unique=True))
    batch_size = data.draw(st.integers(1, len(X) - len(rows)))
    expected = greedy(X, rows, batch_size)
    for convert in (np.asarray, lambda table: table.astype(np.float32), scipy.sparse.csr_array):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(k_center, "_FRONT", front)
            patch.setattr(k_center, "_FRONT_VALUES", 3 * front)
            chosen = KCenter(ties="first").query(convert(X), rows, [0] * len(rows), batch_size=batch_size)
        assert chosen.tolist() == expected


def test_k_center_breaks_ties_alike_however_many_rows_are_in_front(rng, monkeypatch):
    X = rng.integers(0, 3, size=(80, 2))
    expected = [KCenter().query(X, [0], [0], batch_size=12, random_state=seed).tolist() for seed in range(5)]
    assert len(set(map(tuple, expected))) == 5
    for front in (1, 7, 30):
        monkeypatch.setattr(k_center, "_FRONT", front)
        monkeypatch.setattr(k_center, "_FRONT_VALUES", 2 * front)
        for seed in range(5):
            chosen = KCenter().query(X, [0], [0], batch_size=12, random_state=seed)
            assert chosen.tolist() == expected[seed]


@pytest.mark.parametrize("dimensions", [2, 30])
def test_k_center_on_many_rows_is_the_naive_greedy(rng, dimensions):
    X = rng.standard_normal((1500, dimensions))
    assert KCenter().query(X, [0, 1], [0, 1], batch_size=60).tolist() == greedy_by_arrays(X, [0, 1], 60)


def greedy_by_arrays(X, rows, batch_size):
    nearest = np.linalg.norm(X[:, None] - X[None, rows], axis=2).min(axis=1)
    chosen = []
    for _ in range(batch_size):
        chosen.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, np.linalg.norm(X - X[chosen[-1]], axis=1))
    return chosen


def test_k_center_without_labels_starts_in_the_middle(rng):
    X = rng.standard_normal((30, 2))
    chosen, utilities = KCenter().query(X, [], [], batch_size=6, return_utilities=True)
    assert chosen.tolist() == greedy(X, [], 6)
    np.testing.assert_allclose(utilities, -np.linalg.norm(X - X.mean(axis=0), axis=1), atol=1e-12)


def test_k_center_by_hand():
    # on a line: labelled 0; distances 3, 10, 4 -> row 2 first, then rows 1 and 3 tie at 3 and 4
    X = np.array([[0.0], [3.0], [10.0], [4.0]])
    chosen, utilities = KCenter().query(X, [0], ["a"], batch_size=3, return_utilities=True)
    np.testing.assert_array_equal(utilities, [np.nan, 3, 10, 4])
    assert chosen.tolist() == [2, 3, 1]


@pytest.mark.parametrize("offset", [0.0, 1e6, 1e9])
def test_k_center_is_at_home_far_from_the_origin(rng, offset):
    X = np.rint(rng.standard_normal((200, 3)) * 64) / 64
    plain = KCenter(ties="first").query(X, [0, 1], [0, 0], batch_size=20)
    moved = KCenter(ties="first").query(X + offset, [0, 1], [0, 0], batch_size=20)
    assert moved.tolist() == plain.tolist()


def test_k_center_in_small_blocks_is_the_same(rng, monkeypatch):
    X = rng.standard_normal((300, 4))
    rows = rng.choice(300, 80, replace=False)
    candidates = np.setdiff1d(np.arange(300), rows)[20:]
    for narrowed in (candidates, candidates[::3]):
        arguments = {"candidates": narrowed, "batch_size": 8, "random_state": 0, "return_utilities": True}
        whole = KCenter().query(X, rows, np.zeros(80), **arguments)
        with monkeypatch.context() as patch:
            patch.setattr(blocks, "_BLOCK_VALUES", 64)
            patch.setattr(blocks, "_MIN_ROWS", 16)
            patch.setattr(distances_module, "_POINT_VALUES", 64)
            parts = KCenter().query(X, rows, np.zeros(80), **arguments)
        assert whole[0].tolist() == parts[0].tolist()
        np.testing.assert_allclose(parts[1], whole[1], rtol=1e-12)
        exact = np.linalg.norm(X[narrowed, None] - X[None, rows], axis=2).min(axis=1)
        np.testing.assert_allclose(whole[1][narrowed], exact, rtol=1e-9)


def test_k_center_covers_at_most_twice_as_badly_as_the_best(rng):
    """The guarantee of the farthest-first choice, against all pairs of centres."""
    from itertools import combinations

    X = rng.standard_normal((14, 2))
    distance = np.linalg.norm(X[:, None] - X[None], axis=2)
    chosen = KCenter().query(X, [0], [0], batch_size=2)
    radius = distance[:, [0, *chosen]].min(axis=1).max()
    best = min(distance[:, [0, *pair]].min(axis=1).max() for pair in combinations(range(1, 14), 2))
    assert best <= radius <= 2 * best


def test_k_center_measures_after_the_pipeline(rng):
    X = rng.standard_normal((40, 2)) * [1, 1000]
    labels = X[:6, 0] > 0
    model = make_pipeline(StandardScaler(), GaussianNB()).fit(X[:6], labels)
    scaled = model[:-1].transform(X)
    rows = np.arange(6)
    through = KCenter().query(X, rows, labels, model=model, batch_size=5, random_state=0)
    assert through.tolist() == KCenter().query(scaled, rows, labels, batch_size=5, random_state=0).tolist()
    assert through.tolist() != KCenter().query(X, rows, labels, batch_size=5, random_state=0).tolist()


def test_k_center_takes_a_selection(rng):
    X = rng.standard_normal((20, 2))
    strategy = KCenter(selection=PowerTopK())
    assert strategy.query(X, [0], [0], batch_size=4).size == 4
    with pytest.raises(InvalidParameterError, match="never negative"):
        strategy.query(X, [], [], batch_size=4)


@pytest.mark.parametrize("convert", [np.asarray, scipy.sparse.csr_array])
def test_gaps_in_the_features_are_named(rng, convert):
    X = rng.standard_normal((9, 2))
    X[6, 1] = np.nan
    with pytest.raises(UnsupportedModelError, match="row 6"):
        KCenter().query(convert(X), range(4), [0, 1, 0, 1])


@pytest.mark.parametrize("uncertainty", UNCERTAINTIES)
@pytest.mark.parametrize("beta", [0.0, 1.0, 2.5])
@pytest.mark.parametrize("convert", [np.asarray, scipy.sparse.csr_array])
def test_density_is_that_of_the_full_cosine_matrix(rng, uncertainty, beta, convert):
    X = rng.standard_normal((25, 3)) + 0.4
    X[20] = 0
    rows, y = np.arange(5), [0, 1, 2, 0, 1]
    model = LogisticRegression().fit(X[rows], y)
    free = np.arange(5, 25)
    asked = free[::2]
    lengths = np.linalg.norm(X, axis=1)
    cosine = X @ X.T / np.where(np.outer(lengths, lengths) > 0, np.outer(lengths, lengths), 1)
    density = np.maximum(cosine[:, free].mean(axis=1), 0)
    expected = UNCERTAINTIES[uncertainty](model.predict_proba(X)) * density**beta
    strategy = DensityWeighted(uncertainty=uncertainty, beta=beta)
    _, utilities = strategy.query(convert(X), rows, y, model=model, candidates=asked, return_utilities=True)
    np.testing.assert_allclose(utilities[asked], expected[asked], atol=1e-12)
    assert (density[asked] == 0).any()


def test_density_by_hand():
    class Undecided:
        classes_ = np.array([0, 1])

        def predict_proba(self, X):
            return np.full((len(X), 2), 0.5)

    # mean cosines: rows (1,0), (1,0), (0,1): 2/3, 2/3, 1/3; row (-1,0) is labelled
    X = np.array([[1.0, 0], [5, 0], [0, 2], [-1, 0]])
    _, utilities = DensityWeighted().query(X, [3], [0], model=Undecided(), return_utilities=True)
    np.testing.assert_allclose(utilities, np.log(2) * np.array([2 / 3, 2 / 3, 1 / 3, np.nan]))


def test_density_in_small_blocks_is_the_same(rng, monkeypatch):
    X = rng.standard_normal((300, 4)) + 1
    model = GaussianNB().fit(X[:9], np.arange(9) % 2)
    arguments = {"model": model, "candidates": np.arange(9, 300, 3), "return_utilities": True}
    _, whole = DensityWeighted().query(X, range(9), np.arange(9) % 2, **arguments)
    monkeypatch.setattr(blocks, "_BLOCK_VALUES", 64)
    monkeypatch.setattr(blocks, "_MIN_ROWS", 16)
    _, parts = DensityWeighted().query(X, range(9), np.arange(9) % 2, **arguments)
    np.testing.assert_allclose(parts, whole, rtol=1e-12)


@pytest.mark.parametrize("params", [{"beta": -1}, {"beta": "1"}, {"uncertainty": "variance"}])
def test_density_parameters(params):
    model = GaussianNB().fit([[0.0], [1]], [0, 1])
    with pytest.raises(InvalidParameterError, match=next(iter(params))):
        DensityWeighted(**params).query([[0.0], [1], [2]], [0, 1], [0, 1], model=model)


def test_weighted_k_means_takes_one_of_each_group(rng):
    """Four tight groups on the boundary, a batch of four: one row of each; plain margin would not."""
    groups = np.repeat(np.array([[0.0, 0], [0, 10], [0, 20], [0, 30]]), 10, axis=0)
    X = np.vstack([[[-3.0, 15], [3, 15]], groups + 0.01 * rng.standard_normal((40, 2))])
    model = LogisticRegression().fit(X[:2], [0, 1])
    chosen, utilities = make_strategy("weighted_k_means").query(
        X, [0, 1], [0, 1], model=model, batch_size=4, random_state=0, return_utilities=True
    )
    assert sorted((chosen - 2) // 10) == [0, 1, 2, 3]
    assert (np.diff(utilities[chosen]) <= 0).all()
    np.testing.assert_array_equal(utilities[2:], UNCERTAINTIES["margin"](model.predict_proba(X[2:])))


@pytest.mark.parametrize("params", [{"prefilter": 0}, {"prefilter": 1.5}, {"uncertainty": "variance"}])
def test_weighted_k_means_parameters(params):
    model = GaussianNB().fit([[0.0], [1]], [0, 1])
    with pytest.raises(InvalidParameterError, match=next(iter(params))):
        make_strategy("weighted_k_means", **params).query([[0.0], [1], [2]], [0, 1], [0, 1], model=model)
