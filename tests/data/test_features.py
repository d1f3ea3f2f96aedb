"""Features: what each kind of column becomes, and that a second frame goes the same way."""

import datetime
import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from querist.data import build_features, pool_hash
from querist.exceptions import DataError

WORDS = ["the quick brown fox runs", "a lazy dog sleeps here", "what is this thing called", "nothing else matters now"]


NUMBERS = pd.DataFrame({"x": [1, 2]})
DAYS = pd.DataFrame({"d": ["2024-01-02", "2024-01-03"]})


def frame_of(n=40, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame({
        "size": np.where(rng.random(n) < 0.2, np.nan, rng.normal(50, 9, n)),
        "count": rng.integers(0, 90, n),
        "colour": rng.choice(["red", "green", "blue", None], n),
        "ok": rng.random(n) < 0.5,
        "day": pd.Series(pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 700, n), unit="D")).astype(str),
        "city": [f"city{number}" for number in rng.integers(0, 500, n)],
    })  # fmt: skip


def column(features, name):
    values = features.X[:, features.names.index(name)]
    return values.toarray().ravel() if scipy.sparse.issparse(values) else values


def test_a_mixed_frame_becomes_one_finite_matrix():
    frame = frame_of(200)
    features = build_features(frame)
    kinds = {"size": "number", "count": "number", "colour": "category", "ok": "category", "day": "date"}
    assert features.kinds == kinds | {"city": "category"}
    assert features.X.dtype == np.float64
    assert features.X.flags.c_contiguous
    assert features.X.shape == (200, len(features.names))
    assert np.isfinite(features.X).all()
    assert len(set(features.names)) == len(features.names)
    assert (features.X[0] != features.X).any(axis=0).all()  # no column is constant


@given(st.lists(st.one_of(st.none(), st.floats(-1e100, 1e100)), min_size=2, max_size=12))
def test_numbers_are_filled_marked_and_standardised(numbers):
    values = np.array([np.nan if number is None else number for number in numbers])
    if len(set(numbers)) < 2:
        return
    features = build_features(pd.DataFrame({"x": values}))
    gaps = np.isnan(values)
    filled = np.where(gaps, np.median(values[~gaps]), values)
    if "x" in features.names:
        X = column(features, "x")
        if not np.isin(filled, (0, 1)).all() and filled.std() > 0:
            np.testing.assert_allclose(X, (filled - filled.mean()) / filled.std(), rtol=1e-9, atol=1e-9)
        else:
            np.testing.assert_allclose(X, filled if np.isin(filled, (0, 1)).all() else filled - filled.mean())
    else:
        assert np.unique(filled).size == 1
    assert ("x is missing" in features.names) == gaps.any()
    if gaps.any():
        np.testing.assert_array_equal(column(features, "x is missing"), gaps)


def test_numbers_that_single_precision_would_merge_stay_apart():
    features = build_features(pd.DataFrame({"x": [2.0**24, 2.0**24 + 1, 2.0**24 + 2] * 2}))
    assert np.unique(features.X).size == 3


@pytest.mark.parametrize("dtype", ["Int64", "Float32", "int8", "uint64"])
def test_every_type_of_number(dtype):
    values = pd.array([1, 2, 4] * 3, dtype=dtype) if dtype[0].isupper() else np.array([1, 2, 4] * 3, dtype)
    np.testing.assert_allclose(build_features(pd.DataFrame({"x": values})).X.std(), 1)


def test_durations_are_numbers():
    features = build_features(pd.DataFrame({"x": pd.to_timedelta([1, 2, 4], unit="h")}))
    assert features.kinds == {"x": "number"}
    np.testing.assert_allclose(features.X.ravel(), build_features(pd.DataFrame({"x": [1.0, 2.0, 4.0]})).X.ravel())


def test_zeros_and_ones_stay():
    features = build_features(pd.DataFrame({"x": [0, 1, 1, 0, 1], "y": [1.0, 5.0, 1.0, 5.0, 2.0]}))
    np.testing.assert_array_equal(column(features, "x"), [0, 1, 1, 0, 1])


def test_categories_are_taken_literally():
    words = ["None", "NA", "007", "07", None, "nan"] * 3
    features = build_features(pd.DataFrame({"c": words, "x": [0, 1, 2] * 6}))
    block = features.X[:, [name.startswith("c") for name in features.names]]
    assert block.shape[1] == 6
    assert (block.sum(axis=1) == 1).all()
    np.testing.assert_array_equal((block @ block.T) == 1, [[a == b for b in words] for a in words])


