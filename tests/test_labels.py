"""The door for labels: what was told comes back, survives a file, and fits; or it is refused and nothing happened."""

import collections
import datetime
import decimal
import enum
import itertools

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import querist
from querist._labels import as_labels, joined_type, stored_labels
from querist.exceptions import InvalidParameterError

X = np.random.default_rng(0).normal(size=(12, 2))

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
integers = st.integers(-(2**63), 2**63 - 1)
whole = st.one_of(st.integers(-(2**53), 2**53), st.integers(-9, 9)).map(float)
columns = st.one_of(*(st.lists(kind, min_size=2, max_size=8) for kind in (texts, integers, st.booleans(), whole)))


def dtype_of(labels):
    return object if isinstance(labels[0], str) else None


NULLABLE = {str: "string", int: "Int64", bool: "boolean", float: "Float64"}
CONTAINERS = {
    "list": list,
    "tuple": tuple,
    "iterator": iter,
    "deque": collections.deque,
    "object array": lambda labels: np.array([*labels, None], object)[:-1],
    "array": lambda labels: np.array(labels, dtype_of(labels)),
    "other byte order": lambda labels: (
        a if (a := np.array(labels, dtype_of(labels))).dtype == object else a.astype(a.dtype.newbyteorder(">"))
    ),
    "array without a mask": lambda labels: np.ma.array(np.array(labels, dtype_of(labels)), mask=False),
    "numpy scalars": lambda labels: list(np.array(labels, dtype_of(labels))),
    "series": pd.Series,
    "object series": lambda labels: pd.Series(labels, dtype=object),
    "nullable": lambda labels: pd.Series(labels, dtype=NULLABLE[type(labels[0])]),
    "category": lambda labels: pd.Series(labels).astype("category"),
    "index": pd.Index,
    "pandas array": pd.array,
    "arrow series": lambda labels: pd.Series(pd.arrays.ArrowExtensionArray(pa.array(labels))),
    "polars": pl.Series,
    "arrow": pa.array,
    "arrow dictionary": lambda labels: pa.array(labels).dictionary_encode(),
    "chunks": lambda labels: pa.chunked_array([labels[:1], labels[1:]]),
    "dict": lambda labels: dict(enumerate(labels)),
}


@pytest.mark.parametrize("container", CONTAINERS)
@settings(max_examples=15)
@given(columns)
@example(["a\0", "a"])
@example(["x" * 500, "a"])
@example([0, -(2**63)])
def test_labels_come_back_as_told_whatever_holds_them(container, labels):
    if container == "category" and pd.Categorical(labels).tolist() != labels:
        return  # older pandas takes texts for C strings, which end at NUL
    array = as_labels(CONTAINERS[container](labels), len(labels))
    assert array.tolist() == labels
    assert {type(label) for label in array.tolist()} == {type(labels[0])}
    # What a classifier takes: no objects but texts.
    assert array.dtype.kind in "bifU" or all(isinstance(label, str) for label in array)


@settings(max_examples=25)
@given(columns, st.sampled_from(sorted(CONTAINERS)))
def test_a_session_keeps_them_and_can_be_saved_and_fitted(tmp_path_factory, labels, container):
    assume(len(set(labels)) > 1)
    path = tmp_path_factory.getbasetemp() / "labels.json"
    session = querist.Session(X, estimator="naive_bayes", random_state=0)
    session.tell(range(len(labels)), CONTAINERS[container](labels))
    session.save(path)
    for each in (session, querist.Session.load(path, X)):
        assert each.labels.tolist() == labels
        assert each.classes == list(dict.fromkeys(labels))
        assert set(each.predict().tolist()) <= set(labels)


@settings(max_examples=25)
@given(columns, st.data())
def test_parts_of_one_column_told_in_different_containers_are_one_column(labels, data):
    session = querist.Session(X, random_state=0)
    cut = data.draw(st.integers(1, len(labels) - 1))
    names = [name for name in sorted(CONTAINERS) if name != "dict"]
    for rows in (range(cut), range(cut, len(labels))):
        container = CONTAINERS[data.draw(st.sampled_from(names))]
        session.tell(rows, container([labels[row] for row in rows]))
    assert session.labels.tolist() == labels
    assert len({type(label) for label in session.labels.tolist()}) == 1


