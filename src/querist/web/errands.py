"""Errands of the server: processes of their own, a few at a time, shared by those who ask the same, ended with them."""

import asyncio
import contextlib
import io
import os
import shutil
import stat
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Awaitable, Hashable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from fastapi import Request
from filelock import FileLock, Timeout

from querist import exceptions
from querist.exceptions import DataError, QueristError
from querist.labelling.errands.memory import memory_for
from querist.labelling.errands.work import OUT, Errand, Labels, Model, Rows, header_of, labels_of
from querist.labelling.label_files.match import LabelsRead, label_bounds
from querist.labelling.serving.project import Project
from querist.labelling.trainer.frames import FrameError, read_frame, write_frame
from querist.web.errors import ApiError

T = TypeVar("T")

# At most so many at a time, and seconds for each; who comes later waits.
_AT_ONCE: dict[type[Errand], int] = {Rows: 2, Model: 1, Labels: 1}
_PATIENCE: dict[type[Errand], float] = {Rows: 600.0, Model: 600.0, Labels: 120.0}
# So long a file is kept for the next who asks while the project has not changed.
_KEPT = 60.0
_FOLDER = "querist-errand-"
_LOCK = "lock"
_YOUNG = 60.0
# One core is enough for an errand, and memory is counted as it is taken.
_ENVIRONMENT = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1") | {
    "ARROW_DEFAULT_MEMORY_POOL": "system"
}


class Written:
    """A file that an errand has written, there as long as somebody holds this object.

    Where files can be open without a name it has none any more, so that nothing is left of it after a kill.
    """

    def __init__(self, path: Path) -> None:
        self.size = path.stat().st_size
        self._number = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        self._turn = threading.Lock()
        weakref.finalize(self, _let_go, self._number, path.parent)

    def read(self, start: int, n_bytes: int) -> bytes:
        """Return bytes of it."""
        with self._turn:
            os.lseek(self._number, start, os.SEEK_SET)
            return os.read(self._number, n_bytes)


def _let_go(number: int, folder: Path) -> None:
    os.close(number)
    shutil.rmtree(folder, ignore_errors=True)  # where an open file keeps its name


class _Shared:
    """Work that several wait for; it ends with the last of them."""

    def __init__(self, task: "asyncio.Task[Written]") -> None:
        self.task = task
        self.n_waiting = 0


