"""Certificates: exact, whatever happened before; planned before they start."""

import itertools
import math

import numpy as np
import pytest

from querist.audit.bisection import first
from querist.audit.certificate import attempt_level, remainder_accuracy, rest_bound
from querist.audit.certificate_plan import labels_needed
from querist.audit.hypergeometric import count_for, tail
from querist.exceptions import InvalidParameterError


def test_attempts_together_have_the_level():
    levels = [attempt_level(j) for j in range(1, 20_001)]
    assert sum(levels) == pytest.approx(0.05, abs=5e-6)
    assert sum(levels) <= 0.05
    assert levels[0] == pytest.approx(0.3 / math.pi**2)


@pytest.mark.parametrize("attempt", [1, 2])
def test_bounds_hold_in_all_samples_of_eight_rows(attempt):
    for n_good, n_drawn in itertools.product(range(9), range(1, 9)):
        wrong_whole, wrong_rest = [], []
        for sample in itertools.combinations(range(8), n_drawn):
            x = sum(row < n_good for row in sample)
            low = remainder_accuracy(x, n_drawn, 8, attempt=attempt, confidence=0.8).low
            wrong_whole.append(low * 8 > n_good + 1e-9)
            rest = rest_bound(x, n_drawn, 8, attempt=attempt, confidence=0.8)
            wrong_rest.append(rest * (8 - n_drawn) > n_good - x + 1e-9 and n_drawn < 8)
        assert np.mean(wrong_whole) <= attempt_level(attempt, 0.8)
        assert np.mean(wrong_rest) <= attempt_level(attempt, 0.8)


def test_skipped_draws_count_as_wrong():
    plain = remainder_accuracy(90, 100, 1000)
    skipped = remainder_accuracy(90, 100, 1000, n_skipped=5)
    assert skipped.low == plain.low
    assert skipped.value == pytest.approx(90 / 95)
    assert skipped.n == 95
    assert "5 draws" in skipped.note


def test_the_plan_keeps_its_word_and_no_smaller_one_would():
    level = attempt_level(1)
    for n_remaining, target, guess in [(500, 0.9, 0.95), (3000, 0.9, 0.95), (100_000, 0.9, 0.95), (200, 0.8, 0.9)]:
        plan = labels_needed(target, guess, n_remaining, level=level)
        least = count_for(target, n_remaining)

        def power(n, least=least, n_remaining=n_remaining, guess=guess):
            # The fewest good draws that prove that the set holds at least so many good ones.
            needed = first(0, n + 1, lambda c: tail(n_remaining, least - 1, n, c) <= level)
            return tail(n_remaining, round(guess * n_remaining), n, needed) if needed <= n else 0

        assert plan.power == pytest.approx(power(plan.n_labels))
        assert plan.power >= 0.8
        assert max(power(n) for n in range(1, plan.n_labels)) < 0.8
        assert plan.n_labels <= 250
        # The test has its level at the worst case, one row short of the target.
        assert tail(n_remaining, least - 1, plan.n_labels, plan.n_needed) <= level
        low = remainder_accuracy(plan.n_needed, plan.n_labels, n_remaining).low
        assert low >= target - 1e-12
        assert remainder_accuracy(plan.n_needed - 1, plan.n_labels, n_remaining).low < target


def test_no_plan_for_what_is_not_expected_to_hold():
    assert labels_needed(0.95, 0.9, 1000, level=0.05) is None
    assert labels_needed(0.95, 0.9501, 10**8, level=0.05) is None


@pytest.mark.parametrize(("correct", "drawn", "total"), [(5, 4, 10), (4, 11, 10), (-1, 4, 10)])
def test_counts_must_agree(correct, drawn, total):
    with pytest.raises(InvalidParameterError, match="contradict"):
        remainder_accuracy(correct, drawn, total)
