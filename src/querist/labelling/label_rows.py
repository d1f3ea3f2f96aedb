"""Labels in files, as other programs and Querist's own export write them, in one shape."""

import csv
import datetime
import io
import json
import math
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from querist.data.decoding import decode
from querist.exceptions import DataError, FileFormatError
from querist.labelling.export.delimited import restore
from querist.labelling.export.layout import querist_names
from querist.labelling.given_labels import label_of

_DELIMITERS = ",;\t|"
_LONGEST_CELL = 2**31 - 1
_TRUE = (True, "true", "TRUE", "True", "1", 1)


@dataclass(frozen=True)
class LabelRow:
    """What a file says of one row: `problem` is why it says nothing that can be used.

    `cells` are the user's columns as far as they are there; `shown` is a text or image whose
    column is not named.
    """

    where: str
    own_id: str | None = None
    cells: dict[str, Any] = field(default_factory=dict)
    shown: str | None = None
    label: str | None = None
    skipped: bool = False
    annotator: str | None = None
    at: float | None = None
    flagged: bool = False
    note: str = ""
    problem: str = ""


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
            yield from _understood(where, _prodigy, task)
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
            yield from _understood(where, _label_studio, task, querist_names(columns)["id"])
        else:
            yield _Table(name, list(task), columns).read(where, task)


def _understood(where: str, read: Callable[..., Iterator[LabelRow]], *task: Any) -> list[LabelRow]:
    """Return what a task says; one of another shape than its program writes is a problem, not the end."""
    try:
        return list(read(where, *task))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        return [LabelRow(where, problem=f"it is not written as Prodigy or Label Studio do ({error!r})")]


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

        label = label_of(_plain(cells.get(str(self._label))))
        return LabelRow(
            where,
            own_id=_identity(own("id")),
            cells={name: _plain(cells[name]) for name in self._columns if name in cells},
            shown=_words(cells.get("text", cells.get("image"))),
            label=label,
            skipped=label is None and own("status") == "skipped",
            annotator=_words(own("annotator")),
            at=_moment(own("labelled_at")),
            flagged=own("flagged") in _TRUE,
            note=_words(own("note")) or "",
        )


def _prodigy(where: str, task: dict[str, Any]) -> Iterator[LabelRow]:
    """Yield what a task of Prodigy says: an accepted option of a choice, or the label of a yes-or-no question."""
    own: Any = task.get("querist")
    own = own if isinstance(own, dict) else {}
    given: Any = task.get("meta")
    shown = _words(task.get("text", task.get("image")))
    meta: dict[str, Any] = given if isinstance(given, dict) else {}
    # In Querist's own files every column stands in `meta`, or is named by `shown`.
    cells = dict(meta) if own else task | meta
    if own.get("shown") and shown is not None:
        cells[own["shown"]] = shown
    base = LabelRow(
        where,
        own_id=_identity(own.get("id")),
        cells=cells,
        shown=shown,
        flagged=own.get("flagged") is True or task.get("flagged") is True,
        note=_words(own.get("note")) or "",
    )
    answers = own.get("answers")
    if isinstance(answers, list) and answers:
        for answer in answers:
            person, at = _words(answer.get("annotator")), _moment(answer.get("at"))
            yield replace(base, label=label_of(answer.get("label")), annotator=person, at=at)
        return
    label, problem = _accepted(task)
    yield replace(
        base,
        label=label,
        problem=problem,
        skipped=task.get("answer") == "ignore",
        annotator=_words(own.get("annotator") if own else task.get("_annotator_id")),
        at=_moment(task.get("_timestamp")),
    )


def _accepted(task: dict[str, Any]) -> tuple[str | None, str]:
    accept, answer = task.get("accept"), task.get("answer")
    if answer == "ignore":
        return None, ""
    if answer == "reject":
        return None, "its answer is 'reject', which names no class"
    if isinstance(accept, list) and len(accept) > 1:
        return None, f"it accepts {len(accept)} options; a row has one class here"
    if isinstance(accept, list) and accept:
        return label_of(accept[0]), ""
    label = label_of(task.get("label"))
    if label is None and answer == "accept":
        return None, "its answer is 'accept', but no option or label is named"
    return label, ""


def _label_studio(where: str, task: dict[str, Any], id_name: str) -> Iterator[LabelRow]:
    """Yield what a task of Label Studio says, one row an annotation."""
    data: dict[str, Any] = task["data"]
    kept: Any = (task.get("meta") or {}).get("querist") or {}
    base = LabelRow(
        where,
        own_id=_identity(data.get(id_name)),
        cells=data,
        shown=_words(data.get("text", data.get("image"))),
        flagged=kept.get("flagged") is True,
        note=_words(kept.get("note")) or "",
    )
    annotations = task.get("annotations") or task.get("completions") or []
    if not annotations:
        yield base
    for annotation in annotations:
        skipped = annotation.get("was_cancelled") is True
        label, problem = (None, "") if skipped else _choice(annotation.get("result") or [])
        person, at = _completed_by(annotation), _moment(annotation.get("created_at"))
        yield replace(base, label=label, problem=problem, skipped=skipped, annotator=person, at=at)


def _choice(result: list[dict[str, Any]]) -> tuple[str | None, str]:
    chosen = [choice for part in result if part.get("type") == "choices" for choice in part["value"]["choices"]]
    if len(chosen) == 1:
        return label_of(chosen[0]), ""
    return None, f"its annotation has {len(chosen)} choices; a row has one class here"


def _completed_by(annotation: dict[str, Any]) -> str | None:
    person = annotation.get("completed_by")
    if isinstance(person, dict):
        return _words(person.get("email") or person.get("id"))
    name = annotation.get("created_username")
    return _words(name) if name else (None if person is None else f"user {person}")


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


def _identity(value: Any) -> str | None:
    """Spreadsheets turn whole numbers into floats."""
    if value is None or value == "":
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _words(value: Any) -> str | None:
    return None if value is None else str(value)


def _moment(value: Any) -> float | None:
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str):
        try:
            value = datetime.datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime.datetime):
        return None
    return (value if value.tzinfo else value.replace(tzinfo=datetime.UTC)).timestamp()


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
