"""Spreadsheets: one sheet of .xlsx, .xls or .ods as a table."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from querist._words import listed
from querist.data.bounds import Bounds
from querist.data.header_lines import SEVERAL_LINES, Header, header_of, told_like_a_row
from querist.data.reading import Reading, names_given
from querist.data.records import table_of
from querist.data.sheet_bounds import check_sheets
from querist.data.table import Table
from querist.data.titles import n_titles, told_titles
from querist.data.typed_cells import typed_column, whole
from querist.exceptions import DataError, FileFormatError

_SAMPLE = 200


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook.

    Attributes
    ----------
    names : dict of int to str
        Of the columns, by their place.
    rows : list of (int, list)
        The rows below the names that hold something, numbered as in the sheet; an empty cell is "".
    notes : list of str
    """

    names: dict[int, str]
    rows: list[tuple[int, list[Any]]]
    notes: list[str]


def open_sheet(path: Path, data: bytes, reading: Reading, bounds: Bounds) -> Sheet:
    """Open a sheet of a workbook: the one that is asked for, or the first.

    Raises
    ------
    FileFormatError
        If it is no spreadsheet, has no such sheet, or the sheet is empty.
    DataError
        If it unfolds to more than the bounds, or two columns have the same name.
    """
    import python_calamine

    check_sheets(path, data, bounds)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = book.sheet_names
        if reading.sheet is not None and reading.sheet not in names:
            raise FileFormatError(f"{path} has no sheet {reading.sheet!r}. It has: {listed(names)}.")
        chosen = names[0] if reading.sheet is None else reading.sheet
        rows = book.get_sheet_by_name(chosen).to_python(skip_empty_area=False)
    except FileFormatError:
        raise
    except BaseException as error:  # calamine's errors have no common root, and what it stumbles over is a panic
        stumbled = type(error).__name__ == "PanicException"
        if not isinstance(error, Exception) and not stumbled:
            raise
        why = "it is damaged" if stumbled else error
        hint = " Save it without a password." if "assword" in f"{type(error).__name__} {error}" else ""
        raise FileFormatError(f"{path} is not a spreadsheet that can be read: {why}.{hint}") from error
    others = [name for name in names if name != chosen]
    where = f"{path}, sheet {chosen!r},"
    elsewhere = f" Other sheets: {listed(others)}. Name the one you mean (--sheet, sheet=)." if others else ""
    held = [(number, row) for number, row in enumerate(rows, 1) if any(cell != "" for cell in row)]
    if not held:
        raise FileFormatError(f"{where} is empty.{elsewhere}")
    told = [] if reading.sheet is not None or not others else [_first_told(chosen, others)]
    header, titles = _header(path, held, reading)
    told += [told_titles([row for _, row in held[:titles]])] if titles else []
    told += header.notes
    rest = held[titles + header.n_lines :]
    if not rest:
        raise DataError(f"{where} has a header but no row of data.{elsewhere}")
    places = range(len(header.cells))
    empty = [all(row[place] == "" for _, row in rest) for place in places]
    columns, more = _names(path, header.cells, empty)
    if reading.header:
        some = rest[:_SAMPLE]
        more += told_like_a_row(list(columns.values()), [[row[place] for _, row in some] for place in columns])
    return Sheet(columns, rest, [*told, *more])


def read_spreadsheet(path: Path, data: bytes, reading: Reading, bounds: Bounds) -> Table:
    """Read one sheet; its first row that holds something has the names of the columns, titles above it apart."""
    sheet = open_sheet(path, data, reading, bounds)
    columns = {
        name: typed_column([None if row[place] == "" else row[place] for _, row in sheet.rows])
        for place, name in sheet.names.items()
    }
    return table_of(path, columns, sheet.notes)


def _first_told(chosen: str, others: list[str]) -> str:
    return f"read the first sheet, {chosen!r}, of {len(others) + 1}; the others are {listed(others)} (--sheet, sheet=)"


def _header(path: Path, held: list[tuple[int, list[Any]]], reading: Reading) -> tuple[Header, int]:
    """Return what names the columns, and how many rows above it are titles."""
    if reading.header:
        some = held[:_SAMPLE]
        titles = n_titles([row for _, row in some]) if (reading.header_lines or 1) == 1 else 0
        return header_of([row for _, row in some[titles:]], [number for number, _ in some[titles:]], reading), titles
    filled = [place + 1 for _, row in held for place, cell in enumerate(row) if cell != ""]
    names = [*names_given(path, reading, max(filled)), *[""] * (len(held[0][1]) - max(filled))]
    return Header(names, 0, []), 0


def _names(path: Path, header: Sequence[Any], empty: Sequence[bool]) -> tuple[dict[int, str], list[str]]:
    """Return the names of a sheet's columns by their place, and notes on them; columns of nothing have none."""
    names: dict[int, str] = {}
    notes = []
    for place, cell in enumerate(header):
        if cell == "" and empty[place]:
            continue  # a spreadsheet ends where something was once written
        name = str(whole(cell)).strip() or f"column {place + 1}"
        if cell == "":
            notes.append(f"column {place + 1} has no name; it is called {name!r}")
        if name in names.values():
            first = next(place for place, each in names.items() if each == name) + 1
            raise DataError(
                f"{path}: columns {first} and {place + 1} are both called {name!r}. Rename one.{SEVERAL_LINES}"
            )
        names[place] = name
    return names, notes
