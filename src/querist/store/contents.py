"""Whether the tables of a project hold what they should: whole pages, values of the right kinds, rows without gaps.

SQLite takes any value in any column, and finds a damaged page only when it reads it. All of it is looked at when a
project is opened: 0.6 s for 100,000 rows and 200,000 events, whose log takes ten times as long to replay
(benchmarks/files/opening.py).
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Double,
    Integer,
    LargeBinary,
    Table,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.exc import OperationalError

from querist.exceptions import StoreError
from querist.store import schema
from querist.store.sqlite_file import time_limit

# Seconds after which opening goes on, though not everything was looked at.
_SECONDS = 20.0
# The years 1 to 9999, as seconds since 1970: all fractions in the tables are times, or lie between 0 and 1. Neither
# infinity nor (in PostgreSQL) what is no number lies between them.
_EARLIEST, _LATEST = -62_135_596_800.0, 253_402_300_799.0
# Tables that are the same in all versions.
_ALWAYS = (schema.project, schema.items, schema.events, schema.rankings)


def check_pages(connection: Connection, name: str) -> None:
    """Look through all pages of a file, before anything else is read or changed; a database server does that itself.

    Raises
    ------
    StoreError
        If one is damaged.
    """
    if connection.dialect.name == "sqlite":
        with _limited(connection):
            (found,) = connection.exec_driver_sql("PRAGMA quick_check(1)").one()
            if found != "ok":
                raise _damaged(name, str(found))


def check_values(connection: Connection, name: str, version: int) -> None:
    """Look through all values of a project; of one that an older version made, and that stays so, what it has still.

    Raises
    ------
    StoreError
        If one is not of the kind of its column, points to nothing, or a row is missing.
    """
    with _limited(connection):
        for table in schema.metadata.sorted_tables if version == schema.VERSION else _ALWAYS:
            wrong = list(_wrong(table, connection.dialect.name))
            if wrong and connection.scalar(select(exists().where(or_(*wrong)))):
                raise _damaged(name, f"table {table.name} holds a value of the wrong kind")
        if connection.dialect.name == "sqlite":
            found = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            if found is not None:
                raise _damaged(name, f"table {found[0]} names something in {found[2]} that is not there")
        number, first = schema.items.c.row, func.min(schema.items.c.row)
        count, low, high = connection.execute(select(func.count(number), first, func.max(number))).one()
        if count and (low != 0 or high != count - 1):
            raise _damaged(name, f"its {count} rows are numbered from {low} to {high}")


def _damaged(name: str, what: str) -> StoreError:
    return StoreError(f"{name} is damaged: {what}. Go back to a copy of the project.")


def _wrong(table: Table, dialect: str) -> Iterator[ColumnElement[bool]]:
    """Yield what would be true of a value that is not of its column's kind."""
    for column in table.columns:
        if dialect == "sqlite":
            kinds = [_kind(column), *(["null"] if column.nullable else [])]
            yield func.typeof(column).not_in([literal(kind) for kind in kinds])
        if isinstance(column.type, Double):
            yield ~column.between(_EARLIEST, _LATEST)
        if isinstance(column.type, Boolean) and dialect == "sqlite":
            yield func.abs(column).not_in([0, 1])


def _kind(column: Column[object]) -> str:
    """Return what SQLite says of a value of a column."""
    if isinstance(column.type, Integer | BigInteger | Boolean):
        return "integer"
    if isinstance(column.type, Double):
        return "real"
    return "blob" if isinstance(column.type, LargeBinary) else "text"


@contextmanager
def _limited(connection: Connection) -> Iterator[None]:
    """Limit the time that looking takes; what was not looked at by then is met where it is read."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        yield
        return
    try:
        with time_limit(driver, _SECONDS):
            yield
    except OperationalError as error:
        if str(error.orig) != "interrupted":
            raise
