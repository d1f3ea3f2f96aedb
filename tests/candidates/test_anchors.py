"""Class anchors: the rows near a few labelled rows of each class."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

import querist
from querist.base.space import Space
from querist.candidates import ClassAnchors
from querist.exceptions import InvalidParameterError
from querist.registry import make_strategy


def narrow(X, candidates, rows, labels, *, batch_size=1, seed=0, **params):
    return (
        ClassAnchors(**params)
        .narrow(
            np.asarray(candidates, np.int64),
            rows=np.asarray(rows, np.int64),
            batch_size=batch_size,
            random_state=np.random.default_rng(seed),
            space=Space(X, labels=np.asarray(labels)),
        )
        .tolist()
    )


def fetched(X, candidates, anchors, n_neighbors, size):
    """Return the rows that lie nearest on average to those anchors that fetch them."""
    gaps = {}
    for anchor in anchors:
        far = np.abs(X[candidates] - X[anchor]).sum(axis=1)
        for place in np.lexsort((candidates, far))[:n_neighbors]:
            gaps.setdefault(int(candidates[place]), []).append(float(far[place]))
    return sorted(sorted(gaps, key=lambda row: (np.mean(gaps[row]), row))[:size])


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_rows_are_those_that_all_anchors_fetch(data):
    """With as many anchors as labels nothing is drawn."""
    n = data.draw(st.integers(4, 25))
    X = np.random.default_rng(data.draw(st.integers(0, 10**6))).standard_normal((n, 1))
    rows = np.array(data.draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=3, unique=True)))
    labels = data.draw(st.lists(st.sampled_from(["x", "y"]), min_size=rows.size, max_size=rows.size))
    candidates = np.setdiff1d(np.arange(n), rows)
    n_neighbors, size = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 8))
    expected = fetched(X, candidates, rows, n_neighbors, size)
    for convert in (np.asarray, scipy.sparse.csr_matrix):
        assert narrow(convert(X), candidates, rows, labels, n_neighbors=n_neighbors, size=size) == expected


def test_a_case_by_hand():
    """The rare class has one label of five; two anchors a class, so a third of the rows come from around it."""
    X = np.array([[0.0], [1], [2], [3], [100], [0.5], [1.5], [2.5], [99], [101], [50]])
    kept = narrow(X, range(5, 11), range(5), list("aaaar"), n_anchors=2, n_neighbors=2, size=10)
    assert {8, 9} <= set(kept)
    assert 10 not in kept
    assert narrow(X, range(5, 11), range(5), list("aaaar"), n_anchors=2, n_neighbors=1, size=1) in ([5], [6], [7])


def test_anchors_change_from_query_to_query_and_lie_apart():
    X = np.concatenate([np.zeros((20, 1)), np.full((20, 1), 100.0)]) + np.arange(40)[:, np.newaxis] / 100
    drawn = [narrow(X, range(40), range(0, 40, 2), ["a"] * 20, n_anchors=2, n_neighbors=1, seed=s) for s in range(8)]
    assert len({tuple(kept) for kept in drawn}) > 1
    assert all(kept[0] < 20 <= kept[-1] for kept in drawn)


def test_batches_are_filled_up_and_without_labels_a_sample_is_drawn():
    X = np.arange(50.0)[:, np.newaxis]
    kept = narrow(X, range(1, 50), [0], ["a"], n_neighbors=2, size=5, batch_size=6)
    assert len(kept) == len(set(kept)) == 6
    assert kept[:2] == [1, 2]
    assert len(narrow(X, range(50), [], [], size=7)) == 7


def test_parameters_are_checked_and_set_by_name():
    for name in ("n_anchors", "n_neighbors", "size"):
        with pytest.raises(InvalidParameterError, match=name):
            narrow(np.zeros((4, 1)), [1, 2], [0], ["a"], **{name: 0})
    assert make_strategy("margin", candidates="anchors", candidates__n_anchors=3).candidates.n_anchors == 3


def test_a_session_looks_around_every_class(rng):
    X = rng.standard_normal((200, 2))
    session = querist.Session(X, strategy="margin:candidates=anchors,candidates__n_neighbors=2", random_state=0)
    session.tell([0, 1, 2], ["a", "b", "a"])
    asked = session.ask(3)
    near = [np.argsort(np.linalg.norm(X - X[row], axis=1)) for row in (0, 1, 2)]
    known = {row for order in near for row in [each for each in order if each > 2][:2]}
    assert set(asked.tolist()) <= known
