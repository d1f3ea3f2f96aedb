"""What each format holds, and what it says where it cannot hold something."""

import csv
import io
import json
import subprocess
import sys
import tracemalloc
from pathlib import Path

import openpyxl
import pytest
from pyarrow import parquet

from querist.data.own_columns import querist_names, restore
from querist.exceptions import InvalidParameterError, UnknownNameError
from querist.labelling.export import FORMATS, excel, write
from querist.labelling.export.delimited import neutralise
from querist.labelling.export.records import Record

LABELLED = Record(
    row=0,
    item_id="a7",
    columns={"id": "a7", "text": 'Hello,\n"you" 😀', "label": 3, "size": 0.5},
    label="spam",
    status="labelled",
    annotator="ada",
    answered_at=1_700_000_000.25,
    seconds=2.34567,
    how="strategy",
    first_label="ham",
    answers=(
        {"annotator": "ada", "label": "spam", "at": 1_700_000_000.25, "seconds": 2.34567},
        {"annotator": "bob", "label": "ham", "at": 1_700_000_001.0, "seconds": 1.0},
        {"annotator": "eve", "label": "spam", "at": 1_700_000_002.0, "seconds": None},
    ),
    flagged=True,
    note="odd",
    prediction="ham",
    confidence=0.75,
)
SKIPPED = Record(1, "b", {"id": "b", "text": "", "label": None, "size": 2}, status="skipped", annotator="bob")
NEW = Record(2, "c", {"id": "c", "text": None, "label": 1, "size": None}, prediction="spam", confidence=0.5)
RECORDS = [LABELLED, SKIPPED, NEW]
COLUMNS = ["id", "text", "label", "size"]


def exported(name, records=RECORDS, columns=COLUMNS, *, predictions=True, **more):
    target = io.BytesIO()
    more = {"text_columns": ["text"]} | more
    notes = write(
        iter(records), name, target, columns=columns, classes=["spam", "ham"], project_name="p",
        predictions=predictions, **more,
    )  # fmt: skip
    assert not target.closed
    return target.getvalue(), notes


def table(name, *args, **more):
    content, _ = exported(name, *args, **more)
    if name == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    if name == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        return [list(row) for row in book.worksheets[0].values]
    read = parquet.read_table(io.BytesIO(content))
    return [read.column_names, *(list(row.values()) for row in read.to_pylist())]


OURS = ["querist_label", "status", "annotator", "labelled_at", "seconds", "how", "first_label", "n_answers"]
OURS += ["agreement", "adjudicated_by", "adjudicated_at", "flagged", "note", "copy_of"]


@pytest.mark.parametrize("name", ["csv", "xlsx", "parquet"])
def test_the_users_columns_come_first_and_keep_their_names(name):
    header, first, *rest = table(name)
    assert header == [*COLUMNS, *OURS, "prediction", "confidence", "querist_id"]
    assert [str(cell) for cell in first[:4]] == ["a7", LABELLED.columns["text"], "3", "0.5"]
    told = dict(zip(header, first, strict=True))
    assert told["querist_label"] == "spam"
    assert str(told["labelled_at"]).replace(" ", "T").startswith("2023-11-14T22:13:20.25")
    assert [str(told[key]).lower() for key in ("seconds", "n_answers", "agreement", "flagged")] == [
        "2.346", "3", "0.6667", "true",
    ]  # fmt: skip
    assert [row[header.index("status")] for row in rest] == ["skipped", "unlabelled"]
    assert table(name, predictions=False)[0] == [*COLUMNS, *OURS, "querist_id"]


def test_parquet_has_types():
    schema = parquet.read_schema(io.BytesIO(exported("parquet")[0]))
    types = {field.name: str(field.type) for field in schema}
    assert types["label"] == "int64"
    assert types["size"] == "double"
    assert types["labelled_at"] == types["adjudicated_at"] == "timestamp[ms, tz=UTC]"
    assert types["flagged"] == "bool"


def test_a_parquet_column_of_several_kinds_is_text_and_that_is_told():
    records = [Record(row, str(row), {"x": value}) for row, value in enumerate([1, "a", None, [1], True])]
    content, notes = exported("parquet", records, ["x"])
    assert parquet.read_table(io.BytesIO(content)).column("x").to_pylist() == ["1", "a", None, "[1]", "true"]
    assert notes == ("Column 'x' holds cells of several kinds; in Parquet they are texts.",)


