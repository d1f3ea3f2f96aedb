"""Labels in files, as other programs and Querist's own export write them, in one shape."""

import csv
import datetime
import io
import json
import math
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from querist.data.decoding import decode
from querist.exceptions import DataError, FileFormatError
from querist.labelling.export.delimited import restore
from querist.labelling.export.layout import querist_names
from querist.labelling.label_files.tasks import LabelRow, identity, label_studio, prodigy, seconds_of, understood, words
from querist.labelling.log.classes import class_name_of

_DELIMITERS = ",;\t|"
_LONGEST_CELL = 2**31 - 1
_TRUE = (True, "true", "TRUE", "True", "1", 1)


def label_rows(data: bytes, name: str, columns: Iterable[str], *, most_unpacked: int) -> Iterator[LabelRow]:
    """Yield what a file says, row by row.

    Raises
    ------
    FileFormatError
        If the ending is not known, or the content is not what it says.
    DataError
        If no column holds labels, or the file unpacks to more than `most_unpacked` bytes.
    """
    ending = Path(name).suffix.lower()
    if ending not in _READERS:
        known = ", ".join(_READERS)
        raise FileFormatError(f"{name}: labels are not read from files that end in {ending!r}. Known: {known}.")
    return _READERS[ending](data, name, tuple(columns), most_unpacked)


def _delimited(data: bytes, name: str, columns: tuple[str, ...], most_unpacked: int) -> Iterator[LabelRow]:
    before = csv.field_size_limit(_LONGEST_CELL)
    try:
        records = list(_records(_text(data, name), name))
    except csv.Error as error:
        raise FileFormatError(f"{name}: {error}. Save it anew as CSV in UTF-8.") from None
    finally:
        csv.field_size_limit(before)
    if not records:
        raise FileFormatError(f"{name} is empty.")
    (_, header), *rows = records
    # Only Querist's own files have had apostrophes put before what looks like a formula.
    own = querist_names(columns)["id"] in header
    header = [restore(cell) for cell in header] if own else header
    table = _Table(name, header, columns)
    for line, cells in rows:
        where = f"{name}, line {line}"
        if len(cells) != len(header):
            yield LabelRow(where, problem=f"it has {len(cells)} cells, the header has {len(header)}")
        else:
            yield table.read(where, dict(zip(header, map(restore, cells) if own else cells, strict=True)))


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return decode(Path(name), data)[0]


