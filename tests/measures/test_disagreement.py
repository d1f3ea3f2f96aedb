"""Disagreement of committees against loops that follow the papers term by term."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from querist.measures.disagreement import consensus_kl, vote_entropy


def entropy_by_counter(votes):
    n_members = len(votes)
    return -sum(count / n_members * math.log(count / n_members) for count in Counter(votes).values())


def kl_by_loops(proba):
    n_members, n_rows, n_classes = proba.shape
    result = []
    for row in range(n_rows):
        total = 0.0
        for member in range(n_members):
            for column in range(n_classes):
                p = float(proba[member, row, column])
                mean = sum(float(proba[other, row, column]) for other in range(n_members)) / n_members
                total += p * math.log(p / mean) if p > 0 else 0.0
        result.append(total / n_members)
    return np.array(result)


votes = st.integers(1, 12).flatmap(lambda members: st.lists(st.integers(0, 5), min_size=members, max_size=members))


@given(votes)
def test_vote_entropy_is_the_entropy_of_the_counter(row):
    counts = np.bincount(row, minlength=6)[np.newaxis]
    assert vote_entropy(counts)[0] == pytest.approx(entropy_by_counter(row), abs=1e-13)


@given(votes, st.permutations(range(6)))
def test_vote_entropy_does_not_depend_on_the_order_of_classes(row, order):
    counts = np.bincount(row, minlength=6)[np.newaxis]
    assert vote_entropy(counts)[0] == vote_entropy(counts[:, order])[0]


@given(votes)
def test_vote_entropy_range(row):
    value = vote_entropy(np.bincount(row, minlength=6)[np.newaxis])[0]
    assert (value == 0) == (len(set(row)) == 1)
    assert 0 <= value <= math.log(min(len(row), 6)) + 1e-12


def test_vote_entropy_by_hand():
    # four rows, four members: unanimous, 3:1, 2:2, 2:1:1
    counts = np.array([[4, 0, 0], [3, 1, 0], [0, 2, 2], [1, 2, 1]])
    expected = [0.0, 0.5623351446188083, math.log(2), 1.5 * math.log(2)]
    np.testing.assert_allclose(vote_entropy(counts), expected, rtol=1e-14)


def test_vote_entropy_of_many_members_and_of_no_rows():
    counts = np.array([[700, 299, 1]])
    assert vote_entropy(counts)[0] == pytest.approx(entropy_by_counter([0] * 700 + [1] * 299 + [2]), rel=1e-12)
    assert vote_entropy(np.zeros((0, 3), np.int64)).shape == (0,)


@st.composite
def committees(draw):
    shape = draw(st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(2, 4)))
    raw = draw(hnp.arrays(np.float64, shape, elements=st.sampled_from([0.0, 1e-9, 0.25, 1.0, 3.0])))
    raw[..., 0] += raw.sum(axis=2) == 0
    return raw / raw.sum(axis=2, keepdims=True)


@given(committees())
def test_kl_is_the_double_loop(proba):
    np.testing.assert_allclose(consensus_kl(proba), kl_by_loops(proba), rtol=1e-9, atol=1e-14)


@given(committees())
def test_kl_is_the_entropy_of_the_mean_minus_the_mean_entropy(proba):
    def entropy(p):
        return -np.sum(np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0), axis=-1)

    np.testing.assert_allclose(
        consensus_kl(proba), entropy(proba.mean(axis=0)) - entropy(proba).mean(axis=0), atol=1e-12
    )


@given(committees())
def test_kl_range(proba):
    values = consensus_kl(proba)
    assert (values >= 0).all()
    assert (values <= math.log(len(proba)) + 1e-12).all()


def test_kl_by_hand():
    # members agree; members are certain and opposed; one certain, one undecided
    proba = np.array([[[0.5, 0.5], [1.0, 0.0], [1.0, 0.0]], [[0.5, 0.5], [0.0, 1.0], [0.5, 0.5]]])
    one = (math.log(1 / 0.75) + 0.5 * math.log(0.5 / 0.75) + 0.5 * math.log(0.5 / 0.25)) / 2
    np.testing.assert_allclose(consensus_kl(proba), [0.0, math.log(2), one], atol=1e-15)


def test_kl_keeps_float32_accurate():
    proba = np.array([[[0.2, 0.8]], [[0.6, 0.4]]], np.float32)
    np.testing.assert_allclose(consensus_kl(proba), kl_by_loops(proba), rtol=1e-6)
