"""A queue with its board, and people who answer."""

import numpy as np

from querist.labelling.log.board import Board
from querist.labelling.log.classes import added
from querist.labelling.log.ranking import CurrentRanking, Ranking
from querist.labelling.serving.queue import Queue
from querist.store.rows import EventRow

N_ROWS = 60


def make_ranking(order, n_rows=N_ROWS):
    utility = np.full(n_rows, np.nan, np.float32)
    utility[order] = np.linspace(1, 0, len(order))
    return Ranking(np.array(order, np.int32), np.zeros(n_rows, np.int16), np.full(n_rows, 0.7, np.float32), utility)


class Desk:
    """A queue with its board, and people who answer."""

    def __init__(self, *, ranked=True, n_rows=N_ROWS, **options):
        self.board = Board()
        self.n_events = 0
        self.log("rows_added", data={"n_rows": n_rows})
        self.log("classes", data={"version": 1, "classes": [each.to_dict() for each in added(["a", "b"])]})
        self.audit_order = np.random.default_rng(5).permutation(n_rows)
        self.queue = Queue(self.board, self.audit_order, seed=3, **options)
        if ranked:
            self.queue.use(CurrentRanking(1, "margin", make_ranking(np.arange(n_rows)[::-1], n_rows), 10))

    @classmethod
    def of(cls, board, **options):
        """The desk after a restart: another queue of the same log."""
        desk = cls(n_rows=board.n_rows, **options)
        desk.board, desk.n_events = board, board.n_events
        desk.queue = Queue(board, desk.audit_order, seed=3, **options)
        return desk

    def log(self, kind, row=None, who=None, data=None):
        self.n_events += 1
        self.board.apply(EventRow(self.n_events, f"e{self.n_events}", kind, 0.0, who, row, data or {}))

    def answer(self, row, who=1, class_id=0):
        ticket = self.queue.close(row, who)
        self.log("answered", row, who, {"class_id": class_id, "how": ticket.how if ticket else "search"})
        return ticket


def rows_of(tickets):
    return [ticket.row for ticket in tickets]
