"""Taking back what others did, on both databases: what it takes and changes, and that all of it stays in the log."""

import io
import uuid

import numpy as np
import pytest
from example_project import N_ROWS, make_project, sign_in, teach

from querist.exceptions import InvalidParameterError
from querist.labelling.label_files.match import LabelRead, LabelsRead
from querist.labelling.log import classes as class_lists
from querist.labelling.log.audit_answers import audit_moment, scored
from querist.labelling.log.deeds import ACTS
from querist.labelling.log.events import Measured
from querist.labelling.reading.accuracy_statement import accuracy_statement
from querist.labelling.reading.changes import WORDS, class_changes, last_changes
from querist.labelling.reading.exports import export
from querist.labelling.reading.figures import accuracy
from querist.labelling.reading.project_view import ProjectView
from querist.labelling.reading.row_filter import Filter
from querist.labelling.serving.actions import Action
from querist.labelling.serving.project import Project


@pytest.fixture
def project(store_location):
    with Project.open(make_project(store_location()), train=False) as opened:
        yield opened


@pytest.fixture
def people(project):
    return sign_in(project), sign_in(project, "bob", "annotator")


def act(project, who, *actions, want=0, tab="t"):
    return project.submit(who, tab, list(actions), holding=(), want=want).result()


def answer(row, class_id=0, **more):
    return Action(more.pop("uuid", str(uuid.uuid4())), "answer", row, class_id=class_id, **more)


def take_back(project, who, wanted, expected=None):
    """Take back as many as it says it will; return the uuid that brings them back."""
    made = str(uuid.uuid4())
    expected = project.taking_back.effect(wanted).n_acts if expected is None else expected
    project.taking_back.carry_out(who, made, wanted, expected=expected).result()
    return made


def n_exported(project):
    target = io.BytesIO()
    export(project.view, "jsonl", target, rows="labelled")
    return len(target.getvalue().splitlines())


def test_an_owner_takes_back_the_whole_pool_that_somebody_else_labelled(project, people):
    ada, bob = people
    mine = answer(3, 0)
    act(project, ada, mine)
    project.bulk.label_many(bob, "the-whole-pool", Filter(status="unlabelled"), 1, expected=N_ROWS - 1).result()
    refused = act(project, ada, Action("undo-by-ada", "undo", 0, target="the-whole-pool")).results[0]
    assert (refused.code, "Owners of the project can take back" in refused.message) == ("not_yours", True)
    wanted = project.taking_back.of_uuid("the-whole-pool")
    effect = project.taking_back.effect(wanted)
    assert (effect.n_acts, effect.n_answers, effect.n_lost, effect.n_rows) == (39, 39, 39, 39)
    assert [(each.class_id, each.before, each.after) for each in effect.classes] == [(1, 39, 0)]
    n_events = project.board.n_events
    with pytest.raises(InvalidParameterError, match=r"change 39 answers and other acts, not 38. Look at them"):
        take_back(project, ada, wanted, expected=38)
    taken = take_back(project, ada, wanted)
    assert project.board.n_events == n_events + 1
    assert (project.board.n_labelled, project.board.by_person[bob]) == (1, 0)
    assert len(act(project, bob, want=5).items) == 5
    # Once more is once.
    assert project.taking_back.carry_out(ada, taken, wanted, expected=39).result() == 39
    with pytest.raises(InvalidParameterError, match="change nothing"):
        take_back(project, ada, wanted)
    take_back(project, ada, project.taking_back.of_uuid(taken))
    assert (project.board.n_labelled, project.board.by_person[bob]) == (N_ROWS, 39)
    kinds = [event.kind for event in project.store.events()]
    assert (kinds.count("answered"), kinds.count("taken_back"), kinds.count("restored")) == (40, 1, 1)


