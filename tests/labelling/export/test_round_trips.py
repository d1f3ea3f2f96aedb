"""What is exported comes back: every format, any text, any of the user's columns."""

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from querist.labelling.export import FORMATS, write
from querist.labelling.export.records import Record
from querist.labelling.label_files.match import ItemIndex, read_labels

# Everything that people paste: control characters, NUL, marks of direction, emoji, halves of characters.
ODD = "\x00\x01\x0b\x1f\x7f\x85\u2028\u202e\ufeff\ufffe\uffff\ud800\udfff😀'\"=+-@\t\r\n,;|é_x0041_\\ "
TEXT = st.text(st.one_of(st.characters(), st.sampled_from(ODD)), max_size=12)
# A class list strips names, and refuses empty ones and repeated ones.
LABEL = TEXT.map(str.strip).filter(lambda name: name and not any("\ud800" <= sign <= "\udfff" for sign in name))
CELL = st.one_of(
    TEXT, st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False)
)
NAMES = st.lists(
    st.one_of(st.sampled_from(["text", "label", "querist_label", "id", "note", "status", "querist_id"]), TEXT),
    min_size=1, max_size=4, unique=True,
).filter(lambda names: all(name.strip() for name in names))  # fmt: skip


def fits(name, text):
    """Whether a text is a class name that the format can hold: XML and UTF-8 know fewer characters than JSON."""
    return name != "xlsx" or not set(text) & {"\ufffe", "\uffff"}


@st.composite
def projects(draw, name):
    columns = draw(NAMES)
    people = st.sampled_from(["ada", "björn =1", None])
    classes = draw(st.lists(LABEL.filter(lambda text: fits(name, text)), min_size=1, max_size=3, unique=True))
    records = []
    for row in range(draw(st.integers(1, 6))):
        label = draw(st.sampled_from([*classes, None]))
        person = draw(people)
        at = draw(st.integers(0, 2 * 10**12)) / 1000
        answer = {"annotator": person, "label": label, "at": at, "seconds": 1.5}
        records.append(
            Record(
                row=row,
                item_id=f"item {row}",
                columns={column: draw(CELL) for column in columns},
                label=label,
                status="unlabelled" if label is None else "labelled",
                annotator=None if label is None else person,
                answered_at=None if label is None else at,
                seconds=1.5,
                how="strategy",
                answers=() if label is None else (answer,),
                flagged=draw(st.booleans()),
                note=draw(st.sampled_from(["", "=a note", "two\nlines"])),
                prediction=classes[0],
                confidence=0.5,
            )
        )
    return columns, classes, records


def exported(name, columns, classes, records, **more):
    target = io.BytesIO()
    notes = write(
        iter(records), name, target, columns=columns, classes=classes, project_name="p", predictions=True, **more
    )
    return target.getvalue(), notes


def index(columns, records, **more):
    items = ((record.row, record.item_id, record.columns) for record in records)
    return ItemIndex(items, columns=columns, **more)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("shown", ["text", "image", "cells"])
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_labels_come_back(name, shown, data):
    columns, classes, records = data.draw(projects(name))
    shows = {"text": {"text_columns": columns[:1]}, "image": {"image_column": columns[0]}, "cells": {}}[shown]
    content, _ = exported(name, columns, classes, records, **shows)
    known = index(columns, records, content_columns=columns[:1] if shows else ())
    read = read_labels(content, f"labels{FORMATS[name].ending}", known=known)
    assert read.refused == []
    assert dict(read.labels) == {record.row: record.label for record in records if record.label is not None}
    told = {
        pair.row: (pair.annotator, pair.at, pair.flagged, pair.note) for pair in read.pairs if pair.label is not None
    }
    assert told == {
        record.row: (record.annotator, record.answered_at, record.flagged, record.note)
        for record in records
        if record.label is not None
    }


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_without_ids_rows_are_found_by_their_content_or_refused(name, data):
    columns, classes, records = data.draw(projects(name))
    content, _ = exported(name, columns, classes, records, text_columns=columns[:1])
    renamed = ItemIndex(
        ((record.row, f"other {record.row}", record.columns) for record in records),
        columns=columns,
        content_columns=columns[:1],
    )
    read = read_labels(content, f"labels{FORMATS[name].ending}", known=renamed)
    assert set(read.labels) <= {(record.row, record.label) for record in records}
    said = [record for record in records if record.label is not None or record.flagged or record.note]
    assert len({pair.row for pair in read.pairs}) + len(read.refused) == len(said)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_json_lines_lose_nothing(data):
    columns, classes, records = data.draw(projects("jsonl"))
    content, notes = exported("jsonl", columns, classes, records, text_columns=columns[:1])
    assert notes == ()
    for line, record in zip(content.split(b"\n"), records, strict=False):
        task = json.loads(line)
        back = dict(task["meta"])
        if task["querist"]["shown"] is not None:
            back[task["querist"]["shown"]] = task["text"]
        assert {name: back[name] for name in columns} == record.columns
        # The user's order is kept among the columns that are not the text.
        assert [name for name in back if name in columns[1:]] == [name for name in columns[1:] if name in back]


@pytest.mark.parametrize("name", ["csv", "parquet"])
@settings(max_examples=50, deadline=None)
@given(texts=st.lists(TEXT.filter(lambda text: not any("\ud800" <= sign <= "\udfff" for sign in text)), min_size=1))
def test_texts_come_back_to_the_letter(name, texts):
    import csv

    from pyarrow import parquet

    from querist.data.own_columns import restore

    records = [Record(row, str(row), {"text": text}) for row, text in enumerate(texts)]
    content, notes = exported(name, ["text"], [], records)
    assert notes == ()
    if name == "parquet":
        back = parquet.read_table(io.BytesIO(content)).column("text").to_pylist()
    else:
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        back = [restore(row["text"]) for row in rows]
    assert back == texts
