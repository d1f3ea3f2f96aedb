"""Labels from files that other programs wrote, and from files that are wrong."""

import dataclasses
import gzip
import io
import json
import zipfile

import openpyxl
import pyarrow as pa
import pytest
from pyarrow import parquet

from querist.exceptions import DataError, FileFormatError
from querist.labelling.label_files.match import ItemIndex, label_bounds, read_labels

COLUMNS = ["code", "text"]
TEXTS = ["alpha", "beta", "gamma", "gamma", "=delta"]
ITEMS = [(row, f"x{row}", {"code": f"x{row}", "text": text}) for row, text in enumerate(TEXTS)]
KNOWN = ItemIndex(ITEMS, columns=COLUMNS, content_columns=["text"], id_column="code")


def read(content, name="labels.csv", known=KNOWN, **more):
    if isinstance(content, list):
        content = "\n".join(map(json.dumps, content))
    return read_labels(content if isinstance(content, bytes) else content.encode(), name, known=known, **more)


def within(n_bytes):
    """The bounds of a small project, with so many bytes."""
    return dataclasses.replace(label_bounds(len(ITEMS), 0), bytes=n_bytes)


def messages(result):
    return [message for _, message in result.refused]


@pytest.mark.parametrize(
    "content",
    [
        "code,label\nx0,a\nx1,b\n",
        "code;label\r\nx0;a\r\nx1;b\r\n",
        "text\tlabel\nalpha\ta\nbeta\tb\n",
        '\ufefflabel,"text"\na,"alpha"\nb,"beta"\n',
        "querist_id,label\nx0,a\nx1,b\n",
        "code,text,label\nx0,alpha, a \nx1,beta,b\nx2,gamma,\n",
    ],
)
def test_tables(content):
    result = read(content)
    assert result.refused == []
    assert result.labels == [(0, "a"), (1, "b")]


def test_cp1252_as_excel_saves_it():
    known = ItemIndex([(0, "1", {"text": "Füße"})], columns=["text"])
    assert read("text;label\nFüße;größer\n".encode("cp1252"), known=known).labels == [(0, "größer")]


def test_a_file_may_also_lie_on_the_disk(tmp_path):
    path = tmp_path / "l.csv"
    path.write_text("code,label\nx0,a\n", encoding="utf-8")
    assert read_labels(path, known=KNOWN).labels == [(0, "a")]
    with pytest.raises(FileFormatError, match="no file"):
        read_labels(tmp_path / "m.csv", known=KNOWN)


def test_what_cannot_be_matched_is_refused_with_its_place():
    content = "code,text,label\nx9,,a\n,omega,a\n,gamma,a\nx0,beta,a\nx1,alpha\nx2,gamma,c\n"
    result = read(content)
    assert [where for where, _ in result.refused] == [f"labels.csv, line {line}" for line in (2, 3, 4, 5, 6)]
    unknown, no_content, ambiguous, elsewhere, ragged = messages(result)
    assert unknown == "no row of the project has id 'x9'"
    assert no_content == "no row of the project has this content"
    assert ambiguous == "its content is that of 2 rows (3, 4): give it an id"
    assert elsewhere == "row 'x0' of the project has different content; remove the data columns to go by id alone"
    assert ragged == "it has 2 cells, the header has 3"
    assert result.labels == [(2, "c")]


def test_an_id_of_another_project_does_not_move_a_label():
    """Ids that count rows are the same in every project: the content decides."""
    known = ItemIndex([(0, "1", {"text": "one"}), (1, "2", {"text": "two"})], columns=["text"])
    result = read("text,label,querist_id\ntwo,b,1\nthree,c,2\n", known=known)
    assert result.labels == [(1, "b")]
    assert len(result.refused) == 1


def test_two_labels_for_a_row_by_one_person_are_refused():
    result = read("code,label,annotator\nx0,a,ada\nx0,b,ada\nx0,b,bob\nx1,a,ada\nx1,a,ada\n")
    assert messages(result) == ["the file has two labels for row 1 by the same person"]
    assert [pair[:3] for pair in result.pairs] == [(0, "a", "ada"), (0, "b", "bob"), (1, "a", "ada"), (1, "a", "ada")]
    assert result.labels == [(0, "a"), (1, "a")]  # the earliest among equals


