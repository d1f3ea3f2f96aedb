"""Numbers as answers: taken, changed, refused, exported; what is of classes is refused in words."""

import csv
import io
import json
import uuid

import pytest
from example_numbers import N_ROWS, make_number_project, teach_numbers
from example_project import sign_in

from querist.exceptions import InvalidParameterError
from querist.labelling.label_files.match import LabelsRead
from querist.labelling.log import classes as class_lists
from querist.labelling.model_export.write import export_model
from querist.labelling.reading.exports import export
from querist.labelling.reading.reader import EVERYBODY
from querist.labelling.reading.row_filter import Filter
from querist.labelling.serving.actions import Action
from querist.labelling.serving.project import Project


@pytest.fixture
def project(tmp_path):
    with Project.open(make_number_project(tmp_path, n_given=3), train=False) as opened:
        yield opened


def say(project, who, row, number, **more):
    action = Action(str(uuid.uuid4()), "answer", row, number=number, **more)
    return project.submit(who, "t", [action], holding=(), want=0).result().results[0]


def test_an_answer_is_taken_once_and_can_be_changed_and_undone(project):
    ada = sign_in(project)
    action = Action(str(uuid.uuid4()), "answer", 9, number=9.25, asked=True)
    for status in ("saved", "repeated"):
        reply = project.submit(ada, "t", [action], holding=(), want=0).result()
        assert reply.results[0].status == status
    assert project.board.numbers[9] == 9.25
    say(project, ada, 9, 10.75)
    assert project.board.numbers[9] == 10.75
    assert [each.number for each in project.rows.history(ada, 5)] == [10.75, 9.25]
    back = Action(str(uuid.uuid4()), "undo", 9, target=project.rows.history(ada, 1)[0].uuid)
    project.submit(ada, "t", [back], holding=(), want=0).result()
    assert project.board.numbers[9] == 9.25
    assert project.progress().n_labelled == 4


@pytest.mark.parametrize(
    ("given", "code"),
    [({"number": 120.0}, "wrong_number"), ({"number": -1.0}, "wrong_number"), ({"class_id": 0}, "empty_answer")],
)
def test_what_is_no_answer_is_refused(project, given, code):
    ada = sign_in(project)
    result = project.submit(ada, "t", [Action(str(uuid.uuid4()), "answer", 9, **given)], holding=(), want=0).result()
    assert (result.results[0].status, result.results[0].code) == ("refused", code)
    assert project.board.n_labelled == 3


def test_what_came_with_the_file_gives_way_to_a_person(project):
    ada = sign_in(project)
    assert project.board.numbers[1] == 1.5
    say(project, ada, 1, 4.0)
    assert project.board.numbers[1] == 4.0


def test_several_opinions_count_by_their_median(project):
    ada, bob = sign_in(project), sign_in(project, "bob")
    project.change_settings(ada, opinions=2).result()
    say(project, ada, 20, 10.0, asked=True)
    told = say(project, bob, 20, 20.0)
    assert project.board.numbers[20] == 15.0
    assert "median is 15 kg" in told.message


def test_what_the_model_had_predicted_is_logged(project):
    ada = sign_in(project)
    teach_numbers(project, [row + 0.25 for row in range(N_ROWS)])
    say(project, ada, 30, 31.0)
    say(project, ada, 30, 32.0)
    data = [each.data for each in project.store.events() if each.row == 30 and each.kind in ("answered", "changed")]
    assert [each.get("guess_number") for each in data] == [30.25, None]
    assert all("guess" not in each for each in data)


def test_explore_finds_and_sorts_numbers(project):
    ada = sign_in(project)
    teach_numbers(project, [row + 0.25 for row in range(N_ROWS)])
    say(project, ada, 30, 31.0)
    assert project.rows.find_rows(Filter(min_number=2.0)) == [2, 30]
    assert project.rows.find_rows(Filter(min_number=1.0, max_number=2.0)) == [1]
    found = project.rows.explore(Filter(status="labelled"), sort="-number", offset=0, limit=9)
    assert [each.number for each in found.items] == [31.0, 2.5, 1.5, 0.5]
    assert found.items[0].predicted_number == 30.25
    whole = project.rows.explore(Filter(), sort="number", offset=0, limit=N_ROWS)
    assert [each.number for each in whole.items][:5] == [0.5, 1.5, 2.5, 31.0, None]
    assert [line.what for line in project.rows.detail(30, EVERYBODY).log][-1] == "labelled 31 kg"


@pytest.mark.parametrize("format_name", ["csv", "jsonl", "parquet", "xlsx"])
def test_exports_hold_the_numbers(project, format_name):
    ada = sign_in(project)
    teach_numbers(project, [row + 0.25 for row in range(N_ROWS)])
    say(project, ada, 30, 0.1)
    target = io.BytesIO()
    export(project.view, format_name, target, predictions=True)
    labels, predictions = _read(format_name, target)
    assert [*labels[:3], labels[30]] == [0.5, 1.5, 2.5, 0.1]
    assert labels[31] is None
    assert predictions[31] == 31.25


def _read(format_name, target):
    target.seek(0)
    if format_name == "csv":
        lines = list(csv.DictReader(io.StringIO(target.read().decode("utf-8-sig"))))
        return tuple([float(line[name]) if line[name] else None for line in lines] for name in ("label", "prediction"))
    if format_name == "jsonl":
        lines = [json.loads(line) for line in target.read().splitlines()]
        return [line["label"] for line in lines], [line["querist"]["prediction"] for line in lines]
    if format_name == "parquet":
        from pyarrow import parquet

        table = parquet.read_table(target)
        assert str(table.schema.field("label").type) == "double"
        return table["label"].to_pylist(), table["prediction"].to_pylist()
    import openpyxl

    rows = list(openpyxl.load_workbook(target).active.values)
    return tuple([row[rows[0].index(name)] for row in rows[1:]] for name in ("label", "prediction"))


def test_what_is_of_classes_is_refused_in_words(project):
    ada = sign_in(project)
    asks = [
        lambda: project.change_classes(ada, lambda each: class_lists.add(each, "other")),
        lambda: project.bulk.label_many(ada, str(uuid.uuid4()), [4], 0),
        lambda: project.bulk.import_labels(LabelsRead([], [], 0)),
        lambda: project.adjudication.decide(ada, str(uuid.uuid4()), 4, 0),
        lambda: project.promises.begin(ada, "certificate", 0.9),
        lambda: export(project.view, "label-studio", io.BytesIO()),
        lambda: export(project.view, "ris", io.BytesIO()),
        lambda: export_model(project.store.location, io.BytesIO()),
    ]
    for ask in asks:
        with pytest.raises(InvalidParameterError, match=r"projects that ask for classes.*\(weight\)"):
            ask()
    plan = project.promises.plan("certificate", 0.9)
    assert (plan.possible, "for projects that ask for classes" in plan.why) == (False, True)
    with pytest.raises(InvalidParameterError, match="no goal"):
        project.change_settings(ada, goal="screening:relevant=0")
    # Skips are no classes.
    assert project.bulk.label_many(ada, str(uuid.uuid4()), [4, 5], None).result().n_changed == 2


def test_strategies_and_models_are_those_of_numbers(project):
    ada = sign_in(project)
    project.change_settings(ada, strategy="gsx", estimator="ridge").result()
    for wrong in ({"strategy": "margin"}, {"estimator": "logistic_regression"}):
        with pytest.raises(Exception, match=r"margin|logistic_regression"):
            project.change_settings(ada, **wrong)
