"""Tables that several files make up: named one by one, in folders, in archives."""

import io
import zipfile

import pandas as pd
import pytest

from querist.data import read_problem, read_table
from querist.exceptions import DataError, FileFormatError


def frame(first, n=3):
    return pd.DataFrame({"x": range(first, first + n), "label": ["a", "b", "a"][:n]})


@pytest.fixture
def folder(tmp_path):
    for year, month, first in ((2023, "1", 0), (2023, "2", 3), (2024, "1", 6)):
        place = tmp_path / "data" / f"year={year}" / f"month%20of={month}"
        place.mkdir(parents=True)
        frame(first).to_parquet(place / "part-0.parquet")
    (tmp_path / "data" / "_SUCCESS").touch()
    return tmp_path / "data"


def test_folders_called_key_value_are_columns(folder):
    table = read_table(folder)
    assert table.frame.to_dict("list") == {
        "x": list(range(9)), "label": ["a", "b", "a"] * 3, "year": [2023] * 6 + [2024] * 3,
        "month of": [1] * 3 + [2] * 3 + [1] * 3,
    }  # fmt: skip
    told = " ".join(table.notes)
    assert "3 files read as one table" in told
    assert "the names of the folders (year=...) are the column 'year'" in told


def test_a_gap_among_the_names_of_folders_and_a_column_that_is_there_already(folder):
    place = folder / "year=__HIVE_DEFAULT_PARTITION__" / "month%20of=3"
    place.mkdir(parents=True)
    frame(9).to_parquet(place / "part.parquet")
    assert read_table(folder).frame["year"].isna().tolist() == [False] * 9 + [True] * 3
    for place in folder.rglob("*.parquet"):
        pd.read_parquet(place).assign(year=1999).to_parquet(place)
    table = read_table(folder)
    assert set(table.frame["year"]) == {1999}
    assert "column 'year' is taken from the files" in " ".join(table.notes)


def test_folders_of_another_depth_differ_in_their_columns(folder):
    frame(9).to_parquet(folder / "year=2024" / "more.parquet")
    with pytest.raises(DataError, match=r"month of=|more\.parquet"):
        read_table(folder)


def test_a_folder_without_keys_is_not_looked_into(tmp_path):
    (tmp_path / "data" / "train").mkdir(parents=True)
    frame(0).to_parquet(tmp_path / "data" / "train" / "a.parquet")
    with pytest.raises(FileFormatError, match="It has the folders train: name one"):
        read_table(tmp_path / "data")


def archive(path, **files):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as held:
        for name, content in files.items():
            held.writestr(name.replace("_", "."), content)
    path.write_bytes(target.getvalue())
    return path


def test_an_archive_of_parts(tmp_path):
    path = archive(tmp_path / "t.zip", a_csv="x,label\n1,a\n2,b\n", b_csv="x,label\n3,a\n")
    table = read_table(path)
    assert table.frame.to_dict("list") == {"x": [1, 2, 3], "label": ["a", "b", "a"]}
    assert (table.path, table.parts) == (path, ())
    assert "2 files read as one table: a.csv, b.csv" in table.notes
    with pytest.raises(DataError, match=r"t\.zip/b\.csv lacks x and has z in addition; the columns must be those of"):
        read_table(archive(path, a_csv="x,label\n1,a\n", b_csv="z,label\n3,a\n"))
    with pytest.raises(FileFormatError, match=r"t\.zip/b\.csv, line 2"):
        read_table(archive(path, a_csv="x,label\n1,a\n", b_csv="x,label\n3\n"))


def test_files_and_folders_named_one_by_one(tmp_path, folder):
    names = []
    for name, first in (("a", 0), ("b", 3)):
        names.append(tmp_path / f"{name}.csv")
        frame(first).to_csv(names[-1], index=False)
    table = read_table(names)
    assert table.frame["x"].tolist() == list(range(6))
    assert table.parts == ((names[0], 3), (names[1], 3))
    problem = read_problem(names * 4, "label")
    assert problem.X.shape[0] == 24
    more = tmp_path / "more"
    more.mkdir()
    frame(6).to_csv(more / "c.csv", index=False)
    assert read_table([*names, more]).parts[-1] == (more, 3)
    with pytest.raises(DataError, match=r"data has year, month of in addition; the columns must be those of .*a\.csv"):
        read_table([names[0], folder])
    with pytest.raises(DataError, match="No file is named"):
        read_table([])