def test_apostrophes_go_only_where_querist_put_them():
    assert read("text,label,querist_id\n'=delta,'=a,x4\n").labels == [(4, "=a")]
    assert read("code,label\nx4,'=a\n").labels == [(4, "'=a")]


def test_numbers_and_truth_values_are_matched_however_they_are_written():
    items = [(0, "1", {"n": 1, "x": 0.5, "b": True, "t": "007"}), (1, "2", {"n": 2, "x": None, "b": False, "t": "7"})]
    known = ItemIndex(items, columns=["n", "x", "b", "t"])
    assert read("n,x,b,t,label\n1.0,0.50,TRUE,007,a\n2,,False,7,b\n", known=known).labels == [(0, "a"), (1, "b")]


def test_workbooks_and_parquet_of_other_programs():
    book = openpyxl.Workbook()
    for line in [("code", "label", "day"), ("x0", 1, None), (None, None, None), ("x1", True, None), ("x2", "c", None)]:
        book.active.append(line)
    target = io.BytesIO()
    book.save(target)
    assert read(target.getvalue(), "l.xlsx").labels == [(0, "1"), (1, "true"), (2, "c")]
    target = io.BytesIO()
    parquet.write_table(pa.table({"code": ["x0", "x1", "x2"], "label": [0.0, 1.0, float("nan")]}), target)
    result = read(target.getvalue(), "l.parquet")
    assert result.labels == [(0, "0"), (1, "1")]
    assert result.without_label == 1


def test_dates_of_a_workbook_are_found_as_the_project_writes_them():
    import datetime

    book = openpyxl.Workbook()
    book.active.append(("day", "label"))
    book.active.append((datetime.datetime(2024, 1, 5), "a"))
    target = io.BytesIO()
    book.save(target)
    known = ItemIndex([(0, "1", {"day": "2024-01-05"})], columns=["day"])
    assert read(target.getvalue(), "l.xlsx", known).labels == [(0, "a")]


def test_prodigy():
    choice = {"options": [{"id": "a", "text": "A"}], "_view_id": "choice"}
    tasks = [
        choice | {"text": "alpha", "accept": ["a"], "answer": "accept", "_annotator_id": "p-ada", "_timestamp": 1700},
        choice | {"text": "beta", "accept": [], "answer": "ignore"},
        {"text": "other words", "meta": {"code": "x2"}, "label": "c", "answer": "accept"},
        {"text": "gamma", "meta": {"code": "x2"}, "label": "c", "answer": "accept", "flagged": True},
        {"text": "=delta", "label": "c", "answer": "reject"},
        choice | {"text": "=delta", "accept": ["a", "b"], "answer": "accept"},
        choice | {"text": "=delta", "accept": [], "answer": "accept"},
        {"text": "=delta", "meta": 3, "label": "d"},
    ]
    result = read(tasks, "p.jsonl")
    assert result.labels == [(0, "a"), (2, "c"), (4, "d")]
    assert result.pairs[0] == (0, "a", "p-ada", 1700.0, False, "", "labelled")
    assert result.pairs[1].status == "skipped"
    assert result.pairs[2].flagged
    assert [where for where, _ in result.refused] == [f"p.jsonl, line {line}" for line in (3, 5, 6, 7)]
    assert "two" not in messages(result)[2]
    assert "reject" in messages(result)[1]


