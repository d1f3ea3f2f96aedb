"""Connections to a project file. It may be a stranger's: nothing in it is run, and only what Querist makes is read.

A trigger changes what is written, a view stands for whatever its author likes, and so does a column or an index that
is computed. So before the first row is read, the file's list of tables is compared with what this version, or the
older one that the file names, would have made.
"""

import os
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from sqlalchemy import StaticPool, create_engine

from querist.exceptions import StoreError
from querist.store import migrations, schema

# Seconds that a connection waits for another one to finish its transaction.
PATIENCE = 15.0
# Seconds that reading the list of tables may take; a project's takes less than a thousandth.
_SCHEMA_SECONDS = 5.0
_HARDENED = (
    # Functions with side effects are not called by what the file defines, and sizes of cells are checked as pages are
    # read; damage is met by read errors, never by a signal of mapped memory.
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA mmap_size = 0",
)
_LIMITS = {
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 0,
    sqlite3.SQLITE_LIMIT_LENGTH: 2**29,  # the largest value is a ranking: 14 bytes a row
}
_STEPS = 10_000  # of SQLite's machine between two looks at the clock
_TOKEN = re.compile(r"'(?:[^']|'')*'|\w+|[^\w\s]")

Entry = tuple[str, str, str, str]


def connect(path: Path, mode: Literal["ro", "rw"]) -> sqlite3.Connection:
    """Connect to a project file, or to an empty one that will be a project.

    Raises
    ------
    StoreError
        If it holds something that Querist does not make.
    """
    posix = path.as_posix()
    uri = f"file://{'' if posix.startswith('/') else '/'}{quote(posix, errors='surrogateescape')}?mode={mode}"
    if mode == "ro" and not os.access(path.parent, os.W_OK) and not path.with_name(path.name + "-wal").exists():
        # SQLite makes files beside the project even to read it, unless it is told that nobody can be writing.
        uri += "&immutable=1"
    connection = sqlite3.connect(uri, uri=True, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        for limit, most in _LIMITS.items():
            connection.setlimit(limit, most)
        for pragma in _HARDENED:
            connection.execute(pragma)
        with time_limit(connection, _SCHEMA_SECONDS):
            _check_tables(connection, str(path))
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def time_limit(connection: sqlite3.Connection, seconds: float) -> Iterator[None]:
    """Interrupt what a connection does after some seconds: sqlite3.OperationalError, "interrupted"."""
    deadline = time.monotonic() + seconds
    connection.set_progress_handler(lambda: int(time.monotonic() > deadline), _STEPS)
    try:
        yield
    finally:
        connection.set_progress_handler(None, 0)


def _check_tables(connection: sqlite3.Connection, name: str) -> None:
    """Compare what a file holds with what Querist makes; what is no project at all is left to `schema.version`."""
    found = _entries(connection)
    tables = {entry[1] for entry in found if entry[0] == "table"}
    if not {schema.project.name, schema.alembic_version.name} <= tables:
        return
    # Of all versions the same, so it may be asked for the version.
    (alembic,) = (entry for entry in made_by(schema.VERSION) if entry[1] == schema.alembic_version.name)
    if alembic not in found:
        raise _foreign(name, "the table 'alembic_version' is another than Querist's")
    number = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    version = schema.number(number[0] if number else None)
    if version is None or version > schema.VERSION:  # told by the store in other words
        return
    expected = made_by(version)
    by_name = {entry[:2]: entry for entry in expected}
    for entry in sorted(found - expected):
        kind, what = entry[:2]
        if (kind, what) in by_name:
            raise _foreign(name, f"the {kind} {what!r} is another than Querist's")
        raise _foreign(name, f"it has the {kind} {what!r}, which Querist does not make")
    for kind, what, *_ in sorted(expected - found):
        raise _foreign(name, f"the {kind} {what!r} is missing")


def _foreign(name: str, what: str) -> StoreError:
    return StoreError(
        f"{name} is not opened: {what}. Another program has changed this project, and what it added could change "
        "labels or keep Querist waiting. Take a copy that only Querist has written to."
    )


def _entries(connection: sqlite3.Connection) -> frozenset[Entry]:
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master")
    return frozenset((str(kind), str(what), str(table), _words(sql)) for kind, what, table, sql in rows)


def _words(sql: object) -> str:
    """Return a definition without its blanks, quotation marks of names, and case, which differ with who wrote it."""
    words = (token if token[0] == "'" else token.lower() for token in _TOKEN.findall(str(sql or "")))
    return " ".join(word for word in words if word not in ('"', "`", "[", "]"))


@cache
def made_by(version: int) -> frozenset[Entry]:
    """Return what a project of some version holds: made in memory, for older ones by their migrations."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    try:
        with engine.begin() as opened:
            if version == schema.VERSION:
                schema.create(opened)
            else:
                migrations.upgrade(opened, version)
        return _entries(connection)
    finally:
        engine.dispose()
        connection.close()
