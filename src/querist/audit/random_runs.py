"""Rows drawn at random one after the other, with none chosen in between: a simple random sample of what was left."""

from collections.abc import Container

from querist._typing import BoolArray, IntArray
from querist.audit.estimate import FEWEST
from querist.audit.found_so_far import RandomRows


class RandomRuns:
    """Follows what is asked and answered, and keeps the last run of draws that is long enough for a figure.

    While only random draws take rows, those drawn are a simple random sample of the rows that were left when the run
    began. What is chosen and read after the run changes nothing about that. A rule that looks at how long runs are, and
    never at what was found in them, may say which one counts.
    """

    def __init__(self) -> None:
        # Rows in the order in which they were answered or passed; a later place of a row counts for nothing.
        self._closed: dict[int, None] = {}
        self._waiting: dict[int, None] = {}
        self._run: dict[int, None] = {}
        self._before: tuple[int, list[int]] = (0, [])
        self._long: tuple[dict[int, None], tuple[int, list[int]]] | None = None

    def drew(self, row: int) -> None:
        """Take down that a row was drawn at random."""
        if row in self._closed:
            return
        if not self._run:
            self._before = (len(self._closed), list(self._waiting))
        self._run[row] = None
        if len(self._run) == FEWEST:
            # It grows with the run.
            self._long = (self._run, self._before)

    def chose(self, row: int) -> None:
        """Take down that a row was chosen, by a strategy or a person."""
        self.end()
        if row not in self._closed:
            self._waiting[row] = None

    def closed(self, row: int) -> None:
        """Take down that a row was answered or passed; one that was neither drawn nor chosen was chosen by somebody."""
        if row not in self._run and row not in self._waiting and row not in self._closed:
            self.end()
        self._closed[row] = None
        self._waiting.pop(row, None)

    def released(self, row: int) -> None:
        """Take down that a row will not be answered for now."""
        self._waiting.pop(row, None)

    def end(self) -> None:
        """Take down that what follows is another run: something was chosen, or rows were added."""
        self._waiting |= {row: None for row in self._run if row not in self._closed}
        self._run = {}

    def rows(self, n_rows: int, answered: IntArray, found: BoolArray, skipped: Container[int]) -> RandomRows:
        """Return what the last long run says.

        Parameters
        ----------
        n_rows : int
            Rows that may be asked, all.
        answered, found : ndarray of shape (n_answered,)
            Rows with an answer, and whether they are relevant.
        skipped : set of int
            Rows that nobody could judge.
        """
        run, (n_closed, waiting) = self._long if self._long is not None else ({}, (len(self._closed), []))
        draws = list(run)
        before = {*list(self._closed)[:n_closed], *waiting}
        known = set(answered.tolist())
        closed = [row in known or row in skipped for row in draws]
        # Draws after one that is open wait for it, or those that are answered fast would count for more.
        head = draws[: closed.index(False)] if False in closed else draws
        unclear = sum(row not in known for row in head)
        left = n_rows - len(before) - unclear
        return RandomRows.of(left, answered, found, before=sorted(before), drawn=head, n_unclear=unclear)
