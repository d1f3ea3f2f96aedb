"""Copies in a project that is open: Explore, bulk labels, files of labels, exports, figures and promises."""

import csv
import io
import json
import uuid

import numpy as np
import pandas as pd
import pytest
from example_project import sign_in, teach

from querist.audit.promise import Promise, Region
from querist.exceptions import StoreError
from querist.labelling.intake.create import import_rows
from querist.labelling.intake.guess import guess_plan
from querist.labelling.label_files.match import read_labels_for
from querist.labelling.log.deeds import Answered
from querist.labelling.log.events import AutoLabelled, event
from querist.labelling.log.promise import PromiseBegun, packed
from querist.labelling.promises.words import as_shown
from querist.labelling.reading.accuracy_statement import accuracy_statement
from querist.labelling.reading.exports import export
from querist.labelling.reading.row_filter import Filter
from querist.labelling.serving.actions import Action
from querist.labelling.serving.project import Project

SPAM, HAM = 0, 1
TEXTS = [
    "win a prize now",
    "hello my friend",
    "Win a prize  now",
    "see you there",
    "win a prize now",
    "hello my friend",
]


@pytest.fixture
def project(tmp_path, store_location):
    path = tmp_path / "data.csv"
    rows = pd.DataFrame({"id": [f"id{row}" for row in range(6)], "text": TEXTS})
    rows.to_csv(path, index=False)
    location = store_location()
    import_rows(guess_plan(path, text=["text"], labels=["spam", "ham"]), location, seed=1)
    with Project.open(location, train=False) as opened:
        yield opened


def say(project, who, row, class_id, kind="answer", **more):
    action = Action(str(uuid.uuid4()), kind, row, class_id=class_id, **more)
    return project.submit(who, "t", [action], holding=(), want=0).result().results[0]


def labels(project):
    return project.board.labels.tolist()


def found(project, **wanted):
    return project.rows.find_rows(Filter(**wanted))


def exported(project, kind="csv", **options):
    target = io.BytesIO()
    export(project.view, kind, target, **options)
    return target.getvalue().decode("utf-8-sig")


def test_a_tab_gets_each_content_once_and_says_how_often_it_stands(project):
    ada = sign_in(project)
    reply = project.submit(ada, "t", [], holding=(), want=99).result()
    assert {item.row: item.n_same for item in reply.items} == {0: 3, 1: 2, 3: 1}
    assert (reply.progress.n_rows, reply.progress.n_copies) == (3, 3)
    assert say(project, ada, 0, SPAM).status == "saved"
    assert labels(project) == [SPAM, -1, SPAM, -1, SPAM, -1]
    assert project.progress(ada).n_labelled == 1
    assert project.progress(ada).by_class == {"0": 1}


def test_what_is_done_to_a_copy_is_done_to_all_and_undone_for_all(project):
    ada = sign_in(project)
    action = Action("u1", "answer", 4, class_id=HAM)
    for expected in ("saved", "repeated"):
        result = project.submit(ada, "t", [action], holding=(), want=0).result().results[0]
        assert result.status == expected
    say(project, ada, 5, None, "flag", note="look")
    assert labels(project) == [HAM, -1, HAM, -1, HAM, -1]
    assert [project.rows.detail(row).note for row in range(6)] == ["", "look", "", "", "", "look"]
    assert [len(project.rows.detail(row).log) for row in (0, 2, 4)] == [1, 1, 1]
    say(project, ada, 2, None, "undo", target="u1")
    assert labels(project) == [-1] * 6


