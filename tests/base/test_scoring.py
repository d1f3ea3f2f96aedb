"""Scores in blocks, and what models must be able to do."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier

from querist import _blocks as blocks
from querist._blocks import block_rows, row_blocks
from querist.base.scoring import candidate_blocks, known_classes, probabilities, score_rows, uncertainty
from querist.exceptions import NotEnoughLabelsError, QueristError, UnsupportedModelError
from querist.learners import NewtonLogisticRegression

CONTAINERS = {
    "array": np.asarray,
    "frame": pd.DataFrame,
    "CSR": scipy.sparse.csr_array,
    "texts": lambda X: np.array([str(row) for row in X], object),
}


@given(st.integers(0, 10**6), st.integers(1, 10**8))
def test_blocks_cover_everything_once(total, width):
    parts = list(row_blocks(total, width))
    assert [part.start for part in parts[1:]] == [part.stop for part in parts[:-1]]
    assert (not parts and total == 0) or (parts[0].start == 0 and parts[-1].stop == total)
    assert all(0 < part.stop - part.start <= block_rows(width) for part in parts)


@pytest.mark.parametrize("kind", CONTAINERS)
@given(st.sets(st.integers(0, 99)), st.sampled_from([1, 8]))
def test_candidate_blocks_hold_each_candidate_once(kind, rows, size):
    table = np.arange(200.0).reshape(100, 2)
    X = CONTAINERS[kind](table)
    candidates = np.array(sorted(rows), np.int64)
    found = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "_BLOCK_VALUES", 16 * size)
        patch.setattr(blocks, "_MIN_ROWS", 4)
        patch.setattr(blocks, "_MAX_ROWS", 32)
        for positions, block, inside in candidate_blocks(X, candidates, n_outputs=3):
            assert positions.start == len(found)
            kept = block if inside is None else block.iloc[inside] if kind == "frame" else block[inside]
            found.extend(_first(kind, kept))
            assert positions.stop == len(found)
    assert found == candidates.tolist()


def _first(kind, block):
    """Row numbers, told from the values."""
    if kind == "texts":
        return [int(float(text.strip("[]").split()[0])) // 2 for text in block]
    if kind == "CSR":
        block = block.toarray()
    return (np.asarray(block)[:, 0] // 2).astype(int).tolist()


@given(st.sets(st.integers(0, 99)))
def test_score_rows_is_the_function_of_the_rows(rows):
    X = np.arange(200.0).reshape(100, 2)
    candidates = np.array(sorted(rows), np.int64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "_BLOCK_VALUES", 32)
        patch.setattr(blocks, "_MIN_ROWS", 4)
        scores = score_rows(X, candidates, lambda block: block.sum(axis=1), n_outputs=1)
    np.testing.assert_array_equal(scores, X[candidates].sum(axis=1))


def test_whole_blocks_are_views():
    X = np.zeros((100, 2))
    for _, block, _ in candidate_blocks(X, np.arange(0, 100)):
        assert np.shares_memory(block, X)


def test_models_without_scores_are_refused():
    class Mute:
        classes_ = np.array([0, 1])

    with pytest.raises(UnsupportedModelError, match="neither predict_proba nor decision_function"):
        uncertainty(Mute(), np.zeros((2, 1)), np.arange(2), "margin")


def test_classes_are_known():
    assert known_classes(LogisticRegression().fit([[0], [1]], ["b", "a"])).tolist() == ["a", "b"]
    for model in (LogisticRegression(), LinearRegression().fit([[0], [1]], [0, 1])):
        with pytest.raises(UnsupportedModelError, match="has been fitted"):
            known_classes(model)

    class One:
        classes_ = np.array(["a"])

    with pytest.raises(NotEnoughLabelsError, match="'a'"):
        known_classes(One())


@pytest.mark.parametrize("method", ["predict_proba", "decision_function"])
def test_values_that_are_not_finite_are_an_error(method):
    model = type("Broken", (), {"classes_": np.array([0, 1]), method: lambda self, X: np.full((len(X), 2), np.nan)})()
    with pytest.raises(QueristError, match=f"{method} returned values that are not finite"):
        uncertainty(model, np.zeros((2, 1)), np.arange(2), "margin")


def test_margin_of_many_classes_from_decision_values(rng):
    X = rng.standard_normal((30, 2))
    model = RidgeClassifier().fit(X, np.arange(30) % 3)
    ordered = np.sort(model.decision_function(X), axis=1)
    expected = 1 / (1 + ordered[:, -1] - ordered[:, -2])
    np.testing.assert_allclose(uncertainty(model, X, np.arange(30), "margin"), expected)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("scale", [0.01, 1.0, 50.0])
def test_the_short_way_of_binary_logistic_regression_is_its_predict_proba(dtype, scale):
    rng = np.random.default_rng(0)
    X = (scale * rng.normal(size=(200, 7))).astype(dtype)
    model = LogisticRegression().fit(X, X[:, 0] > 0)
    expected = model.predict_proba(X)
    found = probabilities(model, X)
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=1e-12 if dtype is np.float64 else 1e-5, atol=1e-300)


def test_other_models_take_their_own_way():
    class Odd(LogisticRegression):
        def predict_proba(self, X):
            return np.full((len(X), 2), 0.5)

    X = np.linspace(-1, 1, 20).reshape(-1, 1)
    assert (probabilities(Odd().fit(X, X[:, 0] > 0), X) == 0.5).all()


@settings(deadline=None)
@given(
    st.sampled_from(["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?", "f2", "f4", "f8"]),
    st.sampled_from([LogisticRegression, NewtonLogisticRegression]),
    st.integers(0, 2**32 - 1),
)
def test_numbers_of_every_type_have_the_probabilities_that_scikit_learn_gives_them(dtype, kind, seed):
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 2 if dtype == "?" else 100, (60, 5)).astype(dtype)
    model = kind().fit(X.astype(float), rng.permutation([0, 1] * 30))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("querist._blocks._CACHED_VALUES", 85)
        patch.setattr("querist._blocks._MIN_CACHED_ROWS", 1)
        found = probabilities(model, X)
    # Those of few bits are computed in float32, which holds them exactly.
    tolerance = 3e-5 if np.dtype(dtype).itemsize < 4 else 1e-9
    np.testing.assert_allclose(found, model.predict_proba(X.astype(float)), atol=tolerance)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)


def test_large_integers_are_scored_in_full():
    X = np.array([[2**40 + 1], [2**40 + 3]])
    model = LogisticRegression()
    model.classes_, model.coef_, model.intercept_ = np.array([0, 1]), np.array([[1.0]]), np.array([-(2.0**40) - 2])
    np.testing.assert_allclose(probabilities(model, X)[:, 1], [1 / (1 + np.e), np.e / (1 + np.e)])
