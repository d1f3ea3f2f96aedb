"""Projects that ask for a number: what the log keeps, and where the board stands."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.exceptions import InvalidParameterError
from querist.labelling.log.audit_answers import audit_moment, scored
from querist.labelling.log.board import Board
from querist.labelling.log.classes import added
from querist.labelling.log.deeds import Adjudicated, Answered, Changed, Skipped
from querist.labelling.log.effects import effect_of_acts
from querist.labelling.log.events import ClassesChanged, RowsAdded, Undone, event, payload_of
from querist.labelling.log.numbers import MOST, NumberAsked, number_in_words, refuse_classes
from querist.labelling.log.ranking import Ranking
from querist.labelling.log.settings import Settings

NUMBERS = st.floats(-1e14, 1e14, allow_nan=False)


def board_of(*told, n_rows=6):
    board = Board.of([event(RowsAdded(n_rows=n_rows), at=0.0), begun()])
    for each in told:
        board.apply(each)
    return board


def begun():
    return event(ClassesChanged(version=1, classes=added(["weight"])), at=0.0)


def said(row, number, annotator=1, kind=Answered, **more):
    return event(kind(class_id=0, number=number, **more), at=1.0, annotator=annotator, row=row)


@given(NUMBERS)
def test_the_log_keeps_a_number_to_the_last_bit(number):
    made = said(2, number)
    data = json.loads(json.dumps(made.data))
    assert payload_of(event(Answered.from_data(data), at=0.0, row=2)).number == number
    board = board_of(made)
    assert board.numbers[2] == number
    assert (board.labels[2], board.n_labelled) == (0, 1)
    assert np.isnan(np.delete(board.numbers, 2)).all()


@given(st.lists(NUMBERS, min_size=1, max_size=7))
def test_of_several_answers_the_median_counts(numbers):
    board = board_of(*(said(0, number, annotator) for annotator, number in enumerate(numbers)))
    ordered, middle = sorted(numbers), len(numbers) // 2
    expected = ordered[middle] if len(numbers) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    assert board.numbers[0] == expected
    assert board.n_opinions[0] == len(numbers)


def test_a_change_a_skip_and_an_undo():
    board = board_of(said(1, 3.5))
    board.apply(said(1, 4.25, kind=Changed))
    assert board.numbers[1] == 4.25
    skip = event(Skipped(), at=2.0, annotator=1, row=1)
    board.apply(skip)
    assert math.isnan(board.numbers[1])
    assert board.status(1) == "skipped"
    board.apply(event(Undone(target=skip.uuid), at=3.0, annotator=1))
    assert board.numbers[1] == 4.25
    assert board.status(1) == "labelled"


def test_a_row_that_nobody_can_tell_has_no_number():
    board = board_of(said(1, 3.5, 1), said(1, 9.0, 2))
    board.apply(event(Adjudicated(class_id=None), at=2.0, annotator=3, row=1))
    assert math.isnan(board.numbers[1])


def test_what_taking_back_would_do_counts_another_number_as_a_change():
    board = board_of(said(1, 3.5), said(1, 4.5, kind=Changed), said(2, 1.0))
    last = [act for act in board.acts() if act.value in (4.5, 1.0)]
    told = effect_of_acts(board, last)
    assert (told.n_changed, told.n_lost, told.n_rows) == (1, 1, 2)


def test_the_log_of_a_project_with_classes_is_what_it_was():
    assert event(Answered(class_id=1), at=0.0, row=0).data == {"class_id": 1}
    assert "number" not in Settings("text").to_dict() or Settings("text").number_asked is None
    old = {name: value for name, value in Settings("text").to_dict().items() if name not in _NEW}
    assert Settings.from_dict(old).number_asked is None


_NEW = ("number", "unit", "lowest", "highest")


def test_the_audit_knows_the_first_number_of_a_row_and_scores_no_class():
    board = board_of(said(3, 7.0, guess_number=6.0, how="audit"), said(3, 9.0, kind=Changed), said(0, 1.5))
    taken = audit_moment(board, np.array([3, 0, 1, 2, 4, 5]))
    assert taken.numbers == {3: 7.0, 0: 1.5}
    assert scored(board) == []


def test_a_ranking_with_numbers_survives_its_bytes():
    n_rows = 5
    plain = Ranking(
        np.arange(3, dtype=np.int32),
        np.full(n_rows, -1, np.int16),
        np.full(n_rows, np.nan, np.float32),
        np.linspace(0, 1, n_rows, dtype=np.float32),
    )
    numbers = np.array([0.1, -2.5, np.nan, 1e14, 1 / 3])
    kept = Ranking.from_bytes(Ranking(**{**vars(plain), "number": numbers}).to_bytes())
    assert np.array_equal(kept.number, numbers, equal_nan=True)
    assert (kept.guessed_number(1), kept.guessed_number(2), kept.guessed_number(9)) == (-2.5, None, None)
    # Rankings of classes are written as before.
    assert Ranking.from_bytes(plain.to_bytes()).number is None
    assert plain.to_bytes().startswith(b"querist ranking 1\n")


@pytest.mark.parametrize(
    ("value", "told"),
    [(-0.5, "below 0 kg"), (100.5, "above 100 kg"), (math.nan, "must be a number"), (MOST, "must be a number")],
)
def test_numbers_that_are_no_answer(value, told):
    asked = NumberAsked("weight", "kg", 0.0, 100.0)
    assert told in asked.why_not(value)
    assert asked.why_not(0.0) == asked.why_not(100.0) == ""
    assert NumberAsked("x", "", None, None).why_not(-1e14) == ""


@given(NUMBERS)
def test_in_words_a_number_is_itself(number):
    assert float(number_in_words(number)) == number


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"unit": "kg"}, "those of a number"),
        ({"lowest": 0.0}, "those of a number"),
        ({"number": "weight", "lowest": 3.0, "highest": 3.0}, "below the highest"),
        ({"number": "weight", "goal": "screening:relevant=0"}, "no goal"),
    ],
)
def test_settings_that_contradict_each_other(settings, told):
    with pytest.raises(InvalidParameterError, match=told):
        Settings("table", **settings)


def test_settings_of_a_number_survive_and_choose_regressors():
    settings = Settings("table", number="weight", unit="kg", lowest=0, highest=1e3)
    kept = Settings.from_dict(json.loads(json.dumps(settings.to_dict())))
    assert kept.number_asked == NumberAsked("weight", "kg", 0, 1e3)
    assert (kept.strategy_in_use, kept.estimator_in_use) == ("igs", "random_forest_regressor")
    assert Settings("text", number="x").estimator_in_use == "ridge"


def test_what_is_of_classes_is_refused_in_words():
    refuse_classes(None, "Certificates")
    with pytest.raises(InvalidParameterError, match=r"Certificates are for projects that ask for classes.*\(weight\)"):
        refuse_classes(NumberAsked("weight", "", None, None), "Certificates")
