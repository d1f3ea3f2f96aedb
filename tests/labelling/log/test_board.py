"""The board: what replaying a log gives, against a plain recomputation."""

from collections import Counter
from itertools import count

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.labelling.log.board import Board
from querist.labelling.log.classes import added, merge, remove, resolution
from querist.store.rows import EventRow

N_ROWS = 4
CLASSES = added(["a", "b", "c"])


class Log:
    """Builds events with their numbers and times."""

    def __init__(self, n_rows=N_ROWS):
        self.numbers = count(1)
        self.board = Board()
        self.events = []
        self.add("rows_added", data={"n_rows": n_rows})
        self.classes(CLASSES)

    def add(self, kind, row=None, who=None, data=None, uuid=None):
        number = next(self.numbers)
        event = EventRow(number, uuid or f"event-{number}", kind, 1000.0 + number, who, row, data or {})
        self.events.append(event)
        self.board.apply(event)
        return event.uuid

    def answer(self, row, class_id, who=1, **data):
        return self.add("answered", row, who, {"class_id": class_id, **data})

    def classes(self, classes):
        self.add("classes", data={"version": self.board.class_version + 1, "classes": [e.to_dict() for e in classes]})


def plain(events):
    """Recompute labels from the whole log, the slow way."""
    undone = {event.data["target"] for event in events if event.kind == "undone"}
    classes = next(event.data["classes"] for event in reversed(events) if event.kind == "classes")
    from querist.labelling.log.classes import ClassInfo

    target = resolution(tuple(ClassInfo.from_dict(each) for each in classes))
    labels = []
    for row in range(N_ROWS):
        answers, decided = {}, "nothing"
        for event in events:
            if event.row != row or event.uuid in undone or event.data.get("group") in undone:
                continue
            if event.kind in ("answered", "changed"):
                answers[event.annotator] = event.data["class_id"]
            elif event.kind == "skipped":
                answers.pop(event.annotator, None)
            elif event.kind == "adjudicated":
                decided = event.data.get("class_id")
        votes = [target[each] for each in answers.values() if target[each] >= 0]
        best = max(votes, key=lambda vote: (votes.count(vote), -votes.index(vote)), default=-1)
        if decided is None or (decided != "nothing" and target[decided] >= 0):
            best = -1 if decided is None else target[decided]
        labels.append(best)
    return labels


step = st.one_of(
    st.tuples(st.just("answer"), st.integers(0, N_ROWS - 1), st.integers(0, 2), st.integers(1, 3)),
    st.tuples(st.just("skip"), st.integers(0, N_ROWS - 1), st.integers(1, 3)),
    st.tuples(st.just("decide"), st.integers(0, N_ROWS - 1), st.none() | st.integers(0, 2)),
    st.tuples(st.just("undo"), st.integers(0, 30)),
    st.tuples(st.just("merge"), st.integers(0, 2), st.integers(0, 2)),
    st.tuples(st.just("remove"), st.integers(0, 2)),
)


@given(st.lists(step, max_size=30))
def test_labels_equal_a_plain_recomputation(steps):
    log = Log()
    acts = []
    for kind, *values in steps:
        if kind == "answer":
            acts.append(log.answer(*values))
        elif kind == "skip":
            acts.append(log.add("skipped", values[0], values[1]))
        elif kind == "decide":
            data = {} if values[1] is None else {"class_id": values[1]}
            acts.append(log.add("adjudicated", values[0], 9, data))
        elif kind == "undo" and acts:
            log.add("undone", data={"target": acts[values[0] % len(acts)]})
        elif kind in ("merge", "remove"):
            try:
                log.classes((merge if kind == "merge" else remove)(log.board.classes, *values))
            except ValueError:
                continue
    board = log.board
    assert board.labels.tolist() == plain(log.events)
    assert +board.counts == Counter(label for label in board.labels.tolist() if label >= 0)
    assert board.n_labelled == int((board.labels >= 0).sum())
    again = Board()
    again.replay(log.events)
    assert again.labels.tolist() == board.labels.tolist()
    assert (again.skipped, again.flagged, again.seq) == (board.skipped, board.flagged, board.seq)
    assert np.array_equal(again.n_opinions, board.n_opinions)
    assert not board.skipped & set(np.flatnonzero(board.labels >= 0).tolist())


def test_the_majority_wins_and_the_earliest_among_equals():
    log = Log()
    log.answer(0, 1, who=1)
    log.answer(0, 2, who=2)
    assert log.board.labels[0] == 1
    log.answer(0, 2, who=3)
    assert log.board.labels[0] == 2
    assert log.board.n_opinions[0] == 3


def test_undo_brings_back_what_was_there_before():
    log = Log()
    log.answer(0, 0)
    changed = log.add("changed", 0, 1, {"class_id": 1})
    assert log.board.labels[0] == 1
    log.add("undone", data={"target": changed})
    assert log.board.labels[0] == 0
    assert [act.undone for act in log.board.acts_on(0)] == [False, True]


def test_a_group_is_undone_at_once():
    log = Log()
    for row in range(3):
        log.answer(row, 0, group="bulk")
    log.add("undone", data={"target": "bulk"})
    assert log.board.n_labelled == 0
    assert log.board.by_person[1] == 0


def test_skipped_until_answered_and_again_after_an_undo():
    log = Log()
    log.add("skipped", 2, 1)
    assert log.board.status(2) == "skipped"
    answer = log.answer(2, 0)
    assert log.board.status(2) == "labelled"
    log.add("undone", data={"target": answer})
    assert log.board.status(2) == "skipped"


def test_rows_of_a_removed_class_are_unlabelled_and_come_back_with_nothing_lost():
    log = Log()
    log.answer(0, 2)
    log.classes(remove(CLASSES, 2))
    assert log.board.status(0) == "unlabelled"
    assert [act.class_id for act in log.board.acts_on(0)] == [2]


def test_flags_and_notes():
    log = Log()
    log.add("flagged", 1, 1, {"note": "odd"})
    assert log.board.flagged == {1}
    assert log.board.notes == {1: "odd"}
    noted = log.add("noted", 1, 1, {"note": "very odd"})
    log.add("unflagged", 1, 1)
    assert log.board.flagged == set()
    assert log.board.notes == {1: "very odd"}
    log.add("undone", data={"target": noted})
    assert log.board.notes == {1: "odd"}


def test_the_first_blind_answer_is_kept_beside_later_ones():
    log = Log()
    mistyped = log.answer(0, 0, blind=True)
    log.add("undone", data={"target": mistyped})
    log.answer(0, 1, blind=True)
    log.add("changed", 0, 1, {"class_id": 2, "blind": False})
    assert log.board.first_answer(0).class_id == 1
    assert log.board.labels[0] == 2


def test_labelled_rows_follow_their_first_answers():
    log = Log()
    for row in (3, 1, 2):
        log.answer(row, 0)
    log.add("changed", 3, 1, {"class_id": 1})
    rows, labels = log.board.labelled_rows()
    assert rows.tolist() == [3, 1, 2]
    assert labels.tolist() == [1, 0, 0]


def test_rows_may_come_later():
    log = Log()
    log.answer(0, 1)
    log.add("rows_added", data={"n_rows": 2})
    log.answer(5, 1)
    assert log.board.labels.tolist() == [1, -1, -1, -1, -1, 1]


@pytest.mark.parametrize(("kind", "data"), [("answered", {"class_id": 0}), ("skipped", {}), ("flagged", {})])
def test_uuids_are_known(kind, data):
    log = Log()
    uuid = log.add(kind, 0, 1, data)
    assert uuid in log.board.names
    assert "another" not in log.board.names
