"""TypiClust against distances that are written out, with clusters that are given."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from querist.exceptions import InvalidParameterError
from querist.selections import PowerTopK
from querist.session.session import Session
from querist.strategies import TypiClust, typiclust


def naive(X, clusters, rows, batch_size, *, n_neighbors, smallest, candidates=None):
    """Return the batch by the definition: fewest labels, largest cluster, most typical row; then second rows."""
    free = [row for row in range(len(X)) if row not in rows]
    asked = free if candidates is None else candidates
    told = []
    for cluster in np.unique(clusters[asked]).tolist():
        members = [row for row in free if clusters[row] == cluster]
        gaps = {}
        for row in members:
            others = sorted(np.linalg.norm(X[row] - X[other]) for other in members if other != row)[:n_neighbors]
            gaps[row] = np.mean(others) if others else 0.0
        size, labels = int((clusters == cluster).sum()), sum(clusters[row] == cluster for row in rows)
        open_ = sorted((row for row in members if row in asked), key=lambda row: (round(gaps[row], 9), row))
        told.append(((size < smallest, labels, -size, cluster), open_))
    told.sort()
    turns = [(turn, place, row) for place, (_, open_) in enumerate(told) for turn, row in enumerate(open_)]
    return [row for *_, row in sorted(turns)[:batch_size]]


@settings(deadline=None, max_examples=80)
@given(data=st.data(), seed=st.integers(0, 1000))
def test_the_batch_follows_the_definition(data, seed):
    rng = np.random.default_rng(seed)
    n_rows, n_clusters = data.draw(st.integers(6, 30)), data.draw(st.integers(1, 6))
    X = rng.standard_normal((n_rows, 2))
    clusters = rng.integers(0, n_clusters, n_rows)
    rows = rng.permutation(n_rows)[: data.draw(st.integers(0, 4))].tolist()
    batch_size = data.draw(st.integers(1, n_rows - len(rows)))
    n_neighbors, smallest = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 6))
    free = np.setdiff1d(np.arange(n_rows), rows)
    candidates = np.sort(rng.permutation(free)[: data.draw(st.integers(batch_size, free.size))])
    strategy = TypiClust(n_neighbors=n_neighbors, min_cluster_size=smallest, ties="first")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typiclust, "_clusters", lambda matrix, n, seed: clusters)
        for convert in (np.asarray, scipy.sparse.csr_array):
            chosen = strategy.query(
                convert(X), rows, [0] * len(rows), candidates=candidates, batch_size=batch_size, random_state=0
            )
            expected = naive(
                X,
                clusters,
                rows,
                batch_size,
                n_neighbors=n_neighbors,
                smallest=smallest,
                candidates=candidates.tolist(),
            )
            assert chosen.tolist() == expected


def groups(rng, n_groups=6, size=40):
    centres = 30.0 * rng.standard_normal((n_groups, 4))
    of = np.repeat(np.arange(n_groups), size)
    return centres[of] + rng.standard_normal((of.size, 4)), of


def test_every_group_without_a_label_gets_a_question(rng):
    X, of = groups(rng)
    rows = [int(np.flatnonzero(of == group)[0]) for group in (1, 4)]
    chosen = TypiClust().query(X, rows, ["a", "b"], batch_size=4, random_state=0)
    assert sorted(of[chosen].tolist()) == [0, 2, 3, 5]


def test_small_clusters_come_last(rng):
    X, of = groups(rng, n_groups=3)
    X = np.vstack([X, 500.0 + rng.standard_normal((3, 4))])
    chosen = TypiClust().query(X, [], [], batch_size=4, random_state=0)
    assert chosen[-1] >= of.size
    first = TypiClust(min_cluster_size=1).query(X, [], [], batch_size=4, random_state=0)
    assert sorted(first.tolist()) == sorted(chosen.tolist())


def test_a_row_among_equals_is_the_most_typical(rng):
    X = rng.standard_normal((60, 3))
    X[20:45] = X[20]
    chosen, utilities = TypiClust().query(X, [], [], random_state=0, return_utilities=True)
    assert 20 <= chosen[0] < 45
    assert utilities.max() == pytest.approx(1.0)


def test_more_clusters_than_rows_and_mini_batches(rng):
    X, _ = groups(rng, n_groups=4, size=30)
    rows = np.arange(60)
    chosen = TypiClust().query(X, rows, rows % 2, batch_size=60, random_state=0)
    assert sorted(chosen.tolist()) == list(range(60, 120))
    assert TypiClust(max_clusters=3).query(X, rows, rows % 2, batch_size=5, random_state=0).size == 5


def test_the_seed_decides(rng):
    X = rng.standard_normal((200, 3))
    first, again = (TypiClust().query(X, [], [], batch_size=8, random_state=3).tolist() for _ in range(2))
    assert first == again
    assert first != TypiClust().query(X, [], [], batch_size=8, random_state=4).tolist()


def test_parameters_are_checked_and_costs_refused(rng):
    X = rng.standard_normal((20, 2))
    for name in ("n_neighbors", "max_clusters", "min_cluster_size"):
        with pytest.raises(InvalidParameterError, match=name):
            TypiClust(**{name: 0}).query(X, [], [], random_state=0)
    with pytest.raises(InvalidParameterError, match="TypiClust chooses its batch by distances"):
        Session(X, strategy="typiclust", costs=np.ones(20))


def test_with_a_selection_its_utilities_are_ranked(rng):
    X, _ = groups(rng)
    chosen = TypiClust(selection=PowerTopK()).query(X, [], [], batch_size=3, random_state=0)
    assert len(set(chosen.tolist())) == 3
    assert TypiClust().chances(np.ones(3), np.arange(2)) is None
