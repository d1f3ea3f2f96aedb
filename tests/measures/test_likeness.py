"""How like rows are to examples, against sums by hand."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from querist import rows_like
from querist.exceptions import InvalidParameterError
from querist.measures.likeness import likeness

whole = st.integers(0, 3).map(float)


@given(arrays(float, (8, 3), elements=whole), arrays(float, (2, 3), elements=whole))
def test_texts_by_the_best_cosine(X, examples):
    def unit(rows):
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.where(lengths, lengths, 1)

    found = likeness(scipy.sparse.csr_matrix(X), scipy.sparse.csr_matrix(examples))
    np.testing.assert_allclose(found, (unit(X) @ unit(examples).T).max(axis=1), atol=1e-9)


@given(arrays(float, (8, 3), elements=whole), arrays(float, (2, 3), elements=whole))
def test_numbers_by_the_nearest_in_units_of_spread(X, examples):
    spread = np.where(X.std(axis=0), X.std(axis=0), 1)
    distances = (((X[:, None] - examples[None]) / spread) ** 2).sum(axis=2).min(axis=1)
    np.testing.assert_allclose(likeness(X, examples), -distances, atol=1e-9)


@given(arrays(float, (8, 4), elements=whole), arrays(bool, 4).filter(any))
def test_only_the_features_that_are_told_count(X, told):
    for form in (np.asarray, scipy.sparse.csr_matrix):
        some = likeness(form(X), form(X[:2]), told=told)
        np.testing.assert_allclose(some, likeness(form(X[:, told]), form(X[:2, told])), atol=1e-9)


def test_the_most_alike_come_first_and_strangers_not_at_all():
    X = scipy.sparse.csr_matrix([[1.0, 0, 0], [0, 0, 1], [1, 1, 0], [0, 1, 0], [1, 0, 0]])
    assert rows_like(X, X[[0]]).tolist() == [0, 4, 2]
    assert rows_like(X, X[[0]], most=2).tolist() == [0, 4]
    assert set(rows_like(X, X[[0, 1]]).tolist()) == {0, 1, 2, 4}


@pytest.mark.parametrize("examples", [np.ones((0, 3)), np.ones((2, 4))])
def test_examples_in_other_features_are_refused(examples):
    with pytest.raises(InvalidParameterError, match="rows with the 3 features of X"):
        rows_like(np.ones((5, 3)), examples)
