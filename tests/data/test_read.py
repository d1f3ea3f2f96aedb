"""Files of every kind: written by another library, read back, damaged."""

import datetime
import gzip
import io
import json

import numpy as np
import openpyxl
import pandas as pd
import pytest
import scipy.sparse
from sklearn.datasets import dump_svmlight_file

from querist.data import read_table
from querist.exceptions import DataError, FileFormatError

FRAME = pd.DataFrame(
    {"size": [1, 2, 3], "share": [0.5, np.nan, 2.0], "word": ["None", "x", "007"], "ok": [True, False, True]}
)


def as_bytes(write):
    buffer = io.BytesIO()
    write(buffer)
    return buffer.getvalue()


def workbook(rows, more=()):
    book = openpyxl.Workbook()
    book.active.title = "data"
    for row in rows:
        book.active.append(row)
    for name in more:
        book.create_sheet(name).append(["z"])
    return as_bytes(book.save)


CONTENT = {
    "t.csv": lambda: FRAME.to_csv(index=False).encode(),
    "t.tsv": lambda: FRAME.to_csv(index=False, sep="\t").encode(),
    "t.txt": lambda: FRAME.to_csv(index=False, sep="|").encode(),
    "t.xlsx": lambda: workbook([list(FRAME.columns), *FRAME.astype(object).where(FRAME.notna(), None).values.tolist()]),
    "t.parquet": lambda: as_bytes(FRAME.to_parquet),
    "t.jsonl": lambda: FRAME.to_json(orient="records", lines=True).encode(),
    "t.ndjson": lambda: FRAME.to_json(orient="records", lines=True).encode(),
    "t.json": lambda: FRAME.to_json(orient="records").encode(),
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", CONTENT)
def test_a_table_comes_back_from_every_format(put, name, packed):
    data = CONTENT[name]()
    table = read_table(put(name + ".gz" * packed, gzip.compress(data, mtime=0) if packed else data))
    assert table.n_rows == 3
    assert table.frame["size"].tolist() == [1, 2, 3]
    np.testing.assert_array_equal(table.frame["share"].to_numpy(float), [0.5, np.nan, 2.0])
    assert table.frame["word"].tolist() == ["None", "x", "007"]
    assert table.frame["ok"].dtype == bool
    assert ("unpacked gzip" in table.notes) == packed


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("density", [0.05, 0.9])
@pytest.mark.parametrize("zero_based", [False, True])
def test_libsvm_comes_back(put, density, zero_based, packed):
    X = scipy.sparse.random(40, 12, density, format="lil", random_state=0)
    X[0, 0] = X[0, 11] = 1.5
    y = np.arange(40) % 3
    data = as_bytes(lambda f: dump_svmlight_file(X.tocsr(), y, f, zero_based=zero_based))
    table = read_table(put("t.svm" + ".gz" * packed, gzip.compress(data, mtime=0) if packed else data))
    assert scipy.sparse.issparse(table.matrix) == (density < 0.2)
    np.testing.assert_allclose(scipy.sparse.csr_matrix(table.matrix).toarray(), X.toarray())
    assert table.labels.tolist() == y.tolist()
    assert table.first_feature == (0 if zero_based else 1)


def test_npz_comes_back(put):
    X, y = np.arange(6.0).reshape(3, 2), np.array(["a", "b", "a"])
    table = read_table(put("t.npz", as_bytes(lambda file: np.savez(file, X=X, y=y))))
    np.testing.assert_array_equal(table.matrix, X)
    assert table.labels.tolist() == ["a", "b", "a"]


def test_capitals_in_the_ending(put):
    assert read_table(put("T.CSV", "a,b\n1,2\n")).n_rows == 1


def npz(**arrays):
    return as_bytes(lambda file: np.savez(file, **arrays))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv.gz", b"a,b\n1,2\n", "cannot be unpacked"),
        ("t.csv.gz", gzip.compress(b"a,b\n1,2\n" * 99, mtime=0)[:-9], "cannot be unpacked"),
        ("t.docx", b"x", r"extension .\.docx. is not known. Known: .csv, .tsv"),
        ("t", b"x", "is not known"), ("t.gz", b"x", "is not known"),
        ("t.xlsx", b"no spreadsheet", "not a spreadsheet that can be read"),
        ("t.xlsx", workbook([]), "is empty"),
        ("t.xlsx", workbook([["a", "b"]]), "header but no row"),
        ("t.xlsx", workbook([["a", "a"], [1, 2]]), "columns 1 and 2 are both called 'a'"),
        ("t.parquet", b"PAR1 no more", "not a Parquet file"),
        ("t.parquet", as_bytes(FRAME[:0].to_parquet), "header but no row"),
        ("t.jsonl", '{"a": 1}\n{"a": \n', "line 2: not JSON"),
        ("t.jsonl", '{"a": 1}\n\n[1]\n', "line 3: expected an object .* got a list"),
        ("t.jsonl", '{"a": "é"}\n'.encode("latin-1"), "line 1: byte 7 is not UTF-8"),
        ("t.jsonl", "{}\n{}\n", "no fields"),
        ("t.json", '{"a": [1, 2], "b": 3}', "expected a list of objects, .* an object of another shape"),
        ("t.json", '[{"a": 1}, 3]', "row 2: expected an object .* got a number"),
        ("t.json", "[]", "holds no object"),
        ("t.svm", "1 1:2\n0 x:3\n", "line 2: "), ("t.svm", "1,2 1:2\n", "line 1: "), ("t.svm", "1\n0\n", "no feature"),
        ("t.svm", "1 1:2 1:3 0:1\n", "line 1: "), ("t.svm", "# nothing\n", "is empty|no feature"),
        ("t.npz", npz(X=np.eye(2)), r"needs arrays X and y; it holds X"),
        ("t.npz", npz(X=np.eye(2), y=np.array([{}, {}], object)), "Objects are refused"),
        ("t.npz", npz(X=np.eye(2), y=np.arange(3)), r"got shapes \(2, 2\) and \(3,\)"),
        ("t.npz", npz(X=np.ones((2, 2, 2)), y=np.arange(2)), "X.reshape"),
        ("t.npz", npz(X=np.array([["a"], ["b"]]), y=np.arange(2)), "must hold numbers"),
        ("t.npz", npz(X=np.ones((2, 0)), y=np.arange(2)), "X is empty"),
        ("t.npz", b"no archive", "not an NPZ file"),
        ("t.npz", npz(X=np.eye(2), y=np.arange(2))[:-80], "not an NPZ file"),
    ],
)  # fmt: skip
def test_damage_is_named(put, name, content, message):
    path = put(name, content)
    with pytest.raises(DataError, match=message) as caught:
        read_table(path)
    assert name in str(caught.value)


