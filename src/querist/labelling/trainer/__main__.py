"""The trainer: a process that reads a project, learns from its labels and tells rankings.

``python -m querist.labelling.trainer LOCATION`` (``-``: the input names it) reads commands from its input, a JSON
object a line: ``{"cmd": "open", "location": ...}`` names the project, ``{"cmd": "train", "seq": N}`` asks for a
ranking that knows the log up to N, ``{"cmd": "similar", "id": ..., "row": R, "most": K}`` for the K rows most like row
R, ``{"cmd": "near_copies", "id": ...}`` for the groups of texts that are nearly the same. It writes messages to its
output (`querist.labelling.trainer.frames`):

| type | carries |
|---|---|
| `progress` | done, total: rows read |
| `ready` | n_rows, notes: features are built |
| `training` | seq |
| `ranking` | seq, n_labels, strategy, seconds, laps, notes; the bytes of a `Ranking` |
| `details` | seq, because: what speaks for the next guesses; rivals: second classes; suspects, where they are new |
| `figures` | at, seq, n_labels and the figures of the model trained at seq (`querist.labelling.trainer.figures`) |
| `similar` | id, rows: the most alike first, or groups of rows; null while there are no features |
| `failed` | error, where; the process lives on |

It ends when its input ends, also in the middle of a training, and before the heavy libraries are loaded:
this module imports none of them.
"""

import contextlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

# From its first ranking on it gives way to the server and the browser, which people wait for; before that, people wait
# for it. No more than this: a machine with other work on every core leaves it a quarter of one, and at 10 only a tenth.
_NICE = 5


class Commands:
    """What the supervisor wants; read by a thread of its own, of whose wishes only the newest counts.

    Parameters
    ----------
    stream : binary file
        At its end the process ends at once.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._changed = threading.Condition()
        self._location: str | None = None
        self._wanted = -1
        self._done = -1
        # Who answers questions, once there is somebody; until then there is no answer.
        self.answer: Callable[[dict[str, Any]], None] | None = None
        threading.Thread(target=self._read, daemon=True).start()

    def location(self) -> str:
        """Return which project is to be opened, once that is known."""
        with self._changed:
            self._changed.wait_for(lambda: self._location is not None)
            assert self._location is not None
            return self._location

    def wait(self) -> int:
        """Return the newest wish, once there is one that was not returned yet."""
        with self._changed:
            self._changed.wait_for(lambda: self._wanted > self._done)
            self._done = self._wanted
            return self._done

    def waiting(self) -> bool:
        """Whether there is a wish newer than the last one returned."""
        return self._wanted > self._done

    def _read(self) -> None:
        for line in self._stream:
            command = json.loads(line)
            if command["cmd"] in ("similar", "near_copies"):
                if self.answer is not None:
                    with contextlib.suppress(Exception):  # what cannot be answered must not end this thread
                        self.answer(command)
                continue
            with self._changed:
                if command["cmd"] == "open":
                    self._location = command["location"]
                else:
                    self._wanted = max(self._wanted, int(command["seq"]))
                self._changed.notify_all()
        # Who asked is gone. Nothing is lost: this process keeps nothing.
        os._exit(0)


def _be_the_first_to_go() -> None:
    """Where memory runs out, Linux is to end this process, which starts again, and not the server."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def _give_way() -> None:
    if hasattr(os, "nice"):
        os.nice(_NICE)


def main(arguments: list[str]) -> None:
    """Run the trainer of the project that the arguments name."""
    # Ctrl-C in the terminal is for the server; this process ends with it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    commands = Commands(sys.stdin.buffer)
    _be_the_first_to_go()
    # The output is for messages only; what libraries print goes where warnings go.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    location = commands.location() if arguments[0] == "-" else arguments[0]

    from querist.labelling.trainer.trainer import Trainer
    from querist.store import Store

    trainer = Trainer(Store.open(location, read_only=True), commands, out, after_first=_give_way)
    commands.answer = trainer.answer
    trainer.run()


if __name__ == "__main__":
    main(sys.argv[1:])
