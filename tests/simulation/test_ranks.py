"""Ranks over data sets, against scipy, brute force, and the worked example of Demsar 2006."""

import itertools
import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from querist.simulation.ranks import average_ranks, cliques, friedman, least_signed_rank_p
from querist.simulation.statistics import signed_rank_p

# Areas under the curve of C4.5 and three of its variants on 14 sets: Demsar 2006, table 6.
DEMSAR = np.array(
    [
        [0.763, 0.768, 0.771, 0.798],
        [0.599, 0.591, 0.590, 0.569],
        [0.954, 0.971, 0.968, 0.967],
        [0.628, 0.661, 0.654, 0.657],
        [0.882, 0.888, 0.886, 0.898],
        [0.936, 0.931, 0.916, 0.931],
        [0.661, 0.668, 0.609, 0.685],
        [0.583, 0.583, 0.563, 0.625],
        [0.775, 0.838, 0.866, 0.875],
        [1.000, 1.000, 1.000, 1.000],
        [0.940, 0.962, 0.965, 0.962],
        [0.619, 0.666, 0.614, 0.669],
        # Both 0.975 there, but ranked one after the other.
        [0.972, 0.981, 0.9751, 0.9749],
        [0.957, 0.978, 0.946, 0.970],
    ]
)


def test_ranks_of_scores_share_ties_and_average():
    assert average_ranks([[3, 1, 1], [1, 2, 3]]) == pytest.approx([(1 + 3) / 2, (2.5 + 2) / 2, (2.5 + 1) / 2])


def test_friedman_is_that_of_scipy_and_of_demsar():
    scores = np.random.default_rng(0).normal(size=(14, 4))
    p, critical = friedman(scores)
    assert p == pytest.approx(scipy.stats.friedmanchisquare(*scores.T).pvalue)
    # The worked example of Demsar 2006, section 3.2.4: 4 methods, 14 sets, q = 2.569.
    assert critical == pytest.approx(2.569 * math.sqrt(4 * 5 / (6 * 14)), abs=0.001)


def test_methods_that_never_differ_rank_alike():
    assert friedman(np.ones((6, 3)))[0] == 1


def test_the_worked_example_of_demsar():
    ranks = average_ranks(DEMSAR)
    assert ranks == pytest.approx([3.143, 2.000, 2.893, 1.964], abs=0.001)
    # His chi square is without the correction for ties: 9.28; ours is with it.
    n, k = DEMSAR.shape
    assert 12 * n / (k * (k + 1)) * ((ranks**2).sum() - k * (k + 1) ** 2 / 4) == pytest.approx(9.28, abs=0.01)
    p, critical = friedman(DEMSAR)
    assert p == pytest.approx(scipy.stats.friedmanchisquare(*DEMSAR.T).pvalue)
    assert p < scipy.stats.chi2.sf(9.28, k - 1) + 1e-9
    assert critical == pytest.approx(1.25, abs=0.01)


def test_the_least_p_is_that_of_differences_of_one_sign():
    for n in range(1, 9):
        assert signed_rank_p(np.arange(1, n + 1)) == pytest.approx(least_signed_rank_p(n))


@given(st.integers(1, 6), st.data())
def test_groups_are_the_longest_runs_of_the_ranking_without_a_pair_that_differs(n, data):
    ranks = data.draw(st.lists(st.sampled_from([1.0, 1.5, 2.0, 3.25]), min_size=n, max_size=n))
    alike = np.ones((n, n), bool)
    for one, other in itertools.combinations(range(n), 2):
        alike[one, other] = alike[other, one] = data.draw(st.booleans())
    order = sorted(range(n), key=lambda place: ranks[place])
    runs = [
        order[first:end]
        for first in range(n)
        for end in range(first + 2, n + 1)
        if all(alike[a, b] for a, b in itertools.combinations(order[first:end], 2))
    ]
    assert cliques(ranks, alike) == [run for run in runs if not any(set(run) < set(other) for other in runs)]
