"""The tables. A change here needs a migration beside the others and the next `VERSION`."""

import re

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Double,
    ForeignKey,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    event,
    func,
    insert,
    inspect,
    select,
    text,
)

from querist.store.columns import ExactText, Json, SearchText
from querist.store.rows import ROLES

VERSION = 3
# Since this one, what is read without a lock (all but sign-ins, invitations and tabs) stands where it did.
READABLE = 1

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_name)s_key",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

_ROLE = f"role IN ({', '.join(repr(role) for role in ROLES)})"

# SQLite numbers rows itself only where the type is INTEGER to the letter.
_Number = BigInteger().with_variant(Integer, "sqlite")

project = Table(
    "project",
    metadata,
    Column("project_id", Text, primary_key=True),
    Column("name", ExactText, nullable=False),
    Column("kind", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("settings", Json, nullable=False),
)

items = Table(
    "items",
    metadata,
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("item_id", ExactText, nullable=False),
    Column("content", Json, nullable=False),
    Column("text", SearchText, nullable=False),
    Column("audit_number", Double, nullable=False),
    Column("source", Integer, nullable=False),
)

annotators = Table(
    "annotators",
    metadata,
    Column("annotator_id", Integer, Identity(), primary_key=True),
    Column("name", ExactText, nullable=False),
    Column("role", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("active", Boolean, nullable=False),
    CheckConstraint(_ROLE, name="role"),
    sqlite_autoincrement=True,
)

# The browsers in which people are signed in.
sign_ins = Table(
    "sign_ins",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("annotator", Integer, ForeignKey(annotators.c.annotator_id), nullable=False),
    Column("created_at", Double, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("seq", _Number, Identity(), primary_key=True),
    Column("uuid", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("annotator", Integer, ForeignKey(annotators.c.annotator_id)),
    Column("row", Integer, ForeignKey(items.c.row)),
    Column("data", Json, nullable=False),
    sqlite_autoincrement=True,  # a number is never given twice, whatever was deleted
)

rankings = Table(
    "rankings",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("seq", _Number, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("n_labels", Integer, nullable=False),
    Column("metrics", Json, nullable=False),
    Column("blob", LargeBinary),
)

invitations = Table(
    "invitations",
    metadata,
    Column("invitation_id", Integer, Identity(), primary_key=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
    Column("max_uses", Integer, nullable=False),
    Column("uses", Integer, nullable=False),
    Column("made_by", Integer, ForeignKey(annotators.c.annotator_id)),
    Column("person", Integer, ForeignKey(annotators.c.annotator_id)),
    Column("revoked_at", Double),
    CheckConstraint(_ROLE, name="role"),
    sqlite_autoincrement=True,
)

# What the tabs of the page held last, so that a server that was killed does not hand it to others.
tabs = Table(
    "tabs",
    metadata,
    Column("annotator", Integer, ForeignKey(annotators.c.annotator_id), nullable=False),
    Column("tab", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("held", Json(list), nullable=False),
    PrimaryKeyConstraint("annotator", "tab"),
)

# As Alembic makes it, which is only loaded where a project is older than this Querist.
alembic_version = Table(
    "alembic_version",
    metadata,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)

# The words of the items. They come folded and parted by blanks (see search.py), so both databases find the same.
_WORDS_TABLE = {
    "sqlite": ["CREATE VIRTUAL TABLE item_words USING fts5(words, content='', columnsize=0, tokenize='ascii')"],
    "postgresql": [
        "CREATE TABLE item_words (row INTEGER NOT NULL PRIMARY KEY REFERENCES items (row), words TSVECTOR NOT NULL)",
        "CREATE INDEX item_words_words ON item_words USING gin (words)",
    ],
}


@event.listens_for(items, "after_create")
def _create_words_table(target: object, connection: Connection, **options: object) -> None:
    for statement in _WORDS_TABLE[connection.dialect.name]:
        connection.execute(text(statement))


def table_names(connection: Connection) -> list[str]:
    """Return the tables that stand where a project would stand."""
    return sorted(inspect(connection).get_table_names())


def create(connection: Connection) -> None:
    """Make the tables of a new project."""
    metadata.create_all(connection)
    connection.execute(insert(alembic_version).values(version_num=f"{VERSION:04}"))


def version(connection: Connection) -> int | None:
    """Return the number of the schema, None where there is no project."""
    if not {project.name, alembic_version.name} <= set(table_names(connection)):
        return None
    return number(connection.execute(select(alembic_version.c.version_num)).scalar())


def number(version_num: object) -> int | None:
    """Return the number of the schema that a project names, None where that is none."""
    return int(version_num) if isinstance(version_num, str) and re.fullmatch("[0-9]{4}", version_num) else None


# Rows have no gaps, and the highest one is found without counting.
NEXT_ROW = select(func.coalesce(func.max(items.c.row), -1) + 1)
EVERYBODY = select(annotators).order_by(annotators.c.annotator_id)
