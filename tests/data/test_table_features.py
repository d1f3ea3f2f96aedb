"""`TableFeatures`: a transformer like scikit-learn's, one recipe for all, small on disk."""

import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import skops.io
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from querist.data import TableFeatures, build_features
from querist.data.word_encoders import TextEncoder
from querist.exceptions import DataError, InvalidParameterError


def mixed(n=120, seed=0):
    rng = np.random.default_rng(seed)
    words = ["good", "bad", "odd", "Füße", "кот", "sea"]
    return pd.DataFrame({
        "price": np.where(rng.random(n) < 0.1, np.nan, rng.normal(50, 9, n)),
        "zero": rng.integers(0, 2, n),
        "day": pd.Series(pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1400, n), unit="D")).dt.strftime(
            "%d/%m/%Y"
        ),
        "maker": rng.choice(["Opel", "Škoda", "NA", None], n, p=[0.5, 0.4, 0.05, 0.05]),
        "two": rng.choice(["x", "y"], n),
        "gap": rng.choice(["x", None], n),
        "ok": rng.random(n) < 0.5,
        "city": [f"Stadt {number} {'nord' if number % 2 else 'süd'}" for number in rng.integers(0, 99, n)],
        "kind": pd.Categorical(rng.integers(0, 4, n)),
        "const": 1,
        "remark": [None if rng.random() < 0.05 else " ".join(rng.choice(words, 6)) for _ in range(n)],
    })  # fmt: skip


def dense(X):
    return X.toarray() if scipy.sparse.issparse(X) else X


def saved_and_loaded(transformer):
    data = skops.io.dumps(transformer)
    trusted = skops.io.get_untrusted_types(data=data)
    assert {name.partition(".")[0] for name in trusted} == {"querist"}
    return skops.io.loads(data, trusted=trusted)


@pytest.mark.parametrize("text", [True, False])
def test_what_was_fitted_gives_the_same_numbers_again_and_saved_too(text):
    frame = mixed() if text else mixed().drop(columns="remark")
    features = TableFeatures(text_columns=["remark"] * text)
    X = features.fit_transform(frame)
    shuffled = frame[frame.columns[::-1]].assign(more=1).set_index(np.arange(len(frame)) + 7)
    for again in (features, saved_and_loaded(features), clone(features).fit(frame)):
        assert type(again.transform(shuffled)) is type(X)
        np.testing.assert_allclose(dense(again.transform(shuffled)), dense(X), rtol=0, atol=1e-7)
        assert again.get_feature_names_out().tolist() == features.get_feature_names_out().tolist()
        assert (again.kinds_, again.notes_, again.columns_) == (features.kinds_, features.notes_, features.columns_)


@given(st.integers(0, 2**32 - 1), st.integers(2, 30), st.integers(1, 9))
@settings(max_examples=25)
def test_any_row_alone_gives_what_it_gave_among_the_others(seed, n, row):
    frame = mixed(n + 10, seed)
    features = TableFeatures(text_columns=["remark"])
    X = dense(features.fit_transform(frame))
    alone = frame.iloc[[row]].astype({"zero": object, "ok": object, "kind": object})
    np.testing.assert_allclose(dense(features.transform(alone)), X[[row]], rtol=0, atol=1e-6)


def test_build_features_is_the_same_recipe():
    frame, more = mixed(), mixed(30, seed=4)
    built = build_features(frame, test_frame=more, text_columns=["remark"])
    features = TableFeatures(text_columns=["remark"])
    np.testing.assert_array_equal(dense(features.fit_transform(frame)), dense(built.X))
    np.testing.assert_array_equal(dense(features.transform(more)), dense(built.X_test))
    assert built.names == tuple(features.get_feature_names_out())
    assert built.kinds == features.kinds_
    assert built.notes[: len(features.notes_)] == features.notes_


@pytest.mark.parametrize("n_categories", [2, 3, 39, 40, 90])
@pytest.mark.parametrize("gaps", [False, True])
def test_categories_are_those_of_skrub(n_categories, gaps):
    # What the features were made with before they were a transformer of our own.
    from skrub import StringEncoder, TableVectorizer

    rng = np.random.default_rng(0)
    cells = [f"Stadt {number % 7} {number}" for number in [*range(n_categories), *rng.integers(0, n_categories, 99)]]
    cells[-9:] = [None] * 9 if gaps else cells[-9:]
    frame = pd.DataFrame({"c": pd.Categorical(pd.Series(cells, dtype=object))})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = TableVectorizer(high_cardinality=StringEncoder(random_state=0)).fit_transform(frame)
    features = TableFeatures()
    X = features.fit_transform(frame)
    varied = (table != table.iloc[0]).any()
    np.testing.assert_array_equal(X, table.loc[:, varied].to_numpy(np.float64))
    assert features.get_feature_names_out().tolist() == table.columns[varied].tolist()


def test_names_tell_columns_apart():
    frame = pd.DataFrame({"a": ["b_c", "x", "y"] * 4, "a_b": ["c", "u", "v"] * 4, "c": ["nan", None, "z"] * 4})
    names = TableFeatures().fit(frame).get_feature_names_out().tolist()
    assert names[:2] == ["a_b_c", "a_x"]
    assert "a_b_c (2)" in names
    assert {"c_nan", "c is missing"} <= set(names)


def test_what_was_never_seen_counts_as_none_and_is_counted():
    frame = pd.DataFrame({"c": ["u", "v", "w"] * 4, "x": [1.0, 2.0, 6.0] * 4})
    features = TableFeatures().fit(frame)
    new = pd.DataFrame({"c": ["new", None, "u"], "x": [None, 2.0, 2.0]})
    assert features.unseen(new) == {"c": 1}
    assert features.unseen(frame) == {}
    assert (features.transform(new)[:2, 1:] == 0).all()