class Errands:
    """Carries out errands for a project.

    Parameters
    ----------
    project : Project
    command : sequence of str, default=None
        What to start instead of `querist.labelling.errands`.
    """

    def __init__(self, project: Project, *, command: list[str] | None = None) -> None:
        self._project = project
        self._command = command or [sys.executable, "-m", "querist.labelling.errands"]
        self._turns = {kind: asyncio.Semaphore(n) for kind, n in _AT_ONCE.items()}
        self._shared: dict[Hashable, _Shared] = {}
        self._kept: dict[Hashable, tuple[Written, asyncio.TimerHandle]] = {}
        _sweep()

    async def written(self, request: Request, errand: Rows | Model) -> Written:
        """Return the file of an errand; who asks the same of the same state shares it.

        Raises
        ------
        QueristError
            What the errand raises.
        ApiError
            503 if it takes too long, 499 if the client is gone.
        """
        current = self._project.view.current
        key = (errand, self._project.board.seq, None if current is None else current.version)
        return await while_there(request, self._share(key, errand))

    async def labels(self, request: Request, content: bytes, name: str, label_column: str | None = None) -> LabelsRead:
        """Return the labels of a file, each with its row; its column of labels may be named.

        Raises
        ------
        QueristError
            If the file cannot be read.
        ApiError
            503 if it takes too long, 499 if the client is gone.
        """
        errand = Labels(name, label_column)
        memory = memory_for(label_bounds(self._project.board.n_rows, len(content)))

        async def read() -> LabelsRead:
            async with self._turns[Labels]:
                told, blob = await self._carry_out(errand, content, most_memory=memory)
            return await asyncio.to_thread(labels_of, told, blob)

        return await while_there(request, read())

    def close(self) -> None:
        """Let go of the files that are kept, and end what runs."""
        for shared in self._shared.values():
            shared.task.cancel()
        for key in [*self._kept]:
            self._forget(key)

    # ------------------------------------------------------------------ sharing

    async def _share(self, key: Hashable, errand: Rows | Model) -> Written:
        if key in self._kept:
            return self._kept[key][0]
        shared = self._shared.get(key)
        if shared is None:
            shared = self._shared[key] = _Shared(asyncio.create_task(self._write(key, errand)))
        shared.n_waiting += 1
        try:
            return await asyncio.shield(shared.task)
        finally:
            shared.n_waiting -= 1
            if not shared.n_waiting:
                shared.task.cancel()

    async def _write(self, key: Hashable, errand: Rows | Model) -> Written:
        try:
            async with self._turns[type(errand)]:
                with _work_folder() as folder:
                    await asyncio.wrap_future(self._project.trainer.save_ranking())
                    await self._carry_out(errand, b"", folder=folder)
                    written = Written(folder / OUT)
            timer = asyncio.get_running_loop().call_later(_KEPT, self._forget, key)
            self._kept[key] = written, timer
            return written
        finally:
            del self._shared[key]

    def _forget(self, key: Hashable) -> None:
        self._kept.pop(key)[1].cancel()

    # ------------------------------------------------------------------ processes

    async def _carry_out(
        self, errand: Errand, blob: bytes, *, folder: Path | None = None, most_memory: int | None = None
    ) -> tuple[dict[str, Any], bytes]:
        place = None if folder is None else str(folder)
        header = header_of(errand, self._project.store.location, folder=place, most_memory=most_memory)
        frame = io.BytesIO()
        write_frame(frame, header, blob)
        # What libraries write on the way goes into the folder, too.
        more = {} if place is None else dict.fromkeys(("TMPDIR", "TEMP", "TMP"), place)
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=os.environ | _ENVIRONMENT | more,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            async with asyncio.timeout(_PATIENCE[type(errand)]):
                with contextlib.suppress(ConnectionError):  # it has died, which its reply tells
                    process.stdin.write(frame.getvalue())
                    await process.stdin.drain()
                # Its input stays open: it is how the process knows that this one lives.
                reply = await process.stdout.read()
        except TimeoutError:
            hint = "Do it on the command line, where it has no limit: `querist export`, `querist import-labels`."
            raise ApiError(503, "too_slow", "It was not done within its time, and was stopped.", hint=hint) from None
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.stdin.close()
            await asyncio.shield(process.wait())
        return _reply(reply)


def _reply(reply: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        frame = read_frame(io.BytesIO(reply))
    except FrameError:
        frame = None
    if frame is None:
        told = "The process that did it ended, as one does that takes more memory than it may. Give less at once."
        raise DataError(told)
    header, _ = frame
    if "error" in header:
        kind = getattr(exceptions, header["error"], QueristError)
        raise kind(header["message"])
    return frame


async def while_there(request: Request, work: Awaitable[T]) -> T:
    """Return what comes of work, which is cancelled when the client has gone.

    Raises
    ------
    ApiError
        499 if the client is gone; nobody reads it.
    """
    task, gone = asyncio.ensure_future(work), asyncio.create_task(_gone(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ApiError(499, "gone", "The client has gone. Send the request again.")
        return task.result()
    finally:
        for each in (task, gone):
            each.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


@contextlib.contextmanager
def _work_folder() -> Iterator[Path]:
    """Give a private folder, removed afterwards; it is locked, so that `_sweep` lets it be."""
    folder = Path(tempfile.mkdtemp(prefix=_FOLDER))
    try:
        with FileLock(folder / _LOCK):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep() -> None:
    """Remove what a server left that was killed together with its errands."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDER}*"):
        with contextlib.suppress(OSError, Timeout):
            found = os.lstat(folder)
            mine = stat.S_ISDIR(found.st_mode) and (not hasattr(os, "getuid") or found.st_uid == os.getuid())
            # One that has just been made may not be locked yet.
            if mine and time.time() - found.st_mtime > _YOUNG:
                with FileLock(folder / _LOCK, timeout=0):
                    shutil.rmtree(folder, ignore_errors=True)
