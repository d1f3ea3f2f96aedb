"""Gaps of linear models: they order rows as the uncertainty does, and do not change by more than is said."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.svm import LinearSVC

from querist.base.linear import Linear, linear_of
from querist.exceptions import QueristError
from querist.learners import NewtonLogisticRegression
from querist.measures.uncertainty import UNCERTAINTIES, decision_margin

KINDS = ["decision", "least_confidence", "margin", "entropy"]


def models(n_outputs, kind, seed, size=1.0, n_features=3):
    rng = np.random.default_rng(seed)
    coef, intercept = size * rng.normal(size=(n_outputs, n_features)), size * rng.normal(size=n_outputs)
    return Linear(coef, intercept, kind, "Model.predict_proba")


@given(
    n_outputs=st.sampled_from([1, 3, 4, 9]),
    kind=st.sampled_from(KINDS),
    seed=st.integers(0, 10**6),
    change=st.sampled_from([1e-3, 0.1, 1.0, 10.0]),
    size=st.sampled_from([0.1, 1.0, 10.0]),
    single=st.booleans(),
)
def test_no_gap_changes_by_more_than_is_said(n_outputs, kind, seed, change, size, single):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(40, 3)).astype(np.float32 if single else np.float64)
    before = models(n_outputs, kind, seed, size)
    other = models(n_outputs, kind, seed + 1, change)
    after = before._replace(coef=before.coef + other.coef, intercept=before.intercept + other.intercept)
    values, now = before.values(X), after.values(X)
    by_norm, for_all = after.change(before)
    allowed = before.steepest * (by_norm * np.linalg.norm(X, axis=1) + for_all)
    largest = float(max(np.abs(values).max(), np.abs(now).max()))
    assert (np.abs(after.gaps(now) - before.gaps(values)) <= allowed + 2 * after.rounding(largest, X.dtype)).all()


@given(
    n_outputs=st.sampled_from([1, 3, 4, 9]),
    kind=st.sampled_from(KINDS),
    seed=st.integers(0, 10**6),
)
def test_gaps_order_rows_as_the_uncertainty_does(n_outputs, kind, seed):
    linear = models(n_outputs, kind, seed)
    values = linear.values(np.random.default_rng(seed).normal(size=(60, 3)))
    gaps, utilities = linear.gaps(values), linear.utilities(values)
    assert (gaps >= -1e-12).all()
    order = np.argsort(gaps)
    assert (np.diff(utilities[order]) <= 1e-9).all()


@given(n_outputs=st.sampled_from([1, 3]), seed=st.integers(0, 10**6), shift=st.integers(1, 37))
def test_settled_values_of_equal_rows_are_equal_to_the_last_bit(n_outputs, seed, shift):
    X = np.random.default_rng(seed).normal(size=(50, 7))
    linear = models(n_outputs, "margin", seed, n_features=7)
    whole = linear.settled_values(X)
    np.testing.assert_array_equal(linear.settled_values(X[shift:]), whole[shift:])
    np.testing.assert_array_equal(linear.settled_values(X[[shift]]), whole[[shift]])
    np.testing.assert_allclose(whole, linear.values(X), rtol=1e-12, atol=1e-12)
    sparse = scipy.sparse.csr_matrix(X)
    np.testing.assert_array_equal(linear.settled_values(sparse[shift:]), linear.settled_values(sparse)[shift:])


@pytest.mark.parametrize("n_classes", [2, 4])
@pytest.mark.parametrize("make", [LogisticRegression, NewtonLogisticRegression, LinearSVC, RidgeClassifier])
@pytest.mark.parametrize("kind", ["least_confidence", "margin", "entropy"])
@pytest.mark.parametrize("convert", [np.asarray, scipy.sparse.csr_matrix, lambda X: (8 * X).astype(np.int8)])
def test_utilities_are_those_of_the_classifier(make, kind, n_classes, convert):
    rng = np.random.default_rng(3)
    X = convert(rng.normal(size=(80, 3)))
    model = make().fit(X, rng.integers(0, n_classes, 80))
    linear = linear_of(model, X, kind)
    if hasattr(model, "predict_proba"):
        expected = UNCERTAINTIES[kind](model.predict_proba(X))
    elif kind == "margin" or n_classes == 2:
        expected = decision_margin(model.decision_function(X))
    else:
        assert linear is None
        return
    np.testing.assert_allclose(linear.utilities(linear.settled_values(X)), expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(linear.utilities(linear.values(X)), expected, rtol=1e-5, atol=1e-6)


def test_others_are_no_linear_models():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 2)), rng.integers(0, 3, 30)
    assert linear_of(RandomForestClassifier(5).fit(X, y), X, "margin") is None
    assert linear_of(LogisticRegression().fit(X, y), X[:, :1], "margin") is None
    assert linear_of(LogisticRegression().fit(X, y), [["a"]], "margin") is None

    class Own(LogisticRegression):
        """Whatever it says is its own affair."""

    assert linear_of(Own().fit(X, y), X, "margin") is None


def test_values_that_are_not_finite_are_told():
    with pytest.raises(QueristError, match=r"Model.predict_proba returned values that are not finite"):
        models(1, "margin", 0).values(np.array([[1.0, np.nan, 0.0]]))
