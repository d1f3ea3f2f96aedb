"""Registered names suit few labels, and take weights of rows, of classes, and known shares, in one way."""

import numpy as np
import pytest
import scipy.sparse
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.svm import SVC

import querist
from querist.exceptions import InvalidParameterError
from querist.learners import FewLabels, NewtonLogisticRegression, WeightedNeighbors
from querist.learners.defaults import plain_of
from querist.learners.refit import Refitter
from querist.learners.row_weights import class_weights

# It is to rank, and says of nearly all rows that they are relevant.
NAMES = sorted(set(querist.estimator_names()) - {"relevance_svc"})
DENSE_ONLY = {"gradient_boosting", "naive_bayes"}
WITHOUT_PROBABILITIES = {"svc", "linear_svc"}


def classes(n, n_rare, rng):
    return rng.permutation(np.repeat([0, 1], [n - n_rare, n_rare]))


def sparse_rows(n, n_rare, rng):
    """Texts of twelve words out of 400, as rows of length 1."""
    y, rows = classes(n, n_rare, rng), []
    for label in y:
        odds = np.ones(400)
        odds[:20], odds[20:60] = (30, 1) if label else (1, 10)
        row = np.bincount(rng.choice(400, 12, p=odds / odds.sum()), minlength=400).astype(float)
        rows.append(row / np.linalg.norm(row))
    return scipy.sparse.csr_matrix(np.array(rows)), y


def table(n, n_rare, rng):
    y = classes(n, n_rare, rng)
    X = rng.normal(size=(n, 6))
    X[:, :3] += 3 * y[:, np.newaxis]
    return X * [1, 10, 0.1, 1, 1, 5], y


def embeddings(n, n_rare, rng):
    y = classes(n, n_rare, rng)
    X = rng.normal(size=(n, 64))
    X[:, :4] += 4 * y[:, np.newaxis]
    return X / np.linalg.norm(X, axis=1, keepdims=True), y


KINDS = {"sparse": sparse_rows, "table": table, "embeddings": embeddings}
CASES = [(name, kind) for name in NAMES for kind in KINDS if not (name in DENSE_ONLY and kind == "sparse")]


def made(name, **params):
    model = querist.make_estimator(name, **params)
    seeds = [key for key in model.get_params() if key.rpartition("__")[2] == "random_state"]
    return model.set_params(**dict.fromkeys(seeds, 0))


def without_negatives(name, *pools):
    if name != "complement_naive_bayes" or scipy.sparse.issparse(pools[0]):
        return pools
    lowest = min(pool.min() for pool in pools)
    return tuple(pool - lowest for pool in pools)


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_no_default_says_one_class_only_while_two_are_known(name, kind):
    for n, n_rare in ((10, 1), (20, 2)):
        rng = np.random.default_rng(n)
        (X, y), (pool, truth) = KINDS[kind](n, n_rare, rng), KINDS[kind](300, 30, rng)
        X, pool = without_negatives(name, X, pool)
        model = made(name).fit(X, y)
        assert np.unique(model.predict(X)).size == 2
        if n_rare > 1:
            assert np.unique(model.predict(pool)).size == 2
            assert balanced_accuracy_score(truth, model.predict(pool)) > 0.5


# Trees are drawn anew with other rows; leaves of gradient boosting count rows; liblinear is not exact.
INEXACT = {"auto", "random_forest", "extra_trees", "gradient_boosting", "linear_svc"}


@pytest.mark.parametrize("name", sorted(set(NAMES) - INEXACT))
@pytest.mark.parametrize("class_weight", ["auto", "balanced", {0: 2.0}, None])
def test_a_row_that_weighs_k_is_k_rows(name, class_weight):
    rng = np.random.default_rng(3)
    X, y = table(30, 8, rng)
    (X,) = without_negatives(name, X)
    times = rng.integers(0, 4, 30)
    # Its width by default follows the variance of the rows, whatever they weigh.
    exactly = {"gamma": 0.1, "tol": 1e-8} if name == "svc" else {}
    told = made(name, class_weight=class_weight, **exactly).fit(X, y, sample_weight=times)
    repeated = made(name, class_weight=class_weight, **exactly).fit(np.repeat(X, times, axis=0), np.repeat(y, times))
    ask = "decision_function" if name in WITHOUT_PROBABILITIES else "predict_proba"
    np.testing.assert_allclose(getattr(told, ask)(X), getattr(repeated, ask)(X), atol=2e-3)


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"auto"}))
def test_weights_of_classes_are_weights_of_rows(name):
    X, y = table(40, 12, np.random.default_rng(1))
    (X,) = without_negatives(name, X)
    weights = np.random.default_rng(2).uniform(0.5, 2, 40)
    for weight in ({0: 0.5, 1: 3.0}, "balanced"):
        by_class = made(name, class_weight=weight).fit(X, y, sample_weight=weights)
        by_row = made(name, class_weight=None).fit(X, y, sample_weight=class_weights(weight, y, weights))
        np.testing.assert_array_equal(by_class.predict(X), by_row.predict(X))


