"""Labels in files, as other programs and Querist's own export write them, in one shape."""

import datetime
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from querist.data.bounds import Bounds
from querist.data.decoding import decode
from querist.data.delimited import Delimited, cut
from querist.data.json_rows import json_list, json_objects
from querist.data.libsvm import looks_like_libsvm
from querist.data.own_columns import querist_names, restore
from querist.data.packed import Unpacked, unpacked
from querist.data.read import READERS
from querist.data.reading import DELIMITED, SPREADSHEETS, Reading
from querist.data.sheets import open_sheet
from querist.data.typed_cells import json_value
from querist.exceptions import DataError, FileFormatError
from querist.labelling.intake.json_cells import columns_of
from querist.labelling.label_files.tasks import LabelRow, identity, label_studio, prodigy, seconds_of, understood, words
from querist.labelling.log.classes import class_name_of

_COMMA = re.compile(r"\d,\d")
_TRUE = (True, "true", "TRUE", "True", "1", 1)


@dataclass(frozen=True)
class _File:
    """What is read: `columns` are the user's."""

    path: Path
    data: bytes
    columns: tuple[str, ...]
    bounds: Bounds
    reading: Reading
    kind: str


def label_rows(
    data: bytes, name: str, columns: Iterable[str], *, bounds: Bounds, reading: Reading
) -> Iterator[LabelRow]:
    """Yield what a file says, row by row.

    Raises
    ------
    FileFormatError
        If the ending is not known, or the content is not what it says.
    DataError
        If no column holds labels, two columns have the same name, or the file unfolds to more than the bounds.
    """
    path, own, n_rows = Path(name), tuple(columns), 0
    for member in unpacked(path, data, READERS, bounds):
        where = path if member.name is None else path / member.name
        reading.check(where, member.kind)
        for row in _reader(member)(_File(where, member.data, own, bounds, reading, member.kind)):
            n_rows += 1
            bounds.check_rows(path, n_rows)
            yield row


def _reader(member: Unpacked) -> "Callable[[_File], Iterator[LabelRow]]":
    """Return what reads a file: row by row where a row can be wrong by itself, else as every other command does."""
    is_libsvm = member.kind in (".txt", ".dat", ".data") and looks_like_libsvm(member.data)
    return _as_table if is_libsvm else _READERS.get(member.kind, _as_table)


def _delimited(file: _File) -> Iterator[LabelRow]:
    found = cut(file.path, _text(file), file.bounds, file.reading)
    # Only Querist's own files have had apostrophes put before what looks like a formula.
    own = querist_names(file.columns)["id"] in found.names
    header = [restore(cell) for cell in found.names] if own else found.names
    table = _Table(file, header)
    # Only where numbers may have commas all of them are looked at first.
    commas = not own and _COMMA.search(found.text) is not None
    numbers = (
        _numbers(file, found, [cells for _, cells in found.records() if len(cells) == len(header)]) if commas else []
    )
    told = iter(numbers)
    for line, cells in found.records():
        where = f"{file.path}, line {line}"
        if len(cells) != len(header):
            yield LabelRow(where, problem=f"it has {len(cells)} cells, the header has {len(header)}")
        else:
            named = dict(zip(header, map(restore, cells) if own else cells, strict=True))
            yield table.read(where, named, numbers=next(told, {}))


def _numbers(file: _File, found: Delimited, records: list[list[str]]) -> list[dict[str, Any]]:
    """Return the columns of numbers as a table reads them; nothing where all numbers have points."""
    if not any(_COMMA.search(cell) for cells in records for cell in cells):
        return []
    typed: Any = found.typed(file.path, records).as_written()
    lines = typed.select_dtypes("number").to_dict("records")
    return [{str(name): value for name, value in line.items()} for line in lines]


def _text(file: _File) -> str:
    try:
        return file.data.decode("utf-8-sig")  # as Querist writes it, zero characters included
    except UnicodeDecodeError:
        return decode(file.path, file.data)[0]


def _spreadsheet(file: _File) -> Iterator[LabelRow]:
    sheet = open_sheet(file.path, file.data, file.reading, file.bounds)
    table = _Table(file, list(sheet.names.values()))
    for number, cells in sheet.rows:
        yield table.read(f"{file.path}, row {number}", {name: cells[place] for place, name in sheet.names.items()})


