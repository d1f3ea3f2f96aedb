"""One writer at a time, any number of readers."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from querist.exceptions import ProjectInUseError, StoreError, StoreWriteError
from querist.store import EventRow, ProjectInfo, Store

INFO = ProjectInfo("id", "name", "text", 0.0, 0, {})

# Says "ready" when it holds the project, then writes event after event and says the number of each that is saved.
WRITER = """
import sys
from querist.store import EventRow, Store
store = Store.open(sys.argv[1])
store.announce("http://127.0.0.1:8765/")
print("ready", flush=True)
for line in sys.stdin:
    for n in range(int(line)):
        with store.writing() as tx:
            tx.append([EventRow(None, f"{line.strip()}-{n}-{part}", "noted", 0.0, None, None, {}) for part in "ab"])
        print(n, flush=True)
"""


@pytest.fixture
def location(store_location):
    location = store_location()
    Store.create(location, INFO).close()
    return location


@pytest.fixture
def start_writer():
    """A function that starts another process that holds a project."""
    started = []

    def start(location):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, location], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def noted(uuid):
    return EventRow(None, uuid, "noted", 0.0, None, None, {})


def write(store, uuid):
    with store.writing() as tx:
        tx.append([noted(uuid)])


def uuids(store):
    return [event.uuid for event in store.events()]


def test_a_second_writer_is_told_who_holds_the_project(location, start_writer):
    holder = start_writer(location)
    with pytest.raises(ProjectInUseError, match="is open in another Querist") as caught:
        Store.open(location)
    assert (caught.value.pid, caught.value.url) == (holder.pid, "http://127.0.0.1:8765/")
    assert f"at http://127.0.0.1:8765/ (process {holder.pid})" in str(caught.value)
    with pytest.raises(ProjectInUseError):  # being refused did not erase who holds it
        Store.open(location)
    holder.communicate()
    Store.open(location).close()


def test_the_same_process_cannot_open_twice(location):
    with Store.open(location) as store:
        with pytest.raises(ProjectInUseError) as caught:
            Store.open(location)
        assert (caught.value.pid, caught.value.url) == (os.getpid(), None)
        write(store, "a")


def test_a_project_being_created_is_held(store_location):
    location = store_location()
    with Store.create(location, INFO), pytest.raises(ProjectInUseError):
        Store.open(location)


def test_a_link_leads_to_the_same_lock(tmp_path):
    Store.create(tmp_path / "a.querist", INFO).close()
    (tmp_path / "link.querist").symlink_to("a.querist")
    with Store.open(tmp_path / "link.querist"), pytest.raises(ProjectInUseError):
        Store.open(tmp_path / "a.querist")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9 on Windows")
def test_what_was_acknowledged_survives_a_kill(location, start_writer):
    for round_ in range(1, 3):
        writer = start_writer(location)
        writer.stdin.write(f"{round_}00000\n")
        writer.stdin.flush()
        acknowledged = [int(writer.stdout.readline()) for _ in range(60 * round_)]
        writer.send_signal(signal.SIGKILL)
        # Not communicate(): it reads past the lines that readline has in its buffer already.
        acknowledged += [int(line) for line in writer.stdout if line.endswith("\n")]
        with Store.open(location) as store:  # the dead one's lock is free
            there = [uuid for uuid in uuids(store) if uuid.startswith(f"{round_}00000-")]
            write(store, f"after {round_}")
        # All that was acknowledged, at most one transaction more, and each transaction whole.
        assert len(there) in (2 * len(acknowledged), 2 * len(acknowledged) + 2)
        assert there == [f"{round_}00000-{n}-{part}" for n in range(len(there) // 2) for part in "ab"]


def test_readers_read_beside_the_writer(location):
    with Store.open(location) as writer, Store.open(location, read_only=True) as reader:
        write(writer, "a")
        assert uuids(reader) == ["a"]
        with pytest.raises(StoreError, match="open for reading only"), reader.writing():
            pass
        with pytest.raises(StoreError, match="open for reading only"):
            reader.announce("http://127.0.0.1/")
        with writer.writing() as tx:
            tx.append([noted("b")])
            assert uuids(reader) == ["a"]
        assert uuids(reader) == ["a", "b"]


def test_a_reader_outlives_the_writer(location):
    writer = Store.open(location)
    with Store.open(location, read_only=True) as reader:
        write(writer, "a")
        assert uuids(reader) == ["a"]
        writer.close()
        assert uuids(reader) == ["a"]
        with Store.open(location) as writer:
            write(writer, "b")
        assert uuids(reader) == ["a", "b"]


def test_reading_leaves_the_file_as_it_is(tmp_path):
    path = tmp_path / "a.querist"
    with Store.create(path, INFO) as store:
        write(store, "a")
    before = path.read_bytes()
    with Store.open(path, read_only=True) as store:
        assert uuids(store) == ["a"]
    assert path.read_bytes() == before
    assert not Path(f"{path}.lock").exists()


def test_a_project_in_a_folder_that_cannot_be_written_is_read(tmp_path, monkeypatch):
    """SQLite would make files beside it; root may write everywhere, so the answer of the system is a fake."""
    path = tmp_path / "a.querist"
    with Store.create(path, INFO) as store:
        write(store, "a")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with Store.open(path, read_only=True) as store:
        assert uuids(store) == ["a"]
    assert list(tmp_path.iterdir()) == [path]


def test_the_driver_of_a_reader_cannot_write(location):
    from sqlalchemy import delete
    from sqlalchemy.exc import DBAPIError

    from querist.store.schema import project

    with (
        Store.open(location, read_only=True) as store,
        pytest.raises(DBAPIError, match=r"read-?only"),
        store._reader.connect() as connection,
    ):
        connection.execute(delete(project))


@pytest.fixture
def end_writers(postgresql_url):
    """A function that ends the connections of all writers, as a server that restarts does."""
    import psycopg

    def end():
        statement = (
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name LIKE 'querist %'"
        )
        with psycopg.connect(postgresql_url) as connection:
            connection.execute(statement)

    return end


@pytest.mark.parametrize("store_location", ["postgresql"], indirect=True)
def test_a_lost_connection_loses_nothing(store_location, end_writers):
    location = store_location()
    with Store.create(location, INFO) as store:

        def write_and_lose():
            with store.writing() as tx:
                tx.append([noted("lost")])
                end_writers()
                tx.append([noted("lost too")])

        with pytest.raises(StoreWriteError, match="nothing of this step was saved"):
            write_and_lose()
        write(store, "kept")
        assert uuids(store) == ["kept"]
        with pytest.raises(ProjectInUseError):  # the new connection holds the lock again
            Store.open(location)


@pytest.mark.parametrize("store_location", ["postgresql"], indirect=True)
def test_a_lock_that_was_lost_and_taken_stops_the_first_writer(store_location, end_writers):
    location = store_location()
    with Store.create(location, INFO) as first:
        end_writers()
        with Store.open(location) as second:
            write(second, "second")
            with pytest.raises(ProjectInUseError):
                write(first, "first")
        write(first, "first")
        assert uuids(first) == ["second", "first"]


def test_a_lock_file_that_cannot_be_written_says_so(tmp_path):
    path = tmp_path / "a.querist"
    Store.create(path, INFO).close()
    Path(f"{path}.lock").mkdir()
    with pytest.raises(StoreWriteError, match=r"a.querist.lock beside it: .*Check that its folder can be written to"):
        Store.open(path)
    Path(f"{path}.lock").rmdir()
    Store.open(path).close()
