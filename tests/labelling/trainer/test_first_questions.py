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


def test_sparse_rows_are_grouped_by_their_words():
    # 5 topics with 20 words each; every row uses a few words of one topic.
    rng = np.random.default_rng(3)
    topics = np.repeat(np.arange(10), 50)
    X = scipy.sparse.lil_matrix((500, 200), dtype=np.float32)
    for row, topic in enumerate(topics):
        X[row, topic * 20 + rng.choice(20, 12, replace=False)] = rng.uniform(0.2, 1.0, 12)
    first = initial_order(X.tocsr(), seed=0)[:10]
    assert len(set(topics[first])) >= 9


def test_few_rows_and_equal_rows():
    np.testing.assert_array_equal(np.sort(initial_order(np.zeros((3, 2)), seed=0)), np.arange(3))
    np.testing.assert_array_equal(np.sort(initial_order(np.ones((50, 2)), seed=0)), np.arange(50))
    np.testing.assert_array_equal(initial_order(np.ones((1, 1)), seed=0), [0])
