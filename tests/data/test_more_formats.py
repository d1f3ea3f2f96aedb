"""ARFF, Arrow, arrays, sheets, libsvm with words, and tables of several parts."""

import contextlib
import io
import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import scipy.sparse
import unfolding
from pyarrow import feather, ipc

from querist.data import Reading, read_problem, read_table
from querist.exceptions import DataError, FileFormatError, TargetError
from workbooks import workbook


def saved(write, *given, **more):
    target = io.BytesIO()
    write(*given[:0], target, *given, **more)
    return target.getvalue()


ARFF = """% a comment
@RELATION 'my data'
@attribute "sepal length" REAL
@attribute kind {a, 'b c', "d,e"}
@attribute note string
@attribute class {yes,no}

@DATA
5.1,a,'it\\'s so, here',yes
% another
?, 'b c' ,?,no
3,"d,e","x",yes
"""


def test_arff(put):
    frame = read_table(put("t.arff", ARFF)).frame
    assert list(frame.columns) == ["sepal length", "kind", "note", "class"]
    np.testing.assert_array_equal(frame["sepal length"], [5.1, np.nan, 3])
    assert frame["kind"].tolist() == ["a", "b c", "d,e"]
    assert frame["note"].fillna("").tolist() == ["it's so, here", "", "x"]
    sparse = (
        "@relation r\n@attribute a numeric\n@attribute b {x,y}\n@attribute c numeric\n@data\n{0 1.5, 1 y}\n{}\n{2 7}\n"
    )
    assert read_table(put("s.arff", sparse)).frame.to_dict("list") == {
        "a": [1.5, 0, 0], "b": ["y", "x", "x"], "c": [0, 0, 7],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("@relation r\n@data\n1\n", "no line @data with attributes"), ("a,b\n1,2\n", "line 1: expected @attribute"),
        ("@attribute a real\n@data\n1,2\n", "line 3: 2 cells, but 1 attributes"),
        ("@attribute a real\n@data\nx\n", "line 3: column 'a' is declared numeric, but holds 'x'"),
        ("@attribute a real\n@attribute a real\n@data\n1,2\n", "both called 'a'"),
        ("@attribute a real\n@data\n{5 1}\n", "line 3: expected {INDEX VALUE"),
        ("@attribute a real\n@data\n", "header but no row"),
    ],
)  # fmt: skip
def test_damaged_arff(put, content, message):
    with pytest.raises(DataError, match=message):
        read_table(put("t.arff", content))


TABLE = {"a": [1, 2, 3], "b": ["x", None, "z"], "n": [[1], [], [2, 3]]}


def stream(table, **options):
    target = io.BytesIO()
    with ipc.new_stream(target, table.schema, options=ipc.IpcWriteOptions(**options)) as writer:
        writer.write_table(table)
    return target.getvalue()


@pytest.mark.parametrize("compression", ["uncompressed", "lz4", "zstd"])
def test_feather_and_arrow(put, compression):
    table = pa.table(TABLE)
    target = io.BytesIO()
    feather.write_feather(table, target, compression=compression)
    packed = {} if compression == "uncompressed" else {"compression": compression}
    for name, content in (("t.feather", target.getvalue()), ("t.arrow", stream(table, **packed))):
        frame = read_table(put(name, content)).frame
        assert frame["a"].tolist() == [1, 2, 3]
        assert frame["b"].fillna("").tolist() == ["x", "", "z"]
        assert frame["n"].tolist() == ["[1]", "[]", "[2, 3]"]


def repeated(n_rows, letters):
    words = pa.DictionaryArray.from_arrays(pa.array(np.zeros(n_rows, np.int32)), ["a" * letters])
    return pa.table({"text": words})


@pytest.mark.parametrize(
    "table",
    [
        repeated(100_000, 100_000),
        pa.table({"a": pa.nulls(3_000_000)}),
        pa.table({"a": pa.ListArray.from_arrays([0, 3_000_000], pa.nulls(3_000_000))}),
        pa.table({"a": np.zeros(50_000_000)}),
    ],
)
def test_arrow_that_unfolds_is_refused(put, table):
    path = put("t.arrow", stream(table, compression="zstd"))
    with pytest.raises(DataError, match=r"expands to|decompresses to|rows; at most"):
        read_table(path)


def test_damaged_arrow(put):
    whole = stream(pa.table(TABLE), compression="zstd")
    for content in (whole[:-40], b"nothing", b"ARROW1\0\0" + bytes(30), whole[:200] + bytes(50) + whole[250:]):
        with pytest.raises(FileFormatError, match="is not an Arrow file"):
            read_table(put("t.arrow", content))
    with pytest.raises(FileFormatError, match="Feather of the first version"):
        read_table(put("t.feather", b"FEA1" + bytes(20)))