def test_two_categories_take_one_column():
    assert build_features(pd.DataFrame({"c": ["u", "v"] * 5})).X.shape == (10, 1)
    assert build_features(pd.DataFrame({"c": [True, False] * 5})).X.shape == (10, 1)


def test_numbers_in_categories_are_categories():
    features = build_features(pd.DataFrame({"c": pd.Categorical([1, 2, 3] * 4)}))
    assert features.X.shape == (12, 3)
    assert features.kinds == {"c": "category"}


def test_many_categories_are_encoded_by_their_letters():
    names = [f"{first}{second}" for first in ("Berlin", "Paris", "Madrid") for second in range(30)] * 2
    features = build_features(pd.DataFrame({"c": names}))
    assert features.X.shape == (180, 30)
    alike = np.linalg.norm(features.X[0] - features.X[1])
    unlike = np.linalg.norm(features.X[0] - features.X[35])
    assert alike < unlike


@pytest.mark.parametrize(
    ("days", "expected", "told"),
    [
        (["01/02/2024", "13/02/2024", "05/03/2024"], [(2, 1), (2, 13), (3, 5)], "read as %d/%m/%Y"),
        (["01/02/2024", "02/13/2024", "05/03/2024"], [(1, 2), (2, 13), (5, 3)], "read as %m/%d/%Y"),
        (["01/02/2024", "02/03/2024", "05/04/2024"], [(1, 2), (2, 3), (5, 4)], "%d/%m/%Y would fit too"),
        (["1.2.2024", "13.2.2024", "5.3.2024"], [(2, 1), (2, 13), (3, 5)], "read as %d.%m.%Y"),
        (["2024-02-01", "2024-02-13 10:30", "2024-03-05"], [(2, 1), (2, 13), (3, 5)], "year first"),
        (["2024-02-01T05:00:00+02:00", "2024-02-13T05:00:00+02:00", "2024-03-05T05:00:00+01:00"],
         [(2, 1), (2, 13), (3, 5)], "year first"),
        ([datetime.date(2024, 2, 1), datetime.date(2024, 2, 13), datetime.date(2024, 3, 5)],
         [(2, 1), (2, 13), (3, 5)], "year first"),
    ],
)  # fmt: skip
def test_dates_in_words_have_one_order_of_day_and_month(days, expected, told):
    features = build_features(pd.DataFrame({"d": pd.Series(days * 4, dtype=object)}))
    assert features.kinds == {"d": "date"}
    for position, name in enumerate(("d month", "d day")):
        wanted = np.array([pair[position] for pair in expected] * 4, dtype=float)
        np.testing.assert_allclose(column(features, name), (wanted - wanted.mean()) / wanted.std())
    assert told in " ".join(features.notes)


def test_dates_have_parts_and_gaps():
    days = pd.Series(pd.to_datetime(["2024-01-01 05:00", None, "2025-03-04 07:00"] * 3))
    features = build_features(pd.DataFrame({"d": days}))
    assert features.names == ("d year", "d month", "d day", "d weekday", "d hour", "d days since 1970", "d is missing")
    assert np.isfinite(features.X).all()


@pytest.mark.parametrize(
    "cells", [["2024-01-02", "soon", "2024-01-03"], ["1/2/3", "4-5-6", "a"], ["13/13/2024", "x", "y"]]
)
def test_what_is_no_date_is_none(cells):
    assert build_features(pd.DataFrame({"d": cells * 4})).kinds == {"d": "category"}


def test_text_becomes_sparse_and_other_columns_stand_beside_it():
    texts = [f"{word} number {n}" for n, word in enumerate(WORDS * 5)]
    features = build_features(pd.DataFrame({"t": texts, "x": np.arange(20.0) ** 2, "c": ["u", "v"] * 10}))
    assert features.kinds["t"] == "text"
    assert features.X.format == "csr"
    assert features.X.dtype == np.float32
    words = [place for place, name in enumerate(features.names) if name.startswith("t: ")]
    norms = np.sqrt(features.X[:, words].multiply(features.X[:, words]).sum(axis=1))
    np.testing.assert_allclose(norms, 1, rtol=1e-5)
    assert "t: quick brown" in features.names
    np.testing.assert_allclose(column(features, "x").mean(), 0, atol=1e-6)


def test_a_column_named_as_text_is_text():
    frame = pd.DataFrame({"t": ["yes", "no", "yes", None] * 3})
    assert build_features(frame).kinds == {"t": "category"}
    features = build_features(frame, text_columns=["t"])
    assert features.kinds == {"t": "text"}
    assert features.X[3].nnz == 0


def test_text_without_blanks_between_words():
    texts = [f"今天天气很好我们去公园散步吧第{n}次" for n in "一二三四五六七八九十百千"]
    features = build_features(pd.DataFrame({"t": texts}))
    assert features.kinds == {"t": "text"}
    assert "t: 公园" in features.names


