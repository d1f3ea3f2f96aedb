"""A disk that is full while people label: they are told, nothing that was acknowledged is lost, and it goes on."""

import sys
from pathlib import Path

import pytest
from example_project import make_project
from mortal_server import mortal
from page_client import open_tabs

from querist.store.store import Store

resource = pytest.importorskip("resource", reason="only Linux limits the files of another process")
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs prlimit")


def limit_files(process, size):
    """Let no file of a process grow beyond a size, as a full disk does."""
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_a_disk_that_fills_up_and_has_room_again(tmp_path):
    location = make_project(tmp_path / "p.querist", 200)
    with mortal(location, tmp_path) as server, open_tabs(server.start(), server.url, ["ada"]) as (tab,):
        label(tab, 5)
        log = Path(f"{location}-wal")
        limit_files(server.process, log.stat().st_size)
        for _ in range(3):  # it is as full as it was; asking again breaks nothing
            row = tab.next_row()
            action = {"uuid": f"while-full-{row}", "kind": "answer", "row": row, "class_id": 1}
            status, refusal = tab.request("POST", "/answers", {"actions": [action], "want": 0})
            assert status in (503, 507)
            assert refusal["error"]["code"] in ("not_saved", "disk_full")
            assert "could not be written" in refusal["error"]["message"]
            assert "tries again" in refusal["error"]["hint"]
            # The page still shows what is there, and nothing that is not.
            assert tab.request("GET", "/project")[1]["progress"]["n_labelled"] == 5
        limit_files(server.process, resource.RLIM_INFINITY)
        label(tab, 5)
        assert tab.failures == []
        server.kill()
        check(location, tab)
        server.start()
        label(tab, 1)
    check(location, tab)


def label(tab, n):
    for _ in range(n):
        tab.answer(tab.next_row(), 1)
        tab.deliver()


def check(location, tab):
    with Store.open(location, read_only=True) as store:
        logged = [event.uuid for event in store.events(kinds=["answered", "changed"])]
    assert logged == [action["uuid"] for action in tab.sent] == list(tab.acknowledged)