@pytest.mark.parametrize("name", [*CONTENT, "t.svm", "t.npz", "t.ods", "t.xls", "t.libsvm"])
def test_an_empty_file_of_every_kind(put, name):
    with pytest.raises(FileFormatError, match="is empty"):
        read_table(put(name, b""))


def test_no_file_a_folder_and_no_sheet(tmp_path, put):
    put("near.csv", "a,b\n1,2\n")
    with pytest.raises(FileFormatError, match=r"There is no file .*far.csv. There is near.csv"):
        read_table(tmp_path / "far.csv")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileFormatError, match="is a folder without a table"):
        read_table(tmp_path / "empty")
    with pytest.raises(FileFormatError, match="not a spreadsheet, so it has no sheet 'x'"):
        read_table(tmp_path / "near.csv", sheet="x")


def test_sheets(put):
    path = put("t.xlsx", workbook([["a"], [1]], more=["other"]))
    assert "read the first sheet, 'data', of 2; the others are other (--sheet, sheet=)" in read_table(path).notes
    assert read_table(put("u.xlsx", workbook([["a"], [1]]))).notes == ()
    with pytest.raises(FileFormatError, match=r"has no sheet 'x'\. It has: data, other"):
        read_table(path, sheet="x")


def test_cells_of_spreadsheets_keep_their_kinds(put):
    day = datetime.datetime(2024, 5, 6)
    rows = [["n", "x", "day", "mixed", "", "void"], [1, 1.5, day, 1, 7, None], [2, None, day, "a", 8, None], [None] * 6]
    table = read_table(put("t.xlsx", workbook(rows)))
    frame = table.frame
    assert frame["n"].dtype == np.int64
    assert frame["x"].dtype == np.float64
    assert frame["day"].dtype.kind == "M"
    assert frame["mixed"].tolist() == [1, "a"]
    assert frame["column 5"].tolist() == [7, 8]
    assert frame["void"].isna().all()
    assert len(frame) == 2
    assert "column 5 has no name" in " ".join(table.notes)


def test_json_texts_with_odd_line_separators(put):
    record = {"a": "one\u2028two\u0085three", "b": None}
    table = read_table(put("t.jsonl", json.dumps(record, ensure_ascii=False) + "\n" + '{"a": "x"}\n'))
    assert table.frame["a"].tolist() == [record["a"], "x"]
    assert "field 'b' is absent in 1 of 2 objects" in " ".join(table.notes)


def test_no_digit_of_a_json_number_is_lost(put):
    table = read_table(put("t.jsonl", '{"a": 9007199254740993, "b": 9007199254740993}\n{"a": 1}\n'))
    assert table.frame["a"].tolist() == [9007199254740993, 1]
    assert table.frame["b"].tolist() == ["9007199254740993", None]


def test_a_named_index_of_parquet_becomes_a_column(put):
    frame = FRAME.set_index("word")
    assert "word" in read_table(put("t.parquet", as_bytes(frame.to_parquet))).frame.columns


@pytest.mark.parametrize(("name", "shape"), [("sonar", (208, 60)), ("german", (1000, 24)), ("ionosphere", (351, 34))])
def test_real_libsvm_files(real_data, name, shape):
    table = read_table(real_data / "lu2023" / f"{name}.svm")
    assert table.matrix.shape == shape
    assert set(np.unique(table.labels)) == {-1.0, 1.0}


@pytest.mark.parametrize("name", ["deep.json", "deep.jsonl"])
def test_json_nested_too_deeply_is_told(tmp_path, name):
    (tmp_path / name).write_bytes(b"[" * 100_000)
    with pytest.raises(FileFormatError, match="nested too deeply"):
        read_table(tmp_path / name)


def test_a_number_too_long_for_python_is_told(tmp_path):
    (tmp_path / "long.json").write_bytes(b'[{"a": ' + b"9" * 5000 + b"}]")
    with pytest.raises(FileFormatError, match="not JSON"):
        read_table(tmp_path / "long.json")


def test_the_page_about_files_names_every_ending_and_packing():
    from pathlib import Path

    from querist.data.packed import _PACKINGS
    from querist.data.read import READERS

    page = (Path(__file__).parents[2] / "docs/files.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `.")]
    told = [word.strip("`") for row in rows for word in row.split("|")[1].split()]
    assert sorted(told) == sorted(READERS)
    assert all(f"`{ending}`" in page for ending in _PACKINGS)
    assert all(ending in read_table.__doc__ for ending in (*READERS, *_PACKINGS))
