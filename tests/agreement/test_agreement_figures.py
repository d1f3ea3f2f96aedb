"""Figures of agreement: by hand, by their laws, and where they do not exist."""

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from querist.agreement import agreement
from querist.agreement import figures as figures_module
from querist.agreement.coefficients import cohen, fleiss, krippendorff, row_agreement
from querist.agreement.intervals import beyond_chance, share_interval
from querist.agreement.overlap import as_ratings, overlap_of
from querist.audit import Estimate


def people(rng, n_rows, n_people, n_classes, right=0.8, gaps=0.0):
    truth = rng.integers(0, n_classes, (n_rows, 1))
    guesses = rng.integers(0, n_classes, (n_rows, n_people))
    said = np.where(rng.random((n_rows, n_people)) < right, truth, guesses)
    return np.where(rng.random((n_rows, n_people)) < gaps, -1, said)


tables = st.integers(2, 4).flatmap(
    lambda n_people: arrays(np.int64, st.tuples(st.integers(0, 40), st.just(n_people)), elements=st.integers(-1, 2))
)


def estimates(found):
    yield from (found.observed, found.cohen_kappa, found.fleiss_kappa, found.krippendorff_alpha)
    yield from (each.agreement for each in found.classes)
    for pair in found.pairs:
        yield from (pair.observed, pair.cohen_kappa)


def test_cohens_example_by_hand():
    """20 and 15 of 50 agreed on, 5 and 10 not: 0.7 observed, 0.5 by chance."""
    table = [[0, 0]] * 20 + [[0, 1]] * 5 + [[1, 0]] * 10 + [[1, 1]] * 15
    found = agreement(table, n_classes=2)
    assert found.observed.value == pytest.approx(0.7)
    assert found.cohen_kappa.value == pytest.approx(0.4)
    # Shares of all answers: 55 and 45 of 100.
    assert found.chance == pytest.approx(0.55**2 + 0.45**2)
    assert [each.agreement.value for each in found.classes] == pytest.approx([2 * 20 / 55, 2 * 15 / 45])
    assert [(each.one, each.other, each.n_rows, each.share) for each in found.confusions] == [(0, 1, 15, 1.0)]


def test_krippendorffs_example():
    """The nominal example of "Computing Krippendorff's alpha-reliability": four observers, gaps, 0.743."""
    text = """1 2 3 3 2 1 4 1 2 . . .
              1 2 3 3 2 2 4 1 2 5 . 3
              . 3 3 3 2 3 4 2 2 5 1 .
              1 2 3 3 2 4 4 1 2 5 1 ."""
    columns = [[-1 if said == "." else int(said) for said in line.split()] for line in text.splitlines()]
    counts = overlap_of(as_ratings(np.transpose(columns), 6), 6).counts
    assert krippendorff(counts).value == pytest.approx(0.743, abs=5e-4)
    # The same table in Gwet's handbook, observed agreement 0.818. His Fleiss' kappa of 0.761 takes the last row, to
    # which a single person answered, into the level of chance; ours does not.
    observed = row_agreement(counts, counts.sum(axis=1)).mean()
    assert observed == pytest.approx(0.81818, abs=5e-6)
    shares = counts / counts.sum(axis=1, keepdims=True)
    mine, his = (each.mean(axis=0) for each in (shares, np.vstack([shares, np.eye(6)[3]])))
    assert fleiss(counts).value == pytest.approx(1 - (1 - observed) / (1 - mine @ mine))
    assert 1 - (1 - observed) / (1 - his @ his) == pytest.approx(0.76117, abs=5e-6)


@given(tables)
@settings(max_examples=40, deadline=None)
def test_every_figure_exists_or_says_why_not(table):
    found = agreement(table, n_classes=3)
    for each in estimates(found):
        if each.value is None:
            assert each.low is None
            assert each.high is None
            assert each.note
        else:
            assert -1 <= each.low <= each.value <= each.high <= 1
            assert each.n >= 10
            assert each.unit == "rows"
    json.dumps(dataclasses.asdict(found), allow_nan=False)