def test_explore_lists_the_first_and_finds_the_others(project):
    ada = sign_in(project)
    say(project, ada, 0, SPAM)
    assert found(project) == [0, 1, 3]
    assert found(project, status="labelled") == [0]
    assert found(project, search="prize") == [0]
    assert found(project, search="id4") == [4]
    assert found(project, search="id4", status="unlabelled") == []
    assert found(project, copies="grouped") == [0, 1]
    assert found(project, copies="apart") == []
    assert found(project, same_as=2) == found(project, same_as=0) == [0, 2, 4]
    assert found(project, same_as=99) == []
    copy = project.rows.explore(Filter(search="id4"), sort="row", offset=0, limit=9).items[0]
    assert (copy.id, copy.copy_of, copy.n_same, copy.class_id, copy.status) == ("id4", "id0", 3, SPAM, "labelled")
    first = project.rows.explore(Filter(), sort="time", offset=0, limit=9).items[0]
    assert (first.id, first.copy_of, first.n_same) == ("id0", None, 3)


def test_guesses_and_flags_of_copies_are_those_of_the_first(project):
    ada = sign_in(project)
    teach(project, HAM)
    say(project, ada, 4, None, "flag")
    assert found(project, flagged=True) == [0]
    assert found(project, search="id2", flagged=True, prediction=HAM) == [2]
    say(project, ada, 3, SPAM)
    assert found(project, search="id2", disagree=True) == []


def test_who_holds_a_row_sees_nothing_of_what_others_said_to_its_copies(project):
    ada, ben = sign_in(project), sign_in(project, "ben")
    say(project, ben, 0, SPAM)
    project.bulk.ask_again(ben, [2]).result()
    held = project.submit(ada, "t", [], holding=(), want=1).result().items
    assert [item.row for item in held] == [0]
    assert project.rows.detail(4, project.reader(ada)).answers == []
    assert project.rows.explore(Filter(), sort="row", offset=0, limit=9, reader=project.reader(ada)).n_blind == 1


def test_many_at_once_count_a_group_once(project):
    ada = sign_in(project)
    outcome = project.bulk.label_many(ada, "b1", [0, 2, 4, 5], SPAM).result()
    assert (outcome.n_changed, outcome.n_same) == (2, 0)
    assert labels(project) == [SPAM, SPAM, SPAM, -1, SPAM, SPAM]
    outcome = project.bulk.label_many(ada, "b2", Filter(search="prize"), HAM, expected=1).result()
    assert outcome.n_changed == 1
    assert project.bulk.ask_again(ada, [0, 2]).result() == 1


def read(project, text):
    return read_labels_for(project.rows, text.encode(), "labels.csv")


def test_a_file_may_name_any_copy_and_all_of_them(project):
    told = read(
        project, "querist_id,text,label,status\nid4,win a prize now,spam,labelled\nid1,hello my friend,,skipped\n"
    )
    assert told.refused == []
    outcome = project.bulk.import_labels(told).result()
    assert outcome.n_changed == 2
    assert labels(project) == [SPAM, -1, SPAM, -1, SPAM, -1]
    assert project.board.status(5) == "skipped"


def test_a_file_without_ids_names_the_group_by_its_content(project):
    told = read(project, "text,label\nwin a prize now,spam\n")
    assert [(pair.row, pair.label) for pair in told.pairs] == [(0, "spam")]


def test_two_labels_for_one_group_are_refused_by_their_place(project):
    told = read(
        project, "id,text,label\nid0,win a prize now,spam\nid2,Win a prize  now,ham\nid4,win a prize now,spam\n"
    )
    assert [(pair.row, pair.label) for pair in told.pairs] == [(0, "spam"), (0, "spam")]
    ((where, why),) = told.refused
    assert "3" in where
    assert "two labels for row 1, which has copies that are labelled with it, by the same person" in why


def test_exports_have_every_row_with_the_label_of_its_group(project):
    ada = sign_in(project)
    say(project, ada, 0, SPAM)
    say(project, ada, 5, None, "skip")
    rows = list(csv.DictReader(io.StringIO(exported(project))))
    assert [each["label"] for each in rows] == ["spam", "", "spam", "", "spam", ""]
    assert [each["copy_of"] for each in rows] == ["", "", "id0", "", "id0", "id1"]
    assert [each["status"] for each in rows][1::4] == ["skipped", "skipped"]
    assert {each["annotator"] for each in rows if each["label"]} == {"ada"}
    labelled = list(csv.DictReader(io.StringIO(exported(project, rows="labelled"))))
    assert [each["querist_id"] for each in labelled] == ["id0", "id2", "id4"]
    lines = [json.loads(line)["querist"] for line in exported(project, "jsonl").splitlines()]
    assert [each["copy_of"] for each in lines] == [None, None, "id0", None, "id0", "id1"]
    tasks = json.loads(exported(project, "label-studio"))
    assert [each["meta"]["querist"]["copy_of"] for each in tasks] == [None, None, "id0", None, "id0", "id1"]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "xlsx", "parquet", "label-studio"])
