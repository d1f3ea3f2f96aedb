"""A project of the labelling page: everything that is kept of it."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from sqlalchemy import (
    ColumnElement,
    Engine,
    LargeBinary,
    Select,
    Text,
    bindparam,
    func,
    insert,
    null,
    select,
    type_coerce,
)

from querist._typing import FloatArray, IntArray
from querist.exceptions import InvalidRowsError, StoreError
from querist.store import contents, engine, schema, search
from querist.store.columns import exact
from querist.store.database import Database, locate
from querist.store.home import without_home
from querist.store.id_hashes import IdHashes
from querist.store.migrations import upgrade
from querist.store.rows import (
    AnnotatorRow,
    EventRow,
    InvitationRow,
    ItemRow,
    ProjectInfo,
    RankingRow,
    SignInRow,
    TabRow,
)
from querist.store.writing import Writing

_PAGE = 5000
_IN_LIST = 500
_ITEMS = select(schema.items).where(schema.items.c.row.in_(bindparam("values", expanding=True)))
_IDS = select(schema.items.c.row, type_coerce(schema.items.c.item_id, Text).label("item_id")).order_by(
    schema.items.c.row
)
_IDS_AT_ONCE = 50_000
_EVENTS = select(schema.events).where(schema.events.c.uuid.in_(bindparam("values", expanding=True)))


class Store:
    """A project on disk; get it from `create` or `open`, and `close` it.

    Any number of threads may read. What is written goes through `writing`, one transaction after the other;
    one process at a time has a project open for writing.
    """

    def __init__(self, location: str | Path, database: Database, reader: Engine, writer: Engine | None):
        self.location = str(location)
        self.dialect = database.dialect
        self.warnings = database.warnings()
        self._home = database.home(reader)
        self._database = database
        self._reader: Engine | None = reader
        self._writer = writer
        self._ids = IdHashes()

    @classmethod
    def create(cls, location: str | Path, info: ProjectInfo) -> Self:
        """Make a new project, open for writing.

        Parameters
        ----------
        location : path or str
            A file that does not exist, or a ``postgresql://`` URL of an empty database (or schema, by
            its search_path).
        info : ProjectInfo
            What it is.

        Raises
        ------
        StoreError
            If something is there already, or nothing can be put there.
        """
        database = locate(location)
        database.reserve()
        writer = None
        try:
            with engine.writing(database.name):
                writer = database.writer()
                with writer.begin() as connection:
                    tables = schema.table_names(connection)
                    if tables:
                        raise StoreError(f"{database.name} is not empty: it has {tables[0]!r}. {database.not_empty}")
                    schema.create(connection)
                    connection.execute(insert(schema.project).values(vars(info)))
                reader = database.reader()
                with writer.begin() as connection:
                    Writing(connection, database.name).note_home(database.home(reader), keep=True)
            return cls(location, database, reader, writer)
        except BaseException:
            database.close(None, writer)
            database.discard()
            raise

    @classmethod
    def open(cls, location: str | Path, *, read_only: bool = False) -> Self:
        """Open a project.

        Parameters
        ----------
        location : path or str
            Its file or ``postgresql://`` URL.
        read_only : bool, default=False
            Take no lock and change nothing, beside whoever writes. Otherwise a project that an older Querist
            made is brought up to date.

        Raises
        ------
        StoreError
            If there is no project, or a newer Querist made it.
        ProjectInUseError
            If another process has it open for writing.
        """
        database = locate(location)
        database.check()
        reader = database.reader()
        writer = None
        try:
            # Look before the lock and before anything is changed: it may be no project at all.
            with engine.reading(database.name), reader.connect() as connection:
                database.check_tables(connection)
                version = schema.version(connection)
                _check_version(version, database.name, read_only)
                contents.check_pages(connection, database.name)
            if not read_only:
                with engine.writing(database.name):
                    writer = database.writer()
                    with writer.begin() as connection:
                        if schema.version(connection) != schema.VERSION:
                            upgrade(connection)
                            # An earlier version noted none: it is taken for the project itself, not for a copy.
                            Writing(connection, database.name).note_home(database.home(reader), keep=True)
                            database.make_private()
            with engine.reading(database.name), reader.connect() as connection:
                contents.check_values(connection, database.name, version if read_only and version else schema.VERSION)
            return cls(location, database, reader, writer)
        except BaseException:
            database.close(reader, writer)
            raise

    def close(self) -> None:
        """Close the connections and give back the lock. A store that is closed stays closed."""
        if self._reader is not None:
            reader, writer = self._reader, self._writer
            self._reader = self._writer = None
            self._database.close(reader, writer)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def settle(self, bounded: Callable[[dict[str, Any]], dict[str, Any]]) -> bool:
        """Make this the home of a project, where it is not yet: no sign-in and no link from elsewhere counts here.

        Parameters
        ----------
        bounded : callable
            Returns the settings that one from elsewhere gets in place of its own.

        Returns
        -------
        bool
            Whether it came from elsewhere: it is a copy, or somebody sent it.
        """
        noted = self._noted()
        at_home = self._home.is_noted(noted)
        if noted != self._home.note(noted):  # a project that was moved has one of its marks still
            with self.writing() as tx:
                if not at_home:
                    tx.set_info(settings=bounded(without_home(noted)))
                tx.note_home(self._home, keep=at_home)
            if not at_home:
                self._database.make_private()
        return not at_home

    def announce(self, url: str) -> None:
        """Tell who is refused the project at which address it is served."""
        with engine.writing(self._database.name):
            self._database.announce(self._open_writer(), url)

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Change the project within one transaction: all of it is saved at the end, or nothing.

        Raises
        ------
        StoreWriteError
            If the disk or the database refuses.
        StoreError
            If a value cannot be kept, or contradicts what is there.
        """
        with engine.writing(self._database.name), self._open_writer().begin() as connection:
            yield Writing(connection, self._database.name)

    @property
    def info(self) -> ProjectInfo:
        """What the project is."""
        info = ProjectInfo(*self._all(select(schema.project))[0])
        return replace(info, settings=without_home(info.settings))

    @property
    def n_items(self) -> int:
        """How many items there are."""
        return int(self._all(schema.NEXT_ROW)[0][0])

    def items(self, rows: Iterable[int]) -> list[ItemRow]:
        """Return the items of some rows, in the order asked for."""
        wanted = [int(row) for row in rows]
        found = {item[0]: ItemRow(*item) for item in self._in(_ITEMS, wanted)}
        missing = [row for row in wanted if row not in found]
        if missing:
            raise InvalidRowsError(
                f"{self._database.name} has no row {missing[0]}. It has: {self.n_items} items, counted from 0."
            )
        return [found[row] for row in wanted]

    def all_items(self, first: int = 0, chunk: int = _PAGE) -> Iterator[ItemRow]:
        """Return the items from row `first` on."""
        for item in self._pages(select(schema.items), schema.items.c.row, first - 1, chunk):
            yield ItemRow(*item)

    def audit_numbers(self) -> FloatArray:
        """Return the audit numbers of all rows."""
        numbers = self._all(select(schema.items.c.audit_number).order_by(schema.items.c.row))
        return np.fromiter((number for (number,) in numbers), np.float64, len(numbers))

    def digest(self, n_rows: int) -> str:
        """Return a fingerprint of the content of the first rows, column by column as it is kept; reads all of them."""
        content = type_coerce(schema.items.c.content, Text)
        statement = select(schema.items.c.row, content).where(schema.items.c.row < n_rows)
        found = hashlib.blake2b(digest_size=16)
        for _, text in self._pages(statement, schema.items.c.row, -1):
            encoded = text.encode("utf-8", "surrogatepass")
            found.update(b"%d:" % len(encoded))
            found.update(encoded)
        return found.hexdigest()

    def texts(self) -> Iterator[str]:
        """Return what is searched, in the order of the rows."""
        for _, text in self._pages(select(schema.items.c.row, schema.items.c.text), schema.items.c.row, -1):
            yield text

    def search(self, query: str, limit: int | None = None) -> IntArray:
        """Find items by their text.

        Parameters
        ----------
        query : str
            Words, "phrases" and prefix*; all of them must be found. Case and accents do not matter. Chinese, Thai
            and other scripts without blanks, and signs that are no words, are found anywhere in the text. A blank
            query finds every row. No query is an error; what is behind the first 1,000 characters is not looked at.
        limit : int, default=None
            How many rows at most.

        Returns
        -------
        rows : array of shape (n_found,)
            In rising order.
        """
        found = search.finding(query, self.dialect).limit(limit)
        if self.dialect == "sqlite":
            # One text of all numbers: of a hundred thousand, each as a row of its own takes twice as long.
            (numbers,) = self._all(select(func.group_concat(found.subquery().c.row)))[0]
            return np.sort(np.fromstring(numbers or "", np.int64, sep=","))
        rows = self._all(found)
        return np.fromiter((row for (row,) in rows), np.int64, len(rows))

    def rows_of_id(self, item_id: str) -> IntArray:
        """Return the rows of an id, to the letter: one, or none. The first time a look at all ids."""
        hashes = self._ids.brought_up(self._ids_from)
        alike = np.flatnonzero(hashes == hash(exact(item_id))).tolist()
        return np.array([item.row for item in self.items(alike) if item.item_id == item_id], np.int64)

    def _ids_from(self, first: int) -> Iterator[tuple[list[int], list[str]]]:
        """Yield rows and their ids from row `first` on, in blocks."""
        block = _IDS.where(schema.items.c.row >= bindparam("first")).limit(_IDS_AT_ONCE)
        if self.dialect == "sqlite":
            each = block.subquery().c
            # As one text: as rows, a million ids take seconds.
            block = select(func.json_group_array(each.row), func.json_group_array(each.item_id))
        while found := self._all(block, {"first": first}):
            columns = map(json.loads, found[0]) if self.dialect == "sqlite" else zip(*found, strict=True)
            rows, ids = map(list, columns)
            if not rows:
                return
            yield rows, ids
            first = max(rows) + 1

    def events(self, after: int = 0, kinds: Sequence[str] | None = None) -> Iterator[EventRow]:
        """Return the log behind event `after`, of some kinds or of all."""
        statement = select(schema.events)
        if kinds is not None:
            statement = statement.where(schema.events.c.kind.in_(kinds))
        for event in self._pages(statement, schema.events.c.seq, after):
            yield EventRow(*event)

    def find_events(self, uuids: Iterable[str]) -> dict[str, EventRow]:
        """Return those events that the log has."""
        found = self._in(_EVENTS, list(uuids))
        return {event.uuid: event for event in (EventRow(*row) for row in found)}

    def latest_ranking(self, with_blob: bool = True) -> RankingRow | None:
        """Return the newest ranking that has its blob, or the newest of all, without blob."""
        table = schema.rankings
        newest = select(*(table.c if with_blob else _without_blob())).order_by(table.c.version.desc()).limit(1)
        found = self._all(newest.where(table.c.blob.is_not(None)) if with_blob else newest)
        return RankingRow(*found[0]) if found else None

    def rankings(self) -> list[RankingRow]:
        """Return all rankings from the first on, without blobs."""
        return [RankingRow(*row) for row in self._all(select(*_without_blob()).order_by(schema.rankings.c.version))]

    def annotators(self) -> list[AnnotatorRow]:
        """Return everybody, those who were removed among them."""
        return [AnnotatorRow(*row) for row in self._all(schema.EVERYBODY)]

    def sign_ins(self) -> list[SignInRow]:
        """Return the browsers in which people are signed in."""
        return [SignInRow(*row) for row in self._all(select(schema.sign_ins))]

    def invitations(self) -> list[InvitationRow]:
        """Return all invitations, used up or not, the first one first."""
        return [InvitationRow(*row) for row in self._all(select(schema.invitations).order_by("invitation_id"))]

    def invitation(self, token_hash: str) -> InvitationRow | None:
        """Return an invitation, used up or not."""
        found = self._all(select(schema.invitations).where(schema.invitations.c.token_hash == token_hash))
        return InvitationRow(*found[0]) if found else None

    def tabs(self, since: float) -> list[TabRow]:
        """Return what tabs hold that were heard of since a moment."""
        return [TabRow(*row) for row in self._all(select(schema.tabs).where(schema.tabs.c.at >= since))]

    def _noted(self) -> dict[str, Any]:
        """Return the settings with where the project is at home."""
        noted: dict[str, Any] = self._all(select(schema.project.c.settings))[0][0]
        return noted

    def _open_writer(self) -> Engine:
        if self._writer is None:
            how = "closed" if self._reader is None else "open for reading only"
            raise StoreError(f"{self._database.name} is {how}. Open it for writing to change it.")
        return self._writer

    def _all(self, statement: Select[Any], values: dict[str, Any] | None = None) -> Sequence[Any]:
        if self._reader is None:
            raise StoreError(f"{self._database.name} is closed. Open it again to read it.")
        with engine.reading(self._database.name), self._reader.connect() as connection:
            return connection.execute(statement, values).all()

    def _pages(
        self, statement: Select[Any], key: ColumnElement[int], after: int, size: int = _PAGE
    ) -> Iterator[Sequence[Any]]:
        """Read page by page, each in a moment: a slow consumer keeps nothing open. The key is the first column."""
        statement = statement.order_by(key).limit(size)
        while True:
            page = self._all(statement.where(key > after))
            yield from page
            if len(page) < size:
                return
            after = page[-1][0]

    def _in(self, statement: Select[Any], values: list[Any]) -> Iterator[Sequence[Any]]:
        for start in range(0, len(values), _IN_LIST):
            yield from self._all(statement, {"values": values[start : start + _IN_LIST]})


def _without_blob() -> list[ColumnElement[Any]]:
    blob = schema.rankings.c.blob
    return [null().cast(LargeBinary) if column is blob else column for column in schema.rankings.c]


def _check_version(version: int | None, name: str, read_only: bool) -> None:
    if version is None:
        raise engine.not_a_project(name)
    if version > schema.VERSION:
        raise StoreError(
            f"{name} was made by a newer Querist (schema {version}, this one knows {schema.VERSION}). Upgrade Querist."
        )
    if version < schema.READABLE and read_only:
        raise StoreError(f"{name} was made by an older Querist (schema {version}). Open it for writing once.")
