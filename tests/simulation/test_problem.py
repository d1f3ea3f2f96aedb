"""Data are checked with messages that name what is wrong."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse

from querist.exceptions import InvalidParameterError, TargetError
from querist.simulation.problem import prepare_data

X = np.arange(20.0).reshape(10, 2)
Y = np.array(["no", "yes"] * 5)


def prepared(X=X, y=Y, *, ask_once=True, groups=None, X_test=None, y_test=None):
    return prepare_data(X, y, groups=groups, X_test=X_test, y_test=y_test, ask_once=ask_once)


@pytest.mark.parametrize("kind", [np.asarray, scipy.sparse.csr_array, pd.DataFrame, np.ndarray.tolist])
@pytest.mark.parametrize("target", [np.asarray, list, pd.Series, pd.Categorical])
def test_any_kind_of_data_gives_the_same_codes(kind, target):
    problem = prepared(kind(X), target(Y)).problem
    assert problem.classes.tolist() == ["no", "yes"]
    assert problem.codes.tolist() == [0, 1] * 5
    assert problem.n_rows == 10
    assert problem.twins is None


def test_texts_are_rows_too():
    texts = np.array([f"word {number}" for number in range(10)], dtype=object)
    assert prepared(texts).problem.n_rows == 10


@pytest.mark.parametrize(
    ("y", "word"),
    [
        (["no"] * 10, "one class only, .*no"),
        ([*Y[:9], None], r"y\[9\] is missing.*Leave rows without a label out"),
        (np.linspace(0, 1, 10), r"y\[1\] is 0.1.*a class must be a whole number.*pandas.cut"),
        ([*(["a", "b"] * 4), "a", "c"], r"Class .*c.* has one row only \(row 9\)"),
        (np.array([0.5, 1.0] * 5, dtype=object), r"y\[0\] is 0.5"),
        (["a", 1] * 5, "y\\[1\\] is 1, a label of type int, and y\\[0\\] is 'a'"),
        (Y[:8], "10 rows need 10 labels, got 8"),
    ],
)
def test_targets_that_cannot_be_used_are_told(y, word):
    with pytest.raises(TargetError, match=word):
        prepared(y=y)


def test_a_class_of_one_row_is_allowed_where_nothing_is_split_by_class():
    y = [*(["a", "b"] * 4), "a", "c"]
    assert prepared(y=y, X_test=X, y_test=y).problem.classes.size == 3


def test_a_fixed_test_part_comes_whole():
    with pytest.raises(InvalidParameterError, match="together"):
        prepared(X_test=X)
    with pytest.raises(InvalidParameterError, match="one of them"):
        prepared(X_test=X, y_test=Y, groups=np.arange(10))
    with pytest.raises(TargetError, match="different types"):
        prepared(X_test=X, y_test=[0, 1] * 5)


def test_test_classes_that_cannot_be_learned_are_noted():
    data = prepared(X_test=X[:2], y_test=["yes", "perhaps"])
    assert data.problem.classes.tolist() == ["no", "perhaps", "yes"]
    assert data.problem.test_codes.tolist() == [2, 1]
    assert "perhaps" in data.notes[0]


def test_repeated_rows_are_counted_and_contradictions_too():
    double = np.concatenate([X, X[[0, 1]]])
    data = prepared(double, [*Y, "no", "no"])
    assert data.problem.twins.tolist() == [*range(10), 0, 1]
    assert data.notes[0].startswith("2 of 12 rows repeat")
    assert data.notes[1].startswith("1 of them have another label")
    assert prepared(double, [*Y, "no", "no"], ask_once=False).problem.twins is None


def test_groups_are_coded_and_checked():
    assert prepared(groups=["b", "a"] * 5).problem.groups.tolist() == [1, 0] * 5
    with pytest.raises(InvalidParameterError, match="groups"):
        prepared(groups=[1, 2])


def test_the_hash_tells_data_apart():
    base = prepared().description["hash"]
    assert base == prepared(X.copy(), Y.copy()).description["hash"]
    others = [
        prepared(X + 1),
        prepared(y=Y[::-1]),
        prepared(groups=np.arange(10)),
        prepared(X_test=X, y_test=Y),
        prepared(X_test=X, y_test=Y[::-1]),
    ]
    assert len({base, *(other.description["hash"] for other in others)}) == 6