def _records(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line that it starts in."""

    def width(delimiter: str) -> int:
        return len(next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), []))

    delimiter = "\t" if name.lower().endswith(".tsv") else max(_DELIMITERS, key=width)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    for record in reader:
        if record:
            yield start, record
        start = reader.line_num + 1


def _spreadsheet(data: bytes, name: str, columns: tuple[str, ...], most_unpacked: int) -> Iterator[LabelRow]:
    import python_calamine

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_size(name, sum(part.file_size for part in archive.infolist()), most_unpacked)
        sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (zipfile.BadZipFile, python_calamine.CalamineError) as error:
        raise FileFormatError(f"{name} is no Excel workbook: {error}. Save it as .xlsx.") from None
    if not rows:
        raise FileFormatError(f"{name} is empty.")
    header = [str(cell) for cell in rows[0]]
    table = _Table(name, header, columns)
    for number, cells in enumerate(rows[1:], 2):
        if any(cell != "" for cell in cells):
            yield table.read(f"{name}, row {number}", dict(zip(header, cells, strict=True)))


def _parquet(data: bytes, name: str, columns: tuple[str, ...], most_unpacked: int) -> Iterator[LabelRow]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(io.BytesIO(data))
        meta = file.metadata
        size = sum(meta.row_group(place).total_byte_size for place in range(meta.num_row_groups))
        _check_size(name, size, most_unpacked)
        table = _Table(name, list(file.schema_arrow.names), columns)
        number = 0
        for batch in file.iter_batches(batch_size=10_000):
            for cells in batch.to_pylist():
                number += 1
                yield table.read(f"{name}, row {number}", cells)
    except (pa.ArrowInvalid, OSError) as error:
        raise FileFormatError(f"{name} is no Parquet file: {error}") from None


def _json_lines(data: bytes, name: str, columns: tuple[str, ...], most_unpacked: int) -> Iterator[LabelRow]:
    found = False
    for number, line in enumerate(io.BytesIO(data), 1):
        if not line.strip():
            continue
        where = f"{name}, line {number}"
        try:
            task = json.loads(line.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            yield LabelRow(where, problem=f"not JSON ({error})")
            continue
        found = True
        if not isinstance(task, dict):
            yield LabelRow(where, problem="no object {...}")
        elif "accept" in task or "answer" in task or "querist" in task:
            yield from understood(where, prodigy, task)
        elif "label" not in task and querist_names(columns)["label"] not in task:
            yield LabelRow(where, problem="it has no label")
        else:
            yield _Table(name, list(task), columns).read(where, task)
    if not found:
        raise FileFormatError(f"{name} holds no JSON object.")


def _json(data: bytes, name: str, columns: tuple[str, ...], most_unpacked: int) -> Iterator[LabelRow]:
    try:
        tasks = json.loads(_text(data, name))
    except (ValueError, RecursionError) as error:
        raise FileFormatError(f"{name}: not JSON ({error}). One object a line is .jsonl.") from None
    if not isinstance(tasks, list):
        raise FileFormatError(f"{name}: expected a list of tasks, [{{...}}, ...].")
    for number, task in enumerate(tasks, 1):
        where = f"{name}, task {number}"
        if not isinstance(task, dict):
            yield LabelRow(where, problem="no object {...}")
        elif isinstance(task.get("data"), dict):
            yield from understood(where, label_studio, task, querist_names(columns)["id"])
        else:
            yield _Table(name, list(task), columns).read(where, task)


class _Table:
    """A table of labels: which column holds what."""

    def __init__(self, name: str, header: list[str], columns: tuple[str, ...]) -> None:
        self._columns = columns
        self._names = names = querist_names(columns)
        there = set(header)
        self._label = next((each for each in (names["label"], "label") if each in there), None)
        if self._label is None:
            listed = ", ".join(map(repr, header[:20]))
            raise DataError(f"{name} has no column 'label'. It has: {listed}. Rename the one that holds the labels.")

    def read(self, where: str, cells: dict[str, Any]) -> LabelRow:
        """Return what one row says."""

        def own(key: str) -> Any:
            value = cells.get(self._names[key])
            return None if value == "" else value

        label = class_name_of(_plain(cells.get(str(self._label))))
        return LabelRow(
            where,
            own_id=identity(own("id")),
            cells={name: _plain(cells[name]) for name in self._columns if name in cells},
            shown=words(cells.get("text", cells.get("image"))),
            label=label,
            skipped=label is None and own("status") == "skipped",
            annotator=words(own("annotator")),
            at=seconds_of(own("labelled_at")),
            flagged=own("flagged") in _TRUE,
            note=words(own("note")) or "",
            by_model=own("status") == "model",
        )


def _check_size(name: str, size: int, most: int) -> None:
    if size > most:
        raise DataError(f"{name} unpacks to {size:,} bytes; at most {most:,} are read. Give it in parts.")


def _plain(value: Any) -> Any:
    """Return a cell as JSON holds it: dates as texts, NaN as a gap."""
    if isinstance(value, float) and math.isnan(value):
        return None
    if value is None or isinstance(value, str | int | float | list | dict):
        return value
    if isinstance(value, datetime.datetime) and value.tzinfo is None and value.time() == datetime.time():
        value = value.date()
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)


_READERS: dict[str, Callable[[bytes, str, tuple[str, ...], int], Iterator[LabelRow]]] = {
    ".csv": _delimited,
    ".tsv": _delimited,
    ".txt": _delimited,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".json": _json,
    ".parquet": _parquet,
    ".xlsx": _spreadsheet,
}
