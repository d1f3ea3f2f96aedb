"""Where a project stands, in lines."""

import uuid

import pytest
from example_project import make_project, sign_in

from querist.labelling.reading.standing import standing
from querist.labelling.serving.actions import Action
from querist.labelling.serving.project import Project


@pytest.fixture
def project(tmp_path):
    with Project.open(make_project(tmp_path / "p.querist"), train=False, clock=lambda: 1.8e9) as opened:
        yield opened


def act(project, who, kind, row, class_id=None):
    action = Action(str(uuid.uuid4()), kind, row, class_id)
    assert project.submit(who, "t", [action], holding=[], want=0).result().results[0].status == "saved"


def test_a_project_that_nobody_has_opened(project):
    assert standing(project.view) == [
        "reviews: 40 rows, 0 labelled",
        "labels: good 0, bad 0",
        "strategy auto, model auto, check questions 20 %",
    ]


def test_what_people_have_done_so_far(project):
    ada, ben = sign_in(project), sign_in(project, "ben", "annotator")
    for row, class_id in ((0, 1), (1, 1), (2, 0)):
        act(project, ada, "answer", row, class_id)
    act(project, ben, "skip", 3)
    act(project, ben, "flag", 4)
    lines = standing(project.view)
    assert lines[:2] == ["reviews: 40 rows, 3 labelled, 1 skipped, 1 flagged", "labels: bad 2, good 1"]
    assert lines[3] == "people: ada (owner, 3 answers), ben (annotator, 1 answer)"
    assert lines[4].startswith("last answer: 2027-01-15 ")
    assert lines[4].endswith(", ben")


def test_many_classes_are_told_by_the_most_frequent(project):
    from querist.labelling.log.classes import added

    ada = sign_in(project)
    project.change_classes(ada, lambda _: added([f"c{number}" for number in range(77)])).result()
    act(project, ada, "answer", 0, 76)
    told = standing(project.view)[1]
    assert told.startswith("labels: c76 1, c0 0,")
    assert told.endswith(" and 69 more")
