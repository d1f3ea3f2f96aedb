"""The parameters of an experiment are checked, and counted right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.exceptions import InvalidParameterError
from querist.simulation.protocol import Protocol


def protocol(**changes):
    values = {
        "repeats": 3, "budget": 10, "batch_size": 2, "initial": 4, "initial_set": "random", "test_size": 0.25,
        "metrics": ("accuracy",), "duplicates": "ask_once", "warm_start": False, "random_state": 0, "name": "data",
    }  # fmt: skip
    return Protocol(**(values | changes))


@given(st.integers(0, 30), st.integers(1, 60), st.integers(1, 20))
def test_the_budget_is_met_exactly_in_steps_of_a_batch(initial, more, batch_size):
    counts = protocol(initial=initial, budget=initial + more, batch_size=batch_size).label_counts()
    steps = [late - early for early, late in zip([0, *counts], counts, strict=False)]
    if initial:
        assert steps.pop(0) == initial
    assert counts[-1] == initial + more
    assert all(step == batch_size for step in steps[:-1])
    assert 0 < steps[-1] <= batch_size


def test_a_budget_of_the_initial_set_alone_asks_nothing():
    assert protocol(initial=10).label_counts() == [10]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("repeats", 0), ("budget", 0), ("budget", 3), ("batch_size", 0), ("batch_size", 1.5), ("batch_size", True),
        ("initial", -1), ("initial_set", "clever"), ("test_size", 0), ("test_size", 1.0), ("test_size", -2),
        ("test_size", "a quarter"), ("test_size", True), ("metrics", ()), ("metrics", ("f2",)), ("duplicates", "drop"),
        ("warm_start", 1), ("random_state", None), ("random_state", -1), ("name", ""),
    ],
)  # fmt: skip
def test_values_that_cannot_be_used_are_refused_by_name(name, value):
    with pytest.raises(InvalidParameterError, match=name):
        protocol(**{name: value})
