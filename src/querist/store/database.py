"""The place of a project, a file or a database: what differs between the two."""

import os
import re
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError

from querist._words import command
from querist.exceptions import StoreError
from querist.store import engine
from querist.store.file_names import check_names
from querist.store.home import Home, home_of_file, home_of_schema
from querist.store.lock import ProjectDatabaseLock, ProjectFileLock
from querist.store.network_drive import network_drive
from querist.store.postgresql_tables import check_tables

# A project holds people's texts, names and hashes of secrets. SQLite gives the files beside it the same rights.
_PRIVATE = 0o600


class Database(Protocol):
    """Where a project lies, and the connections to it."""

    dialect: str
    name: str  # for messages: without a password
    not_empty: str  # what to do instead of creating a project over something else

    def reserve(self) -> None:
        """Make sure that nothing is there yet, and that nobody else puts something there."""

    def discard(self) -> None:
        """Remove what `reserve` has made."""

    def check(self) -> None:
        """Make sure that there is something to open."""

    def reader(self) -> Engine:
        """Connect for reading."""

    def check_tables(self, connection: Connection) -> None:
        """Make sure that what stands there runs nothing."""

    def writer(self) -> Engine:
        """Take the lock and connect for writing."""

    def announce(self, writer: Engine, url: str) -> None:
        """Tell others who holds the lock."""

    def close(self, reader: Engine | None, writer: Engine | None) -> None:
        """Close the connections, then give back the lock."""

    def home(self, reader: Engine) -> Home:
        """Return the marks of the place."""

    def make_private(self) -> None:
        """Let only its owner read it."""

    def warnings(self) -> tuple[str, ...]:
        """Return what the user should know about the place."""


class SqliteDatabase:
    """A file."""

    dialect = "sqlite"
    not_empty = "Name a new file."

    def __init__(self, path: Path):
        self.name = str(path)
        self._path = path.resolve()
        self._lock = ProjectFileLock(self._path)

    def reserve(self) -> None:
        """Make an empty file."""
        try:
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE))
        except FileExistsError:
            raise StoreError(f"{self.name} exists already. Open it, or name a new file.") from None
        except OSError as error:
            raise StoreError(f"{self.name} cannot be created: {error.strerror}. Name another place.") from error

    def discard(self) -> None:
        """Remove the file and what SQLite keeps beside it."""
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    def check(self) -> None:
        """Look for the file."""
        if self._path.is_dir():
            raise StoreError(f"{self.name} is a folder. Name the project's file.")
        if not self._path.exists():
            raise StoreError(
                f"There is no project {self.name}. Check the spelling, or make one: "
                f"{command('querist', 'label', 'FILE', '--project', self.name)}"
            )
        check_names(self._path, self.name)

    def reader(self) -> Engine:
        """Connect for reading."""
        return engine.sqlite_reader(self._path)

    def check_tables(self, connection: Connection) -> None:
        """Do nothing: `sqlite_file.connect` has, for each connection."""

    def writer(self) -> Engine:
        """Take the lock and connect for writing."""
        self._lock.acquire()
        return engine.sqlite_writer(self._path)

    def announce(self, writer: Engine, url: str) -> None:
        """Write into the lock file."""
        self._lock.announce(url)

    def close(self, reader: Engine | None, writer: Engine | None) -> None:
        """Close the connections, the writer's last: it leaves one file, with everything in it."""
        if reader is not None:
            reader.dispose()
        if writer is not None:
            # What cannot be brought into the file now stays in the -wal file beside it, as safe as there.
            with suppress(sqlite3.Error):
                connection = writer.raw_connection()
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.close()
            writer.dispose()
            self._lock.release()

    def home(self, reader: Engine) -> Home:
        """Return the marks of the file."""
        return home_of_file(self._path)

    def make_private(self) -> None:
        """Take its rights from others; what somebody else owns is left as it is."""
        for suffix in ("", "-wal", "-shm"):
            with suppress(OSError):
                self._path.with_name(self._path.name + suffix).chmod(_PRIVATE)

    def warnings(self) -> tuple[str, ...]:
        """Warn of network drives."""
        kind = network_drive(self._path)
        if kind is None:
            return ()
        return (
            f"{self.name} lies on a network drive ({kind}), where SQLite's locks may fail. "
            "Keep the project on a local disk, or use PostgreSQL.",
        )


class PostgresqlDatabase:
    """A database on a server, or the schema that the search_path of its URL names."""

    dialect = "postgresql"
    not_empty = "Name an empty database, or an empty schema of it with ?options=-csearch_path%3DSCHEMA behind the URL."

    def __init__(self, url: URL):
        self._url = url.set(drivername="postgresql+psycopg")
        self.name = self._url.set(drivername="postgresql").render_as_string(hide_password=True)
        self._lock = ProjectDatabaseLock(self.name)

    def reserve(self) -> None:
        """Do nothing: the lock reserves the place, and tables come or go with their transaction."""

    def discard(self) -> None:
        """Do nothing."""

    def check(self) -> None:
        """Do nothing: the first connection tells."""

    def reader(self) -> Engine:
        """Connect for reading."""
        return engine.postgresql_reader(self._url)

    def check_tables(self, connection: Connection) -> None:
        """Look at what stands there."""
        check_tables(connection, self.name)

    def writer(self) -> Engine:
        """Prepare for writing; the first connection takes the lock."""
        return engine.postgresql_writer(self._url, self._lock)

    def announce(self, writer: Engine, url: str) -> None:
        """Name the connection."""
        with writer.connect() as connection:
            self._lock.tell(connection.connection.driver_connection, url)

    def close(self, reader: Engine | None, writer: Engine | None) -> None:
        """Close the connections; the lock goes with the writer's."""
        for each in (reader, writer):
            if each is not None:
                each.dispose()

    def home(self, reader: Engine) -> Home:
        """Return the marks of the schema."""
        return home_of_schema(reader)

    def make_private(self) -> None:
        """Do nothing: who may read a database is its server's affair."""

    def warnings(self) -> tuple[str, ...]:
        """Nothing to warn of."""
        return ()


def locate(location: str | Path) -> Database:
    """Return the place that a path or a URL names."""
    if isinstance(location, Path) or "://" not in location:
        return SqliteDatabase(Path(location))
    if not re.match(r"postgres(ql)?(\+psycopg)?://", location):
        raise StoreError(f"{location.partition('://')[0]}:// is not supported. Name a file or a postgresql:// URL.")
    try:
        return PostgresqlDatabase(make_url(location))
    except (ArgumentError, ValueError):
        raise StoreError("The URL cannot be read. It looks like postgresql://user@host/database.") from None
