"""The pool as a matrix, and distances in it."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import querist
from querist import _blocks as blocks
from querist.base.distances import Distances
from querist.base.space import Space
from querist.candidates import NeighborsOfLabelled
from querist.exceptions import UnsupportedModelError
from querist.selections import WeightedKMeansSelection
from querist.strategies import RandomSampling


def test_arrays_and_csr_are_used_in_place(rng):
    X = rng.standard_normal((5, 2))
    assert Space(X).matrix is X
    sparse = scipy.sparse.csr_array(X)
    assert Space(sparse).matrix is sparse
    assert Space(sparse).is_sparse
    assert not Space(X).is_sparse


def test_pipelines_transform_in_blocks(rng, monkeypatch):
    X = rng.standard_normal((50, 3)) * [1, 10, 100]
    model = make_pipeline(StandardScaler(), GaussianNB()).fit(X, np.arange(50) % 2)
    monkeypatch.setattr(blocks, "_BLOCK_VALUES", 32)
    monkeypatch.setattr(blocks, "_MIN_ROWS", 4)
    np.testing.assert_allclose(Space(X, model).matrix, model[0].transform(X))


def test_texts_become_csr():
    texts = np.array(["a b", "b c", "c d", "d e"], object)
    model = make_pipeline(TfidfVectorizer(token_pattern=r"\w"), MultinomialNB()).fit(texts, [0, 1, 0, 1])
    space = Space(texts, model)
    assert space.is_sparse
    np.testing.assert_allclose(space.dense(np.array([1, 3])), model[0].transform(texts[[1, 3]]).toarray())


def test_pipelines_of_one_step_leave_the_pool_alone(rng):
    X = rng.standard_normal((6, 2))
    assert Space(X, make_pipeline(GaussianNB())).matrix is X


@pytest.mark.parametrize("X", [np.array(["a", "b"], object), pd.DataFrame({"a": ["x", "y"]}), np.array([["a"], ["b"]])])
def test_what_is_not_numeric_is_refused(X):
    with pytest.raises(UnsupportedModelError, match="not numeric"):
        _ = Space(X).matrix


def test_mixed_frames_of_numbers_are_numbers():
    frame = pd.DataFrame({"a": [1, 2], "b": [True, False]})
    np.testing.assert_array_equal(np.asarray(Space(frame).matrix, float), [[1, 1], [2, 0]])


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("convert", [np.asarray, scipy.sparse.csr_array, pd.DataFrame])
def test_gaps_are_named(value, convert):
    X = np.array([[0.0, 1], [0, 0], [2, value], [1, 0]])
    with pytest.raises(UnsupportedModelError, match="row 2"):
        _ = Space(convert(X)).matrix


def test_blocks_cover_the_matrix(rng):
    X = rng.standard_normal((30, 2))
    np.testing.assert_array_equal(np.vstack([block for _, block in Space(X).blocks()]), X)


@pytest.mark.parametrize("convert", [np.asarray, scipy.sparse.csr_array, lambda X: X.astype(np.float32)])
def test_distances(rng, convert):
    X = np.rint(rng.standard_normal((40, 3)) * 8) / 8
    rows, others = np.arange(0, 40, 3), np.array([1, 5, 39])
    distances = Distances(convert(X), rows)
    exact = np.linalg.norm(X[rows, None] - X[None, others], axis=2).min(axis=1)
    np.testing.assert_allclose(distances.to_rows(others), exact, rtol=1e-12)
    np.testing.assert_allclose(distances.to_mean(), np.linalg.norm(X[rows] - X[rows].mean(axis=0), axis=1), rtol=1e-9)


def test_distances_of_one_row():
    distances = Distances(np.array([[3.0, 4.0], [0, 0]]), np.array([0]))
    assert distances.to_rows(np.array([1])).tolist() == [5.0]
    assert distances.to_mean().tolist() == [0.0]


@pytest.mark.parametrize(
    "parts", [{"candidates": NeighborsOfLabelled(n_neighbors=4)}, {"selection": WeightedKMeansSelection()}]
)
def test_parts_that_measure_distances_do_so_behind_the_steps_of_a_pipeline(parts):
    """Also with a strategy that needs no model: texts have no distances before they are numbers."""
    texts = np.array([f"{word} {number}" for number, word in enumerate(["good", "bad", "fine"] * 8)], object)
    session = querist.Session(
        texts,
        estimator=make_pipeline(CountVectorizer(), LogisticRegression()),
        strategy=RandomSampling(**parts),
        random_state=0,
    )
    session.tell([0, 1, 3, 4], ["good", "bad", "good", "bad"])
    assert len(set(session.ask(3).tolist())) == 3
    assert not RandomSampling().measures_distances
