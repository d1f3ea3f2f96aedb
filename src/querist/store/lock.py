"""One writer for a project: a lock that its holder's death frees, and the holder's name for those it keeps out."""

import os
import socket
import sys
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from querist.exceptions import ProjectInUseError, StoreWriteError

_TRIES = 10
_PAUSE = 0.1
# The first half of the advisory lock's key says Querist, the second one which schema.
_KEY = 0x51756572


@dataclass(frozen=True)
class Holder:
    """Who holds a project."""

    pid: int
    host: str
    url: str

    @classmethod
    def me(cls, url: str = "") -> "Holder":
        """Return this process."""
        return cls(os.getpid(), socket.gethostname().split(".")[0], url)

    @classmethod
    def read(cls, line: str) -> "Holder | None":
        """Return what `line` says, None where that is no holder."""
        pid, host, url = [*line.strip().split(" "), "", ""][:3]
        return cls(int(pid), host, url) if pid.isdecimal() else None

    def line(self) -> str:
        """Return what `read` reads."""
        return f"{self.pid} {self.host} {self.url}".strip()


def in_use(name: str, holder: Holder | None) -> ProjectInUseError:
    """Return the error for a project that someone else holds."""
    if holder is None:
        return ProjectInUseError(f"{name} is open in another Querist. Close that one first.")
    where = "" if holder.host == Holder.me().host else f" on {holder.host}"
    at = f" at {holder.url}" if holder.url else ""
    return ProjectInUseError(
        f"{name} is open in another Querist{at} (process {holder.pid}{where}). Use that one, or close it first.",
        pid=holder.pid,
        url=holder.url or None,
    )


class ProjectFileLock:
    """The lock of a project that is a file: `P.lock` beside it, there only while it is held or after a crash."""

    def __init__(self, path: Path):
        self._project = path
        self._path = path.with_name(path.name + ".lock")
        self._lock = FileLock(self._path, mode=0o600)

    def acquire(self) -> None:
        """Take the lock, or raise ProjectInUseError."""
        try:
            self._lock.acquire(timeout=0)
            self.announce("")
        except Timeout:
            raise in_use(str(self._project), self._holder()) from None
        except OSError as error:
            self._lock.release()
            raise StoreWriteError(
                f"{self._project} cannot be opened for writing: {self._path.name} beside it: {error.strerror}. "
                "Check that its folder can be written to and has space left."
            ) from error

    def announce(self, url: str) -> None:
        """Write who holds the lock. The first byte stays as it is: on Windows the lock is on it."""
        with self._path.open("r+b", buffering=0) as file:
            file.seek(1)
            file.write(Holder.me(url).line().encode())
            file.truncate()

    def release(self) -> None:
        """Give the lock back."""
        if sys.platform != "win32":
            self._path.unlink(missing_ok=True)  # while it is held, so that nobody's new lock is removed
        self._lock.release()
        if sys.platform == "win32":
            with suppress(OSError):  # refused where somebody else has it open by now
                self._path.unlink()

    def _holder(self) -> Holder | None:
        try:
            with self._path.open("rb", buffering=0) as file:
                file.seek(1)
                return Holder.read(file.read().decode(errors="replace"))
        except OSError:
            return None


class ProjectDatabaseLock:
    """The lock of a project in PostgreSQL: an advisory lock on the very connection that writes.

    A connection that is lost loses the lock with it, and its successor must take the lock before it can write.
    The connection's application name says who holds it.
    """

    def __init__(self, name: str):
        self._name = name
        self._holder = Holder.me()

    def take(self, connection: Any) -> None:
        """Take the lock on a new connection of the driver, or close that and raise ProjectInUseError."""
        try:
            key = (_KEY, zlib.crc32(str(_one(connection, "SELECT current_schema()")).encode()) & 0x7FFFFFFF)
            for _ in range(_TRIES):  # the server needs a moment to notice that a holder has died
                if _one(connection, "SELECT pg_try_advisory_lock(%s, %s)", key):
                    break
                connection.rollback()
                time.sleep(_PAUSE)
            else:
                raise in_use(self._name, Holder.read(str(_one(connection, _HOLDER, key)).removeprefix("querist ")))
            self.tell(connection)
        except BaseException:
            connection.close()
            raise

    def tell(self, connection: Any, url: str | None = None) -> None:
        """Write who holds the lock."""
        if url is not None:
            self._holder = Holder.me(url)
        _one(connection, "SELECT set_config('application_name', %s, false)", (f"querist {self._holder.line()}",))
        connection.commit()


_HOLDER = """
    SELECT max(application_name) FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND granted AND classid = %s AND objid = %s AND objsubid = 2
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def _one(connection: Any, statement: str, parameters: tuple[Any, ...] = ()) -> Any:
    return connection.execute(statement, parameters).fetchone()[0]
