"""Labels in files, as other programs and Querist's own export write them, in one shape."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
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
from querist.data.references import references
from querist.data.sheets import open_sheet
from querist.data.typed_cells import json_value
from querist.exceptions import FileFormatError
from querist.labelling.intake.json_cells import columns_of
from querist.labelling.label_files.label_table import LabelTable
from querist.labelling.label_files.tasks import LabelRow, label_studio, prodigy, understood

_COMMA = re.compile(r"\d,\d")


@dataclass(frozen=True)
class _File:
    """What is read: `columns` are the user's."""

    path: Path
    data: bytes
    columns: tuple[str, ...]
    bounds: Bounds
    reading: Reading
    kind: str
    label_column: str | None
    notes: list[str]

    def table(self, header: Iterable[str]) -> LabelTable:
        """Return which column of a table holds what."""
        made = LabelTable(self.path, self.columns, header, self.label_column)
        self.notes.extend(made.notes)
        return made


def label_rows(
    data: bytes,
    name: str,
    columns: Iterable[str],
    *,
    bounds: Bounds,
    reading: Reading,
    label_column: str | None = None,
    notes: list[str],
) -> Iterator[LabelRow]:
    """Yield what a file says, row by row, and put what is to be told of the whole file into `notes`.

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
        for row in _reader(member)(_File(where, member.data, own, bounds, reading, member.kind, label_column, notes)):
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
    table = file.table(header)
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
    table = file.table(list(sheet.names.values()))
    for number, cells in sheet.rows:
        yield table.read(f"{file.path}, row {number}", {name: cells[place] for place, name in sheet.names.items()})


def _as_table(file: _File) -> Iterator[LabelRow]:
    table = READERS[file.kind](file.path, file.data, file.reading, file.bounds)
    columns, _ = columns_of(table, file.bounds)
    read = file.table(list(columns)).read
    for number, cells in enumerate(zip(*columns.values(), strict=True), 1):
        yield read(f"{file.path}, row {number}", dict(zip(columns, cells, strict=True)))


def _references(file: _File) -> Iterator[LabelRow]:
    columns = references(file.path, file.data, file.bounds).columns
    read = file.table(list(columns)).read
    for number, cells in enumerate(zip(*columns.values(), strict=True), 1):
        yield read(f"{file.path}, record {number}", dict(zip(columns, cells, strict=True)))


def _json_lines(file: _File) -> Iterator[LabelRow]:
    objects = list(json_objects(file.path, file.data, file.bounds))
    tasks = [(f"{file.path}, line {number}", task) for number, task in objects]
    if not any(isinstance(task, dict) for _, task in tasks):
        raise FileFormatError(f"{file.path} holds no JSON object. Name a file with a label in each line or row.")
    yield from _tasks(file, tasks)


def _json(file: _File) -> Iterator[LabelRow]:
    rows, notes = json_list(file.path, file.data, file.bounds)
    file.notes.extend(notes)
    yield from _tasks(file, [(f"{file.path}, task {number}", task) for number, task in enumerate(rows, 1)])


def _tasks(file: _File, tasks: list[tuple[str, Any]]) -> Iterator[LabelRow]:
    """Yield what tasks say: those of other programs, and plain ones, which are rows of one table."""
    tasks = [(where, json_value(task)) for where, task in tasks]
    plain = [task for _, task in tasks if isinstance(task, dict) and not _is_of_program(file, task)]
    # One header for all: a task that lacks the column of labels has none.
    table = file.table(dict.fromkeys(name for task in plain for name in task)) if plain else None
    for where, task in tasks:
        if isinstance(task, FileFormatError):
            yield LabelRow(where, problem=str(task).removeprefix(f"{where}: ").rstrip("."))
        elif not isinstance(task, dict):
            yield LabelRow(where, problem="no object {...}")
        elif isinstance(task.get("data"), dict):
            yield from understood(where, label_studio, task, querist_names(file.columns)["id"])
        elif table is None or _is_of_program(file, task):
            yield from understood(where, prodigy, task)
        else:
            yield table.read(where, task)


def _is_of_program(file: _File, task: dict[str, Any]) -> bool:
    """Whether Label Studio, Prodigy or Querist has written a task, and not somebody a row of a table."""
    if file.label_column is not None and file.label_column in task:
        return False
    return isinstance(task.get("data"), dict) or "accept" in task or "answer" in task or "querist" in task


_READERS: dict[str, Callable[[_File], Iterator[LabelRow]]] = {
    **dict.fromkeys(DELIMITED, _delimited),
    **dict.fromkeys(SPREADSHEETS, _spreadsheet),
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".json": _json,
    ".ris": _references,
    ".nbib": _references,
}
