"""Logistic regression of our own: the optimum is scikit-learn's, and where a fit began leaves no trace."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.utils import compute_sample_weight

from querist.exceptions import InvalidParameterError
from querist.learners import NewtonLogisticRegression, newton, newton_steps

# Limits of the ways to the optimum: nothing, then none of those that make matrices.
WAYS = [{}, {"_MOST_ROWS": 0, "_MOST_SPANNING": 0}, {"_MOST_ROWS": 0, "_MOST_SPANNING": 0, "MOST_UNKNOWNS": 0}]


def problem(seed, n_rows, n_features, n_classes, kind="normal"):
    """Return rows and labels in which every class occurs."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_rows, n_features))
    y = np.append(np.arange(n_classes), (X[n_classes:, 0] + rng.normal(size=n_rows - n_classes) > 0) % n_classes)
    if kind == "collinear":
        X = np.column_stack([X, X[:, 0], 2 * X.sum(axis=1)])
    if kind == "one-hot":
        X = np.eye(n_features)[rng.integers(0, n_features, n_rows)]
    if kind == "separable":
        X[:, 0] += 5.0 * y
    if kind == "scaled":
        X *= 10.0 ** (np.arange(n_features) % 4 - 2)
    if kind == "sparse":
        X = scipy.sparse.csr_matrix(X * (rng.random(X.shape) < 0.2))
    return X, y


def gradient(model, X, y, weights=None):
    """Return the derivatives of the loss at a fitted model, by the formula: of the coefficients, of the intercepts."""
    X = X.toarray() if scipy.sparse.issparse(X) else X
    left = model.predict_proba(X) - (y[:, np.newaxis] == model.classes_)
    left *= (np.ones(len(y)) if weights is None else weights)[:, np.newaxis]
    left = left[:, 1:] if model.classes_.size == 2 else left
    return left.T @ X + model.coef_ / model.C, left.sum(axis=0)


def assert_same(model, expected, rtol=1e-6):
    """The coefficients are equal, to a share of the largest; scikit-learn leaves the mean of intercepts open."""
    scale = np.abs(expected.coef_).max()
    np.testing.assert_allclose(model.coef_, expected.coef_, rtol=0, atol=rtol * scale)
    shift = expected.intercept_.mean() if expected.intercept_.size > 1 else 0.0
    largest = max(scale, np.abs(expected.intercept_).max())
    np.testing.assert_allclose(model.intercept_, expected.intercept_ - shift, rtol=0, atol=10 * rtol * largest)


@pytest.mark.parametrize("limits", WAYS, ids=["as is", "features", "products"])
@pytest.mark.parametrize("n_classes", [2, 4])
@pytest.mark.parametrize("kind", ["normal", "collinear", "one-hot", "separable", "scaled", "sparse"])
@pytest.mark.parametrize("shape", [(60, 6), (20, 40)], ids=["long", "wide"])
def test_the_optimum_is_scikit_learns(monkeypatch, limits, n_classes, kind, shape):
    for name, value in limits.items():
        monkeypatch.setattr(newton, name, value)
    X, y = problem(0, *shape, n_classes, kind)
    weights = np.random.default_rng(1).uniform(0.1, 3.0, len(y))
    model = NewtonLogisticRegression(C=2.0).fit(X, y, sample_weight=weights)
    dense = X.toarray() if scipy.sparse.issparse(X) else X
    expected = LogisticRegression(C=2.0, tol=1e-10, solver="newton-cholesky", max_iter=1000)
    assert_same(model, expected.fit(dense, y, sample_weight=weights))


@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from(["normal", "collinear", "one-hot", "separable", "sparse"]),
    st.integers(2, 4),
    st.sampled_from([(40, 5), (12, 30)]),
    st.sampled_from([1e-3, 1.0, 100.0]),
)
def test_nothing_is_left_of_the_gradient(seed, kind, n_classes, shape, C):
    X, y = problem(seed, *shape, n_classes, kind)
    weights = np.exp(np.random.default_rng(seed).uniform(-8, 2, len(y)))
    model = NewtonLogisticRegression(C=C).fit(X, y, sample_weight=weights)
    of_coefficients, of_intercepts = gradient(model, X, y, weights)
    # What rounding to 24 binary digits may leave.
    largest = max(np.abs(weights @ np.abs(X)).max(), weights.sum(), np.abs(model.coef_).max() / C)
    slack = 1e-6 * largest * max(1.0, np.abs(model.decision_function(X)).max())
    assert np.abs(of_coefficients).max() < slack
    assert np.abs(of_intercepts).max() < slack


