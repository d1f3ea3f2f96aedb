"""Every export of every format opens as a new project, with the same rows and the same labels."""

import io
import uuid
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from querist.data.cell_texts import same_cell
from querist.data.own_columns import GIVEN, PREDICTED
from querist.data.written_numbers import is_missing
from querist.labelling.export import FORMATS, write
from querist.labelling.export.layout import _GIVEN, _PREDICTED
from querist.labelling.export.records import Record
from querist.labelling.intake.create import import_rows
from querist.labelling.intake.guess import guess_plan
from querist.labelling.log.board import Board
from querist.store import Store

WORDS = [
    "one",
    "two words",
    "a\0b",
    "\0",
    "=1+1",
    "'quoted",
    "007",
    "1.50",
    'é, ö; "x"',
    "a\nb",
    "",
    "nan",
    "{",
    "-",
    "true",
]
LETTERS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
CELL = st.one_of(st.sampled_from(WORDS), LETTERS, st.none(), st.booleans(), st.integers(-(2**60), 2**60))
LABELS = ["spam", "1.50", "007", "true", "NA", "1", "=2", "é"]
NAMES = st.lists(
    st.sampled_from(["text", "label", "querist_label", "id", "note", "status", "querist_id", "a.b", "meta", "=x", "1"]),
    min_size=1, max_size=4, unique=True,
)  # fmt: skip


def test_columns_of_exports_are_known_by_name():
    assert (tuple(_GIVEN), tuple(_PREDICTED)) == (GIVEN, PREDICTED)


@st.composite
def records(draw):
    columns = draw(NAMES)
    made = []
    for row in range(draw(st.integers(1, 6))):
        label = draw(st.sampled_from([*LABELS, None]))
        status = "unlabelled" if label is None else draw(st.sampled_from(["labelled", "labelled", "model"]))
        answer = {"annotator": "ada", "label": label, "at": 1.5, "seconds": 2.0}
        cells = {name: draw(CELL) for name in columns}
        made.append(
            Record(
                row, f"item {row}", cells, label, status,
                annotator="ada", answered_at=1.5, answers=(answer,) if status == "labelled" else (),
                flagged=draw(st.booleans()), note=draw(st.sampled_from(["", "=a note"])),
                prediction="spam", confidence=0.5,
            )
        )  # fmt: skip
    return columns, made


def holds_something(columns, made):
    """Whether there is a column to show: what a person would label."""
    return any(cells not in (None, "") and str(cells).strip() for record in made for cells in record.columns.values())


def held(cell, name):
    """Return a cell as a format can hold it: in CSV blanks, and beside numbers such as nan, are gaps."""
    told = same_cell(cell)
    return "" if name == "csv" and (not told.strip() or is_missing(told.strip())) else told


@pytest.mark.parametrize("predictions", [True, False])
@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_an_export_opens_as_a_new_project(tmp_path_factory, name, predictions, data):
    columns, made = data.draw(records().filter(lambda drawn: holds_something(*drawn)))
    target = io.BytesIO()
    write(
        iter(made), name, target, columns=columns, classes=LABELS, project_name="p", predictions=predictions,
        text_columns=columns[:1],
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("export")
    path = folder / f"out{FORMATS[name].ending}"
    path.write_bytes(target.getvalue())
    # As it is, in an archive, or as the first of two parts that are the same.
    how = data.draw(st.sampled_from(["plain", "zip", "parts"]))
    if how != "plain":
        inner, path = path, folder / "out.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for number in range(1 + (how == "parts")):
                archive.writestr(f"part {number}{inner.suffix}", target.getvalue())
        made = made * (1 + (how == "parts"))
    # What the columns are is said, since rows of nothing cannot be guessed; the labels are found.
    shown = [column for column in plan_columns(path) if column in columns]
    plan = guess_plan(path, columns=shown, copies="off")
    import_rows(plan, folder / "p.querist")
    with Store.open(folder / "p.querist") as store:
        items = store.items(list(range(store.n_items)))
        board = Board.of(store.events())
        names = {each.id: each.name for each in board.classes}
        labels = [names.get(label) for label in board.labels.tolist()]
    assert len(items) == len(made)
    for item, record in zip(items, made, strict=True):
        assert [held(item.content.get(column), name) for column in columns] == [
            held(record.columns[column], name) for column in columns
        ]
    assert labels == [record.label if record.status == "labelled" else None for record in made]
    assert "written by Querist" in " ".join(plan.notes)


def test_a_part_without_labels_is_part_of_the_table(tmp_path):
    paths = []
    for number, label in enumerate(["spam", None]):
        status = "unlabelled" if label is None else "labelled"
        made = [Record(row, f"item {row}", {"text": f"the words of {row}"}, label, status) for row in range(3)]
        target = io.BytesIO()
        write(iter(made), "csv", target, columns=["text"], classes=LABELS, project_name="p", predictions=False)
        paths.append(tmp_path / f"{number}.csv")
        paths[-1].write_bytes(target.getvalue())
    for order in (paths, paths[::-1]):
        plan = guess_plan(order)
        assert plan.label_column == "label"
        assert sorted(map(str, plan.source.columns["label"])) == ["None"] * 3 + ["spam"] * 3


def plan_columns(path: Path):
    from querist.data import read_table

    return list(read_table(path).frame.columns)


def test_the_project_of_an_export_is_exported_with_the_same_rows_and_labels(tmp_path):
    """Twice round: what came out of the first project and its copy is the same but for the ids."""
    from example_project import make_project, sign_in

    from querist.labelling.reading.exports import export
    from querist.labelling.serving.actions import Action
    from querist.labelling.serving.project import Project

    def out(project, name):
        target = io.BytesIO()
        export(project.view, name, target)
        return target.getvalue()

    with Project.open(make_project(str(tmp_path / "p.querist")), train=False) as project:
        ada = sign_in(project)
        acts = [Action(str(uuid.uuid4()), "answer", row, class_id=row % 2) for row in range(9)]
        project.submit(ada, "t", acts, holding=[], want=0).result()
        for name, kind in FORMATS.items():
            path = tmp_path / f"{name}{kind.ending}"
            path.write_bytes(out(project, name))
            plan = guess_plan(path)
            assert plan.kind == "text", name
            assert plan.text_columns == ("text",)
            assert plan.label_column == "label"
            assert list(plan.source.columns) == ["text", "year", "label"]
            assert plan.source.columns["label"] == ["good" if row % 2 == 0 else "bad" for row in range(9)] + [None] * 31
