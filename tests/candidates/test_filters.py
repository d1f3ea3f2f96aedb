"""Where strategies look."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from querist import _blocks as blocks
from querist.base.space import Space
from querist.candidates import AllRows, NeighborsOfLabelled, RandomSubsample, neighbors
from querist.exceptions import InvalidParameterError
from querist.strategies import RandomSampling


def narrow(part, X, candidates, rows=(), batch_size=1, seed=0):
    return part.narrow(
        np.asarray(candidates, np.int64),
        rows=np.asarray(rows, np.int64),
        batch_size=batch_size,
        random_state=np.random.default_rng(seed),
        space=Space(X),
    )


@settings(deadline=None, max_examples=50)
@given(st.data())
def test_whole_batches_fit_into_what_is_left(data):
    total = data.draw(st.integers(2, 40))
    labelled = data.draw(st.integers(0, total - 1))
    order = np.array(data.draw(st.permutations(range(total))))
    rows, candidates = order[:labelled], np.sort(order[labelled:])
    batch_size = data.draw(st.integers(1, candidates.size))
    size = data.draw(st.integers(1, 12))
    X = np.arange(float(total))[:, np.newaxis] % 7
    for part in (AllRows(), RandomSubsample(size=size), NeighborsOfLabelled(n_neighbors=size)):
        kept = narrow(part, X, candidates, rows, batch_size)
        assert kept.dtype == np.int64
        assert (np.diff(kept) > 0).all()
        assert np.isin(kept, candidates).all()
        assert kept.size >= batch_size


def test_all_rows():
    assert narrow(AllRows(), np.zeros((5, 1)), [1, 3]).tolist() == [1, 3]


def test_subsample_size_and_uniformity():
    """Each of ten rows in a sample of three equally often: chi-square over fixed seeds."""
    counts = np.zeros(10)
    for seed in range(3000):
        kept = narrow(RandomSubsample(size=3), np.zeros((10, 1)), range(10), seed=seed)
        assert kept.size == 3
        counts[kept] += 1
    assert ((counts - 900) ** 2 / 900).sum() < 27.9


def test_subsample_grows_to_the_batch():
    assert narrow(RandomSubsample(size=3), np.zeros((20, 1)), range(20), batch_size=8).size == 8


def nearest_by_sorting(X, candidates, rows, wanted):
    found = set()
    for row in rows:
        gaps = ((X[candidates] - X[row]) ** 2).sum(axis=1)
        found |= set(np.asarray(candidates)[np.lexsort((candidates, gaps))[:wanted]].tolist())
    return sorted(found)


@pytest.mark.parametrize("convert", [np.asarray, lambda X: X.astype(np.float32), scipy.sparse.csr_matrix])
@pytest.mark.parametrize("small", [False, True])
@pytest.mark.parametrize("wanted", [1, 4, 30])
def test_neighbours_are_those_of_a_full_sort(rng, monkeypatch, convert, small, wanted):
    if small:
        monkeypatch.setattr(blocks, "_BLOCK_VALUES", 64)
        monkeypatch.setattr(blocks, "_MIN_ROWS", 16)
        monkeypatch.setattr(blocks, "_MAX_ROWS", 32)
        monkeypatch.setattr(neighbors, "_TABLE", 8)
    X = np.rint(rng.standard_normal((150, 3)) * 1024) / 1024
    rows = np.array([3, 77, 120])
    candidates = np.setdiff1d(np.arange(150), rows)[10::1]
    kept = narrow(NeighborsOfLabelled(n_neighbors=wanted), convert(X), candidates, rows)
    assert kept.tolist() == nearest_by_sorting(X, candidates, rows, wanted)


def test_neighbours_without_labels_are_a_random_sample():
    X = np.arange(50.0)[:, np.newaxis]
    samples = [narrow(NeighborsOfLabelled(n_neighbors=5), X, range(50), seed=seed).tolist() for seed in range(5)]
    assert {len(sample) for sample in samples} == {5}
    assert len({tuple(sample) for sample in samples}) == 5


def test_too_few_neighbours_are_topped_up_at_random():
    X = np.arange(50.0)[:, np.newaxis]
    drawn = {tuple(narrow(NeighborsOfLabelled(n_neighbors=2), X, range(1, 50), [0], 6, seed)) for seed in range(5)}
    assert all(len(kept) == 6 and kept[:2] == (1, 2) for kept in drawn)
    assert len(drawn) == 5


@pytest.mark.parametrize(
    "part", [RandomSubsample(size=0), RandomSubsample(size=1.5), NeighborsOfLabelled(n_neighbors=0)]
)
def test_wrong_sizes(part):
    with pytest.raises(InvalidParameterError, match="must be an integer"):
        RandomSampling(candidates=part).query(np.zeros((5, 1)), [0], [0])


def test_utilities_are_nan_where_nobody_looked():
    strategy = RandomSampling(candidates=RandomSubsample(size=4))
    rows, utilities = strategy.query(np.zeros((30, 1)), [0], [0], random_state=1, return_utilities=True)
    assert np.isfinite(utilities).sum() == 4
    assert np.isfinite(utilities[rows]).all()
