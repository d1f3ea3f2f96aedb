"""The door for pools: rows in whatever form give the same questions, or are refused before anything is labelled."""

import collections
import functools
import uuid

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import querist
from querist._pool import as_pool, like
from querist.data import pool_hash
from querist.exceptions import InvalidParameterError, UnsupportedModelError

RNG = np.random.default_rng(0)
A = np.rint(RNG.normal(size=(60, 3)) * 64) / 64
Y = (A[:, 0] > 0).astype(int)
TEXTS = [("good fine nice" if label else "bad ugly poor") + f" word{row % 7}" for row, label in enumerate(Y)]
FRAME = pd.DataFrame({"w": A[:, 0], "h": A[:, 1], "c": ["xy"[row % 2] for row in range(60)]})


def by_name():
    columns = ColumnTransformer([("n", StandardScaler(), ["w", "h"]), ("c", OneHotEncoder(), ["c"])])
    return make_pipeline(columns, LogisticRegression())


def vectoriser(*steps):
    return make_pipeline(TfidfVectorizer(), *steps, LogisticRegression())


def rows_of(X, **options):
    """Ask, tell, ask; predict; save and load: every row asked."""
    session = querist.Session(X, random_state=0, **options)
    asked = session.ask(10)
    session.tell(asked, Y[asked])
    more = session.ask(5)
    assert session.predict().shape == (60,)
    np.testing.assert_array_equal(session.predict(X), session.predict())
    return [*asked.tolist(), *more.tolist()]


def wide(X):
    """The same sparse matrix with indices of 64 bits, as joining large ones leaves them."""
    X.indices, X.indptr = X.indices.astype(np.int64), X.indptr.astype(np.int64)
    return X


@functools.cache
def expected(name):
    return rows_of(*{"numbers": (A,), "sparse": (scipy.sparse.csr_matrix(A),)}[name], estimator="svc")


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize(
    "make",
    [
        lambda: np.matrix(A), lambda: np.ma.array(A, mask=False), A.tolist, lambda: list(A),
        lambda: A.astype(">f8"), lambda: np.asfortranarray(A),
    ],
)  # fmt: skip
def test_arrays_of_any_kind_are_arrays(make):
    assert rows_of(make(), estimator="svc") == expected("numbers")


@pytest.mark.parametrize(
    "make",
    [
        lambda: wide(scipy.sparse.csr_matrix(A)), lambda: wide(scipy.sparse.csr_array(A)),
        lambda: wide(scipy.sparse.csc_matrix(A)), lambda: scipy.sparse.coo_array(A), lambda: scipy.sparse.lil_matrix(A),
    ],
)  # fmt: skip
def test_sparse_matrices_with_indices_of_any_width_are_asked_and_predicted(make):
    assert rows_of(make(), estimator="svc") == expected("sparse")


def test_narrow_indices_share_the_values():
    X = wide(scipy.sparse.csr_matrix(A))
    assert as_pool(X).indices.dtype == np.int32
    assert np.shares_memory(as_pool(X).data, X.data)
    assert X.indices.dtype == np.int64
    plain = scipy.sparse.csr_matrix(A)
    assert as_pool(plain) is plain
    assert pool_hash(X) == pool_hash(plain)


@pytest.mark.parametrize("make", [pl.from_pandas, pa.Table.from_pandas])
def test_foreign_frames_keep_their_names_and_types(make):
    assert rows_of(make(FRAME), estimator=by_name()) == rows_of(FRAME, estimator=by_name())
    assert as_pool(make(FRAME)).columns.tolist() == ["w", "h", "c"]


@pytest.mark.parametrize(
    "make",
    [
        tuple, np.array, pd.Series, pl.Series, pa.array, lambda texts: pa.chunked_array([texts]),
        lambda texts: np.array(texts, object), lambda texts: pd.Series(texts, dtype="category"),
    ],
)  # fmt: skip
def test_texts_in_any_container_are_texts(make):
    assert rows_of(make(TEXTS), estimator=vectoriser()) == rows_of(TEXTS, estimator=vectoriser())


def test_one_long_text_does_not_make_all_as_wide():
    pool = as_pool(["a"] * 2000 + ["x" * 20_000])
    assert pool.dtype == object
    assert pool.nbytes < 20_000
    table = as_pool([["a", 1]] * 200 + [["x" * 20_000, 2]])
    assert table.nbytes < 20_000
    assert table[0].tolist() == ["a", 1]
    assert pool_hash(["a", "b\0"]) == pool_hash(np.array(["a", "b\0"], object))


def test_a_session_saved_with_the_array_of_a_list_or_foreign_frame_is_still_loaded(tmp_path):
    table, frame = [["a", 1.5], ["b", 2.5]], pl.DataFrame({"a": [1, 2], "b": [1.5, 2.5]})
    for X in (table, frame):
        # As versions before this one took it.
        earlier = querist.Session(np.asarray(X), random_state=0)
        earlier.tell([0, 1], ["x", "y"])
        earlier.save(tmp_path / "session.json")
        assert querist.Session.load(tmp_path / "session.json", X).labels.tolist() == ["x", "y"]
    with pytest.raises(querist.exceptions.SessionFileError, match="not the one"):
        querist.Session.load(tmp_path / "session.json", [[1, 1.5], [2, 2.6]])


