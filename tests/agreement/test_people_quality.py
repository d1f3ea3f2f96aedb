"""How good each person's answers are: by hand and by brute force, and when nobody is ranked."""

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import binomtest

from querist.agreement import compare, quality
from querist.agreement.overlap import as_ratings, overlap_of
from querist.agreement.people import _credits

tables = arrays(np.int64, st.tuples(st.integers(1, 12), st.integers(2, 5)), elements=st.integers(-1, 2))


def people(rng, accuracies, n_rows=200, n_classes=3, gaps=0.0):
    truth = rng.integers(0, n_classes, (n_rows, 1))
    wrong = (truth + rng.integers(1, n_classes, (n_rows, len(accuracies)))) % n_classes
    said = np.where(rng.random((n_rows, len(accuracies))) < accuracies, truth, wrong)
    return np.where(rng.random(said.shape) < gaps, -1, said), truth[:, 0]


@given(tables)
@settings(max_examples=80, deadline=None)
def test_the_answer_of_most_others_by_brute_force(table):
    shared = overlap_of(as_ratings(table, 3), 3)
    credit, known = _credits(shared, np.full(shared.n_rows, -1))
    assert np.isnan(known).all()
    for row, person, said, mine in zip(shared.row, shared.person, shared.said, credit, strict=True):
        others = Counter(np.delete(table[shared.rows[row]], person).tolist())
        del others[-1]
        first = [number for number, n in others.items() if n == max(others.values())]
        assert mine == pytest.approx(1 / len(first) if said in first else 0)


def test_decisions_count_for_more_than_the_others():
    table = np.tile([0, 1, 1], (40, 1))
    found = quality(table, n_classes=2, decided=[0] * 30 + [-1] * 10)
    values = {each.person: each.with_others.value for each in found.people}
    # The first is right where it was decided, and alone elsewhere.
    assert values == pytest.approx({0: 30 / 40, 1: 10 / 40 * 0.5, 2: 10 / 40 * 0.5})
    decisions = {each.person: each.with_decisions.value for each in found.people}
    assert decisions == {0: 1.0, 1: 0.0, 2: 0.0}
    assert "not of all" in found.people[0].with_decisions.note
    assert found.ranked
    assert [each.person for each in found.people] == [0, 1, 2]


def test_nobody_is_ranked_from_fewer_than_thirty_rows(rng):
    table, _ = people(rng, [0.99, 0.6, 0.3], n_rows=29)
    found = quality(table, n_classes=3, names=["Zoe", "anna", "Bob"])
    assert not found.ranked
    assert found.reason.startswith("3 people have fewer than 30 rows in common with others")
    assert [each.person for each in found.people] == [1, 2, 0]
    assert all(each.rank_low is each.rank_high is None for each in found.people)


def test_one_person_with_too_few_rows_is_enough_to_rank_nobody(rng):
    table, _ = people(rng, [0.99, 0.6, 0.3], n_rows=100)
    assert quality(table, n_classes=3).ranked
    table[29:, 1] = -1
    found = quality(table, n_classes=3)
    assert not found.ranked
    assert found.reason.startswith("One person has fewer than 30 rows")
    assert [each.person for each in found.people] == [0, 1, 2]


def test_who_shares_no_row_comes_last_and_hinders_nobody(rng):
    table, _ = people(rng, [0.0, 0.99, 0.5, 0.9], n_rows=100)
    table[:, 0] = -1
    found = quality(table, n_classes=3)
    assert found.ranked
    assert [each.person for each in found.people] == [1, 3, 2, 0]
    assert found.people[-1].n_rows == 0
    assert found.people[-1].rank_low is None
    assert found.people[-1].with_others.note == "Needs 10 rows that this person and somebody else answered."


def test_two_people_without_decisions_cannot_be_told_apart(rng):
    table, truth = people(rng, [0.95, 0.6])
    found = quality(table, n_classes=3)
    assert found.reason == "Nothing tells these people apart: no third people, and no decisions."
    assert found.people[0].with_others.value == found.people[1].with_others.value
    decided = np.where(table[:, 0] != table[:, 1], truth, -1)
    found = quality(table, n_classes=3, decided=decided)
    assert found.ranked
    assert [(each.person, each.rank_low, each.rank_high) for each in found.people] == [(0, 1, 1), (1, 2, 2)]


