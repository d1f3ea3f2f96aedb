"""Records of literature: RIS, as reference managers write it, and MEDLINE's format (NBIB), as PubMed does.

Own code, since the libraries for it lose what they do not know or merge records (docs/decisions/0043-screening.md).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from querist.data.bounds import Bounds
from querist.data.decoding import decode
from querist.data.own_columns import GIVEN, PREDICTED, querist_names
from querist.data.reading import Reading
from querist.data.records import table_of, with_labels
from querist.data.reference_notes import decision_of, own_note
from querist.data.reference_tags import NBIB, RIS, Tags
from querist.data.table import Table
from querist.data.typed_cells import typed_column
from querist.exceptions import FileFormatError

_LINE_ENDS = re.compile("\r\n|\r|\n")
# What one program writes before each record: its number.
_NUMBER = re.compile(r"\d+\.?")
# A record of NBIB that lacks the tag that begins it is known by these, which stand once.
_ONCE = frozenset({"PMID", "TI"})
_SHOWN = 40
# What a provider may write above the first record.
_BEFORE = 10


@dataclass
class _Record:
    """Tags and values, and the number of the line that it begins with."""

    line: int
    pairs: list[tuple[str, str]] = field(default_factory=list)
    ended: bool = False

    def has(self, tag: str) -> bool:
        return any(tag == each for each, _ in self.pairs)


@dataclass
class _Told:
    """What is to be told of a file."""

    outside: list[str] = field(default_factory=list)
    n_wrapped: int = 0


def looks_like_references(text: str) -> bool:
    """Whether a text is RIS or NBIB: its first lines hold the tag that begins a record.

    Examples
    --------
    >>> looks_like_references("TY  - JOUR"), looks_like_references("PMID- 1"), looks_like_references("a, b")
    (True, True, False)
    """
    head = [line for line in _LINE_ENDS.split(text[: 1 << 12]) if line.strip()]
    return _kind_of("\n".join(head[:_BEFORE])) is not None


def read_references(path: Path, data: bytes, reading: Reading, bounds: Bounds) -> Table:
    """Read RIS or NBIB, whichever it is: a row a record, a column a tag; those that all know have names.

    Raises
    ------
    FileFormatError
        If no line has a tag of these formats.
    DataError
        If there are more records, or cells, than the bounds.
    """
    found = references(path, data, bounds)
    table = table_of(path, {name: typed_column(cells) for name, cells in found.columns.items()}, list(found.notes))
    return table if found.label is None else with_labels(table, found.label, found.columns[found.label])


@dataclass(frozen=True)
class References:
    """Columns of records, their cells as they stand there; the column of labels from notes, and what is to be told."""

    columns: dict[str, list[Any]]
    label: str | None
    notes: tuple[str, ...]


def references(path: Path, data: bytes, bounds: Bounds) -> References:
    """Return the columns of a file of RIS or NBIB; see `read_references`."""
    text, encoding = decode(path, data)
    tags = _kind_of(text)
    if tags is None:
        raise FileFormatError(
            f"{path} holds no record of literature: no line begins with the tag TY (RIS) or PMID (NBIB). "
            "Export it anew as RIS or in the format PubMed, or give it the ending of its kind."
        )
    told = _Told()
    records = _records(path, text, tags, bounds, told)
    rows: list[dict[str, Any]] = []
    names: dict[str, None] = {}
    for number, record in enumerate(records, 1):
        rows.append(dict(tags.fields(record.pairs)))
        names |= dict.fromkeys(rows[-1])
        bounds.check_cells(path, number * len(names), f"{len(records):,} records")
    notes = [f"{tags.format}, {encoding}: {len(rows)} records", *_told(records, rows, tags, told)]
    return _with_decisions(path, rows, notes, bounds)


def _kind_of(text: str) -> Tags | None:
    """Return the format of a text: that of the first line that begins a record, else what most lines look like."""
    lines = [line for line in _LINE_ENDS.split(text) if line.strip()]
    for line in lines:
        for tags in (RIS, NBIB):
            found = tags.line.fullmatch(line)
            if found is not None and found[1] == tags.first:
                return tags
    # Some programs leave that line out.
    for tags in (RIS, NBIB):
        found_tags = [found[1] for line in lines if (found := tags.line.fullmatch(line))]
        has_title = any(tags.column_of(tag) == "title" for tag in found_tags)
        if has_title and 2 * len(found_tags) > len(lines) and (tags.last in found_tags or not tags.last):
            return tags if len(found_tags) > 1 else None
    return None


def _records(path: Path, text: str, tags: Tags, bounds: Bounds, told: _Told) -> list[_Record]:
    """Return the records; lines without a tag go on with the line above."""
    records: list[_Record] = []
    record: _Record | None = None
    blank = False
    for number, line in enumerate(_LINE_ENDS.split(text), 1):
        if not line.strip():
            blank = True
            continue
        found = tags.line.fullmatch(line)
        if found is None:
            _go_on(record, line.strip(), tags, told)
            blank = False
            continue
        tag, value = found[1], (found[2] or "").strip()
        if tag == tags.last:
            if record is not None:
                record.ended = True
            record = None
            continue
        if record is None or _begins(record, tag, tags, blank=blank):
            record = _Record(number)
            records.append(record)
            bounds.check_rows(path, len(records))
        record.pairs.append((tag, value))
        blank = False
    return records


def _begins(record: _Record, tag: str, tags: Tags, *, blank: bool) -> bool:
    """Whether a tag begins the next record, maybe behind a blank line."""
    if tags.last:
        return tag == tags.first
    return tag in _ONCE and record.has(tag) and (blank or tag == tags.first)


def _go_on(record: _Record | None, line: str, tags: Tags, told: _Told) -> None:
    if record is None:
        if not _NUMBER.fullmatch(line):
            told.outside.append(line)
        return
    told.n_wrapped += bool(tags.last)  # in NBIB long lines are always wrapped
    tag, value = record.pairs[-1]
    record.pairs[-1] = (tag, f"{value} {line}".strip())


def _told(records: Sequence[_Record], rows: Sequence[dict[str, str]], tags: Tags, told: _Told) -> list[str]:
    """Return the notes on what is missing or doubtful."""

    def which(what: str, wrong: list[bool]) -> list[str]:
        count = sum(wrong)
        if not count:
            return []
        return [f"{count} of {len(records)} records {what}, the first in line {records[wrong.index(True)].line}"]

    notes = which("have no abstract", ["abstract" not in row for row in rows])
    notes += which("have no title", ["title" not in row for row in rows])
    if tags.last:
        notes += which(f"do not begin with {tags.first}", [not record.has(tags.first) for record in records])
        notes += which(
            f"do not end with {tags.last} (cut off?); they are read up to the next",
            [not record.ended for record in records],
        )
    else:
        notes += which(f"have no {tags.first}", [not record.has(tags.first) for record in records])
    if told.n_wrapped:
        notes.append(f"{told.n_wrapped} lines without a tag go on with the line above")
    if told.outside:
        first = told.outside[0][:_SHOWN]
        notes.append(f"{len(told.outside)} lines outside of records are left out, the first {first!r}")
    return notes


def _with_decisions(path: Path, rows: list[dict[str, Any]], notes: list[str], bounds: Bounds) -> References:
    """Return the columns with the labels that programs for screening, Querist among them, have written into notes."""
    decisions = [decision_of(row.get("notes")) for row in rows]
    for row, each in zip(rows, decisions, strict=True):
        row.pop("notes", None)
        row.update({"notes": each.others} if each.others else {})
    if any(each.own is not None for each in decisions):
        return _own(rows, [own_note(path, each.own, bounds) for each in decisions], notes)
    programs = sorted({each.program for each in decisions if each.program})
    columns = _columns(rows, dict.fromkeys(name for row in rows for name in row))
    if not programs:
        return References(columns, None, tuple(notes))
    label = querist_names(columns)["label"]
    notes.append(f"labels: the notes of {' and '.join(programs)}, as the column {label!r}")
    problems = [each.problem for each in decisions if each.problem]
    notes += [f"{len(problems)} records have no label from there: {problems[0]}"] if problems else []
    return References(columns | {label: [each.label for each in decisions]}, label, tuple(notes))


def _own(rows: list[dict[str, Any]], written: Sequence[dict[str, Any]], notes: list[str]) -> References:
    """Return what Querist has written: the user's columns, then its own, as in its other exports."""
    for row, own in zip(rows, written, strict=True):
        row.update(own.get("cells", {}))
    ordered: list[str] = next((own["columns"] for own in written if "columns" in own), [])
    known = dict.fromkeys([*ordered, *(name for row in rows for name, cell in row.items() if cell is not None)])
    columns = _columns(rows, known)
    called = querist_names(known)
    # All that an export has, empty ones too, so that none is taken for a column of the user's.
    predicted = [key for key in PREDICTED if any(key in own for own in written)]
    columns |= {called[key]: [own.get(key) for own in written] for key in (*GIVEN, *predicted, "id")}
    return References(columns, None, tuple(notes))


def _columns(rows: Sequence[dict[str, Any]], names: Iterable[str]) -> dict[str, list[Any]]:
    return {name: [row.get(name) for row in rows] for name in names}
