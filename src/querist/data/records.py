"""JSON as a table."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from querist.data.bounds import Bounds
from querist.data.dialects import recognised
from querist.data.json_rows import json_list, json_objects, named_kind
from querist.data.nested import flattened
from querist.data.reading import Reading
from querist.data.table import Table, only_a_header
from querist.data.typed_cells import is_encodable, typed_column, without_half_letters
from querist.exceptions import DataError, FileFormatError

if TYPE_CHECKING:
    import pandas as pd


def read_json_lines(path: Path, data: bytes, reading: Reading, bounds: Bounds) -> Table:
    """Read one JSON object per line."""
    records = []
    for _, record in json_objects(path, data, bounds):
        if isinstance(record, FileFormatError):
            raise record
        records.append(record)
    return _from_records(path, records, bounds)


def read_json(path: Path, data: bytes, reading: Reading, bounds: Bounds) -> Table:
    """Read JSON objects, or columns: see `querist.data.json_rows.json_list`."""
    records, notes = json_list(path, data, bounds)
    for number, record in enumerate(records, 1):
        if not isinstance(record, dict):
            raise FileFormatError(f"{path}, row {number}: expected an object {{...}}, got {named_kind(record)}.")
    return _from_records(path, records, bounds, notes)


def _from_records(path: Path, records: list[dict[str, Any]], bounds: Bounds, notes: Sequence[str] = ()) -> Table:
    if not records:
        raise FileFormatError(f"{path} is empty: it holds no object. Name a file with rows.")
    notes = list(notes)
    found = recognised(records)
    if found is not None:
        records, notes = found.rows, [*notes, *found.notes]
    label = None if found is None else found.label
    names = list(dict.fromkeys(name for record in records for name in record))
    mended = [name for name in names if not is_encodable(name)]
    if mended:
        records = [{without_half_letters(name): cell for name, cell in record.items()} for record in records]
        names = list(dict.fromkeys(map(without_half_letters, names)))
        notes += [f"half a letter in the name {without_half_letters(name)!r} is read as U+FFFD" for name in mended]
    if not names:
        raise FileFormatError(f"{path}: its objects have no fields. Write one for each column.")
    # Objects that share no field make a table that is nearly empty.
    bounds.check_cells(path, len(records) * len(names), f"{len(records):,} objects, {len(names):,} fields in all")
    if found is None:
        for name in names:
            absent = sum(name not in record for record in records)
            if absent:
                notes.append(f"field {name!r} is absent in {absent} of {len(records)} objects; read as missing")
    try:
        columns, told = flattened({name: [record.get(name) for record in records] for name in names})
    except RecursionError:
        raise FileFormatError(f"{path} is nested too deeply. Write its fields side by side.") from None
    table = table_of(path, {name: typed_column(cells) for name, cells in columns.items()}, [*notes, *told])
    return table if label is None else with_labels(table, label, columns[label])


def with_labels(table: Table, name: str, cells: Sequence[Any]) -> Table:
    """Return a table whose column of labels holds just these: "1.50" is a class, and no number."""
    import pandas as pd

    frame = table.frame.assign(**{name: pd.Series(list(cells), dtype=object)}) if table.frame is not None else None
    return replace(table, frame=frame, label_column=name)


def table_of(path: Path, columns: dict[str, "pd.Series"], notes: list[str]) -> Table:
    """Return columns as a table."""
    import pandas as pd

    frame = pd.DataFrame(columns)
    if not len(frame):
        raise DataError(only_a_header(path))
    return Table(path, frame, notes=tuple(notes))
