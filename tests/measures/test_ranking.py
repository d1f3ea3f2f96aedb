"""The top k against a full sort, and ranks against those of scipy."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from querist.measures import ranking
from querist.measures.ranking import mid_ranks, top_k

values = st.lists(st.sampled_from([-np.inf, -1.0, 0.0, 0.5, 2.0]) | st.floats(-5, 5), min_size=1, max_size=40)


def by_sorting(array, k, keys):
    return sorted(range(array.size), key=lambda position: (-array[position], keys[position]))[:k]


@given(values, st.data())
def test_is_the_head_of_the_sorted_list(numbers, data):
    array = np.array(numbers)
    keys = np.array(data.draw(st.permutations(range(array.size))), float)
    k = data.draw(st.integers(0, array.size))
    assert top_k(array, k, lambda positions: keys[positions]).tolist() == by_sorting(array, k, keys)


@given(values, st.data())
def test_blocks_change_nothing(numbers, data):
    array = np.array(numbers * 3)
    keys = np.arange(array.size)[::-1].astype(float)
    k = data.draw(st.integers(1, 3))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranking, "_BLOCK", 4)
        found = top_k(array, k, lambda positions: keys[positions])
    assert found.tolist() == by_sorting(array, k, keys)


@pytest.mark.parametrize("order", [1, -1])
def test_long_sorted_values(order):
    array = np.arange(300_000.0)[::order]
    found = top_k(array, 5, lambda positions: positions.astype(float))
    assert array[found].tolist() == [299_999, 299_998, 299_997, 299_996, 299_995]


def test_keys_are_asked_for_ties_only():
    asked = []

    def keys(positions):
        asked.extend(positions.tolist())
        return positions.astype(float)

    top_k(np.array([3.0, 1.0, 1.0, 0.0]), 2, keys)
    assert 3 not in asked


@settings(deadline=None, max_examples=80)
@given(st.lists(st.sampled_from([-7.5, -1e-12, 0.0, 1e-12, 0.3, 1e9]), min_size=1, max_size=12))
def test_mid_ranks_are_those_of_scipy(drawn):
    expected = (scipy.stats.rankdata(drawn) - 0.5) / len(drawn)
    np.testing.assert_allclose(mid_ranks(np.array(drawn)), expected, rtol=1e-12)


def test_rounding_does_not_decide_between_equal_values():
    np.testing.assert_allclose(mid_ranks(np.array([0.1 + 0.2, 0.3, -5e-300])), [2 / 3, 2 / 3, 1 / 6])
