"""Spreadsheets, Parquet and JSON: files whose cells have types."""

import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from querist.data.bounds import Bounds
from querist.data.json_bounds import check_json
from querist.data.parquet_bounds import flat_columns, opened_parquet, parquet_errors
from querist.data.sheet_bounds import check_sheets
from querist.data.table import Table
from querist.data.typed_cells import (
    exact_integers,
    is_encodable,
    typed_column,
    whole,
    without_doubled_index,
    without_half_letters,
)
from querist.exceptions import DataError, FileFormatError

if TYPE_CHECKING:
    import pandas as pd

_PARTS = "Give each of its parts a column of its own, or drop the column from the file."


def open_sheet(
    path: Path, data: bytes, bounds: Bounds, sheet: str | None = None
) -> tuple[str, int, list[tuple[int, list[Any]]]]:
    """Return the name of a sheet, how many there are, and its rows that hold something, numbered as in the sheet.

    Raises
    ------
    FileFormatError
        If it is no spreadsheet, has no such sheet, or the sheet is empty.
    DataError
        If it unfolds to more than the bounds.
    """
    import python_calamine

    check_sheets(path, data, bounds)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            raise FileFormatError(f"{path} has no sheet {sheet!r}. It has: {', '.join(names)}.")
        chosen = names[0] if sheet is None else sheet
        rows = book.get_sheet_by_name(chosen).to_python(skip_empty_area=False)
    except FileFormatError:
        raise
    except Exception as error:  # calamine's errors have no common root
        hint = " Save it without a password." if "assword" in f"{type(error).__name__} {error}" else ""
        raise FileFormatError(f"{path} is not a spreadsheet that can be read: {error}.{hint}") from error
    held = [(number, row) for number, row in enumerate(rows, 1) if any(cell != "" for cell in row)]
    if not held:
        raise FileFormatError(f"{path}, sheet {chosen!r}, is empty.")
    return chosen, len(names), held


def header_names(path: Path, header: Sequence[Any], empty: Sequence[bool]) -> tuple[dict[int, str], list[str]]:
    """Return the names of a sheet's columns by their place, and notes on them; columns of nothing have none.

    Parameters
    ----------
    header : sequence of cell
    empty : sequence of bool
        Whether there is nothing in the column below its header.

    Raises
    ------
    DataError
        If two columns have the same name.
    """
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
            raise DataError(f"{path}: columns {first} and {place + 1} are both called {name!r}. Rename one.")
        names[place] = name
    return names, notes


def read_spreadsheet(path: Path, data: bytes, sheet: str | None, bounds: Bounds) -> Table:
    """Read one sheet of .xlsx, .xls or .ods; its first row holds the names of the columns."""
    chosen, n_sheets, ((_, header), *rows) = open_sheet(path, data, bounds, sheet)
    notes = [] if sheet is not None or n_sheets == 1 else [f"read the first sheet, {chosen!r}, of {n_sheets}"]
    cells = [[None if row[place] == "" else row[place] for _, row in rows] for place in range(len(header))]
    names, told = header_names(path, header, [all(value is None for value in column) for column in cells])
    return _table(path, {name: typed_column(cells[place]) for place, name in names.items()}, [*notes, *told])


def read_parquet(path: Path, data: bytes, sheet: str | None, bounds: Bounds) -> Table:
    """Read a Parquet file; an index that pandas saved becomes a column if it has a name."""
    import pandas as pd

    file = opened_parquet(path, data, bounds)
    flat = flat_columns(file)
    for field in file.schema_arrow:
        if field.name not in flat:
            raise DataError(f"{path}: column {field.name!r} holds {field.type}, not a single value. {_PARTS}")
    with parquet_errors(path):
        table = file.read()
        table.validate(full=True)  # texts that are no UTF-8
        frame = exact_integers(table.to_pandas(), table)
    frame, notes = without_doubled_index(frame)
    named = [name for name in frame.index.names if name is not None]
    frame = frame.reset_index(level=named).reset_index(drop=True) if named else frame.reset_index(drop=True)
    names = [str(name) for name in frame.columns]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        places = [str(place) for place, name in enumerate(names, 1) if name == twice[0]]
        raise DataError(f"{path}: columns {' and '.join(places)} are both called {twice[0]!r}. Rename one.")
    frame.columns = pd.Index(names)
    _check_cells(path, frame)
    return Table(path, frame, notes=tuple(notes))


def read_json_lines(path: Path, data: bytes, sheet: str | None, bounds: Bounds) -> Table:
    """Read one JSON object per line."""
    records = []
    for _, record in json_objects(path, data, bounds):
        if isinstance(record, FileFormatError):
            raise record
        records.append(record)
    return _from_records(path, records, bounds)


def read_json(path: Path, data: bytes, sheet: str | None, bounds: Bounds) -> Table:
    """Read a list of JSON objects."""
    records = []
    for number, record in enumerate(json_list(path, data, bounds), 1):
        if not isinstance(record, dict):
            raise FileFormatError(f"{path}, row {number}: expected an object {{...}}, got {_named(record)}.")
        records.append(record)
    return _from_records(path, records, bounds)


