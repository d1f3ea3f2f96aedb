"""Laws of copies: a project that groups them is the project without them, and every row has the label of its group."""

import uuid
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.exceptions import StoreError
from querist.labelling.log.audit_answers import audit_moment
from querist.labelling.log.board import Board
from querist.labelling.log.classes import added
from querist.labelling.log.conflicts import conflicts
from querist.labelling.log.copies import Grouped
from querist.labelling.log.deeds import Adjudicated, Answered, Flagged, SecondOpinionWanted
from querist.labelling.log.events import ClassesChanged, RowsAdded, event
from querist.labelling.log.overlap_answers import overlap_answers
from querist.labelling.log.ranking import CurrentRanking, Ranking
from querist.labelling.serving.actions import Action, Recorder
from querist.labelling.serving.queue import Queue

KINDS = st.sampled_from(["answer", "answer", "answer", "skip", "flag", "unflag", "note", "undo", "again", "decide"])
ACTS = st.lists(st.tuples(KINDS, st.integers(0, 99), st.integers(1, 3), st.integers(0, 1)), max_size=25)
CONTENTS = st.lists(st.integers(0, 5), min_size=1, max_size=12)


class Desk:
    """A project without a store: a board, a queue, people."""

    def __init__(self, n_rows, groups, order, ranked, **options):
        self.board, self.seq = Board(), 0
        self.log(RowsAdded(n_rows=n_rows))
        self.log(ClassesChanged(version=1, classes=added(["a", "b"])))
        # Places of the audit follow the number of events: both logs have it.
        self.log(Grouped(groups=groups, apart=[]))
        self.order = np.array(order, np.int64)
        self.queue = Queue(self.board, self.order, seed=3, **options)
        nothing = np.full(n_rows, np.nan, np.float32)
        ranking = Ranking(np.array(ranked, np.int32), np.zeros(n_rows, np.int16), nothing, nothing)
        self.queue.use(CurrentRanking(1, "margin", ranking, 3))

    def record(self, made):
        self.seq += 1
        self.board.apply(replace(made, seq=self.seq))

    def log(self, payload, row=None, who=None):
        self.record(event(payload, at=float(self.seq), annotator=who, row=row))

    def do(self, kind, row, who, class_id, name, target):
        if kind in ("again", "decide"):
            deed = SecondOpinionWanted() if kind == "again" else Adjudicated(class_id=class_id)
            self.log(deed, self.board.copies.first(row), who)
            return "saved"
        recorder = Recorder(self.board, self.queue, self.record, annotator=who, now=float(self.seq))
        action = Action(name, kind, row, class_id=class_id, note=f"note {class_id}", target=target)
        return recorder.take(action).status


def twins(contents, **options):
    """The project with copies, the one without, and which row of it each row is."""
    distinct = list(dict.fromkeys(contents))
    of = [distinct.index(each) for each in contents]
    firsts = [of.index(row) for row in range(len(distinct))]
    groups = [[row for row, each in enumerate(of) if each == number] for number in range(len(distinct))]
    shuffled = np.random.default_rng(1).permutation(len(distinct)).tolist()
    ranked = [row for row in range(len(contents)) if row in firsts][::-1]
    ours = Desk(
        len(contents),
        [rows for rows in groups if len(rows) > 1],
        [firsts[row] for row in shuffled],
        ranked,
        **options,
    )
    theirs = Desk(len(distinct), [], shuffled, [of[row] for row in ranked], **options)
    return ours, theirs, of, firsts


