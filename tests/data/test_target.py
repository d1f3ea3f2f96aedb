"""The target column: what becomes of its cells, and what is refused."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.data import Table, split_target
from querist.exceptions import TargetError

PATH = Path("file.csv")


def table(target, name="label"):
    return Table(PATH, pd.DataFrame({"x": range(len(target)), name: target}))


@given(st.lists(st.sampled_from(["a", "b", "None", "é"]), min_size=4, max_size=20))
def test_words_stay_words_and_the_rest_stays(words):
    target = pd.Series([*words, "a", "a", "b", "b", "None", "None", "é", "é"])
    rest, labels = split_target(table(target), "label")
    assert labels.tolist() == target.tolist()
    assert list(rest.frame.columns) == ["x"]


@pytest.mark.parametrize(
    ("target", "expected", "kind"),
    [
        ([0, 1, 0, 1], [0, 1, 0, 1], "i"), ([0.0, 1.0, -1.0, 0.0, 1.0, -1.0], [0, 1, -1, 0, 1, -1], "i"),
        ([True, False, True, False], [True, False, True, False], "b"),
        (pd.Categorical(["u", "v", "u", "v"]), ["u", "v", "u", "v"], "U"),
        (pd.Categorical([2, 1, 2, 1]), [2, 1, 2, 1], "i"),
        (pd.array([1, 2, 1, 2], dtype="Int64"), [1, 2, 1, 2], "i"),
        (pd.array([True, False, True, False], dtype="boolean"), [True, False, True, False], "b"),
        (pd.array(["a", "b", "a", "b"], dtype="string"), ["a", "b", "a", "b"], "U"),
        ([0.5, 1.5, 0.5, 1.5], ["0.5", "1.5", "0.5", "1.5"], "U"),
        (pd.Series([1, "a", 1.0, "a"], dtype=object), ["1", "a", "1", "a"], "U"),
        ([2**63, 5, 2**63, 5], [str(2**63), "5", str(2**63), "5"], "U"),
        (np.array([1, 2, 1, 2], np.uint8), [1, 2, 1, 2], "i"),
        (["007", "7", "007", "7"], ["007", "7", "007", "7"], "U"),
    ],
)  # fmt: skip
def test_labels_of_every_type(target, expected, kind):
    _, labels = split_target(table(target), "label")
    assert labels.tolist() == expected
    assert labels.dtype.kind == kind


def test_labels_that_look_alike_are_one_class_and_told():
    cells = ["yes", " yes", "no ", "no", "yes\u00a0", "caf\u00e9", "cafe\u0301", "\ufeffno", "Yes", "Yes", "YES", "YES"]
    rest, labels = split_target(table(cells), "label")
    assert sorted(set(labels.tolist())) == ["YES", "Yes", "caf\u00e9", "no", "yes"]
    notes = " ".join(rest.notes)
    assert "5 cells read without spaces around them and with accents encoded in one way (' yes' as 'yes'" in notes
    assert "'YES' and 'Yes' and 'yes' are kept apart" in notes
    with pytest.raises(TargetError, match="has 2 missing values, the first in row 2"):
        split_target(table(["yes", "", "no", " \u00a0"]), "label")


def test_what_is_decided_is_told():
    notes = split_target(table(["NA", "b", "NA", "b"]), "label")[0].notes
    assert "'NA' (2 rows) is taken for a class" in " ".join(notes)
    assert "mixes cells of type" in " ".join(
        split_target(table(pd.Series([1, "a", 1, "a"], dtype=object)), "label")[0].notes
    )
    assert "read as names of classes" in " ".join(split_target(table([0.5, 1.5] * 3), "label")[0].notes)
    assert split_target(table(["a", "b"] * 2), "label")[0].notes == ()


@given(st.lists(st.floats(-1e3, 1e3).filter(lambda number: number % 1), min_size=1, max_size=4, unique=True))
def test_different_numbers_are_different_classes(numbers):
    target = numbers * 2 + [0.25, 0.25, 0.75, 0.75] * 4
    _, labels = split_target(table(target), "label")
    assert np.unique(labels).size == np.unique(target).size
    assert [float(label) for label in labels] == target


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (["a", None, "b", None], r"'label' has 2 missing values, the first in row 2"),
        ([0.0, 1.0, np.nan], r"has 1 missing value, the first in row 3"),
        (pd.array([1, None, 1, 2], dtype="Int64"), "first in row 2"),
        (["a"] * 5, "only one class, 'a'"),
        ([1.0] * 5, "only one class, 1"),
        (["a", "b", "a", "c", "c"], r"class 'b' has a single row, row 2\."),
        ([1, 2, 3, 1], r"class 2 has a single row, row 2 \(and 1 more such classes\)"),
        (np.linspace(0, 1, 100), "100 distinct numbers in 100 rows, such as .*continuous.*pandas.cut"),
        (np.arange(100.0), "100 distinct numbers.*continuous"),
        (np.arange(200) // 2, "100 distinct numbers in 200 rows"),
        ([f"name {n}" for n in range(60)], "60 distinct values in 60 rows: these are names"),
        ([1.0, np.inf, 1.0, np.inf], "row 2, holds inf"),
        (pd.to_datetime(["2024-01-01", "2024-01-02"] * 2), "holds dates"),
    ],
)
def test_what_is_no_class_is_refused(target, message):
    with pytest.raises(TargetError, match=message) as caught:
        split_target(table(target), "label")
    assert "file.csv" in str(caught.value)


def test_classes_of_one_row_are_fine_where_no_split_is_made():
    assert split_target(table(["a", "b", "a"]), "label", split=False)[1].tolist() == ["a", "b", "a"]


def test_a_column_that_is_not_there():
    with pytest.raises(TargetError, match=r"has no target column 'lable'\. Did you mean 'label'\? It has: x, label"):
        split_target(table(["a", "b"]), "lable")
    with pytest.raises(TargetError, match=r"Did you mean 'label'\?"):
        split_target(table(["a", "b"]), "LABEL")
    with pytest.raises(TargetError, match=r"'zzz'\. It has"):
        split_target(table(["a", "b"]), "zzz")
    wide = Table(PATH, pd.DataFrame(np.zeros((2, 50)), columns=[f"c{n}" for n in range(50)]))
    with pytest.raises(TargetError, match="c29 and 20 more"):
        split_target(wide, "q")
    with pytest.raises(TargetError, match=r"Name the column to predict .* has: x, label"):
        split_target(table(["a", "b"]), None)


def test_a_matrix_carries_its_labels():
    held = Table(Path("m.npz"), matrix=np.eye(4), labels=np.array([1.0, -1.0, 1.0, -1.0]))
    rest, labels = split_target(held, None)
    assert labels.tolist() == [1, -1, 1, -1]
    assert labels.dtype == np.int64
    assert rest.matrix is held.matrix
    assert split_target(held, "y")[1].tolist() == labels.tolist()
    with pytest.raises(TargetError, match=r"carries its labels itself\. Leave out the target 'price'"):
        split_target(held, "price")
