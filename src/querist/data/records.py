"""Spreadsheets, Parquet and JSON: files whose cells have types."""

import datetime
import io
import json
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from querist.data.table import Table
from querist.exceptions import DataError, FileFormatError

if TYPE_CHECKING:
    import pandas as pd


def read_spreadsheet(path: Path, data: bytes, sheet: str | None) -> Table:
    """Read one sheet of .xlsx, .xls or .ods; its first row holds the names of the columns."""
    import python_calamine

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
    rows = [row for row in rows if any(cell != "" for cell in row)]
    if not rows:
        raise FileFormatError(f"{path}, sheet {chosen!r}, is empty.")
    columns: dict[str, Any] = {}
    notes = [] if sheet is not None or len(names) == 1 else [f"read the first sheet, {chosen!r}, of {len(names)}"]
    cells_of = zip(*rows, strict=True)
    for place, cells in enumerate(cells_of, 1):
        header, values = cells[0], [None if cell == "" else cell for cell in cells[1:]]
        if header == "" and all(value is None for value in values):
            continue  # a spreadsheet ends where something was once written
        name = str(_whole(header)).strip() or f"column {place}"
        if header == "":
            notes.append(f"column {place} has no name; it is called {name!r}")
        if name in columns:
            first = list(columns).index(name) + 1
            raise DataError(f"{path}: columns {first} and {place} are both called {name!r}. Rename one.")
        columns[name] = _column(values)
    return _table(path, columns, notes)


def read_parquet(path: Path, data: bytes, sheet: str | None) -> Table:
    """Read a Parquet file; an index that pandas saved becomes a column if it has a name."""
    import pandas as pd

    try:
        frame = pd.read_parquet(io.BytesIO(data))
    except Exception as error:  # pyarrow's errors have no common root
        raise FileFormatError(f"{path} is not a Parquet file that can be read: {error}.") from error
    named = [name for name in frame.index.names if name is not None]
    frame = frame.reset_index(level=named).reset_index(drop=True) if named else frame.reset_index(drop=True)
    names = [str(name) for name in frame.columns]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        places = [str(place) for place, name in enumerate(names, 1) if name == twice[0]]
        raise DataError(f"{path}: columns {' and '.join(places)} are both called {twice[0]!r}. Rename one.")
    frame.columns = pd.Index(names)
    _check_cells(path, frame)
    return Table(path, frame)


def read_json_lines(path: Path, data: bytes, sheet: str | None) -> Table:
    """Read one JSON object per line."""
    return _from_records(path, _lines(path, _decoded(path, data)))


def read_json(path: Path, data: bytes, sheet: str | None) -> Table:
    """Read a list of JSON objects."""
    text = _decoded(path, data)
    try:
        records = json.loads(text)
    except json.JSONDecodeError as error:
        hint = ""
        if error.msg == "Extra data":
            hint = " If each line is an object of its own, give the file the ending .jsonl."
        raise FileFormatError(f"{path}, line {error.lineno}: not JSON ({error.msg}).{hint}") from None
    if not isinstance(records, list):
        raise FileFormatError(f"{path}: expected a list of objects, [{{...}}, ...], got {_named(records)}.")
    for number, record in enumerate(records, 1):
        if not isinstance(record, dict):
            raise FileFormatError(f"{path}, row {number}: expected an object {{...}}, got {_named(record)}.")
    return _from_records(path, records)


def _decoded(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileFormatError(
            f"{path}, line {line}: byte {error.start} is not UTF-8, which JSON must be. Save the file as UTF-8."
        ) from None


def _lines(path: Path, text: str) -> list[dict[str, Any]]:
    records = []
    # Not splitlines: JSON texts may hold other line separators, which do not end a record.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            raise FileFormatError(f"{path}, line {number}: not JSON ({error.msg}, column {error.colno}).") from None
        if not isinstance(record, dict):
            raise FileFormatError(f"{path}, line {number}: expected an object {{...}}, got {_named(record)}.")
        records.append(record)
    return records


def _named(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "a boolean", type(None): "null"}
    return kinds.get(type(value), "a number")


def _from_records(path: Path, records: Sequence[dict[str, Any]]) -> Table:
    if not records:
        raise FileFormatError(f"{path} is empty: it holds no object.")
    names = list(dict.fromkeys(name for record in records for name in record))
    if not names:
        raise FileFormatError(f"{path}: its objects have no fields.")
    notes = []
    columns = {}
    for name in names:
        absent = sum(name not in record for record in records)
        if absent:
            notes.append(f"field {name!r} is absent in {absent} of {len(records)} objects; read as missing")
        columns[name] = _column([record.get(name) for record in records])
    return _table(path, columns, notes)


def _table(path: Path, columns: dict[str, "pd.Series"], notes: list[str]) -> Table:
    import pandas as pd

    frame = pd.DataFrame(columns)
    if not len(frame):
        raise DataError(f"{path} has a header but no row of data.")
    _check_cells(path, frame)
    return Table(path, frame, notes=tuple(notes))


def _column(values: list[Any]) -> "pd.Series":
    """Return cells as numbers, booleans or dates where all are of one such kind; else they stay what they are."""
    import pandas as pd

    known = [value for value in values if value is not None and not (isinstance(value, float) and math.isnan(value))]
    kinds = {type(value) for value in known}
    if kinds and kinds <= {int, float}:
        values = [_whole(value) for value in values]
        inexact = len(known) < len(values) or float in {type(value) for value in values}
        if any(isinstance(value, int) and abs(value) > (2**53 if inexact else 2**63 - 1) for value in values):
            return pd.Series([None if value is None else str(value) for value in values], dtype=object)
        return pd.Series(values, dtype="float64" if inexact else "int64")
    if kinds == {bool} and len(known) == len(values):
        return pd.Series(values, dtype=bool)
    if kinds and kinds <= {datetime.datetime, datetime.date}:
        return pd.to_datetime(pd.Series(values, dtype=object))
    if not kinds:
        return pd.Series(float("nan"), index=range(len(values)))
    return pd.Series(values, dtype=object)


def _whole(value: Any) -> Any:
    # Spreadsheets know no whole numbers.
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53 else value


def _check_cells(path: Path, frame: "pd.DataFrame") -> None:
    for name in frame.columns:
        if frame[name].dtype != object:
            continue
        for row, cell in enumerate(frame[name], 1):
            if isinstance(cell, list | dict | set | tuple) or hasattr(cell, "__array__"):
                raise DataError(
                    f"{path}: column {name!r}, row {row} holds {type(cell).__name__}, not a single value. "
                    "Give each of its parts a column of its own, or drop the column from the file."
                )