def test_an_export_comes_back_and_changes_nothing(project, kind):
    ada = sign_in(project)
    say(project, ada, 0, SPAM)
    say(project, ada, 1, HAM)
    say(project, ada, 3, None, "skip")
    target = io.BytesIO()
    export(project.view, kind, target)
    ending = {"label-studio": "json"}.get(kind, kind)
    told = read_labels_for(project.rows, target.getvalue(), f"labels.{ending}")
    outcome = project.bulk.import_labels(told, annotator=ada).result()
    assert (told.refused, outcome.n_changed, outcome.n_kept) == ([], 0, 0)


def test_the_statement_counts_rows_and_says_what_figures_count(project):
    say(project, sign_in(project), 0, SPAM)
    told = accuracy_statement(project.board, "p", now=0.0)
    assert (told.n_rows, told.n_labelled) == (6, 3)
    assert "3 of the rows are copies of others: figures count each content once" in told.note


def test_a_promise_draws_first_rows_and_tells_how_many_rows_they_are(project):
    board = project.board
    assert board.left_to_label().tolist() == [0, 1, 3]
    terms = Promise(
        kind="auto_label", target=0.5, confidence=0.95, attempt=1, level=0.05, n_remaining=3, power=None,
        regions=(Region(3, 1, 0),), draws=np.array([3]), inside=np.array([0]),
    )  # fmt: skip
    begun = PromiseBegun(
        id="p", terms=terms, seq=1, ranking=1, n_labels=0, predictions=(HAM,),
        packed=packed(np.array([0, 1, 3]), np.array([SPAM, HAM, HAM])),
    )  # fmt: skip
    for number, payload in enumerate((begun, Answered(class_id=HAM), AutoLabelled(id="p", n_regions=1))):
        board.apply(event(payload, at=float(number), annotator=1, row=3 if number == 1 else None))
    assert board.model_labels.tolist() == [SPAM, HAM, SPAM, -1, SPAM, HAM]
    assert board.n_model_labels == 2
    assert found(project, status="model") == [0, 1]
    told = as_shown(board.promises["p"], board)
    assert (told.state, told.n_released) == ("applied", 2)
    assert told.sentence.endswith("A row and its copies count once here. With copies the 2 are 5 rows.")
    assert accuracy_statement(board, "p", now=0.0).n_labelled_by_the_model == 5


def test_a_promise_may_not_draw_a_copy(project):
    terms = Promise(
        kind="certificate", target=0.5, confidence=0.95, attempt=1, level=0.05, n_remaining=3, power=0.5,
        regions=(Region(3, 1, 0),), draws=np.array([2]), inside=np.array([0]),
    )  # fmt: skip
    begun = PromiseBegun(id="p", terms=terms, seq=1, ranking=1, n_labels=0, predictions=(HAM,))
    with pytest.raises(StoreError, match="draws copies of rows"):
        project.board.apply(event(begun, at=0.0))


def test_rows_of_one_content_with_different_labels_are_found_in_explore(tmp_path):
    path = tmp_path / "data.csv"
    pd.DataFrame({"text": ["a few words", "others are here", "A few words"], "label": ["x", "x", "y"]}).to_csv(path)
    import_rows(guess_plan(path, text=["text"], label_column="label"), tmp_path / "p.querist")
    with Project.open(tmp_path / "p.querist", train=False) as opened:
        assert found(opened, copies="apart") == [0, 2]
        assert labels(opened) == [0, 0, 1]
