"""`Supervisor`: keeps the trainer running in a process of its own, and listens to it."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import IO, Any

from querist.labelling.trainer.frames import FrameError, read_frame
from querist.labelling.trainer.messages import TrainerState, TrainerStatus

Listener = Callable[[dict[str, Any], bytes], None]

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 60.0
# A trainer that ran so many seconds before it died had recovered from what the one before died of.
_STEADY = 60.0
# One that owes an answer and has said nothing for so many seconds hangs; slow models get longer, by their own pace.
_SILENCE, _SILENT_TRAININGS = 900.0, 10
# Trainings begin at least so many seconds apart.
_BETWEEN = 0.5
_TAIL_LINES = 20
# Of more, the oldest are given up by those who asked.
_MOST_QUESTIONS = 100
_GRACE = 2.0
# What a message says about the state of the trainer.
_STATES: dict[str, TrainerState] = {
    "ready": "waiting",
    "training": "training",
    "ranking": "ready",
    "failed": "failed",
}
_READS = "Reading the rows:"
# The server and the browser need the cores; the trainer takes one.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


class Supervisor:
    """Starts the trainer, restarts it when it dies or hangs (ever less often), and asks again for what was wanted last.

    Parameters
    ----------
    location : str
        Of the project.
    on_message : callable
        Called in a thread with the header and the bytes of each message of the trainer
        (see `querist.labelling.trainer.__main__`), and with ``{"type": "crashed", "code", "tail", "error"}``
        when it died.
    delay : float, default=0.0
        Seconds before the first start: the page that opens meanwhile needs the cores more.
    command : sequence of str, default=None
        What to start instead of the trainer.
    silence : float, default=900.0
        Seconds without a word after which a trainer that owes an answer is replaced.
    """

    def __init__(
        self,
        location: str,
        *,
        on_message: Listener,
        delay: float = 0.0,
        command: list[str] | None = None,
        silence: float = _SILENCE,
    ) -> None:
        self._delay = delay
        self._silence = silence
        # Whether the trainer owes an answer, when it was heard last, and whether it was killed for its silence.
        self._busy, self._heard, self._hung = False, time.monotonic(), False
        # What its last training knows of the log.
        self._begun = -1
        self._location = location
        self._on_message = on_message
        # An address may hold a password, and everybody on the machine can read arguments.
        self._command = command or [sys.executable, "-m", "querist.labelling.trainer", "-"]
        self._changed = threading.Condition()
        self._closed = threading.Event()
        self._wanted: int | None = None
        self._sent: int | None = None
        self._questions: deque[dict[str, Any]] = deque(maxlen=_MOST_QUESTIONS)
        self._writing = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._status = TrainerStatus("starting", "Waiting a moment, so that the page opens first.", since=time.time())
        self._threads = [
            threading.Thread(target=target, name=f"querist-{name}", daemon=True)
            for name, target in (
                ("trainer", self._run),
                ("trainer-commands", self._send),
                ("trainer-questions", self._ask),
                ("trainer-watch", self._watch),
            )
        ]
        for thread in self._threads:
            thread.start()

    @property
    def status(self) -> TrainerStatus:
        """What the trainer does at the moment."""
        return self._status

    @property
    def pid(self) -> int | None:
        """Process id of the trainer; None while there is none."""
        process = self._process
        return None if process is None else process.pid

    def train(self, seq: int) -> None:
        """Ask for a training that knows the log up to `seq`; never waits, and only the newest counts."""
        with self._changed:
            self._wanted = seq
            self._changed.notify_all()

    def ask(self, question: dict[str, Any]) -> None:
        """Put a question to the trainer, who answers by a message or not at all; never waits."""
        with self._changed:
            self._questions.append(question)
            self._changed.notify_all()

    def close(self) -> None:
        """Stop the trainer, also in the middle of a training."""
        with self._changed:
            self._closed.set()
            self._changed.notify_all()
            if self._process is not None:
                self._process.kill()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(_GRACE)

    # ------------------------------------------------------------------ threads

    def _run(self) -> None:
        pause = _FIRST_PAUSE
        self._closed.wait(self._delay)
        while not self._closed.is_set():
            process, started = self._start(), time.monotonic()
            tail: deque[str] = deque(maxlen=_TAIL_LINES)
            drain = threading.Thread(target=_drain, args=(process.stderr, tail), daemon=True)
            drain.start()
            self._listen(process)
            code = process.wait()
            drain.join(_GRACE)
            with self._changed:
                self._process = None
            _close(process)
            if self._closed.is_set():
                return
            if time.monotonic() - started > _STEADY:
                pause = _FIRST_PAUSE
            self._tell_crash(code, tail, pause)
            self._closed.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _start(self) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | dict.fromkeys(_THREADS, "1"),
        )
        _write(process, {"cmd": "open", "location": self._location})
        self._say("starting", "Loading the parts that it needs.")
        with self._changed:
            self._process, self._sent = process, None
            self._busy, self._heard, self._hung, self._begun = True, time.monotonic(), False, -1
            if self._closed.is_set():
                process.kill()
            self._changed.notify_all()
        return process

    def _listen(self, process: "subprocess.Popen[bytes]") -> None:
        """Pass messages on until the trainer ends."""
        assert process.stdout is not None
        try:
            while (frame := read_frame(process.stdout)) is not None:
                header, blob = frame
                self._note(header)
                self._pass_on(header, blob)
        except FrameError:
            process.kill()

    def _watch(self) -> None:
        """Replace a trainer that hangs; a thread of its own, since it may not even read what it is told."""
        while not self._closed.wait(min(1.0, self._silence / 4)):
            with self._changed:
                process = self._process
                if process is not None and self._busy and time.monotonic() - self._heard > self._silence:
                    self._hung, self._busy = True, False
                    process.kill()

    def _owes(self) -> bool:
        return self._sent is not None and self._sent > self._begun

    def _note(self, header: dict[str, Any]) -> None:
        kind = header["type"]
        with self._changed:
            self._heard = time.monotonic()
            if kind == "training":
                self._begun = header.get("seq", self._begun)
            if kind in _STATES:
                # A wish that the log was read beyond is not answered again.
                self._busy = kind == "training" or (kind == "ready" and self._owes())
            # A model that takes long is given longer.
            self._silence = max(self._silence, _SILENT_TRAININGS * float(header.get("seconds") or 0.0))
        if kind == "progress":
            done, total = header["done"], header["total"]
            if done < total:
                self._say("starting", f"{_READS} {done:,} of {total:,}.", done / total)
            else:
                self._say("starting", "Turning the rows into numbers.")
        elif kind == "training":
            self._say("training", "Learning from the answers.")
        elif kind in _STATES:
            self._say(_STATES[kind], header.get("error", "") or " ".join(header.get("notes", ())))

    def _say(self, state: TrainerState, message: str, share: float | None = None) -> None:
        """Tell what the trainer does now; how long already is counted from when it began with that."""
        before = self._status
        goes_on = before.share is not None and share is not None
        self._status = TrainerStatus(state, message, share, before.since if goes_on else time.time())

    def _pass_on(self, header: dict[str, Any], blob: bytes) -> None:
        try:
            self._on_message(header, blob)
        except Exception as error:
            # One message that the listener could not use must not end all listening.
            if not self._closed.is_set():
                self._say("failed", f"The {header['type']} could not be used: {error}")

    def _tell_crash(self, code: int, tail: deque[str], pause: float) -> None:
        last = tail[-1] if tail else f"exit status {code}"
        if self._hung:
            last = f"it had said nothing for {self._silence:g} s"
        message = f"The trainer stopped ({last}); it starts again in {pause:g} s. Labelling goes on."
        self._say("failed", message)
        self._pass_on({"type": "crashed", "code": code, "tail": "\n".join(tail), "error": message}, b"")

    def _send(self) -> None:
        """Send the newest wish; a thread of its own, since a trainer that does not read must hold up nobody."""
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._closed.is_set() or (self._process is not None and self._wanted != self._sent)
                )
                if self._closed.is_set():
                    return
                process, self._sent = self._process, self._wanted
                if not self._busy and self._owes():
                    self._busy, self._heard = True, time.monotonic()
            assert process is not None
            with self._writing:
                _write(process, {"cmd": "train", "seq": self._sent})
            # One person does not answer faster; with fifty, a ranking for each few answers would hold up the writer.
            self._closed.wait(_BETWEEN)

    def _ask(self) -> None:
        """Send questions; a thread of its own, since wishes wait for each other, and a trainer may not read."""
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._closed.is_set() or (self._process is not None and bool(self._questions))
                )
                if self._closed.is_set():
                    return
                process, question = self._process, self._questions.popleft()
            assert process is not None
            with self._writing:
                _write(process, question)


def _write(process: "subprocess.Popen[bytes]", command: dict[str, Any]) -> None:
    assert process.stdin is not None
    try:
        process.stdin.write(json.dumps(command).encode() + b"\n")
        process.stdin.flush()
    except (OSError, ValueError):
        pass  # it has died, and its pipes may be closed already; who listens to it sees that


def _close(process: "subprocess.Popen[bytes]") -> None:
    for stream in (process.stdin, process.stdout, process.stderr):
        assert stream is not None
        with contextlib.suppress(OSError):  # what could not be sent to a dead process
            stream.close()


def _drain(stream: IO[bytes] | None, tail: deque[str]) -> None:
    assert stream is not None
    for line in stream:
        tail.append(line.decode(errors="replace").rstrip())
