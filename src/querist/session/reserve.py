"""The audit's reserve in a session: what is set aside, what is given over, and what the model that asks may know."""

from functools import partial

import numpy as np

from querist._typing import BoolArray, FloatArray, IntArray
from querist.audit.order import audit_numbers
from querist.audit.reserve import set_aside, set_aside_later, until_two_classes
from querist.session.events import Asked, GivenOver, Reserved, RowsAdded
from querist.session.journal import Journal
from querist.session.numbers_only import FEWEST_TARGETS
from querist.session.part_numbers import rows_below
from querist.session.state import ANSWERED, FREE


class Reserve:
    """Rows that only the audit asks; see `querist.audit.reserve`. What becomes of them is in the log.

    Parameters
    ----------
    journal : Journal
    share : float
        Share of the questions that are the audit's.

    Attributes
    ----------
    is_open : bool
        Whether rows were set aside.
    came_late : bool
        Whether the audit had drawn rows before by which the asking model was trained, as earlier versions did.
    rows : ndarray
        Those, in audit order.
    """

    def __init__(self, journal: Journal, share: float) -> None:
        self._share = share
        self._journal = journal
        self.is_open = self.came_late = False
        self.rows: IntArray = np.empty(0, np.int64)
        self._numbers: FloatArray = np.empty(0)
        self._up_to = self._given_up_to = -1.0
        # Rows of the pool that were looked at when rows were last set aside; rows and events seen so far.
        self._n_known = self._n_rows = self._n_seen = 0

    @property
    def n_given(self) -> int:
        """How many of the rows were given over: the first."""
        return int(np.searchsorted(self._numbers, self._given_up_to, side="right"))

    @property
    def sample(self) -> IntArray:
        """The rows that were not given over, in audit order: the audit's sample is the answered head of them."""
        return self.rows[self.n_given :]

    def blind(self, rows: IntArray) -> BoolArray:
        """Return whether the model that asks must not know the answers of these rows."""
        return np.isin(rows, self.sample)

    def catch_up(self) -> None:
        """Read what is new in the log."""
        events = self._journal.events
        for event in events[self._n_seen :]:
            if isinstance(event, RowsAdded):
                self._n_rows += event.n_rows
            elif isinstance(event, Reserved):
                self._add(event)
            elif isinstance(event, GivenOver):
                self._given_up_to = max(self._given_up_to, float(self._of(event.rows).max(initial=-1.0)))
            elif isinstance(event, Asked) and event.how == "audit" and not self.is_open:
                self.came_late = True
        self._n_seen = len(events)

    def keep_up(self, *, needs_model: bool) -> None:
        """Set rows aside, if none or new ones are to be, and give over what is due.

        Parameters
        ----------
        needs_model : bool
            Whether the strategy asks by a model, which must know two classes.
        """
        self.catch_up()
        self._set_aside()
        # Where all questions are the audit's there is nobody to give anything to.
        n = self._n_to_give() if needs_model and self._share < 1 else 0
        if n:
            self._journal.record(GivenOver(self._journal.next_number, self.sample[:n]))
            self.catch_up()

    def _set_aside(self) -> None:
        status = self._journal.state.status
        if self.is_open and self._n_known == self._n_rows:
            return
        if not self.is_open:
            below = rows_below(self._journal.X, partial(audit_numbers, self._journal.seed))
            rows, up_to = set_aside(self._of, self._share, status == FREE, below=below)
        else:
            rows, up_to = set_aside_later(self._of, self._up_to, status == FREE, self._n_known), self._up_to
        self._journal.record(Reserved(self._journal.next_number, rows, up_to))
        self.catch_up()

    def _n_to_give(self) -> int:
        # Also where the audit's own answers are of one class: kept because of what they are, they would be no sample.
        state, sample = self._journal.state, self.sample
        asking = state.answers.labels[~self.blind(state.answers.rows)]
        if self._journal.task == "regression":
            return min(max(0, FEWEST_TARGETS - asking.size), int((state.status[sample] == ANSWERED).sum()))
        if (asking != asking[:1]).any():
            return 0
        place = {row: at for at, row in enumerate(state.answers.rows.tolist())}
        done = state.status[sample] == ANSWERED
        told = sample if done.all() else sample[: int(done.argmin())]
        return until_two_classes(asking, state.answers.labels[[place[row] for row in told.tolist()]])

    def _add(self, event: Reserved) -> None:
        self.is_open, self._n_known, self._up_to = True, self._n_rows, event.up_to
        rows = np.append(self.rows, event.rows)
        order = np.argsort(self._of(rows), kind="stable")
        self.rows, self._numbers = rows[order], self._of(rows)[order]

    def _of(self, rows: IntArray) -> FloatArray:
        return audit_numbers(self._journal.seed, rows)
