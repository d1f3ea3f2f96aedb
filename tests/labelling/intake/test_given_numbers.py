"""Numbers that data has already, in a project that asks for one."""

import pytest

from querist.exceptions import DataError
from querist.labelling.intake.add import add_file
from querist.labelling.intake.create import import_rows
from querist.labelling.intake.guess import guess_plan
from querist.labelling.log.board import Board
from querist.labelling.log.numbers import NumberAsked
from querist.labelling.log.settings import Settings
from querist.store.store import Store

ASKED = NumberAsked("weight", "kg", 0.0, 100.0)


def written(path, *lines, head="id,size,weight"):
    path.write_text("\n".join([head, *lines, ""]))
    return path


def board_of(location):
    with Store.open(location, read_only=True) as store:
        return Board.of(store.events()), Settings.from_dict(store.info.settings)


def test_a_column_that_is_partly_filled(tmp_path):
    data = written(tmp_path / "a.csv", "a,1,12.5", "b,2,", "c,3,99.25", "d,4,")
    plan = guess_plan(data, number=ASKED)
    assert (plan.label_column, plan.columns, plan.feature_columns) == ("weight", ("size",), ("size",))
    assert any("2 numbers already given (12.5 kg to 99.25 kg)" in note for note in plan.notes)
    import_rows(plan, tmp_path / "a.querist")
    board, settings = board_of(tmp_path / "a.querist")
    assert settings.number_asked == ASKED
    assert board.numbers[[0, 2]].tolist() == [12.5, 99.25]
    assert (board.n_labelled, [each.name for each in board.classes]) == (2, ["weight"])
    assert board.given.tolist() == [True, False, True, False]


def test_decimal_commas_and_words_for_gaps(tmp_path):
    data = written(tmp_path / "a.csv", "a;1;12,5", "b;2;n/a", "c;3;0,25", head="id;size;weight")
    assert guess_plan(data, number=ASKED).given() == [12.5, None, 0.25]


def test_without_such_a_column_nothing_is_given(tmp_path):
    data = written(tmp_path / "a.csv", "a,1,x", "b,2,y", head="id,size,colour")
    plan = guess_plan(data, number=ASKED)
    assert (plan.label_column, plan.given()) == (None, [None, None])


def test_another_column_may_hold_them_or_none(tmp_path):
    data = written(tmp_path / "a.csv", "a,1,3", "b,2,4", head="id,size,grams")
    assert guess_plan(data, number=ASKED, label_column="grams").given() == [3.0, 4.0]
    left_out = guess_plan(written(tmp_path / "b.csv", "a,1,3", "b,2,4"), number=ASKED, existing_labels=False)
    assert (left_out.given(), left_out.columns) == ([None, None], ("size",))


@pytest.mark.parametrize(
    ("cell", "told"),
    [("heavy", "'heavy' is no number"), ("120", "120 kg is above 100 kg"), ("-1", "-1 kg is below 0 kg")],
)
def test_a_cell_that_is_no_answer_is_named(tmp_path, cell, told):
    data = written(tmp_path / "a.csv", "a,1,12.5", f"b,2,{cell}")
    with pytest.raises(DataError, match=rf"column 'weight', row 2: {told}"):
        guess_plan(data, number=ASKED)


def test_copies_share_a_number_and_different_ones_keep_them_apart(tmp_path):
    data = written(tmp_path / "a.csv", "a,1,5", "b,1,", "c,2,6", "d,2,7")
    import_rows(guess_plan(data, number=ASKED), tmp_path / "a.querist")
    board, _ = board_of(tmp_path / "a.querist")
    assert board.numbers.tolist() == [5.0, 5.0, 6.0, 7.0]
    assert board.copies.n_copies == 1


def test_rows_that_are_added_bring_their_numbers(tmp_path):
    import_rows(guess_plan(written(tmp_path / "a.csv", "a,1,5", "b,2,"), number=ASKED), tmp_path / "a.querist")
    more = written(tmp_path / "b.csv", "b,2,8", "c,3,9.5", "d,4,")
    added = add_file(tmp_path / "a.querist", more)
    assert (added.n_added, added.n_known) == (2, 1)
    assert any("1 rows that are already in the project" in note for note in added.notes)
    board, _ = board_of(tmp_path / "a.querist")
    assert board.numbers[[0, 2]].tolist() == [5.0, 9.5]
    assert board.n_labelled == 2
