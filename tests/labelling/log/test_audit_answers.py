"""Which of a project's answers are the audit's, and what became of its draws."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from querist.labelling.log.audit_answers import Waiting, audit_moment, scored, waiting_answers
from querist.labelling.log.board import Board
from querist.labelling.log.classes import ClassInfo
from querist.store.rows import EventRow

ORDER = np.arange(8)


class Log:
    """Writes to a board as the server does."""

    def __init__(self):
        self.board = Board()
        classes = [ClassInfo(k, name, "#336699").to_dict() for k, name in enumerate("ab")]
        self.add("rows_added", n_rows=8, source=0)
        self.add("classes", version=1, classes=classes, change={"op": "import"})

    def add(self, kind, row=None, **data):
        number = self.board.n_events + 1
        self.board.apply(EventRow(number, f"uuid-{number}", kind, float(number), 1, row, data))

    def draw(self, *rows):
        for row in rows:
            self.add("asked", row, how="audit", rank=row, share=0.2)

    def answer(self, row, class_id, guess=0, **more):
        told = {"class_id": class_id, "how": "audit", "blind": True, "guess_labels": 5} | more
        self.add("answered", row, **told | ({} if guess is None else {"guess": guess, "confidence": 0.9}))

    def draws(self):
        return audit_moment(self.board, ORDER).draws.tolist()


def test_draws_after_one_that_is_open_wait_for_it():
    log = Log()
    log.draw(0, 1, 2)
    log.answer(2, 1)
    log.answer(0, 0)
    assert log.draws() == [1.0]
    # It is the second of three, whenever its answer comes.
    log.answer(1, 0)
    assert log.draws() == [1.0, 1.0, 0.0]


def test_a_draw_that_nobody_could_answer_blindly_counts_both_ways():
    log = Log()
    log.draw(0, 1, 2)
    log.add("skipped", 0, how="audit")
    log.answer(1, 0, blind=False, guess_shown=True, how="search")
    log.answer(2, 0)
    np.testing.assert_array_equal(log.draws(), [np.nan, np.nan, 1.0])


def test_of_a_row_whose_first_answer_was_taken_back_the_later_one_is_true():
    log = Log()
    log.draw(0)
    log.answer(0, 0)
    log.add("changed", 0, class_id=1, how="search", blind=False)
    log.add("undone", target=log.board.acts_on(0)[0].uuid)
    assert audit_moment(log.board, ORDER).truth == {0: 1}


def test_draws_from_before_there_was_a_model_are_left_out():
    log = Log()
    log.draw(0, 1)
    log.answer(0, 0, guess=None)
    log.answer(1, 0, guess=1)
    assert log.draws() == [0.0]


def test_the_answer_that_counts_is_the_first_blind_one():
    log = Log()
    log.draw(0, 1)
    log.answer(0, 1)
    log.answer(0, 0)
    log.answer(1, 0)
    log.add("undone", target=log.board.acts()[-1].uuid)
    log.answer(1, 1)
    assert [(act.row, act.class_id) for act in scored(log.board)] == [(0, 1), (1, 1)]
    assert audit_moment(log.board, ORDER).truth == {0: 1, 1: 1}


def test_an_answer_of_a_log_without_the_draw_is_its_draw():
    log = Log()
    log.answer(4, 0)
    assert log.draws() == [1.0]


@given(st.lists(st.sampled_from(["open", "answered", "skipped"]), min_size=8, max_size=8))
def test_answers_wait_for_the_open_rows_before_them(states):
    log = Log()
    log.draw(*range(8))
    for row, state in enumerate(states):
        if state == "answered":
            log.answer(row, 0, how="audit")
        elif state == "skipped":
            log.add("skipped", row, how="audit")
    done = [state != "open" for state in states]
    head = done.index(False) if False in done else len(done)
    rest = done[head:]
    rest = rest[: len(rest) - rest[::-1].index(True)] if True in rest else []
    assert waiting_answers(log.board, ORDER) == (Waiting(sum(rest), len(rest) - sum(rest)) if rest else None)
    assert audit_moment(log.board, ORDER).n_audited == head