def test_single_letters_are_words_where_nothing_else_is():
    assert build_features(pd.DataFrame({"t": ["a b", "b c", "c a"]}), text_columns=["t"]).X.nnz > 0
    with pytest.raises(DataError, match="holds no words"):
        build_features(pd.DataFrame({"t": ["?!", "...", "--"]}), text_columns=["t"])


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ([5] * 30, "only one value"), ([None] * 30, "is empty"), (list(range(30)), "counts the rows"),
        (list(range(30, 0, -1)), "counts the rows"),
        ([f"K{number * 7919 % 1000}X" for number in range(30)], "a different value"),
    ],
)  # fmt: skip
def test_what_teaches_nothing_is_left_out_and_told(cells, reason):
    features = build_features(pd.DataFrame({"c": cells, "x": [1.0, 2.0, 5.0] * 10}))
    assert features.names == ("x",)
    assert features.kinds["c"] == "dropped"
    assert "column 'c' is left out" in " ".join(features.notes)
    assert reason in " ".join(features.notes)


def test_numbers_under_the_name_id_and_rising_numbers():
    rising = np.arange(30) ** 2 + 3
    assert build_features(pd.DataFrame({"user_id": rising, "x": [1, 2, 5] * 10})).kinds["user_id"] == "dropped"
    features = build_features(pd.DataFrame({"width": rising, "x": [1, 2, 5] * 10}))
    assert features.kinds["width"] == "number"
    assert "drop it if it is a serial number" in " ".join(features.notes)


def test_one_value_and_gaps_teach_by_the_gaps():
    features = build_features(pd.DataFrame({"x": [5.0, None, 5.0]}))
    assert features.names == ("x is missing",)
    np.testing.assert_array_equal(features.X.ravel(), [0, 1, 0])


def test_nothing_left_to_learn_from():
    with pytest.raises(DataError, match=r"No column is left to learn from\. Column 'c' is left out: it has only one"):
        build_features(pd.DataFrame({"c": [1, 1]}))


