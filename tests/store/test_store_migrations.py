"""Projects of older Querists are brought up to date, and a new one is what all migrations make.

``projects/`` holds one project of each schema version, written by the Querist that had it: the SQLite file (packed)
and what ``pg_dump --inserts`` says, without the name of the schema.
"""

import gzip
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from querist.exceptions import StoreError
from querist.store import (
    AnnotatorRow,
    EventRow,
    InvitationRow,
    ItemRow,
    ProjectInfo,
    SignInRow,
    Store,
    migrations,
    schema,
)
from querist.store.database import locate
from querist.store.sqlite_file import made_by

PROJECTS = Path(__file__).parent / "projects"
VERSIONS = range(1, schema.VERSION + 1)

NEXT = """
from alembic import op
import sqlalchemy as sa

revision = "{number:04}"
down_revision = "{previous:04}"

def upgrade():
    op.add_column("project", sa.Column("motto", sa.Text, server_default="onwards"))
    {end}
"""


@pytest.fixture
def stored(store_location):
    """A function that puts the stored project of a schema version somewhere."""

    def put(version):
        location = store_location()
        if "://" not in location:
            Path(location).write_bytes(gzip.decompress((PROJECTS / f"version_{version}.querist.gz").read_bytes()))
        else:
            execute(location, (PROJECTS / f"version_{version}.postgresql.sql").read_text("utf-8"))
        return location

    return put


@pytest.fixture
def next_version(tmp_path, monkeypatch):
    """A function that makes this Querist the next one, with one migration more."""

    def make(end="pass"):
        number = schema.VERSION + 1
        folder = tmp_path / "migrations"
        shutil.copytree(migrations.SCRIPTS, folder, ignore=shutil.ignore_patterns("__pycache__"))
        script = NEXT.format(number=number, previous=schema.VERSION, end=end)
        (folder / "versions" / f"{number:04}_next.py").write_text(script)
        monkeypatch.setattr(migrations, "SCRIPTS", folder)
        monkeypatch.setattr(schema, "VERSION", number)
        monkeypatch.setattr(schema, "create", create_next)
        made_by.cache_clear()
        monkeypatch.setattr(schema, "READABLE", number)

    yield make
    made_by.cache_clear()


_create = schema.create


def create_next(connection):
    _create(connection)
    connection.execute(text("ALTER TABLE project ADD COLUMN motto TEXT DEFAULT 'onwards'"))


def execute(location, statements):
    database = locate(location)
    writer = database.writer()
    with writer.begin() as connection:
        cursor = connection.connection.cursor()
        for statement in statements.split(";\n"):
            cursor.execute(statement)
    database.close(None, writer)


def described(location, make):
    """Make tables and return everything that the database knows of them."""
    database = locate(location)
    database.reserve()
    writer = database.writer()
    with writer.begin() as connection:
        make(connection)
    with writer.begin() as connection:
        if database.dialect == "sqlite":
            found = connection.execute(text("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name"))
            description = [tuple(re.sub(r"\s+", " ", str(value)) for value in row) for row in found]
        else:
            description = [tuple(row) for query in DESCRIPTION for row in connection.execute(text(query))]
        tables = set(inspect(connection).get_table_names())
    database.close(None, writer)
    assert {"items", "events", "item_words"} <= tables
    return description


DESCRIPTION = [
    """
    SELECT table_name, row_number() OVER (PARTITION BY table_name ORDER BY ordinal_position), column_name, data_type,
           character_maximum_length, is_nullable,
           column_default, is_identity, identity_generation
    FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY 1, 2
    """,
    """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = current_schema()::regnamespace ORDER BY 1, 2
    """,
    """
    SELECT indexname, replace(indexdef, current_schema() || '.', '')
    FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1
    """,
]


def test_a_new_project_is_what_all_migrations_make(store_location):
    assert described(store_location(), schema.create) == described(store_location(), migrations.upgrade)


