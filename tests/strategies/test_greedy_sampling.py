"""GSx, GSy and iGS against their definitions."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import querist
from querist.exceptions import InvalidParameterError, UnsupportedModelError
from querist.selections import PowerTopK
from querist.strategies import ImprovedGreedySampling, KCenter


def problem(seed, n_rows=40, n_known=6):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n_rows, 3))
    rows = rng.choice(n_rows, n_known, replace=False)
    y = X[rows, 0] ** 2 + X[rows, 1]
    return X, rows, y, KNeighborsRegressor(2, weights="distance").fit(X[rows], y)


def by_definition(X, rows, y, model, batch_size, distances):
    """Choose one by one, predictions standing for the answers; return the batch and the first utilities."""
    known, targets, predicted = list(rows), list(y), model.predict(X)
    first, batch = None, []
    for _ in range(batch_size):
        utility = np.full(len(X), -1.0)
        for row in set(range(len(X))) - set(known):
            far = [
                (np.linalg.norm(X[row] - X[other]) if distances == "both" else 1.0) * abs(predicted[row] - target)
                for other, target in zip(known, targets, strict=True)
            ]
            utility[row] = min(far)
        first = utility if first is None else first
        batch.append(int(np.argmax(utility)))
        known.append(batch[-1])
        targets.append(predicted[batch[-1]])
    return batch, first


@pytest.mark.parametrize("distances", ["both", "targets"])
@given(seed=st.integers(0, 10_000), batch_size=st.integers(1, 8))
@settings(max_examples=25)
def test_batches_are_those_of_the_definition(distances, seed, batch_size):
    X, rows, y, model = problem(seed)
    expected, first = by_definition(X, rows, y, model, batch_size, distances)
    strategy = ImprovedGreedySampling(distances=distances, ties="first")
    chosen, utilities = strategy.query(X, rows, y, model=model, batch_size=batch_size, return_utilities=True)
    free = np.setdiff1d(np.arange(len(X)), rows)
    np.testing.assert_allclose(utilities[free], first[free], atol=1e-9)
    # Where nothing but the target counts, predictions beyond all targets tie with nothing; equal ones do.
    if distances == "both" or len(set(model.predict(X[free]))) == free.size:
        assert chosen.tolist() == expected


def test_a_case_by_hand():
    """Of rows 1, 2 and 4 (predicted 2, 4 and 8): 1*2 and 2*1, and min(4*8, 1*1) = 1, min(2*4, 3*3) = 8 and so on."""
    X, rows, y = np.array([[0.0], [1.0], [2.0], [5.0], [4.0]]), [0, 3], [0.0, 7.0]
    model = LinearRegression().fit([[0.0], [1.0]], [0.0, 2.0])
    chosen, utilities = ImprovedGreedySampling().query(X, rows, y, model=model, batch_size=2, return_utilities=True)
    # Row 1: min(1 * 2, 4 * 5); row 2: min(2 * 4, 3 * 3); row 4: min(4 * 8, 1 * 1).
    np.testing.assert_allclose(utilities[[1, 2, 4]], [2.0, 8.0, 1.0])
    # With row 2 known as 4: row 1 has min(2, 1 * 2), row 4 still 1.
    assert chosen.tolist() == [2, 1]
    by_targets = querist.make_strategy("gsy").query(X, rows, y, model=model, return_utilities=True)[1]
    np.testing.assert_allclose(by_targets[[1, 2, 4]], [2.0, 3.0, 1.0])


def test_rows_may_be_sparse():
    X, rows, y, _ = problem(3)
    model = Ridge().fit(X[rows], y)
    dense = ImprovedGreedySampling().query(X, rows, y, model=model, batch_size=5, random_state=0)
    sparse = ImprovedGreedySampling().query(
        scipy.sparse.csr_matrix(X), rows, y, model=model, batch_size=5, random_state=0
    )
    assert dense.tolist() == sparse.tolist()


def test_distances_are_those_after_the_steps_of_a_pipeline():
    X, rows, y, _ = problem(4)
    stretched = X * [1.0, 1e3, 1e-3]
    scaler = StandardScaler().fit(X[rows])
    plain = LinearRegression().fit(scaler.transform(X[rows]), y)
    chosen = ImprovedGreedySampling().query(scaler.transform(X), rows, y, model=plain, batch_size=4, random_state=0)
    model = make_pipeline(StandardScaler(), LinearRegression()).fit(stretched[rows], y)
    assert ImprovedGreedySampling().query(stretched, rows, y, model=model, batch_size=4, random_state=0).tolist() == (
        chosen.tolist()
    )


def test_a_selection_takes_the_place_of_the_greedy_choice():
    X, rows, y, model = problem(5)
    strategy = ImprovedGreedySampling(selection=PowerTopK(beta=1000.0))
    chosen, utilities = strategy.query(X, rows, y, model=model, batch_size=3, random_state=0, return_utilities=True)
    best = np.argsort(-np.nan_to_num(utilities, nan=-1.0))[:3]
    assert chosen.tolist() == best.tolist()


def test_gsx_is_k_center_and_begins_in_the_middle():
    strategy = querist.make_strategy("gsx", ties="first")
    assert isinstance(strategy, KCenter)
    X = np.random.default_rng(0).standard_normal((50, 2))
    chosen = [int(np.argmin(np.linalg.norm(X - X.mean(axis=0), axis=1)))]
    for _ in range(6):
        nearest = np.linalg.norm(X[:, np.newaxis] - X[chosen], axis=2).min(axis=1)
        chosen.append(int(np.argmax(nearest)))
    assert strategy.query(X, [], [], batch_size=7).tolist() == chosen


def test_models_that_do_not_fit_are_refused():
    X, rows, y, model = problem(6)
    with pytest.raises(InvalidParameterError, match="distances"):
        ImprovedGreedySampling(distances="rows").query(X, rows, y, model=model)
    two = LinearRegression().fit(X[rows], np.column_stack([y, y]))
    with pytest.raises(UnsupportedModelError, match="one target per row"):
        ImprovedGreedySampling().query(X, rows, y, model=two)
