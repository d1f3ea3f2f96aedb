"""What goes into a store comes out of it, in both databases."""

import sys
import threading
from dataclasses import replace
from subprocess import run

import numpy as np
import pytest

from querist.exceptions import InvalidRowsError, StoreError
from querist.store import EventRow, InvitationRow, ItemRow, ProjectInfo, RankingRow, SignInRow, Store

INFO = ProjectInfo("0f8c", "Spam or not", "text", 1.25, 2**63 - 1, {"opinions": 2, "nested": {"a": [None, 1.5]}})


def item(row, text="some text"):
    return ItemRow(row, f"id-{row}", {"text": text, "n": row}, text, (row * 7 % 11) / 11, 0)


def event(uuid, kind="asked", row=None, annotator=None, **data):
    return EventRow(None, uuid, kind, 12.5, annotator, row, data)


@pytest.fixture
def store(store_location):
    with Store.create(store_location(), INFO) as store:
        yield store


def filled(store, n):
    with store.writing() as tx:
        assert tx.add_items(0, (item(row) for row in range(n))) == n
    return store


def test_a_project_keeps_its_info(store):
    assert store.info == INFO
    with store.writing() as tx:
        assert tx.set_info(name="Ham", settings={"opinions": 3}).name == "Ham"
    assert store.info == replace(INFO, name="Ham", settings={"opinions": 3})


def test_a_project_is_there_after_it_was_closed(store_location):
    location = store_location()
    with Store.create(location, INFO) as store:
        filled(store, 3)
        with store.writing() as tx:
            tx.append([event("a", row=2, why="because")])
    with Store.open(location) as store:
        assert store.info == INFO
        assert store.location == location
        assert store.dialect == ("postgresql" if "://" in location else "sqlite")
        assert list(store.all_items()) == [item(0), item(1), item(2)]
        assert list(store.events()) == [replace(event("a", row=2, why="because"), seq=1)]


def test_items_come_in_the_order_asked_for(store):
    filled(store, 9)
    assert store.n_items == 9
    assert store.items([7, 2, 2, np.int64(0)]) == [item(7), item(2), item(2), item(0)]
    assert store.items([]) == []
    with pytest.raises(InvalidRowsError, match=r"no row 9\. It has: 9 items"):
        store.items([1, 9])


def test_items_are_read_in_pages_of_any_size(store):
    filled(store, 9)
    for size in (1, 3, 9, 10):
        assert list(store.all_items(chunk=size)) == [item(row) for row in range(9)]
    assert list(store.all_items(first=4, chunk=2)) == [item(row) for row in range(4, 9)]


def test_more_items_than_one_chunk(store):
    filled(store, 4321)
    numbers = store.audit_numbers()
    assert numbers.dtype == np.float64
    np.testing.assert_array_equal(numbers, [item(row).audit_number for row in range(4321)])
    assert list(store.texts()) == ["some text"] * 4321
    assert [found.row for found in store.items(range(4320, -1, -1))] == list(range(4320, -1, -1))
    assert len(store.search("some")) == 4321


def test_an_empty_project(store):
    assert store.n_items == 0
    assert store.audit_numbers().shape == (0,)
    assert list(store.all_items()) == list(store.texts()) == list(store.events()) == store.annotators() == []
    assert store.latest_ranking() is None
    assert store.search("some").dtype == store.search("").dtype == np.int64


def test_rows_have_no_gaps(store):
    filled(store, 2)
    with store.writing() as tx:
        assert tx.add_items(2, [item(2)]) == 1
    for first_row, rows, message in [(2, [2], "the next row must be 3"), (3, [3, 5], "row 5 in the place of row 4")]:
        with pytest.raises(StoreError, match=message), store.writing() as tx:
            tx.add_items(first_row, [item(row) for row in rows])
    assert store.n_items == 3


