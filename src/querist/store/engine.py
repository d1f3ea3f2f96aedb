"""Connections to the two databases: many that read, one that writes."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, QueuePool, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from querist.exceptions import StoreError, StoreWriteError
from querist.store.lock import ProjectDatabaseLock
from querist.store.sqlite_file import connect

_READERS = 16
_SQLITE_WRITER = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # in WAL mode NORMAL may lose what was acknowledged when the power fails
    "PRAGMA foreign_keys = ON",
    "PRAGMA journal_size_limit = 67108864",
)

_COPY = "Go back to a copy of the project."
_AGAIN = "Load the project again, and try once more."


def sqlite_reader(path: Path) -> Engine:
    """Return an engine that cannot change the file."""
    return create_engine(
        "sqlite://",
        creator=lambda: connect(path, "ro"),
        poolclass=QueuePool,
        pool_size=_READERS,
        isolation_level="AUTOCOMMIT",
    )


def sqlite_writer(path: Path) -> Engine:
    """Return an engine with one connection, whose transactions take the write lock when they begin."""
    engine = create_engine(
        "sqlite://",
        creator=lambda: connect(path, "rw"),
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, record: object) -> None:
        for statement in _SQLITE_WRITER:
            connection.execute(statement)

    # The driver's own BEGIN is switched off in `connect`; SQLAlchemy documents this as the way to choose it.
    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def postgresql_reader(url: URL) -> Engine:
    """Return an engine that cannot change the database."""
    engine = _create_postgresql(url, pool_size=_READERS, isolation_level="AUTOCOMMIT")

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        connection.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        connection.commit()

    return engine


def postgresql_writer(url: URL, lock: ProjectDatabaseLock) -> Engine:
    """Return an engine with one connection, which holds the project's lock as long as it lives."""
    engine = _create_postgresql(url, pool_size=1, max_overflow=0)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        lock.take(connection)

    return engine


def _create_postgresql(url: URL, **options: Any) -> Engine:
    try:
        return create_engine(url, poolclass=QueuePool, pool_pre_ping=True, **options)
    except ModuleNotFoundError as error:
        raise StoreError("PostgreSQL needs a driver: pip install 'querist[postgres]'.") from error


def not_a_project(name: str) -> StoreError:
    """Say that what is there is no project."""
    return StoreError(
        f"{name} is not a project of Querist. Name one, or make one: querist label FILE --project NAME.querist"
    )


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Tell failures of the database as StoreError."""
    try:
        yield
    except StoreError:
        raise
    except StatementError as error:
        if getattr(error.orig, "sqlite_errorname", "") == "SQLITE_NOTADB":
            raise not_a_project(name) from error.orig
        raise StoreError(f"{name} cannot be read: {error.orig}. {_COPY}") from error.orig
    except ValueError as error:  # a text that is no JSON any more
        raise StoreError(f"{name} is damaged and cannot be read: {error}. {_COPY}") from error


@contextmanager
def writing(name: str) -> Iterator[None]:
    """Tell failures of the database as StoreWriteError, values that it cannot take as StoreError."""
    try:
        yield
    except IntegrityError as error:
        raise StoreError(f"{name} refused a change, nothing of it was saved: {error.orig}. {_AGAIN}") from error.orig
    except DBAPIError as error:
        raise StoreWriteError(
            f"{name} could not be written, nothing of this step was saved: {error.orig}. "
            "Check that there is space left and that nothing else keeps it locked, then try again."
        ) from error.orig
    except StatementError as error:
        raise StoreError(
            f"{name} cannot hold a value, nothing of this step was saved: {error.orig}. {_AGAIN}"
        ) from error.orig
