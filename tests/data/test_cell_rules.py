"""One set of rules for the cells of all formats: numbers, gaps, odd words, decorations, types; each one told."""
# ruff: noqa: RUF001 - other signs and digits are the point

import datetime
import decimal
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.data import TableFeatures, read_problem, read_table
from querist.data.written_numbers import written_number
from querist.exceptions import DataError, InvalidParameterError, TargetError

pytestmark = pytest.mark.usefixtures("own_cache")

N = 30
Z = [(number * 7) % 31 + 0.5 for number in range(N)]
LABELS = ["a", "b"] * (N // 2)
FORMATS = ["csv", "xlsx", "jsonl", "parquet"]


@pytest.fixture
def put(tmp_path):
    """Write words, a column of numbers and labels in a format."""

    def write(cells, format_="csv", name="v", labels=LABELS, file="t"):
        path = tmp_path / f"{file}.{format_}"
        frame = pd.DataFrame({name: cells, "z": Z[: len(cells)], "label": labels[: len(cells)]}, dtype=object)
        if format_ == "csv":
            frame.to_csv(path, index=False)
        elif format_ == "xlsx":
            frame.to_excel(path, index=False, engine="xlsxwriter")
        elif format_ == "jsonl":
            path.write_text("".join(json.dumps(row) + "\n" for row in frame.to_dict("records")))
        else:
            frame.to_parquet(path)
        return path

    return write


def told(path, **options):
    return " | ".join(read_problem(path, "label", **options).notes)


def among(odd, at=12):
    cells = [str(number * 1.5) for number in range(N)]
    return [*cells[:at], odd, *cells[at + 1 :]]


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    ("odd", "note"),
    [
        ("<5", "'<5' (1 cell) is no number, read as missing"),
        ("broken", "'broken' (1 cell) is no number"),
        ("--", "'--' read as missing"),
        ("\\N", "read as missing"),
        ("#DIV/0!", "'#DIV/0!' read as missing"),
        ("missing", "'missing' read as missing"),
        ("NA", "'NA' read as missing"),
        ("n/a", "'n/a' read as missing"),
    ],
)
def test_one_odd_word_makes_a_gap_among_numbers_and_is_told(put, format_, odd, note):
    path = put(among(odd), format_)
    column = read_table(path).frame["v"]
    assert column.isna().tolist() == [number == 12 for number in range(N)]
    assert column[13] == 19.5
    notes = told(path)
    assert "columns read as numbers: v" in notes
    assert note in notes


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    ("cells", "first", "note"),
    [
        ("{}%", [10, 11], "'%' appears with all"),
        ("{} %", [10, 11], "'%' appears with all"),
        ("${}.50", [10.5, 11.5], "'$' appears with all"),
        ("{},50 €", [10.5, 11.5], "decimal comma"),
        ("€ {},50", [10.5, 11.5], "'€' appears with all"),
        ("{} kg", [10, 11], "'kg' appears with all"),
        ("{}kg", [10, 11], "'kg' appears with all"),
        ("{} km/h", [10, 11], "'km/h' appears with all"),
        ("1 0{}", [1010, 1011], "blanks separate thousands"),
        ("1\u00a00{}", [1010, 1011], "blanks separate thousands"),
        ("1\u20090{},5", [1010.5, 1011.5], "blanks separate thousands"),
        ("1'0{}.5", [1010.5, 1011.5], "apostrophes separate thousands"),
        ("({})", [-10, -11], "brackets mean minus"),
        ("{}-", [-10, -11], "a minus behind the number"),
        ("\u2212{}", [-10, -11], "other signs or digits"),
        ("-${}", [-10, -11], "'$' appears with all"),
        ("10:{}", [36_600, 36_660], "times read as seconds"),
        ("10:{} PM", [79_800, 79_860], "times read as seconds"),
    ],
)
def test_decorated_numbers_are_numbers_and_the_decoration_is_told(put, format_, cells, first, note):
    order = [10, 11, *(10 + (number * 7) % 31 for number in range(2, N))]
    path = put([cells.format(number) for number in order], format_)
    assert read_table(path).frame["v"].tolist()[:2] == first
    assert note in told(path)


