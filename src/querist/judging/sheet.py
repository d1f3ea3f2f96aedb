"""Rows drawn at random for people to answer, as a table without the judges' labels, and the answers read back."""

from collections.abc import Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from querist._typing import IntArray, Label
from querist.audit.order import AuditOrder, audit_numbers
from querist.exceptions import InvalidParameterError

if TYPE_CHECKING:
    import pandas as pd

ROW, ANSWER = "row", "answer"


class Answered(NamedTuple):
    """Answers to random rows.

    Attributes
    ----------
    rows : ndarray of shape (m,)
        Row numbers, from 0.
    answers : list of shape (m,)
    n_skipped : int
        Rows before the last answered one that have none.
    """

    rows: IntArray
    answers: list[Label]
    n_skipped: int


def drawn_rows(n_rows: int, n: int, seed: int) -> IntArray:
    """Return the first rows of a random order that depends on nothing but the seed, so that more can follow later.

    Raises
    ------
    InvalidParameterError
        If there are fewer rows.
    """
    if n > n_rows:
        raise InvalidParameterError(f"{n} rows are to be drawn, and the table has {n_rows}. Draw so many or fewer.")
    return AuditOrder(partial(audit_numbers, seed), n_rows).head(n)


def blind_sheet(frame: "pd.DataFrame", rows: IntArray, hidden: Collection[str]) -> "pd.DataFrame":
    """Return a table of rows with an empty column for answers, without the columns that would tell what others said.

    Parameters
    ----------
    frame : DataFrame
    rows : ndarray of shape (n,)
    hidden : collection of str
        Names of the columns to leave out.

    Raises
    ------
    InvalidParameterError
        If the table has a column of its own that is called row or answer.
    """
    shown = frame.drop(columns=[name for name in frame.columns if name in hidden])
    for name in (ROW, ANSWER):
        if name in shown.columns:
            raise InvalidParameterError(
                f"The table has a column {name!r} already. Rename it, so that answers have a place."
            )
    sheet = shown.iloc[rows].copy()
    sheet.insert(0, ROW, rows + 1)
    sheet.insert(1, ANSWER, "")
    return sheet


def read_sheet(sheet: "pd.DataFrame", answers: Sequence[Label | None], n_rows: int, seed: int) -> Answered:
    """Return the answers of a filled-in sheet.

    Parameters
    ----------
    sheet : DataFrame
        With the column ``row``, in any order.
    answers : list of shape (n_sheet_rows,)
        Of its rows; None: empty.
    n_rows : int
        Of the pile.
    seed : int
        The draw's.

    Raises
    ------
    InvalidParameterError
        If its rows are not those that were drawn: one was left out, added or taken twice.
    """
    if ROW not in sheet.columns:
        raise InvalidParameterError(
            f"The file of answers has no column {ROW!r}: it must be the one that querist audit wrote, filled in."
        )
    numbers = _numbers(sheet[ROW])
    drawn = drawn_rows(n_rows, min(numbers.size, n_rows), seed)
    if numbers.size > n_rows or not np.array_equal(np.sort(numbers), np.sort(drawn)):
        strange = sorted({*numbers.tolist()}.symmetric_difference(drawn.tolist()))
        which = f" The first that differs is row {strange[0] + 1}." if strange else " A row stands twice."
        raise InvalidParameterError(
            f"The {numbers.size} rows of answers are not the first {numbers.size} of the draw, so they are no random "
            f"sample.{which} Rows that nobody can answer stay in, with an empty answer; --seed must be the draw's."
        )
    told = dict(zip(numbers.tolist(), answers, strict=True))
    last = max((place for place, row in enumerate(drawn.tolist()) if told[row] is not None), default=-1)
    head = drawn[: last + 1].tolist()
    known = [(row, label) for row in head if (label := told[row]) is not None]
    rows = np.array([row for row, _ in known], np.int64)
    return Answered(rows, [label for _, label in known], len(head) - len(known))


def _numbers(column: Any) -> IntArray:
    try:
        values = np.asarray(column, np.float64)
    except (TypeError, ValueError):
        values = np.array([np.nan])
    if not (np.isfinite(values).all() and (values == np.floor(values)).all() and (values >= 1).all()):
        raise InvalidParameterError(f"The column {ROW!r} must hold the row numbers that querist audit wrote.")
    return values.astype(np.int64) - 1