@pytest.mark.parametrize("store_location", ["postgresql"], indirect=True)  # SQLite tells too little of its columns
def test_the_tables_are_what_the_migrations_say(store_location):
    """Alembic's own comparison: it sees columns and keys that a migration forgot."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    database = locate(store_location())
    database.reserve()
    writer = database.writer()
    with writer.begin() as connection:
        migrations.upgrade(connection)
        assert MigrationContext.configure(connection).get_current_revision() == f"{schema.VERSION:04}"
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _: kind != "table" or name != "item_words"}
        )
        assert compare_metadata(context, schema.metadata) == []
    database.close(None, writer)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_stored_project_is_read(stored, version):
    location = stored(version)
    # Also without bringing it up to date: exports take no lock.
    with Store.open(location, read_only=True) as store:
        check_rows(store)
    with Store.open(location) as store:
        check_content(store)
        with store.writing() as tx:
            assert tx.append([EventRow(None, "uuid-4", "noted", 5.5, 1, 4, {})]) == [4]
            assert tx.add_annotator("Cid", "viewer") == 3
            assert tx.add_items(5, [ItemRow(5, "id-5", {}, "added later", 0.5, 1)]) == 1
        assert store.search("later").tolist() == [5]
        # The log can still name only people who are there.
        with pytest.raises(StoreError, match="refused"), store.writing() as tx:
            tx.append([EventRow(None, "uuid-9", "noted", 5.5, 9, 4, {})])


def check_content(store):
    check_rows(store)
    (ann, _) = store.annotators()
    # Ann's browser stays signed in; Bob was removed.
    assert store.sign_ins() == [SignInRow("hash-ann", 1, ann.created_at)]
    with store.writing() as tx:
        used = tx.use_invitation("hash-invitation", at=3.0)
    assert used == InvitationRow(1, "hash-invitation", "annotator", 1.0, 2e9, 3, 2)


def check_rows(store):
    info = ProjectInfo(
        "5f0c0f0e-0000-4000-8000-000000000001", "Größe, first of its schema", "text", 1.7e9, 2**62, {"opinions": 2}
    )
    assert store.info == info
    texts = ["The quick brown fox", "Zürich in winter", "我们在北京", "nul \0 and \ud800", "the end"]
    shown = [*texts[:3], "nul \ufffd and \ufffd", texts[4]]
    assert list(store.all_items()) == [
        ItemRow(row, f"id-{row}", {"text": texts[row], "n": row / 3, "none": None}, shown[row], (row * 7 % 5) / 5, 0)
        for row in range(5)
    ]
    assert [store.search(query).tolist() for query in ("the", "zurich", "北京", "qui*")] == [[0, 4], [1], [2], [0]]
    assert list(store.events()) == [
        EventRow(1, "uuid-1", "rows_added", 1.5, None, None, {"n_rows": 5, "source": 0}),
        EventRow(2, "uuid-2", "asked", 2.5, 1, 3, {"how": "initial"}),
        EventRow(3, "uuid-3", "answered", 3.5, 1, 3, {"class_id": 1, "note": "\ud800\0é"}),
    ]
    assert [(ranking.version, ranking.metrics) for ranking in store.rankings()] == [
        (version, {"accuracy": version / 10}) for version in range(1, 5)
    ]
    assert store.latest_ranking().blob == b"\x04\0\xff"
    ann, bob = store.annotators()
    assert ann == AnnotatorRow(1, "Ann", "owner", ann.created_at, True)
    assert bob == AnnotatorRow(2, '"Bob"\0', "annotator", bob.created_at, False)


def test_an_older_project_is_upgraded(stored, next_version):
    location = stored(schema.VERSION)
    next_version()
    with pytest.raises(StoreError, match=r"made by an older Querist \(schema \d\). Open it for writing once"):
        Store.open(location, read_only=True)
    with Store.open(location) as store, store._reader.connect() as connection:
        assert connection.execute(text("SELECT motto FROM project")).scalar() == "onwards"
        assert schema.version(connection) == schema.VERSION
    Store.open(location, read_only=True).close()


def test_an_upgrade_that_fails_changes_nothing(stored, next_version, monkeypatch):
    location = stored(schema.VERSION)
    next_version(end="op.execute('nonsense')")
    with pytest.raises(StoreError, match="nothing of this step was saved"):
        Store.open(location)
    monkeypatch.undo()
    with Store.open(location) as store:
        check_content(store)
        with store._reader.connect() as connection:
            assert schema.version(connection) == schema.VERSION
            assert "motto" not in {column["name"] for column in inspect(connection).get_columns("project")}


def test_a_newer_project_is_refused(stored):
    location = stored(schema.VERSION)
    execute(location, "UPDATE alembic_version SET version_num = '0009'")
    for read_only in (True, False):
        with pytest.raises(StoreError, match=rf"newer Querist \(schema 9, this one knows {schema.VERSION}\). Upgrade"):
            Store.open(location, read_only=read_only)
    execute(location, f"UPDATE alembic_version SET version_num = '{schema.VERSION:04}'")
    Store.open(location).close()


def test_alembic_is_imported_for_upgrades_only(tmp_path):
    """Also not where a project is created and opened: it would make half the time that a start takes."""
    code = """if True:
        import sys
        from querist.store import ProjectInfo, Store
        Store.create(sys.argv[1], ProjectInfo("id", "name", "text", 0.0, 0, {})).close()
        Store.open(sys.argv[1]).close()
        print("alembic" in sys.modules)
    """
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "a.querist"], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
