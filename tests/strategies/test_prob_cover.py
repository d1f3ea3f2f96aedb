"""ProbCover against balls that are counted one by one."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from querist.exceptions import InvalidParameterError
from querist.selections import PowerTopK
from querist.session.session import Session
from querist.strategies import ProbCover, prob_cover


def naive(X, rows, candidates, batch_size, radius):
    """Return the greedy cover; ties by row number."""
    near = np.sqrt(((X[:, None].astype(float) - X[None]) ** 2).sum(axis=2)) < radius
    left = ~near[list(rows)].any(axis=0) if len(rows) else np.ones(len(X), bool)
    chosen = []
    while len(chosen) < batch_size:
        counts = {row: int((near[row] & left).sum()) for row in candidates if row not in chosen}
        chosen.append(max(counts, key=lambda row: (counts[row], -row)))
        left &= ~near[chosen[-1]]
    return chosen


grids = hnp.arrays(np.int64, st.tuples(st.integers(3, 16), st.integers(1, 3)), elements=st.integers(-3, 3))


@settings(deadline=None, max_examples=100)
@given(X=grids, radius=st.sampled_from([0.5, 1.2, 2.1, 3.3]), data=st.data())
def test_the_batch_is_the_naive_cover(X, radius, data):
    rows = data.draw(st.lists(st.integers(0, len(X) - 1), max_size=2, unique=True))
    free = [row for row in range(len(X)) if row not in rows]
    candidates = sorted(data.draw(st.lists(st.sampled_from(free), min_size=1, unique=True)))
    batch_size = data.draw(st.integers(1, len(candidates)))
    expected = naive(X, rows, candidates, batch_size, radius)
    for convert in (np.asarray, lambda table: table.astype(np.float32), scipy.sparse.csr_array):
        chosen = ProbCover(radius=radius, ties="first").query(
            convert(X), rows, [0] * len(rows), candidates=candidates, batch_size=batch_size
        )
        assert chosen.tolist() == expected


def test_utilities_count_what_no_label_covers():
    X = np.array([[0.0], [1.0], [2.0], [10.0], [11.0]])
    _, utilities = ProbCover(radius=1.5).query(X, [0], ["a"], return_utilities=True)
    assert utilities[1:].tolist() == [1, 1, 2, 2]


def groups(rng, n_groups, size=30):
    centres = 50.0 * rng.standard_normal((n_groups, 4))
    of = np.repeat(np.arange(n_groups), size)
    return centres[of] + rng.standard_normal((of.size, 4)), of


def test_the_radius_is_the_largest_at_which_enough_balls_are_pure(rng):
    X = groups(rng, 3)[0] + 20 * rng.standard_normal((90, 4))
    clusters = prob_cover._clusters(X, 3)
    gaps = np.linalg.norm(X[:, None] - X[None], axis=2)
    other = clusters[:, None] != clusters[None]

    def purity(radius):
        return 1 - ((gaps < radius) & other).any(axis=1).mean()

    radius = prob_cover._pure_radius(X, 3, 0.9)
    assert purity(radius * (1 - 1e-9)) >= 0.9 > purity(radius * (1 + 1e-9))
    assert prob_cover._pure_radius(np.ones((5, 2)), 2, 0.95) == 1.0


def test_groups_without_a_label_come_first_and_no_seed_decides(rng):
    X, of = groups(rng, 5)
    rows = [0, 30]
    batches = [
        ProbCover(n_classes=5, ties="first").query(X, rows, ["a", "b"], batch_size=3, random_state=seed).tolist()
        for seed in (0, 1)
    ]
    assert batches[0] == batches[1]
    assert sorted(of[batches[0]].tolist()) == [2, 3, 4]


def test_many_rows_in_several_blocks_and_tables(rng, monkeypatch):
    X = rng.standard_normal((700, 3))
    whole = ProbCover(radius=0.8).query(X, [0, 1], [0, 1], batch_size=25, random_state=0).tolist()
    monkeypatch.setattr("querist._blocks._MAX_ROWS", 64)
    monkeypatch.setattr(prob_cover, "_TABLE", 64 * 50)
    monkeypatch.setattr(prob_cover, "_SAMPLE", 100)
    assert ProbCover(radius=0.8).query(X, [0, 1], [0, 1], batch_size=25, random_state=0).tolist() == whole
    assert len(set(ProbCover().query(X, [0, 1], [0, 1], batch_size=5, random_state=0).tolist())) == 5


def test_parameters_are_checked_and_costs_refused(rng):
    X = rng.standard_normal((20, 2))
    for name, value in (("radius", 0.0), ("purity", 0.0), ("purity", 1.5), ("n_classes", 1)):
        with pytest.raises(InvalidParameterError, match=name):
            ProbCover(**{name: value}).query(X, [], [], random_state=0)
    with pytest.raises(InvalidParameterError, match="ProbCover chooses its batch by distances"):
        Session(X, strategy="prob_cover", costs=np.ones(20))
    assert ProbCover(selection=PowerTopK()).query(X, [], [], batch_size=2, random_state=0).size == 2
    assert ProbCover().chances(np.ones(3), np.arange(2)) is None
