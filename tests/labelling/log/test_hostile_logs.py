"""A log that somebody made up is refused in words, or all that is read from it works; nothing hangs or breaks off."""

import gzip
import io
import json
import random
import sqlite3
from contextlib import closing, suppress
from dataclasses import asdict, is_dataclass
from pathlib import Path

import numpy as np
import pytest
from example_project import make_project
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from querist.exceptions import QueristError, StoreError
from querist.labelling.log.ranking import Ranking
from querist.labelling.log.settings import Settings
from querist.labelling.reading.accuracy_statement import accuracy_statement
from querist.labelling.reading.exports import export
from querist.labelling.reading.figures import all_promises, measured
from querist.labelling.reading.insights import insights
from querist.labelling.reading.project_view import ProjectView
from querist.labelling.reading.row_filter import Filter
from querist.labelling.serving.project import Project
from querist.store import RankingRow, Store

MADE = Path(__file__).parent / "projects" / "everything.querist.gz"
JUNK = [None, True, -1, 0, 1, 7, 10**6, 2**31, 2**40, 2**63 - 1, 10**30, -(2**40), 0.5, -1e300, "", "x", "9", "auto"]
JUNK += [[], [0], [-1], [10**9], [[]], ["a"], {}, {"a": 1}, "eJwBAAD//wAAAAE=", "#0072b2; x", "merged", "auto_label"]


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """The bytes of a project of this version with every kind of event, and its log."""
    path = tmp_path_factory.mktemp("known") / "p.querist"
    path.write_bytes(gzip.decompress(MADE.read_bytes()))
    with Store.open(path) as store:
        events = list(store.events())
    return Known(path.read_bytes(), events)


class Known:
    """Without a representation, which would be long."""

    def __init__(self, whole, events):
        self.whole = whole
        self.events = events


def changes(draw, events):
    """Return what is put in the place of what some events say: (seq, column, value)."""
    made = []
    for _ in range(draw.randint(1, 2)):
        event = draw.choice(events)
        column = draw.choice(["data"] * 8 + ["kind", "row", "annotator"])
        if column == "kind":
            value = draw.choice(sorted({each.kind for each in events}))
        elif column in ("row", "annotator"):
            value = draw.choice([None, 0, 1, 2, 5])
        else:
            value = json.dumps(spoilt(draw, json.loads(json.dumps(event.data))))
        made.append((event.seq, column, value))
    return made


def spoilt(draw, value):
    """Return a JSON value with something else in one of its places."""
    places = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    if not places:
        return draw.choice(JUNK)
    place = draw.choice(places)
    act = draw.choice(["within", "within", "replace", "replace", "drop", "twice"])
    if act == "drop":
        del value[place]
    elif act == "twice" and isinstance(value, list):
        value.append(value[place])
    elif act == "within" and isinstance(value[place], list | dict):
        value[place] = spoilt(draw, value[place])
    else:
        value[place] = draw.choice(JUNK)
    return value


def read_all(project):
    """Read whatever the page and the commands read, as JSON."""
    view, rows = project.view, project.rows
    told = [project.progress(1), measured(view), insights(rows), accuracy_statement(view.board, project="p", now=0.0)]
    told += all_promises(view.board) + view.people_list() + rows.history(1, 100)
    told += [rows.detail(row) for row in range(min(view.board.n_rows, 50))]
    told += [rows.explore(Filter(), sort=sort, offset=0, limit=50) for sort in ("row", "confidence")]
    told += [project.submit(1, "tab", [], holding=[], want=5).result()]
    for each in told:
        json.dumps(asdict(each) if is_dataclass(each) else each, allow_nan=False, default=str)
    export(view, "jsonl", io.BytesIO(), predictions=True)


def placed(whole, folder):
    for left in folder.iterdir():  # of an example that failed
        left.unlink()
    path = folder / "p.querist"
    path.write_bytes(whole)
    return path