def test_all_that_a_person_did(project, people):
    ada, bob = people
    act(project, ada, answer(0, 0), answer(1, 0))
    act(project, bob, answer(1, 1, asked=True), answer(2, 1), Action("flag-by-bob", "flag", 2, note="odd"))
    act(project, bob, Action("skip-by-bob", "skip", 4))
    wanted = project.taking_back.of_person(bob)
    effect = project.taking_back.effect(wanted)
    assert (effect.n_answers, effect.n_skips, effect.n_others) == (2, 1, 1)
    assert (effect.n_lost, effect.n_changed) == (1, 0)
    take_back(project, ada, wanted)
    location, before = project.store.location, project.board
    assert {row: int(label) for row, label in enumerate(before.labels) if label >= 0} == {0: 0, 1: 0}
    assert (before.skipped, before.flagged, before.notes) == (set(), set(), {})
    assert n_exported(project) == 2
    assert project.view.person_info(bob).n_answers == 0
    project.close()
    with ProjectView.read(location) as again:
        assert again.board.labels.tolist() == before.labels.tolist()
        assert again.board.by_person == before.by_person


def test_what_came_with_a_file_is_taken_back_at_once(project, people):
    ada, _ = people
    read = LabelsRead([LabelRead(row, "bad", None, None, False, "", "labelled") for row in range(3)])
    project.bulk.import_labels(read, source="x.csv").result()
    project.bulk.ask_again(ada, [0, 1]).result()
    again, imported, *_ = last_changes(project.rows)
    assert (again.what, again.n_acts) == ("asked for a second opinion on 2 rows", 2)
    assert (imported.what, imported.person, imported.kind) == ("imported labels of 3 rows as bad", "import", "group")
    take_back(project, ada, project.taking_back.of_uuid(imported.uuid))
    assert project.board.n_labelled == 0


def test_what_cannot_be_taken_back(project, people):
    ada, bob = people
    act(project, bob, answer(0, 0, uuid="by-bob-1"))
    with pytest.raises(InvalidParameterError, match="not in the log"):
        project.taking_back.of_uuid("unknown-uuid")
    with pytest.raises(InvalidParameterError, match="no person 77"):
        project.taking_back.of_person(77)
    wanted = project.taking_back.of_uuid("by-bob-1")
    with pytest.raises(InvalidParameterError, match="something else of this uuid"):
        project.taking_back.carry_out(ada, "by-bob-1", wanted, expected=1).result()


def test_a_check_question_is_asked_again_and_scored_once(project, people):
    ada, bob = people
    teach(project, prediction=1)
    items = act(project, bob, want=20).items
    act(project, bob, *(answer(item.row, 0) for item in items))
    board = project.board
    checks = [each.row for each in scored(board)]
    assert len(checks) == 4
    # What the model says by now does not matter: it had been told.
    teach(project, prediction=0)
    effect = project.taking_back.effect(project.taking_back.of_person(bob))
    assert effect.n_check == 4
    take_back(project, ada, project.taking_back.of_person(bob))
    order = project._place.queue._audit_order
    moment = audit_moment(board, order)
    assert (moment.n_audited, moment.n_reopened, moment.draws.tolist()) == (0, 4, [])
    while not set(checks) <= {each.row for each in scored(board)}:
        item = act(project, ada, want=1).items[0]
        assert item.row not in checks or item.guess is None
        act(project, ada, answer(item.row, 1))
    found = {each.row: (each.guess, each.class_id) for each in scored(board) if each.row in checks}
    assert found == dict.fromkeys(checks, (1, 1))
    assert audit_moment(board, order).n_reopened == 0


def test_a_row_that_was_never_predicted_is_once_the_model_was_trained_without_its_answer(project, people):
    ada, bob = people
    teach(project, prediction=1)
    project.bulk.label_many(bob, "the-whole-pool", range(N_ROWS), 0).result()
    taken = project.taking_back.of_uuid("the-whole-pool")
    take_back(project, ada, taken)
    # This model knew what was taken back, and so says nothing that could be judged.
    act(project, ada, answer(0, 1))
    assert project.board.first_answer(0).guess is None
    teach(project, prediction=1)
    act(project, ada, answer(1, 1))
    assert project.board.first_answer(1).guess == 1


def measure(project, seq):
    estimate = {
        "quantity": "accuracy",
        "value": 0.9,
        "low": 0.8,
        "high": 0.95,
        "n": 20,
        "confidence": 0.95,
        "method": "",
        "note": "",
        "text": "",
    }
    told = Measured(seq=seq, n_labels=1, n_audited=1, n_skipped=0, accuracy=estimate, running=estimate, advice={})
    project._place.submit(lambda batch: project._place.record(batch, told)).result()


