"""A disk that refuses costs the step at hand, and nothing that was acknowledged."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from querist.exceptions import StoreError, StoreWriteError
from querist.store import EventRow, ItemRow, ProjectInfo, Store

INFO = ProjectInfo("id", "name", "text", 0.0, 0, {})


def write(store, n, size=1000):
    with store.writing() as tx:
        tx.append([EventRow(None, f"{n}-{part}", "noted", 0.0, None, None, {"note": "x" * size}) for part in "ab"])


def check_events(store, n):
    assert [event.uuid for event in store.events()] == [f"{k}-{part}" for k in range(n) for part in "ab"]


@pytest.fixture
def refuse_beyond():
    """A function after which the system lets no file of this process grow beyond a size; None lifts that."""
    resource = pytest.importorskip("resource", reason="Windows cannot limit the size of files")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def refuse(size):
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft if size is None else size, hard))

    yield refuse
    refuse(None)


def test_a_disk_that_refuses(tmp_path, refuse_beyond):
    path = tmp_path / "a.querist"
    with Store.create(path, INFO) as store:
        write(store, 0)
        written = 1
        refuse_beyond(Path(f"{path}-wal").stat().st_size + 100_000)

        def fill_the_disk():
            nonlocal written
            while written < 1000:
                write(store, written)
                written += 1

        with pytest.raises(StoreWriteError, match="nothing of this step was saved") as caught:
            fill_the_disk()
        assert "disk" in str(caught.value.__cause__)
        check_events(store, written)
        with pytest.raises(StoreWriteError):  # it is still full; asking again breaks nothing
            write(store, written, 10_000)
        refuse_beyond(None)
        write(store, written)
        check_events(store, written + 1)
    with Store.open(path) as store:
        check_events(store, written + 1)


def test_a_disk_that_refuses_items(tmp_path, refuse_beyond):
    with Store.create(tmp_path / "a.querist", INFO) as store:
        items = [ItemRow(row, "", {"text": "word " * 50}, "word " * 50, 0.5, 0) for row in range(5000)]
        refuse_beyond(500_000)
        with pytest.raises(StoreWriteError), store.writing() as tx:
            tx.add_items(0, items)
        assert (store.n_items, store.search("word").size) == (0, 0)
        refuse_beyond(None)
        with store.writing() as tx:
            tx.add_items(0, items)
        assert (store.n_items, store.search("word").size) == (5000, 5000)


def test_a_full_disk(tmp_path):
    """SQLite's own limit on pages gives the error that a full disk gives."""
    path = tmp_path / "a.querist"
    with Store.create(path, INFO) as store:
        with store._writer.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 60")
        with pytest.raises(StoreWriteError, match="database or disk is full"):
            write(store, 0, 1_000_000)
        check_events(store, 0)
        write(store, 0)
        check_events(store, 1)


def test_a_file_that_is_damaged_says_so(tmp_path):
    path = tmp_path / "a.querist"
    with Store.create(path, INFO) as store:
        for n in range(200):
            write(store, n)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xff" * (size // 4))
    for read_only in (True, False):
        with pytest.raises(StoreError, match=r"is damaged|cannot be read: .*malformed"):
            Store.open(path, read_only=read_only)


def test_a_value_that_is_damaged_says_so(store_location):
    from sqlalchemy import text

    with Store.create(store_location(), INFO) as store:
        write(store, 0)
        with store._writer.begin() as connection:
            connection.execute(text("UPDATE events SET data = '{\"note\": '"))
        with pytest.raises(StoreError, match="is damaged and cannot be read: Expecting value"):
            list(store.events())


READ_ONLY = """
import os
import sys
from querist.exceptions import StoreError
from querist.store import Store
Store.open(sys.argv[1], read_only=True).close()  # imports what it needs, while this may still read it
if os.getuid() == 0:
    os.setuid(65534)
with Store.open(sys.argv[1], read_only=True) as store:
    print(store.info.name)
try:
    Store.open(sys.argv[1])
except StoreError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such rights")
def test_a_folder_that_cannot_be_written_is_read_and_told():
    """By another person where this is root, who may write everywhere."""
    folder = Path(tempfile.mkdtemp(prefix="querist-read-only-"))
    path = folder / "a.querist"
    try:
        Store.create(path, INFO).close()
        if os.getuid() == 0:
            os.chown(path, 65534, -1)
        folder.chmod(0o555)
        done = subprocess.run([sys.executable, "-c", READ_ONLY, path], capture_output=True, text=True, check=True)
        name, told = done.stdout.splitlines()
        assert name == "name"
        assert "Check that its folder can be written to" in told
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)