def json_objects(path: Path, data: bytes, bounds: Bounds) -> Iterator[tuple[int, dict[str, Any] | FileFormatError]]:
    """Yield the object on each line of a file, or what is wrong with the line; with its number.

    Raises
    ------
    DataError
        If it unfolds to more than the bounds.
    """
    data = _eight_bits(data)
    check_json(path, data, bounds)
    start = 0
    for number, line in enumerate(_lines(data), 1):
        found: Any
        try:
            text = line.decode("utf-8-sig")
            found = json.loads(text) if text.strip() else None
        except UnicodeDecodeError as error:
            found = _not_utf8(path, number, start + error.start)
        except json.JSONDecodeError as error:
            found = FileFormatError(f"{path}, line {number}: not JSON ({error.msg}, column {error.colno}).")
        except (RecursionError, ValueError) as error:
            found = FileFormatError(f"{path}, line {number}: not JSON ({_why(error)}).")
        else:
            if not isinstance(found, dict):
                told = f"{path}, line {number}: expected an object {{...}}, got {_named(found)}."
                found = FileFormatError(told) if text.strip() else None
        if found is not None:
            yield number, found
        start += len(line) + 1


def _eight_bits(data: bytes) -> bytes:
    return data.decode("utf-16", "replace").encode() if data[:2] in (b"\xff\xfe", b"\xfe\xff") else data


def _lines(data: bytes) -> Iterator[bytes]:
    # Not splitlines: JSON texts may hold other line separators, which do not end a record. One by one: a file may
    # be nothing but line ends.
    start = 0
    while (end := data.find(b"\n", start)) >= 0:
        yield data[start:end]
        start = end + 1
    yield data[start:]


def json_list(path: Path, data: bytes, bounds: Bounds) -> list[Any]:
    """Return the list that a JSON file holds.

    Raises
    ------
    FileFormatError
        If it holds none.
    DataError
        If it unfolds to more than the bounds.
    """
    check_json(path, _eight_bits(data), bounds)
    try:
        found = json.loads(_decoded(path, data))
    except json.JSONDecodeError as error:
        hint = ""
        if error.msg == "Extra data":
            hint = " If each line is an object of its own, give the file the ending .jsonl."
        raise FileFormatError(f"{path}, line {error.lineno}: not JSON ({error.msg}).{hint}") from None
    except (RecursionError, ValueError) as error:
        raise FileFormatError(f"{path}: not JSON ({_why(error)}).") from None
    if not isinstance(found, list):
        raise FileFormatError(f"{path}: expected a list of objects, [{{...}}, ...], got {_named(found)}.")
    return found


def _why(error: Exception) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)


def _decoded(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(path, data.count(b"\n", 0, error.start) + 1, error.start) from None


def _not_utf8(path: Path, line: int, byte: int) -> FileFormatError:
    return FileFormatError(
        f"{path}, line {line}: byte {byte} is not UTF-8, which JSON must be. Save the file as UTF-8."
    )


def _named(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "a boolean", type(None): "null"}
    return kinds.get(type(value), "a number")


def _from_records(path: Path, records: Sequence[dict[str, Any]], bounds: Bounds) -> Table:
    if not records:
        raise FileFormatError(f"{path} is empty: it holds no object.")
    names = list(dict.fromkeys(name for record in records for name in record))
    mended = [name for name in names if not is_encodable(name)]
    if mended:
        records = [{without_half_letters(name): cell for name, cell in record.items()} for record in records]
        names = list(dict.fromkeys(map(without_half_letters, names)))
    if not names:
        raise FileFormatError(f"{path}: its objects have no fields.")
    # Objects that share no field make a table that is nearly empty.
    bounds.check_cells(path, len(records) * len(names), f"{len(records):,} objects, {len(names):,} fields in all")
    notes = [f"half a letter in the name {without_half_letters(name)!r} is read as U+FFFD" for name in mended]
    columns = {}
    for name in names:
        absent = sum(name not in record for record in records)
        if absent:
            notes.append(f"field {name!r} is absent in {absent} of {len(records)} objects; read as missing")
        columns[name] = typed_column([record.get(name) for record in records])
    return _table(path, columns, notes)


def _table(path: Path, columns: dict[str, "pd.Series"], notes: list[str]) -> Table:
    import pandas as pd

    frame = pd.DataFrame(columns)
    if not len(frame):
        raise DataError(f"{path} has a header but no row of data.")
    _check_cells(path, frame)
    return Table(path, frame, notes=tuple(notes))


def _check_cells(path: Path, frame: "pd.DataFrame") -> None:
    for name in frame.columns:
        if frame[name].dtype != object:
            continue
        for row, cell in enumerate(frame[name], 1):
            if isinstance(cell, list | dict | set | tuple) or hasattr(cell, "__array__"):
                raise DataError(
                    f"{path}: column {name!r}, row {row} holds {type(cell).__name__}, not a single value. {_PARTS}"
                )