def test_names_that_are_taken_get_a_prefix_until_they_are_free():
    assert querist_names(["label", "querist_label"])["label"] == "querist_querist_label"
    names = querist_names(["status", "querist_id"])
    assert (names["status"], names["id"], names["label"]) == ("querist_status", "querist_querist_id", "label")


def test_prodigy_reads_a_line_as_a_choice():
    first, second, third = map(json.loads, exported("jsonl")[0].splitlines())
    assert first["text"] == LABELLED.columns["text"]
    assert first["options"] == [{"id": "spam", "text": "spam"}, {"id": "ham", "text": "ham"}]
    assert (first["accept"], first["answer"], first["_view_id"], first["label"]) == (
        ["spam"],
        "accept",
        "choice",
        "spam",
    )
    assert (first["_annotator_id"], first["_timestamp"]) == ("ada", 1_700_000_000)
    assert list(first["meta"].items()) == [("id", "a7"), ("label", 3), ("size", 0.5), ("querist_id", "a7")]
    assert (second["accept"], second["answer"]) == ([], "ignore")
    assert "answer" not in third
    assert len({each["_input_hash"] for each in (first, second, third)}) == 2  # two of the texts are empty
    assert all(-(2**31) <= each["_task_hash"] < 2**31 for each in (first, second, third))


def test_label_studio_gets_an_annotation_a_person():
    tasks = json.loads(exported("label-studio")[0])
    first, second, third = tasks
    assert first["data"] == LABELLED.columns | {"querist_id": "a7"}
    assert [each["result"][0]["value"] for each in first["annotations"]] == [
        {"choices": ["spam"]}, {"choices": ["ham"]}, {"choices": ["spam"]},
    ]  # fmt: skip
    assert [each["lead_time"] for each in first["annotations"]] == [2.34567, 1.0, None]
    assert len({each["unique_id"] for each in first["annotations"]}) == 3
    # Label Studio refuses a file that names a person whom it does not know.
    assert {each["completed_by"] for each in first["annotations"]} == {None}
    assert second["annotations"][0]["was_cancelled"]
    assert third["annotations"] == []
    assert third["predictions"][0]["score"] == 0.5
    assert "predictions" not in json.loads(exported("label-studio", predictions=False)[0])[0]


@pytest.mark.parametrize("name", FORMATS)
def test_no_rows_give_a_file_without_rows(name):
    content, notes = exported(name, [])
    assert notes == ()
    without_header = name in ("jsonl", "ris", "nbib")
    assert bool(content) != without_header
    if name == "label-studio":
        assert json.loads(content) == []
    elif not without_header:
        assert len(table(name, [])) == 1


