"""Rows into a project: whole, exact, or not at all."""

import json
import os
import signal
import subprocess
import sys
import textwrap

import numpy as np
import pandas as pd
import pytest

from querist.audit.order import audit_numbers
from querist.exceptions import StoreError
from querist.labelling.intake.create import import_rows
from querist.labelling.intake.guess import guess_plan
from querist.labelling.intake.new_project import clear_leftovers, has_project
from querist.labelling.log.settings import Settings
from querist.store import Store

HOSTILE = [
    "<script>alert(1)</script> and more words", "a\u0000b c d e", "\ud800 half a pair of words", "x" * 100_000,
    "שלום עולם how are you", "😀 emoji with some words", "=SUM(A1:A9) is a formula here", "line\nbreaks\r\nare kept",
]  # fmt: skip


def write_texts(folder, n=20, name="data.csv"):
    path = folder / name
    texts = [f"this is the review with number {number} of a list" for number in range(n)]
    pd.DataFrame({"id": [f"r{i}" for i in range(n)], "review": texts, "stars": np.arange(n) % 5}).to_csv(
        path, index=False
    )
    return path


def test_rows_come_out_as_they_went_in(tmp_path, store_location):
    records = [
        {
            "words": text,
            "count": [1, None, 3, 2**53, 5, 6, 7, 8][row],
            "number": 2**60 + row,
            "share": [0.1, None, 1e300, 2.5, 1.0, 0.0, -1.5, 3.0][row],
            "yes": row % 2 == 0,
            "day": "2024-01-31" if row < 7 else None,
            "moment": "2024-01-31T12:30:00",
            "word": "ab"[row % 2],
        }
        for row, text in enumerate(HOSTILE)
    ]
    path = tmp_path / "data.jsonl"
    path.write_text("\n".join(map(json.dumps, records)))
    location = store_location()
    import_rows(guess_plan(path, text=["words"]), location)
    with Store.open(location) as store:
        items = list(store.all_items())
        assert [item.content for item in items] == records
        assert [list(item.content) for item in items] == [list(each) for each in records]
        assert [item.item_id for item in items] == [str(number) for number in range(1, 9)]
        assert [item.source for item in items] == [0] * 8
        assert items[4].text == HOSTILE[4]


def test_types_of_a_parquet_file_become_json(tmp_path):
    import datetime
    import decimal

    path = tmp_path / "data.parquet"
    pd.DataFrame(
        {
            "n": pd.array([1, None], dtype="Int64"),
            "gaps": [2.0, None],
            "floats": [2.0, 3.0],
            "infinite": [np.inf, 1.5],
            "price": [decimal.Decimal("1.25"), decimal.Decimal("3")],
            "day": [datetime.date(2024, 1, 31), None],
            "zone": pd.to_datetime(["2024-01-31T12:00:00+02:00", None]),
            "group": pd.Categorical(["a", None]),
        }
    ).to_parquet(path)
    plan = guess_plan(path)
    assert plan.source.columns == {
        "n": [1, None], "gaps": [2, None], "floats": [2.0, 3.0], "infinite": ["inf", 1.5], "price": [1.25, 3],
        "day": ["2024-01-31", None], "zone": ["2024-01-31T12:00:00+02:00", None], "group": ["a", None],
    }  # fmt: skip
    assert type(plan.source.columns["floats"][0]) is float
    assert any("1 infinite" in note for note in plan.notes)