def check(path):
    """It is refused in words, or can be used."""
    with suppress(QueristError), Project.open(path, train=False) as project:
        read_all(project)
    assert [each.name for each in path.parent.iterdir()] == [path.name]  # also one that was refused is closed


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_a_log_that_was_changed_is_refused_or_works(known, tmp_path, seed):
    path = placed(known.whole, tmp_path)
    with closing(sqlite3.connect(path)) as connection:
        for seq, column, value in changes(random.Random(seed), known.events):
            connection.execute(f"UPDATE events SET {column} = ? WHERE seq = ?", (value, seq))
        connection.commit()
    check(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(seed=st.integers(0, 2**32))
def test_settings_that_were_changed_are_refused_or_work(known, tmp_path, seed):
    path = placed(known.whole, tmp_path)
    with closing(sqlite3.connect(path)) as connection:
        (told,) = connection.execute("SELECT settings FROM project").fetchone()
        connection.execute(
            "UPDATE project SET settings = ?", (json.dumps(spoilt(random.Random(seed), json.loads(told))),)
        )
        connection.commit()
    check(path)


@pytest.mark.parametrize(
    ("kind", "row", "told", "match"),
    [
        ("rows_added", None, {"n_rows": 10**12}, "adds 1000000000000 rows, and the project has 40"),
        ("rows_added", None, {"n_rows": -5}, "adds -5 rows"),
        ("rows_added", None, {"n_rows": "many"}, "has something else for 'n_rows'"),
        ("answered", None, {"class_id": 0}, "names no row"),
        ("answered", 1, {"class_id": 2**70}, "has something else for 'class_id'"),
        ("answered", 1, {"class_id": 0, "seconds": "long"}, "has something else for 'seconds'"),
        ("classes", None, {"version": 2, "classes": [{"id": 0, "name": "a", "colour": "red"}]}, "colour 'red'"),
        ("classes", None, {"version": 2, "classes": 7}, "does not hold what such an event holds"),
        ("promise_cancelled", None, {"id": "p"}, "promise 'p', which was never made"),
        ("auto_labelled", None, {"id": "p", "n_regions": 1}, "promise 'p', which was never made"),
        ("settings", None, {"changes": {"opinions": "two"}}, "sets opinions to something else"),
        ("measured", None, {"seq": 1, "n_labels": 1, "n_audited": 1, "n_skipped": 0, "accuracy": {}, "running": {},
                            "advice": {}}, "has a figure whose value"),
    ],
)  # fmt: skip
def test_what_no_querist_writes_is_told(tmp_path, kind, row, told, match):
    path = make_project(tmp_path / "p.querist")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO events (uuid, kind, at, row, data) VALUES ('u', ?, 1.0, ?, ?)", (kind, row, json.dumps(told))
        )
        connection.commit()
    with pytest.raises(StoreError, match=rf"Event 3 of the log, '{kind}', .*{match}.*the log is damaged"):
        ProjectView.read(path)


@pytest.mark.parametrize("first", [1, 0])
def test_classes_that_are_merged_in_a_circle(tmp_path, first):
    path = make_project(tmp_path / "p.querist")
    circle = [
        {"id": number, "name": f"c{number}", "colour": "#000000", "state": "merged", "merged_into": into}
        for number, into in ((0, first), (1, 0))
    ]
    with closing(sqlite3.connect(path)) as connection:
        told = json.dumps({"version": 2, "classes": circle})
        connection.execute("INSERT INTO events (uuid, kind, at, data) VALUES ('u', 'classes', 1.0, ?)", (told,))
        connection.commit()
    with pytest.raises(StoreError, match=r"merges class . into .*, which leads nowhere"):
        ProjectView.read(path)


def ranking(n_rows, order, confidence=0.5):
    return Ranking(
        np.array(order, np.int32),
        np.zeros(n_rows, np.int16),
        np.full(n_rows, confidence, np.float32),
        np.zeros(n_rows, np.float32),
    ).to_bytes()


@pytest.mark.parametrize(
    "blob",
    [
        *(b"", b"querist ranking 1\n", ranking(40, [40]), ranking(40, [-1]), ranking(99, [50])),
        *(ranking(40, [1], 7.0), ranking(40, [1])[:-4], ranking(40, [1]) + b"more"),
    ],
)
def test_a_ranking_that_cannot_be_used_is_none(tmp_path, blob):
    path = make_project(tmp_path / "p.querist")
    with Store.open(path) as store, store.writing() as tx:
        tx.save_ranking(RankingRow(1, 2, 0.0, 0, {"strategy": "margin"}, blob))
    with Project.open(path, train=False) as project:
        assert project.view.current is None


def test_leases_that_no_server_wrote_are_passed_over(tmp_path):
    path = make_project(tmp_path / "p.querist")
    with Project.open(path, train=False) as project:
        token, _ = project.people.invite(role="owner").result()
        project.people.join(token, "ada").result()
    held = json.dumps([7, {}, {"row": -1}, {"row": 10**9, "tab": None}])
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO tabs VALUES (1, 't', 4e9, ?)", (held,))
        connection.commit()
    with Project.open(path, train=False) as project:
        assert project.submit(1, "t", [], holding=[], want=1).result().items


@pytest.mark.parametrize(
    "told",
    [
        *({}, {"kind": "film"}, {"kind": "text", "opinions": True}, {"kind": "text", "sources": {}}),
        *({"kind": "text", "sources": [{"path": 3}]}, {"kind": "text", "columns": "text"}),
    ],
)
def test_settings_of_other_types_are_told(told):
    with pytest.raises(StoreError, match="The settings of this project are damaged"):
        Settings.from_dict(told)
