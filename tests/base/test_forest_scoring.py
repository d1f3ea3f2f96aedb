"""Forests say here what scikit-learn's own `predict_proba` says, bit for bit, on any number of threads."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.tree import ExtraTreeClassifier

from querist import Session
from querist._threads import single_thread
from querist.base import forest_kernel, forest_scoring
from querist.base.forest_scoring import forest_probabilities
from querist.base.scoring import probabilities
from querist.exceptions import QueristError

FORESTS = [ExtraTreesClassifier, RandomForestClassifier]
WAYS = ["loops", "trees"]


def use(patch, way, threads=1):
    """Have every forest answered for, by the loops or by scikit-learn's trees, on so many threads."""
    patch.setattr(forest_scoring, "_MANY", 0)
    patch.setattr(forest_scoring, "_OF_A_THREAD", 1)
    patch.setattr(forest_scoring, "openmp_threads", lambda: threads)
    patch.setattr(forest_scoring, "_kernel", lambda work: forest_kernel if way == "loops" else None)


@pytest.fixture(params=WAYS)
def way(request, monkeypatch):
    use(monkeypatch, request.param, threads=2)
    return request.param


def table(rng, n_rows, n_features, dtype):
    """Return rows with many equal values, so that thresholds of random forests fall between them, and some are met."""
    X = rng.integers(-8, 9, (n_rows, n_features)) / 4
    return (4 * X).astype(dtype) if np.dtype(dtype).kind in "iu" else X.astype(dtype)


def fitted(forest, n_classes, dtype, *, weights=False, seed=0, **params):
    rng = np.random.default_rng(seed)
    X = table(rng, 60, 4, dtype)
    y = np.concatenate([np.arange(n_classes), rng.integers(0, n_classes, 60 - n_classes)])
    weight = rng.uniform(0, 3, 60) if weights else None
    model = forest(random_state=seed, **{"n_estimators": 5, **params}).fit(X, y, sample_weight=weight)
    return model, table(rng, 700, 4, dtype)


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from(FORESTS),
    st.sampled_from(WAYS),
    st.integers(2, 6),
    st.sampled_from(["f2", "f4", "f8", "i1", "i8", "u2", "?"]),
    st.sampled_from([{}, {"max_depth": 3}, {"min_samples_leaf": 4}, {"max_leaf_nodes": 7}, {"max_depth": 1}]),
    st.sampled_from([None, "balanced", "balanced_subsample"]),
    st.booleans(),
    st.integers(1, 9),
    st.integers(0, 2**31),
)
def test_the_bits_are_those_of_scikit_learn(forest, way, n_classes, dtype, shape, class_weight, weights, n, seed):
    bootstrap = {"bootstrap": True} if class_weight == "balanced_subsample" else {}
    params = {"class_weight": class_weight, "n_estimators": n, **shape, **bootstrap}
    model, X = fitted(forest, n_classes, dtype, weights=weights, seed=seed, **params)
    X = X[: 2 + seed % 600]
    with pytest.MonkeyPatch.context() as patch:
        use(patch, way, threads=2 + seed % 2)
        found = forest_probabilities(model, X)
    np.testing.assert_array_equal(found, model.predict_proba(X))
    assert found.dtype == np.float64


@pytest.mark.parametrize("forest", FORESTS)
def test_rows_on_a_threshold_go_where_scikit_learn_sends_them(forest, way):
    model, X = fitted(forest, 3, "f8", n_estimators=3)
    X = X[:64]
    for tree in model.estimators_:
        for node in np.flatnonzero(tree.tree_.children_left >= 0)[:20]:
            feature, threshold = tree.tree_.feature[node], tree.tree_.threshold[node]
            below, above = np.nextafter(threshold, -np.inf), np.nextafter(threshold, np.inf)
            single = np.float32(threshold)
            steps = [np.nextafter(single, np.float32(-np.inf)), single, np.nextafter(single, np.float32(np.inf))]
            for row, value in enumerate([threshold, below, above, *steps]):
                X[row, feature] = value
        np.testing.assert_array_equal(forest_probabilities(model, X), model.predict_proba(X))


def test_groups_of_trees_are_added_up_in_order(way, monkeypatch):
    monkeypatch.setattr("querist.base.forest_arrays._MOST_CONDITIONS", 40)
    for params in ({}, {"min_samples_leaf": 3}):
        model, X = fitted(RandomForestClassifier, 3, "f8", n_estimators=9, **params)
        np.testing.assert_array_equal(forest_probabilities(model, X), model.predict_proba(X))


def test_a_forest_of_leaves_alone(way):
    model, X = fitted(ExtraTreesClassifier, 2, "f8", max_depth=1, min_samples_leaf=40)
    assert {tree.tree_.node_count for tree in model.estimators_} == {1}
    np.testing.assert_array_equal(forest_probabilities(model, X), model.predict_proba(X))


def test_a_forest_that_is_fitted_again_is_another(way):
    model, X = fitted(ExtraTreesClassifier, 3, "f8", warm_start=True)
    first = forest_probabilities(model, X)
    model.set_params(n_estimators=8).fit(X[:200], np.arange(200) % 3)
    np.testing.assert_array_equal(forest_probabilities(model, X), model.predict_proba(X))
    assert not np.array_equal(forest_probabilities(model, X), first)


