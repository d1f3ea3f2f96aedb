"""Logistic regression after one more answer, against fits with that answer."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import querist
from querist.base.open_rows import OpenRows
from querist.base.query import prepare
from querist.learners import FewLabels, NewtonLogisticRegression
from querist.learners.fitted_logistic import FittedLogistic, OneMore, _pulls, fitted_logistic
from querist.learners.newton_passes import probabilities
from querist.strategies import MarginSampling


def task(seed, n_classes=3, n_rows=30):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n_rows, 4))
    labels = np.array(["c", "a", "b"])[(X @ rng.standard_normal((4, n_classes))).argmax(axis=1)]
    # Each class at least three times: where there is one row of a class, a second one moves the model far.
    labels[:9] = np.array(["c", "a", "b"])[np.arange(9) % n_classes]
    return X, np.arange(12), labels[:12]


def of(X, rows, labels, model, weights=None):
    open_rows = OpenRows(X.shape[0], numbers=np.arange(len(rows), X.shape[0]))
    context = prepare(
        MarginSampling(),
        X,
        rows,
        labels,
        model=model,
        open_rows=open_rows,
        batch_size=1,
        rng=np.random.default_rng(0),
        weights=weights,
    )
    return fitted_logistic(context)


def both(X, rows, labels, model, fit):
    """Return decision values of all rows after each answer of five rows: foretold, and of models that are fitted."""
    found = of(X, rows, labels, model)
    assert isinstance(found, FittedLogistic)
    seen, some = found.features(slice(None)), np.arange(12, 17)
    foretold = OneMore(found).values(found.features(some), seen, seen @ found.theta.T)
    fitted = np.empty_like(foretold)
    for place, row in enumerate(some):
        for code, label in enumerate(model.classes_):
            values = fit(X[np.append(rows, row)], np.append(labels, label))
            fitted[:, place, code] = values.reshape(len(X), -1)
    return foretold, fitted, seen @ found.theta.T


@settings(max_examples=12)
@given(st.integers(0, 1000), st.sampled_from([2, 3]))
def test_under_a_strong_penalty_it_is_what_a_fit_gives(seed, n_classes):
    """Then the loss hardly bends along the way, and the equations are exact."""
    X, rows, labels = task(seed, n_classes)
    model = LogisticRegression(C=1e-3, tol=1e-12, max_iter=5000).fit(X[rows], labels)
    foretold, fitted, before = both(
        X,
        rows,
        labels,
        model,
        lambda some, answers: (
            LogisticRegression(C=1e-3, tol=1e-12, max_iter=5000).fit(some, answers).decision_function(X)
        ),
    )
    moved = np.abs(fitted - before[:, None, None]).max()
    assert np.abs(foretold - fitted).max() < 0.02 * moved


@pytest.mark.parametrize(
    "made",
    [
        NewtonLogisticRegression,
        lambda: NewtonLogisticRegression(C=0.5, class_weight={"a": 3.0}),
        lambda: querist.make_estimator("logistic_regression", class_weight={"a": 3.0, "c": 0.5}),
        lambda: querist.make_estimator("logistic_regression", plain=True),
    ],
    ids=["ours", "class weights", "of the name", "scikit-learn"],
)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_it_is_near_to_what_a_fit_gives(made, n_classes):
    for seed in range(4):
        X, rows, labels = task(seed, n_classes)

        def values(some, answers, X=X):
            return made().fit(some, answers).decision_function(X)

        foretold, fitted, before = both(X, rows, labels, made().fit(X[rows], labels), values)
        off, moved = np.abs(foretold - fitted), np.abs(fitted - before[:, None, None])
        assert off.mean() < 0.15 * moved.mean()


def test_known_shares_are_reckoned_anew():
    """Decision values differ by those of corrected probabilities, p * prior / share."""
    X, rows, labels = task(1)
    priors = {"a": 0.7, "b": 0.2, "c": 0.1}

    def fit(some, answers):
        return querist.make_estimator("logistic_regression", priors=priors).fit(some, answers)

    foretold, fitted, _ = both(
        X, rows, labels, fit(X[rows], labels), lambda some, answers: np.log(fit(some, answers).predict_proba(X))
    )
    foretold = foretold - foretold.mean(axis=-1, keepdims=True)
    fitted = fitted - fitted.mean(axis=-1, keepdims=True)
    assert np.abs(foretold - fitted).mean() < 0.03


def test_weights_of_answers_count():
    X, rows, labels = task(2, 2)
    weights = np.linspace(0.5, 3.0, 12)
    model = NewtonLogisticRegression().fit(X[rows], labels, weights)
    found = of(X, rows, labels, model, weights)
    assert isinstance(found, FittedLogistic)
    seen = found.features(slice(None))
    foretold = OneMore(found).values(found.features([12]), seen, seen @ found.theta.T)
    for code, label in enumerate(model.classes_):
        again = NewtonLogisticRegression().fit(X[:13], np.append(labels, label), np.append(weights, 1.0))
        np.testing.assert_allclose(foretold[:, 0, code, 0], again.decision_function(X), atol=0.05)


@given(st.integers(0, 10_000))
def test_the_equations_are_solved_however_unexpected_the_answer(seed):
    rng = np.random.default_rng(seed)
    n_outputs = int(rng.integers(1, 4))
    factor = rng.standard_normal((20, n_outputs, n_outputs)) * 10.0 ** rng.integers(-2, 2)
    spread, values = factor @ factor.transpose(0, 2, 1), 8 * rng.standard_normal((20, n_outputs))
    answers = np.eye(n_outputs + (n_outputs == 1))[rng.integers(0, n_outputs + (n_outputs == 1), 20)][:, -n_outputs:]
    weights = rng.uniform(0.1, 5.0, 20)
    pulls = _pulls(values, spread, answers, weights)
    after = probabilities(values - np.einsum("nab,nb->na", spread, pulls))
    np.testing.assert_allclose(pulls, weights[:, None] * (after - answers), atol=1e-7)


def test_sparse_pools_and_pipelines():
    X, rows, labels = task(3)
    model = NewtonLogisticRegression().fit(X[rows], labels)
    dense, sparse = of(X, rows, labels, model), of(scipy.sparse.csr_matrix(X), rows, labels, model)
    for one, other in zip(dense, sparse, strict=True):
        if one is not dense.matrix:
            np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(dense.features([3, 1]), sparse.features([3, 1]))
    piped = make_pipeline(StandardScaler(), FewLabels(NewtonLogisticRegression())).fit(X[rows], labels)
    np.testing.assert_allclose(of(X, rows, labels, piped).features([3])[:, :-1], piped[0].transform(X[[3]]))


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (RidgeClassifier(), "RidgeClassifier is no logistic regression"),
        (LogisticRegression(solver="liblinear"), "LogisticRegression is no logistic"),
        (LogisticRegression(fit_intercept=False), "with ridge penalty and intercept"),
        (LogisticRegression(C=np.inf), "with ridge penalty"),
    ],
)
def test_what_is_another_model_is_told(model, words):
    X, rows, labels = task(0, 2)
    assert words in of(X, rows, labels, model.fit(X[rows], labels))


def test_what_is_too_wide_is_told():
    X = np.random.default_rng(0).standard_normal((20, 700))
    labels = ["a", "b"] * 6
    model = NewtonLogisticRegression().fit(X[:12], labels)
    assert "at most 600" in of(X, np.arange(12), np.array(labels), model)
