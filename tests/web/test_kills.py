"""A server that is killed again and again loses nothing that it acknowledged, and doubles nothing."""

import random
import sys
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import permutations

import pytest
from example_project import make_project
from mortal_server import mortal
from page_client import open_tabs

from querist.labelling.log.board import Board
from querist.labelling.log.deeds import ACTS
from querist.labelling.serving.leases import SILENT_SECONDS
from querist.store.store import Store

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")

# Two tabs of ada among them.
PEOPLE = ("ada", "ada", "bob", "eve")
EIGHT = ("ada", "ada", "bob", "eve", "kim", "lea", "max", "noa")
# Kills that come on top of the others, while the server starts.
_STILLBORN = 0.15


@pytest.mark.parametrize(
    ("people", "answers", "kills"),
    [
        (PEOPLE, 100, {"sqlite": 5, "postgresql": 5}),
        pytest.param(EIGHT, 4000, {"sqlite": 100, "postgresql": 30}, marks=pytest.mark.proof),
    ],
    ids=["short", "long"],
)
def test_kills(store_location, tmp_path, people, answers, kills):
    """Answers flow to the end: the pool is twice as large as what is answered, and the last kill is not the end."""
    location = make_project(store_location(), 2 * answers + 100)
    kills = kills["postgresql" if "://" in str(location) else "sqlite"]
    draw = random.Random(answers)
    moments = sorted(draw.sample(range(1, answers), kills))
    with ExitStack() as scope:
        server = scope.enter_context(mortal(location, tmp_path))
        pool = scope.enter_context(ThreadPoolExecutor(len(people)))
        tabs = scope.enter_context(open_tabs(server.start(), server.url, people))
        labelling = [pool.submit(label, tab, answers // len(people), seed) for seed, tab in enumerate(tabs)]
        for moment in moments:
            wait_for(moment, tabs, labelling, server)
            time.sleep(draw.uniform(0, 0.02))
            kill(server, location, tabs)
            while draw.random() < _STILLBORN:
                server.spawn()
                time.sleep(draw.uniform(0, 1.5))
                kill(server, location, tabs)
            server.start()
        for each in labelling:
            each.result()
        told = tabs[0].request("GET", "/project")[1]["progress"]
        assert sum(len(tab.failures) for tab in tabs) >= kills
    events = read_log(location)
    check_log(events, tabs)
    check_beliefs(events, tabs)
    board = Board.of(events)
    assert (told["n_labelled"], told["n_skipped"]) == (board.n_labelled, len(board.skipped))
    assert sum(action["kind"] == "answer" for tab in tabs for action in tab.sent) == answers
    repeats = sum(status == "repeated" for tab in tabs for status in tab.acknowledged.values())
    print(f"\n{kills} kills: {len(events)} events, {repeats} repeats recognised")  # for the long form's figures


def label(tab, n_answers, seed):
    """Answer so many rows; skip, undo and change one's mind now and then."""
    draw = random.Random(seed)
    while n_answers:
        row = tab.next_row()
        assert row is not None, "no row is left"
        if draw.random() < 0.1:
            tab.skip(row)
        else:
            tab.answer(row, draw.randrange(2))
            n_answers -= 1
        if draw.random() < 0.1 and (done := tab.undoable()):
            tab.undo(draw.choice(done[-5:]))
        if n_answers and draw.random() < 0.05 and (done := tab.undoable()):
            tab.answer(draw.choice(done)["row"], draw.randrange(2))
            n_answers -= 1
        if draw.random() < 0.8:  # else several presses go in one request
            tab.deliver()
    tab.deliver()


def wait_for(n_acknowledged, tabs, labelling, server):
    """Wait until so many actions are acknowledged, or no more come."""
    while sum(len(tab.acknowledged) for tab in tabs) < n_acknowledged and not all(each.done() for each in labelling):
        server.check_alive()
        time.sleep(0.001)


def kill(server, location, tabs):
    """Kill the server; what was acknowledged up to then must be in the log, and nothing of it may live on."""
    server.kill()
    acknowledged = [uuid for tab in tabs for uuid in tab.acknowledged.copy()]
    logged = Counter(event.uuid for event in read_log(location))
    assert [uuid for uuid in acknowledged if logged[uuid] != 1] == []
    # Those of the life before had time to notice.
    server.check_gone(server.generation - 1)


def read_log(location):
    with Store.open(location, read_only=True) as store:
        return list(store.events())


def check_log(events, tabs):
    """Every action is there once, in the order of its tab, as it was sent, and nothing else is."""
    acts = [event for event in events if event.kind in (*ACTS, "undone")]
    of_tab = {action["uuid"]: number for number, tab in enumerate(tabs) for action in tab.sent}
    logged = defaultdict(list)
    for event in acts:
        assert event.uuid in of_tab, f"nobody sent {event}"
        logged[of_tab[event.uuid]].append(event)
    kinds = {"answer": ("answered", "changed"), "skip": ("skipped",), "undo": ("undone",)}
    for number, tab in enumerate(tabs):
        assert [event.uuid for event in logged[number]] == [action["uuid"] for action in tab.sent]
        for event, action in zip(logged[number], tab.sent, strict=True):
            assert event.annotator == tab.person
            assert event.kind in kinds[action["kind"]]
            assert event.row == (None if action["kind"] == "undo" else action["row"])
            assert event.data.get("class_id") == action.get("class_id")
            assert event.data.get("target") == action.get("target")


def check_beliefs(events, tabs):
    """What the log says of each row is what those say who were asked about it."""
    board = Board.of(events)
    rows = defaultdict(list)
    for tab in tabs:
        for row in tab.touched():
            rows[tab.person, row].append(tab)
    for (person, row), asked in rows.items():
        if len(asked) > 1:
            for before, after in permutations(asked, 2):
                check_passed(row, before, after)
            continue
        answer = board.answers(row).get(person)
        assert (None if answer is None else answer.class_id) == asked[0].belief(row), (person, row)
    answered = Counter(row for person, row in rows if person in board.answers(row))
    assert [row for row, n in answered.items() if n > 1] == []


def check_passed(row, before, tab):
    """No tab was given a row that another one of the same person had in hand and was heard of meanwhile.

    Leases outlive the server. Only a page that the server has not heard of before takes over at once what those of
    before a restart held: they may be closed.
    """
    for given in (each for each in tab.given if each["row"] == row and each["by"]):
        asked_at, had_at = tab.heard[given["by"]]
        for held in (each for each in before.given if each["row"] == row):
            was_in_hand = before.heard[held["by"]][1] < asked_at and not _pressed(held, had_at)
            spoke = max((sent for sent, answered in before.heard if answered < asked_at), default=0.0)
            assert not was_in_hand or had_at - spoke > SILENT_SECONDS, (row, given, held, had_at - spoke)


def _pressed(held, moment):
    """Whether a row was pressed by then: what happens to it afterwards, such as an undo, is no matter of leases."""
    return held["pressed_at"] is not None and held["pressed_at"] < moment


def test_a_database_that_hangs_up(postgresql_url, tmp_path):
    """Its server restarts, or somebody ends its connections: answers wait, and none is lost or doubled."""
    import psycopg

    with psycopg.connect(postgresql_url, autocommit=True) as admin, ExitStack() as scope:
        admin.execute("CREATE SCHEMA hangs_up")
        location = make_project(f"{postgresql_url}&options=-csearch_path%3Dhangs_up", 300)
        server = scope.enter_context(mortal(location, tmp_path))
        tabs = scope.enter_context(open_tabs(server.start(), server.url, PEOPLE))
        pool = scope.enter_context(ThreadPoolExecutor(len(PEOPLE)))
        labelling = [pool.submit(label, tab, 30, seed) for seed, tab in enumerate(tabs)]
        n_ended = 0
        for moment in range(5, 100, 5):
            wait_for(moment, tabs, labelling, server)
            n_ended += admin.execute(_HANG_UP).fetchone()[0]
        for each in labelling:
            each.result()
        assert n_ended > 5
        events = read_log(location)
        check_log(events, tabs)
        check_beliefs(events, tabs)


_HANG_UP = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND application_name LIKE 'querist%'
"""


def test_labels_for_many_rows_that_are_sent_again_after_a_kill_count_once(tmp_path):
    location = make_project(tmp_path / "p.querist")
    body = {"uuid": "bulk-0001", "class_id": 1, "rows": [3, 1, 2]}
    with mortal(location, tmp_path) as server, open_tabs(server.start(), server.url, ["ada"]) as (tab,):
        expected = (200, {"n": 3, "n_same": 0, "n_kept": 0, "uuid": "bulk-0001"})
        assert tab.request("POST", "/items/label", body) == expected
        server.kill()
        tab.close()
        server.start()
        assert tab.request("POST", "/items/label", body) == expected
    assert [event.row for event in read_log(location) if event.kind in ACTS] == [3, 1, 2]
