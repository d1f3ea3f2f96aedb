"""What names in a file mean: classes as they are, were, look, or were rewritten."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.labelling.log.board import Board
from querist.labelling.log.class_names import ClassNames, is_reading_of, one_form
from querist.labelling.log.classes import add, added, change, merge, remove
from querist.labelling.log.events import ClassesChanged, event


def board_of(*lists):
    return Board.of(
        dataclasses.replace(event(ClassesChanged(version=n, classes=each, change={}), at=0.0), seq=n)
        for n, each in enumerate(lists, 1)
    )


def find(names, *given):
    return names.find(dict.fromkeys(given, 1))


def test_renamed_and_merged_classes_are_what_they_became():
    first = added(["spam", "ham", "other", "odd"])
    second = change(first, 0, name="junk")
    third = merge(second, 2, 1)
    fourth = remove(third, 3)
    found = find(ClassNames.of(board_of(first, second, third, fourth)), "spam", "junk", "other", "ham", "odd")
    assert found.names == {"spam": "junk", "junk": "junk", "other": "ham", "ham": "ham", "odd": "odd"}
    assert found.new == ("odd",)
    assert "'spam' taken for 'junk'" in found.notes[0]


def test_a_name_in_use_goes_before_a_former_one():
    first = added(["spam", "ham"])
    second = change(first, 0, name="junk")
    third = add(second, "spam")
    assert find(ClassNames.of(board_of(first, second, third)), "spam").names == {"spam": "spam"}


def test_a_former_name_of_two_classes_is_refused():
    first = added(["a", "b"])
    second = change(first, 0, name="x")
    third = change(second, 1, name="a")
    fourth = change(third, 1, name="y")
    found = find(ClassNames.of(board_of(first, second, third, fourth)), "a")
    assert found.names == {}
    assert "'x' or 'y'" in found.refused["a"]


@pytest.mark.parametrize(
    ("name", "class_name"),
    [
        ("TRUE", "true"),
        ("Spam", "spam"),
        ("very\u00a0good", "very good"),
        ("very  good\u200b", "very good"),
        ("cafe\u0301", "caf\u00e9"),
        ("1", "01"),
        ("02-Jan", "1-2"),
        ("2-Jan", "1/2"),
        ("5-Mar", "MARCH5"),
        ("Sep-02", "SEPT2"),
        ("2024-01-02", "1-2"),
        ("0.5", "50%"),
        ("1.00E+05", "1E5"),
        ("WAHR", "true"),
    ],
)
def test_a_name_that_was_rewritten_is_taken_for_the_class_and_told(name, class_name):
    found = find(ClassNames([class_name, "another"]), name)
    assert found.names == {name: class_name}
    assert found.new == ()
    assert len(found.notes) == 1


def test_what_may_be_two_classes_is_refused():
    assert "'Spam' or 'spam'" in find(ClassNames(["spam", "Spam"]), "SPAM").refused["SPAM"]
    assert find(ClassNames(["spam", "Spam"]), "Spam").names == {"Spam": "Spam"}
    assert "01-Jan" not in find(ClassNames(["1-2", "2-1"]), "02-Jan").names
    assert find(ClassNames(["01", "001"]), "1").refused


@pytest.mark.parametrize(
    ("label", "name"), [("01", "1"), ("2", "1"), ("may", "May5"), ("5-Mar", "mark5"), ("a", "b"), ("1", "one")]
)
def test_what_no_spreadsheet_writes(label, name):
    assert not is_reading_of(label, name)


def test_new_names_that_look_the_same_are_one():
    names, notes = one_form({"very good": 1, "very\u00a0good": 1, "x": 3, "X": 1})
    assert names == {"very good": "very good", "very\u00a0good": "very good", "x": "x", "X": "X"}
    assert len(notes) == 2
    assert "kept apart" in notes[1]


@given(st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=6, unique=True))
def test_every_name_is_known_new_or_refused(names):
    known = ClassNames(names[::2])
    found = find(known, *names)
    assert found.names.keys() | found.refused.keys() == set(names)
    assert all(found.names[name] == name for name in names[::2])
    assert set(found.new) <= set(found.names.values())