def test_balanced_classes_weigh_the_same_and_together_as_before():
    y, weights = np.array(["a", "b", "a", "c", "a"]), np.array([1.0, 0.5, 2.0, 4.0, 0.0])
    found = class_weights("balanced", y, weights)
    assert [found[y == label].sum() for label in "abc"] == pytest.approx([2.5, 2.5, 2.5])
    np.testing.assert_array_equal(class_weights("balanced", np.array(["a", "a"])), [1.0, 1.0])


@pytest.mark.parametrize("name", sorted(set(NAMES) - WITHOUT_PROBABILITIES))
def test_priors_are_bayes_rule(name):
    X, y = table(40, 12, np.random.default_rng(1))
    (X,) = without_negatives(name, X)
    weights = np.random.default_rng(2).uniform(0.5, 2, 40)
    plain = made(name, class_weight=None).fit(X, y, sample_weight=weights).predict_proba(X)
    for priors in ({1: 0.05, 0: 0.9, 2: 0.05}, [0.9 / 0.95, 0.05 / 0.95]):
        model = made(name, class_weight=None, priors=priors).fit(X, y, sample_weight=weights)
        shares = [weights[y == 0].sum(), weights[y == 1].sum()]
        likelihood = plain if name == "complement_naive_bayes" else plain / shares
        joint = likelihood * [0.9, 0.05]
        np.testing.assert_allclose(model.predict_proba(X), joint / joint.sum(axis=1, keepdims=True), atol=1e-12)
        np.testing.assert_array_equal(model.predict(X), model.predict_proba(X).argmax(axis=1))


def test_the_shares_that_it_was_fitted_on_change_nothing_and_priors_undo_class_weights():
    rng = np.random.default_rng(0)
    y = (rng.random(4000) < 0.1).astype(int)
    X = rng.normal(size=(4000, 2)) + y[:, np.newaxis]
    shares = {0: 1 - y.mean(), 1: y.mean()}
    plain = made("logistic_regression").fit(X, y).predict_proba(X)
    np.testing.assert_allclose(made("logistic_regression", priors=shares).fit(X, y).predict_proba(X), plain)
    balanced = made("logistic_regression", priors=shares, class_weight="balanced").fit(X, y).predict_proba(X)
    np.testing.assert_allclose(balanced, plain, atol=0.02)


@pytest.mark.parametrize(
    ("priors", "message"),
    [
        ({0: 1.0}, "no share for the class 1"),
        ([0.5, 0.3, 0.2], "3 shares for the 2 classes"),
        ([0.5, 0.6], "add up to 1"),
        ([1.5, -0.5], "at least 0"),
        ({0: 0.0, 1: 0.0, 2: 1.0}, "share 0"),
    ],
)
def test_priors_that_cannot_be_are_refused(priors, message):
    X, y = table(20, 5, np.random.default_rng(0))
    with pytest.raises(InvalidParameterError, match=message):
        made("logistic_regression", priors=priors).fit(X, y)


@pytest.mark.parametrize("name", sorted(WITHOUT_PROBABILITIES))
def test_priors_want_probabilities(name):
    X, y = table(20, 5, np.random.default_rng(0))
    with pytest.raises(InvalidParameterError, match="class_weight"):
        made(name, priors=[0.5, 0.5]).fit(X, y)


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"logistic_regression", "svc", "linear_svc", "gradient_boosting"}))
def test_balanced_with_one_class_does_not_fail(name):
    X, _ = table(20, 5, np.random.default_rng(0))
    (X,) = without_negatives(name, X)
    model = made(name, class_weight="balanced").fit(X, np.ones(20))
    assert (model.predict(X) == 1).all()


def test_dense_logistic_regression_is_at_scikit_learns_optimum_where_it_says_both_classes():
    X, y = table(40, 12, np.random.default_rng(1))
    model = made("logistic_regression").fit(X, y)
    expected = LogisticRegression(max_iter=2000, tol=1e-10).fit(X, y)
    np.testing.assert_allclose(model.predict_proba(X), expected.predict_proba(X), atol=1e-6)
    np.testing.assert_allclose(model.decision_function(X), expected.decision_function(X), rtol=1e-5, atol=1e-6)


