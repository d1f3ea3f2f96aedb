"""Double quotes in delimited files: no record is lost to one that encloses nothing, whatever the delimiter."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.data import read_table
from querist.data.quotes import regular_quotes
from querist.exceptions import FileFormatError

QUOTE = '"'
DELIMITERS = [",", ";", "|", "\t"]


def rows_of(table):
    return [tuple("" if cell != cell else str(cell) for cell in row) for row in table.frame.itertuples(index=False)]  # noqa: PLR0124


@pytest.fixture
def read(tmp_path):
    def write(text, name="t.csv"):
        path = tmp_path / name
        path.write_bytes(text.encode())
        return read_table(path)

    return write


@pytest.mark.parametrize("delimiter", DELIMITERS)
@pytest.mark.parametrize("stray", [(3,), (3, 10), (3, 10, 20), range(40)])
@pytest.mark.parametrize("last", [False, True])
def test_stray_opening_quotes_swallow_no_record(read, delimiter, stray, last):
    lines = []
    for number in range(40):
        cells = [str(number), ("yes", "no")[number % 4 // 2]]
        cells.insert(2 if last else 1, QUOTE * (number in stray) + f"text {number}")
        lines.append(delimiter.join(cells))
    header = ["x", "label"]
    header.insert(2 if last else 1, "t")
    table = read("\n".join([delimiter.join(header), *lines]) + "\n")
    assert table.frame["t"].tolist() == [QUOTE * (number in stray) + f"text {number}" for number in range(40)]
    assert table.frame["label"].isin(["yes", "no"]).all()
    assert f"double quotes read as ordinary letters in line {stray[0] + 2}" in " ".join(table.notes)


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_a_quote_that_opens_in_one_record_and_closes_in_another_is_doubted(read, delimiter):
    lines = [delimiter.join(["x", "label", "t"])]
    for number in range(40):
        text = f'"text {number}' if number == 3 else f'text {number}"' if number == 10 else f"text {number}"
        lines.append(delimiter.join([str(number), ("yes", "no")[number % 2], text]))
    table = read("\n".join(lines) + "\n")
    assert table.n_rows == 40
    assert table.frame["t"][3] == '"text 3'
    assert table.frame["t"][10] == 'text 10"'
    assert "double quotes read as ordinary letters in line 5" in " ".join(table.notes)


def test_quoted_words_within_a_cell_keep_their_quotes(read):
    table = read('a,b\n"Great" stuff,1\n"fine, yes",2\nhis 5" screen,3\n"",4\n"ok" ,5\n')
    assert table.frame["a"].tolist()[:3] == ['"Great" stuff', "fine, yes", 'his 5" screen']
    assert "in line 2: " in " ".join(table.notes)


def test_a_cell_of_several_lines_stays_one_and_is_told_if_it_might_be_records(read):
    table = read('text,label\n"first line, one comma\nsecond line, another",yes\nplain,no\n')
    assert table.frame["text"][0] == "first line, one comma\nsecond line, another"
    assert not [note for note in table.notes if "ordinary letters" in note]
    told = read('label,text\nyes,"hello\nworld, foo"\nno,plain\n')
    assert told.frame["text"][0] == "hello\nworld, foo"
    assert "line 2: a quoted cell spans 2 lines" in " ".join(told.notes)


def test_an_error_about_a_record_names_the_line_where_the_quote_opens(read):
    with pytest.raises(FileFormatError, match=r"line 3 .*A double quote opens in line 3"):
        read('a,b\n1,x\n2,"y, z\n3,"w"\n')
    with pytest.raises(FileFormatError, match="line 2: a quoted cell begins in this record and never ends"):
        read('a,b\n1,"x,\n')


def test_blanks_before_a_quoted_cell(read):
    assert read('a,b\n1, "x, y"\n2, z\n').frame["b"].tolist() == ["x, y", " z"]


cells = st.text(st.sampled_from("ab \",;\t|\n'é"), max_size=8)


@given(
    rows=st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=8),
    delimiter=st.sampled_from(DELIMITERS),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_a_writer_quotes_is_regular_already(rows, delimiter, end):
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    assert regular_quotes(file.getvalue(), delimiter).text == file.getvalue()


@given(
    rows=st.lists(
        st.lists(st.text(st.sampled_from('ab"é '), min_size=1, max_size=6), min_size=3, max_size=3), min_size=1
    )
)
def test_no_line_of_letters_and_quotes_is_lost_unsaid(rows):
    text = "\n".join(";".join(f"x{cell}" if place == 0 else cell for place, cell in enumerate(row)) for row in rows)
    regular = regular_quotes(f"a;b;c\n{text}\n", ";")
    n_records = len(list(csv.reader(io.StringIO(regular.text, newline=""), delimiter=";")))
    assert n_records == len(rows) + 1 or "a quoted cell spans" in " ".join(regular.notes)


def test_many_stray_quotes_take_linear_time():
    text = "a,b\n" + '1,"x"y\n' * 40_000 + '1,"' + '""' * 200_000
    regular = regular_quotes(text, ",")
    assert regular.text.count("\n") == text.count("\n")
