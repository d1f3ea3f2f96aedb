"""Changes of the classes, taken back: as if they had not been made, where that means something."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.exceptions import InvalidParameterError
from querist.labelling.log import classes as lists
from querist.labelling.log.board import Board
from querist.labelling.log.events import ClassesChanged, RowsAdded, event

NAMES = "abcd"
START = lists.added(["a", "b", "c"])


class Project:
    """A board whose classes are changed as the server does it."""

    def __init__(self, start=START):
        self.board = Board()
        self.events = []
        self._log(RowsAdded(n_rows=3))
        self._classes(start, {"op": "import"})

    def _log(self, payload):
        row = event(payload, at=float(len(self.events)), annotator=1)
        self.events.append(row)
        self.board.apply(row)

    def _classes(self, classes, told):
        self._log(ClassesChanged(version=self.board.class_version + 1, classes=classes, change=told))

    @property
    def classes(self):
        return self.board.classes

    def do(self, op, *values, **more):
        """Change the classes; return the version."""
        changed = getattr(lists, op)(self.classes, *values, **more)
        if changed != self.classes:
            self._classes(changed, {"op": op})
        return self.board.class_version

    def undo(self, version, **more):
        self._classes(*self.board.class_history.without(self.classes, version, **more))
        return self.board.class_version

    def named(self):
        return {each.name: each.id for each in lists.active(self.classes)}


class UndefinedError(Exception):
    pass


def replayed(steps, ended):
    """Make every change again but those that ended, the plain way; return what each class is."""
    known = {each.id: {"name": each.name, "colour": each.colour, "state": ("active", None)} for each in START}
    for version, (op, *values) in steps:
        if version in ended or op == "undo":
            continue
        if op == "add":
            number, name, colour = values
            known[number] = {"name": name, "colour": colour, "state": ("active", None)}
            continue
        for class_id in values[: 2 if op == "merge" else 1]:
            if known.get(class_id, {"state": "gone"})["state"] != ("active", None):
                raise UndefinedError
        if op == "merge":
            known[values[0]]["state"] = ("merged", values[1])
        elif op == "remove":
            known[values[0]]["state"] = ("removed", None)
        else:
            known[values[0]] |= values[1]
    names = [each["name"] for each in known.values() if each["state"] == ("active", None)]
    if len(set(names)) < len(names):
        raise UndefinedError
    return known


def ended_by(steps):
    ended = set()
    for version, (op, *values) in reversed(steps):
        if op == "undo" and version not in ended:
            ended.add(values[0])
    return ended


def seen(project, ids):
    return {
        each.id: {"name": each.name, "colour": each.colour, "state": (each.state, each.merged_into)}
        for each in project.classes
        if each.id in ids
    }


ids = st.integers(0, 4)
step = st.one_of(
    st.tuples(st.just("add"), st.sampled_from(NAMES)),
    st.tuples(st.just("name"), ids, st.sampled_from(NAMES)),
    st.tuples(st.just("colour"), ids, st.sampled_from(["#000000", "#111111"])),
    st.tuples(st.just("merge"), ids, ids),
    st.tuples(st.just("remove"), ids),
    st.tuples(st.just("reorder"), st.randoms(use_true_random=False)),
    st.tuples(st.just("undo"), st.integers(1, 20)),
    st.tuples(st.just("undo"), st.integers(1, 20)),
)


def took_back(project, steps, version):
    """Undo, and see to it that what is refused is what means nothing."""
    before, now = project.classes, (project.board.class_version + 1, ("undo", version))
    try:
        project.undo(version)
    except InvalidParameterError:
        assert project.classes is before
        try:
            as_if = replayed(steps, ended_by([*steps, now]))
        except UndefinedError:
            return
        # It was over, or it makes no difference.
        assert version == 1 or version in ended_by(steps) or seen(project, as_if) == as_if
    else:
        steps.append(now)


def changed(project, steps, op, *values):
    before = project.board.class_version
    try:
        if op == "reorder":
            order = [each.id for each in lists.active(project.classes)]
            values[0].shuffle(order)
            project.do("reorder", order)
            return
        if op in ("name", "colour"):
            op, values = "change", (values[0], {op: values[1]})
            version = project.do("change", values[0], **values[1])
        else:
            version = project.do(op, *values)
    except InvalidParameterError:
        return
    if op == "add":
        made = max(project.classes, key=lambda each: each.id)
        values = (made.id, made.name, made.colour)
    if version > before:
        steps.append((version, (op, *values)))


@given(st.lists(step, max_size=20))
def test_a_change_that_is_taken_back_might_as_well_not_have_been_made(wanted):
    project, steps = Project(), []
    for op, *values in wanted:
        if op == "undo":
            took_back(project, steps, values[0] % project.board.class_version + 1)
        else:
            changed(project, steps, op, *values)
        as_if = replayed(steps, ended_by(steps))
        assert seen(project, as_if) == as_if
        # What never was is not there.
        assert all(each.state == "removed" for each in project.classes if each.id not in as_if)
        keys = [each.key for each in lists.active(project.classes) if each.key]
        assert len(set(keys)) == len(keys)
    again = Board.of(project.events)
    assert again.classes == project.classes
    assert [vars_of(each) for each in again.class_history.changes] == [
        vars_of(each) for each in project.board.class_history.changes
    ]


def vars_of(change):
    return {name: getattr(change, name) for name in change.__slots__}


def test_the_first_of_two_merges_in_a_row():
    project = Project()
    first = project.do("merge", 0, 1)
    second = project.do("merge", 1, 2)
    assert project.board.label_of(0) == 2
    undone = project.undo(first)
    assert (project.board.label_of(0), project.board.label_of(1)) == (0, 2)
    project.undo(undone)
    assert project.board.label_of(0) == 2
    project.undo(second)
    assert (project.board.label_of(0), project.board.label_of(1)) == (1, 1)


def test_a_name_that_was_taken_meanwhile():
    project = Project()
    merged = project.do("merge", 0, 1)
    project.do("change", 1, name="a")
    with pytest.raises(InvalidParameterError, match=r"two classes 'a'. Rename the one that is there, or give a name"):
        project.undo(merged)
    project.undo(merged, name=" a again ")
    assert project.named() == {"a again": 0, "a": 1, "c": 2}


def test_a_change_that_a_later_one_needs():
    project = Project()
    added = project.do("add", "d")
    merged = project.do("merge", 0, 3)
    with pytest.raises(InvalidParameterError, match=r"needs this one: 'a' merged into 'd'. Take that back first"):
        project.undo(added)
    project.undo(merged)
    project.undo(added)
    assert project.named() == {"a": 0, "b": 1, "c": 2}


def test_later_changes_of_the_same_field_stay():
    project = Project()
    first = project.do("change", 0, name="x", colour="#111111")
    project.do("change", 0, name="y")
    project.undo(first)
    assert (project.classes[0].name, project.classes[0].colour) == ("y", START[0].colour)


def test_a_key_that_another_class_has_by_now_stays_there():
    project = Project()
    project.do("change", 0, key="x")
    removed = project.do("remove", 0)
    project.do("change", 1, key="x")
    project.undo(removed)
    assert [each.key for each in project.classes] == [None, "x", None]


def test_the_order_of_before():
    project = Project()
    moved = project.do("reorder", [2, 1, 0])
    project.do("add", "d")
    project.undo(moved)
    assert list(project.named()) == ["a", "b", "c", "d"]


def test_what_cannot_be_taken_back_says_why():
    project = Project()
    removed = project.do("remove", 0)
    project.undo(removed)
    for version, told in [(1, "began with these"), (removed, "taken back already"), (99, "no change 99")]:
        with pytest.raises(InvalidParameterError, match=told):
            project.undo(version)


def test_the_first_class_of_a_project_that_began_with_none():
    project = Project(start=())
    added = project.do("add", "x")
    project.undo(added)
    assert project.named() == {}


def test_changes_in_words():
    project = Project()
    project.do("merge", 0, 1)
    project.do("change", 1, name="bee")
    project.do("change", 1, colour="#000000")
    removed = project.do("remove", 2)
    project.undo(removed)
    history = project.board.class_history
    assert [history.in_words(each) for each in history.changes[1:]] == [
        "'a' merged into 'b'",
        "'b' renamed to 'bee'",
        "colour of 'bee' changed",
        "'c' removed",
        "taken back: 'c' removed",
    ]


def test_by_what_a_class_went():
    project = Project()
    merged = project.do("merge", 0, 1)
    history = project.board.class_history
    assert (history.ending(0).version, history.ending(1)) == (merged, None)
    undone = project.undo(merged)
    assert history.ending(0) is None
    project.undo(undone)
    assert history.ending(0).version == merged
    added = project.do("add", "d")
    assert history.ending(3) is None
    gone = project.undo(added)
    assert history.ending(3).version == gone


def test_a_log_of_nothing_but_undoing_is_read_and_told():
    project = Project()
    version = project.do("change", 0, name="x")
    for _ in range(2_000):  # deeper than calls may go
        classes, told = project.classes, {"op": "undo", "version": version}
        project._classes(classes, told)
        version = project.board.class_version
    history = project.board.class_history
    assert history.in_words(history.change(version)) == "taken back: " * 2_000 + "'a' renamed to 'x'"
    assert history.is_undone(2) != history.is_undone(3)
