"""Standard deviations of regressors that have them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, WhiteKernel
from sklearn.linear_model import BayesianRidge, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import querist
from querist.exceptions import UnsupportedModelError
from querist.measures.variance import most_variable
from querist.strategies import PredictiveDeviation


def problem(seed, n_rows=30):
    X = np.random.default_rng(seed).standard_normal((n_rows, 2))
    rows = np.arange(4)
    return X, rows, np.sin(X[rows, 0])


@pytest.mark.parametrize("model", [BayesianRidge(), make_pipeline(StandardScaler(), GaussianProcessRegressor())])
def test_utilities_are_the_deviations(model):
    X, rows, y = problem(0)
    model.fit(X[rows], y)
    _, utilities = PredictiveDeviation().query(X, rows, y, model=model, return_utilities=True)
    np.testing.assert_allclose(utilities[4:], model.predict(X[4:], return_std=True)[1])


@given(seed=st.integers(0, 10_000), batch_size=st.integers(2, 6))
@settings(max_examples=15)
def test_a_batch_is_what_would_be_asked_one_by_one(seed, batch_size):
    """What the answers are does not matter: a process with a fixed kernel is refitted with zeros in their place."""
    X, rows, y = problem(seed)
    kernel = RBF(1.0) + WhiteKernel(0.1)
    model = GaussianProcessRegressor(kernel, optimizer=None).fit(X[rows], y)
    chosen = PredictiveDeviation(ties="first").query(X, rows, y, model=model, batch_size=batch_size)
    known = list(rows)
    for row in chosen:
        refitted = GaussianProcessRegressor(kernel, optimizer=None).fit(X[known], np.zeros(len(known)))
        deviation = refitted.predict(X, return_std=True)[1]
        deviation[known] = -1.0
        assert deviation[row] == pytest.approx(deviation.max(), abs=1e-7)
        known.append(int(row))


def test_other_models_give_the_rows_of_the_largest_deviation():
    X, rows, y = problem(1)
    model = BayesianRidge().fit(X[rows], y)
    chosen, utilities = PredictiveDeviation().query(X, rows, y, model=model, batch_size=4, return_utilities=True)
    assert chosen.tolist() == np.argsort(-np.nan_to_num(utilities))[:4].tolist()


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20)
def test_pivots_are_those_of_conditioning(seed):
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((8, 8))
    covariances = root @ root.T
    chosen = most_variable(covariances, 5, lambda places: places.astype(float))
    for step, place in enumerate(chosen):
        known = chosen[:step]
        gain = covariances[:, known] @ np.linalg.solve(covariances[np.ix_(known, known)], covariances[known])
        left = np.diag(covariances - gain).copy()
        left[known] = -1.0
        assert left[place] == pytest.approx(left.max())


def test_copies_of_what_is_known_are_chosen_last_and_once():
    covariances = np.array([[2.0, 2.0, 0.0], [2.0, 2.0, 0.0], [0.0, 0.0, 1.0]])
    assert most_variable(covariances, 3, lambda places: places.astype(float)).tolist() == [0, 2, 1]


@pytest.mark.parametrize("model", [Ridge(), make_pipeline(StandardScaler(), Ridge()), querist.make_regressor("svr")])
def test_regressors_that_do_not_know_how_sure_they_are_are_refused(model):
    X, rows, y = problem(2)
    with pytest.raises(UnsupportedModelError, match=r"return_std.*gaussian_process.*committee_variance"):
        PredictiveDeviation().query(X, rows, y, model=model.fit(X[rows], y))


def test_the_registered_gaussian_process_has_deviations():
    X, rows, y = problem(3)
    model = querist.make_regressor("gaussian_process").fit(X[rows], y)
    assert np.unique(PredictiveDeviation().query(X, rows, y, model=model, batch_size=6)).size == 6
