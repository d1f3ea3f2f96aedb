"""How far screening has come, by the log: random rows in a row count, and what was read beside them is found."""

import numpy as np

from querist.labelling.log.board import Board
from querist.labelling.log.settings import Settings
from querist.labelling.reading.screening import screening
from querist.store import EventRow

SCREENING = Settings(kind="text", goal="screening:relevant=1")
ORDER = np.arange(60)


class Log:
    def __init__(self, n_rows=60):
        self.board, self._n = Board(), 0
        self.add("rows_added", n_rows=n_rows)
        classes = [{"id": number, "name": name, "colour": "#000000"} for number, name in enumerate(("out", "in"))]
        self.add("classes", version=1, classes=classes)

    def add(self, kind, row=None, annotator=None, **data):
        self._n += 1
        self.board.apply(EventRow(self._n, str(self._n), kind, float(self._n), annotator, row, data))

    def read(self, *rows, relevant=(), how="strategy"):
        for row in rows:
            if how == "audit":
                self.add("asked", row, how="audit")
            more = {"asked_at": float(self._n)} if how == "strategy" else {}
            self.add("answered", row, how=how, class_id=int(row in relevant), class_version=1, **more)


def test_without_the_goal_there_is_nothing_to_tell():
    assert screening(Log().board, Settings(kind="text"), ORDER) is None


def test_ten_rows_in_a_row_tell_of_those_that_were_left():
    log = Log()
    log.read(*range(6), relevant=(0, 1, 2))
    log.read(*range(10, 19), how="audit", relevant=(11,))
    told = screening(log.board, SCREENING, ORDER)
    assert (told.class_id, told.n_rows, told.n_read, told.n_found, told.test) == (1, 60, 15, 4, None)
    log.read(19, how="audit")
    log.read(30, 31, relevant=(30,))
    told = screening(log.board, SCREENING, ORDER)
    assert told.left.n == 10
    assert told.left.value == 54 * 1 / 10 - 1 - 1
    assert "1 of 10 rows drawn at random from the 54 that were left are relevant, 3 were found before, 1 more" in (
        told.test.statement
    )
    assert [(point.n_read, point.n_found) for point in told.curve][-1] == (18, 5)


def test_rows_drawn_in_between_are_no_sample():
    log = Log()
    for row in range(20):
        log.read(row, relevant=(0, 1))
        log.read(40 + row, how="audit")
    assert screening(log.board, SCREENING, ORDER).left.value is None


def test_with_rows_set_aside_their_answered_head_is_the_sample():
    log = Log()
    log.read(0, 1, relevant=(0,))
    log.add("reserved", rows=list(range(20, 50)), up_to=0.8)
    log.read(2, 3, relevant=(2,))
    log.read(*range(20, 32), how="audit", relevant=(25,))
    order = np.array([*range(20, 50), *range(20), *range(50, 60)])
    told = screening(log.board, SCREENING, order)
    assert "1 of 12 rows drawn at random from the 58 that were left are relevant, 1 were found before, 1 more" in (
        told.test.statement
    )