def test_events_are_numbered_in_their_order(store):
    filled(store, 3)
    uuids = [f"u{n}" for n in range(1500)]
    with store.writing() as tx:
        first = tx.append([event(uuid) for uuid in uuids])
        assert tx.append([]) == []
    with store.writing() as tx:
        second = tx.append([event("last", "answered", row=1)])
    assert first + second == sorted({*first, *second})
    assert first[0] > 0
    assert [found.uuid for found in store.events()] == [*uuids, "last"]
    assert [found.seq for found in store.events()] == first + second
    assert [found.uuid for found in store.events(after=first[-2])] == ["u1499", "last"]
    assert [found.uuid for found in store.events(kinds=["answered", "changed"])] == ["last"]
    assert list(store.events(kinds=[])) == []


def test_numbers_of_events_are_never_given_twice(store):
    from sqlalchemy import delete

    from querist.store.schema import events

    with store.writing() as tx:
        kept, deleted = tx.append([event("kept"), event("deleted")])
    with store._writer.begin() as connection:  # by hand: the store deletes no events
        connection.execute(delete(events).where(events.c.seq == deleted))
    with store.writing() as tx:
        (later,) = tx.append([event("later")])
    assert kept < deleted < later
    assert [found.seq for found in store.events()] == [kept, later]


def test_events_are_found_by_uuid(store):
    with store.writing() as tx:
        tx.append([event(f"u{n}", n=n) for n in range(1500)])
    found = store.find_events([f"u{n}" for n in range(400, 1600)])
    assert set(found) == {f"u{n}" for n in range(400, 1500)}
    assert found["u1234"].data == {"n": 1234}
    assert store.find_events([]) == {}


def test_an_event_is_written_once(store):
    with store.writing() as tx:
        tx.append([event("a")])
    with pytest.raises(StoreError, match="refused a change"), store.writing() as tx:
        tx.append([event("b"), event("a")])
    (kept,) = store.events()
    with pytest.raises(StoreError, match="has a number already"), store.writing() as tx:
        tx.append([kept])
    assert list(store.events()) == [kept]


@pytest.mark.parametrize("stray", [{"row": 7}, {"annotator": 7}])
def test_events_are_about_rows_and_people_that_exist(store, stray):
    with pytest.raises(StoreError, match="refused a change"), store.writing() as tx:
        tx.append([event("a", **stray)])
    assert list(store.events()) == []


def test_values_that_are_no_json_are_refused(store):
    for value in (float("nan"), np.int64(3), {1, 2}):
        with pytest.raises(StoreError, match="cannot hold a value"), store.writing() as tx:
            tx.append([event("a", value=value)])
    assert list(store.events()) == []


def test_what_fails_halfway_leaves_nothing(store):
    def fail():
        with store.writing() as tx:
            tx.add_items(0, [item(0)])
            tx.append([event("a", row=0)])
            tx.set_info(name="other")
            raise RuntimeError("halfway")

    with pytest.raises(RuntimeError, match="halfway"):
        fail()
    assert (store.n_items, list(store.events()), store.info, len(store.search("some"))) == (0, [], INFO, 0)


def test_rankings_keep_their_metrics_and_the_last_three_their_blobs(store):
    def ranking(version, blob):
        return RankingRow(version, version * 10, 2.5, 40, {"accuracy": 0.5, "by class": [1, None]}, blob)

    for version in range(1, 6):
        with store.writing() as tx:
            tx.save_ranking(ranking(version, bytes([version, 0, 255])))
    assert store.latest_ranking() == ranking(5, b"\x05\0\xff")
    assert store.latest_ranking(with_blob=False) == ranking(5, None)
    assert store.rankings() == [ranking(version, None) for version in range(1, 6)]
    assert _versions_with_blob(store) == [3, 4, 5]


def _versions_with_blob(store):
    """Look behind the store: that blobs are gone is about the size of the file, and shows nowhere else."""
    from sqlalchemy import select

    from querist.store.schema import rankings

    with store._reader.connect() as connection:
        found = connection.execute(select(rankings.c.version).where(rankings.c.blob.is_not(None)))
        return sorted(found.scalars())


