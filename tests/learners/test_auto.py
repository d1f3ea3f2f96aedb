"""`auto` on tables: trees and kernel machines, their shares, and that weights reach all of them."""

import numpy as np
import pytest
import scipy.sparse
import scipy.special
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import make_classification
from sklearn.ensemble import ExtraTreesClassifier

import querist
from querist.base import forest_scoring
from querist.exceptions import InvalidParameterError
from querist.learners import AutoClassifier, KernelMachine, auto
from querist.learners.kernel_columns import KernelColumns

X, CODES = make_classification(90, 6, n_informative=4, n_redundant=0, n_classes=3, random_state=1)
NAMES = np.array(["ham", "news", "spam"])[CODES]


def test_it_is_the_mean_of_two_kinds_of_trees_and_two_kernel_machines():
    fitted = querist.make_estimator("auto", random_state=3).fit(X[:60], NAMES[:60])
    members = (
        (0.375, ExtraTreesClassifier(50, random_state=3)),
        (0.375, ExtraTreesClassifier(50, max_features=0.5, random_state=3)),
        (0.125, KernelMachine()),
        (0.125, KernelMachine(columns="quantiles")),
    )
    expected = sum(share * model.fit(X[:60], NAMES[:60]).predict_proba(X[60:]) for share, model in members)
    np.testing.assert_allclose(fitted.predict_proba(X[60:]), expected, rtol=1e-9)
    assert (fitted.predict(X[60:]) == fitted.classes_[expected.argmax(axis=1)]).all()


def test_many_rows_want_no_kernel_machines_and_many_columns_no_quantiles(monkeypatch):
    monkeypatch.setattr(auto, "_MOST_QUANTILES", 5)
    voting = AutoClassifier(kernels=True).fit(X, NAMES).estimator_
    assert [name for name, _ in voting.estimators] == ["trees", "wide", "standard"]
    assert voting.weights == [0.375, 0.375, 0.25]
    monkeypatch.setattr(auto, "_MOST_FOR_KERNELS", 89)
    fitted = AutoClassifier(kernels=True, random_state=0).fit(X, NAMES)
    halves = [ExtraTreesClassifier(50, max_features=looks, random_state=0).fit(X, NAMES) for looks in ("sqrt", 0.5)]
    np.testing.assert_allclose(fitted.predict_proba(X), sum(trees.predict_proba(X) for trees in halves) / 2)


def test_weights_of_classes_are_weights_of_their_rows():
    by_class = AutoClassifier(kernels=True, class_weight={"ham": 1.0, "news": 1.0, "spam": 1e-6}, random_state=0)
    by_row = AutoClassifier(kernels=True, random_state=0)
    weights = np.where(NAMES == "spam", 1e-6, 1.0)
    np.testing.assert_array_equal(
        by_class.fit(X, NAMES).predict_proba(X), by_row.fit(X, NAMES, sample_weight=weights).predict_proba(X)
    )
    for name, member in by_row.estimator_.named_estimators_.items():
        share = member.predict_proba(X + 5.0)[:, 2].mean()
        assert share < (0.5 if name in ("trees", "wide") else 0.05)


def test_gaps_are_put_in_the_middle_and_marked():
    gap = X.copy()
    # What is missing tells the class.
    gap[CODES == 2, 1] = np.nan
    gap[:, 5] = np.nan
    for columns in ("standard", "quantiles"):
        machine = KernelMachine(columns=columns).fit(gap, NAMES)
        assert ((machine.left_out_proba_.argmax(axis=1) == 2) == (CODES == 2)).mean() > 0.95
    assert np.isfinite(AutoClassifier(kernels=True).fit(gap, NAMES).predict_proba(gap)).all()
    # A gap where there was none is the middle.
    machine = KernelMachine().fit(X, NAMES)
    holed = X[:1].copy()
    holed[0, 3] = np.nan
    middle = holed.copy()
    middle[0, 3] = X[:, 3].mean()
    np.testing.assert_allclose(machine.predict_proba(holed), machine.predict_proba(middle))


@pytest.mark.parametrize("change", [np.exp, np.cbrt, lambda values: 1e6 * values - 3])
def test_quantiles_do_not_depend_on_the_scale_of_a_column(change):
    machine = KernelMachine(columns="quantiles").fit(X, NAMES)
    other = KernelMachine(columns="quantiles").fit(change(X), NAMES)
    np.testing.assert_allclose(other.predict_proba(change(X)), machine.predict_proba(X), rtol=1e-6)