def test_label_studio():
    def annotation(*choices, **more):
        parts = [{"type": "choices", "value": {"choices": [choice]}, "from_name": "s"} for choice in choices]
        return {"result": parts, "created_at": "2024-01-01T00:00:00.500000Z"} | more

    tasks = [
        {"data": {"text": "alpha"}, "annotations": [annotation("a", completed_by=7), annotation("b", completed_by=8)]},
        {"data": {"text": "beta"}, "annotations": [annotation(was_cancelled=True, completed_by={"email": "a@b"})]},
        {"data": {"code": "x2"}, "completions": [annotation("c")]},
        {"data": {"text": "=delta"}, "annotations": [annotation("a", "b")]},
        {"data": {"text": "=delta"}, "annotations": [], "predictions": [annotation("z")]},
        {"data": {"text": "=delta"}, "annotations": [{"result": [{"type": "choices"}]}]},
        {"data": {"text": "=delta"}, "annotations": ["?"]},
        7,
    ]
    result = read(json.dumps(tasks), "ls.json")
    assert result.labels == [(0, "a"), (2, "c")]
    assert result.pairs[0] == (0, "a", "user 7", 1704067200.5, False, "", "labelled")
    assert result.pairs[2][1:3] == (None, "a@b")
    assert [where for where, _ in result.refused] == [f"ls.json, task {number}" for number in (4, 6, 7, 8)]
    assert result.without_label == 1
    short = [{"id": 1, "text": "alpha", "label": "a", "annotator": 1}]  # Label Studio's JSON-MIN
    assert read(json.dumps(short), "min.json").labels == [(0, "a")]


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "l.csv", "is empty"),
        (b"code,text\nx0,a\n", "l.csv", "no column 'label'. It has: 'code', 'text'"),
        (b'code,label\nx0,"a,\n', "l.csv", "never ends. Add the missing quote"),
        (b"code,label\n", "l.pdf", "'.pdf'"),
        (b"{}", "l.json", "a list of objects"),
        (b"[" * 100_000, "l.json", "not JSON"),
        (b"\n\n", "l.jsonl", "is empty"),
        (b"nothing", "l.parquet", "not a Parquet file"),
        (b"nothing", "l.xlsx", "not a spreadsheet"),
        (b"x" * 2000, "l.csv", "more than 1,000 bytes"),
    ],
)
def test_files_that_cannot_be_used(content, name, message):
    with pytest.raises(DataError, match=message):
        read(content, name, bounds=within(1000 if len(content) == 2000 else 10**6))


def test_a_zip_that_is_no_workbook():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a", "b")
    with pytest.raises(FileFormatError, match="not a spreadsheet"):
        read(target.getvalue(), "l.xlsx")


@pytest.mark.parametrize("ending", [".xlsx", ".parquet"])
def test_what_unpacks_to_too_much_is_refused(ending):
    target = io.BytesIO()
    if ending == ".parquet":
        parquet.write_table(pa.table({"label": ["a" * 1000] * 1000}), target, use_dictionary=False, compression="zstd")
    else:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet1.xml", b"0" * 1_000_000)
    with pytest.raises(DataError, match="decompresses to"):
        read(target.getvalue(), f"bomb{ending}", bounds=within(10_000))


def test_lines_that_are_no_json_do_not_stop_the_others():
    content = b'{"text": "alpha", "label": "a"}\n{"text"\n[1]\n"\xff"\n{"text": "beta"}\n' + b"[" * 100_000
    result = read(content, "l.jsonl")
    assert result.labels == [(0, "a")]
    assert [where.rpartition(" ")[2] for where, _ in result.refused] == ["2", "3", "4", "6"]
    assert result.without_label == 1


def test_many_refusals_are_counted():
    result = read("code,label\n" + "no,a\n" * 1500)
    assert len(result.refused) == 1001
    assert result.refused[-1] == ("labels.csv", "and 500 more lines")


def test_a_label_that_can_be_no_class_is_refused_alone():
    result = read(f"code,label\nx0,{'a' * 201}\nx1,b\n")
    assert messages(result) == ["its label has 201 characters; the name of a class has at most 200"]
    assert result.labels == [(1, "b")]


def test_columns_of_one_name_are_refused_as_in_a_table():
    with pytest.raises(DataError, match="columns 2 and 3 are both called 'label'"):
        read("code,label,label\nx0,a,b\n")


def test_files_packed_by_gzip():
    packed = gzip.compress(b"code,label\nx0,a\n")
    assert read(packed, "labels.csv.gz").labels == [(0, "a")]
    with pytest.raises(FileFormatError, match="cannot be unpacked"):
        read(packed[:-8], "labels.csv.gz")
    with pytest.raises(DataError, match="decompresses to more than"):
        read(gzip.compress(b"code,label\n" + b"x" * 10**6), "labels.csv.gz", bounds=within(10_000))


