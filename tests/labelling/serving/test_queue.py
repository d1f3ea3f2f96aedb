"""The queue: who is asked what, leases, the audit's share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from queue_desk import N_ROWS, Desk, make_ranking, rows_of

from querist.labelling.log.classes import added, remove
from querist.labelling.log.ranking import CurrentRanking
from querist.labelling.serving.leases import LEASE_SECONDS, SILENT_SECONDS


def test_before_any_ranking_rows_follow_the_random_order():
    desk = Desk(ranked=False)
    tickets = desk.queue.take(1, "t", 5, 0.0)
    assert rows_of(tickets) == desk.audit_order[:5].tolist()
    assert {ticket.how for ticket in tickets} == {"audit"}


def test_the_strategy_and_the_audit_each_keep_their_order():
    desk = Desk()
    tickets = desk.queue.take(1, "t", 40, 0.0)
    audited = [ticket.row for ticket in tickets if ticket.how == "audit"]
    ranked = [ticket.row for ticket in tickets if ticket.how == "strategy"]
    free = [row for row in desk.audit_order.tolist() if row not in ranked]
    assert audited == [row for row in free if row in audited]
    assert ranked == sorted(ranked, reverse=True)
    # The oldest rows of the random order come first, but for those that the strategy had taken.
    assert set(free[: len(audited)]) >= {row for row in audited if row in free[: len(audited)]}


@pytest.mark.parametrize("share", [0.0, 0.1, 0.2, 0.33, 1.0])
def test_the_audit_gets_its_share_and_fractions_are_carried_over(share):
    desk = Desk(n_rows=2000, audit_share=share)
    tickets = desk.queue.take(1, "t", 1000, 0.0)
    assert sum(ticket.how == "audit" for ticket in tickets) == pytest.approx(1000 * share, abs=20)


def test_a_tail_that_is_replaced_with_each_answer_leaves_the_audit_its_share():
    desk = Desk(n_rows=2000)
    held, hows = [], []
    for now in range(400):
        desk.queue.hold(1, "t", held[:3], float(now))
        held = held[:3] + rows_of(desk.queue.take(1, "t", 13 - len(held[:3]), float(now)))
        hows.append(desk.answer(held.pop(0)).how)
    # Exact but for the rows in hand.
    assert abs(hows.count("audit") - 80) <= 4


def test_places_of_the_audit_are_not_regular():
    desk = Desk(n_rows=2000)
    places = [place for place, ticket in enumerate(desk.queue.take(1, "t", 500, 0.0)) if ticket.how == "audit"]
    assert len(set(np.diff(places))) > 3


def test_nobody_gets_what_another_tab_holds():
    desk = Desk()
    taken = [desk.queue.take(who, tab, 10, 0.0) for who, tab in ((1, "a"), (1, "b"), (2, "c"))]
    rows = [row for each in taken for row in rows_of(each)]
    assert len(rows) == len(set(rows)) == 30


def test_a_lease_ends_unless_it_is_renewed():
    desk = Desk(audit_share=0.0)
    first = rows_of(desk.queue.take(1, "a", 2, 0.0))
    desk.queue.hold(1, "a", first[:1], LEASE_SECONDS - 1)
    later = rows_of(desk.queue.take(2, "b", 2, LEASE_SECONDS + 1))
    assert first[0] not in later
    # Not renewed by name means let go.
    assert first[1] in later


def test_what_a_tab_does_not_hold_any_more_is_free_at_once():
    desk = Desk(audit_share=0.0)
    first = rows_of(desk.queue.take(1, "a", 3, 0.0))
    desk.queue.hold(1, "a", first[:1], 1.0)
    assert rows_of(desk.queue.take(2, "b", 2, 1.0)) == first[1:]


def test_a_tab_takes_up_what_it_held_before_a_restart():
    desk = Desk(audit_share=0.0)
    desk.log("asked", 7, 1, {"how": "audit"})
    desk.queue.hold(1, "a", [7, 8], 0.0)
    assert not {7, 8} & set(rows_of(desk.queue.take(2, "b", N_ROWS, 0.0)))
    assert desk.answer(7).how == "audit"
    assert desk.answer(8).how == "strategy"


def test_answered_and_skipped_rows_do_not_come_again():
    desk = Desk()
    ticket = desk.queue.take(1, "a", 1, 0.0)[0]
    desk.answer(ticket.row)
    desk.log("skipped", 3, 1)
    left = rows_of(desk.queue.take(2, "b", N_ROWS, 0.0))
    assert sorted([*left, ticket.row, 3]) == list(range(N_ROWS))


def test_rows_that_open_again_are_found_after_reopen():
    desk = Desk(audit_share=0.0)
    for row in rows_of(desk.queue.take(1, "a", N_ROWS, 0.0)):
        desk.answer(row, class_id=row % 2)
    assert desk.queue.take(1, "a", 1, 0.0) == []
    desk.log("classes", data={"version": 2, "classes": [each.to_dict() for each in remove(added(["a", "b"]), 1)]})
    desk.queue.reopen()
    assert set(rows_of(desk.queue.take(1, "a", N_ROWS, 0.0))) == set(range(1, N_ROWS, 2))


def test_second_opinions_go_to_other_people_and_come_first():
    desk = Desk(opinions=2)
    row = desk.queue.take(1, "a", 1, 0.0)[0].row
    desk.answer(row)
    assert row not in rows_of(desk.queue.take(1, "a", 5, 0.0))
    ticket = desk.queue.take(2, "b", 1, 0.0)[0]
    assert (ticket.row, ticket.how, ticket.hidden) == (row, "overlap", True)
    desk.answer(row, who=2)
    assert row not in rows_of(desk.queue.take(3, "c", N_ROWS, 0.0))


def test_one_more_opinion_on_one_row():
    desk = Desk()
    desk.answer(4, who=1)
    desk.log("second_opinion", 4, 1)
    assert desk.queue.take(2, "b", 1, 0.0)[0].row == 4
    assert 4 not in rows_of(desk.queue.take(3, "c", 5, 0.0))


def test_hidden_guesses_tell_nothing_of_the_audit():
    desk = Desk(n_rows=2000)
    tickets = desk.queue.take(1, "a", 1600, 0.0)
    audited = [ticket for ticket in tickets if ticket.how == "audit"]
    hidden = [ticket for ticket in tickets if ticket.how != "audit" and ticket.hidden]
    assert all(ticket.hidden for ticket in audited)
    # As many of the others are hidden: whoever sees no guess learns nothing but one in two.
    assert len(hidden) == pytest.approx(len(audited), rel=0.15)


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 6), st.booleans()), max_size=25), st.integers(1, 2))
def test_no_row_is_held_by_more_people_than_opinions_are_wanted(steps, opinions):
    desk = Desk(opinions=opinions)
    held = {1: [], 2: [], 3: []}
    for now, (who, want, answers) in enumerate(steps):
        fresh = rows_of(desk.queue.take(who, "t", want, float(now)))
        assert not set(fresh) & set(held[who])
        held[who] += fresh
        if answers:
            desk.answer(held[who].pop(0), who)
        desk.queue.hold(who, "t", held[who], float(now))
        counts = np.bincount([row for each in held.values() for row in each], minlength=N_ROWS) + desk.board.n_opinions
        assert counts.max() <= opinions


def test_the_strategy_asks_nothing_that_was_set_aside_and_the_audit_nothing_else():
    desk = Desk(audit_share=0.3)
    aside = desk.audit_order[:8].tolist()
    desk.log("reserved", data={"rows": aside, "up_to": 0.5})
    tickets = desk.queue.take(1, "t", N_ROWS, 0.0)
    audited = [ticket.row for ticket in tickets if ticket.how == "audit"]
    ranked = [ticket.row for ticket in tickets if ticket.how == "strategy"]
    assert audited == aside
    assert sorted(ranked) == sorted(set(range(N_ROWS)) - set(aside))
    # When it is used up the strategy goes on alone.
    last = max(place for place, ticket in enumerate(tickets) if ticket.how == "audit")
    assert last < N_ROWS - 1


def test_what_was_set_aside_is_asked_where_the_strategy_has_no_more():
    desk = Desk(audit_share=0.0)
    aside = desk.audit_order[:8].tolist()
    desk.log("reserved", data={"rows": aside, "up_to": 0.5})
    tickets = desk.queue.take(1, "t", N_ROWS, 0.0)
    assert rows_of(tickets)[-8:] == aside


def drawn_by(desk, tickets):
    """Log the draws, as the project does."""
    for ticket in tickets:
        if ticket.how == "audit" and ticket.row not in desk.board.drawn:
            desk.log("asked", ticket.row, ticket.annotator, {"how": "audit", "rank": ticket.rank})
    return tickets


def test_what_a_closed_tab_held_passes_to_the_next_tab_of_the_same_person_at_once():
    desk = Desk(ranked=False)
    held = rows_of(drawn_by(desk, desk.queue.take(1, "old", 12, 0.0)))
    assert not set(held) & set(rows_of(desk.queue.take(1, "new", 12, SILENT_SECONDS)))
    desk.queue.hold(1, "new", [], SILENT_SECONDS + 1)
    # By now a model ranks the rows: the check questions that were left open come first all the same.
    desk.queue.use(CurrentRanking(1, "margin", make_ranking(np.arange(N_ROWS)), 10))
    again = desk.queue.take(1, "new", 12, SILENT_SECONDS + 1)
    assert rows_of(again) == held
    assert {ticket.how for ticket in again} == {"audit"}


def test_after_a_restart_they_pass_at_once_to_the_same_person_and_not_to_others():
    desk = Desk(ranked=False)
    held = drawn_by(desk, desk.queue.take(1, "old", 12, 0.0))
    after = Desk.of(desk.board)
    after.queue.restore(held, 1.0, known=frozenset({(1, "old")}))
    assert not set(rows_of(held)) & set(rows_of(after.queue.take(2, "other", 5, 2.0)))
    assert rows_of(after.queue.take(1, "new", 12, 2.0)) == rows_of(held)


@pytest.mark.parametrize("n_of_two", [6, 0])
def test_two_tabs_that_outlive_a_restart_wait_for_each_other(n_of_two):
    """Also one that held nothing in that moment."""
    desk = Desk(ranked=False)
    held = [drawn_by(desk, desk.queue.take(1, tab, n, 0.0)) for tab, n in (("one", 6), ("two", n_of_two))]
    after = Desk.of(desk.board)
    after.queue.restore([*held[0], *held[1]], 1.0, known=frozenset({(1, "one"), (1, "two")}))
    assert not set(rows_of(held[0])) & set(rows_of(after.queue.take(1, "two", 8, 2.0)))
    assert set(rows_of(held[0])) <= set(rows_of(after.queue.take(1, "two", 20, 2.0 + SILENT_SECONDS)))


def test_a_page_that_was_loaded_again_gets_its_rows_back():
    desk = Desk()
    held = drawn_by(desk, desk.queue.take(1, "t", 13, 0.0))
    desk.queue.hold(1, "t", [], 1.0)
    again = desk.queue.take(1, "t", 13, 1.0)
    n_audited = sum(ticket.how == "audit" for ticket in held)
    assert {ticket.row for ticket in again[:n_audited]} == {ticket.row for ticket in held if ticket.how == "audit"}


def test_check_questions_that_nobody_holds_any_more_come_first_for_everybody():
    desk = Desk(ranked=False)
    held = rows_of(drawn_by(desk, desk.queue.take(1, "gone", 12, 0.0)))
    desk.queue.use(CurrentRanking(1, "margin", make_ranking(np.arange(N_ROWS)), 10))
    assert not set(held) & set(rows_of(desk.queue.take(2, "b", 5, LEASE_SECONDS - 1)))
    assert rows_of(desk.queue.take(2, "b", 12, LEASE_SECONDS + 1)) == held


def test_an_answer_that_was_taken_back_is_asked_first():
    desk = Desk()
    row = next(ticket for ticket in drawn_by(desk, desk.queue.take(1, "t", 20, 0.0)) if ticket.how == "audit").row
    desk.answer(row)
    desk.log("undone", who=1, data={"target": f"e{desk.n_events}"})
    desk.queue.reopen()
    assert desk.queue.take(2, "b", 1, 0.0)[0].row == row


def test_what_is_given_back_for_each_new_order_leaves_the_audit_its_share():
    desk = Desk(n_rows=2000)
    held, hows = [], []
    for now in range(400):
        desk.queue.hold(1, "t", held[:3], float(now))
        held = held[:3] + rows_of(drawn_by(desk, desk.queue.take(1, "t", 13 - len(held[:3]), float(now))))
        hows.append(desk.answer(held.pop(0)).how)
    assert abs(hows.count("audit") - 80) <= 4


def test_two_living_tabs_of_a_person_keep_their_rows():
    desk = Desk()
    rows = {tab: rows_of(desk.queue.take(1, tab, 5, 0.0)) for tab in ("a", "b")}
    for now in range(0, 120, 15):
        for tab, held in rows.items():
            desk.queue.hold(1, tab, held, float(now))
            assert not set(rows_of(desk.queue.take(1, tab, 1, float(now)))) & set(rows["a"] + rows["b"])
            desk.queue.hold(1, tab, held, float(now))


def audited(tickets):
    return [ticket.row for ticket in tickets if ticket.how == "audit"]


@given(
    st.lists(
        st.tuples(st.sampled_from(["begin", "stop", "answer", "skip", "reload"]), st.integers(0, 30)),
        max_size=25,
    )
)
def test_check_questions_in_a_row_are_still_the_head_of_the_audits_order(steps):
    desk = Desk(n_rows=120)
    aside = desk.audit_order[10:60].tolist()
    for row in desk.audit_order[:10].tolist():
        desk.answer(row)
    desk.log("reserved", data={"rows": aside, "up_to": 0.5})
    held, let_go = [], set()
    for now, (what, n) in enumerate(steps):
        if what == "begin":
            desk.queue.check_runs.begin(1, n)
        elif what == "stop":
            desk.queue.check_runs.begin(1, 0)
        elif what == "reload":
            held = held[:3]
        for _ in range(n if what in ("answer", "skip") else 0):
            if held:
                row = held.pop(0)
                ticket = desk.queue.close(row, 1)
                kind, data = ("skipped", {}) if what == "skip" else ("answered", {"class_id": row % 2})
                desk.log(kind, row, 1, data | {"how": ticket.how})
        desk.queue.hold(1, "t", held, float(now))
        held += rows_of(desk.queue.take(1, "t", 13 - len(held), float(now)))
        # What was drawn, asked and unasked again, is always a head of what was set aside.
        board = desk.board
        drawn = {row for row in aside if board.n_opinions[row] or row in board.skipped or row in let_go}
        drawn |= set(audited(desk.queue.held(1, "t")))
        assert drawn == set(aside[: len(drawn)])
        let_go |= drawn


def test_check_questions_come_in_a_row_for_whoever_wants_them_and_for_nobody_else():
    desk = Desk(n_rows=2000)
    desk.log("reserved", data={"rows": desk.audit_order[:500].tolist(), "up_to": 0.5})
    desk.queue.check_runs.begin(1, 8)
    mine = desk.queue.take(1, "a", 12, 0.0)
    assert audited(mine)[:8] == rows_of(mine)[:8] == desk.audit_order[:8].tolist()
    assert len(audited(mine)) < 12
    assert len(audited(desk.queue.take(2, "b", 12, 0.0))) < 8
    for ticket in mine[:8]:
        assert desk.queue.check_runs.left(1) > 0
        desk.answer(ticket.row)
    assert desk.queue.check_runs.left(1) == 0


def test_a_run_of_check_questions_ends_where_there_are_no_more():
    desk = Desk(n_rows=100)
    desk.log("reserved", data={"rows": desk.audit_order[:5].tolist(), "up_to": 0.05})
    assert desk.queue.n_checks_open() == 5
    desk.queue.check_runs.begin(1, 20)
    tickets = desk.queue.take(1, "a", 12, 0.0)
    assert audited(tickets) == desk.audit_order[:5].tolist()
    assert len(tickets) == 12
    for row in audited(tickets):
        desk.answer(row)
    assert (desk.queue.check_runs.left(1), desk.queue.n_checks_open()) == (0, 0)


def test_the_tabs_of_a_person_share_a_run():
    desk = Desk(n_rows=2000)
    desk.queue.check_runs.begin(1, 10)
    both = [desk.queue.take(1, tab, 8, 0.0) for tab in ("a", "b")]
    assert len(audited(both[0])) == 8
    assert audited(both[0]) + audited(both[1])[:2] == desk.audit_order[:10].tolist()