@pytest.mark.parametrize(
    "cells",
    [
        pd.cut(FRAME["w"], 3), pd.Series(pd.date_range("2024", periods=60)).dt.to_period("D"),
        [uuid.UUID(int=row) for row in range(60)], [{row, "a"} for row in range(60)],
        [{"a": [row], "b": None} for row in range(60)], [frozenset([row]) for row in range(60)],
    ],
    ids=["interval", "period", "uuid", "set", "dict", "frozenset"],
)  # fmt: skip
def test_cells_of_any_common_kind_can_be_saved(cells, tmp_path):
    frame = FRAME.assign(extra=cells)
    session = querist.Session(frame, estimator=by_name(), random_state=0)
    session.tell([0], ["a"])
    session.save(tmp_path / "session.json")
    querist.Session.load(tmp_path / "session.json", frame.copy(), estimator=by_name())
    extra = frame["extra"].tolist()
    assert (pool_hash(frame[["extra"]]) == pool_hash(frame[["extra"]][::-1])) == (extra == extra[::-1])


def test_the_order_in_a_set_or_dict_is_no_content():
    one, other = {"a": {1, "b", 2.5}, "b": 1}, {"b": 1, "a": {2.5, "b", 1}}
    assert pool_hash(pd.Series([one])) == pool_hash(pd.Series([other]))
    assert pool_hash(pd.Series([{"a": 1}])) != pool_hash(pd.Series([{"a": "1"}]))


REFUSED = [
    (np.ma.array(A, mask=A > 1), {}, r"masked cells?.* row \d+, column \d.*filled"),
    (FRAME.assign(o=[1] * 59 + [object()]), {}, "type object.*row 59, column 'o'"),
    (FRAME.assign(o=[[1]] * 59 + [[object()]]), {}, "type object.*row 59, column 'o'"),
    (pd.Series(A[:, 0]), {}, "Series of numbers.*to_frame"),
    (np.zeros((60, 0)), {}, "no columns"),
    (np.zeros(60, [("a", float)]), {}, r"structured array. Pass pandas.DataFrame\(X\)"),
    (np.array([b"a"] * 60), {}, "holds bytes. Decode"),
    (A + 1j, {}, "complex"),
    (A[:, 0].tolist(), {}, "reshape"),
    ([[1, 2]] * 59 + [[1]], {}, "different lengths: row 59 has 1 values, row 0 has 2"),
    ([[1, 2]] * 59 + [3], {}, "row 59 has a single value"),
    (pl.DataFrame({"a": [1]}).lazy(), {}, r"LazyFrame. Call .collect\(\)"),
    (set(range(60)), {}, "got set"),
    ("abc", {}, "got str"),
    ([None, *TEXTS[1:]], {"estimator": vectoriser()}, r"X\[0\] is missing.*TfidfVectorizer takes texts"),
    (pd.Series([*TEXTS[1:], np.nan]), {"estimator": vectoriser()}, r"X\[59\] is missing"),
    ([*TEXTS[1:], 5], {"estimator": vectoriser()}, r"X\[59\] is of type int"),
    (pd.DataFrame({"t": TEXTS}), {"estimator": vectoriser()}, r"table of 1 columns. Pass one column, such as X\['t'\]"),
    (TEXTS, {"strategy": "k_center"}, "KCenter.*measures distances.*LogisticRegression is no Pipeline.*make_pipeline"),
    (TEXTS, {"cold_start": "k_center"}, "measures distances"),
    (TEXTS, {"strategy": "weighted_k_means"}, "measures distances"),
    (FRAME, {"strategy": "k_center"}, "measures distances"),
]


@pytest.mark.parametrize(("X", "options", "match"), REFUSED, ids=[str(place) for place in range(len(REFUSED))])
def test_wrong_pools_are_found_at_the_door(X, options, match):
    with pytest.raises(InvalidParameterError, match=match):
        querist.Session(X, random_state=0, **options)
    if isinstance(X, str | set):
        return
    parts = {
        "estimators": {"it": options.get("estimator", "logistic_regression")},
        "strategies": {"it": options.get("strategy", "margin")},
        "cold_start": options.get("cold_start", "random"),
    }
    with pytest.raises(InvalidParameterError, match=match):
        querist.simulate(X, Y, n_jobs=1, **parts)


def test_texts_of_the_callers_own_making_are_left_to_the_callers_function():
    pipeline = make_pipeline(TfidfVectorizer(preprocessor=lambda text: text or ""), LogisticRegression())
    assert len(rows_of([None, *TEXTS[1:]], estimator=pipeline)) == 15
    records = [{"a": value, "b": "x"} for value in A[:, 0]]
    assert len(rows_of(records, estimator=make_pipeline(DictVectorizer(), LogisticRegression()))) == 15