@pytest.mark.parametrize("zero", ["٠", "０", "०"])
def test_digits_of_other_scripts(put, zero):
    cells = ["".join(chr(ord(zero) + int(digit)) for digit in str(number)) for number in range(10, 40)]
    assert read_table(put(cells)).frame["v"].tolist() == list(range(10, 40))


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    "cells",
    [
        ["1", "2", "3", "A"] * 7 + ["1", "2"],
        ["1", "2", "3", "4"] * 7 + ["1", "A"],
        [f"{number}{'kg' if number % 2 else 'g'}" for number in range(N)],
        [f"{100 + number}" for number in range(N - 2)] + ["V45", "E849"],
        [f"0{number:04d}" for number in range(N)],
        [f"A{number}" for number in range(N)],
        ["1-2", "2-3"] * (N // 2),
        ["low", "high", "5"] * (N // 3),
    ],
)
def test_codes_and_categories_stay_words(put, format_, cells):
    assert read_table(put(cells, format_)).frame["v"].tolist() == cells


def test_what_most_cells_are_is_told_of_words_too(put):
    assert "28 of 30 cells are numbers, 'A' is not" in told(put([*map(str, range(100, 128)), "A", "A"]))
    assert "different units ('g', 'kg')" in told(put([f"{number}{'g' if number % 3 else 'kg'}" for number in range(N)]))
    words = told(put([f"{100 + number}" for number in range(N - 1)] + ["x17"], name="customer_id"))
    assert "29 of 30 cells are numbers" in words


def test_options_decide_otherwise(put):
    odd = put([*map(str, range(100, 128)), "A", "A"])
    assert read_table(odd, missing=["A"]).frame["v"].isna().sum() == 2
    assert "numbers: v" in told(odd, missing=["A"])
    censored = put(among("<5"))
    assert "categories: v" in told(censored, category_columns=["v"])
    assert (
        read_problem(put([f"{1 + number % 3}" for number in range(N)]), "label", category_columns=["v"]).X.shape[1] == 4
    )
    grouped = put([f"1.{200 + number}" for number in range(N)])
    assert read_table(grouped).frame["v"][0] == 1.2
    assert read_table(grouped, decimal="comma").frame["v"][0] == 1200
    with pytest.raises(InvalidParameterError, match="decimal must be"):
        read_table(grouped, decimal="dot")
    with pytest.raises(InvalidParameterError, match="a list of words"):
        read_table(grouped, missing="NA")
    with pytest.raises(DataError, match="no column 'w' to read as categories"):
        read_problem(censored, "label", category_columns=["w"])


@pytest.mark.parametrize("format_", FORMATS)
def test_targets_and_groups_keep_what_stood_there(put, format_):
    grades = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "other"] * 3
    path = put([f"{number}%" for number in range(N)], format_, labels=["10%", "20%"] * (N // 2))
    problem = read_problem(path, "label", group="v")
    assert set(problem.y.tolist()) == {"10%", "20%"}
    assert problem.groups[1] == "1%"
    named = put([1.5, 2.5] * (N // 2), format_, labels=grades[:24] + ["1", "2"] * 3)
    assert "other" in read_problem(named, "label").y.tolist()


@given(st.integers(-(10**12), 10**12), st.integers(0, 2), st.sampled_from(["", " ", "\u00a0", "\u202f", "'", "\u2019"]))
def test_a_number_is_read_as_it_was_written(number, places, separator):
    text = f"{number:,.{places}f}".replace(",", separator)
    found = written_number(text)
    assert float(found.core) == number


@given(st.text(max_size=12))
def test_any_word_is_a_number_or_none_without_an_error(word):
    found = written_number(word.strip())
    assert found is None or found.core.strip("+-.,eE0123456789") == ""


def test_typed_cells_of_parquet(tmp_path):
    frame = pd.DataFrame(
        {
            "decimal": [decimal.Decimal(number) / 4 for number in range(N)],
            "bytes": [f"w{number % 3}".encode() for number in range(N)],
            "picture": [b"\xff\xd8" + bytes([number]) for number in range(N)],
            "lasts": [datetime.timedelta(minutes=(number * 7) % 31) for number in range(N)],
            "at": [datetime.time((number * 7) % 24, 3) for number in range(N)],
            "big": pd.array([2**60 + number if number % 5 else None for number in range(N)], dtype="Int64"),
            "far": [datetime.date(9999, 12, 31), *(datetime.date(2020, 1, 1 + n % 28) for n in range(N - 1))],
            "x": [(number * 11) % 31 for number in range(N)],
            "label": [decimal.Decimal("0.00"), decimal.Decimal("1.00")] * (N // 2),
        }
    )  # fmt: skip
    path = tmp_path / "t.parquet"
    frame.set_index(pd.Index(frame["x"], name="x")).to_parquet(path)
    table = read_table(path)
    assert table.frame["decimal"].tolist() == [number / 4 for number in range(N)]
    assert table.frame["bytes"][1] == "w1"
    assert table.frame["at"][0] == 180
    assert table.frame["big"].tolist()[1] == str(2**60 + 1)
    notes = told(path)
    for note in ("'picture': left out", "index 'x' is left out", "'big': kept as words", "to 9999", "as text in UTF-8"):
        assert note in notes
    assert read_problem(path, "label").y.tolist() == [0, 1] * (N // 2)
    assert set(read_problem(path, "bytes").y.tolist()) == {"w0", "w1", "w2"}
    with pytest.raises(TargetError, match="'picture'"):
        read_problem(path, "picture")


def test_typed_cells_of_spreadsheets(tmp_path):
    frame = pd.DataFrame(
        {
            "mixed": [number * 1.5 if number != 5 else "n/a" for number in range(N)],
            "few": [number * 1.5 if number != 5 else "<5" for number in range(N)],
            "at": [datetime.time((number * 7) % 24, 3) for number in range(N)],
            "day": [datetime.date(2020, 1, 1 + number % 28) if number != 4 else "NA" for number in range(N)],
            "label": LABELS,
        }
    )
    frame.to_excel(tmp_path / "t.xlsx", index=False, engine="xlsxwriter")
    notes = told(tmp_path / "t.xlsx")
    assert "numbers: mixed, few, at; dates: day" in notes
    assert "'day': dates, year first; 'NA' read as missing" in notes


def test_halves_of_letters_in_json(tmp_path):
    rows = [
        {"x": number * number, "t": f"so nice it is {number}" + "\ud83d" * (number == 3),
         "c\ud83d": f"k{number % 3}\ude00", "label": f"{'ab'[number % 2]}\ud83d"} for number in range(N)
    ]  # fmt: skip
    path = tmp_path / "t.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    problem = read_problem(path, "label")
    assert set(problem.y.tolist()) == {"a\ufffd", "b\ufffd"}
    assert "column 't': half a letter (a lone surrogate) in row 4, read as U+FFFD" in " ".join(problem.notes)
    TableFeatures().fit(pd.DataFrame({"c": pd.Series(["a\ud83d", "b"] * 5, dtype=object)}))


def test_bytes_as_labels_and_a_lone_array(tmp_path):
    np.savez(tmp_path / "t.npz", X=np.eye(6), y=np.array([b"no", b"yes"] * 3))
    assert read_problem(tmp_path / "t.npz", None).y.tolist() == ["no", "yes"] * 3
    with (tmp_path / "a.npz").open("wb") as file:
        np.save(file, np.eye(3))
    with pytest.raises(DataError, match=r"one array \(.npy\), not X and y|X and y"):
        read_table(tmp_path / "a.npz")


# ---------------------------------------------------------------------- the test file in the style of the other


def test_the_style_of_the_file_to_learn_from_holds_for_the_test_file(tmp_path):
    train, test = tmp_path / "train.csv", tmp_path / "test.csv"
    train.write_text("x,p,label\n" + "".join(f'"{3 + n % 5},5",{2 + n % 3}.107,{"ab"[n % 2]}\n' for n in range(20)))
    test.write_text("x,p,label\n" + "".join(f"{3 + n % 5},{2 + n % 3}.107,{'ab'[n % 2]}\n" for n in range(20)))
    problem = read_problem(train, "label", test=test)
    np.testing.assert_allclose(problem.X[:, 1], problem.X_test[:, 1])
    assert read_table(test, like=read_table(train)).frame["p"][0] == 2107


@pytest.mark.parametrize("format_", FORMATS)
def test_cells_of_the_test_file_that_do_not_fit_are_told(put, format_):
    train = read_table(put([f"{number}.5" for number in range(N)], format_))
    test = put([*(f"{number}.5" for number in range(N - 2)), "A1", "0,5,5"], format_, file="test")
    table = read_table(test, like=train)
    assert table.frame["v"].isna().sum() == 2
    assert "'A1', '0,5,5' (2 cells) are no number" in " ".join(table.notes)
    with pytest.raises(
        DataError, match=r"column 'v' holds '1;5', and 30 of its 30 cells are no numbers as in .*decimal"
    ):
        read_table(put([f"{number};5" for number in range(1, N + 1)], format_, file="other"), like=train)


def test_words_there_are_words_here(put):
    train = read_table(put([f"A{number}" for number in range(N)]))
    assert read_table(put([str(number) for number in range(N)], file="test"), like=train).frame["v"][3] == "3"
