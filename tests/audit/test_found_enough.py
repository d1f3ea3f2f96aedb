"""The test of Callaghan and Müller-Hansen against sums of binomial coefficients, and how often it errs."""

from math import comb

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from querist.audit.found_enough import recall_test, relevant_left
from querist.exceptions import InvalidParameterError


@given(st.data(), st.integers(1, 60), st.integers(0, 20), st.sampled_from([50, 80, 90, 95, 100]))
def test_p_value_is_the_largest_under_a_missed_target(data, n_left, before, percent):
    n_drawn = data.draw(st.integers(0, n_left))
    found = data.draw(st.integers(0, n_drawn))
    p = recall_test(n_left, n_drawn, found, before, target=percent / 100).p_value
    # All numbers of relevant rows that are possible and mean that the recall is below the target.
    missed = [k for k in range(found, n_left - n_drawn + found + 1) if 100 * (before + found) < percent * (before + k)]
    chances = [
        sum(comb(k, x) * comb(n_left - k, n_drawn - x) for x in range(found + 1)) / comb(n_left, n_drawn)
        for k in missed
    ]
    assert p == pytest.approx(max(chances, default=0.0), abs=1e-9)


def test_it_seldom_rejects_where_the_target_is_missed():
    random = np.random.default_rng(0)
    n_left, relevant, before, rejected = 400, 12, 88, 0  # recall 0.88, and what the draws add
    for _ in range(2000):
        found = int(random.hypergeometric(relevant, n_left - relevant, 150))
        missed = before + found < 0.95 * (before + relevant)
        rejected += missed and recall_test(n_left, 150, found, before, target=0.95).rejected
    assert rejected / 2000 <= 0.05


def test_the_statement_promises_nothing():
    told = recall_test(1000, 500, 0, 40, target=0.9).statement
    assert told.startswith("The hypothesis of having missed a recall of 90% is rejected with a confidence of 95%")
    assert told.endswith("This is no promise of that recall.")
    assert "cannot be rejected" in recall_test(1000, 0, 0, 40).statement


@given(st.data(), st.integers(1, 300))
def test_how_many_are_left(data, n_left):
    n_drawn = data.draw(st.integers(1, n_left))
    found = data.draw(st.integers(0, n_drawn))
    left = relevant_left(n_left, n_drawn, found)
    assume(left.low is not None)
    assert 0 <= left.low <= left.value + 1e-9
    assert left.value <= left.high + 1e-9
    assert left.high <= n_left - n_drawn


def test_without_draws_nothing_is_known():
    assert relevant_left(10, 0, 0).value is None
    assert recall_test(10, 0, 0, 3).p_value == 1


@pytest.mark.parametrize("wrong", [(10, 11, 0, 0), (10, 5, 6, 0), (10, 5, 0, -1), (10, -1, 0, 0)])
def test_numbers_that_contradict_each_other_are_refused(wrong):
    with pytest.raises(InvalidParameterError, match="none larger than what it is part of"):
        recall_test(*wrong)
