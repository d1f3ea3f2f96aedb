"""CSV that spreadsheets open without running what is in it."""

import csv
import io
import itertools
import re
from collections.abc import Iterable
from typing import Any, BinaryIO

from querist.data.cell_texts import as_text, visible
from querist.data.own_columns import FORMULA
from querist.labelling.export.layout import Layout, told_halves
from querist.labelling.export.records import Record

_ROWS_AT_ONCE = 100
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


def neutralise(cell: str) -> str:
    """Put an apostrophe before a cell that a spreadsheet could run; plain numbers stay as they are.

    A cell that begins with apostrophes and goes on like a formula gets one more, so that
    `querist.data.own_columns.restore` finds exactly what was there.

    Examples
    --------
    >>> [neutralise(cell) for cell in ("=1+1", "-1.5", "-x", "'=1", "it's", "'quoted'")]
    ["'=1+1", '-1.5', "'-x", "''=1", "it's", "'quoted'"]
    """
    return f"'{cell}" if FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def write_csv(records: Iterable[Record], target: BinaryIO, layout: Layout) -> tuple[str, ...]:
    """Write records as `write_lines` does."""
    return write_lines(itertools.chain([layout.header], layout.rows(records)), target)


def write_lines(lines: Iterable[list[Any]], target: BinaryIO) -> tuple[str, ...]:
    """Write comma-separated UTF-8 with a byte-order mark, without which Excel shows garbage for other than English.

    Returns
    -------
    tuple of str
        What could not be held as it is.
    """
    target.write(b"\xef\xbb\xbf")
    lines, halves = iter(lines), 0
    while chunk := list(itertools.islice(lines, _ROWS_AT_ONCE)):
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows([_cell(value) for value in line] for line in chunk)
        encoded, found = _encoded(text.getvalue())
        target.write(encoded)
        halves += found
    return told_halves(halves, "CSV in UTF-8")


def _cell(value: Any) -> str:
    if value is None:  # most of Querist's own columns of a row that nobody has answered
        return ""
    return neutralise(value) if isinstance(value, str) else as_text(value)


def _encoded(text: str) -> tuple[bytes, int]:
    try:
        return text.encode(), 0
    except UnicodeEncodeError:
        shown, halves = visible(text)
        return shown.encode(), halves