@pytest.mark.parametrize("X", [np.asfortranarray, lambda X: X[::-1], lambda X: np.repeat(X, 2, axis=1)[:, ::2]])
def test_any_layout_of_memory(way, X):
    model, rows = fitted(ExtraTreesClassifier, 3, "f8")
    rows = X(rows)
    np.testing.assert_array_equal(forest_probabilities(model, rows), model.predict_proba(rows))


def test_who_is_not_answered_for(way):
    model, X = fitted(ExtraTreesClassifier, 3, "f8")

    class Mine(ExtraTreesClassifier):
        pass

    y = np.arange(60) % 3
    named = ExtraTreesClassifier(3).fit(pd.DataFrame(X[:60], columns=list("abcd")), y)
    assert forest_probabilities(Mine(3).fit(X[:60], y), X) is None
    assert forest_probabilities(ExtraTreeClassifier().fit(X[:60], y), X) is None
    assert forest_probabilities(ExtraTreesClassifier(3).fit(X[:60], np.column_stack([y, y])), X) is None
    assert forest_probabilities(named, X) is None
    assert forest_probabilities(model, pd.DataFrame(X)) is None
    assert forest_probabilities(model, X.astype(object)) is None
    assert forest_probabilities(model, X[:, :3]) is None


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300])
def test_values_that_are_not_finite_are_left_to_scikit_learn(way, value):
    model, X = fitted(ExtraTreesClassifier, 3, "f8")
    X[650, 1] = value
    assert forest_probabilities(model, X) is None
    if np.isinf(value):
        with pytest.raises(ValueError, match="infinity"):
            probabilities(model, X)


def test_gaps_are_answered_by_a_forest_that_knows_them(way):
    model, X = fitted(RandomForestClassifier, 3, "f8")
    X[::5, 1] = np.nan
    model.fit(X[:300], np.arange(300) % 3)
    np.testing.assert_array_equal(probabilities(model, X), model.predict_proba(X))


def test_jobs_that_are_set_are_kept_and_change_nothing(way, monkeypatch):
    counted = []
    in_parts = forest_scoring._in_parts
    monkeypatch.setattr(forest_scoring, "_in_parts", lambda *args: counted.append(args[2]) or in_parts(*args))
    model, X = fitted(RandomForestClassifier, 4, "f8", n_estimators=30, min_samples_leaf=2)
    alone = model.predict_proba(X)
    for n_jobs in (None, 1, 3):
        model.set_params(n_jobs=n_jobs)
        found = forest_probabilities(model, X)
        if way == "loops" or n_jobs != 1:
            np.testing.assert_array_equal(found, alone)
    assert counted == ([2, 1, 3] if way == "loops" else [2, 3])


def test_one_thread_where_there_may_be_but_one(monkeypatch):
    monkeypatch.setattr(forest_scoring, "_MANY", 0)
    monkeypatch.setattr(forest_scoring, "_OF_A_THREAD", 1)
    monkeypatch.setattr(forest_scoring, "_kernel", lambda work: None)
    model, X = fitted(ExtraTreesClassifier, 3, "f8")
    with single_thread():
        assert forest_probabilities(model, X) is None


def test_few_rows_and_many_leaves_are_left_to_scikit_learn(monkeypatch):
    model, X = fitted(ExtraTreesClassifier, 3, "f8")
    assert forest_probabilities(model, X) is None
    use(monkeypatch, "loops")
    monkeypatch.setattr(forest_scoring, "_MOST_LEAVES", 3)
    assert forest_probabilities(model, X) is None


def test_numba_waits_until_it_is_worth_its_start(monkeypatch):
    monkeypatch.setattr(forest_scoring._Waited, "work", 0)
    monkeypatch.setattr(forest_scoring, "sys", type("Modules", (), {"modules": {}}))
    monkeypatch.setattr(forest_kernel, "COMPILED", True)
    for installed in (None, "somewhere"):
        monkeypatch.setattr(forest_scoring.importlib.util, "find_spec", lambda name, at=installed: at)
        monkeypatch.setattr(forest_scoring._Waited, "work", 0)
        kernels = [forest_scoring._kernel(6_000_000) for _ in range(4)]
        assert kernels == [None, None, *([forest_kernel] * 2 if installed else [None, None])]


@pytest.mark.parametrize("forest", FORESTS)
def test_a_session_asks_the_same_rows(forest, monkeypatch):
    rng = np.random.default_rng(3)
    X, y = table(rng, 1500, 4, "f8"), np.arange(1500) % 3
    asked = []
    for way in (None, *WAYS):
        with monkeypatch.context() as patch:
            if way:
                use(patch, way, threads=2)
            session = Session(X, estimator=forest(7, random_state=0), strategy="margin", random_state=1)
            for _ in range(3):
                rows = session.ask(8)
                session.tell(rows, y[rows])
            asked.append(session.labelled.tolist())
    assert asked[0] == asked[1] == asked[2]


def test_an_error_in_a_thread_is_told(monkeypatch):
    use(monkeypatch, "trees", threads=2)
    model, X = fitted(ExtraTreesClassifier, 3, "f8")
    monkeypatch.setattr(
        type(model.estimators_[0]), "predict_proba", lambda *_, **__: (_ for _ in ()).throw(QueristError)
    )
    with pytest.raises(QueristError):
        forest_probabilities(model, X)