def test_people_who_are_alike_share_all_places(rng):
    table, _ = people(rng, [0.8] * 4)
    found = quality(table, n_classes=3)
    assert found.ranked
    assert {(each.rank_low, each.rank_high) for each in found.people} == {(1, 4)}


def test_nobody_at_all():
    found = quality(np.empty((0, 2), np.int64), n_classes=2)
    assert found.reason == "There are no two people who have answered the same row."
    assert [each.n_rows for each in found.people] == [0, 0]
    assert quality(np.empty((3, 0), np.int64), n_classes=2).people == ()


def test_a_comparison_by_hand():
    table = [[0, 1, 0]] * 12 + [[0, 1, 1]] * 3 + [[0, 1, -1]] * 4 + [[1, 1, -1]] * 21
    found = compare(table, 0, 1, n_classes=2)
    assert (found.n_rows, found.one_right, found.other_right, found.n_open) == (36, 12, 3, 4)
    assert found.p_value == pytest.approx(binomtest(3, 15).pvalue)
    assert found.difference.value == pytest.approx(9 / 36)
    assert found.difference.low < 9 / 36 < found.difference.high


@given(tables, st.data())
@settings(max_examples=60, deadline=None)
def test_comparisons_by_brute_force(table, data):
    decided = data.draw(arrays(np.int64, table.shape[0], elements=st.integers(-1, 2)))
    for one, other in itertools.combinations(range(table.shape[1]), 2):
        right = [0, 0, 0]
        for row, truth in zip(table.tolist(), decided.tolist(), strict=True):
            if -1 in (row[one], row[other]) or row[one] == row[other]:
                continue
            others = Counter(said for place, said in enumerate(row) if place not in (one, other) and said >= 0)
            first = [said for said, n in others.items() if n == max(others.values())]
            judge = truth if truth >= 0 else (first[0] if len(first) == 1 else None)
            if judge is None:
                right[2] += 1
            else:
                right[0] += row[one] == judge
                right[1] += row[other] == judge
        found = compare(table, one, other, n_classes=3, decided=decided)
        assert [found.one_right, found.other_right, found.n_open] == right
        if sum(right[:2]):
            assert found.p_value == pytest.approx(binomtest(right[0], sum(right[:2])).pvalue)
        else:
            assert found.p_value is None


def test_turned_round_a_comparison_is_the_same(rng):
    table, _ = people(rng, [0.9, 0.6, 0.7])
    one, other = (compare(table, *pair, n_classes=3) for pair in ((0, 1), (1, 0)))
    assert (one.one, one.other, one.one_right, one.p_value) == (
        other.other,
        other.one,
        other.other_right,
        other.p_value,
    )
    assert one.difference.value == -other.difference.value
    assert one.difference.low == -other.difference.high


def test_people_without_a_row_in_common_are_not_compared():
    found = compare([[0, 0, -1], [-1, 0, 0]], 0, 2, n_classes=1)
    assert (found.n_rows, found.n_open, found.p_value) == (0, 0, None)
    assert found.difference.value is None


def test_places_are_right_for_all_people_together(rng):
    """Of equally good people, hardly ever is one put before another: at most 5 in 100 rankings, all pairs counted."""
    wrong = 0
    for _ in range(100):
        table, truth = people(rng, [0.85] * 5, n_rows=60)
        found = quality(table, n_classes=3, decided=truth)
        wrong += any((each.rank_low, each.rank_high) != (1, 5) for each in found.people)
    assert wrong <= 5 + 4 * np.sqrt(100 * 0.05 * 0.95)


def test_places_tell_people_apart_who_differ(rng):
    table, truth = people(rng, [0.98, 0.5, 0.97], n_rows=150)
    found = quality(table, n_classes=3, decided=truth)
    assert {each.person: (each.rank_low, each.rank_high) for each in found.people} == {0: (1, 2), 2: (1, 2), 1: (3, 3)}


def test_intervals_of_quality_cover(rng):
    held = []
    for _ in range(200):
        table, truth = people(rng, [0.9, 0.8], n_rows=50)
        found = quality(table, n_classes=3, decided=truth)
        held += [each.with_others.low <= (0.9, 0.8)[each.person] <= each.with_others.high for each in found.people]
    assert np.mean(held) > 0.95 - 4 * np.sqrt(0.95 * 0.05 / len(held))
