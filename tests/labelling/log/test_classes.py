"""The class list: names, keys, merges, removals."""

import pytest

from querist.exceptions import InvalidParameterError
from querist.labelling.log.classes import (
    ClassInfo,
    active,
    add,
    added,
    change,
    merge,
    remove,
    reorder,
    resolution,
)


def names(classes):
    return [each.name for each in active(classes)]


def test_ids_are_never_used_again_and_colours_differ():
    classes = remove(added(["a", "b", "c"]), 2)
    classes = add(classes, "d")
    assert [each.id for each in active(classes)] == [0, 1, 3]
    assert len({each.colour for each in active(classes)}) == 3


def test_a_removed_name_may_come_back_as_another_class():
    classes = add(remove(added(["a", "b"]), 0), "a")
    assert [(each.id, each.name) for each in active(classes)] == [(1, "b"), (2, "a")]


def test_answers_of_merged_classes_count_for_the_last_target():
    classes = merge(merge(added(["a", "b", "c"]), 0, 1), 1, 2)
    assert resolution(classes) == {0: 2, 1: 2, 2: 2}
    assert resolution(remove(classes, 2)) == {0: -1, 1: -1, 2: -1}


def test_reorder_moves_buttons_and_nothing_else():
    classes = reorder(remove(added(["a", "b", "c"]), 1), [2, 0])
    assert names(classes) == ["c", "a"]
    assert {each.id for each in classes} == {0, 1, 2}


def test_change_renames_and_keeps_the_rest():
    classes = change(added(["a", "b"]), 0, name=" x ", key="Q", examples=["one"])
    assert classes[0] == ClassInfo(0, "x", classes[0].colour, key="q", examples=("one",))
    assert change(classes, 0, key=None)[0].key is None
    assert ClassInfo.from_dict(classes[0].to_dict()) == classes[0]


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (lambda each: add(each, "a"), "already"),
        (lambda each: add(each, "  "), "needs a name"),
        (lambda each: add(each, "x" * 201), "at most 200"),
        (lambda each: change(each, 1, name="a"), "already"),
        (lambda each: change(each, 1, key="f"), "other than F"),
        (lambda each: change(each, 1, key="?"), "letter or digit"),
        (lambda each: change(change(each, 0, key="x"), 1, key="x"), "belongs to class 'a'"),
        (lambda each: change(each, 9, name="z"), "no class with id 9"),
        (lambda each: merge(each, 0, 0), "into itself"),
        (lambda each: merge(each, 0, 7), "no class with id 7"),
        (lambda each: remove(remove(each, 0), 0), "no class with id 0"),
        (lambda each: reorder(each, [0]), "once"),
        (lambda each: reorder(each, [0, 0, 1]), "once"),
    ],
)
def test_refusals_say_why(act, told):
    with pytest.raises(InvalidParameterError, match=told):
        act(added(["a", "b"]))
