"""A project of a stranger: nothing in it is run, nothing that it keeps is believed unseen, and all is told in words."""

import random
import sqlite3
from contextlib import closing, suppress

import pytest

from querist.exceptions import StoreError
from querist.store import EventRow, ItemRow, ProjectInfo, Store
from querist.store.sqlite_file import connect

INFO = ProjectInfo("id", "name", "text", 0.0, 0, {})
FOREIGN = {
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON events BEGIN UPDATE events SET data = '{}'; END",
    "a view": "CREATE VIEW v AS SELECT 1",
    "a view in the place of a table": "DROP TABLE rankings; CREATE VIEW rankings AS WITH RECURSIVE n(i) AS "
    "(SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS version, 1 AS seq, 1.0 AS created_at, 1 AS n_labels, "
    "'{}' AS metrics, NULL AS blob FROM n",
    "a table": "CREATE TABLE t (a)",
    "a column that is computed": "ALTER TABLE tabs ADD COLUMN c GENERATED ALWAYS AS (length(held))",
    "one more column": "ALTER TABLE tabs ADD COLUMN c",
    "an index on an expression": "CREATE INDEX i ON events (length(data))",
    "an index": "CREATE INDEX i ON events (kind)",
    "another virtual table": "CREATE VIRTUAL TABLE w USING fts5(a)",
    "another search table": "DROP TABLE item_words; CREATE VIRTUAL TABLE item_words USING fts5(words)",
    "a table that is missing": "DROP TABLE tabs",
    "a table without its checks": "DROP TABLE tabs; CREATE TABLE tabs (annotator, tab, at, held)",
    "the version as a view": "DROP TABLE alembic_version; CREATE VIEW alembic_version AS SELECT '0002' AS version_num",
    "the version with a computed column": "DROP TABLE alembic_version; "
    "CREATE TABLE alembic_version (version_num AS ('0002'), a)",
}
WRONG = {
    "text for a time": "UPDATE events SET at = 'noon'",
    "infinity": "UPDATE events SET at = 9e999",
    "bytes for a uuid": "UPDATE events SET uuid = x'00'",
    "text for a row": "UPDATE events SET row = 'first'",
    "a row that is not there": "UPDATE events SET row = 77",
    "a person who is not there": "UPDATE events SET annotator = 77",
    "a number for JSON": "UPDATE project SET settings = x'00'",
    "half a row": "UPDATE items SET audit_number = 'x' WHERE row = 1",
    "rows with a gap": "UPDATE items SET row = 9 WHERE row = 2",
    "rows that begin late": "UPDATE items SET row = row + 5",
    "a boolean of two": "INSERT INTO annotators (name, role, %s created_at, active) VALUES ('a', 'owner', %s 0.0, 2)",
}
BAD_JSON = {
    "half": '{"a": ',
    "NaN": '{"a": NaN}',
    "infinity": '{"a": -Infinity}',
    "more than any number": '{"a": 1e400}',
    "many digits": '{"a": ' + "9" * 5000 + "}",
    "deep": "[" * 100_000 + "]" * 100_000,
    "a list": "[1]",
    "a word": '"a"',
    "nothing": "null",
}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "p.querist"
    with Store.create(path, INFO) as store:
        fill(store)
    return path


def fill(store):
    with store.writing() as tx:
        tx.add_items(0, [ItemRow(row, "", {"text": "word"}, "word", 0.5, 0) for row in range(3)])
        tx.append([EventRow(None, "a", "asked", 0.0, None, 1, {"how": "audit"})])


def change(path, statements):
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(statements)
        connection.commit()


def refused(location, match):
    for read_only in (True, False):
        with pytest.raises(StoreError, match=match):
            Store.open(location, read_only=read_only)


@pytest.mark.parametrize("what", FOREIGN)
def test_only_the_tables_of_querist_are_opened(path, what):
    change(path, FOREIGN[what])
    refused(path, "is not opened: .*Another program has changed this project|is not a project of Querist")


def test_what_another_program_writes_with_other_blanks_is_the_same(path):
    change(
        path,
        "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = "
        """'CREATE  TABLE "project" ("project_id" text NOT NULL,"name" text NOT NULL,[kind] TEXT not null,"""
        """ `created_at` DOUBLE NOT NULL, seed BIGINT NOT NULL, settings TEXT NOT NULL,"""
        """ CONSTRAINT project_pkey PRIMARY KEY (project_id))' WHERE name = 'project'""",
    )
    Store.open(path).close()


