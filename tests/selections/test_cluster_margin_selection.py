"""Batches from clusters, the smallest first."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import AgglomerativeClustering

from querist.base.space import Space
from querist.base.ties import keys_of_rows
from querist.exceptions import InvalidParameterError
from querist.selections import ClusterMarginSelection, cluster_margin


def select(X, utilities, batch_size, seed=0, **params):
    rng = np.random.default_rng(seed)
    return ClusterMarginSelection(**params).select(
        np.asarray(utilities, float),
        batch_size=batch_size,
        tie_keys=keys_of_rows("first", rng),
        random_state=rng,
        space=Space(X),
        candidates=np.arange(len(utilities)),
    )


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_no_cluster_is_ahead_of_another_that_has_rows_left(data):
    n = data.draw(st.integers(2, 24))
    X = np.array(data.draw(st.lists(st.sampled_from([0.0, 1.0, 5.0, 40.0]), min_size=n, max_size=n)))[:, np.newaxis]
    utilities = np.array(data.draw(st.lists(st.sampled_from([-1.0, 0.0, 0.7]), min_size=n, max_size=n)))
    batch_size, prefilter = data.draw(st.integers(1, n)), data.draw(st.integers(1, 4))
    threshold = data.draw(st.sampled_from([None, 0.5, 7.0]))
    chosen = select(X, utilities, batch_size, prefilter=prefilter, threshold=threshold, seed=n)
    kept = np.lexsort((np.arange(n), -utilities))[: prefilter * batch_size]
    assert len(set(chosen.tolist())) == chosen.size == batch_size
    assert set(chosen.tolist()) <= set(kept.tolist())
    if threshold is not None and batch_size > 1 and kept.size > batch_size:
        of = dict(zip(kept.tolist(), agglomerated(X[kept], distance_threshold=threshold), strict=True))
        sizes = {cluster: list(of.values()).count(cluster) for cluster in of.values()}
        taken = dict.fromkeys(sizes, 0)
        for row in chosen.tolist():
            for other, n_taken in taken.items():
                is_smaller = sizes[other] < sizes[of[row]]
                assert n_taken == sizes[other] or n_taken >= taken[of[row]] + is_smaller
            taken[of[row]] += 1


def agglomerated(X, **how):
    # scikit-learn joins below the threshold, scipy at it too; no distance of the tests equals it.
    if len(X) == 1:
        return [0]
    return AgglomerativeClustering(linkage="average", **({"n_clusters": None} | how)).fit(X).labels_.tolist()


@pytest.mark.parametrize("convert", [np.asarray, lambda X: X.astype(np.float32), scipy.sparse.csr_matrix])
def test_clusters_are_those_of_scikit_learn(rng, convert):
    X = np.rint(rng.standard_normal((60, 2)) * 64) / 64
    of = cluster_margin._average_linkage(Space(convert(X)).take(np.arange(60)).astype(float), 7, None)
    expected = np.array(agglomerated(X, n_clusters=7))
    assert len(set(of.tolist())) == len(set(zip(of.tolist(), expected.tolist(), strict=True))) == 7


def test_a_case_by_hand():
    """Of the six most useful rows one lies alone, two together, three together; row 6 is of no use."""
    X = np.array([[0.0], [0.1], [0.2], [5.0], [5.1], [9.0], [20.0]])
    chosen = select(X, [1, 1, 1, 1, 1, 1, 0], 3, prefilter=2)
    assert chosen[0] == 5
    assert chosen[1] in (3, 4)
    assert chosen[2] in (0, 1, 2)
    # The smallest clusters run out, and the batch goes on with the largest.
    assert sorted(select(X, [1, 1, 1, 1, 1, 1, 0], 5, prefilter=2, threshold=1.0)[-2:] < 5) == [True, True]
    assert {int(select(X, [1, 1, 1, 1, 1, 1, 0], 3, prefilter=2, seed=seed)[2]) for seed in range(20)} == {0, 1, 2}


def test_more_rows_than_are_clustered_at_a_time(rng, monkeypatch):
    monkeypatch.setattr(cluster_margin, "_MOST", 25)
    X = np.concatenate([centre + 0.1 * rng.standard_normal((20, 2)) for centre in 30.0 * rng.random((5, 2))])
    chosen = select(X, rng.random(100), 20, prefilter=5)
    assert len(set(chosen.tolist())) == 20
    assert set((chosen // 20).tolist()) == set(range(5))


def test_parameters_are_checked():
    for params, match in (({"prefilter": 0}, "prefilter"), ({"threshold": 0.0}, "threshold")):
        with pytest.raises(InvalidParameterError, match=match):
            select(np.zeros((4, 1)), np.ones(4), 2, **params)
    assert ClusterMarginSelection(prefilter=7).n_looked_at(3, Space(np.zeros((9, 1)))) == 21