@pytest.mark.parametrize(
    ("frame", "options", "message"),
    [
        (pd.DataFrame({"x": [1.0, np.inf, 2.0]}), {}, "'x', row 2 is infinite"),
        (pd.DataFrame({"x": [1.0, 2.0, -1e200]}), {}, r"'x', row 3 holds -1e\+200, too large"),
        (NUMBERS, {"test_frame": pd.DataFrame({"x": ["1", "b"]})}, "row 2 of the test file holds 'b'"),
        (NUMBERS, {"test_frame": pd.DataFrame({"x": [1, np.inf]})}, "row 2 of the test file is infinite"),
        (DAYS, {"test_frame": pd.DataFrame({"d": ["soon"]})}, "'soon', which is not a date"),
        (pd.DataFrame({"x": [1, 2], "y": [1, 2]}), {"test_frame": pd.DataFrame({"z": [1]})}, "lacks the columns x, y"),
        (pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"]), {}, "Two columns are called 'a'"),
        (pd.DataFrame({"x": [1, 2]}), {"text_columns": ["t"]}, "no column 't' to read as text. There is: x"),
        (pd.DataFrame({"x": [[1], [2]]}), {}, "'x' holds cells of type list"),
        (pd.DataFrame({"x": [1j, 2j]}), {}, "complex"),
        (pd.DataFrame({"x": []}), {}, "no rows"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named(frame, options, message):
    with pytest.raises(DataError, match=message):
        build_features(frame, **options)


@settings(max_examples=6)
@given(st.integers(0, 10_000))
def test_the_same_rows_in_a_second_frame_become_the_same_numbers(seed):
    frame = frame_of(30, seed)
    features = build_features(frame, test_frame=frame.iloc[10:20][frame.columns[::-1]])
    np.testing.assert_allclose(features.X_test, features.X[10:20], rtol=1e-5, atol=1e-5)  # StringEncoder is float32


def test_text_in_a_second_frame():
    frame = pd.DataFrame({"t": [f"{word} {n}" for n, word in enumerate(WORDS * 5)], "x": np.arange(20) % 7})
    features = build_features(frame, test_frame=frame.iloc[3:6])
    assert abs(features.X_test - features.X[3:6]).max() < 1e-6


def test_a_second_frame_with_news():
    frame = pd.DataFrame({"c": ["u", "v", "w"] * 4, "x": [1.0, 2.0, 6.0] * 4})
    features = build_features(frame, test_frame=pd.DataFrame({"x": [np.nan, 2.0], "c": ["new", None], "more": [1, 1]}))
    np.testing.assert_array_equal(features.X_test[:, features.names.index("x")], column(features, "x")[[1, 1]])
    assert (features.X_test[:, 1:] == 0).all()
    assert "column 'c': 1 rows of the test file have categories that the pool lacks" in " ".join(features.notes)


def test_whole_numbers_with_gaps_are_the_same_categories():
    frame = pd.DataFrame({"c": pd.Series(["1", "2", "x"] * 4)})
    features = build_features(frame, test_frame=pd.DataFrame({"c": [1.0, np.nan, 2.0]}))
    np.testing.assert_array_equal(features.X_test, features.X[[0, 0, 1]] * [[1], [0], [1]])


def test_frames_are_left_as_they_are_and_their_index_does_not_matter():
    frame = frame_of(30)
    before = pool_hash(frame)
    shuffled = build_features(frame.set_axis(range(99, 69, -1)))
    np.testing.assert_array_equal(shuffled.X, build_features(frame).X)
    assert pool_hash(frame) == before


def test_no_warning_reaches_the_user():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        build_features(frame_of(60), test_frame=frame_of(20, 1))


def test_mixed_cells_are_words_and_told():
    features = build_features(pd.DataFrame({"c": pd.Series([1, "a", 2.5, "a"] * 3, dtype=object)}))
    assert features.kinds == {"c": "category"}
    assert "mixes cells of type float and int and str" in " ".join(features.notes)


# ---------------------------------------------------------------------- kept features


@pytest.mark.parametrize("with_text", [False, True])
def test_kept_features_are_the_same(tmp_path, with_text, monkeypatch):
    frame = frame_of(40)
    if with_text:
        frame["t"] = WORDS * 10
    built = build_features(frame, test_frame=frame[:7], cache_dir=tmp_path / "new", text_columns=["t"] * with_text)
    assert [path.suffix for path in (tmp_path / "new").iterdir()] == [".npz"]
    monkeypatch.setattr("querist.data.features._built", lambda *_: pytest.fail("rebuilt"))
    kept = build_features(frame, test_frame=frame[:7], cache_dir=tmp_path / "new", text_columns=["t"] * with_text)
    assert pool_hash(kept.X) == pool_hash(built.X)
    assert pool_hash(kept.X_test) == pool_hash(built.X_test)
    assert (kept.names, kept.kinds, kept.notes) == (built.names, built.kinds, built.notes)


def test_other_data_and_options_have_files_of_their_own(tmp_path):
    frame = frame_of(20)
    for options in ({}, {"test_frame": frame[:3]}, {"test_frame": frame[:4]}, {"text_columns": ["city"]}):
        build_features(frame, cache_dir=tmp_path, **options)
    other = frame.copy()
    other.loc[3, "count"] += 1
    build_features(other, cache_dir=tmp_path)
    build_features(frame.rename(columns={"size": "sizes"}), cache_dir=tmp_path)
    assert len(list(tmp_path.iterdir())) == 6


@pytest.mark.parametrize("place", [0.0, 0.3, 0.6, 0.9])
@pytest.mark.parametrize("damage", ["cut", "changed", "emptied"])
def test_damaged_files_are_built_anew_and_told(tmp_path, place, damage):
    frame = frame_of(40)
    built = build_features(frame, cache_dir=tmp_path)
    path = next(tmp_path.iterdir())
    data = bytearray(path.read_bytes())
    position = int(place * len(data))
    if damage == "changed":
        data[position : position + 40] = bytes(byte ^ 0x55 for byte in data[position : position + 40])
    path.write_bytes({"cut": data[:position], "changed": data, "emptied": b""}[damage])
    again = build_features(frame, cache_dir=tmp_path)
    assert pool_hash(again.X) == pool_hash(built.X)
    assert (again.names, again.kinds) == (built.names, built.kinds)
    assert "damaged" in again.notes[-1]
    assert build_features(frame, cache_dir=tmp_path).notes == built.notes


def test_a_kept_file_with_other_numbers_is_not_believed(tmp_path):
    frame = frame_of(40)
    built = build_features(frame, cache_dir=tmp_path)
    path = next(tmp_path.iterdir())
    with np.load(path) as arrays:
        content = dict(arrays)
    content["X"] = content["X"] + 1  # a sound archive, so its own checksums say nothing
    np.savez(path, **content)
    again = build_features(frame, cache_dir=tmp_path)
    np.testing.assert_array_equal(again.X, built.X)
    assert "damaged" in again.notes[-1]


def test_a_folder_that_cannot_be_written_to_is_no_obstacle(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert build_features(frame_of(20), cache_dir=blocked).X.shape[0] == 20
