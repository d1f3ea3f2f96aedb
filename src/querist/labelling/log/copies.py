"""Copies: rows of one content make up a group, which is asked once and labelled together."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from querist._typing import BoolArray, IntArray
from querist.labelling.log.payload import Payload


@dataclass(frozen=True, kw_only=True)
class Grouped(Payload):
    """Rows are copies of each other.

    Attributes
    ----------
    groups : list of list of int
        Each begins with the row that is asked; the others are its copies, and new ones. A group that has grown is told
        by its first row and the new copies.
    apart : list of list of int
        Rows of one content that are asked each by itself, since their labels differ.
    """

    groups: list[list[int]]
    apart: list[list[int]]


class Copies:
    """Which rows are copies of which.

    The first row of a group stands for all: what people do is done to it, it alone is asked, drawn and counted.

    Attributes
    ----------
    first_of : ndarray of shape (n_rows,), int64
        The row that stands for each row: its own number where it is no copy of another.
    n_copies : int
        Rows that are copies of another.
    apart : list of list of int
        Rows of one content whose labels differ; see `Grouped`.
    """

    def __init__(self, n_rows: int = 0) -> None:
        self.first_of: IntArray = np.arange(n_rows)
        self.n_copies = 0
        self.apart: list[list[int]] = []
        self._copies: dict[int, list[int]] = {}

    def add_rows(self, n_rows: int) -> None:
        """Take in new rows; each stands for itself."""
        self.first_of = np.concatenate([self.first_of, np.arange(self.first_of.size, self.first_of.size + n_rows)])

    def take(self, told: Grouped) -> list[int]:
        """Take in what an event says; return the first rows of groups that are new or have grown."""
        for first, *copies in told.groups:
            self.first_of[copies] = first
            self.n_copies += len(copies)
            self._copies.setdefault(first, []).extend(copies)
        self.apart += told.apart
        return [rows[0] for rows in told.groups]

    def wrong(self, told: Grouped) -> str:
        """Return what of an event does not fit, or nothing."""
        n_rows = self.first_of.size
        if any(not 0 <= row < n_rows for rows in (*told.groups, *told.apart) for row in rows):
            return f"groups rows that are not there; there were {n_rows} rows then"
        if any(len(rows) < 2 for rows in (*told.groups, *told.apart)):
            return "has a group of fewer than two rows"
        firsts = {rows[0] for rows in told.groups}
        copies = [row for rows in told.groups for row in rows[1:]]
        if len(firsts) < len(told.groups) or len(set(copies)) < len(copies) or not firsts.isdisjoint(copies):
            return "has a row in two groups"
        if self.any_copy(np.array([*firsts, *copies], np.int64)) or not self._copies.keys().isdisjoint(copies):
            return "groups rows that are in groups already"
        return ""

    # ------------------------------------------------------------------ questions

    def first(self, row: int) -> int:
        """Return the row that stands for a row."""
        # Most projects have no copies; the queue asks this of each row that it looks at.
        return int(self.first_of[row]) if self.n_copies else row

    def of(self, row: int) -> list[int]:
        """Return the copies of a first row, ascending; none of any other."""
        return self._copies.get(row, [])

    def group(self, row: int) -> list[int]:
        """Return all rows of the group of a row, the first one first; of a row without copies, itself."""
        first = self.first(row)
        return [first, *self.of(first)]

    def expanded(self, rows: npt.NDArray[np.integer] | list[int] | frozenset[int]) -> set[int]:
        """Return first rows with all their copies."""
        return {each for row in rows for each in (int(row), *self.of(int(row)))}

    @property
    def is_first(self) -> BoolArray:
        """Whether each row is no copy of another. O(n_rows)."""
        found: BoolArray = self.first_of == np.arange(self.first_of.size)
        return found

    @property
    def rows(self) -> IntArray:
        """The rows that are copies of another, ascending. O(n_rows)."""
        return np.flatnonzero(~self.is_first) if self.n_copies else np.empty(0, np.int64)

    @property
    def firsts(self) -> list[int]:
        """The first rows of the groups."""
        return list(self._copies)

    def only_first(self, rows: IntArray) -> IntArray:
        """Return those rows that are no copy of another, in their order."""
        if not self.n_copies:
            return rows
        kept: IntArray = rows[self.first_of[rows] == rows]
        return kept

    def standing_for(self, rows: IntArray) -> IntArray:
        """Return the rows that stand for rows, each once, in the order in which they come first."""
        firsts = self.first_of[rows]
        kept: IntArray = firsts[np.sort(np.unique(firsts, return_index=True)[1])]
        return kept

    def any_copy(self, rows: IntArray) -> bool:
        """Whether there is a copy of another row among rows."""
        return bool(self.n_copies) and bool((self.first_of[rows] != rows).any())

    def n_all(self, rows: IntArray) -> int:
        """Return how many rows first rows are with all their copies."""
        return int(rows.size) + sum(len(self.of(row)) for row in rows.tolist() if row in self._copies)
