"""A project out and in again, on both databases; its log; its model."""

import csv
import io
import json
import subprocess
import sys
import uuid
import zipfile

import pytest
from example_project import make_project, sign_in, teach

from querist.exceptions import FileFormatError
from querist.labelling.export import FORMATS, read_log
from querist.labelling.export.records import iterate
from querist.labelling.label_files.match import LabelRead, LabelsRead, read_labels_for
from querist.labelling.log import classes as class_lists
from querist.labelling.log.board import Board
from querist.labelling.log.settings import Settings
from querist.labelling.reading.exports import export
from querist.labelling.serving.actions import Action
from querist.labelling.serving.project import Project
from querist.store.rows import EventRow, ItemRow, ProjectInfo
from querist.store.store import Store

HOSTILE = [
    "<script>alert(1)</script>", "=HYPERLINK(\"http://x\")", "\x00\x01\x1b[31m\x7f", "\u202eevil\u202c \u2066x\u2069",
    "😀👩‍👩‍👧 é", "a,b;c\td|\"e\"", "line\r\nbreak\n\u2028", "x" * 1_000_000, "\ufeff", "", "'=1", "مرحبا",
]  # fmt: skip


def as_read(labels):
    return LabelsRead([LabelRead(row, label, None, None, False, "", "labelled") for row, label in labels])


def act(project, who, *actions):
    results = project.submit(who, "t", list(actions), holding=[], want=0).result().results
    assert {result.status for result in results} == {"saved"}


def does(kind, row, **more):
    return Action(str(uuid.uuid4()), kind, row, **more)


@pytest.fixture
def project(store_location):
    """One in which everything has happened that can happen."""
    with Project.open(make_project(store_location()), train=False) as opened:
        ada, bob = sign_in(opened), sign_in(opened, "=bob", "annotator")
        for name in ("odd", "gone", "merged"):
            opened.change_classes(ada, lambda classes, name=name: class_lists.add(classes, name)).result()
        act(opened, ada, *(does("answer", row, class_id=row % 5, duration_ms=1500.0) for row in range(12)))
        act(opened, bob, *(does("answer", row, class_id=1, asked=True) for row in range(4)))
        act(
            opened,
            bob,
            does("answer", 2, class_id=2, asked=True),
            does("skip", 20),
            does("flag", 21),
            does("note", 22, note="=n"),
        )
        act(opened, ada, does("answer", 5, class_id=1, guess_shown=True), does("answer", 30, class_id=0))
        undone = does("answer", 31, class_id=0)
        act(opened, ada, undone)
        act(opened, ada, does("undo", 31, target=undone.uuid))
        opened.change_classes(ada, lambda classes: class_lists.merge(classes, 4, 0)).result()
        opened.change_classes(ada, lambda classes: class_lists.remove(classes, 3)).result()
        opened.change_classes(ada, lambda classes: class_lists.change(classes, 2, name="très odd, =1")).result()
        teach(opened, 1, 0.625)
        yield opened


def exported(project, name, **more):
    target = io.BytesIO()
    export(project.view, name, target, **more)
    return target.getvalue()


def labels_of(project):
    names = {each.id: each.name for each in project.board.classes}
    return {row: names[label] for row, label in enumerate(project.board.labels.tolist()) if label >= 0}


@pytest.mark.parametrize("rows", ["all", "labelled"])
@pytest.mark.parametrize("name", FORMATS)
def test_labels_come_back_into_a_fresh_project(project, store_location, name, rows):
    content = exported(project, name, rows=rows, predictions=rows == "all")
    with Project.open(make_project(store_location()), train=False) as fresh:
        read = read_labels_for(fresh.rows, content, f"labels{FORMATS[name].ending}")
        assert read.refused == []
        found = fresh.bulk.import_labels(read, source="f").result()
        n_changed, n_same = found.n_changed, found.n_same
        assert labels_of(fresh) == labels_of(project)
        n_skipped = rows == "all"
        assert (n_changed - n_skipped, n_same) == (len(labels_of(project)), 0) == (12, 0)
        assert fresh.board.skipped == ({20} if n_skipped else set())
        again = read_labels_for(fresh.rows, content, f"labels{FORMATS[name].ending}")
        assert fresh.bulk.import_labels(again, source="f").result().n_changed == 0
    if rows == "all":
        told = {pair.row: (pair.status, pair.flagged, pair.note) for pair in read.pairs}
        assert told[20][0] == "skipped"
        assert told[21] == ("unlabelled", True, "")
        assert told[22] == ("unlabelled", False, "=n")


