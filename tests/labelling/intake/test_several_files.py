"""Several files as one project: each is known by itself, as if its rows had been added later."""

import pytest

from querist.exceptions import DataError, StoreError
from querist.labelling.intake.add import add_file
from querist.labelling.intake.create import import_rows
from querist.labelling.intake.guess import guess_plan
from querist.labelling.intake.source_check import check_sources
from querist.labelling.log.board import Board
from querist.labelling.log.settings import Settings
from querist.labelling.serving.resume import resume
from querist.store import Store


def rows(path, numbers, amount="1,5"):
    lines = "".join(f"this is the text of row {number};{amount};\n" for number in numbers)
    path.write_text(f"text;amount;label\n{lines}")
    return path


@pytest.fixture
def files(tmp_path):
    return [rows(tmp_path / "a.csv", range(4)), rows(tmp_path / "b.csv", range(4, 6), "2")]


def test_each_file_is_a_source(tmp_path, files):
    import_rows(guess_plan(files), tmp_path / "p.querist")
    with Store.open(tmp_path / "p.querist") as store:
        settings = Settings.from_dict(store.info.settings)
        assert [(each.path, each.first_row, each.n_rows) for each in settings.sources] == [
            ("a.csv", 0, 4), ("b.csv", 4, 2),
        ]  # fmt: skip
        items = store.items(list(range(6)))
        assert [item.source for item in items] == [0, 0, 0, 0, 1, 1]
        assert [item.content["amount"] for item in items] == [1.5] * 4 + [2.0] * 2  # read in one style
        assert Board.of(store.events()).n_rows == 6
        assert check_sources(store) == []
        files[1].rename(tmp_path / "c.csv")
        assert "b.csv is now" in " ".join(check_sources(store))
    resume(tmp_path / "p.querist", [files[0], tmp_path / "c.csv"], asked={}, changes={})
    other = rows(tmp_path / "d.csv", [9])
    with pytest.raises(StoreError, match=r"not of .*d\.csv"):
        resume(tmp_path / "p.querist", [files[0], other], asked={}, changes={})


def test_several_files_are_added_at_once(tmp_path, files):
    import_rows(guess_plan(files[0]), tmp_path / "p.querist")
    more = rows(tmp_path / "c.csv", [7])
    rows(files[0], range(5))
    added = add_file(tmp_path / "p.querist", [files[0], files[1], more])
    assert (added.n_added, added.n_known, added.n_rows) == (4, 4, 8)
    with Store.open(tmp_path / "p.querist") as store:
        settings = Settings.from_dict(store.info.settings)
        assert [(each.path, each.first_row, each.n_rows) for each in settings.sources] == [
            ("a.csv", 0, 4), ("a.csv", 4, 1), ("b.csv", 5, 2), ("c.csv", 7, 1),
        ]  # fmt: skip
        assert [item.source for item in store.items(list(range(8)))] == [0, 0, 0, 0, 1, 2, 2, 3]
        assert Board.of(store.events()).n_rows == 8
    assert add_file(tmp_path / "p.querist", files).n_added == 0


def test_the_file_that_differs_is_named(tmp_path, files):
    files[1].write_text("text;other;label\na b c;1;\n")
    with pytest.raises(DataError, match=r"b\.csv lacks amount and has other in addition"):
        guess_plan(files)
