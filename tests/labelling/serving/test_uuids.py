"""A uuid names one thing: what somebody else did, or another thing, is never taken for a repeat, nor undone with it."""

import pytest
from example_project import make_project, sign_in

from querist.exceptions import InvalidParameterError
from querist.labelling.serving.actions import Action
from querist.labelling.serving.bulk import Outcome
from querist.labelling.serving.project import Project


@pytest.fixture
def project(store_location):
    with Project.open(make_project(store_location()), train=False) as opened:
        yield opened


def do(project, person, *actions):
    return [
        (each.status, each.code) for each in project.submit(person, "t", actions, holding=[], want=0).result().results
    ]


def answer(uuid, row=0, class_id=0):
    return Action(uuid=uuid, kind="answer", row=row, class_id=class_id)


def undo(uuid, target):
    return Action(uuid=uuid, kind="undo", row=0, target=target)


SAVED, REPEATED, TAKEN = ("saved", None), ("repeated", None), ("refused", "uuid_taken")


def test_a_repeat_changes_nothing_and_is_told_as_one(project):
    ada = sign_in(project)
    acts = [answer("a-000001"), answer("a-000001", class_id=1), answer("b-000001", class_id=1)]
    acts += [answer("b-000001"), undo("c-000001", "a-000001"), undo("c-000001", "a-000001")]
    assert do(project, ada, *acts) == [SAVED, REPEATED, SAVED, REPEATED, SAVED, REPEATED]
    assert project.board.n_labelled == 1


def test_the_uuid_of_anything_else_is_refused(project):
    ada, bob = sign_in(project), sign_in(project, "bob", "annotator")
    assert do(project, ada, answer("a-000001"), answer("a-000001", row=1)) == [SAVED, TAKEN]
    assert do(project, ada, Action("a-000001", "skip", 0), undo("a-000001", "a-000001")) == [TAKEN, TAKEN]
    assert do(project, bob, answer("a-000001")) == [TAKEN]
    for other in project.store.events():
        if other.uuid != "a-000001":
            assert do(project, bob, answer(other.uuid)) == [TAKEN]
            with pytest.raises(InvalidParameterError, match="something else of this uuid"):
                project.bulk.label_many(bob, other.uuid, [3], 0).result()
    assert project.board.n_labelled == 1


def test_a_group_is_one_persons(project):
    ada, bob = sign_in(project), sign_in(project, "bob", "annotator")
    assert project.bulk.label_many(ada, "g-000001", [1, 2], 0).result() == Outcome(2)
    assert project.bulk.label_many(ada, "g-000001", [1, 2], 0).result() == Outcome(2)
    with pytest.raises(InvalidParameterError, match="something else of this uuid"):
        project.bulk.label_many(bob, "g-000001", [3], 0).result()
    assert do(project, bob, answer("g-000001", row=5)) == [TAKEN]
    assert do(project, bob, undo("u-000001", "g-000001")) == [("refused", "not_yours")]
    assert do(project, ada, undo("u-000002", "g-000001")) == [SAVED]
    assert project.board.n_labelled == 0


def test_undoing_reaches_only_acts_on_rows(project):
    ada = sign_in(project)
    for event in project.store.events():
        assert do(project, ada, undo(f"u-{event.uuid}", event.uuid)) == [("refused", "unknown_target")]
