"""What a session knows, read from its state and its log."""

from typing import TYPE_CHECKING, Any

import numpy as np

from querist._typing import AnyArray, IntArray, Label
from querist._validation import as_rows
from querist.session import tables
from querist.session.events import Event
from querist.session.state import ANSWERED, OUTSTANDING, SKIPPED, State

if TYPE_CHECKING:
    import pandas as pd


class SessionView:
    """The read-only half of `Session`. Arrays are copies: changing them changes nothing here."""

    _state: State
    _log: list[Event]
    _seed: int

    @property
    def n_rows(self) -> int:
        """Rows in the pool."""
        return int(self._state.status.size)

    @property
    def labelled(self) -> IntArray:
        """Answered rows, in the order of their answers."""
        return self._state.answers.rows.copy()

    @property
    def labels(self) -> AnyArray:
        """Their answers, in the same order."""
        return self._state.answers.labels.copy()

    @property
    def classes(self) -> list[Label]:
        """Declared classes, or classes in order of their first answer; append-only."""
        return list(self._state.classes)

    @property
    def outstanding(self) -> IntArray:
        """Rows that were asked and not answered, ascending."""
        return self._state.rows_with(OUTSTANDING)

    @property
    def skipped(self) -> IntArray:
        """Rows that nobody can tell, ascending."""
        return self._state.rows_with(SKIPPED)

    @property
    def unanswered(self) -> IntArray:
        """Rows without an answer, skipped ones included, ascending."""
        return np.flatnonzero(self._state.status != ANSWERED)

    @property
    def flagged(self) -> dict[int, str]:
        """Flagged rows and their notes."""
        return dict(self._state.flags)

    @property
    def events(self) -> tuple[Event, ...]:
        """The log."""
        return tuple(self._log)

    @property
    def random_state(self) -> int:
        """The seed, also where it was drawn."""
        return self._seed

    @property
    def history(self) -> "pd.DataFrame":
        """The log as a table: one line per event and row."""
        return tables.history(self._log)

    def reasons(self, rows: Any = None) -> "pd.DataFrame":
        """Return why each row was asked.

        Parameters
        ----------
        rows : int or array-like, default=None
            None means every row that was asked or answered.

        Returns
        -------
        DataFrame with one line per row
            row, how (asked, told unasked, untouched), round, rank in the batch (from 1),
            strategy, utility, probability (with which it was drawn, among the rows then left; missing where it is
            not known), n_labelled (answers when it was asked).
        """
        chosen = None if rows is None else as_rows(rows, self.n_rows)
        return tables.reasons(self._log, chosen)
