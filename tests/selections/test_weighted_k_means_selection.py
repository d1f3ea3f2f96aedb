"""Batches from clusters."""

import numpy as np
import pytest
import scipy.sparse
import threadpoolctl
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans

from querist.base.space import Space
from querist.base.ties import keys_of_rows
from querist.exceptions import InvalidParameterError
from querist.selections import WeightedKMeansSelection
from querist.selections.weighted_k_means import _nearest_rows


def select(X, utilities, batch_size, prefilter=10, seed=0):
    rng = np.random.default_rng(seed)
    candidates = np.arange(len(utilities))
    return WeightedKMeansSelection(prefilter=prefilter).select(
        np.asarray(utilities, float),
        batch_size=batch_size,
        tie_keys=keys_of_rows("first", rng),
        random_state=rng,
        space=Space(X),
        candidates=candidates,
    )


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_whole_batches_of_distinct_prefiltered_rows_in_order(data):
    """Few distinct points on purpose: centres then coincide."""
    n = data.draw(st.integers(1, 30))
    X = np.array(data.draw(st.lists(st.sampled_from([0.0, 1.0, 5.0]), min_size=n, max_size=n)))[:, np.newaxis]
    utilities = np.array(data.draw(st.lists(st.sampled_from([0.0, 0.2, 0.7, 1.0]), min_size=n, max_size=n)))
    batch_size = data.draw(st.integers(1, n))
    prefilter = data.draw(st.integers(1, 4))
    chosen = select(X, utilities, batch_size, prefilter)
    assert len(set(chosen.tolist())) == chosen.size == batch_size
    assert (np.diff(utilities[chosen]) <= 0).all()
    kept = np.lexsort((np.arange(n), -utilities))[: prefilter * batch_size]
    assert set(chosen.tolist()) <= set(kept.tolist())
    if prefilter == 1 or batch_size == 1:
        assert chosen.tolist() == kept[:batch_size].tolist()


def test_rows_are_those_nearest_the_centres_of_a_weighted_clustering(rng):
    """Three far groups, so that every good clustering is the same; weights decide the centre."""
    X = np.concatenate([centre + rng.standard_normal((8, 2)) for centre in ([0, 0], [40, 0], [0, 40])])
    utilities = rng.random(24) + 0.01
    clusters = np.repeat([0, 1, 2], 8)
    expected = set()
    for cluster in range(3):
        members = np.flatnonzero(clusters == cluster)
        centre = np.average(X[members], axis=0, weights=utilities[members])
        expected.add(int(members[np.argmin(np.linalg.norm(X[members] - centre, axis=1))]))
    assert set(select(X, utilities, 3, prefilter=8).tolist()) == expected
    unweighted = {
        int(np.argmin(np.linalg.norm(X - X[clusters == cluster].mean(axis=0), axis=1))) for cluster in range(3)
    }
    assert expected != unweighted, "the example must tell weights from no weights"


def test_prefilter_leaves_out_the_rest(rng):
    X = rng.standard_normal((100, 2))
    utilities = rng.random(100)
    best = set(np.argsort(-utilities)[:15].tolist())
    assert set(select(X, utilities, 5, prefilter=3).tolist()) <= best


def test_zero_weights_are_equal_weights(rng):
    X = rng.standard_normal((20, 2))
    assert select(X, np.zeros(20), 4).tolist() == sorted(select(X, np.zeros(20), 4).tolist())
    assert set(select(X, np.zeros(20), 4)) == set(select(X, np.ones(20), 4))


def test_few_positive_weights(rng):
    X = rng.standard_normal((20, 2))
    utilities = np.zeros(20)
    utilities[3] = 1e-310
    chosen = select(X, utilities, 5)
    assert len(set(chosen.tolist())) == 5


def test_clashing_centres_take_the_nearest_free_row():
    X = np.array([[0.0], [1.0], [5.0]])
    centres = np.array([[0.4], [0.1], [0.0]])
    assert _nearest_rows(X, centres).tolist() == [2, 1, 0]


@pytest.mark.parametrize("convert", [lambda X: X.astype(np.float32), scipy.sparse.csr_array])
def test_kinds_of_features_agree(rng, convert):
    X = np.rint(rng.standard_normal((60, 3)) * 16) / 16
    utilities = rng.random(60)
    assert select(X, utilities, 6).tolist() == select(convert(X), utilities, 6).tolist()


def test_clustering_runs_on_one_thread(rng, monkeypatch):
    seen = []
    fit = KMeans.fit

    def watched(self, *args, **options):
        seen.extend(pool["num_threads"] for pool in threadpoolctl.threadpool_info())
        return fit(self, *args, **options)

    monkeypatch.setattr(KMeans, "fit", watched)
    with threadpoolctl.threadpool_limits(2):
        select(rng.standard_normal((30, 2)), rng.random(30), 3)
    assert seen
    assert set(seen) == {1}


def test_negative_utilities_are_refused():
    with pytest.raises(InvalidParameterError, match="never negative"):
        select(np.zeros((3, 1)), [0.1, -1, 2], 2)