def test_arrays(put):
    read = {name: read_table(put(f"{name}.npy", saved(np.save, array))) for name, array in ARRAYS.items()}
    assert read["matrix"].frame.to_dict("list") == {"column 1": [1.0, 3], "column 2": [2.0, 4]}
    assert read["texts"].frame.to_dict("list") == {"text": ["a b", "c"]}
    assert read["records"].frame.to_dict("list") == {"x": [1, 2], "word": ["a", "b"]}
    assert read["wide"].matrix.shape == (2, 1500)
    assert list(read_table(put("m.npy", saved(np.save, ARRAYS["matrix"])), names=["u"]).frame) == ["u", "column 2"]
    with pytest.raises(TargetError, match="matrix without labels"):
        read_problem(put("w.npy", saved(np.save, ARRAYS["wide"])), None)


ARRAYS = {
    "matrix": np.array([[1.0, 2], [3, 4]], ">f8"),
    "texts": np.array(["a b", "c"]),
    "records": np.array([(1, "a"), (2, "b")], [("x", "i4"), ("word", "U5")]),
    "wide": np.ones((2, 1500)),
}


def test_arrays_run_no_code_and_take_no_more_than_they_have(put):
    with pytest.raises(FileFormatError, match="Objects are refused"):
        read_table(put("o.npy", saved(np.save, np.array([{}], object), allow_pickle=True)))
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "<f8", "fortran_order": False, "shape": (10**9, 100)})
    with pytest.raises(DataError, match="decompresses to more"):
        read_table(put("far.npy", head.getvalue() + bytes(800)))
    for content in (b"no array", saved(np.save, np.ones((9, 9)))[:-8]):
        with pytest.raises(FileFormatError, match="not a numpy array"):
            read_table(put("t.npy", content))
    with pytest.raises(DataError, match=r"X\.reshape"):
        read_table(put("t.npy", saved(np.save, np.ones((2, 2, 2)))))


def test_texts_of_damaged_arrays(put):
    half = np.array(["a\udc00b", "c"] * 3)
    records = np.zeros(6, [("x", float), ("t", "U5"), ("y", "U1")])
    records["t"], records["y"] = half, ["p", "q"] * 3
    for array in (half, half.reshape(2, 3), records):
        assert "half a letter" in " ".join(read_table(put("t.npy", saved(np.save, array))).notes)
    labelled = put("t.npz", saved(np.savez, X=np.ones((6, 2)), y=half))
    assert read_problem(labelled, None).y.tolist() == ["a\ufffdb", "c"] * 3
    assert read_problem(put("t.npy", saved(np.save, records)), "y", text_columns=["t"]).X.shape[0] == 6
    beyond = saved(np.save, np.array(["ab", "cd"])).replace("d".encode("utf-32-le"), b"\xff\xff\xff\xff")
    with pytest.raises(FileFormatError, match="text 2 of its array holds a number that is not a character"):
        read_table(put("t.npy", beyond))


KINDS = ["i1", "u8", ">f4", "f2", "g", "c16", "b1", "S4", "U3", ">U3", "S0", "U0", "V8", "m8[s]", "m8[Y]", "m8", "M8",
         "M8[as]", "M8[D]", ">M8[D]", "M8[Y]", "M8[ns]", [("a", "f4"), ("b", "i4")], ("f4", (2,))]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_arrays_of_every_kind_are_read_or_refused_in_words(put, kind):
    records = np.zeros(6, [("x", kind), ("y", "U1")])
    records["y"] = ["a", "b"] * 3
    files = [
        put("a.npy", saved(np.save, np.zeros(6, kind))),
        put("r.npy", saved(np.save, records)),
        put("a.npz", saved(np.savez, X=np.ones((6, 2)), y=np.zeros(6, kind))),
        put("r.npz", saved(np.savez, X=np.ones((6, 2)), y=records)),
    ]
    for path in files:
        with contextlib.suppress(DataError):
            read_problem(path, "y" if path.name == "r.npy" else None)
    if kind in ("M8[D]", ">M8[D]", "M8[Y]"):
        assert str(read_table(files[1]).frame["x"].iloc[0])[:10] == "1970-01-01"
    if kind in ("V8", "M8", "m8[Y]", "c16") or isinstance(kind, list):
        with pytest.raises(DataError, match="field 'x', holds an array of"):
            read_table(files[1])


def test_a_spreadsheet_over_which_its_reader_stumbles(put):
    whole = unfolding.old_workbook([(0, 0, "a"), (0, 1, "b"), (1, 0, 1.0), (1, 1, "x")])
    assert read_table(put("t.xls", whole)).frame.to_dict("list") == {"a": [1], "b": ["x"]}
    with pytest.raises(FileFormatError, match="that can be read: it is damaged"):
        read_table(put("t.xls", whole[:1023]))


