"""Lines that name the columns: two of them, units below, and titles that hold the delimiter."""

import pytest

from querist.data import Reading, read_table
from querist.exceptions import DataError, FileFormatError, InvalidParameterError
from workbooks import workbook

UNITS = "size,weight,label\ncm,kg,\n1,2,a\n3,4,b\n5,6,a\n7,8,b\n"
GROUPS = "id,height,,weight,\n,mean,std,mean,std\n1,2,3,4,5\n2,3,4,5,6\n3,4,5,6,7\n"
SURVEY = "Q1,Q2,Q3\nHow old are you?,How many?,Why?\n1,2,so\n3,4,because\n5,6,no\n"


@pytest.fixture
def read(tmp_path):
    def write_and_read(content, name="t.csv", **options):
        if name == "t.xlsx":
            rows = [[_typed(cell) for cell in line.split(",")] for line in content.splitlines()]
            (tmp_path / name).write_bytes(workbook(one=rows))
        else:
            (tmp_path / name).write_text(content)
        return read_table(tmp_path / name, **options)

    return write_and_read


def _typed(cell):
    return int(cell) if cell.isdecimal() else cell or None


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx"])
@pytest.mark.parametrize("above", ["", "Title of it all,,\n"])
def test_units_below_the_names_are_no_row(read, name, above):
    table = read(above + UNITS, name)
    assert table.frame.to_dict("list") == {"size": [1, 3, 5, 7], "weight": [2, 4, 6, 8], "label": list("abab")}
    told = f"line {2 + bool(above)} holds units (cm, kg), skipped; if it is data, use --header-lines 1"
    assert told in " ".join(table.notes)
    assert read(UNITS, name, header_lines=1).n_rows == 5
    assert list(read(UNITS, name, header_lines=2).frame.columns) == ["size cm", "weight kg", "label"]


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx"])
def test_names_in_two_lines_are_joined_where_the_first_are_groups(read, name):
    table = read(GROUPS, name)
    assert list(table.frame.columns) == ["id", "height mean", "height std", "weight mean", "weight std"]
    assert table.frame["weight std"].tolist() == [5, 6, 7]
    assert "lines 1 and 2 both name the columns, and are joined" in " ".join(table.notes)


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx"])
def test_more_names_below_whole_ones_are_passed_over(read, name):
    table = read(SURVEY, name)
    assert table.frame.to_dict("list") == {"Q1": [1, 3, 5], "Q2": [2, 4, 6], "Q3": ["so", "because", "no"]}
    assert "line 2 looks like more names (How old are you?" in " ".join(table.notes)
    assert read(SURVEY, name, header_lines=2).frame.columns[0] == "Q1 How old are you?"


@pytest.mark.parametrize(
    "content",
    [
        "x,y\nNA,a\n1,b\n2,a\n3,b\n",  # a gap
        "x,y\n<5,a\n1,b\n2,a\n3,b\n",
        "x,y,z\nlow,1,a\n1,2,b\n2,3,a\n3,4,b\n",  # an odd word
        "x,y\nlow,low\n1,2\n2,3\n3,4\n",
        "x,y\nm,kg\n1,2\n2,3\n",  # too few to say
        "sex,word\nm,a\nf,b\nm,c\nf,d\n",  # no numbers
        "a,,b\n1,x,2\n3,y,4\n5,z,6\n",  # a column without a name
        "a,b\nx,1\ny,2\nz,3\n",
    ],
)
def test_other_first_rows_stay_rows(read, content):
    table = read(content)
    assert table.n_rows == content.count("\n") - 1
    assert "header-lines" not in " ".join(table.notes)


def test_the_lines_of_messages_are_those_of_the_file(read):
    with pytest.raises(FileFormatError, match=r"line 7 \(row 5\): 2 cells"):
        read(UNITS + "1,2\n")
    assert read(UNITS.replace("cm,", '"[cm\n]",')).n_rows == 4


def test_what_cannot_be_meant(read):
    with pytest.raises(InvalidParameterError, match="how many lines hold names, got -1"):
        Reading.of(header_lines=-1)
    with pytest.raises(InvalidParameterError, match="Where there is no such line"):
        Reading.of(header_lines=2, names=["a"])
    assert Reading.of(header_lines=0).header is False
    with pytest.raises(FileFormatError, match="names its columns itself"):
        read('[{"a": 1}]', "t.json", header_lines=2)


def test_names_in_three_lines_are_joined_where_it_is_said(read):
    content = ",height,height\n,mean,std\nid,,\na,1,2\nb,2,3\nc,3,4\n"
    for name in ("t.csv", "t.xlsx"):
        assert list(read(content, name, header_lines=3).frame.columns) == ["id", "height mean", "height std"]
        with pytest.raises(DataError, match=r"both called 'height'\. Rename one\. If several lines hold the names"):
            read(content, name)


def test_titles_that_hold_the_delimiter(read):
    for title in ("My report, 2024\n\n", "My report, of May\nby me, and you\n"):
        table = read(f"{title}a,b,c\n1,2,x\n3,4,y\n")
        assert table.frame.to_dict("list") == {"a": [1, 3], "b": [2, 4], "c": ["x", "y"]}
        assert "above the column names skipped: 'My report'" in " ".join(table.notes)
    with pytest.raises(FileFormatError, match="but the header has 2"):
        read("first name,last name\nanna,smith,x\nbob,jones,y\n")