def _as_table(file: _File) -> Iterator[LabelRow]:
    table = READERS[file.kind](file.path, file.data, file.reading, file.bounds)
    columns, _ = columns_of(table, file.bounds)
    read = _Table(file, list(columns)).read
    for number, cells in enumerate(zip(*columns.values(), strict=True), 1):
        yield read(f"{file.path}, row {number}", dict(zip(columns, cells, strict=True)))


def _json_lines(file: _File) -> Iterator[LabelRow]:
    names = querist_names(file.columns)
    found = False
    for number, task in json_objects(file.path, file.data, file.bounds):
        where = f"{file.path}, line {number}"
        if isinstance(task, FileFormatError):
            yield LabelRow(where, problem=_without_place(task, where))
            continue
        found = True
        task = json_value(task)  # noqa: PLW2901 - the same, as it can be written
        if "accept" in task or "answer" in task or "querist" in task:
            yield from understood(where, prodigy, task)
        elif "label" not in task and names["label"] not in task:
            yield LabelRow(where, problem="it has no label")
        else:
            yield _Table(file, list(task)).read(where, task)
    if not found:
        raise FileFormatError(f"{file.path} holds no JSON object. Name a file with a label in each line or row.")


def _without_place(error: FileFormatError, where: str) -> str:
    return str(error).removeprefix(f"{where}: ").rstrip(".")


def _json(file: _File) -> Iterator[LabelRow]:
    for number, task in enumerate(map(json_value, json_list(file.path, file.data, file.bounds)[0]), 1):
        where = f"{file.path}, task {number}"
        if not isinstance(task, dict):
            yield LabelRow(where, problem="no object {...}")
        elif isinstance(task.get("data"), dict):
            yield from understood(where, label_studio, task, querist_names(file.columns)["id"])
        else:
            yield _Table(file, list(task)).read(where, task)


class _Table:
    """A table of labels: which column holds what."""

    def __init__(self, file: _File, header: list[str]) -> None:
        # Names of columns are read without the blanks around them.
        self._columns = {name: name if name in header else name.strip() for name in file.columns}
        self._names = names = querist_names(file.columns)
        there = set(header)
        self._label = next((each for each in (names["label"], "label") if each in there), None)
        if self._label is None:
            listed = ", ".join(map(repr, header[:20]))
            raise DataError(
                f"{file.path} has no column 'label'. It has: {listed}. Rename the one that holds the labels."
            )

    def read(self, where: str, cells: dict[str, Any], *, numbers: Mapping[str, Any] = MappingProxyType({})) -> LabelRow:
        """Return what one row says."""

        def own(key: str) -> Any:
            value = cells.get(self._names[key])
            return None if value == "" else value

        label = class_name_of(_plain(cells.get(str(self._label))))
        return LabelRow(
            where,
            own_id=identity(own("id")),
            cells={name: _plain(cells[there]) for name, there in self._columns.items() if there in cells},
            numbers={name: _plain(numbers[there]) for name, there in self._columns.items() if there in numbers},
            shown=words(cells.get("text", cells.get("image"))),
            label=label,
            skipped=label is None and own("status") == "skipped",
            annotator=words(own("annotator")),
            at=seconds_of(own("labelled_at")),
            flagged=own("flagged") in _TRUE,
            note=words(own("note")) or "",
            by_model=own("status") == "model",
        )


def _plain(value: Any) -> Any:
    """Return a cell as JSON holds it: dates as texts, NaN as a gap."""
    if isinstance(value, float) and math.isnan(value):
        return None
    if value is None or isinstance(value, str | int | float | list | dict):
        return value
    if isinstance(value, datetime.datetime) and value.tzinfo is None and value.time() == datetime.time():
        value = value.date()
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)


_READERS: dict[str, Callable[[_File], Iterator[LabelRow]]] = {
    **dict.fromkeys(DELIMITED, _delimited),
    **dict.fromkeys(SPREADSHEETS, _spreadsheet),
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".json": _json,
}
