"""RIS and NBIB: records of literature as reference managers and programs for screening read them, and all else beside.

A label is a note that ASReview reads, where the classes say which is the relevant one, and stands in Querist's own
note, which also holds what these formats have no tag for: nothing is lost.
"""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO

from querist.data.cell_texts import as_text, visible
from querist.data.reference_notes import ASREVIEW, decision_of
from querist.data.reference_tags import NBIB, OWN_NOTE, RIS, Tags
from querist.data.relevant_classes import relevant_class
from querist.labelling.export.layout import Layout
from querist.labelling.export.records import Record

_LINE_ENDS = re.compile("\r\n|\r|\n")
# No text file holds these.
_NEVER = re.compile("[\0\x1a\ufeff]")
_MARKS = {label: mark for mark, label in ASREVIEW.items()}
_KIND = "JOUR"


def write_ris(records: Iterable[Record], target: BinaryIO, layout: Layout) -> tuple[str, ...]:
    """Write one record of RIS a row."""
    return _write(records, target, layout, RIS, "\r\n")


def write_nbib(records: Iterable[Record], target: BinaryIO, layout: Layout) -> tuple[str, ...]:
    """Write one record in the format of MEDLINE and PubMed a row."""
    return _write(records, target, layout, NBIB, "\n")


def _write(records: Iterable[Record], target: BinaryIO, layout: Layout, tags: Tags, end: str) -> tuple[str, ...]:
    mark = _mark_of(layout.classes)
    in_notes: set[str] = set()
    for number, record in enumerate(records):
        pairs = _pairs(record, layout, tags)
        others = _others(record, layout, tags, pairs)
        in_notes |= others.keys() - tags.names.keys()
        own = {key: value for key, get in layout.fields.items() if (value := get(record)) not in (None, False, "")}
        own |= {"cells": others} if others else {}
        own |= {} if number else {"columns": layout.columns}
        notes = [mark(record.label if isinstance(record.label, str) else None), OWN_NOTE + json.dumps(own)]
        lines = [*pairs, *((tags.notes, note) for note in notes if note)]
        lines += [(tags.last, "")] if tags.last else []
        written = [tags.written(*line) for line in lines]
        target.write((end.join(written) + end + end).encode())
    if not in_notes:
        return ()
    which = ", ".join(sorted(map(repr, in_notes)))
    return (f"{tags.format} has no tag for {which}: other programs find it in a note, written as JSON.",)


def _mark_of(classes: tuple[str, ...]) -> Callable[[str | None], str]:
    """Return what says how ASReview writes a label; nothing where the classes do not say which is relevant."""
    place = relevant_class(classes)
    if place is None:
        return lambda label: ""
    relevant = classes[place]
    return lambda label: _MARKS[None if label is None else "relevant" if label == relevant else "irrelevant"]


def _pairs(record: Record, layout: Layout, tags: Tags) -> list[tuple[str, str]]:
    """Return the tags and values of a record."""
    first = " ".join(_lines(record.columns.get(tags.column_of(tags.first)))) or (_KIND if tags is RIS else "")
    pairs = [(tags.first, first)]
    derived = []
    for name in layout.columns:
        tag = tags.tag_of(name)
        lines = _lines(record.columns.get(name))
        if lines and tags.derived(name, "") is not None:
            derived.append((name, lines[0]))
        elif tag is not None and tag != tags.first:
            pairs += [(tag, line) for line in lines]
    # The year of a whole date, for example, stands there already.
    for name, value in derived:
        if tags.fields(pairs).get(name) != value:
            pair = tags.derived(name, value)
            pairs += [] if pair is None else [pair]
    return pairs


def _lines(value: Any) -> list[str]:
    words = _NEVER.sub("", visible(as_text(value))[0])
    return [line.strip() for line in _LINE_ENDS.split(words) if line.strip()]


def _others(record: Record, layout: Layout, tags: Tags, pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Return the cells that the tags alone would not give back."""
    read = dict(tags.fields(pairs))
    notes = decision_of(read.pop("notes", None)).others
    read |= {"notes": notes} if notes else {}
    others: dict[str, Any] = {}
    for name in layout.columns:
        value = record.columns.get(name)
        if not _is_same(read.pop(name, None), value):
            others[name] = value
    return others | dict.fromkeys(read)


def _is_same(read: str | None, value: Any) -> bool:
    if value is None or read is None:
        return value is None and read is None
    return isinstance(value, str | int | float) and not isinstance(value, bool) and read == as_text(value)