@given(tables, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_order_and_names_do_not_matter(table, random):
    rows, columns, classes = ([*range(n)] for n in (*table.shape, 3))
    for each in (rows, columns, classes):
        random.shuffle(each)
    renamed = np.append(classes, -1)[table[rows][:, columns]]
    one, other = (overlap_of(as_ratings(each, 3), 3).counts for each in (table, renamed))
    if not one.size:
        return
    for make in (fleiss, krippendorff):
        a, b = make(one), make(other)
        assert a.observed == pytest.approx(b.observed)
        assert (a.value is None) == (b.value is None)
        assert a.value is None or a.value == pytest.approx(b.value)


@given(tables)
@settings(max_examples=40, deadline=None)
def test_rows_with_fewer_than_two_answers_count_for_nothing(table):
    shared = table[(table >= 0).sum(axis=1) >= 2]
    assert agreement(table, n_classes=3) == agreement(shared, n_classes=3)


def test_the_same_rows_give_the_same_interval(rng):
    table = people(rng, 60, 3, 3, gaps=0.2)
    assert agreement(table, n_classes=3) == agreement(table, n_classes=3)


def test_no_overlap():
    found = agreement([[0, -1], [-1, 1]] * 20, n_classes=2)
    assert (found.n_rows, found.n_answers, found.n_people, found.chance) == (0, 0, 0, None)
    assert found.observed.note == "Needs 10 rows with answers from two people."
    assert (found.classes, found.pairs, found.confusions) == ((), (), ())
    assert agreement(np.empty((0, 0), np.int64), n_classes=2).n_rows == 0


def test_one_row():
    found = agreement([[0, 1, 1]], n_classes=2)
    assert found.n_rows == 1
    assert all(each.value is None for each in estimates(found))
    assert found.chance == pytest.approx(1 / 9 + 4 / 9)


def test_one_class_only_leaves_the_share_and_tells_why_there_is_no_kappa():
    found = agreement(np.zeros((30, 2), np.int64), n_classes=2)
    assert found.observed.value == 1
    assert found.observed.low == pytest.approx(30 / (30 + 1.959964**2))  # Wilson
    assert found.chance == 1
    for each in (found.cohen_kappa, found.fleiss_kappa, found.krippendorff_alpha):
        assert each.value is None
        assert "Only one class was given" in each.note
        assert str(each).startswith(f"{each.quantity}: no figure from 30 rows. Only one class")


@pytest.mark.parametrize("n_rows", [10, 40, 400])
def test_perfect_agreement_is_not_certain(n_rows):
    table = np.repeat(np.arange(n_rows)[:, None] % 2, 3, axis=1)
    found = agreement(table, n_classes=2)
    for each in (found.fleiss_kappa, found.krippendorff_alpha, found.pairs[0].cohen_kappa):
        assert each.value == each.high == 1
        assert 1 - 12 / n_rows < each.low < 1 - 1 / n_rows


def test_a_rare_class_makes_perfect_agreement_say_little():
    table = np.repeat((np.arange(40) == 0).astype(np.int64)[:, None], 2, axis=1)
    assert agreement(table, n_classes=2).cohen_kappa.low < 0.5


def test_nobody_agrees():
    found = agreement([[0, 1]] * 20, n_classes=2)
    assert found.observed.value == 0
    assert found.cohen_kappa.value == 0  # both always say the same: chance agrees never, too
    assert found.fleiss_kappa.value == pytest.approx(-1)
    assert found.fleiss_kappa.low >= -1


def test_of_more_than_two_people_cohens_kappa_is_told_by_pairs(rng):
    table = people(rng, 50, 3, 2)
    found = agreement(table, n_classes=2)
    assert found.cohen_kappa.value is None
    assert "3 answered" in found.cohen_kappa.note
    assert [(each.one, each.other, each.n_rows) for each in found.pairs] == [(0, 1, 50), (0, 2, 50), (1, 2, 50)]
    assert found.pairs[1].cohen_kappa == agreement(table[:, [0, 2]], n_classes=2).cohen_kappa


def test_two_people_of_many_columns(rng):
    table = np.full((40, 4), -1)
    table[:, [1, 3]] = people(rng, 40, 2, 2)
    found = agreement(table, n_classes=2)
    assert found.n_people == 2
    assert (found.pairs[0].one, found.pairs[0].other) == (1, 3)
    assert found.cohen_kappa == found.pairs[0].cohen_kappa


def test_a_class_that_few_gave_has_no_figure():
    found = agreement([[0, 0]] * 40 + [[0, 1]] * 5, n_classes=3)
    assert [each.class_id for each in found.classes] == [0, 1]
    assert found.classes[1].share == pytest.approx(5 / 90)
    assert found.classes[1].agreement.value is None
    assert found.classes[1].agreement.note == "Needs 10 rows to which somebody gave the class."


def test_confusions_count_rows_and_pairs():
    found = agreement([[0, 1, 1], [1, 0, 0], [2, 0, 1], [2, 2, 2]], n_classes=3)
    told = [(each.one, each.other, each.n_rows, each.n_pairs) for each in found.confusions]
    assert told == [(0, 1, 3, 5), (0, 2, 1, 1), (1, 2, 1, 1)]
    assert sum(each.share for each in found.confusions) == pytest.approx(1)


def test_specific_agreement_is_the_chance_that_another_person_says_the_same(rng):
    table = people(rng, 60, 4, 3, gaps=0.3)
    shared = table[(table >= 0).sum(axis=1) >= 2]
    for each in agreement(table, n_classes=3).classes:
        drawn = agreed = 0.0
        for row in shared:
            said = row[row >= 0]
            for place, one in enumerate(said):
                if one == each.class_id:
                    others = np.delete(said, place)
                    drawn += 1 / said.size
                    agreed += np.mean(others == one) / said.size
        assert each.agreement.value == pytest.approx(agreed / drawn)


def test_of_the_whole_pool_nothing_is_uncertain(rng):
    table = people(rng, 50, 2, 3)
    found = agreement(table, n_classes=3, population=50)
    for each in (found.observed, found.cohen_kappa, found.fleiss_kappa, found.krippendorff_alpha):
        assert each.low == each.value == each.high


def test_the_larger_the_share_of_the_pool_the_narrower(rng):
    table = people(rng, 60, 3, 3)
    for name in ("observed", "fleiss_kappa", "krippendorff_alpha"):
        widths = [
            getattr(agreement(table, n_classes=3, population=size), name).half_width for size in (61, 80, 200, None)
        ]
        assert widths == sorted(widths)
        assert widths[0] < widths[-1] / 3


def test_the_delta_method_says_nearly_the_same_where_there_are_many_rows(rng, monkeypatch):
    table = people(rng, 1500, 3, 4, gaps=0.3)
    counts = overlap_of(as_ratings(table, 4), 4).counts
    for found in (fleiss(counts), krippendorff(counts), cohen(table[:, 0] % 4, table[:, 1] % 4, 4)):
        drawn = beyond_chance(found, "kappa", 0.95, 0.0)
        monkeypatch.setattr("querist.agreement.intervals.MOST_KINDS", 0)
        derived = beyond_chance(found, "kappa", 0.95, 0.0)
        monkeypatch.undo()
        assert derived.method != drawn.method
        for end in ("low", "high"):
            assert getattr(derived, end) == pytest.approx(getattr(drawn, end), abs=0.15 * drawn.half_width)


def test_pseudo_values_are_derivatives(rng):
    """One more row of a kind moves the coefficient as its pseudo-value says."""
    table = people(rng, 400, 3, 3, gaps=0.3)
    counts = overlap_of(as_ratings(table, 3), 3).counts
    for found in (fleiss(counts), krippendorff(counts)):
        n = found.n_rows
        values = found.pseudo_values()
        assert values.mean() == pytest.approx(found.observed)
        starts = np.cumsum(found.repeats).astype(int) - 1
        for kind in range(found.repeats.size):
            step = np.zeros(found.repeats.size)
            step[kind] = 1e-4
            weights = (found.repeats + step) * found.weight
            observed, chance = found.means(weights)
            moved = 1 - (1 - observed) / (1 - chance) - found.value
            expected = (values[starts[kind]] - found.observed) / (1 - found.chance) / n
            assert moved / 1e-4 == pytest.approx(expected, rel=2e-2, abs=1e-6)


def test_very_many_kinds_of_rows_are_told_by_the_delta_method(rng):
    table = people(rng, 600, 3, 30, right=0.3)
    assert agreement(table, n_classes=30).fleiss_kappa.method.startswith("delta method")


def test_an_estimate_tells_rows(rng):
    found = agreement(people(rng, 30, 2, 2), n_classes=2)
    assert "from 30 rows" in str(found.observed)
    assert isinstance(found.observed, Estimate)
    assert "%" not in str(found.cohen_kappa).partition(",")[0]


def test_share_of_a_finite_pool_never_excludes_the_value():
    assert share_interval(1.0, np.ones(20), 0.95, 0.9)[1] == 1.0
    assert share_interval(0.0, np.zeros(20), 0.95, 0.9)[0] == 0.0


def test_specific_agreement_of_a_class_nobody_gave_is_empty():
    assert figures_module.specific(np.array([[2.0, 0.0]]), np.array([2.0]), 1).size == 0
