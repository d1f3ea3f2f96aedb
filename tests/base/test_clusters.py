"""k-means by one door: the same as scikit-learn's, without its warnings about few rows."""

import warnings

import numpy as np
import pytest
import scipy.sparse
from sklearn.cluster import KMeans

from querist.base.clusters import k_means


@pytest.fixture
def rows(rng):
    return 8.0 * rng.standard_normal((4, 3))[np.arange(200) % 4] + rng.standard_normal((200, 3))


def test_it_is_scikit_learns(rows, rng):
    weights = rng.uniform(0.1, 1.0, 200)
    expected = KMeans(4, n_init=3, random_state=5).fit(rows, sample_weight=weights)
    found = k_means(rows, 4, seed=5, restarts=3, weights=weights)
    assert found.of.tolist() == expected.labels_.tolist()
    assert found.centres == pytest.approx(expected.cluster_centers_)


@pytest.mark.parametrize(
    "how", [{"algorithm": "elkan"}, {"sample": 50}, {"start": "rows"}], ids=["elkan", "sample", "start"]
)
def test_groups_are_found_each_way_dense_and_sparse(rows, how):
    how = how | ({"start": rows[:4]} if "start" in how else {"seed": 0})
    for convert in (np.asarray, scipy.sparse.csr_array):
        of = k_means(convert(rows), 4, **how).of
        assert len({(int(cluster), number % 4) for number, cluster in enumerate(of)}) == 4


@pytest.mark.parametrize("n_clusters", [1, 5])
def test_nothing_is_said_of_fewer_distinct_rows_or_one_cluster(n_clusters):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = k_means(np.ones((20, 2)), n_clusters, seed=0, algorithm="elkan")
    assert len(np.unique(found.of)) == 1