def test_the_project_knows_its_data(tmp_path, store_location):
    path = write_texts(tmp_path)
    location = store_location()
    import_rows(guess_plan(path, labels=["good", "bad"]), location, seed=7)
    with Store.open(location) as store:
        settings = Settings.from_dict(store.info.settings)
        assert (store.info.name, store.info.kind, store.info.seed) == ("data", "text", 7)
        assert (settings.text_columns, settings.id_column) == (("review",), "id")
        assert (settings.sources[0].n_rows, settings.sources[0].first_row) == (20, 0)
        assert settings.sources[0].path == ("data.csv" if store.dialect == "sqlite" else str(path))
        assert [item.item_id for item in store.items([0, 19])] == ["r0", "r19"]
        assert [event.kind for event in store.events()] == ["rows_added", "classes"]
        classes = next(store.events(kinds=["classes"])).data
        assert [each["name"] for each in classes["classes"]] == ["good", "bad"]
        assert classes["version"] == 1
        assert store.search("number 7").tolist() == [7]


def test_labels_already_given_are_answers_by_nobody(tmp_path):
    path = tmp_path / "data.csv"
    texts = [f"some words that make up text {number}" for number in range(6)]
    pd.DataFrame({"text": texts, "label": ["b", None, "a", " a ", "b", None]}).to_csv(path, index=False)
    import_rows(guess_plan(path), tmp_path / "p.querist")
    with Store.open(tmp_path / "p.querist") as store:
        answers = list(store.events(kinds=["answered"]))
        names = {0: "a", 1: "b"}
        assert [(each.row, names[each.data["class_id"]]) for each in answers] == [
            (0, "b"),
            (2, "a"),
            (3, "a"),
            (4, "b"),
        ]
        assert {(each.annotator, each.data["how"], each.data["class_version"]) for each in answers} == {
            (None, "import", 1)
        }
        assert len({each.uuid for each in answers}) == 4


def test_the_permanent_number_of_a_row_depends_on_seed_and_row_alone(tmp_path):
    numbers = audit_numbers(3, np.arange(10_000))
    assert (audit_numbers(3, np.arange(4_000, 10_000)) == numbers[4_000:]).all()
    assert (audit_numbers(4, np.arange(10_000)) != numbers).all()
    assert ((numbers >= 0) & (numbers < 1)).all()
    counts = np.histogram(numbers, bins=10, range=(0, 1))[0]
    assert (np.abs(counts - 1000) < 150).all()
    import_rows(guess_plan(write_texts(tmp_path)), tmp_path / "p.querist", seed=3)
    with Store.open(tmp_path / "p.querist") as store:
        assert (store.audit_numbers() == numbers[:20]).all()


def test_images_lie_where_the_project_finds_them(tmp_path):
    folder = tmp_path / "pictures"
    (folder / "deep").mkdir(parents=True)
    for name in ["b.png", "deep/a.png"]:
        (folder / name).write_bytes(b"x")
    import_rows(guess_plan(folder), tmp_path / "p.querist")
    with Store.open(tmp_path / "p.querist") as store:
        source = Settings.from_dict(store.info.settings).sources[0]
        assert (source.path, source.images, source.folder, source.size) == ("pictures", "pictures", True, 2)
        assert [item.item_id for item in store.all_items()] == ["b.png", "deep/a.png"]


def test_what_is_there_is_never_overwritten(tmp_path, store_location):
    plan = guess_plan(write_texts(tmp_path))
    location = store_location()
    import_rows(plan, location)
    with pytest.raises(StoreError, match="already"):
        import_rows(plan, location)
    with Store.open(location) as store:
        assert store.n_items == 20
    (tmp_path / "notes.querist").write_text("mine")
    with pytest.raises(StoreError, match="exists already"):
        import_rows(plan, tmp_path / "notes.querist")
    assert (tmp_path / "notes.querist").read_text() == "mine"


def test_two_imports_at_once_make_one_project(tmp_path):
    plan = guess_plan(write_texts(tmp_path))

    def meanwhile(done, total, label):
        (tmp_path / "p.querist").write_text("the other import was faster")

    with pytest.raises(StoreError, match="exists already"):
        import_rows(plan, tmp_path / "p.querist", progress=meanwhile)
    assert (tmp_path / "p.querist").read_text() == "the other import was faster"
    assert {item.name for item in tmp_path.iterdir()} == {"data.csv", "p.querist"}