def test_what_our_logistic_regression_has_no_parameter_for_is_scikit_learns_to_do():
    for params in ({}, {"C": 2.0}, {"class_weight": "balanced"}, {"priors": [0.5, 0.5]}):
        assert type(querist.make_estimator("logistic_regression", **params).estimator) is NewtonLogisticRegression
    for params in ({"solver": "liblinear"}, {"tol": 1e-3}, {"C": 2.0, "max_iter": 50}):
        inner = querist.make_estimator("logistic_regression", **params).estimator
        assert type(inner) is LogisticRegression
        assert inner.get_params() == LogisticRegression(**{"max_iter": 2000} | params).get_params()


def test_the_name_starts_from_the_last_solution_and_ends_where_it_would_from_nothing():
    X, y = table(60, 20, np.random.default_rng(1))
    for warm_start in (False, True):
        refitter = Refitter(querist.make_estimator("logistic_regression"), seed=0, warm_start=warm_start)
        first = refitter.fit(X[:50], y[:50], finite=True)
        then = refitter.fit(X, y, finite=True, previous=first)
        np.testing.assert_array_equal(then.coef_, refitter.fit(X, y, finite=True).coef_)
        # What it began with is let go, and is no part of what is written.
        assert not {"_start"} & (vars(then).keys() | vars(then.estimator_).keys())


def test_what_the_user_sets_holds_for_all_rows():
    X, y = sparse_rows(40, 12, np.random.default_rng(1))
    assert made("svc").fit(X, y).estimator_.kernel == "linear"
    assert made("svc").fit(X.toarray(), y).estimator_.kernel == "rbf"
    assert made("svc", kernel="poly").fit(X, y).estimator_.kernel == "poly"
    assert made("svc").set_params(kernel="poly").fit(X, y).estimator_.kernel == "poly"
    assert made("svc").set_params(estimator__kernel="poly").fit(X, y).estimator_.kernel == "poly"
    assert made("gradient_boosting", min_samples_leaf=3).few is None


def test_plain_names_are_scikit_learns_classes():
    for name in NAMES:
        if name not in ("auto", "kernel_machine"):
            plain = querist.make_estimator(name, plain=True)
            assert type(plain).__module__.startswith("sklearn.")
            assert plain.get_params() == plain_of(querist.make_estimator(name)).get_params()
    svc = querist.make_estimator("svc", C=3.0, class_weight="balanced")
    assert plain_of(svc).get_params() == SVC(C=3.0, class_weight="balanced").get_params()


def test_a_clone_is_the_same_and_a_warm_start_ends_where_a_cold_one_does():
    X, y = table(60, 20, np.random.default_rng(1))
    estimator = querist.make_estimator("logistic_regression", tol=1e-9)
    assert clone(estimator).get_params(deep=False).keys() == estimator.get_params(deep=False).keys()
    refitter = Refitter(estimator, seed=0, warm_start=True)
    first = refitter.fit(X[:50], y[:50], finite=True)
    warm = refitter.fit(X, y, finite=True, previous=first)
    cold = Refitter(estimator, seed=0).fit(X, y, finite=True)
    np.testing.assert_allclose(warm.predict_proba(X), cold.predict_proba(X), atol=1e-5)


def test_weighted_neighbours_are_as_many_rows_as_they_weigh():
    rng = np.random.default_rng(0)
    X, y, asked = rng.normal(size=(40, 3)), rng.integers(0, 3, 40), rng.normal(size=(50, 3))
    weights = rng.uniform(0.2, 3, 40)
    for kernel in ("uniform", "distance"):
        found = WeightedNeighbors(7, weights=kernel).fit(X, y, sample_weight=weights).predict_proba(asked)
        for row, proba in zip(asked, found, strict=True):
            distances = np.linalg.norm(X - row, axis=1)
            left, votes = 7.0, np.zeros(3)
            for place in np.argsort(distances):
                taken = min(left, weights[place])
                left -= taken
                votes[y[place]] += taken / (distances[place] if kernel == "distance" else 1.0)
            np.testing.assert_allclose(proba, votes / votes.sum(), atol=1e-9)


def test_the_wrapper_names_what_it_takes():
    X, y = table(20, 5, np.random.default_rng(0))
    with pytest.raises(InvalidParameterError, match="class_weight must be"):
        FewLabels(LogisticRegression(), class_weight="even").fit(X, y)
    with pytest.raises(ValueError, match="balance"):
        FewLabels(LogisticRegression(), balance="coins").fit(X, y)
