"""What random rows say where others were read beside them: the test keeps its level, the interval its promise."""

import numpy as np
import pytest

from querist.audit.found_enough import recall_test, relevant_left
from querist.audit.found_so_far import RandomRows, found_so_far
from querist.exceptions import InvalidParameterError


def test_rows_found_beside_the_draws_are_found_and_no_longer_left():
    left = relevant_left(100, 20, 4, read_beside=30, found_beside=12)
    assert left.value == 100 * 4 / 20 - 4 - 12
    assert left.low == 0
    assert left.high <= 50
    # Nothing beside: as if it had not been told.
    assert recall_test(100, 20, 1, 9, read_beside=0, found_beside=0) == recall_test(100, 20, 1, 9)
    told = recall_test(100, 20, 4, 3, read_beside=30, found_beside=12)
    assert "3 were found before, 12 more were found beside them" in told.statement


@pytest.mark.parametrize("n_relevant", [12, 20])
def test_whatever_is_read_beside_the_draws_errors_stay_as_rare_as_told(n_relevant):
    # A reader that is right more often than chance takes rows that were not drawn; the draws are 40 of 100.
    random = np.random.default_rng(n_relevant)
    relevant = np.arange(100) < n_relevant
    wrong_tests = wrong_intervals = 0
    n_times = 1500
    for _ in range(n_times):
        order = random.permutation(100)
        rest = order[40:]
        read = rest[np.argsort(-(relevant[rest] + random.normal(0, 0.7, 60)))][:25]
        hits, beside = int(relevant[order[:40]].sum()), int(relevant[read].sum())
        missed = (hits + beside) / n_relevant < 0.9
        told = recall_test(100, 40, hits, 0, read_beside=25, found_beside=beside, target=0.9)
        wrong_tests += missed and told.rejected
        left = relevant_left(100, 40, hits, read_beside=25, found_beside=beside)
        wrong_intervals += not left.low <= n_relevant - hits - beside <= left.high
    assert wrong_tests / n_times <= 0.05 + 3 * (0.05 * 0.95 / n_times) ** 0.5
    assert wrong_intervals / n_times <= 0.05 + 3 * (0.05 * 0.95 / n_times) ** 0.5


def test_it_is_told_how_the_rows_were_drawn():
    rows = RandomRows(n_left=50, n_drawn=12, found_drawn=1, found_before=4, n_unclear=2)
    found = found_so_far((1, 1, 2), 60, rows)
    assert found.test.statement in str(found)
    assert "2 of them that nobody could judge are left out" in found.left.note
    assert found_so_far((), 60, RandomRows(n_left=60)).n_found == 0
    with pytest.raises(InvalidParameterError, match="Beside them 9 were read and 10 found"):
        recall_test(20, 5, 1, 0, read_beside=9, found_beside=10)