@given(
    st.integers(0, 2**32 - 1),
    st.integers(2, 3),
    st.sampled_from([(60, 4), (25, 40)]),
    st.booleans(),
    st.lists(st.tuples(st.sampled_from(["add", "remove", "relabel"]), st.integers(0, 2**16)), min_size=1, max_size=12),
)
def test_labels_that_come_go_and_change_lead_where_a_fit_from_nothing_does(seed, n_classes, shape, sparse, steps):
    X, y = problem(seed, *shape, n_classes)
    X = scipy.sparse.csr_matrix(np.where(np.abs(X) > 1, X, 0.0)) if sparse else X
    labels = {row: y[row] for row in range(shape[0] // 2)}
    model, before = None, []
    for what, number in steps:
        row = number % shape[0]
        if what == "add":
            labels[row] = y[row]
        elif row in labels and row >= n_classes:
            if what == "remove":
                labels.pop(row)
            else:
                # It keeps its place, as in a session.
                labels[row] = (y[row] + 1) % n_classes
        rows, told = list(labels), np.array(list(labels.values()))
        fresh = NewtonLogisticRegression(C=3.0).fit(X[rows], told)
        n_same = len(before) if rows[: len(before)] == before else 0
        for begun in [] if model is None else [{}, {"n_same": n_same}]:
            later = NewtonLogisticRegression(C=3.0).start_from(model, **begun).fit(X[rows], told)
            np.testing.assert_array_equal(later.coef_, fresh.coef_)
            np.testing.assert_array_equal(later.intercept_, fresh.intercept_)
        model, before = fresh if model is None else later, rows


@pytest.mark.parametrize("shape", [(60, 6), (20, 40)], ids=["long", "wide"])
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("far", [1.0, 1e3, 1e6])
def test_any_start_leads_to_the_optimum(shape, n_classes, far):
    X, y = problem(0, *shape, n_classes)
    fresh = NewtonLogisticRegression().fit(X, y)
    odd = NewtonLogisticRegression().fit(X, y)
    odd.coef_ = odd.coef_ + far * np.random.default_rng(0).normal(size=odd.coef_.shape)
    odd.intercept_ = odd.intercept_ - far
    if odd._kept is not None:
        odd._kept = replace(odd._kept, factor=np.eye(len(odd._kept.factor)) / far)
    assert_same(NewtonLogisticRegression().start_from(odd).fit(X, y), fresh, rtol=1e-7)


def test_a_start_of_other_classes_or_features_is_none():
    X, y = problem(0, 60, 6, 2)
    fresh = NewtonLogisticRegression().fit(X, y)
    for others in ((X, y + 1), (X[:, :3], y), (X, np.arange(60) % 3)):
        other = NewtonLogisticRegression().fit(*others)
        found = NewtonLogisticRegression().start_from(other).fit(X, y)
        np.testing.assert_array_equal(found.coef_, fresh.coef_)


def test_a_kept_factor_serves_a_few_more_rows(monkeypatch):
    X, y = problem(0, 2000, 10, 2)
    first = NewtonLogisticRegression().fit(X[:1997], y[:1997])
    of, make = [], newton_steps.second_derivatives
    monkeypatch.setattr(newton_steps, "second_derivatives", lambda X, *parts: of.append(len(X)) or make(X, *parts))
    NewtonLogisticRegression().start_from(first, n_same=1997).fit(X, y)
    # Of the new rows alone.
    assert of == [3]


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("n_features", [6, 120])
def test_a_long_line_of_refits_ends_where_one_fit_does(n_classes, n_features):
    X, y = problem(1, 900, n_features, n_classes)
    weights, model = np.random.default_rng(0).uniform(0.5, 2.0, 900), NewtonLogisticRegression()
    model.fit(X[:600], y[:600], sample_weight=weights[:600])
    for n in range(601, 900, 7):
        model = NewtonLogisticRegression().start_from(model, n_same=len(model._kept.values))
        model.fit(X[:n], y[:n], sample_weight=weights[:n])
    fresh = NewtonLogisticRegression().fit(X[:n], y[:n], sample_weight=weights[:n])
    np.testing.assert_array_equal(model.coef_, fresh.coef_)
    np.testing.assert_array_equal(model.intercept_, fresh.intercept_)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_sample_to_begin_with_leaves_no_trace(n_classes, monkeypatch):
    X, _ = problem(4, 900, 6, 2)
    y = np.random.default_rng(0).integers(0, n_classes, 900)
    fresh = NewtonLogisticRegression().fit(X, y)
    fits = []
    monkeypatch.setattr(newton, "_SAMPLE", 200)
    monkeypatch.setattr(newton, "_with_matrix", lambda *parts, made=newton._with_matrix: fits.append(1) or made(*parts))
    begun = NewtonLogisticRegression().fit(X, y)
    assert len(fits) == 2
    np.testing.assert_array_equal(begun.coef_, fresh.coef_)
    np.testing.assert_array_equal(begun.intercept_, fresh.intercept_)
    # Where a class is rare there is no sample.
    rare = np.where(np.arange(900) < 100, 0, 1)
    assert NewtonLogisticRegression().fit(X, rare).coef_.any()
    assert len(fits) == 3


def test_a_fit_does_not_change_the_one_that_it_begins_at():
    X, y = problem(2, 400, 5, 2)
    first = NewtonLogisticRegression().fit(X[:390], y[:390])
    left = {name: value.copy() for name, value in vars(first._kept).items()}
    found = [NewtonLogisticRegression().start_from(first, n_same=390).fit(X, y).coef_ for _ in range(2)]
    np.testing.assert_array_equal(*found)
    for name, value in vars(first._kept).items():
        np.testing.assert_array_equal(value, left[name])


def test_other_weights_or_another_penalty_begin_the_passes_anew():
    X, y = problem(3, 400, 5, 2)
    first = NewtonLogisticRegression().fit(X[:390], y[:390])
    for C, weights in ((2.0, None), (1.0, np.linspace(0.5, 2.0, 400))):
        fresh = NewtonLogisticRegression(C=C).fit(X, y, sample_weight=weights)
        later = NewtonLogisticRegression(C=C).start_from(first, n_same=390).fit(X, y, sample_weight=weights)
        np.testing.assert_array_equal(later.coef_, fresh.coef_)


def test_weights_are_copies_and_no_weight_is_no_row():
    X, y = problem(0, 40, 5, 3)
    times = np.random.default_rng(0).integers(0, 3, 40)
    times[:3] = 1
    weighted = NewtonLogisticRegression().fit(X, y, sample_weight=times)
    repeated = NewtonLogisticRegression().fit(np.repeat(X, times, axis=0), np.repeat(y, times))
    np.testing.assert_array_equal(weighted.coef_, repeated.coef_)


@pytest.mark.parametrize("class_weight", ["balanced", {0: 0.5, 1: 7.0}])
def test_weights_of_classes_are_scikit_learns(class_weight):
    X, y = problem(0, 60, 5, 2)
    model = NewtonLogisticRegression(class_weight=class_weight).fit(X, y)
    by_row = NewtonLogisticRegression().fit(X, y, sample_weight=compute_sample_weight(class_weight, y))
    assert_same(model, by_row, rtol=1e-7)


def test_columns_that_do_not_occur_have_no_coefficient():
    X, y = problem(0, 30, 8, 2, "sparse")
    wide = scipy.sparse.hstack([scipy.sparse.csr_matrix((30, 50)), X, scipy.sparse.csr_matrix((30, 50))]).tocsr()
    model = NewtonLogisticRegression().fit(wide, y)
    assert not model.coef_[:, :50].any()
    assert not model.coef_[:, 58:].any()
    np.testing.assert_array_equal(model.coef_[:, 50:58], NewtonLogisticRegression().fit(X, y).coef_)


def test_single_precision_stays_single():
    X, y = problem(0, 60, 5, 2)
    model = NewtonLogisticRegression().fit(X.astype(np.float32), y)
    assert model.coef_.dtype == model.predict_proba(X.astype(np.float32)).dtype == np.float32
    np.testing.assert_allclose(model.coef_, NewtonLogisticRegression().fit(X, y).coef_, rtol=1e-4, atol=1e-5)


def test_what_helps_the_next_fit_is_not_written():
    X, y = problem(0, 60, 5, 2)
    model = NewtonLogisticRegression().fit(X, y)
    again = pickle.loads(pickle.dumps(model))  # written here
    assert "_kept" not in vars(again)
    more = NewtonLogisticRegression().start_from(again).fit(X, y)
    np.testing.assert_array_equal(more.coef_, model.coef_)
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))


@pytest.mark.parametrize("C", [0.0, -1.0, np.inf, np.nan, "1", True])
def test_penalties_that_cannot_be_are_refused(C):
    X, y = problem(0, 10, 2, 2)
    with pytest.raises(InvalidParameterError, match="C must be"):
        NewtonLogisticRegression(C=C).fit(X, y)


def test_a_search_that_does_not_end_says_so(monkeypatch):
    X, y = problem(0, 30, 3, 2)
    monkeypatch.setattr(newton, "_MOST_STEPS", 1)
    with pytest.warns(ConvergenceWarning, match="Scale"):
        NewtonLogisticRegression().fit(X, y)
