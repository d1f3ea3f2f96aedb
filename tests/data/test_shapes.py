"""Delimited texts of every shape: what stands above, below and between their cells."""

import io

import pandas as pd
import pytest

from querist.data import Reading, read_table
from querist.exceptions import DataError, FileFormatError, InvalidParameterError


@pytest.fixture
def read(tmp_path):
    def write_and_read(content, name="t.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_table(path, **options)

    return write_and_read


ABC = {"a": [1, 3], "b": [2, 4], "c": ["x", "y"]}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("sep=;\na;b;c\n1;2;x\n3;4;y\n", "its first line says which delimiter"),
        ('"sep=|"\r\na|b|c\r\n1|2|x\r\n3|4|y\r\n', "its first line says which delimiter"),
        ("My report, 2024\n\na,b,c\n1,2,x\n3,4,y\n", "above the column names skipped: 'My report'"),
        ("My report of 2024\n\na,b,c\n1,2,x\n3,4,y\n", "above the column names skipped: 'My report of"),
        ("Report,,\nof May,,\na,b,c\n1,2,x\n3,4,y\n", "2 lines above the column names"),
        ("# by somebody, today\n# and more\na,b,c\n1,2,x\n3,4,y\n", "2 lines of remarks above the table"),
        ("% arff it is not\n\na,b,c\n1,2,x\n3,4,y\n", "remarks above the table"),
        ("a,b,c\n1,2,x,\n3,4,y,\n", "lines end with a delimiter"),
        ("a,b,c\n1,2,x,\n3,4,y\n", "lines end with a delimiter"),
        ("a,b,c,\n1,2,x\n3,4,y\n", "the line of names ends with a delimiter"),
        ("a,b,c,\n1,2,x,\n3,4,y,\n", "has neither name nor cells: column 4"),
        ("a,b,c\n1,2,x\n3,4,y\n,,\n , ,\n", "2 lines of nothing but delimiters"),
        ("a,b,c\n1,2,x\n3,4,y\n\nSource: somebody's table\n", 'left out: "Source: somebody\'s table"'),
        ("a,b,c\n1,2,x\n3,4,y\n(2 rows)\n", "left out: '(2 rows)'"),
        ("a,b,c\n1,2,x\n3,4,y\n,,\n# the end,,\n", "left out: '# the end'"),
        ("a:b:c\n1:2:x\n3:4:y\n", "delimiter colon"),
        ("a^b^c\n1^2^x\n3^4^y\n", "delimiter caret"),
        ("a~b~c\n1~2~x\n3~4~y\n", "delimiter tilde"),
        ("a\x01b\x01c\n1\x012\x01x\n3\x014\x01y\n", r"delimiter \x01"),
        (" a   b  c\n 1   2  x\n 3   4  y\n", "delimiter blanks"),
        ('a, b, c\n1, 2, "x"\n3, 4, "y"\n', "spaces between delimiter and quotation mark"),
        ("Title of it all\ra,b,c\r1,2,x\r3,4,y\r", "above the column names"),
    ],
)
def test_what_is_no_row_is_passed_over_and_told(read, content, told):
    table = read(content)
    assert table.frame.to_dict("list") == ABC
    assert told in " ".join(table.notes)


@pytest.mark.parametrize("content", ["place\nParis, France\nNice, France\n", "text;label\na, b; c;x\nd, e; f;y\n"])
def test_a_line_that_may_be_a_name_is_no_title(read, content):
    with pytest.raises(FileFormatError, match="but the header has"):
        read(content)


def test_lines_in_messages_are_those_of_the_file(read):
    with pytest.raises(FileFormatError, match=r"line 6 \(row 2\)"):
        read("# remark\nThe title of it\n\na,b,c\n1,2,3\n1,2\n4,5,6\n")


def test_names_of_rows_as_r_writes_them(read):
    written = read('"x" "y"\n"1" 1.5 "a b"\n"2" 2 "c"\n', "t.txt")
    assert written.frame.to_dict("list") == {"row id": [1, 2], "x": [1.5, 2], "y": ["a b", "c"]}
    named = read('"mpg" "cyl"\n"Mazda RX4" 21.5 6\n"Datsun 710" 22.8 4\n', "t.dat")
    assert named.frame["row id"].tolist() == ["Mazda RX4", "Datsun 710"]
    assert read('"x","y"\n"1",1.5,"a"\n"2",2,"c"\n').frame["row id"].tolist() == [1, 2]
    assert "as R writes names of rows" in " ".join(named.notes)
    assert list(read('"","x"\n"1",1.5\n"2",2\n').frame.columns) == ["column 1", "x"]


def test_escaped_quotes(read):
    table = read('a,b\n"he said \\"hi, you\\" twice",2\n"z",4\n')
    assert table.frame["a"].tolist() == ['he said "hi, you" twice', "z"]


