"""Which rows are asked of several people: a share of the answered ones, in the audit's order, whatever was answered."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from queue_desk import Desk, rows_of

from querist.labelling.log.overlap_answers import overlap_answers


def work(desk, who, n, answer=lambda row, who: 0):
    """Let a person answer `n` questions, one at a time."""
    hows = []
    for _ in range(n):
        tickets = desk.queue.take(who, "t", 1, 0.0)
        if not tickets:
            break
        hows.append(desk.answer(tickets[0].row, who, class_id=answer(tickets[0].row, who)).how)
    return hows


@pytest.mark.parametrize(("share", "opinions"), [(0.1, 2), (0.3, 2), (0.2, 3)])
def test_the_share_of_answered_rows_is_kept(share, opinions):
    desk = Desk(n_rows=2000, opinions=opinions, overlap=share)
    for _ in range(300):
        for who in range(1, opinions + 1):
            work(desk, who, 1)
    counts = desk.board.n_opinions
    assert counts.max() == opinions
    assert (counts == opinions).sum() == pytest.approx(share * (counts > 0).sum(), abs=8)


def test_the_overlap_is_the_head_of_the_audits_order():
    desk = Desk(n_rows=2000, opinions=2, overlap=0.1)
    for _ in range(300):
        work(desk, 1, 1)
        work(desk, 2, 1)
    twice = set(np.flatnonzero(desk.board.n_opinions == 2).tolist())
    found = overlap_answers(desk.board, desk.audit_order, opinions=2)
    assert found.random.rows.size > 40
    assert twice - set(desk.audit_order[: found.random.rows.size + 8].tolist()) == set()
    assert found.random.rows.tolist() == desk.audit_order[: found.random.rows.size].tolist()


def test_with_the_share_of_one_every_row_is_asked_of_all():
    desk = Desk(opinions=2)
    while work(desk, 1, 1) + work(desk, 2, 1):
        pass
    assert (desk.board.n_opinions == 2).all()


def test_a_share_is_complete_when_the_pool_is():
    desk = Desk(opinions=2, overlap=0.25)
    while work(desk, 1, 1) + work(desk, 2, 1):
        pass
    assert desk.board.n_opinions[desk.audit_order].tolist() == [2] * 15 + [1] * 45


def test_who_is_slow_is_not_asked_second_opinions_alone():
    desk = Desk(n_rows=4000, opinions=2, overlap=0.1)
    hows = {1: [], 2: []}
    for _ in range(100):
        hows[1] += work(desk, 1, 10)
        hows[2] += work(desk, 2, 1)
    # All that the fast one answers waits for the slow one, who still gets as many fresh rows.
    assert 0.3 < hows[2].count("overlap") / len(hows[2]) < 0.6
    assert hows[1].count("overlap") > 0
    found = overlap_answers(desk.board, desk.audit_order, opinions=2)
    assert found.random.rows.size >= 25
    assert (desk.board.n_opinions == 2).sum() <= 0.1 * (desk.board.n_opinions > 0).sum() + 1


step = st.tuples(st.integers(1, 3), st.integers(1, 4), st.booleans(), st.integers(0, 1))


@given(st.lists(step, max_size=40), st.sampled_from([0.2, 0.5, 1.0]), st.integers(2, 3))
def test_who_is_asked_does_not_depend_on_the_answers(steps, share, opinions):
    """The same people at the same pace are asked the same, whatever they say."""

    def asked(answer):
        desk = Desk(opinions=opinions, overlap=share)
        held, seen = {1: [], 2: [], 3: []}, []
        for now, (who, want, answers, class_id) in enumerate(steps):
            tickets = desk.queue.take(who, "t", want, float(now))
            seen.append([(ticket.row, ticket.how) for ticket in tickets])
            held[who] += rows_of(tickets)
            if answers:
                desk.answer(held[who].pop(0), who, class_id=answer(class_id))
            desk.queue.hold(who, "t", held[who], float(now))
        return seen

    assert asked(lambda class_id: class_id) == asked(lambda class_id: 1 - class_id)


def test_nobody_is_asked_again_about_what_they_cannot_tell():
    desk = Desk(opinions=2)
    row = desk.queue.take(1, "a", 1, 0.0)[0].row
    desk.answer(row, 1)
    assert rows_of(desk.queue.take(2, "b", 1, 0.0)) == [row]
    desk.queue.close(row, 2)
    desk.log("skipped", row, 2)
    assert row not in rows_of(desk.queue.take(2, "b", 60, 0.0))
    assert row in rows_of(desk.queue.take(3, "c", 2, 0.0))


def test_labels_from_a_file_are_not_asked_again_for_a_share():
    desk = Desk(opinions=2, overlap=0.5)
    for row in range(60):
        desk.log("answered", row, None, {"class_id": 0, "how": "import"})
    assert desk.queue.take(1, "a", 5, 0.0) == []
    assert len(Desk.of(desk.board, opinions=2).queue.take(1, "a", 5, 0.0)) == 5


def test_a_tab_takes_up_a_second_opinion_that_it_held_before_a_restart():
    desk = Desk(opinions=2)
    desk.log("asked", 7, 1, {"how": "audit"})
    desk.log("answered", 7, 1, {"class_id": 0, "how": "audit"})
    again = Desk.of(desk.board, opinions=2)
    again.queue.hold(2, "b", [7], 0.0)
    assert [(each.row, each.how, each.hidden) for each in again.queue.held(2, "b")] == [(7, "overlap", True)]


def test_who_has_decided_is_not_asked():
    desk = Desk(opinions=3)
    for who, class_id in ((1, 0), (2, 1)):
        desk.log("answered", 5, who, {"class_id": class_id, "how": "audit"})
    desk.log("adjudicated", 5, 3, {"class_id": 1})
    assert 5 not in rows_of(desk.queue.take(3, "c", 60, 0.0))
    # The decision does not end the overlap, which would leave hard rows out.
    assert 5 in rows_of(desk.queue.take(4, "d", 1, 0.0))
