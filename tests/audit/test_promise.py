"""Where a promise stands: decided from counts, from the inside out."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.audit.outcomes import OPEN, RIGHT, VOID, WRONG, judge, scores_so_far
from querist.audit.promise import Promise, Region, standing


def promise(regions, inside):
    inside = np.array(inside, np.int64)
    return Promise("auto_label", 0.9, 0.95, 1, 0.03, 99, None, tuple(regions), 100 + np.arange(inside.size), inside)


@st.composite
def nested(draw):
    inside = draw(st.lists(st.integers(0, 2), min_size=1, max_size=8))
    regions = []
    for number in range(3):
        n = sum(each <= number for each in inside)
        regions.append(Region(n + 10 * (number + 1), n, draw(st.integers(-1, n))))
    outcome = draw(st.lists(st.sampled_from([OPEN, WRONG, RIGHT, VOID]), min_size=len(inside), max_size=len(inside)))
    return promise(regions, inside), np.array(outcome, np.int8)


@given(nested())
def test_regions_pass_one_after_the_other(case):
    made, outcome = case
    where = standing(made, outcome)
    for number, region in enumerate(made.regions):
        mine = outcome[made.inside <= number]
        fine = np.isin(mine, (OPEN, WRONG, VOID)).sum() <= region.allowed
        assert fine == (number < where.n_passed) or number > where.n_passed
    assert (where.state == "asking") == bool(where.open.size)
    if where.state == "failed":
        assert where.n_passed == 0
    told = outcome[made.inside <= where.stage]
    assert where.n_correct <= where.n_answered <= where.n_closed <= told.size


@given(nested())
def test_it_ends_with_the_answer_that_decides_it_and_as_all_answers_would(case):
    made, outcome = case
    where = standing(made, outcome)
    places = np.flatnonzero(outcome == OPEN)
    ends = set()
    for each in itertools.product((WRONG, RIGHT, VOID), repeat=places.size):
        closed = outcome.copy()
        closed[places] = each
        ends.add(standing(made, closed).n_passed)
    if where.state == "asking":
        # At least this region may still pass or not.
        assert {end > where.stage for end in ends} == {False, True}
    else:
        assert ends == {where.n_passed}


def test_too_many_wrong_draws_end_it_before_all_are_answered():
    made = promise([Region(50, 4, 1)], [0, 0, 0, 0])
    where = standing(made, np.array([WRONG, VOID, OPEN, OPEN], np.int8))
    assert (where.state, where.open.size, where.n_answered, where.n_closed) == ("failed", 0, 1, 2)
    waiting = standing(made, np.array([WRONG, RIGHT, RIGHT, OPEN], np.int8))
    assert (waiting.state, waiting.open.tolist()) == ("asking", [103])
    over = standing(made, np.array([RIGHT, RIGHT, RIGHT, OPEN], np.int8))
    assert (over.state, over.open.size, over.n_closed) == ("passed", 0, 3)


def test_a_region_that_is_sure_to_pass_hands_its_open_draws_to_the_next():
    # Two draws inside, two around them; their numbers alternate.
    made = promise([Region(20, 2, 1), Region(40, 4, 1)], [1, 0, 1, 0])
    where = standing(made, np.array([OPEN, RIGHT, OPEN, OPEN], np.int8))
    assert (where.state, where.n_passed, where.stage, where.open.tolist()) == ("asking", 1, 1, [103, 100, 102])


def test_the_first_blind_answer_counts_and_only_that():
    rows = np.array([3, 4, 5, 6, 7])
    first = {3: "a", 4: "b", 7: "a"}
    found = judge(rows, ["a", "a", "a", "a", None], first, np.array([True, True, True, False, True]))
    assert found.tolist() == [RIGHT, WRONG, VOID, OPEN, WRONG]


def test_draws_wait_for_the_first_that_is_open():
    np.testing.assert_array_equal(
        scores_so_far(np.array([RIGHT, VOID, WRONG, OPEN, RIGHT], np.int8)), [1.0, np.nan, 0.0]
    )
    assert scores_so_far(np.empty(0, np.int8)).size == 0


@pytest.mark.parametrize("allowed", [-1, 0, 3])
def test_the_first_region_says_how_many_must_be_right(allowed):
    assert promise([Region(20, 5, allowed)], [0] * 5).n_needed == 5 - allowed