def test_files_without_names(read):
    iris = "5.1,3.5,setosa\n4.9,3.0,setosa\n"
    assert list(read(iris, header=False).frame.columns) == ["column 1", "column 2", "column 3"]
    named = read(iris, names=["length", "width"])
    assert named.frame.to_dict("list") == {"length": [5.1, 4.9], "width": [3.5, 3.0], "column 3": ["setosa"] * 2}
    assert "use --no-header" in " ".join(read(iris, "t.data").notes)
    with pytest.raises(DataError, match="has 3 columns, but 4 names are given"):
        read(iris, names="abcd")
    with pytest.raises(InvalidParameterError, match="must differ"):
        read(iris, names=["a", "a"])
    with pytest.raises(FileFormatError, match="names its columns itself"):
        read('[{"a": 1}]', "t.json", header=False)


def test_a_delimiter_that_is_named(read):
    assert read("a!b,c\n1!2\n", delimiter="!").frame.to_dict("list") == {"a": [1], "b,c": [2]}
    assert Reading.of(delimiter=r"\t").delimiter == "\t"
    with pytest.raises(InvalidParameterError, match="one character"):
        read("a,b\n1,2\n", delimiter="ab")
    with pytest.raises(FileFormatError, match="not delimited text"):
        read('[{"a": 1}]', "t.json", delimiter=";")


@pytest.mark.parametrize(
    ("content", "name", "texts"),
    [
        ("Hello, world, so\nAnother; text\nThird one\n", "text", ["Hello, world, so", "Another; text", "Third one"]),
        ("review\nVery good\n\nNot, at all\r\n", "review", ["Very good", "Not, at all"]),
        ('one "quoted\ntwo, three\n"four"\n', "text", ['one "quoted', "two, three", '"four"']),
    ],
)
def test_one_text_a_line(read, content, name, texts):
    table = read(content, "t.txt")
    assert table.frame.to_dict("list") == {name: texts}
    assert "one text per line" in " ".join(table.notes)
    assert read(content, "t.txt", names=["x"]).frame["x"].tolist()[-1] == texts[-1]


def test_a_sum_at_the_end_is_told(read):
    assert "begins with 'Total'" in " ".join(read("a,b\nx,1\ny,2\nTotal,3\n").notes)
    assert "begins with" not in " ".join(read("a,b\nx,1\ny,2\nTotally,3\n").notes)


def test_lines_of_libsvm_under_another_ending(read):
    table = read("1 1:0.5 2:3\n-1 2:3\n", "t.dat")
    assert table.matrix.tolist() == [[0.5, 3], [0, 3]]
    assert "its lines are those of libsvm" in table.notes


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.txt", "".join(f"this is review {n} of many and it is, well, quite long\n" for n in range(9))),
        ("t.txt", "".join(f"one thing; and another one, number {n}\n" for n in range(9))),
        ("t.txt", "".join(f"one more time: this is number {n}\n" for n in range(9))),
        ("t.txt", "".join(f"this is number {n} of it all that is\n" for n in range(9))),
    ],
)
def test_sentences_with_as_many_marks_each_are_texts(read, name, content):
    assert read(content, name).frame["text"].tolist() == content.splitlines()


@pytest.mark.parametrize(
    "content",
    [
        "text, label\n" + "".join(f"this is the review {n}, x\n" for n in range(9)),
        "5.1,3.5,a\n" * 5,
        "a long name, another\n" + "".join(f"this is the text, {n}\n" for n in range(9)),
        "a;b\n" + "one text; another text here\n" * 3,
    ],
)
def test_tables_in_txt_stay_tables(read, content):
    assert read(content.replace("5.1,3.5,a", "x,y,z", 1), "t.txt").frame.shape[1] > 1


@pytest.mark.parametrize(
    ("content", "is_told"),
    [
        ("".join(f"this is the text {n}\n" for n in range(9)), True),
        ("".join(f"this is the text {n};{'ab'[n % 2]}\n" for n in range(9)), True),
        ("yes\nno\nyes\nno\n", True),
        ("review\n" + "".join(f"this is the text {n}\n" for n in range(9)), False),
        ("review;how do you like it\n" + "".join(f"this is the text {n};well\n" for n in range(9)), False),
        ("Why do you like it?\n" + "".join(f"this is the text {n}\n" for n in range(9)), False),
    ],
)
def test_a_first_line_that_looks_like_the_others_is_told(read, content, is_told):
    for name in ("t.csv", "t.xlsx"):
        if name == "t.xlsx":
            rows = [line.split(";") for line in content.splitlines()]
            target = io.BytesIO()
            pd.DataFrame(rows).to_excel(target, index=False, header=False)
            table = read(target.getvalue(), name)
        else:
            table = read(content, name)
        assert any("--no-header" in note for note in table.notes) == is_told