@pytest.mark.parametrize("what", WRONG)
def test_values_of_the_wrong_kind_are_refused(path, what):
    with closing(sqlite3.connect(path)) as connection:
        has_token = "token_hash" in str(
            connection.execute("SELECT sql FROM sqlite_master WHERE name = 'annotators'").fetchall()
        )
    statement = WRONG[what]
    change(path, statement % (("token_hash,", "'h',") if has_token else ("", "")) if "%s" in statement else statement)
    refused(path, "is damaged: ")


@pytest.mark.parametrize("what", BAD_JSON)
def test_json_that_is_none_is_told(store_location, what):
    from sqlalchemy import text

    location = store_location()
    with Store.create(location, INFO) as store:
        fill(store)
        with store._writer.begin() as connection:
            connection.execute(text("UPDATE events SET data = :data"), {"data": BAD_JSON[what]})
        with pytest.raises(StoreError, match="is damaged and cannot be read"):
            list(store.events())


def test_a_connection_runs_nothing_and_looks_at_sizes(path):
    with closing(connect(path, "rw")) as connection:
        found = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("trusted_schema", "cell_size_check", "mmap_size")
        }
        assert found == {"trusted_schema": 0, "cell_size_check": 1, "mmap_size": 0}
        with pytest.raises(sqlite3.OperationalError, match="too many attached"):
            connection.execute("ATTACH ':memory:' AS other")


@pytest.mark.parametrize("seed", range(20))
def test_random_damage_is_told_or_does_no_harm(path, seed):
    """Never a traceback: a StoreError, or it can be read."""
    draw = random.Random(seed)
    data = bytearray(path.read_bytes())
    if draw.random() < 0.3:
        data = data[: draw.randrange(100, len(data))]
    for _ in range(200):
        data[draw.randrange(len(data))] = draw.randrange(256)
    path.write_bytes(data)
    with suppress(StoreError), Store.open(path, read_only=True) as store:
        assert store.info.project_id
        list(store.all_items()), list(store.events()), store.search("word"), store.annotators(), store.tabs(0.0)


def test_a_project_that_takes_long_to_look_through_is_opened_all_the_same(path, monkeypatch):
    monkeypatch.setattr("querist.store.contents._SECONDS", -1.0)
    monkeypatch.setattr("querist.store.sqlite_file._STEPS", 1)
    with Store.open(path) as store:
        assert store.n_items == 3


HANGING_ON = {
    "a trigger": "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; "
    "CREATE TRIGGER t BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION f()",
    "a rule": "CREATE RULE r AS ON INSERT TO events DO INSTEAD NOTHING",
    "a view": "DROP TABLE rankings; CREATE VIEW rankings AS SELECT 1 AS version",
    "the version as a view": "DROP TABLE alembic_version; CREATE VIEW alembic_version AS SELECT '0002' AS version_num",
    "row level security": "ALTER TABLE events ENABLE ROW LEVEL SECURITY",
    "a column that is computed": "ALTER TABLE events ADD COLUMN c text GENERATED ALWAYS AS (upper(data)) STORED",
    "a default that is computed": "ALTER TABLE events ALTER COLUMN data SET DEFAULT upper('a')",
    "an index on an expression": "CREATE INDEX i ON events (upper(data))",
    "an index on a part": "CREATE INDEX i ON events (kind) WHERE length(data) > 3",
    "a check": "ALTER TABLE events ADD CONSTRAINT events_role_check CHECK (length(data) > 0)",
    "a type of its own": "CREATE DOMAIN d AS text CHECK (length(VALUE) > 0); ALTER TABLE events ALTER kind TYPE d",
    "a table that inherits": "CREATE TABLE more () INHERITS (rankings)",
    "a table that may lose rows": "ALTER TABLE rankings SET UNLOGGED",
}


@pytest.mark.parametrize("store_location", ["postgresql"], indirect=True)
@pytest.mark.parametrize("what", HANGING_ON)
def test_nothing_hangs_on_the_tables_of_a_database(store_location, what):
    from querist.store.database import locate

    location = store_location()
    with Store.create(location, INFO) as store:
        fill(store)
    Store.open(location).close()
    database = locate(location)
    writer = database.writer()
    with writer.begin() as connection:
        for statement in HANGING_ON[what].split("; ") if "FUNCTION" not in HANGING_ON[what] else [HANGING_ON[what]]:
            connection.exec_driver_sql(statement)
    database.close(None, writer)
    refused(location, "is not opened: .*Another program has changed this project")
