# ruff: noqa: RUF001 - the texts in other alphabets are the point
"""CSV and its relatives: what Python's own writer writes is read back, and damage is named by its line."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.data import read_table
from querist.data.decoding import decode
from querist.exceptions import DataError, FileFormatError


@pytest.fixture
def written(tmp_path):
    def write(content, name="table.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


def read(content, name="table.csv"):
    """Read text without a file."""
    from pathlib import Path

    from querist.data.bounds import Bounds
    from querist.data.cell_rules import CellRules
    from querist.data.columns import typed
    from querist.data.delimited import read_delimited
    from querist.data.reading import Reading

    data = content if isinstance(content, bytes) else content.encode()
    return typed(read_delimited(Path(name), data, Reading(), Bounds.of_size(len(data))), CellRules())


# A letter in each cell keeps it a word; blanks around it are kept too.
cells = st.text(st.sampled_from("ab \",;\t|\n'é"), max_size=8).map(lambda text: f"w{text}w")


@given(
    rows=st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=8),
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_words_come_back_as_they_were(rows, delimiter, end, quoting):
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerows([("first", "second", "third"), *rows])
    # What another delimiter would cut as evenly cannot be told apart: the others stand in quotes only.
    table = read(file.getvalue(), "table.tsv" if delimiter == "\t" else "table.csv")
    if delimiter == "\t" and "double quotes read as ordinary letters" in " ".join(table.notes):
        return  # the other reading is a whole table too
    assert list(table.frame.columns) == ["first", "second", "third"]
    assert [tuple(row) for row in table.frame.itertuples(index=False)] == rows


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=10))
def test_floats_come_back_to_the_last_bit(numbers):
    text = "x,word\n" + "".join(f"{number!r},w\n" for number in numbers)
    read_back = read(text).frame["x"].astype(float)
    np.testing.assert_array_equal(read_back.to_numpy(), numbers)


@given(st.lists(st.integers(-(2**63) + 1, 2**63 - 1), min_size=1, max_size=10))
def test_whole_numbers_come_back_exactly(numbers):
    column = read("x,word\n" + "".join(f"{number},w\n" for number in numbers)).frame["x"]
    assert column.dtype == np.int64
    assert column.tolist() == numbers


@given(st.lists(st.one_of(st.none(), st.integers(0, 10**17)), min_size=1, max_size=6))
def test_no_digit_is_lost_beside_gaps(numbers):
    column = read("x,word\n" + "".join(f"{'' if n is None else n},w\n" for n in numbers)).frame["x"]
    assert [None if pd.isna(cell) else int(cell) for cell in column] == numbers


@pytest.mark.parametrize(
    ("content", "column", "expected", "told"),
    [
        ("a;b\n1,5;x\n-2,25;y\n", "a", [1.5, -2.25], "decimal comma"),
        ("a;b\n1.234,5;x\n2,5;y\n", "a", [1234.5, 2.5], "'.' separates thousands"),
        ('a,b\n"1,234.5",x\n2.5,y\n', "a", [1234.5, 2.5], "',' separates thousands"),
        ("a;b\n1,234;1,5\n5,678;2,5\n", "a", [1.234, 5.678], "decimal comma"),  # the other column decides
        ("a\tb\n1,234\t1.5\n5,678\t2.5\n", "a", [1234, 5678], "',' separates thousands"),
        ("a;b\n1.234;1,5\n5.678;2,5\n", "a", [1234, 5678], "'.' separates thousands"),
        ("a,b\n1,x\nNA,y\n?,z\n", "a", [1, np.nan, np.nan], "'?', 'NA' read as missing"),
        ("a,b\n+5,x\n.5,y\n5.,z\n1e3,w\n", "a", [5, 0.5, 5, 1000], None),
        ("a,b\ninf,x\n-Infinity,y\n", "a", [np.inf, -np.inf], None),
        ("a,b\nTRUE,x\nfalse,y\n", "a", [True, False], None),
    ],
)
def test_numbers_in_many_spellings(content, column, expected, told):
    table = read(content)
    np.testing.assert_array_equal(table.frame[column].to_numpy(), expected)
    if told:
        assert told in " ".join(table.notes)


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["007", "12"], "leading zeros (007)"),
        (["9007199254740993", ""], "too long to be exact"),
        (["12345678901234567890", "1"], "too long to be exact"),
        (["1_000", "2"], ""), (["0x1F", "2"], ""), (["1,2,3", "4"], ""), (["1.5", "x"], ""), (["1..5", "2"], ""),
        (["None", "NA", "nan"], ""), (["None", "yes", "null"], ""),
    ],
)  # fmt: skip
def test_what_stays_words(cells, told):
    table = read("a|b\n" + "".join(f"{cell}|w\n" for cell in cells))
    assert [("" if pd.isna(cell) else cell) for cell in table.frame["a"]] == cells
    assert told in " ".join(table.notes)


def test_only_an_empty_cell_is_a_gap_among_words():
    column = read("a,b\nNone,1\n,2\n  ,3\nNA,4\n").frame["a"]
    assert column.isna().tolist() == [False, True, True, False]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Straße;Größe\nMüller schön;1,5\nJäger übel €;2,25\n"),
        ("cp1252", "nom;texte\nJosé;déjà vu à l'été, ça marche\n"),
        ("cp1250", "imię;opis\nŁukasz;źródło żółty łąka zażółć gęślą jaźń\n"),
        ("cp1251", "имя;текст\nИван;Привет как дела сегодня хорошая погода\n"),
        ("cp1253", "όνομα;κείμενο\nΓιώργος;καλημέρα τι κάνεις σήμερα\n"),
        ("shift_jis", "名前;本文\n田中;今日は天気がとても良いですね。散歩に行きましょう\n"),
        ("utf-8-sig", "é;b\nx;y\n"), ("utf-16", "é;b\nx;y\n"), ("utf-32", "é;b\nx;y\n"),
        ("utf-16-le", "a;b\nx;é\n"), ("utf-16-be", "a;b\nx;é\n"),
    ],
)  # fmt: skip
def test_encodings_are_recognised_and_told(tmp_path, encoding, text):
    got, told = decode(tmp_path / "t.csv", text.encode(encoding))
    assert got == text
    assert "encoding" in told
    marked = encoding in ("utf-8-sig", "utf-16", "utf-32")
    assert ("byte-order mark)" in told and "guessed" not in told) if marked else "guessed" in told


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"), (b"  \n\n", "is empty"), (b"\xef\xbb\xbf", "is empty"), ("\n".encode("utf-16"), "is empty"),
        ("a,b\n", "header but no row"), ("a,b", "header but no row"),
        ("a,b\n1,2,3\n", r"line 2 \(row 1\): 3 cells, but the header has 2"),
        ("a,b\n1,2\n\n3\n", r"line 4 \(row 2\): 1 cell, but the header has 2"),
        ('a,b\n1,"x\ny"\n1,2,3\n', r"line 4 \(row 2\): 3 cells"),
        (b"a,b\n" + b"1,x\n" * 30_000 + b"1,\0\n", "binary file"),
        (b"PK\x03\x04\xff\x00", "a zip archive or a spreadsheet"),
        (b"\x1f\x8b\x08\xff", "compressed with gzip"),
        (b"a,b\n1,2\n" + bytes(range(128, 160)) + b"\x01\x02\x03\x04", "line 3: byte 8 fits no encoding"),
        (b"\xff\xfea", "cannot be decoded as utf-16"),
        ("a,b,a\n1,2,3\n", "columns 1 and 3 are both called 'a'"),
        ("1.5,1.5\n2,3\n", "If the first line is data"),
    ],
)  # fmt: skip
def test_damage_is_named(written, content, message):
    with pytest.raises(DataError, match=message) as caught:
        read_table(written(content))
    assert "table.csv" in str(caught.value)


def test_an_unterminated_quote_in_one_column_is_an_error(written):
    with pytest.raises(FileFormatError, match="line 3: a quoted cell begins in this record and never ends"):
        read_table(written('text\nfine\n"never closed\nmore\n'))


def test_stray_quotes_are_read_as_letters_and_told():
    table = read('a,b\n1,"x\n2,y\n')
    assert table.frame["b"].tolist() == ['"x', "y"]
    assert "double quotes read as ordinary letters" in " ".join(table.notes)
    tabs = read('a\tb\n"x\t1\ny\t2\nz"\t3\n', "t.tsv")
    assert tabs.frame["a"].tolist() == ['"x', "y", 'z"']


def test_long_cells_and_the_limit_of_the_csv_module():
    before = csv.field_size_limit()
    assert len(read("a,b\n" + "x" * 200_000 + ",1\n").frame["a"][0]) == 200_000
    assert csv.field_size_limit() == before


def test_blank_lines_and_lines_of_blanks_are_passed_over():
    assert read("\n  \na,b\n\n1,2\n   \n3,4\n\n").frame["a"].tolist() == [1, 3]
    assert read('a\nx\n\n""\ny\n').frame["a"].isna().tolist() == [False, True, False]


def test_commas_in_text_do_not_hide_the_delimiter():
    rows = "".join(f"well, yes, no; word {number};{number % 2}\n" for number in range(20))
    quoted = "".join(f'"one; two; three {number}",x\n' for number in range(20))
    assert read("text,label\n" + quoted).frame["label"].unique().tolist() == ["x"]
    with pytest.raises(FileFormatError, match="header has 2"):
        read("text;label\n" + rows)  # unquoted: rightly not guessed


def test_names_are_trimmed_given_and_doubted():
    table = read(",b , c\n0,1,2\n")
    assert list(table.frame.columns) == ["column 1", "b", "c"]
    assert "column 1 has no name" in " ".join(table.notes)
    assert "was taken for the column names" in " ".join(read("5.1,3.5,x1\n1,2,3\n".replace("x1", "0.2")).notes)
    assert "was taken for the column names" not in " ".join(read("0,1,2\n5,6,7\n").notes)


def test_many_columns_are_told_in_one_note():
    table = read(";".join(f"c{n}" for n in range(9)) + "\n" + ";".join(["1,5"] * 9) + "\n")
    assert [note for note in table.notes if "decimal comma" in note] == [
        "columns 'c0', 'c1', 'c2', 'c3', 'c4', 'c5' and 3 more: decimal comma"
    ]


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("text/banking77.csv", 13_083), ("text/sms_spam.csv", 5572), ("text/subj.csv", None), ("text/trec.csv", 5952),
        ("text/product_reviews.csv", None), ("screening/ace.csv", 2235), ("screening/virus.csv", 2304),
        ("pmlb/adult.tsv.gz", None), ("pmlb/titanic.tsv.gz", None), ("pmlb/mfeat_factors.tsv.gz", None),
    ],
)  # fmt: skip
def test_real_files_are_read_as_the_csv_module_reads_them(real_data, name, rows):
    import gzip

    path = real_data / name
    data = path.read_bytes()
    text = (gzip.decompress(data) if name.endswith(".gz") else data).decode()
    records = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t" if ".tsv" in name else ","))
    frame = read_table(path).frame
    assert list(frame.columns) == records[0]
    assert len(frame) == len(records) - 1
    assert rows is None or len(frame) == rows
    for place, column in enumerate(frame.columns):
        cells = [record[place] for record in records[1:]]
        if pd.api.types.is_numeric_dtype(frame[column]):
            assert frame[column].tolist() == [float(cell) for cell in cells]
        else:
            assert frame[column].fillna("").tolist() == [cell if cell.strip() else "" for cell in cells]
