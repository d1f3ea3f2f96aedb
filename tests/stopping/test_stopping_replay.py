"""Replays against arithmetic by hand and a brute-force search."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.exceptions import InvalidParameterError
from querist.stopping import Budget, Observation, SettledPredictions, replay, total_costs


def test_costs_by_hand():
    costs = total_costs([10, 20], [0.9, 0.95], label_cost=2, error_cost=0.5, n_future=1000)
    np.testing.assert_allclose(costs, [20 + 50, 40 + 25])


curves = st.lists(st.floats(0, 1), min_size=1, max_size=12)


@given(curves, st.integers(1, 130), st.sampled_from([0.1, 1.0, 10.0]))
def test_regret_is_against_the_cheapest_round(accuracy, labels, error_cost):
    run = [Observation(10 * (number + 1)) for number in range(len(accuracy))]
    result = replay(run, accuracy, Budget(labels=labels), error_cost=error_cost, n_future=100)
    costs = [10 * (number + 1) + error_cost * 100 * (1 - value) for number, value in enumerate(accuracy)]
    stopped = next((number for number in range(len(run)) if 10 * (number + 1) >= labels), None)
    assert result.proposed == (stopped is not None)
    assert result.round == (len(run) - 1 if stopped is None else stopped)
    assert result.regret == pytest.approx(costs[result.round] - min(costs))
    assert result.regret >= 0
    assert result.best_n_labels == 10 * (costs.index(min(costs)) + 1)


def test_a_rule_is_reset_and_not_shown_the_future():
    still = np.zeros(10)
    run = [Observation(n, predictions=still) for n in (10, 60, 110, 160)]
    rule = SettledPredictions(threshold=0.0)
    first = replay(run, [0.5, 0.6, 0.7, 0.8], rule)
    assert first.n_labels == 110
    assert replay(run, [0.5, 0.6, 0.7, 0.8], rule) == first
    assert replay(run[:3], [0.5, 0.6, 0.7], rule).round == first.round


def test_rounds_and_accuracies_must_match():
    with pytest.raises(InvalidParameterError, match="got 1 for 2"):
        replay([Observation(1), Observation(2)], [0.5], Budget())
    with pytest.raises(InvalidParameterError, match="got 0 for 0"):
        replay([], [], Budget())