def test_numbers_with_decimal_commas_are_those_that_the_table_had():
    known = ItemIndex([(0, "1", {"price": 1.5}), (1, "2", {"price": 2.25})], columns=["price"])
    assert read("price;label\n2,25;b\n1,5;a\n", known=known).labels == [(1, "b"), (0, "a")]
    words = ItemIndex([(0, "1", {"price": "1,5"})], columns=["price"])
    assert read("price;label\n1,5;a\n", known=words).labels == [(0, "a")]


def test_blanks_around_the_names_of_columns():
    known = ItemIndex([(0, "1", {" price ": 1})], columns=[" price "])
    assert read(" price ,label\n1,a\n", known=known).labels == [(0, "a")]


def test_a_cell_saved_with_other_line_ends_is_the_same():
    known = ItemIndex([(0, "1", {"text": "one\r\ntwo"}), (1, "2", {"text": "three"})], columns=["text"])
    assert read('text,label\n"one\ntwo",a\n', known=known).labels == [(0, "a")]
    assert read('text,label,querist_id\n"one\ntwo",a,1\n', known=known).labels == [(0, "a")]


LISTED = [
    {"code": "x0", "label": ["neg"]},
    {"code": "x1", "label": []},
    {"code": "x2", "label": {"choices": ["pos"]}},
    {"code": "x3", "label": ["a", "b"]},
    {"code": "x4", "label": {"A": 1.0, "B": 0.0}},
    {"code": "x1", "Comments": []},
]


@pytest.mark.parametrize("name", ["l.jsonl", "l.json"])
def test_labels_in_lists_and_objects(name):
    result = read(json.dumps(LISTED) if name.endswith("json") else LISTED, name)
    assert result.labels == [(0, "neg"), (2, "pos")]
    assert result.without_label == 2
    assert [where.rpartition(" ")[2] for where, _ in result.refused] == ["4", "5"]
    assert "2 labels ('a', 'b')" in result.refused[0][1]
    assert "write the name of the class" in result.refused[1][1]


def test_labels_in_lists_of_parquet():
    target = io.BytesIO()
    table = {"code": ["x0", "x1", "x2"], "label": pa.array([["neg"], [], ["a", "b"]], pa.list_(pa.string()))}
    parquet.write_table(pa.table(table), target)
    result = read(target.getvalue(), "l.parquet")
    assert result.labels == [(0, "neg")]
    assert len(result.refused) == 1


def test_labels_in_lists_of_csv():
    result = read('code,label\nx0,"[""neg""]"\nx1,[]\nx2,[\'pos\']\nx3,[sic]\n')
    assert result.labels == [(0, "neg"), (2, "pos"), (3, "[sic]")]
    # Querist's own files hold names as they are.
    assert read("querist_id,label\nx0,[1]\n").labels == [(0, "[1]")]


def test_a_task_without_a_label_refuses_nobody_else():
    result = read(json.dumps([{"text": "beta"}, {"text": "alpha", "label": "a"}]), "min.json")
    assert (result.labels, result.refused, result.without_label) == ([(0, "a")], [], 1)


def test_the_column_of_labels_can_be_named():
    content = "code,Sentiment,label\nx0,a,b\n"
    assert read(content, label_column="Sentiment").labels == [(0, "a")]
    named = read(content, label_column="sentiment")
    assert named.labels == [(0, "a")]
    assert named.notes == ["labels: column 'Sentiment'"]
    assert read([{"code": "x0", "sentiment": "a", "answer": "accept"}], "l.jsonl", label_column="sentiment").labels == [
        (0, "a")
    ]
    with pytest.raises(DataError, match=r"no label column 'sentimemt'\. Did you mean 'Sentiment'"):
        read(content, label_column="sentimemt")
    with pytest.raises(DataError, match=r"--label-column NAME"):
        read("code,verdict\nx0,a\n")
    other = read("code, LABEL\nx0,a\n")
    assert (other.labels, len(other.notes)) == ([(0, "a")], 1)
