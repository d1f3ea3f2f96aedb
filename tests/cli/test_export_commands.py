"""``querist export`` and ``querist import-labels``: labels out and in without the page."""

import io
import json
import uuid
import zipfile

import numpy as np
import pandas as pd
import pytest
from example_project import sign_in
from typer.testing import CliRunner

from querist.cli.main import app
from querist.labelling.intake.create import import_rows
from querist.labelling.intake.guess import guess_plan
from querist.labelling.log.classes import change
from querist.labelling.serving.actions import Action
from querist.labelling.serving.project import Project
from querist.store import Store

LABELS = ["good", "bad", None] * 10
CLASSES = ["bad", "good"]


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """Run in a folder with one project."""
    monkeypatch.chdir(tmp_path)
    words = {"good": "what a lovely thing", "bad": "broken and ugly mess"}
    texts = [f"{words.get(label, 'some other words')} number {number}" for number, label in enumerate(LABELS)]
    pd.DataFrame({"key": [f"k{n}" for n in range(30)], "review": texts, "label": LABELS}).to_csv(
        "reviews.csv", index=False
    )
    import_rows(guess_plan("reviews.csv"), "reviews.querist")
    return tmp_path


def querist(*words, status=0):
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == status, result.output
    return result


def labels_of(location):
    with Project.open(location, train=False) as project:
        names = {each.id: each.name for each in project.board.classes}
        return [names.get(int(number)) for number in project.board.labels]


def test_labels_come_out_as_csv_beside_you(place):
    before = (place / "reviews.csv").read_bytes()
    assert "Written: reviews-labels.csv" in querist("export", "reviews.querist").stdout
    frame = pd.read_csv("reviews-labels.csv")
    assert frame.columns[:3].tolist() == ["key", "review", "label"]
    assert len(frame) == 30
    assert (place / "reviews.csv").read_bytes() == before
    assert not list(place.glob(".*"))


@pytest.mark.parametrize(
    ("kind", "name"),
    [("jsonl", "reviews-labels.jsonl"), ("parquet", "reviews-labels.parquet"), ("xlsx", "reviews-labels.xlsx"),
     ("label-studio", "reviews-labels.json"), ("log", "reviews-log.jsonl")],
)  # fmt: skip
def test_every_format_has_its_ending(place, kind, name):
    querist("export", "reviews.querist", "--format", kind)
    assert (place / name).stat().st_size > 100


def test_only_what_is_labelled(place):
    querist("export", "reviews.querist", "--format", "jsonl", "--rows", "labelled", "--out", "some.jsonl")
    lines = (place / "some.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 20


def test_the_model_comes_out(place):
    querist("export", "reviews.querist", "--format", "model")
    with zipfile.ZipFile(io.BytesIO((place / "reviews-model.zip").read_bytes())) as packed:
        assert any(name.endswith(".py") for name in packed.namelist())


def test_a_file_that_is_there_is_not_replaced_unless_asked(place):
    (place / "mine.csv").write_text("mine")
    message = querist("export", "reviews.querist", "--out", "mine.csv", status=1).stderr
    assert "mine.csv already exists" in message
    assert "--overwrite" in message
    assert (place / "mine.csv").read_text() == "mine"
    querist("export", "reviews.querist", "--out", "mine.csv", "--overwrite")
    assert len(pd.read_csv("mine.csv")) == 30


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["reviews.querist", "--format", "jsonlines"], "Unknown format 'jsonlines'. Did you mean 'jsonl'"),
        (["reviews.querist", "--rows", "some"], "Known: all, labelled"),
        (["nothing.querist"], "no project nothing.querist"),
        (["reviews.csv"], "reviews.csv"),
    ],
)
def test_what_cannot_be_exported_is_told(place, words, told):
    before = sorted(path.name for path in place.iterdir())
    message = querist("export", *words, status=1).stderr.strip()
    assert message.startswith("Error: ")
    assert told in message
    assert sorted(path.name for path in place.iterdir()) == before


def test_a_model_without_labels_is_told(place):
    pd.DataFrame({"review": [f"some words here {number}" for number in range(5)]}).to_csv("bare.csv", index=False)
    import_rows(guess_plan("bare.csv"), "bare.querist")
    assert "label" in querist("export", "bare.querist", "--format", "model", status=1).stderr
    assert not list(place.glob("*.zip"))


def test_labels_go_in_from_what_came_out(place):
    querist("export", "reviews.querist", "--rows", "labelled")
    frame = pd.read_csv("reviews.csv").drop(columns="label")
    frame.to_csv("bare.csv", index=False)
    import_rows(guess_plan("bare.csv"), "bare.querist")
    result = querist("import-labels", "bare.querist", "reviews-labels.csv")
    assert "20 labels imported; 0 were already there" in result.stdout
    assert labels_of("bare.querist") == LABELS
    assert (
        "0 labels imported; 20 were already there"
        in querist("import-labels", "bare.querist", "reviews-labels.csv").stdout
    )


def test_lines_that_fit_no_row_are_told(place):
    rows = [{"key": "k2", "label": "good"}, {"key": "nobody", "label": "bad"}]
    (place / "more.csv").write_text(pd.DataFrame(rows).to_csv(index=False))
    result = querist("import-labels", "reviews.querist", "more.csv", status=1)
    assert "1 labels imported" in result.stdout
    assert "nobody" in result.stderr
    assert labels_of("reviews.querist")[2] == "good"


