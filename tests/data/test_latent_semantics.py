"""Latent semantics: against a plain singular value decomposition, and what they are for."""

import numpy as np
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st

from querist.data import latent_semantics
from querist.data.latent_semantics import LatentSemantics


def fitted(X):
    return LatentSemantics.fitted(X[LatentSemantics.sample_of(X.shape[0])], X.shape[0])


def rows(seed, n=60, width=12):
    found = np.random.default_rng(seed).random((n, width)) * (np.random.default_rng(seed + 1).random((n, width)) < 0.4)
    return scipy.sparse.csr_matrix(found, dtype=np.float32)


@given(st.integers(0, 1000))
def test_they_are_centred_singular_directions_of_length_one(seed):
    X = rows(seed)
    semantics = fitted(X)
    points = semantics.encode(X).toarray()
    right = np.linalg.svd(X.toarray(), full_matrices=False)[2][: points.shape[1]]
    expected = X.toarray() @ right.T
    expected -= expected.mean(axis=0)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    # A row without features is about nothing.
    holds = np.diff(X.indptr) > 0
    expected[~holds] = 0
    # The signs and, where values lie close, the directions are free: the kernel is not.
    np.testing.assert_allclose(points @ points.T, expected @ expected.T, atol=0.05)
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), holds, rtol=1e-5)
    np.testing.assert_allclose(semantics.encode(X[3:4]).toarray(), points[3:4], atol=1e-5)


def test_words_that_stand_with_the_same_words_are_near():
    # "ship" and "boat" never stand together, but both with "sea"; "cow" stands with "grass".
    texts = np.array([[1, 0, 1, 0, 0], [0, 1, 1, 0, 0], [0, 0, 0, 1, 1]] * 20, float)
    points = fitted(scipy.sparse.csr_matrix(texts)).encode(scipy.sparse.csr_matrix(texts)).toarray()
    assert points[0] @ points[1] > points[0] @ points[2] + 0.5


def test_few_rows_have_few_dimensions_and_very_few_none():
    assert fitted(rows(0, n=9)) is None
    assert fitted(rows(0, n=30)).centre.size == 3
    assert fitted(rows(0, width=1)) is None


def test_a_sample_and_the_commonest_features_are_enough(monkeypatch):
    X = rows(3, n=200, width=30)
    monkeypatch.setattr(latent_semantics, "_SAMPLE", 100)
    monkeypatch.setattr(latent_semantics, "_COMMONEST", 10)
    semantics = fitted(X)
    assert semantics.columns.size == 10
    assert semantics.encode(X).shape == (200, 9)
