"""The figures of screening against their definitions, counted one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.measures.screening import (
    average_time_to_discovery,
    recall_curve,
    records_until,
    relevant_records_found,
    work_saved_over_sampling,
)

ORDERS = st.lists(st.booleans(), min_size=1, max_size=60).filter(any)


@given(ORDERS, st.integers(1, 100))
def test_against_brute_force(relevant, percent):
    n, total = len(relevant), sum(relevant)
    positions = [place for place, each in enumerate(relevant, 1) if each]
    assert average_time_to_discovery(relevant) == pytest.approx(sum(positions) / total / n)
    wanted = next(count for count in range(total + 1) if count * 100 >= percent * total)
    read = positions[wanted - 1]
    assert records_until(recall_curve(relevant), percent / 100) == read
    assert work_saved_over_sampling(relevant, percent / 100) == pytest.approx(percent / 100 - read / n)
    assert relevant_records_found(relevant, percent / 100) == pytest.approx(sum(relevant[: percent * n // 100]) / total)


def test_random_order_saves_nothing_on_average():
    random = np.random.default_rng(0)
    orders = [random.permutation(np.arange(200) < 40) for _ in range(300)]
    assert np.mean([average_time_to_discovery(order) for order in orders]) == pytest.approx(0.5, abs=0.01)
    assert abs(np.mean([work_saved_over_sampling(order) for order in orders])) < 0.02
    assert np.mean([relevant_records_found(order) for order in orders]) == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize("wrong", [[], [0, 0], [[1, 0]]])
def test_without_a_relevant_record_there_is_no_figure(wrong):
    with pytest.raises(ValueError, match="at least one record must be relevant"):
        recall_curve(wrong)


def test_shares_out_of_range_are_refused():
    with pytest.raises(ValueError, match="recall must be"):
        work_saved_over_sampling([1], recall=1.5)
    with pytest.raises(ValueError, match="read must be"):
        relevant_records_found([1], read=-1)
