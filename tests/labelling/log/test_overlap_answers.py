"""Which answers of several people can be compared, and which rows are the random sample."""

import numpy as np
import pytest

from querist.labelling.log.audit_answers import audit_moment
from querist.labelling.log.board import Board
from querist.labelling.log.classes import added, merge, remove
from querist.labelling.log.conflicts import conflicts, decision, differing
from querist.labelling.log.overlap_answers import overlap_answers
from querist.store.rows import EventRow

CLASSES = added(["a", "b", "c"])
ORDER = np.arange(10)[::-1].copy()


class Log:
    """A log of ten rows; the audit goes from the last to the first."""

    def __init__(self):
        self.board = Board()
        self.add("rows_added", data={"n_rows": 10})
        self.classes(CLASSES)

    def add(self, kind, row=None, who=None, **more):
        number = self.board.n_events + 1
        self.board.apply(EventRow(number, f"e{number}", kind, float(number), who, row, more.pop("data", more)))
        return f"e{number}"

    def classes(self, classes):
        data = {"version": self.board.class_version + 1, "classes": [each.to_dict() for each in classes]}
        self.add("classes", data=data)

    def say(self, row, who, class_id, how="audit", **more):
        kind = "skipped" if class_id is None else "answered"
        return self.add(kind, row, who, how=how, **({} if class_id is None else {"class_id": class_id}), **more)

    def both(self, row, one=0, other=0, **more):
        return self.say(row, 1, one, **more), self.say(row, 2, other, how="overlap")

    def found(self, opinions=2):
        return overlap_answers(self.board, ORDER, opinions=opinions)


@pytest.fixture
def log():
    return Log()


def test_the_sample_is_the_head_of_the_order_up_to_the_first_row_that_waits(log):
    for row in (9, 8, 6, 2):
        log.both(row, 0, row % 2)
    log.say(7, 1, 0)
    found = log.found()
    assert found.random.rows.tolist() == [9, 8]
    assert found.random.people == (1, 2)
    assert found.random.ratings.tolist() == [[0, 1], [0, 0]]
    assert found.chosen.rows.tolist() == [2, 6]
    assert (found.n_skipped, found.n_elsewhere, found.n_waiting) == (0, 0, 2)
    log.say(7, 2, 0, how="overlap")
    assert log.found().random.rows.tolist() == [9, 8, 7, 6]


def test_the_first_answer_of_each_counts_not_what_they_changed_it_to(log):
    log.both(9, 0, 1)
    log.add("changed", 9, 1, how="search", class_id=1)
    assert log.found().random.ratings.tolist() == [[0, 1]]
    assert differing(log.board, 9) == {}


def test_of_those_who_said_something_the_first_count(log):
    log.say(9, 3, 1)
    log.both(9, 0, 0)
    found = log.found().random
    assert (found.people, found.ratings.tolist()) == ((1, 3), [[0, 1]])


@pytest.mark.parametrize("skipper", [1, 2])
def test_a_row_that_one_cannot_tell_is_passed_over_and_counted(log, skipper):
    if skipper == 2:
        log.say(9, 1, 0)
    log.say(9, skipper, None)
    log.both(8)
    found = log.found()
    assert (found.random.rows.tolist(), found.n_skipped, found.n_waiting) == ([8], 1, 0)
    # Whoever answers later does not bring it back: hard rows would come in as there are more people.
    log.say(9, 4, 0, how="overlap")
    log.say(9, 5, 0, how="overlap")
    assert log.found().random.rows.tolist() == [8]


def test_what_came_from_a_file_or_from_a_search_cannot_be_compared(log):
    log.say(9, None, 0, how="import")
    log.say(8, 1, 0, how="search", blind=False)
    log.say(8, 2, 0, how="overlap")
    log.both(7, blind=False)
    found = log.found()
    assert (found.random.rows.tolist(), found.n_elsewhere, found.random.n_seen) == ([7], 2, 1)


def test_what_is_undone_is_asked_again_and_ends_the_sample(log):
    log.both(9)
    _, target = log.both(8)
    log.both(7)
    log.add("undone", data={"target": target})
    assert log.found().random.rows.tolist() == [9]
    log.say(8, 2, 1, how="overlap")
    assert log.found().random.ratings.tolist() == [[0, 0], [0, 1], [0, 0]]


def test_merged_classes_agree_and_answers_of_removed_ones_are_asked_again(log):
    log.both(9, 0, 1)
    log.both(8, 2, 0)
    log.both(7)
    log.classes(merge(CLASSES, 1, 0))
    assert log.found().random.ratings.tolist() == [[0, 0], [2, 0], [0, 0]]
    log.classes(remove(CLASSES, 2))
    assert log.found().random.rows.tolist() == [9]


def test_more_people(log):
    for row in (9, 8):
        log.both(row)
    log.say(9, 3, 1, how="overlap")
    found = log.found(opinions=3)
    assert (found.random.ratings.tolist(), found.n_waiting) == ([[0, 0, 1]], 1)


def test_an_overlap_that_was_switched_off_is_still_told(log):
    log.both(9)
    assert log.found(opinions=1).random.rows.tolist() == [9]


def test_a_decision_stands_above_all_votes_until_it_is_taken_back(log):
    log.both(9, 0, 1)
    assert (conflicts(log.board), differing(log.board, 9)) == ([9], {0: 1, 1: 1})
    first = log.add("adjudicated", 9, 5, class_id=1)
    log.say(9, 3, 0, how="overlap")
    assert (log.board.labels[9], log.board.n_opinions[9], conflicts(log.board)) == (1, 3, [])
    second = log.add("adjudicated", 9, 5, class_id=2)
    assert log.board.labels[9] == 2
    assert log.board.labelled_rows()[1].tolist() == [2]
    log.add("undone", data={"target": second})
    assert log.board.labels[9] == 1
    log.add("undone", data={"target": first})
    assert (log.board.labels[9], conflicts(log.board), decision(log.board, 9)) == (0, [9], None)


def test_nobody_can_tell_is_a_decision(log):
    log.both(9, 0, 1)
    done = log.add("adjudicated", 9, 5)
    assert (log.board.status(9), log.board.n_labelled, log.board.counts[0]) == ("skipped", 0, 0)
    # It stays in the sample: what two people said of it was said.
    assert log.found().random.rows.tolist() == [9]
    log.add("undone", data={"target": done})
    assert (log.board.status(9), log.board.n_labelled) == ("labelled", 1)


def test_a_decision_for_a_class_that_is_removed_counts_no_more(log):
    log.both(9, 0, 1)
    log.add("adjudicated", 9, 5, class_id=2)
    log.classes(remove(CLASSES, 2))
    assert (log.board.labels[9], conflicts(log.board)) == (0, [9])
    log.classes(CLASSES)
    assert log.board.labels[9] == 2


def test_own_decisions_judge_nobody(log):
    log.both(9, 0, 1)
    log.add("adjudicated", 9, 1, class_id=0)
    assert log.found().random.decided.tolist() == [-1]
    log.add("adjudicated", 9, 5, class_id=0)
    assert log.found().random.decided.tolist() == [0]


def test_the_audit_measures_by_first_answers_whatever_came_after(log):
    log.both(9, 0, 1)
    log.both(8, 1, 1)
    before = audit_moment(log.board, ORDER)
    log.add("adjudicated", 9, 5, class_id=2)
    after = audit_moment(log.board, ORDER)
    assert before.truth == after.truth == {9: 0, 8: 1}
    assert before.n_audited == after.n_audited == 2