def test_a_drive_without_hard_links(tmp_path, monkeypatch):
    def refuse(old, new):
        raise PermissionError("not here")

    monkeypatch.setattr("os.link", refuse)
    import_rows(guess_plan(write_texts(tmp_path)), tmp_path / "p.querist")
    with Store.open(tmp_path / "p.querist") as store:
        assert store.n_items == 20
    with pytest.raises(StoreError, match="exists already"):
        import_rows(guess_plan(tmp_path / "data.csv"), tmp_path / "p.querist")


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(StoreError, match=r"no folder .*nowhere"):
        import_rows(guess_plan(write_texts(tmp_path)), tmp_path / "nowhere" / "p.querist")


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_import_that_is_stopped_leaves_nothing(tmp_path, store_location, error):
    path = write_texts(tmp_path, 5000)
    location = store_location()
    before = sorted(tmp_path.iterdir())

    def stop(done, total, label):
        if done >= 3000:
            raise error

    with pytest.raises(error):
        import_rows(guess_plan(path), location, progress=stop)
    assert sorted(tmp_path.iterdir()) == before
    assert not has_project(location)
    import_rows(guess_plan(path), location)
    assert has_project(location)
    with Store.open(location) as store:
        assert store.n_items == 5000
        assert [event.kind for event in store.events()] == ["rows_added"]


def run_import(code, *words):
    script = """
import sys
from querist.labelling.intake.guess import guess_plan
from querist.labelling.intake.create import import_rows
"""
    command = [sys.executable, "-c", script + textwrap.dedent(code), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot kill a process by signal")
def test_a_killed_import_leaves_no_project_and_the_next_one_cleans_up(tmp_path, store_location):
    path, location = write_texts(tmp_path, 5000), store_location()
    killed = run_import(
        """
        import os, signal
        def stop(done, total, label):
            if done >= 3000:
                os.kill(os.getpid(), signal.SIGKILL)
        import_rows(guess_plan(sys.argv[1]), sys.argv[2], progress=stop)
        """,
        path, location,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert not has_project(location)
    import_rows(guess_plan(path), location)
    with Store.open(location) as store:
        assert store.n_items == 5000
    assert {item.name for item in tmp_path.iterdir()} <= {"data.csv", "0.querist"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
def test_a_full_disk_is_told_and_leaves_nothing(tmp_path):
    path = write_texts(tmp_path, 5000)
    full = run_import(
        """
        import resource
        from querist.exceptions import StoreWriteError
        plan = guess_plan(sys.argv[1])
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
        try:
            import_rows(plan, sys.argv[2])
        except StoreWriteError as error:
            print(error)
        """,
        path, tmp_path / "p.querist",
    )  # fmt: skip
    assert "space" in full.stdout, full.stderr
    assert [item.name for item in tmp_path.iterdir()] == ["data.csv"]


@pytest.mark.skipif(sys.platform == "win32", reason="there an open file says that its import goes on")
def test_only_leftovers_of_dead_imports_are_removed(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    ours = [f".p.querist.tmp-{dead.pid}{ending}" for ending in ("", "-wal", ".lock")]
    others = [f".p.querist.tmp-{os.getppid()}", ".p.querist.tmp-mine", f".q.querist.tmp-{dead.pid}", "p.querist-wal"]
    for name in ours + others:
        (tmp_path / name).write_bytes(b"x")
    clear_leftovers(tmp_path / "p.querist")
    assert {item.name for item in tmp_path.iterdir()} == set(others)


def test_settings_keep_what_a_newer_version_wrote():
    settings = Settings("text", columns=("a",), strategy="entropy")
    values = settings.to_dict() | {"colour_of_the_sky": "blue"}
    read = Settings.from_dict(values)
    assert read.to_dict() == values
    assert (read.columns, read.strategy_in_use) == (("a",), "entropy")
    assert Settings("text").strategy_in_use == "margin"