def test_booleans_that_come_back_as_words_are_the_same_categories():
    features = TableFeatures().fit(pd.DataFrame({"ok": [True, False] * 5}))
    cells = pd.DataFrame({"ok": pd.Series(["TRUE", "false", None, True], dtype=object)})
    np.testing.assert_array_equal(features.transform(cells).ravel(), [1, 0, 0, 1])
    assert features.unseen(cells) == {}


def test_it_is_a_step_of_a_pipeline():
    frame = mixed()
    model = make_pipeline(TableFeatures(text_columns=("remark",)), LogisticRegression())
    model.set_params(tablefeatures__text_columns=["remark"]).fit(frame, frame["two"])
    assert model.score(frame, frame["two"]) == 1
    assert model[:-1].get_feature_names_out().size == model[-1].n_features_in_
    assert TableFeatures(text_columns=["t"]).get_params() == {
        "text_columns": ["t"],
        "category_columns": (),
        "day_first": False,
        "words_only": False,
    }


def test_texts_are_words_and_behind_them_blocks_that_nobody_could_read():
    frame = mixed()[["remark", "price"]]
    features, words = (TableFeatures(text_columns=["remark"], words_only=only) for only in (False, True))
    X, W = dense(features.fit_transform(frame)), dense(words.fit_transform(frame))
    assert words.legible_.all()
    assert features.get_feature_names_out()[features.legible_].tolist() == words.get_feature_names_out().tolist()
    np.testing.assert_array_equal(X[:, features.legible_], W)
    names = features.get_feature_names_out()[~features.legible_].tolist()
    assert "remark: letters ' go'" in names
    kinds = [name.split()[1] for name in names]
    assert kinds == sorted(kinds)
    assert set(kinds) == {"letters", "semantics"}
    for kind in ("letters", "semantics"):
        lengths = np.linalg.norm(
            X[:, [f"remark: {kind} " in name for name in features.get_feature_names_out()]], axis=1
        )
        np.testing.assert_allclose(lengths[lengths > 0], 1.0, rtol=1e-5)


def test_a_recipe_that_was_saved_before_there_were_other_blocks_gives_what_it_gave():
    frame = mixed()
    words = TableFeatures(text_columns=["remark"], words_only=True)
    X = dense(words.fit_transform(frame))
    del words.words_only
    text = next(encoder for encoder in words.encoders_ if isinstance(encoder, TextEncoder))
    del vars(text)["letters"], vars(text)["semantics"]
    np.testing.assert_array_equal(dense(saved_and_loaded(words).transform(frame)), X)


def test_what_does_not_fit_is_refused_in_words():
    features = TableFeatures()
    with pytest.raises(NotFittedError):
        features.transform(mixed())
    with pytest.raises(InvalidParameterError, match="must be a data frame, got ndarray"):
        features.fit(np.eye(3))
    features.fit(pd.DataFrame({"x": [1, 2, 4], "y": [1, 3, 2]}))
    with pytest.raises(DataError, match="The table lacks the columns x, y"):
        features.transform(pd.DataFrame({"z": [1]}))
    features.fit(pd.DataFrame({"x": [1, 2, 4], "y": [1, 3, 2], "const": 1}))
    assert features.transform(pd.DataFrame({"x": [1], "y": [2]})).shape == (1, 2)
    with pytest.raises(DataError, match="The table has no rows"):
        features.transform(pd.DataFrame({"x": [], "y": []}))


def test_a_large_vocabulary_is_small_on_disk():
    rng = np.random.default_rng(0)
    vocabulary = [f"{first}{number}" for first in ("ship", "sea", "кот") for number in range(1000)]
    texts = [" ".join(rng.choice(vocabulary, 30)) for _ in range(300)]
    features = TableFeatures(text_columns=["t"], words_only=True).fit(pd.DataFrame({"t": texts}))
    dictionary = skops.io.dumps(TfidfVectorizer(vocabulary=features.encoders_[0].tfidf.words).fit(texts))
    assert len(skops.io.dumps(features)) < len(dictionary) / 10


@pytest.mark.parametrize(("part", "columns"), [("table", slice(None, -1)), ("text", ["remark", "price"])])
def test_the_features_are_those_of_earlier_versions(part, columns):
    # Written with the version before the recipe was a transformer: kept results stay comparable.
    before = json.loads((Path(__file__).parent / "features_before.json").read_text(encoding="utf-8"))
    frame = pd.DataFrame(before["cells"])
    frame = frame[columns] if isinstance(columns, list) else frame[frame.columns[columns]]
    old = before[part]
    text_columns = ["remark"] if part == "text" else []
    new = build_features(frame.iloc[:30], test_frame=frame.iloc[30:], text_columns=text_columns, words_only=True)
    np.testing.assert_allclose(dense(new.X), old["X"], rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(dense(new.X_test), old["X_test"], rtol=1e-6, atol=1e-7)
    assert [list(new.names), new.kinds, list(new.notes)] == [old["names"], old["kinds"], old["notes"]]


def test_what_other_recipes_kept_is_not_taken_for_ours(tmp_path, monkeypatch):
    frame = mixed(20)
    monkeypatch.setattr("querist.data.features._RECIPE", 2)
    build_features(frame, cache_dir=tmp_path)
    monkeypatch.undo()
    build_features(frame, cache_dir=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
