"""Expected gradient length against gradients that are written out, and against differences of the loss."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from querist.exceptions import UnsupportedModelError
from querist.strategies import ExpectedModelChange


def task(seed, n_classes=3):
    rng = np.random.default_rng(seed)
    X = rng.integers(-4, 5, size=(20, 3)).astype(float)
    rows = np.arange(2 * n_classes)
    return X, rows, rows % n_classes, LogisticRegression().fit(X[rows], rows % n_classes)


def by_gradients(X, model):
    """Return the mean length of the gradient, one class after the other."""
    found = []
    for x, p in zip(X, model.predict_proba(X), strict=True):
        lengths = [np.linalg.norm(np.outer(p - np.eye(p.size)[c], np.append(x, 1.0))) for c in range(p.size)]
        found.append(p @ lengths)
    return found


@given(st.integers(0, 10_000), st.sampled_from([2, 3, 5]), st.sampled_from([np.asarray, scipy.sparse.csr_array]))
def test_utilities_are_expected_lengths_of_gradients(seed, n_classes, container):
    X, rows, labels, model = task(seed, n_classes)
    _, utilities = ExpectedModelChange().query(container(X), rows, labels, model=model, return_utilities=True)
    assert utilities[rows.size :] == pytest.approx(by_gradients(X, model)[rows.size :], rel=1e-9, abs=1e-12)


def test_the_gradient_is_that_of_the_loss():
    """By differences: the loss of one row as a function of weights and intercepts."""
    X, _, _, model = task(1)
    theta, x, step = np.column_stack([model.coef_, model.intercept_]), np.append(X[9], 1.0), 1e-6

    def loss(weights, c):
        values = weights @ x
        return np.log(np.exp(values).sum()) - values[c]

    expected = 0.0
    for c, chance in enumerate(model.predict_proba(X[[9]])[0]):
        slopes = np.empty(theta.shape)
        for place in np.ndindex(theta.shape):
            moved = np.zeros(theta.shape)
            moved[place] = step
            slopes[place] = (loss(theta + moved, c) - loss(theta - moved, c)) / (2 * step)
        expected += chance * np.linalg.norm(slopes)
    assert by_gradients(X, model)[9] == pytest.approx(expected, rel=1e-6)


def test_a_case_by_hand():
    """Two classes at even odds: |p - e| is the square root of 1/2 for both; the row with its 1 is (0, 3, 1)."""
    X = np.array([[-1.0, 0.0], [1.0, 0.0], [0.0, 3.0]])
    model = LogisticRegression().fit(X[:2], ["a", "b"])
    _, utilities = ExpectedModelChange().query(X, [0, 1], ["a", "b"], model=model, return_utilities=True)
    assert utilities[2] == pytest.approx(np.sqrt(10 / 2))


def test_features_are_those_behind_a_pipeline():
    X, rows, labels, _ = task(5)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(X[rows] * [1000, 1, 1], labels)
    scaled = model[0].transform(X * [1000, 1, 1])
    _, through = ExpectedModelChange().query(X * [1000, 1, 1], rows, labels, model=model, return_utilities=True)
    _, alone = ExpectedModelChange().query(scaled, rows, labels, model=model[1], return_utilities=True)
    np.testing.assert_allclose(through, alone)


def test_probabilities_are_needed():
    X, rows, labels, _ = task(0)
    with pytest.raises(UnsupportedModelError, match="CalibratedClassifierCV"):
        ExpectedModelChange().query(X, rows, labels, model=LinearSVC().fit(X[rows], labels))
