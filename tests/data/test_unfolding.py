"""Small files that unfold are refused before they take memory; files of the same kinds that do not are read as ever."""

import io
import random
import tracemalloc
import zipfile

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
import unfolding
from pyarrow import parquet

from querist.data.bounds import Bounds
from querist.data.parquet_bounds import opened_parquet
from querist.data.read import read_table
from querist.data.sheet_bounds import _placed, _walked, check_sheets
from querist.exceptions import DataError, FileFormatError
from querist.labelling.label_files.match import ItemIndex, read_labels

KNOWN = ItemIndex([(row, f"x{row}", {"text": f"text {row}"}) for row in range(5)], columns=["text"])
TOLD = (
    "expands to|decompresses to more|rows; at most|declares a document|binary workbook|there twice|damaged|packed oddly"
)


def refused(read):
    """Return how many bytes Python took at most until it refused to read."""
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=TOLD):
            read()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", [*unfolding.TABLES, *unfolding.MATRICES])
def test_a_table_that_unfolds_is_refused(tmp_path, name):
    (tmp_path / name).write_bytes((unfolding.TABLES | unfolding.MATRICES)[name]())
    with pytest.raises(DataError, match=TOLD):
        read_table(tmp_path / name)


@pytest.mark.parametrize("name", [name for name in unfolding.TABLES if name != "a field each.jsonl"])
def test_a_file_of_labels_that_unfolds_is_refused_and_takes_little(name):
    content = unfolding.TABLES[name]()
    if name.endswith((".gz", ".bz2", ".xz", ".zst", ".zip")):  # counted, which is slow while memory is watched
        with pytest.raises(DataError, match=TOLD):
            read_labels(content, name, known=KNOWN)
    else:
        assert refused(lambda: read_labels(content, name, known=KNOWN)) < 100_000_000


def test_a_project_bounds_the_lines_of_a_file_of_labels():
    lines = "text,label\n" + "text 1,a\n" * 100_001
    with pytest.raises(DataError, match=r"100,001 rows; at most 100,000 are read\. Leave out"):
        read_labels(lines.encode(), "l.csv", known=KNOWN)


def test_columns_of_lists_in_a_file_of_labels_are_passed_over():
    target = io.BytesIO()
    parquet.write_table(pa.table({"text": ["text 1"], "label": ["a"], "more": [[1, 2]]}), target)
    assert read_labels(target.getvalue(), "l.parquet", known=KNOWN).labels == [(1, "a")]


@pytest.mark.parametrize(
    "options", [{}, {"use_dictionary": False, "column_encoding": "DELTA_BYTE_ARRAY"}, {"use_dictionary": False}]
)
def test_texts_of_parquet_are_counted_exactly(tmp_path, options):
    words = [None, "", "abc", "abcd", "é"] * 400 + [str(number) for number in range(500)]
    n_bytes = sum(len(word.encode()) for word in words if word)
    target = io.BytesIO()
    parquet.write_table(pa.table({"a": words}), target, row_group_size=700, **options)
    data, path = target.getvalue(), tmp_path / "t.parquet"
    plain = options == {"use_dictionary": False}
    if not plain:  # plainly written, they have lengths beside them
        opened_parquet(path, data, Bounds(10**6, 10**6, max(n_bytes, sum(sizes(data)))))
    with pytest.raises(DataError, match="decompresses"):
        opened_parquet(path, data, Bounds(10**6, 10**6, n_bytes - 1))


def sizes(data):
    meta = parquet.ParquetFile(io.BytesIO(data)).metadata
    return [meta.row_group(place).column(0).total_uncompressed_size for place in range(meta.num_row_groups)]


def test_sheets_of_all_writers_are_measured_as_their_reader_lays_them_out(tmp_path):
    """By what their cells begin with, and parsed; the first is only a quicker way to the second."""
    draw = random.Random(0)
    for _ in range(20):
        book = openpyxl.Workbook()
        for _ in range(draw.randint(1, 5)):
            book.active.cell(draw.randint(1, 400), draw.randint(1, 800), draw.choice([1, "a", True]))
        target = io.BytesIO()
        book.save(target)
        height, width = book.active.max_row, book.active.max_column
        path = tmp_path / "s.xlsx"
        with zipfile.ZipFile(target) as archive:
            for measured in (next(_placed(path, archive, SHEET)), _walked(path, archive, SHEET)):
                assert measured == (height, width)
        check_sheets(path, target.getvalue(), Bounds(10**6, height * width, 10**7))
        with pytest.raises(DataError, match="reaches from A1"):
            check_sheets(path, target.getvalue(), Bounds(10**6, height * width - 1, 10**7))


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    "sheet",
    [
        '<x:row xmlns:x="x" r="7"/><c r="A1"/><row><c r="B9"/></row>',
        '<!-- <row r="1"> --><row r="1"><c s="1" r="C9"/></row>',
        '<row r="1"><c r="A1"/><c/><c/></row>' + "<row/>" * 8,
        '<row spans="1:3" r="9"><c\tr = "C9"\n/></row>',
    ],
)
def test_a_sheet_that_is_written_oddly_is_parsed(tmp_path, sheet):
    data = unfolding.workbook_of(unfolding.sheet_of(sheet))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert next(_placed(tmp_path, archive, SHEET)) == _walked(tmp_path, archive, SHEET)


def test_a_sheet_across_blocks_is_measured_whole(tmp_path):
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>{row}</v></c></row>' for row in range(1, 9000))
    data = unfolding.workbook_of(unfolding.sheet_of(rows))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert next(_placed(tmp_path, archive, SHEET)) == (8999, 1)


def test_workbooks_are_still_read(tmp_path):
    frame = pd.DataFrame({"a": range(50), "b": ["x"] * 50})
    frame.to_excel(tmp_path / "t.xlsx", index=False)
    assert read_table(tmp_path / "t.xlsx").n_rows == 50
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    cells = "".join(map(cell.format, "ab"))
    empty = '<table:table-cell table:number-columns-repeated="16382"/>'
    row = f"<table:table-row>{cells}{empty}</table:table-row>"
    end = f'<table:table-row table:number-rows-repeated="1048573">{empty}</table:table-row>'
    (tmp_path / "t.ods").write_bytes(unfolding.open_document(row * 3 + end))
    assert read_table(tmp_path / "t.ods").n_rows == 2


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ([("XL/worksheets/Sheet1.xml", "<x/>")], "there twice"),
        ([("xl/workbook.bin", "x")], "binary workbook"),
    ],
)
def test_a_workbook_that_says_two_things_is_refused(tmp_path, more, told):
    with pytest.raises(FileFormatError, match=told):
        check_sheets(tmp_path, unfolding.workbook_of(unfolding.sheet_of(""), more=more), Bounds.of_size(0))


def test_entities_do_not_unfold(tmp_path):
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet>&b;</worksheet>'
    with pytest.raises(FileFormatError, match="declares a document type"):
        check_sheets(tmp_path, unfolding.workbook_of(bomb), Bounds.of_size(0))


def test_an_old_workbook_whose_chains_have_no_end_is_refused(tmp_path):
    data = bytearray(unfolding.old_workbook())
    data[512 + 4 * 5 : 512 + 4 * 6] = (2).to_bytes(4, "little")
    with pytest.raises(FileFormatError, match="container is damaged"):
        check_sheets(tmp_path, bytes(data), Bounds.of_size(0))
