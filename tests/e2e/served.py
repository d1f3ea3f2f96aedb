"""A server as people start it, what became of their presses, and no process left behind."""

import re
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import psutil

from querist.store.store import Store

LINK = re.compile(r"Label at: (http://\S+)")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Served:
    """`querist label ...` or `querist serve ...` in a process of its own.

    Parameters
    ----------
    location : str or Path
        The project: a file, or an address of PostgreSQL.
    folder : Path
        Where it runs, and writes what it says.
    *command
        Words after `querist`.
    """

    def __init__(self, location, folder, *command):
        self.location = str(location)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.link = ""
        self._folder = Path(folder)
        self._command = [sys.executable, "-m", "querist", *map(str, command), "--no-browser", "--port", str(self.port)]
        self._process = None
        self._runs = 0
        self._family = []

    @property
    def pid(self):
        return self._process.pid

    def start(self, patience=60):
        """Start the command; return the seconds until it printed its link."""
        self._runs += 1
        said = self._folder / f"said-{self.port}-{self._runs}.txt"
        begun = time.perf_counter()
        with said.open("w") as out:
            self._process = subprocess.Popen(
                self._command, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=self._folder
            )
        while not (found := LINK.search(said.read_text())):
            ended = self._process.poll() is not None
            assert not ended, f"the server ended at once:\n{said.read_text()}"
            assert time.perf_counter() - begun < patience, f"no link after {patience} s:\n{said.read_text()}"
            time.sleep(0.01)
        self.link = found[1]
        assert self.link.startswith(self.url), f"asked for port {self.port}, got {self.link}"
        return time.perf_counter() - begun

    def kill(self):
        """Kill the main process only, with no chance to tidy up: its children must notice."""
        self._remember_family()
        self._process.kill()
        self._process.wait()

    def stop(self):
        """Stop as Ctrl-C does."""
        self._remember_family()
        self._process.terminate()
        assert self._process.wait(30) == 0

    def _remember_family(self):
        if self._process.poll() is None:
            self._family += psutil.Process(self._process.pid).children(recursive=True)

    def end(self):
        """End it, and check that nothing that it started outlives it."""
        if self._process is not None and self._process.poll() is None:
            self.kill()
        left, until = [each for each in self._family if is_alive(each)], time.perf_counter() + 10
        while left and time.perf_counter() < until:
            time.sleep(0.05)
            left = [each for each in left if is_alive(each)]
        for each in left:
            each.kill()
        assert not left, f"processes were left behind: {left}"

    def events(self):
        """Return the log, read from the project itself."""
        with Store.open(self.location, read_only=True) as store:
            return list(store.events())

    def class_names(self):
        lists = [event.data["classes"] for event in self.events() if event.kind == "classes"]
        return {each["id"]: each["name"] for each in lists[-1]} if lists else {}

    def answers(self):
        """Return {(annotator, row): class name, or None where skipped}, from the log and nothing else."""
        return standing(self.events(), self.class_names())


def standing(events, names):
    """Replay a log: what each person says of each row now."""
    uuids = Counter(event.uuid for event in events)
    assert max(uuids.values()) == 1, f"written twice: {[uuid for uuid, n in uuids.items() if n > 1]}"
    undone = {event.data.get("target") for event in events if event.kind == "undone"}
    groups = {event.data.get("group") for event in events if event.kind == "undone"} - {None}
    now = {}
    for event in events:
        if event.kind not in ("answered", "changed", "skipped"):
            continue
        if event.uuid in undone or event.data.get("group") in undone | groups - {None}:
            continue
        now[event.annotator, event.row] = names[event.data["class_id"]] if event.kind != "skipped" else None
    return now


def is_alive(process):
    """Say whether a process runs; what nobody has collected yet (a container without init) does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextmanager
def running(served):
    """Run a server; at the end nothing that it started may be left."""
    try:
        served.start()
        yield served
    finally:
        served.end()


def serving(data, *options):
    """Serve the data of a file, as `querist label FILE` does."""
    location = data.with_suffix(".querist")
    return running(Served(location, data.parent, "label", data, "--project", location, *options))


def serving_project(location, folder):
    """Serve a project that exists: a file, or an address of PostgreSQL."""
    return running(Served(location, folder, "serve", location))