def test_a_record_says_how_a_row_came_to_its_label(project):
    records = list(iterate(project.store, project.board, project.view.current.ranking))
    assert [record.row for record in records] == list(range(project.board.n_rows))
    assert [record.item_id for record in records[:2]] == ["id0", "id1"]
    first = records[0]  # ada said good, bob bad: the earlier counts
    assert (first.label, first.annotator, first.seconds, first.how) == ("good", "ada", 1.5, "search")
    assert [(each["annotator"], each["label"]) for each in first.answers] == [("ada", "good"), ("=bob", "bad")]
    assert (first.prediction, first.confidence) == ("bad", 0.625)
    changed = records[5]
    assert (changed.label, changed.first_label) == ("bad", "good")
    assert records[4].label == records[9].label == "good"  # merged
    removed, undone, skipped = records[8], records[31], records[20]
    assert (removed.label, removed.status, removed.answers) == (None, "unlabelled", ())
    assert (undone.label, undone.status) == (None, "unlabelled")
    assert (skipped.status, skipped.annotator) == ("skipped", "=bob")
    labelled = list(iterate(project.store, project.board, rows="labelled"))
    assert {record.row: record.label for record in labelled} == labels_of(project)
    assert {record.prediction for record in labelled} == {None}


def state(board):
    return (
        board.labels.tolist(), board.n_opinions.tolist(), board.skipped, board.flagged, board.notes, board.classes,
        board.class_version, board.settings, board.counts, board.by_person, board.n_events, board.seq, board.drawn,
        [[(who, act.uuid) for who, act in board.answers(row).items()] for row in range(board.n_rows)],
    )  # fmt: skip


def test_the_log_gives_the_same_board(project):
    content = exported(project, "log")
    events = list(read_log(io.BytesIO(content)))
    assert events == list(project.store.events())
    board = Board()
    board.replay(events)
    assert state(board) == state(project.board)
    assert {json.loads(line)["kind"] for line in content.splitlines()} >= {"answered", "changed", "undone", "classes"}


@pytest.mark.parametrize("line", [b"{}", b"[]", b"no", b'{"seq": 1, "uuid": "u"}'])
def test_a_log_that_is_none_is_told_with_its_line(project, line):
    content = exported(project, "log").splitlines()[0] + b"\n" + line + b"\n"
    with pytest.raises(FileFormatError, match="line 2"):
        list(read_log(io.BytesIO(content)))


def hostile(location):
    settings = Settings("text", columns=("text",), text_columns=("text",))
    info = ProjectInfo(str(uuid.uuid4()), "hostile", "text", 0.0, 7, settings.to_dict())
    with Store.create(location, info) as store, store.writing() as tx:
        tx.add_items(0, [ItemRow(row, str(row), {"text": text}, text, 0.5, 0) for row, text in enumerate(HOSTILE)])
        added = {"n_rows": len(HOSTILE), "source": 0}
        tx.append([EventRow(None, str(uuid.uuid4()), "rows_added", 0.0, None, None, added)])
    return location


@pytest.mark.parametrize("name", FORMATS)
def test_hostile_texts_label_and_come_back_intact(store_location, name):
    names = [f"class {row % 3}" for row in range(len(HOSTILE))]
    with Project.open(hostile(store_location()), train=False) as project:
        project.bulk.import_labels(as_read(enumerate(names))).result()
        content = exported(project, name)
    with Project.open(hostile(store_location()), train=False) as fresh:
        read = read_labels_for(fresh.rows, content, f"l{FORMATS[name].ending}")
    assert read.refused == []
    assert read.labels == list(enumerate(names))


def export_model(location, out):
    command = [sys.executable, "-m", "querist", "export", location, "--format", "model", "--out", str(out)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def classes_said(folder, *given):
    command = [sys.executable, str(folder / "use_model.py"), *map(str, given)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8-sig", check=True)
    return [row["prediction"] for row in csv.DictReader(done.stdout.splitlines())]


def test_the_model_of_a_project_that_is_open_for_labelling(project, tmp_path):
    out = tmp_path / "model.zip"
    done = export_model(project.store.location, out)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(out) as archive:
        archive.extractall(tmp_path)
    (tmp_path / "texts.csv").write_text("text\ntext number 1\ntext number 30\n", encoding="utf-8")
    said = classes_said(tmp_path, tmp_path / "texts.csv")
    assert len(said) == 2
    assert set(said) <= set(labels_of(project).values())
    assert "12 labelled rows" in (tmp_path / "README.md").read_text(encoding="utf-8")


def test_a_project_without_labels_has_no_model(tmp_path):
    out = tmp_path / "model.zip"
    done = export_model(make_project(str(tmp_path / "p.querist")), out)
    assert done.returncode == 1
    assert done.stderr.strip() == "Error: A model needs labels of two classes or more. Label some more rows."
    assert not list(tmp_path.glob("*model.zip*"))
    assert export_model(str(tmp_path / "none.querist"), out).returncode == 1
