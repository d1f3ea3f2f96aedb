"""The report of a screening: what random order would give is exact."""

from itertools import permutations

import numpy as np
import pytest

from querist.simulation.screening import Screening
from querist.simulation.screening_report import expected_at_random, screening_report


@pytest.mark.parametrize("n_relevant", [1, 2, 5])
def test_what_random_order_gives_is_the_mean_over_all_orders(n_relevant):
    held = np.arange(7) < n_relevant
    told = [Screening(np.empty(0, int), np.array(order), held[list(order)]).figures for order in permutations(range(7))]
    for name, value in expected_at_random(7, n_relevant).items():
        assert np.mean([each[name] for each in told]) == pytest.approx(value), name


def test_the_same_runs_give_the_same_page():
    relevant = np.array([1, 0, 1, 0, 0, 0], bool)
    runs = [Screening(np.array([6, 7]), np.arange(6), each) for each in (relevant, relevant[::-1])]
    report = screening_report(runs, "papers<1>.csv", "'in' is taken for relevant, as named")
    assert report == screening_report(runs, "papers<1>.csv", "'in' is taken for relevant, as named")
    assert "papers&lt;1&gt;.csv" in report
    assert "2 runs, each from" in report
