"""What is drawn per repeat: paired, disjoint, by class or by group, and the same again."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from querist.exceptions import InvalidParameterError, TargetError
from querist.simulation.problem import Problem
from querist.simulation.protocol import Protocol
from querist.simulation.split import check_draws, draw_repeat


def protocol(**changes):
    values = {
        "repeats": 3, "budget": 10, "batch_size": 2, "initial": 4, "initial_set": "random", "test_size": 0.25,
        "metrics": ("accuracy",), "duplicates": "ask_once", "warm_start": False, "random_state": 0, "name": "data",
    }  # fmt: skip
    return Protocol(**(values | changes))


def problem(codes, **parts):
    codes = np.asarray(codes, np.int64)
    classes = np.array([f"class {code}" for code in range(codes.max() + 1)])
    return Problem(np.zeros((codes.size, 1)), classes[codes], classes, codes, **parts)


class_counts = st.lists(st.integers(4, 30), min_size=2, max_size=4)


def mixed(counts, seed):
    return np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))


@given(class_counts, st.integers(0, 99), st.sampled_from(["random", "stratified"]))
def test_the_parts_are_disjoint_complete_and_repeatable(counts, seed, initial_set):
    data = problem(mixed(counts, seed))
    rules = protocol(budget=4, initial=3, initial_set=initial_set, random_state=seed)
    one, again, other = draw_repeat(data, rules, 0), draw_repeat(data, rules, 0), draw_repeat(data, rules, 1)
    assert sorted([*one.training, *one.test]) == list(range(data.n_rows))
    assert set(one.initial) <= set(one.pool)
    assert len(set(one.initial.tolist())) == 3
    assert np.unique(data.codes[one.initial]).size > 1
    for name in ("training", "pool", "test", "initial"):
        assert np.array_equal(getattr(one, name), getattr(again, name))
    assert one.seed == again.seed != other.seed
    assert len({tuple(draw_repeat(data, rules, number).test) for number in range(12)}) > 1


@given(class_counts, st.integers(0, 99))
def test_the_test_part_has_the_shares_of_the_classes(counts, seed):
    data = problem(mixed(counts, seed))
    test = draw_repeat(data, protocol(budget=4, random_state=seed), 0).test
    expected = np.array(counts) * test.size / data.n_rows
    assert np.abs(np.bincount(data.codes[test], minlength=len(counts)) - expected).max() < 1


@given(class_counts, st.integers(2, 11), st.integers(0, 99))
def test_a_stratified_start_has_the_shares_of_the_classes(counts, initial, seed):
    data = problem(mixed(counts, seed))
    training = sum(counts) - int(np.ceil(0.25 * sum(counts)))
    initial = min(initial, training)
    rules = protocol(initial=initial, budget=initial, initial_set="stratified", random_state=seed)
    draws = draw_repeat(data, rules, 0)
    shares = np.bincount(data.codes[draws.pool], minlength=len(counts)) / draws.pool.size
    drawn = np.bincount(data.codes[draws.initial], minlength=len(counts))
    lone = np.bincount(data.codes[draws.initial]).max() == initial - 1
    assert drawn.sum() == initial
    # Only the exchange that gives a second class may go beyond rounding.
    assert np.abs(drawn - shares * initial).max() < (2 if lone else 1)


@settings(max_examples=30)
@given(st.integers(0, 9999))
def test_a_start_of_one_class_changes_its_last_row_only(seed):
    codes = np.zeros(60, np.int64)
    codes[[7, 20, 33, 50]] = 1
    data = problem(codes)
    for number in range(3):
        draws = draw_repeat(data, protocol(initial=3, budget=5, random_state=seed), number)
        assert np.unique(codes[draws.initial]).size == 2
        if codes[draws.initial[-1]] == 1:
            assert codes[draws.initial[:-1]].sum() <= 2
    one = draw_repeat(data, protocol(initial=1, budget=5, random_state=seed), 0)
    assert one.initial.size == 1


def test_a_random_start_is_uniform():
    data = problem(np.tile([0, 1], 8))
    rules = protocol(initial=2, budget=4, test_size=4)
    times = np.zeros(16)
    for number in range(1000):
        times[draw_repeat(data, rules, number).initial] += 1
    # Two of sixteen; 5 standard errors. (Starts of one class are exchanged, which is symmetric here.)
    assert np.abs(times / 1000 - 1 / 8).max() < 5 * np.sqrt(1 / 8 * 7 / 8 / 1000)


def test_no_group_stands_on_both_sides():
    groups = np.repeat(np.arange(10), 6)
    data = problem(np.tile([0, 1, 2], 20), groups=groups)
    for number in range(5):
        draws = draw_repeat(data, protocol(test_size=3), number)
        assert not set(groups[draws.test]) & set(groups[draws.training])
        assert np.unique(groups[draws.test]).size == 3


def test_of_twins_in_the_pool_the_first_may_be_asked():
    twins = np.repeat(np.arange(0, 60, 3), 3)
    data = problem(np.tile([0, 1], 30), twins=twins)
    draws = draw_repeat(data, protocol(), 0)
    assert np.unique(twins[draws.pool]).size == draws.pool.size
    assert set(twins[draws.pool]) == set(twins[draws.training])
    for row in draws.pool:
        assert row == min(other for other in draws.training if twins[other] == twins[row])


def test_a_fixed_test_part_leaves_all_rows_to_the_pool():
    data = problem(np.tile([0, 1], 10), X_test=np.zeros((3, 1)), test_codes=np.array([0, 1, 1]))
    draws = draw_repeat(data, protocol(), 0)
    assert draws.test is None
    assert np.array_equal(draws.pool, np.arange(20))
    assert not np.array_equal(draws.initial, draw_repeat(data, protocol(), 1).initial)


def test_a_budget_above_the_pool_is_told_with_its_size():
    with pytest.raises(InvalidParameterError, match=r"budget is 16.*15 rows"):
        check_draws(problem(np.tile([0, 1], 10)), protocol(budget=16))


def test_a_small_pool_of_a_later_repeat_is_found_before_anything_runs():
    groups = np.array([0] * 30 + [1, 2] * 4)
    data = problem(np.tile([0, 1], 19), groups=groups)
    with pytest.raises(InvalidParameterError, match=r"pool of repeat \d has \d+ rows"):
        check_draws(data, protocol(test_size=1, budget=10, repeats=20))


def test_an_impossible_split_is_told():
    with pytest.raises(InvalidParameterError, match="test_size=30"):
        draw_repeat(problem(np.tile([0, 1], 10)), protocol(test_size=30), 0)


def test_groups_that_leave_one_class_are_told():
    data = problem(np.repeat([0, 1], 10), groups=np.repeat([0, 1], 10))
    with pytest.raises(TargetError, match="one class only"):
        draw_repeat(data, protocol(test_size=1), 0)
