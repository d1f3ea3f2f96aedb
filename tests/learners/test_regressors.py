"""Regressors for few labels."""

import numpy as np
import pytest
import scipy.sparse
from sklearn.base import clone
from sklearn.datasets import make_friedman1
from sklearn.exceptions import NotFittedError
from sklearn.neighbors import KNeighborsRegressor
from sklearn.preprocessing import StandardScaler

import querist
from querist.learners import FewNeighborsRegressor, GaussianProcess, StandardColumns

X, Y = make_friedman1(160, n_features=5, noise=0.5, random_state=0)
KNOWN, OTHERS = slice(0, 60), slice(60, None)
NAMES = querist.regressor_names()


@pytest.mark.parametrize("name", NAMES)
def test_every_registered_regressor_learns(name):
    model = querist.make_regressor(name)
    # Whatever the units of columns and target are.
    stretched = X * [1.0, 1e3, 1e-3, 1.0, 1.0]
    model.fit(stretched[KNOWN], 1e4 * Y[KNOWN])
    error = model.predict(stretched[OTHERS]) / 1e4 - Y[OTHERS]
    assert np.square(error).mean() < 0.6 * Y[OTHERS].var()


# Of one row ridge could leave none out.
@pytest.mark.parametrize(
    ("name", "n_rows"), [(name, n) for name in NAMES for n in (1, 2, 3) if (name, n) != ("ridge", 1)]
)
def test_every_registered_regressor_takes_very_few_rows(name, n_rows):
    model = querist.make_regressor(name).fit(X[:n_rows], Y[:n_rows])
    assert np.isfinite(model.predict(X)).all()


# The others take dense rows only.
@pytest.mark.parametrize("name", sorted(set(NAMES) - {"gaussian_process", "gradient_boosting_regressor"}))
def test_rows_may_be_sparse(name):
    model = querist.make_regressor(name).fit(scipy.sparse.csr_matrix(X[KNOWN]), Y[KNOWN])
    assert np.corrcoef(model.predict(scipy.sparse.csr_matrix(X[OTHERS])), Y[OTHERS])[0, 1] > 0.5


@pytest.mark.parametrize("name", NAMES)
def test_rows_may_have_gaps(name):
    holed = np.where(np.random.default_rng(0).random(X.shape) < 0.05, np.nan, X)
    model = querist.make_regressor(name).fit(holed[KNOWN], Y[KNOWN])
    assert np.corrcoef(model.predict(holed[OTHERS]), Y[OTHERS])[0, 1] > 0.5


def test_columns_are_on_one_scale():
    found = StandardColumns().fit(X[KNOWN]).transform(X)
    np.testing.assert_allclose(found, StandardScaler().fit(X[KNOWN]).transform(X))
    holed = X.copy()
    holed[3, 1] = np.nan
    assert StandardColumns().fit_transform(holed)[3, 1] == 0.0
    sparse = scipy.sparse.csr_matrix(X)
    assert (StandardColumns().fit_transform(sparse) != sparse).nnz == 0
    with pytest.raises(NotFittedError):
        StandardColumns().transform(X)


def test_neighbours_are_those_of_scikit_learn_where_there_are_enough():
    ours = FewNeighborsRegressor(5, weights="distance").fit(X[KNOWN], Y[KNOWN])
    theirs = KNeighborsRegressor(5, weights="distance").fit(X[KNOWN], Y[KNOWN])
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
    few = FewNeighborsRegressor(5).fit(X[:3], Y[:3])
    np.testing.assert_allclose(few.predict(X[:1]), Y[:3].mean())


def test_the_kernel_of_a_gaussian_process_stays_the_callers():
    model = GaussianProcess()
    model.fit(X[KNOWN], Y[KNOWN])
    assert model.kernel is None
    assert clone(model).get_params() == GaussianProcess().get_params()
    deviations = model.predict(X, return_std=True)[1]
    assert deviations[OTHERS].mean() > deviations[KNOWN].mean()
