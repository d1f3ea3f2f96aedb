"""The first questions: typical and different rows."""

import numpy as np
import scipy.sparse

from querist.labelling.trainer.first_questions import initial_order


def clusters(rng, n_clusters=10, size=60):
    centres = 20 * np.eye(n_clusters)
    return np.concatenate([centre + rng.normal(size=(size, n_clusters)) for centre in centres])


def test_every_row_comes_once(rng):
    order = initial_order(clusters(rng), seed=1)
    np.testing.assert_array_equal(np.sort(order), np.arange(600))


def test_the_first_rows_are_of_different_clusters_and_typical(rng):
    X = clusters(rng)
    first = initial_order(X, seed=0)[:10]
    assert set(first // 60) == set(range(10))
    centres = X.reshape(10, 60, 10).mean(axis=1)
    distances = np.linalg.norm(X - centres[np.arange(600) // 60], axis=1)
    assert distances[first].max() < np.quantile(distances, 0.1)


def test_it_depends_on_the_seed_only(rng):
    X = clusters(rng)
    np.testing.assert_array_equal(initial_order(X, seed=5), initial_order(X.copy(), seed=5))
    assert (initial_order(X, seed=5) != initial_order(X, seed=6)).any()


def test_texts_come_at_random():
    # 450 of 500 texts are of one topic: clusters would ask about each of the ten topics among the first.
    topics = np.repeat(np.arange(10), [455, *[5] * 9])
    X = scipy.sparse.csr_matrix(np.eye(10, dtype=np.float32)[topics])
    order = initial_order(X, seed=0)
    np.testing.assert_array_equal(np.sort(order), np.arange(500))
    np.testing.assert_array_equal(order, initial_order(scipy.sparse.csr_matrix((500, 3)), seed=0))
    assert (topics[order[:10]] == 0).sum() >= 7


def test_few_rows_and_equal_rows():
    np.testing.assert_array_equal(np.sort(initial_order(np.zeros((3, 2)), seed=0)), np.arange(3))
    np.testing.assert_array_equal(np.sort(initial_order(np.ones((50, 2)), seed=0)), np.arange(50))
    np.testing.assert_array_equal(initial_order(np.ones((1, 1)), seed=0), [0])