@pytest.mark.parametrize("opinions", [1, 2])
@given(contents=CONTENTS, acts=ACTS)
def test_it_is_the_project_without_copies_and_every_row_has_the_label_of_its_group(opinions, contents, acts):
    ours, theirs, of, firsts = twins(contents, opinions=opinions)
    names = []
    for number, (kind, place, who, class_id) in enumerate(acts):
        row = place % len(contents)
        if kind == "undo" and not names:
            continue
        target = names[place % len(names)] if kind == "undo" else None
        name = f"u{number}"
        assert ours.do(kind, row, who, class_id, name, target) == theirs.do(kind, of[row], who, class_id, name, target)
        names.append(name)
    mine, other = ours.board, theirs.board
    for values in ("labels", "n_opinions", "given", "model_labels"):
        assert getattr(mine, values).tolist() == getattr(other, values)[of].tolist()
    assert [mine.status(row) for row in range(len(contents))] == [other.status(row) for row in of]
    assert [[act.uuid for act in mine.acts_on(row)] for row in range(len(contents))] == [
        [act.uuid for act in other.acts_on(row)] for row in of
    ] or any(kind in ("again", "decide") for kind, *_ in acts)
    assert (mine.counts, mine.by_person, mine.n_labelled) == (other.counts, other.by_person, other.n_labelled)
    for marked in ("skipped", "flagged", "notes", "opinions_wanted", "drawn"):
        assert [of[row] for row in sorted(getattr(mine, marked))] == sorted(getattr(other, marked))
    assert [of[row] for row in mine.left_to_label().tolist()] == other.left_to_label().tolist()
    assert [of[row] for row in conflicts(mine)] == conflicts(other)
    rows, labels = mine.labelled_rows()
    assert ([of[row] for row in rows], labels.tolist()) == tuple(each.tolist() for each in other.labelled_rows())
    moment, without = audit_moment(mine, ours.order), audit_moment(other, theirs.order)
    assert (moment.n_audited, moment.draws.tolist()) == (without.n_audited, without.draws.tolist())
    assert {of[row]: truth for row, truth in moment.truth.items()} == without.truth
    compared, others = (overlap_answers(each.board, each.order, opinions=2) for each in (ours, theirs))
    assert [of[row] for row in compared.random.rows] == others.random.rows.tolist()
    assert [of[row] for row in compared.chosen.rows] == others.chosen.rows.tolist()
    asked, alone = (each.queue.take(1, "t", 99, 99.0) for each in (ours, theirs))
    assert [(of[each.row], each.how) for each in asked] == [(each.row, each.how) for each in alone]
    assert all(each.row in firsts for each in asked)


@given(contents=CONTENTS, wants=st.lists(st.tuples(st.integers(1, 3), st.integers(1, 5)), max_size=20))
def test_nobody_is_asked_the_same_content_twice(contents, wants):
    ours, _, of, _ = twins(contents, opinions=2)
    seen = {who: [] for who in (1, 2, 3)}
    for number, (who, want) in enumerate([*wants, (1, 99), (2, 99)]):
        for ticket in ours.queue.take(who, "t", want, float(number)):
            seen[who].append(of[ticket.row])
            ours.do("answer", ticket.row, who, 0, str(uuid.uuid4()), None)
    assert all(len(set(each)) == len(each) for each in seen.values())
    assert (ours.board.labels >= 0).all()


def test_what_a_page_holds_of_a_copy_is_not_leased():
    ours, *_ = twins([0, 0, 1])
    ours.queue.hold(1, "t", [1, 2], 0.0)
    assert [each.row for each in ours.queue.held(1, "t")] == [2]


GROUPED = [
    ([[0, 3]], "groups rows that are not there; there were 3 rows then"),
    ([[0]], "fewer than two rows"),
    ([[0, 1], [2, 1]], "has a row in two groups"),
    ([[0, 1], [1, 2]], "has a row in two groups"),
    ([[0, 1, 1]], "has a row in two groups"),
]


@pytest.mark.parametrize(("groups", "told"), GROUPED)
def test_groups_that_cannot_be_are_refused(groups, told):
    with pytest.raises(StoreError, match=told):
        Desk(3, groups, [0, 1, 2], [0, 1, 2])


def test_a_group_may_grow_but_not_take_in_what_was_answered_or_is_in_another():
    desk = Desk(4, [[0, 1]], [0, 2, 3], [0, 2, 3])
    desk.log(Answered(class_id=1), 0, 1)
    desk.log(Grouped(groups=[[0, 2]], apart=[]))
    assert desk.board.labels.tolist() == [1, 1, 1, -1]
    assert desk.board.copies.group(2) == [0, 1, 2]
    desk.log(Answered(class_id=0), 3, 1)
    for groups, told in (
        ([[0, 3]], "people have answered"),
        ([[3, 2]], "groups already"),
        ([[3, 0]], "groups already"),
    ):
        with pytest.raises(StoreError, match=told):
            desk.log(Grouped(groups=groups, apart=[]))


def test_the_log_has_nothing_about_a_copy():
    desk = Desk(2, [[0, 1]], [0], [0])
    with pytest.raises(StoreError, match="is about row 1, a copy of row 0, which stands for both"):
        desk.log(Flagged(), 1, 1)
