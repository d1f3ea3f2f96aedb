"""Which rows are alike: asked of the trainer once, and never of a row that is to be answered blind."""

import threading

import pytest
from example_project import make_project, sign_in, teach

from querist.exceptions import InvalidParameterError, InvalidRowsError
from querist.labelling.reading.row_filter import Filter
from querist.labelling.serving.project import Project
from querist.labelling.serving.similar import MOST, Similar

EVERYTHING = Filter()


class FakeTrainer:
    """Answers from another thread, as the real one does; or says nothing."""

    def __init__(self, rows=None, silent=False):
        self.rows, self.silent, self.asked = rows, silent, []
        self.similar = Similar(lambda: self, patience=0.05 if silent else 30)

    def __call__(self, question):
        self.asked.append(question)
        if not self.silent:
            header = {"type": "similar", "id": question["id"], "rows": self.rows}
            threading.Thread(target=self.similar.take, args=(header,)).start()


def test_it_is_asked_once_and_again_when_rows_were_added():
    trainer = FakeTrainer([3, 1])
    assert [trainer.similar.to(3, 10) for _ in range(3)] == [[3, 1]] * 3
    trainer.similar.to(3, 11)
    assert [(each["row"], each["most"]) for each in trainer.asked] == [(3, MOST), (3, MOST)]


@pytest.mark.parametrize("trainer", [FakeTrainer(None), FakeTrainer(silent=True)])
def test_what_is_not_known_yet_is_told_and_not_kept(trainer):
    for _ in range(2):
        with pytest.raises(InvalidParameterError, match="Try again in a moment"):
            trainer.similar.to(3, 10)
    assert len(trainer.asked) == 2
    # Who comes too late is passed over.
    trainer.similar.take({"id": 0, "rows": [1]})


def test_without_a_trainer_it_is_told():
    with pytest.raises(InvalidParameterError, match="Try again"):
        Similar(lambda: None).to(3, 10)


@pytest.fixture
def project(tmp_path):
    with Project.open(make_project(tmp_path / "p.querist"), train=False) as opened:
        opened.rows.nearest = lambda row: [row, 8, 2, 30]
        yield opened


def rows_of(project, annotator, sort="row", wanted=EVERYTHING, like=5):
    reply = project.rows.explore(wanted, sort=sort, offset=0, limit=50, like=like, reader=project.reader(annotator))
    assert reply.total == len(reply.items)
    return [item.row for item in reply.items]


def test_the_most_alike_come_first_and_filters_hold(project):
    ada = sign_in(project)
    assert rows_of(project, ada) == [5, 8, 2, 30]
    assert rows_of(project, ada, sort="-row") == [30, 8, 5, 2]
    assert rows_of(project, ada, wanted=Filter(search="number 8")) == [8]
    with pytest.raises(InvalidRowsError, match="no row 99"):
        rows_of(project, ada, like=99)


def test_rows_like_one_that_is_to_be_answered_blind_are_not_shown_to_who_holds_it(project):
    ada, ben = sign_in(project), sign_in(project, "ben")
    teach(project, 1)
    items = project.submit(ada, "tab", [], holding=[], want=20).result().items
    for item in items:
        if item.guess is not None:
            assert rows_of(project, ada, like=item.row)
            continue
        with pytest.raises(InvalidParameterError, match="must answer this row first"):
            rows_of(project, ada, like=item.row)
        assert rows_of(project, ben, like=item.row)


def nearly_the_same(project, annotator, **more):
    reader = project.reader(annotator)
    reply = project.rows.explore(
        Filter(copies="nearly"), **{"sort": "row", "offset": 0, "limit": 50} | more, reader=reader
    )
    assert reply.total == len(reply.items)
    return [(item.row, item.nearly) for item in reply.items]


def test_near_copies_stand_together_and_name_the_first(project):
    ada = sign_in(project)
    project.rows.near_copies = lambda wait=True: [[2, 9, 30], [5, 7]]
    found = nearly_the_same(project, ada)
    assert [row for row, _ in found] == [2, 9, 30, 5, 7]
    ids = [item.item_id for item in project.rows.items([2, 5])]
    assert [first for _, first in found] == [None, ids[0], ids[0], None, ids[1]]
    assert [row for row, _ in nearly_the_same(project, ada, sort="-row")] == [30, 9, 7, 5, 2]


def test_a_row_to_be_answered_blind_stands_beside_none_like_it(project):
    ada, ben = sign_in(project), sign_in(project, "ben")
    teach(project, 1)
    held = project.submit(ada, "tab", [], holding=[], want=20).result().items
    blind = next(item.row for item in held if item.guess is None)
    project.rows.near_copies = lambda wait=True: [sorted({blind, 30, 31})]
    assert blind not in dict(nearly_the_same(project, ada))
    assert blind in dict(nearly_the_same(project, ben))


def test_who_labels_many_near_copies_waits_for_no_trainer(project):
    ada = sign_in(project)
    trainer = FakeTrainer([[2, 9], [5, 7]])
    project.rows.near_copies = lambda wait=True: trainer.similar.groups(40, wait=wait)
    chosen = Filter(copies="nearly")
    with pytest.raises(InvalidParameterError, match="Try again in a moment"):
        project.bulk.label_many(ada, "one", chosen, 0, expected=4).result()
    assert trainer.asked == []
    assert len(nearly_the_same(project, ada)) == 4
    assert project.bulk.label_many(ada, "two", chosen, 0, expected=4).result().n_changed == 4


def test_before_the_rows_are_read_it_is_told(project):
    with pytest.raises(InvalidParameterError, match="Try again in a moment"):
        project.rows.explore(Filter(copies="nearly"), sort="row", offset=0, limit=5)