def test_the_log_says_where_labels_came_from(place):
    (place / "more.csv").write_text("key,label\nk2,good\n")
    querist("import-labels", "reviews.querist", "more.csv")
    with Store.open("reviews.querist") as store:
        *_, last = store.events()
    assert (last.row, last.data["how"], last.data["source"]) == (2, "import", "more.csv")


def test_the_log_goes_to_standard_output(place):
    result = querist("export", "reviews.querist", "--format", "log", "--out", "-")
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert len([event for event in events if event.get("kind") == "answered"]) == np.sum([bool(x) for x in LABELS])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("commas.csv", "review, raw, uncut;label\n" + "".join(f"text {n};{CLASSES[n % 2]}\n" for n in range(6))),
        ("numbers.csv", "price;label\n" + "".join(f"{n},5;{CLASSES[n % 2]}\n" for n in range(6))),
        ("quotes.tsv", "review\tlabel\n" + "".join(f'{n}" pipe\t{CLASSES[n % 2]}\n' for n in range(6))),
        ("lines.jsonl", "".join(f'{{"review": "t {n}", "label": "{CLASSES[n % 2]}"}}\n' for n in range(6))),
    ],
)  # fmt: skip
def test_a_file_that_can_be_labelled_gives_its_labels_too(place, name, content):
    """The same reader: what `querist label` takes, `querist import-labels` takes."""
    (place / name).write_text(content, encoding="utf-8")
    import_rows(guess_plan(name, existing_labels=False), "p.querist")
    assert "6 labels imported; 0 were already there" in querist("import-labels", "p.querist", name).stdout
    assert labels_of("p.querist") == CLASSES * 3


def test_a_second_format_lies_beside_the_first(place):
    querist("export", "reviews.querist")
    before = (place / "reviews-labels.csv").read_bytes()
    querist("export", "reviews.querist", "--format", "jsonl")
    querist("export", "reviews.querist", "--format", "parquet")
    assert (place / "reviews-labels.csv").read_bytes() == before
    assert {each.name for each in place.glob("reviews-labels.*")} == {
        "reviews-labels.csv", "reviews-labels.jsonl", "reviews-labels.parquet", "reviews-labels.accuracy.json",
    }  # fmt: skip
    assert "reviews-labels.csv already exists" in querist("export", "reviews.querist", status=1).stderr


@pytest.mark.parametrize("content", ["mine", "[]", '{"project": "reviews"}', '{"project": "other", "date": ""}'])
def test_a_file_in_the_place_of_the_statement_stays(place, content):
    (place / "reviews-labels.accuracy.json").write_text(content)
    message = querist("export", "reviews.querist", status=1).stderr
    assert "reviews-labels.accuracy.json already exists" in message
    assert (place / "reviews-labels.accuracy.json").read_text() == content


def test_new_classes_and_names_taken_for_others_are_told(place):
    lines = "key,Label\nk2,GOOD\nk5,odd\nk8,\n"
    (place / "my labels.csv").write_text(lines)
    result = querist("import-labels", "reviews.querist", "my labels.csv")
    assert "1 new class: 'odd'" in result.stdout
    assert "'GOOD' taken for 'good'" in result.stderr
    assert "labels: column 'Label'" in result.stderr
    assert labels_of("reviews.querist")[2:6:3] == ["good", "odd"]


def test_a_column_of_labels_can_be_named(place):
    (place / "labels.csv").write_text("key,verdict,label\nk2,good,bad\n")
    querist("import-labels", "reviews.querist", "labels.csv", "--label-column", "verdict")
    assert labels_of("reviews.querist")[2] == "good"


def test_an_older_export_brings_no_renamed_class_back(place):
    querist("export", "reviews.querist")
    with Project.open("reviews.querist", train=False) as project:
        owner = sign_in(project)
        project.change_classes(owner, lambda classes: change(classes, 0, name="awful")).result()
    told = querist("import-labels", "reviews.querist", "reviews-labels.csv")
    assert "0 labels imported; 20 were already there" in told.stdout
    assert "new class" not in told.stdout
    assert "'bad' taken for 'awful'" in told.stderr


def test_where_the_statement_cannot_be_written_the_labels_stay_too(place, monkeypatch):
    files = [place / "reviews-labels.csv", place / "reviews-labels.accuracy.json"]
    for path in files:
        path.write_text("old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    message = querist("export", "reviews.querist", "--overwrite", status=1).stderr
    assert message.startswith("Error: The disk is full (reviews-labels.accuracy.json).")
    assert [(place / name).read_text() for name in ("reviews-labels.csv", "reviews-labels.accuracy.json")] == [
        "old"
    ] * 2
    assert not list(place.glob(".*tmp*"))


def test_what_several_people_answered_comes_out_with_a_sentence(place):
    with Project.open("reviews.querist", train=False) as project:
        project.change_settings(None, opinions=2).result()
        people = [sign_in(project, name, "annotator") for name in ("ada", "bob")]
        for who in people:
            rows = [item.row for item in project.submit(who, "t", [], holding=[], want=10).result().items]
            actions = [Action(str(uuid.uuid4()), "answer", row, class_id=0) for row in rows]
            project.submit(who, "t", actions, holding=[], want=0).result()
    told = querist("export", "reviews.querist", "--format", "agreement").stdout
    assert "Written: reviews-agreement.csv" in told
    frame = pd.read_csv("reviews-agreement.csv")
    assert frame.columns.tolist() == ["querist_id", "sample", "annotator", "label", "decided"]
    assert "of the random overlap have the answers of two people so far" in told or "they agree on" in told