@pytest.mark.parametrize("width", ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "?", ">i4", "g"])
def test_every_width_is_one_type_in_the_session(width):
    session = querist.Session(X, random_state=0)
    values = np.array([0, 1, 0, 1], width)
    session.tell(range(4), values)
    session.tell([4, 5], values.tolist()[:2])
    assert session.labels.tolist() == [0, 1, 0, 1, 0, 1]
    session.predict()


Text = enum.Enum("Text", {"A": "a", "B": "b"}, type=str)
Number = enum.IntEnum("Number", "A B")
Plain = enum.Enum("Plain", "A B")

REFUSED = [
    ([Text.A, Text.B], r"labels\[0\] is <Text.A: 'a'>, a member of an Enum.*\.value"),
    ([Number.A, Number.B], r"labels\[0\] is .*member of an Enum"),
    ([Plain.A, Plain.B], r"labels\[0\] is .*member of an Enum"),
    (["a", Text.B], r"labels\[1\] is .*member of an Enum"),
    ({"a", "b"}, "labels is a set, which has no order"),
    (frozenset("ab"), "labels is a frozenset"),
    ({0: "a", 2: "b"}, "key 2, which is none of the rows"),
    ({0: "a"}, "lacks row 1"),
    ({0: "a", True: "b"}, "key True"),
    (["a", None], r"labels\[1\] is missing.*skip"),
    ([1.0, float("nan")], r"labels\[1\] is missing"),
    (["a", float("nan")], r"labels\[1\] is missing"),
    ([pd.NA, "a"], r"labels\[0\] is missing"),
    (pd.Series(["a", None], dtype="string"), r"labels\[1\] is missing"),
    (pd.Series([1, None], dtype="Int64"), r"labels\[1\] is missing"),
    (pd.Series(["a", None], dtype="category"), r"labels\[1\] is missing"),
    (pl.Series(["a", None]), r"labels\[1\] is missing"),
    (pa.array(["a", None]), r"labels\[1\] is missing"),
    (np.ma.array([0, 1], mask=[False, True]), r"labels\[1\] is missing"),
    (np.ma.array(["a", "b"], mask=[True, False]), r"labels\[0\] is missing"),
    ([1, "a"], r"labels\[1\] is 'a', a label of type str, and labels\[0\] is 1, of type int"),
    ([2, True], r"labels\[1\] is True, a label of type bool"),
    ([1, 2.0], r"labels\[1\] is 2.0, a label of type float"),
    (np.array([1, "a"], object), r"labels\[1\] is 'a'"),
    ([0.5, 1.0], r"labels\[0\] is 0.5, and a class must be a whole number"),
    ([1.0, float("inf")], r"labels\[1\] is inf"),
    ([1.0, 1e300], r"labels\[1\] is 1e\+300"),
    ([1, 2**63], r"labels\[1\] is 9223372036854775808, which integers of 64 bits"),
    (np.array([1, 2**63], np.uint64), r"labels\[1\] is 9223372036854775808"),
    ([-(2**63) - 1, 1], r"labels\[0\] is -9223372036854775809"),
    ([b"a", b"b"], r"labels\[0\] is a bytes. Decode"),
    (np.array([b"a", b"b"]), "bytes: decode"),
    ([decimal.Decimal(1), decimal.Decimal(2)], r"labels\[0\] is a Decimal"),
    ([(1, 2), (3, 4)], r"labels\[0\] is a tuple"),
    ([["a"], ["b"]], r"labels\[0\] is a list"),
    ([np.timedelta64(1), np.timedelta64(2)], r"labels\[0\] is a timedelta64"),
    ([datetime.date(2024, 1, 1)] * 2, r"labels\[0\] is a date"),
    (np.array(["2024-01-01", "2024-01-02"], "M8[D]"), "dtype datetime64"),
    (np.zeros(2, [("a", int)]), "dtype"),
    (np.array([1j, 2j]), "dtype complex128"),
    (np.array([[0], [1]]), r"shape \(2, 1\).*ravel"),
    (pd.DataFrame({"a": [0, 1]}), r"DataFrame of shape \(2, 1\). Pass one column"),
    (pl.DataFrame({"a": [0, 1]}), r"DataFrame of shape \(2, 1\)"),
    (pa.table({"a": [0, 1]}), r"Table of shape \(2, 1\)"),
    (["\ud83d", "a"], r"labels\[0\] is .*half a surrogate"),
    (np.array(["a", "\ud83d"]), r"labels\[1\] is .*half a surrogate"),
    (["a"], "2 rows need 2 labels, got 1"),
    ("ab", "2 rows need 2 labels, got 1"),
    (itertools.cycle("ab"), "2 rows need 2 labels, got 3"),
    (len, "builtin_function_or_method"),
]


