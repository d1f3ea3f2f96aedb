"""Numbers that data has already, in a project that asks for one: what the cells of their column say."""

import math
from typing import Any

from querist.data.written_numbers import is_missing
from querist.exceptions import DataError
from querist.labelling.intake.source import Source
from querist.labelling.log.numbers import NumberAsked


def number_column(source: Source, asked: NumberAsked, named: str | None) -> str | None:
    """Return the column of the numbers that are there: the one that is named, or is called like the number.

    A file that Querist wrote says itself which it is.

    Raises
    ------
    DataError
        If there is no column of the name.
    """
    if named is not None:
        return source.named(named, "label")
    return asked.name if asked.name in source.columns else source.label_column


def numbers_of(source: Source, column: str | None, asked: NumberAsked) -> list[float | None]:
    """Return the numbers already given, one a row, None where there is none; of no column: none.

    Raises
    ------
    DataError
        If a cell holds something else than a number, or one that is no answer.
    """
    if column is None:
        return [None] * source.n_rows
    found = []
    for row, cell in enumerate(source.columns[column], 1):
        number = _read(cell)
        why = "" if number is None else asked.why_not(number)
        if why:
            what = f"{cell!r} is no number." if math.isnan(number or 0.0) else why
            raise DataError(
                f"{source.path}: column {column!r}, row {row}: {what} Correct the cell, or leave it empty. Use "
                "--decimal comma if numbers are written so, --no-existing-labels if the column holds something else."
            )
        found.append(number)
    return found


def numbers_told(source: Source, column: str | None, asked: NumberAsked) -> list[str]:
    """Return notes on the numbers that are there."""
    known = [number for number in numbers_of(source, column, asked) if number is not None]
    if column is None:
        return []
    if not known:
        return [f"column {column!r} is empty: nothing is given yet, and it is neither shown nor learned from"]
    span = f"{asked.told(min(known))} to {asked.told(max(known))}"
    notes = [
        f"column {column!r}: {len(known)} numbers already given ({span}); kept as answers, neither shown nor learned "
        "from (--no-existing-labels to leave them out)"
    ]
    if len(known) == source.n_rows:
        notes.append("every row already has a number: there is nothing left to ask, unless you leave the numbers out")
    return notes


def _read(cell: Any) -> float | None:
    """Return the number of a cell, None for a gap, NaN for what is no number."""
    if cell is None or (isinstance(cell, str) and is_missing(cell.strip())):
        return None
    try:
        return math.nan if isinstance(cell, bool) else float(cell)
    except (TypeError, ValueError, OverflowError):
        return math.nan