def test_figures_wait_for_a_model_that_knows(project, people):
    ada, bob = people
    act(project, bob, answer(0, 1, uuid="by-bob-1"))
    measure(project, project.board.seq)
    assert accuracy(project.board).value == 0.9
    take_back(project, ada, project.taking_back.of_uuid("by-bob-1"))
    assert accuracy(project.board) is None
    told = accuracy_statement(project.board, "p", now=0.0)
    assert (told.statements, "taken back" in told.note) == ([], True)
    # What was being worked out meanwhile is about the old labels.
    measure(project, project.board.seq - 1)
    assert accuracy(project.board) is None
    measure(project, project.board.seq)
    assert accuracy(project.board).value == 0.9


def test_a_merge_and_a_removal_are_taken_back(project, people):
    ada, bob = people
    act(project, ada, answer(0, 0), answer(1, 0), answer(2, 1))
    project.change_classes(bob, lambda each: class_lists.merge(each, 1, 0), op="merge").result()
    project.change_classes(bob, lambda each: class_lists.remove(each, 0), op="remove").result()
    assert project.board.n_labelled == 0
    effect = project.taking_back.effect_of_class_change(3)
    assert (effect.n_gained, effect.n_rows) == (3, 3)
    with pytest.raises(InvalidParameterError, match="change 3 labels, not 2"):
        project.taking_back.class_change(ada, 3, expected=2).result()
    reply = project.taking_back.class_change(ada, 3, expected=3).result()
    assert reply.class_version == 4
    assert project.board.labels[:3].tolist() == [0, 0, 0]
    project.taking_back.class_change(ada, 2, expected=1).result()
    assert project.board.labels[:3].tolist() == [0, 0, 1]
    assert [each.what for each in class_changes(project.rows)] == [
        "taken back: 'bad' merged into 'good'",
        "taken back: 'good' removed",
        "'good' removed",
        "'bad' merged into 'good'",
        "'good', 'bad' added",
    ]
    assert [each.takeable for each in class_changes(project.rows)] == [True, True, False, False, False]


def test_the_last_changes_of_everybody(project, people):
    ada, bob = people
    act(project, ada, answer(0, 0))
    project.bulk.label_many(bob, "bulk-uuid", [1, 2], None).result()
    act(project, bob, Action("undo-by-bob", "undo", 0, target="bulk-uuid"))
    taken = take_back(project, ada, project.taking_back.of_uuid("undo-by-bob"))
    take_back(project, ada, project.taking_back.of_person(bob, since=0.0, bulk=True))
    told = last_changes(project.rows)
    assert [(each.person, each.kind, each.what, each.n_standing, each.takeable) for each in told[:5]] == [
        ("ada", "removal", "took back: all that bob did to many rows at once since 1970-01-01 00:00 UTC", 0, True),
        ("ada", "restoration", "brought back what was taken back: skipped 2 rows", 0, False),
        ("bob", "removal", "undid: skipped 2 rows", 0, False),
        ("bob", "group", "skipped 2 rows", 0, False),
        ("ada", "act", "labelled as good", 1, True),
    ]
    assert (told[1].uuid, told[4].row, told[4].id) == (taken, 0, "id0")
    assert [each.person for each in last_changes(project.rows, person=bob)] == ["bob", "bob"]
    assert [each.kind for each in last_changes(project.rows, which="many")] == [
        "removal", "restoration", "removal", "group", "classes",
    ]  # fmt: skip
    assert len(last_changes(project.rows, limit=2)) == 2


def test_every_act_has_a_word():
    assert set(WORDS) == set(ACTS)


def test_opinions_and_agreement_follow(project, people):
    ada, bob = people
    act(project, ada, answer(0, 0))
    act(project, bob, answer(0, 1, asked=True), answer(1, 1))
    assert project.board.n_opinions[:2].tolist() == [2, 1]
    take_back(project, ada, project.taking_back.of_person(bob))
    assert project.board.n_opinions[:2].tolist() == [1, 0]
    assert list(project.board.answers(0)) == [ada]
    assert np.array_equal(project.rows.find_rows(Filter(annotator=bob)), [])