@pytest.mark.parametrize(("labels", "match"), REFUSED, ids=[str(place) for place in range(len(REFUSED))])
def test_what_cannot_be_kept_is_refused_by_its_place_and_nothing_is_recorded(labels, match):
    session = querist.Session(X, random_state=0)
    with pytest.raises(InvalidParameterError, match=match):
        session.tell([0, 1], labels)
    assert len(session.events) == 1
    assert session.classes == []


@pytest.mark.parametrize("first", [[0, 1], [True, False], ["a", "b"], [0.0, 1.0]])
@pytest.mark.parametrize("then", [[0, 1], [True, False], ["a", "b"], [0.0, 1.0]])
def test_calls_do_not_mix_types(first, then):
    session = querist.Session(X, random_state=0)
    session.tell([0, 1], first)
    if type(first[0]) is type(then[0]):
        session.tell([2, 3], then)
        return
    for call, rows in ((session.tell, [2, 3]), (session.change, [0, 1])):
        with pytest.raises(InvalidParameterError, match="Use one type"):
            call(rows, then)
    assert session.labels.tolist() == first


def test_the_label_that_is_not_declared_is_named_by_its_place():
    session = querist.Session(X, classes=["a", "b"], random_state=0)
    with pytest.raises(InvalidParameterError, match=r"labels\[1\] is 'c', which is not among the declared classes"):
        session.tell([0, 1, 2], ["a", "c", "b"])
    assert session.labelled.size == 0


@pytest.mark.parametrize(
    ("classes", "match"),
    [
        ({"a", "b"}, "classes is a set"),
        (Text, r"classes\[0\] is .*Enum"),
        (["a", None], r"classes\[1\] is missing"),
        ([1, "a"], r"classes\[1\] is 'a'"),
        ({"a": 1}, "classes is a dict"),
    ],
)
def test_classes_pass_the_same_door(classes, match):
    with pytest.raises(InvalidParameterError, match=match):
        querist.Session(X, classes=classes)
    assert querist.Session(X, classes=pd.Index(["b", "a"])).classes == ["b", "a"]
    assert querist.Session(X, classes=np.array([2, 1], "u1")).classes == [2, 1]
    assert querist.Session(X, classes={"b": 1, "a": 2}.keys()).classes == ["b", "a"]


def test_one_long_text_does_not_make_all_as_wide():
    labels = ["a"] * 2000 + ["x" * 20_000]
    array = as_labels(labels, 2001)
    assert array.dtype == object
    assert array.nbytes < 20_000
    assert joined_type(np.array(["a"]), array[-1:]).kind == "O"
    session = querist.Session(np.zeros((2001, 1)), random_state=0)
    session.tell(range(2000), labels[:-1])
    session.tell([2000], labels[-1:])
    assert session.labels.nbytes < 20_000
    assert session.labels.tolist() == labels


def test_files_of_earlier_versions_may_hold_what_is_refused_today():
    for values in ([1, "a"], [0.5, 1.0], [2**63, 1], [2**64], ["a", "b"], [True, False], []):
        assert stored_labels(values).tolist() == values


def test_numpys_texts_of_any_width_are_texts():
    if not hasattr(np.dtypes, "StringDType"):
        return  # they came with NumPy 2
    assert as_labels(np.array(["a", "b" * 99], np.dtypes.StringDType()), 2).tolist() == ["a", "b" * 99]
    with pytest.raises(InvalidParameterError, match=r"labels\[1\] is missing"):
        as_labels(np.array(["a", None], np.dtypes.StringDType(na_object=None)), 2)