@pytest.mark.parametrize("form", ["csr", "csc", "coo"])
def test_sparse_matrices_of_scipy(put, form):
    X = scipy.sparse.random(20, 7, 0.3, format=form, random_state=0)
    table = read_table(put("t.npz", saved(scipy.sparse.save_npz, X)))
    np.testing.assert_array_equal(table.matrix.toarray(), X.toarray())
    assert table.labels is None


def test_sparse_matrices_that_lie(put):
    parts = {"format": np.array(b"csr"), "shape": np.array([2, 3]), "data": np.ones(1), "indices": np.array([9])}
    for more in ({"indptr": np.array([0, 1, 1])}, {"shape": np.array([10**12, 1]), "indptr": np.array([0, 1])}):
        with pytest.raises(DataError, match=r"not an NPZ file|rows; at most"):
            read_table(put("t.npz", saved(np.savez, **(parts | more))))


def test_words_and_marks_in_libsvm(put):
    table = read_table(put("t.svmlight", "# remark\nspam 1:0.5\nham 2:3\n\nspam 1:1\n"))
    assert table.labels.tolist() == ["spam", "ham", "spam"]
    assert read_table(put("b.svm", b"\xef\xbb\xbf1 1:2\n2 1:3\n")).labels.tolist() == [1, 2]
    with pytest.raises(FileFormatError, match="line 3: "):
        read_table(put("t.svm", "spam 1:0.5\nham 2:3\nham x\n"))
    with pytest.raises(FileFormatError, match="UTF-16"):
        read_table(put("t.svm", "1 1:2\n".encode("utf-16")))


def test_sheets_are_named_in_messages(put):
    path = put("t.xlsx", workbook(cover=[], data=[["a", "b"], [1, "x"]], heads=[["a"]]))
    with pytest.raises(FileFormatError, match=r"sheet 'cover', is empty\. Other sheets: data, heads\. Name the one"):
        read_table(path)
    with pytest.raises(DataError, match=r"sheet 'heads', has a header but no row of data\. Other sheets: cover, data"):
        read_table(path, sheet="heads")
    assert read_table(path, sheet="data").frame["b"].tolist() == ["x"]


def test_titles_and_missing_names_in_sheets(put):
    titled = read_table(put("t.xlsx", workbook(s=[["Report of May"], [], ["a", "b"], [1, "x"], [2, "y"]])))
    assert titled.frame.to_dict("list") == {"a": [1, 2], "b": ["x", "y"]}
    assert "'Report of May'" in " ".join(titled.notes)
    path = put("u.xlsx", workbook(s=[[1, "x"], [2, "y"]]))
    assert read_table(path, header=False).frame.to_dict("list") == {"column 1": [1, 2], "column 2": ["x", "y"]}
    assert list(read_table(path, names=["n", "w"]).frame) == ["n", "w"]


def test_a_folder_and_several_files_are_one_table(put, tmp_path):
    for number in range(3):
        frame = pd.DataFrame({"a": [number, number], "b": ["x", "y"]})
        put(f"parts/part-{number}.parquet", frame.to_parquet())
    put("parts/_SUCCESS", b"")
    put("parts/dataset_info.json", json.dumps({}))
    table = read_table(tmp_path / "parts")
    assert table.frame["a"].tolist() == [0, 0, 1, 1, 2, 2]
    assert "3 files read as one table" in " ".join(table.notes)
    put("parts/part-3.parquet", pd.DataFrame({"a": [1], "c": [2]}).to_parquet())
    with pytest.raises(DataError, match=r"part-3\.parquet lacks b and has c in addition; .*part-0\.parquet"):
        read_table(tmp_path / "parts")
    put("parts/more.csv", "a,b\n1,x\n")
    with pytest.raises(FileFormatError, match="tables of several kinds"):
        read_table(tmp_path / "parts")


def test_parts_are_read_in_one_style(put):
    parts = [put("p1.csv", "a;b\n1,5;x\n"), put("p2.csv", "b;a\ny;2\nz;1.234\n")]
    table = read_table(parts)
    assert table.frame["a"].tolist() == [1.5, 2, 1234]  # the comma of the first decides for both
    problem = read_problem(parts, "b", test=parts[0], reading=Reading())
    assert problem.X.shape[0] == 3


def test_columns_of_kinds_that_cannot_be_read_are_left_out(put):
    union = pa.UnionArray.from_sparse(pa.array([0, 1], pa.int8()), [pa.array([1, 2]), pa.array(["a", "b"])])
    table = read_table(put("t.arrow", stream(pa.table({"a": [1, 2], "u": union}))))
    assert list(table.frame) == ["a"]
    assert "column 'u' is left out" in " ".join(table.notes)
