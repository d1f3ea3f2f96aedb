"""The rows that two or more people have answered, in the forms that the figures are made from."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from querist._typing import FloatArray, IntArray
from querist._validation import check_positive_int
from querist.exceptions import InvalidParameterError

NO_ANSWER = -1


class AnswerPairs(NamedTuple):
    """Every two answers to one row, once: those of `one` and `other`, with ``one < other`` by number of person."""

    row: IntArray
    one: IntArray
    other: IntArray
    said: IntArray
    other_said: IntArray


@dataclass(frozen=True)
class Overlap:
    """Rows with two answers or more.

    Attributes
    ----------
    row, person, said : ndarray of shape (n_answers,)
        The answers, by row and in it by person: number of the row among these, of the person, of the class.
    rows : ndarray of shape (n_rows,)
        Which rows of the table these are.
    n_people, n_classes : int
        Of the table.
    """

    row: IntArray
    person: IntArray
    said: IntArray
    rows: IntArray
    n_people: int
    n_classes: int

    @property
    def n_rows(self) -> int:
        """How many rows."""
        return self.rows.size

    @cached_property
    def counts(self) -> FloatArray:
        """Answers by row and class, shape (n_rows, n_classes)."""
        flat = np.bincount(self.row * self.n_classes + self.said, minlength=self.n_rows * self.n_classes)
        return flat.reshape(self.n_rows, self.n_classes).astype(np.float64)

    @cached_property
    def sizes(self) -> FloatArray:
        """Answers by row, shape (n_rows,): two at least."""
        return np.bincount(self.row, minlength=self.n_rows).astype(np.float64)

    @cached_property
    def pairs(self) -> AnswerPairs:
        """All pairs of answers to one row; as many as ``sum m (m - 1) / 2``, m the answers to a row."""
        firsts, seconds = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for step in range(1, int(self.sizes.max(initial=0))):
            first = np.flatnonzero(self.row[:-step] == self.row[step:])
            firsts.append(first)
            seconds.append(first + step)
        one, other = np.concatenate(firsts), np.concatenate(seconds)
        return AnswerPairs(self.row[one], self.person[one], self.person[other], self.said[one], self.said[other])

    def by_pair(self) -> list[tuple[int, int, IntArray]]:
        """Return each two people with a row in common, by number, and the places of their answers in `pairs`."""
        codes = self.pairs.one * self.n_people + self.pairs.other
        order = np.argsort(codes, kind="stable")
        kinds, starts = np.unique(codes[order], return_index=True)
        if not kinds.size:
            return []
        places = np.split(order, starts[1:])
        return [
            (code // self.n_people, code % self.n_people, at) for code, at in zip(kinds.tolist(), places, strict=True)
        ]


def as_ratings(ratings: npt.ArrayLike, n_classes: int, name: str = "ratings") -> IntArray:
    """Return a table of answers as int64, checked.

    Raises
    ------
    InvalidParameterError
        If it is no table of whole numbers from -1 to ``n_classes - 1``.
    """
    check_positive_int(n_classes, "n_classes")
    table = np.asarray(ratings)
    if table.ndim != 2:
        raise InvalidParameterError(
            f"{name} must have one row per item and one column per person, got shape {table.shape}."
        )
    if table.size and table.dtype.kind not in "iu":
        raise InvalidParameterError(
            f"{name} must be class numbers (integers; {NO_ANSWER} where a person gave no answer), got {table.dtype}."
        )
    table = table.astype(np.int64)
    strange = (table < NO_ANSWER) | (table >= n_classes)
    if strange.any():
        row, person = (int(place) for place in np.argwhere(strange)[0])
        raise InvalidParameterError(
            f"{name} holds {table[row, person]} (row {row}, person {person}); "
            f"it must be a class, 0 to {n_classes - 1}, or {NO_ANSWER} for no answer."
        )
    return table


def overlap_of(table: IntArray, n_classes: int) -> Overlap:
    """Return the rows of a checked table that two or more people have answered."""
    given = table != NO_ANSWER
    rows = np.flatnonzero(given.sum(axis=1) >= 2)
    row, person = np.nonzero(given[rows])
    return Overlap(row, person, table[rows][row, person], rows, table.shape[1], n_classes)
