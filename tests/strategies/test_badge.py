"""BADGE against gradients that are written out, and against a draw that counts all rows each time."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from querist.exceptions import InvalidParameterError, UnsupportedModelError
from querist.selections import PowerTopK
from querist.session.session import Session
from querist.strategies import Badge, badge


def task(seed, n_rows=40, n_classes=3, n_features=2):
    rng = np.random.default_rng(seed)
    X = rng.integers(-4, 5, size=(n_rows, n_features)).astype(float)
    rows = np.arange(2 * n_classes)
    labels = rows % n_classes
    return X, rows, labels, LogisticRegression().fit(X[rows], labels)


def gradients(X, rows, model):
    """Return the candidates and d(log loss)/dW of each, for its likeliest class, as a flat vector."""
    free = np.setdiff1d(np.arange(len(X)), rows)
    factors = model.predict_proba(X[free])
    factors[np.arange(free.size), factors.argmax(axis=1)] -= 1
    return free, (factors[:, :, None] * X[free][:, None, :]).reshape(free.size, -1)


def naive_draw(X, rows, model, batch_size, seed):
    """Draw with the same clocks as Badge, from all squared distances, one row after the other."""
    free, vectors = gradients(X, rows, model)
    squared = ((vectors[:, None] - vectors[None]) ** 2).sum(axis=2)
    squared[squared < 1e-12] = 0.0
    lengths = (vectors**2).sum(axis=1)
    rng = np.random.default_rng(seed)
    rng.integers(2**63)  # the seed of ties
    clocks = rng.exponential(size=free.size)
    chosen = [int(lengths.argmax())]
    speeds = squared[chosen[0]].copy()
    while len(chosen) < batch_size and (speeds > 0).any():
        rings = np.full(free.size, np.inf)
        rings[speeds > 0] = clocks[speeds > 0] / speeds[speeds > 0]
        chosen.append(int(rings.argmin()))
        clocks = np.maximum(clocks - rings.min() * speeds, 0)
        speeds = np.minimum(speeds, squared[chosen[-1]])
    rest = [place for place in np.argsort(-lengths, kind="stable").tolist() if place not in chosen]
    return free[chosen + rest[: batch_size - len(chosen)]].tolist()


def test_utilities_are_squared_lengths_of_gradients():
    X, rows, labels, model = task(0)
    _, utilities = Badge().query(X, rows, labels, model=model, return_utilities=True)
    free, vectors = gradients(X, rows, model)
    assert utilities[free] == pytest.approx((vectors**2).sum(axis=1))
    assert np.isnan(utilities[rows]).all()


def test_a_case_by_hand():
    """Two classes at even odds: p - e = (-1/2, 1/2), of squared length 1/2; the row is (0, 3)."""
    X = np.array([[-1.0, 0.0], [1.0, 0.0], [0.0, 3.0]])
    model = LogisticRegression().fit(X[:2], ["a", "b"])
    _, utilities = Badge().query(X, [0, 1], ["a", "b"], model=model, return_utilities=True)
    assert utilities[2] == pytest.approx(9 / 2)


@pytest.mark.parametrize("front", [1, 2, 5, 256])
@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000), batch_size=st.integers(2, 34))
def test_the_draw_is_the_naive_one_however_many_rows_are_in_front(front, seed, batch_size):
    """Small integers, so that rows are often equal."""
    X, rows, labels, model = task(seed)
    expected = naive_draw(X, rows, model, batch_size, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(badge, "_FRONT", front)
        for convert in (np.asarray, scipy.sparse.csr_array):
            chosen = Badge(ties="first").query(
                convert(X), rows, labels, model=model, batch_size=batch_size, random_state=seed
            )
            assert chosen.tolist() == expected


def test_second_rows_are_drawn_in_proportion_to_squared_distance():
    """So are third ones, given the second."""
    X, rows, labels, model = task(3, n_rows=14)
    free, vectors = gradients(X, rows, model)
    squared = ((vectors[:, None] - vectors[None]) ** 2).sum(axis=2)
    n, place = 4000, {row: number for number, row in enumerate(free.tolist())}
    drawn = np.array(
        [
            [
                place[row]
                for row in Badge().query(X, rows, labels, model=model, batch_size=3, random_state=seed).tolist()
            ]
            for seed in range(n)
        ]
    )
    first = drawn[0, 0]
    assert (drawn[:, 0] == first).all()
    chance = squared[first] / squared[first].sum()
    seen = np.bincount(drawn[:, 1], minlength=free.size)
    assert chisquare(seen[chance > 0], n * chance[chance > 0]).pvalue > 1e-3
    second = seen.argmax()
    nearest = np.minimum(squared[first], squared[second])
    chance = nearest / nearest.sum()
    seen = np.bincount(drawn[drawn[:, 1] == second, 2], minlength=free.size)
    assert chisquare(seen[chance > 0], seen.sum() * chance[chance > 0]).pvalue > 1e-3


def test_features_are_those_behind_a_pipeline():
    X, rows, labels, _ = task(5)
    X[:, 0] *= 1000
    model = make_pipeline(StandardScaler(), GaussianNB()).fit(X[rows], labels)
    scaled = model[0].transform(X)
    through = Badge().query(X, rows, labels, model=model, batch_size=6, random_state=1)
    alone = Badge().query(scaled, rows, labels, model=model[1], batch_size=6, random_state=1)
    assert through.tolist() == alone.tolist()


def test_many_rows_in_several_blocks(monkeypatch):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((3000, 5))
    rows, labels = np.arange(9), np.arange(9) % 3
    model = LogisticRegression().fit(X[rows], labels)
    whole = Badge().query(X, rows, labels, model=model, batch_size=40, random_state=0)
    monkeypatch.setattr("querist._blocks._MAX_ROWS", 100)
    assert whole.tolist() == Badge().query(X, rows, labels, model=model, batch_size=40, random_state=0).tolist()
    assert whole.tolist() == naive_draw(X, rows, model, 40, 0)


def test_with_a_selection_the_lengths_are_utilities():
    X, rows, labels, model = task(7)
    chosen, utilities = Badge(selection=PowerTopK(beta=1000.0)).query(
        X, rows, labels, model=model, batch_size=2, random_state=0, return_utilities=True
    )
    # So high a power all but takes the highest.
    assert utilities[chosen[0]] == np.nanmax(utilities)


def test_a_model_without_probabilities_and_costs_are_refused():
    from sklearn.svm import LinearSVC

    X, rows, labels, _ = task(0)
    with pytest.raises(UnsupportedModelError, match="CalibratedClassifierCV"):
        Badge().query(X, rows, labels, model=LinearSVC().fit(X[rows], labels))
    with pytest.raises(InvalidParameterError, match="Badge chooses its batch by distances"):
        Session(X, estimator="logistic_regression", strategy="badge", costs=np.ones(len(X)))
