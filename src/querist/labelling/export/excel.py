"""Excel workbooks: texts as texts, never as formulas; what Excel cannot hold is told on a sheet of its own."""

import math
import re
from collections.abc import Iterable
from typing import Any, BinaryIO

from querist.data.cell_texts import as_text, visible
from querist.exceptions import InvalidParameterError
from querist.labelling.export.layout import Layout
from querist.labelling.export.records import Record

MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 1_048_576, 16_384, 32_767
CUT = " … [cut: Excel holds 32,767 characters in a cell, this text has {:,}]"
# Whole numbers beyond 15 digits are rounded by Excel.
_EXACT = 10**15
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NEVER = re.compile("[\ufffe\uffff]")
_MOST_NOTES = 1000


def write_excel(records: Iterable[Record], target: BinaryIO, layout: Layout) -> tuple[str, ...]:
    """Write a sheet of rows, and a sheet of notes where a cell could not be written as it is.

    Raises
    ------
    InvalidParameterError
        If there are more rows or columns than a sheet takes.
    """
    import xlsxwriter

    header = layout.header
    if len(header) > MOST_COLUMNS:
        raise InvalidParameterError(
            f"Excel holds {MOST_COLUMNS:,} columns, this table has {len(header):,}. Choose csv, jsonl or parquet."
        )
    # Rows go to the disk one by one; texts are written as texts, never as formulas or links.
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
        bold = book.add_format({"bold": True})
        sheet = _Sheet(book.add_worksheet("labels"), header)
        sheet.write(0, header, bold)
        for number, cells in enumerate(layout.rows(records), 1):
            if number == MOST_ROWS:
                raise InvalidParameterError(
                    f"Excel holds {MOST_ROWS - 1:,} rows below the header, and there are more. "
                    "Choose csv, jsonl or parquet."
                )
            sheet.write(number, cells)
        if sheet.notes:
            notes = book.add_worksheet("notes")
            for number, line in enumerate([("row", "column", "note"), *sheet.notes]):
                for place, cell in enumerate(line):
                    notes.write_string(number, place, cell, bold if number == 0 else None)
    return tuple(f"row {row}, column {column}: {note}" if row else note for row, column, note in sheet.notes)


class _Sheet:
    """A sheet, and what could not be written on it as it is."""

    def __init__(self, sheet: Any, header: list[str]) -> None:
        self._sheet = sheet
        self._header = header
        self._unlisted = 0
        self._rounded = 0
        self._notes: list[tuple[str, str, str]] = []

    def write(self, row: int, cells: list[Any], style: Any = None) -> None:
        sheet = self._sheet
        for place, value in enumerate(cells):
            if value is None or value == "":
                continue
            if isinstance(value, bool):
                sheet.write_boolean(row, place, value, style)
            elif isinstance(value, int | float) and math.isfinite(value) and abs(value) < _EXACT:
                kept = float(f"{value:.15g}")
                self._rounded += kept != value
                sheet.write_number(row, place, kept, style)
            else:
                sheet.write_string(row, place, self._text(row, place, value), style)

    def _text(self, row: int, place: int, value: Any) -> str:
        text = as_text(value)
        if isinstance(value, int | float):
            self._tell(row, place, "written as a text: Excel would round or refuse the number")
            return text
        if _CONTROL.search(text):
            # XlsxWriter escapes them as the format demands (_x0007_); Excel and Querist read them back.
            self._tell(row, place, "control characters are written as _x0007_ and the like; some programs show that")
        text, impossible = _possible(text)
        if impossible:
            self._tell(row, place, r"what is no character is written as \udXXX: a workbook cannot hold it")
        length = _units(text)
        if length <= LONGEST_CELL:
            return text
        self._tell(row, place, f"cut from {length:,} characters to the {LONGEST_CELL:,} that a cell holds")
        return cut(text)

    def _tell(self, row: int, place: int, note: str) -> None:
        if len(self._notes) < _MOST_NOTES:
            self._notes.append((str(row + 1), _possible(self._header[place])[0][:1000], note))
        else:
            self._unlisted += 1

    @property
    def notes(self) -> list[tuple[str, str, str]]:
        told = [("", "", f"{self._unlisted:,} more such cells")] if self._unlisted else []
        if self._rounded:
            told.append(("", "", f"{self._rounded:,} numbers have more than the 15 digits that Excel keeps"))
        return self._notes + told


def cut(text: str) -> str:
    """Shorten a text to what a cell holds, and say so at its end."""
    ending = CUT.format(_units(text))
    kept = text.encode("utf-16-le")[: 2 * (LONGEST_CELL - _units(ending))]
    return kept.decode("utf-16-le", "ignore") + ending


def _possible(text: str) -> tuple[str, int]:
    """Write what XML cannot hold visibly, and return how much that was."""
    text, halves = visible(text)
    text, others = _NEVER.subn(lambda found: f"\\u{ord(found.group()):04x}", text)
    return text, halves + others


def _units(text: str) -> int:
    """Excel counts characters beyond the first 65,536 twice."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