def test_quantiles_are_normal_weighted_and_end_with_the_values_seen():
    values = np.array([[3.0], [1.0], [2.0], [1.0]])
    columns = KernelColumns.fitted(values, np.array([1.0, 1.0, 1.0, 1.0]), quantiles=True)
    np.testing.assert_allclose(columns.heights, [-0.6744897501960817, 0.31863936396437514, 1.1503493803760079])
    heavy = KernelColumns.fitted(values[:3], np.array([1.0, 2.0, 1.0]), quantiles=True)
    np.testing.assert_allclose(heavy.heights, columns.heights)
    ends = columns.applied(np.array([[-9.0], [1.0], [3.0], [9.0]]), np.float64)
    np.testing.assert_allclose(ends[0], ends[1])
    np.testing.assert_allclose(ends[2], ends[3])


def blocks(rng, n=60):
    """Return rows of two sparse blocks and a dense one, each of length 1, and their classes."""
    codes = np.arange(n) % 3
    words = scipy.sparse.random(n, 40, 0.2, random_state=1).toarray() + np.eye(3)[codes] @ rng.random((3, 40)) * 0.2
    parts = [words, scipy.sparse.random(n, 90, 0.1, random_state=2).toarray(), rng.normal(size=(n, 8))]
    parts = [part / np.maximum(np.linalg.norm(part, axis=1, keepdims=True), 1e-9) for part in parts]
    return parts, np.array(["x", "y", "z"])[codes]


def test_on_sparse_rows_it_is_one_machine_on_the_sum_of_the_kernels_of_their_blocks(rng):
    parts, labels = blocks(rng)
    pool = scipy.sparse.csr_matrix(np.hstack(parts), dtype=np.float32)
    fitted = querist.make_estimator("auto").fit(pool[:40], labels[:40])
    assert type(fitted.estimator_) is KernelMachine
    gram = sum(part @ part[:40].T for part in parts)
    # The machine of that kernel, by the equations of `least_squares` alone.
    ridge = fitted.estimator_.ridge_
    bordered = np.ones((41, 41))
    bordered[:40, :40] = gram[:40] + ridge * np.eye(40)
    bordered[40, 40] = 0
    targets = np.vstack([labels[:40, np.newaxis] == fitted.classes_, np.zeros((1, 3))])
    solved = np.linalg.solve(bordered, targets)
    scores = fitted.estimator_.temperature_ * (gram @ solved[:40] + solved[40])
    np.testing.assert_allclose(fitted.predict_proba(pool), scipy.special.softmax(scores, axis=1), rtol=1e-4)


def test_many_sparse_rows_want_logistic_regression(monkeypatch, rng):
    parts, labels = blocks(rng)
    pool = scipy.sparse.csr_matrix(parts[0])
    monkeypatch.setattr(auto, "_MOST_FOR_LINEAR", 59)
    fitted = querist.make_estimator("auto").fit(pool, labels)
    earlier = AutoClassifier().fit(pool, labels)
    np.testing.assert_array_equal(fitted.predict_proba(pool), earlier.predict_proba(pool))
    assert type(earlier.estimator_).__name__ == "LogisticRegression"
    with pytest.raises(InvalidParameterError, match="sparse must be"):
        AutoClassifier(sparse="svc").fit(pool, labels)


def test_scores_of_sparse_rows_do_not_depend_on_the_block(monkeypatch, rng):
    parts, labels = blocks(rng)
    pool = scipy.sparse.csr_matrix(parts[0], dtype=np.float32)
    machine = KernelMachine().fit(pool, labels)
    whole = machine.predict_proba(pool)
    monkeypatch.setattr("querist._blocks._BLOCK_VALUES", 1)
    monkeypatch.setattr("querist._blocks._MIN_ROWS", 7)
    np.testing.assert_array_equal(machine.predict_proba(pool), whole)
    scores = pool.toarray() @ machine.coef_.T + machine.intercept_
    np.testing.assert_allclose(whole, scipy.special.softmax(scores, axis=1), rtol=1e-5)


@given(st.integers(0, 10_000), st.integers(1, 3), st.integers(2, 60), st.integers(2, 4))
def test_on_sparse_rows_it_never_says_one_class_alone(seed, n_rare, n_often, n_classes):
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(n_classes), [n_often, *[n_rare] * (n_classes - 1)])
    rows = rng.random((labels.size, 40)) * (rng.random((labels.size, 40)) < 0.2) + 0.01 * rng.random((labels.size, 40))
    pool = scipy.sparse.csr_matrix(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)
    assert np.unique(querist.make_estimator("auto").fit(pool, labels).predict(pool)).size > 1


@pytest.mark.parametrize("kernels", [False, True])
def test_it_says_what_its_members_say_together_bit_for_bit(kernels, monkeypatch):
    monkeypatch.setattr(forest_scoring, "_MANY", 0)
    monkeypatch.setattr(forest_scoring, "_OF_A_THREAD", 1)
    monkeypatch.setattr(forest_scoring, "openmp_threads", lambda: 2)
    fitted = AutoClassifier(kernels=kernels, random_state=0).fit(X, NAMES)
    np.testing.assert_array_equal(fitted.predict_proba(X), fitted.estimator_.predict_proba(X))
