"""A correction counts, whoever makes it and by whatever way; what changes nothing is not counted."""

import uuid

import pytest
from example_project import make_project, sign_in

from querist.labelling.label_files.match import LabelRead, LabelsRead
from querist.labelling.reading.row_filter import Filter
from querist.labelling.serving.actions import Action
from querist.labelling.serving.bulk import Outcome
from querist.labelling.serving.project import Project

GOOD, BAD = 0, 1


@pytest.fixture
def project(store_location):
    with Project.open(make_project(store_location()), train=False) as opened:
        yield opened


def file_of(**labels):
    pairs = [
        LabelRead(int(row[1:]), name or None, None, None, False, "", "labelled" if name else "skipped")
        for row, name in labels.items()
    ]
    return LabelsRead(pairs, [], 0)


def given(project, row, name="good"):
    project.bulk.import_labels(file_of(**{f"r{row}": name})).result()


def say(project, who, row, class_id, **more):
    action = Action(str(uuid.uuid4()), "skip" if class_id is None else "answer", row, class_id=class_id, **more)
    return project.submit(who, "t", [action], holding=(), want=0).result().results[0]


def label(project, row):
    return int(project.board.labels[row])


def by_page(project, who):
    return say(project, who, 3, BAD)


def by_bulk(project, who):
    return project.bulk.label_many(who, str(uuid.uuid4()), [3], BAD).result()


def by_filter(project, who):
    return project.bulk.label_many(who, str(uuid.uuid4()), Filter(search="number 3 "), BAD, expected=1).result()


def by_own_file(project, who):
    return project.bulk.import_labels(file_of(r3="bad"), annotator=who).result()


def by_file(project, who):
    return project.bulk.import_labels(file_of(r3="bad")).result()


WAYS = [by_page, by_bulk, by_filter, by_own_file, by_file]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("before", ["given", "own", "colleague", "colleague and given", "changed"])
def test_a_correction_stands(project, way, before):
    ada, ben = sign_in(project), sign_in(project, "ben")
    if "given" in before:
        given(project, 3)
    if before in ("own", "changed"):
        say(project, ada, 3, GOOD)
    if "colleague" in before:
        say(project, ben, 3, GOOD)
    if before == "changed":
        say(project, ben, 3, GOOD)
    assert label(project, 3) == GOOD
    way(project, ada)
    assert (label(project, 3), project.board.n_opinions[3]) == (BAD, 1)
    # And again, by the other.
    say(project, ben, 3, GOOD)
    assert label(project, 3) == GOOD
    project.close()
    with Project.open(project.store.location, train=False) as again:
        assert label(again, 3) == GOOD


def test_what_changes_nothing_is_not_counted_and_not_recorded(project):
    ada = sign_in(project)
    assert project.bulk.import_labels(file_of(r3="good", r4="good")).result() == Outcome(2)
    assert project.bulk.import_labels(file_of(r3="bad", r4="good")).result() == Outcome(1, n_replaced=1, n_same=1)
    n = project.board.n_events
    assert project.bulk.import_labels(file_of(r3="bad", r4="good")).result() == Outcome(0, n_same=2)
    assert project.bulk.label_many(ada, "u1", [3, 4], BAD).result() == Outcome(1, n_replaced=1, n_same=1)
    assert project.bulk.label_many(ada, "u2", [3, 4], BAD).result() == Outcome(0, n_same=2)
    assert project.board.n_events == n + 1


def test_an_undo_of_many_corrections_brings_back_what_stood(project):
    ada = sign_in(project)
    given(project, 3)
    project.bulk.label_many(ada, "many", [3, 4], BAD).result()
    assert (label(project, 3), label(project, 4)) == (BAD, BAD)
    project.submit(ada, "t", [Action("undo", "undo", 3, target="many")], holding=(), want=0).result()
    assert (label(project, 3), label(project, 4)) == (GOOD, -1)


def test_a_skip_of_what_somebody_looked_up_takes_the_label_away(project):
    ada, ben = sign_in(project), sign_in(project, "ben")
    say(project, ben, 3, GOOD)
    say(project, ben, 4, GOOD)
    say(project, ada, 3, None)
    assert project.bulk.label_many(ada, "many", [4], None).result() == Outcome(1, n_replaced=1)
    assert [project.board.status(row) for row in (3, 4)] == ["skipped", "skipped"]


def test_a_file_that_says_only_skipped_takes_no_label_away(project):
    ada = sign_in(project)
    say(project, ada, 3, GOOD)
    assert project.bulk.import_labels(file_of(r3="", r4="")).result() == Outcome(1, n_kept=1)
    assert [project.board.status(row) for row in (3, 4)] == ["labelled", "skipped"]


def test_who_answers_a_question_late_corrects_nobody(project):
    """The lease ran out, and a colleague was asked: neither has seen the other's answer."""
    ada, ben = sign_in(project), sign_in(project, "ben")
    say(project, ben, 3, GOOD)
    assert say(project, ada, 3, BAD, asked=True).code is None
    assert (label(project, 3), project.board.n_opinions[3]) == (GOOD, 2)


def test_where_several_opinions_are_wanted_a_word_is_one_of_them_and_says_so(project):
    ada, ben = sign_in(project), sign_in(project, "ben")
    project.change_settings(ada, opinions=2).result()
    say(project, ben, 3, GOOD)
    told = say(project, ada, 3, BAD)
    assert (told.status, told.code, label(project, 3)) == ("saved", "outvoted", GOOD)
    assert "'good'" in told.message
    say(project, ben, 4, GOOD)
    assert project.bulk.label_many(ada, "many", [4], BAD).result() == Outcome(0, n_kept=1)
    assert project.bulk.label_many(ada, "more", [4], GOOD).result() == Outcome(1)


def test_what_came_with_the_data_has_no_vote_once_a_person_has_answered(project):
    ada = sign_in(project)
    given(project, 3)
    project.change_settings(ada, opinions=2).result()
    reply = project.submit(ada, "t", [], holding=(), want=1).result()
    assert reply.items[0].row == 3
    say(project, ada, 3, BAD)
    assert (label(project, 3), project.board.n_opinions[3]) == (BAD, 1)


def test_what_a_reviewer_decided_stays_and_the_command_says_so(project):
    ada, ben = sign_in(project), sign_in(project, "ben")
    say(project, ben, 3, GOOD)
    say(project, ada, 3, BAD, asked=True)
    project.adjudication.decide(sign_in(project, "cy"), "d", 3, GOOD).result()
    assert say(project, ada, 3, BAD).code == "outvoted"
    assert project.bulk.import_labels(file_of(r3="bad")).result() == Outcome(0, n_kept=1)
