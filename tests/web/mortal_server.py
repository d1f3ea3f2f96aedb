"""`querist serve` in a process of its own, killed and started again on the same port."""

import os
import re
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager

import psutil
from test_serving import free_port

_LINK = re.compile(r"Label at: (http://\S+)")
_MARK = "QUERIST_TEST_GENERATION"
# A trainer that is killed while it loads its libraries ends only when they are loaded.
_TRAINER_PATIENCE = 60


class MortalServer:
    """A server whose life is in the hands of the test.

    Every start is a generation, and its processes carry a mark that their children inherit, so that none is missed.
    """

    def __init__(self, location, folder):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.generation = 0
        self.process = None
        self._location = str(location)
        self._folder = folder
        self._mark = uuid.uuid4().hex

    def spawn(self):
        """Start the command, and do not wait for it."""
        self.generation += 1
        command = [sys.executable, "-m", "querist", "serve", self._location, "--no-browser", "--annotator", "ada"]
        with self._said().open("w") as out:
            self.process = subprocess.Popen(
                [*command, "--port", str(self.port)],
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=os.environ | {_MARK: self._marked(self.generation)},
            )

    def start(self, patience=60):
        """Start the command, and return the link that it prints."""
        self.spawn()
        deadline = time.monotonic() + patience
        while not (found := _LINK.search(self._said().read_text())):
            self.check_alive()
            assert time.monotonic() < deadline, f"no link after {patience} s: {self._said().read_text()}"
            time.sleep(0.005)
        assert found[1].startswith(f"{self.url}/"), f"asked for {self.url}, got {found[1]}"
        return found[1]

    def check_alive(self):
        """Fail if the server ended by itself."""
        assert self.process.poll() is None, f"the server ended by itself: {self._said().read_text()}"

    def kill(self):
        """Kill the main process alone, without warning."""
        self.process.kill()
        self.process.wait()

    def check_gone(self, generation):
        """Fail if a process of a generation that was killed lives on."""
        deadline = time.monotonic() + _TRAINER_PATIENCE
        while left := self._living(generation):
            assert time.monotonic() < deadline, f"left behind by generation {generation}: {left}"
            time.sleep(0.05)

    def _living(self, generation):
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get(_MARK) == self._marked(generation):
                    found.append(" ".join(process.cmdline()))
            except psutil.Error:  # ended while we looked, or is none of ours
                continue
        return found

    def _marked(self, generation):
        return f"{self._mark}-{generation}"

    def _said(self):
        return self._folder / f"said-{self.generation}.txt"


@contextmanager
def mortal(location, folder):
    """Give a server that runs; at the end nothing of it is left."""
    server = MortalServer(location, folder)
    try:
        yield server
    finally:
        if server.process is not None:
            server.kill()
            for generation in (server.generation - 1, server.generation):
                server.check_gone(generation)