FORMULAS = [
    "=1+1", "+1-1|x", "-x", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "'=1", "''=1", "\uff1d1", "-", "+", "=", "-5 x",
]  # fmt: skip
HARMLESS = ["-1.5", "+3", "-2e-3", ".5", "1-2", "'quoted'", "'tis", "a=b", "", "'", "é", "http://x"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_formulas_are_neutralised_in_csv(cell):
    rows = table("csv", [Record(0, "=id()", {"x": cell}, label=cell, note=cell)], ["x"])
    told = dict(zip(*rows, strict=True))
    for value in (told["x"], told["label"], told["note"]):
        assert value == f"'{cell}"
        assert restore(value) == cell
    assert told["querist_id"] == "'=id()"


@pytest.mark.parametrize("cell", HARMLESS)
def test_other_cells_stay_as_they_are(cell):
    assert neutralise(cell) == cell == restore(cell)


def test_names_of_columns_are_neutralised_too():
    assert table("csv", [], ["=cmd()"])[0][0] == "'=cmd()"


def test_csv_begins_with_the_mark_that_excel_needs():
    assert exported("csv")[0].startswith(b"\xef\xbb\xbfid,text")


@pytest.mark.parametrize("cell", FORMULAS)
def test_excel_gets_texts_and_no_formulas(cell):
    content, _ = exported("xlsx", [Record(0, "0", {"x": cell})], ["x"])
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.worksheets[0]["A2"].data_type != "f"


def test_excel_keeps_numbers_as_numbers_and_long_ones_as_texts():
    values = [1, -1.5, True, 10**15, 2**70, float("inf"), 0.1 + 0.2]
    content, notes = exported("xlsx", [Record(row, str(row), {"x": value}) for row, value in enumerate(values)], ["x"])
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [book.worksheets[0].cell(row, 1).value for row in range(2, 9)]
    assert cells == [1, -1.5, True, str(10**15), str(2**70), "inf", 0.3]
    assert [note for note in notes if "text" in note] == [
        f"row {row}, column x: written as a text: Excel would round or refuse the number" for row in (5, 6, 7)
    ]
    assert notes[-1] == "1 numbers have more than the 15 digits that Excel keeps"


def test_what_excel_cannot_hold_is_told_on_a_sheet_of_its_own():
    long = "😀" * 20_000 + "end"
    records = [
        Record(row, str(row), {"x": text}) for row, text in enumerate(["fine\r\n", "bell\x07", "half\ud800", long])
    ]
    content, notes = exported("xlsx", records, ["x"])
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["labels", "notes"]
    assert [row[:2] for row in book["notes"].values] == [("row", "column"), ("3", "x"), ("4", "x"), ("5", "x")]
    cell = book["labels"]["A5"].value
    assert cell.endswith(" … [cut: Excel holds 32,767 characters in a cell, this text has 40,003]")
    assert len(cell.encode("utf-16-le")) // 2 in (32_766, 32_767)  # a character of two halves is not cut in two
    assert book["labels"]["A4"].value == "half\\ud800"
    assert len(notes) == 3


def test_many_notes_are_counted():
    records = (Record(row, str(row), {"x": "\x07"}) for row in range(1500))
    _, notes = exported("xlsx", records, ["x"])
    assert len(notes) == 1001
    assert notes[-1] == "500 more such cells"


def test_more_than_a_sheet_holds_is_refused(monkeypatch):
    monkeypatch.setattr(excel, "MOST_ROWS", 3)
    with pytest.raises(InvalidParameterError, match="2 rows below the header"):
        exported("xlsx")
    with pytest.raises(InvalidParameterError, match="16,384 columns"):
        exported("xlsx", [], [f"c{place}" for place in range(16_384)])


def test_halves_of_characters_are_told():
    records = [Record(0, "0", {"x": "a\ud800b\udfff"})]
    content, notes = exported("csv", records, ["x"])
    assert "a\\ud800b\\udfff" in content.decode("utf-8-sig")
    assert notes == (r"2 halves of characters (lone surrogates) are written as \udXXX: CSV in UTF-8 cannot hold them.",)
    content, notes = exported("parquet", records, ["x"])
    assert parquet.read_table(io.BytesIO(content)).column("x").to_pylist() == ["a\\ud800b\\udfff"]
    assert notes[0].startswith("2 halves")
    assert json.loads(exported("jsonl", records, ["x"])[0])["meta"]["x"] == "a\ud800b\udfff"


def test_an_unknown_format_is_told_with_the_known_ones():
    with pytest.raises(UnknownNameError, match="Did you mean 'parquet'"):
        exported("parket")


class Nowhere(io.RawIOBase):
    def writable(self):
        return True

    def write(self, data):
        return len(data)


@pytest.mark.parametrize("name", ["csv", "jsonl", "label-studio", "xlsx", "parquet"])
def test_memory_does_not_grow_with_the_rows(name):
    def peak(n):
        records = (Record(row, str(row), {"text": f"{row} " * 400}) for row in range(n))
        tracemalloc.start()
        write(
            records, name, Nowhere(), columns=["text"], classes=["a"], project_name="p", predictions=False,
            text_columns=["text"],
        )  # fmt: skip
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    few = 8000 if name == "parquet" else 2000  # it is written in groups of some thousand rows
    # The rows that are more hold a multiple of that.
    assert peak(2 * few) - peak(few) < 2_000_000


def test_the_server_does_not_load_what_only_exports_need():
    heavy = ["sklearn", "scipy", "pandas", "pyarrow", "xlsxwriter", "skops"]
    code = (
        "import sys, querist.labelling.export, querist.labelling.label_files.match; "
        "import querist.labelling.model_export.write; "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_page_on_exports_names_every_format_and_column():
    page = (Path(__file__).parents[3] / "docs" / "export.md").read_text(encoding="utf-8")
    for name in (*FORMATS, *querist_names([]).values()):
        assert f"`{name}`" in page
