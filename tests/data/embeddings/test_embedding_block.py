"""Embeddings as a block of features."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from querist.data import EmbeddingBlock, append_embeddings
from querist.exceptions import DataError, InvalidParameterError

matrices = arrays(np.float32, (7, 3), elements=st.floats(-100, 100, width=16))


@given(matrices, matrices)
def test_beside_words_the_linear_kernel_is_the_sum_of_both(words, embeddings):
    X = scipy.sparse.csr_matrix(words)
    directions = EmbeddingBlock.fitted(embeddings).directions(embeddings)
    joined = append_embeddings(X, embeddings)
    assert joined.format == "csr"
    assert joined.dtype == np.float32
    kernel = (joined @ joined.T).toarray()
    np.testing.assert_allclose(kernel, words @ words.T + directions @ directions.T, rtol=1e-3, atol=1e-3)


@given(matrices, st.floats(0.5, 50), st.floats(-5, 5))
def test_directions_do_not_know_scale_or_place(embeddings, scale, shift):
    # Away from the mean by more than rounding.
    embeddings = embeddings.astype(np.float64)
    embeddings[0] += 500
    one, other = (EmbeddingBlock.fitted(each).directions(each) for each in (embeddings, scale * embeddings + shift))
    np.testing.assert_allclose(one[0], other[0], atol=2e-3)


@given(matrices)
def test_each_row_has_length_one_or_is_the_mean(embeddings):
    lengths = np.linalg.norm(EmbeddingBlock.fitted(embeddings).directions(embeddings), axis=1)
    assert np.all((abs(lengths - 1) < 1e-5) | (lengths == 0))


def test_a_row_that_equals_the_mean_points_nowhere():
    embeddings = np.tile([0.1, 0.2, 0.3], (5, 1))
    assert not append_embeddings(None, embeddings).any()


def test_beside_numbers_a_column_varies_about_as_much_as_any_other(rng):
    X = append_embeddings(rng.normal(size=(500, 2)), rng.normal(size=(500, 64)))
    assert X.dtype == np.float64
    assert 0.8 < X[:, 2:].std(axis=0).mean() < 1.2
    assert append_embeddings(np.ones((500, 1), int), X).shape == (500, 67)


def test_rows_that_come_later_are_centred_on_the_pool(rng):
    embeddings = rng.normal(3, 1, (50, 8))
    block = EmbeddingBlock.fitted(embeddings)
    whole = block.beside(None, embeddings)
    np.testing.assert_array_equal(block.beside(None, embeddings[10:12]), whole[10:12])


@pytest.mark.parametrize(
    ("X", "embeddings", "told"),
    [
        (np.ones((2, 2)), np.ones((3, 2)), "3 vectors, but X has 2 rows"),
        (np.ones((2, 2)), np.ones((2, 3)), "3 numbers a row, those of the pool 2"),
        (np.array([["a"], ["b"]]), np.ones((2, 2)), "a sparse matrix of numbers"),
    ],
)
def test_what_does_not_fit_is_refused(X, embeddings, told):
    with pytest.raises((DataError, InvalidParameterError), match=told):
        EmbeddingBlock.fitted(np.eye(2)).beside(X, embeddings)


def test_much_memory_is_told():
    block = EmbeddingBlock.fitted(np.eye(384))
    assert block.told(1000, sparse=True) == "embeddings: 384 numbers a row, centred and of length 1"
    assert block.told(100_000, sparse=True).endswith("; they take 293 MB of memory")