@pytest.mark.parametrize(
    "options",
    [
        {"strategy": "k_center"}, {"cold_start": "k_center"}, {"strategy": "weighted_k_means"},
        {"strategy": "density_weighted"},
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize(("X", "estimator"), [(TEXTS, vectoriser()), (FRAME, by_name())], ids=["texts", "frame"])
def test_a_strategy_that_measures_distances_gets_the_features_of_the_pipeline(X, estimator, options):
    assert rows_of(X, estimator=estimator, **options) == rows_of(X, estimator=estimator, **options)


def test_before_there_are_labels_distances_are_those_behind_the_pipelines_first_steps():
    features = TfidfVectorizer().fit_transform(TEXTS)
    session = querist.Session(TEXTS, estimator=vectoriser(), strategy="k_center", random_state=3)
    plain = querist.Session(features, strategy="k_center", random_state=3)
    np.testing.assert_array_equal(session.ask(8), plain.ask(8))
    needs_labels = querist.Session(TEXTS, estimator=vectoriser(SelectKBest(k=2)), strategy="k_center", random_state=0)
    with pytest.raises(UnsupportedModelError, match="cannot be fitted before two classes have answers"):
        needs_labels.ask(1)


def test_rows_to_predict_are_brought_to_the_pools_columns_or_refused():
    frame = FRAME[["w", "h"]]
    session = querist.Session(frame, random_state=0)
    session.tell(range(20), Y[:20])
    np.testing.assert_array_equal(session.predict(frame[["h", "w"]]), session.predict())
    np.testing.assert_array_equal(session.predict_proba(pl.from_pandas(frame[["h", "w"]])), session.predict_proba())
    with pytest.raises(InvalidParameterError, match="it lacks 'h'; it has besides 'z'"):
        session.predict(frame.rename(columns={"h": "z"}))
    numbers = querist.Session(A, random_state=0)
    numbers.tell(range(20), Y[:20])
    for X in (A[:, :2], scipy.sparse.csr_matrix(A[:, :2])):
        with pytest.raises(InvalidParameterError, match="X has 2 columns, and the pool has 3"):
            numbers.predict(X)
    with pytest.raises(InvalidParameterError, match="one text a row"):
        like(A, as_pool(TEXTS))


def test_the_test_part_of_a_simulation_is_brought_to_the_columns_or_refused():
    frame, options = FRAME[["w", "h"]], {"repeats": 1, "budget": 22, "n_jobs": 1}
    known = {"X_test": frame[:20], "y_test": Y[:20]}
    expected = querist.simulate(frame, Y, **options, **known)
    mixed = querist.simulate(frame, Y, **options, **(known | {"X_test": frame[:20][["h", "w"]]}))
    pd.testing.assert_frame_equal(mixed.table, expected.table)
    assert any("matched by name" in note for note in mixed.notes)
    assert not any("matched by name" in note for note in expected.notes)
    for X, X_test, match in (
        (frame, FRAME[:20], "X_test has other columns than X: it has besides 'c'"),
        (A, A[:20, :2], "X_test has 2 columns, and X has 3"),
    ):
        with pytest.raises(InvalidParameterError, match=match):
            querist.simulate(X, Y, **options, X_test=X_test, y_test=Y[:20])
    wide_part = wide(scipy.sparse.csr_matrix(A[:20]))
    sparse = querist.simulate(
        wide(scipy.sparse.csr_matrix(A)), Y, estimators="svc", X_test=wide_part, y_test=Y[:20], **options
    )
    assert len(sparse.table)


def test_a_saved_session_is_not_judged_again(tmp_path):
    # Its answers must come out, even where a new session on the same pool would be refused.
    session = querist.Session.__new__(querist.Session)
    parts = {
        "estimator": "logistic_regression",
        "strategy": "k_center",
        "cold_start": "random",
        "query_estimator": None,
    }
    session._assemble(TEXTS, parts, costs=None, warm_start=False, audit=0.0, random_state=0)
    session.tell([0, 1], ["a", "b"])
    session.save(tmp_path / "session.json")
    assert querist.Session.load(tmp_path / "session.json", TEXTS).labels.tolist() == ["a", "b"]


def test_rows_as_tuples_of_python_are_rows():
    Point = collections.namedtuple("Point", "a b")
    assert as_pool([Point(1, 2), Point(3, 4)]).tolist() == [[1, 2], [3, 4]]


def test_rows_that_are_added_pass_the_same_door():
    session = querist.Session(TEXTS, estimator=vectoriser(), random_state=0)
    with pytest.raises(InvalidParameterError, match=r"X\[60\] is missing"):
        session.extend([*TEXTS, None])
    session.extend([*TEXTS, "good"])
    assert session.n_rows == 61