def test_people(store):
    with store.writing() as tx:
        ann = tx.add_annotator("Ann", "owner")
        bob = tx.add_annotator("Bob", "annotator")
        assert [each.name for each in tx.annotators()] == ["Ann", "Bob"]
        assert tx.set_annotator(bob, active=False, name="Rob").active is False
    assert [(each.annotator_id, each.name, each.role, each.active) for each in store.annotators()] == [
        (ann, "Ann", "owner", True),
        (bob, "Rob", "annotator", False),
    ]
    with pytest.raises(StoreError, match="no annotator 99"), store.writing() as tx:
        tx.set_annotator(99, active=True)
    with pytest.raises(StoreError, match="refused"), store.writing() as tx:
        tx.add_annotator("Cid", "king")


def test_a_person_is_signed_in_in_several_browsers(store):
    first, second, third = (SignInRow(f"hash-{number}", 1 + number // 2, 10.0 * number) for number in range(3))
    with store.writing() as tx:
        tx.add_annotator("Ann", "owner")
        tx.add_annotator("Bob", "viewer")
        for each in (first, second, third):
            tx.add_sign_in(each)
    assert store.sign_ins() == [first, second, third]
    with pytest.raises(StoreError, match="refused"), store.writing() as tx:
        tx.add_sign_in(SignInRow("hash-0", 2, 0.0))
    with pytest.raises(StoreError, match="refused"), store.writing() as tx:
        tx.add_sign_in(SignInRow("hash-9", 9, 0.0))
    with store.writing() as tx:
        assert tx.end_sign_ins(token_hash="hash-1", annotator=2) == 0
        assert tx.end_sign_ins(token_hash="hash-1") == 1
        assert tx.end_sign_ins(before=10.0) == 1
        assert tx.end_sign_ins(annotator=1) == 0
    assert store.sign_ins() == [third]
    with store.writing() as tx:
        assert tx.end_sign_ins() == 1


def test_invitations_end_with_their_uses_and_their_time(store):
    invitation = InvitationRow(None, "hash", "annotator", 100.0, 200.0, 2, 0)
    with store.writing() as tx:
        number = tx.add_invitation(invitation)
        made = replace(invitation, invitation_id=number)
        assert tx.use_invitation("hash", at=200.0) is None
        assert tx.use_invitation("other", at=150.0) is None
        assert tx.use_invitation("hash", at=150.0) == replace(made, uses=1)
        assert tx.use_invitation("hash", at=199.0) == replace(made, uses=2)
        assert tx.use_invitation("hash", at=150.0) is None
        tx.add_invitation(replace(invitation, token_hash="past"))
        assert tx.use_invitation("past") is None  # now is long after it
    assert store.invitation("hash") == store.invitations()[0] == replace(made, uses=2)
    with pytest.raises(StoreError, match="has a number already"), store.writing() as tx:
        tx.add_invitation(made)


def test_invitations_are_revoked_one_by_one_or_those_of_a_person(store):
    with store.writing() as tx:
        ann, bob = tx.add_annotator("Ann", "owner"), tx.add_annotator("Bob", "owner")
        links = {"a": (ann, None), "b": (bob, None), "c": (ann, bob), "d": (None, ann)}
        numbers = {
            name: tx.add_invitation(InvitationRow(None, name, "owner", 0.0, 9.0, 1, 0, *of))
            for name, of in links.items()
        }
        assert tx.revoke_invitations(1.0, invitation_id=numbers["b"]) == 1
        assert tx.revoke_invitations(2.0, invitation_id=numbers["b"]) == 0
        assert tx.use_invitation("b", at=3.0) is None
        assert tx.revoke_invitations(2.0, made_by=ann) == 2
        assert tx.revoke_invitations(3.0, person=ann) == 1
    assert [(each.token_hash, each.revoked_at) for each in store.invitations()] == [
        ("a", 2.0),
        ("b", 1.0),
        ("c", 2.0),
        ("d", 3.0),
    ]


def test_many_threads_read_while_one_writes(store):
    """Whoever reads sees transactions as a whole: never one event of a pair without the other."""
    filled(store, 50)
    failures = []
    stop = threading.Event()

    def read():
        try:
            while not stop.is_set():
                assert len(list(store.events())) % 2 == 0
                assert store.items([3, 1]) == [item(3), item(1)]
                assert len(store.search("some")) == 50
        except BaseException as error:
            failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(6)]
    for reader in readers:
        reader.start()
    for n in range(40):
        with store.writing() as tx:
            tx.append([event(f"{n} a", row=n), event(f"{n} b", row=n)])
    stop.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert len(list(store.events())) == 80


def test_a_slow_consumer_holds_nothing(store):
    filled(store, 10)
    slow = store.all_items(chunk=2)
    next(slow)
    with store.writing() as tx:
        tx.add_items(10, [item(10)])
    assert [found.row for found in slow] == list(range(1, 11))


def test_a_closed_store_stays_closed(store_location):
    location = store_location()
    store = Store.create(location, INFO)
    store.close()
    store.close()
    with pytest.raises(StoreError, match="is closed"):
        _ = store.info
    with pytest.raises(StoreError, match="is closed"), store.writing():
        pass
    Store.open(location).close()


def test_nothing_is_created_over_something_else(store_location):
    location = store_location()
    Store.create(location, INFO).close()
    with pytest.raises(StoreError, match=r"exists already|is not empty: it has 'alembic_version'"):
        Store.create(location, replace(INFO, name="other"))
    with Store.open(location) as store:
        assert store.info == INFO


def test_creation_that_fails_leaves_nothing(store_location):
    location = store_location()
    with pytest.raises(StoreError, match="cannot hold a value"):
        Store.create(location, replace(INFO, settings={"no": object()}))
    Store.create(location, INFO).close()


def test_files_that_are_no_projects_are_left_alone(tmp_path):
    import sqlite3

    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE project (a)")
    connection.close()
    (tmp_path / "words.txt").write_text("once upon a time " * 100)
    (tmp_path / "empty").touch()
    for name in ("other.db", "words.txt", "empty"):
        before = (tmp_path / name).read_bytes()
        with pytest.raises(StoreError, match="is not a project of Querist"):
            Store.open(tmp_path / name)
        assert (tmp_path / name).read_bytes() == before
    with pytest.raises(StoreError, match="is a folder"):
        Store.open(tmp_path)
    with pytest.raises(StoreError, match="There is no project"):
        Store.open(tmp_path / "missing")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "other.db", "words.txt"]


def test_places_that_cannot_be(tmp_path):
    with pytest.raises(StoreError, match="cannot be created: No such file"):
        Store.create(tmp_path / "missing" / "a.querist", INFO)
    with pytest.raises(StoreError, match="mysql:// is not supported"):
        Store.open("mysql://root@localhost/x")
    with pytest.raises(StoreError, match="looks like postgresql://"):
        Store.open("postgresql://user@host:port:port/x")


def test_a_closed_project_is_one_file(tmp_path):
    path = tmp_path / "a project?#%20ü.querist"
    with Store.create(path, INFO) as store:
        filled(store, 3)
    assert list(tmp_path.iterdir()) == [path]
    moved = path.rename(tmp_path / "moved.querist")
    with Store.open(moved) as store:
        assert store.n_items == 3
    assert list(tmp_path.iterdir()) == [moved]


def test_importing_the_store_is_cheap():
    code = "import sys, querist.store; print(*sorted({'pandas', 'sklearn', 'scipy', 'alembic'} & set(sys.modules)))"
    done = run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
