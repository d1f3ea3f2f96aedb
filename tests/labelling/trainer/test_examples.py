"""Rows like examples come first, in turn with others, by words and by meaning."""

import numpy as np
import pytest
import tiny_models
from hypothesis import given
from hypothesis import strategies as st

from querist.data.embeddings.row_vectors import RowVectors
from querist.exceptions import DataError
from querist.labelling.intake.examples import examples_of
from querist.labelling.log.locations import embeddings_home
from querist.labelling.log.settings import Settings
from querist.labelling.trainer.examples import rows_like_examples
from querist.labelling.trainer.first_questions import in_turn
from querist.labelling.trainer.learner import Learner, Lesson
from querist.labelling.trainer.pool_features import pool_features
from querist.labelling.trainer.similar import nearest_rows
from querist.store.rows import ItemRow

TEXTS = [f"the film number {n} is good" for n in range(12)] + ["win cash prize now", "win a prize", "cash for tea"]


def features_of(settings, location="p.querist", texts=TEXTS):
    items = [ItemRow(row, str(row), {"text": text}, "", 0.5, 0) for row, text in enumerate(texts)]
    return pool_features(iter(items), len(items), settings, str(location), lambda done, total: None)


def settings_of(**more):
    return Settings("text", text_columns=("text",), feature_columns=("text",), **more)


@given(st.permutations(range(9)), st.sets(st.integers(0, 8)))
def test_each_row_comes_once_and_those_of_choice_in_turn(order, chosen):
    rows = np.array(sorted(chosen), np.int64)
    found = in_turn(rows, np.array(order)).tolist()
    assert sorted(found) == list(range(9))
    assert [row for row in found if row not in chosen] == [row for row in order if row not in chosen]
    assert [row for row in found if row in chosen] == rows.tolist()
    assert not rows.size or found[0] == rows[0]


def test_rows_that_share_words_with_an_example_are_asked_first():
    settings = settings_of(like=("you win a cash prize",))
    features = features_of(settings)
    first = rows_like_examples(features, settings)
    assert set(first.tolist()) == {12, 13, 14}
    learner = Learner(features.X, seed=0, first=first)
    nobody = np.empty(0, np.int64)
    order = learner.learn(Lesson(nobody, nobody, nobody, "auto", "margin")).ranking.order
    assert sorted(order[[0, 2, 4]].tolist()) == [12, 13, 14]
    assert rows_like_examples(features, settings_of()).size == 0


def test_letters_alone_make_no_text_like_an_example():
    texts = [*TEXTS, "prized cashmere", "prized cashmere winter", "a winter of prized cashmere"]
    settings = settings_of(like=("you win a cash prize",), words_only=False)
    assert rows_like_examples(features_of(settings, texts=texts), settings).tolist() == [12, 13, 14]


def test_a_model_finds_what_shares_no_word(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder, vectors = tiny_models.static(tmp_path / "m")
    # Good and tea mean the same to it.
    vectors[5] = vectors[2]
    from safetensors.numpy import save_file

    save_file({"embeddings": vectors}, str(folder / "model.safetensors"))
    texts = ["tea", "bad film", "bad the is film", "film is", "the film", "bad"] * 3
    settings = settings_of(embeddings=f"model:{folder}", like=("good",))
    features = features_of(settings, texts=texts)
    assert rows_like_examples(features, settings)[:3].tolist() == [0, 6, 12]
    # More like this stands on the same vectors.
    assert set(nearest_rows(features.X, 0, 3).tolist()) == {0, 6, 12}


def test_brought_vectors_do_not_stand_in_the_way(tmp_path):
    RowVectors(embeddings_home(tmp_path / "p.querist")).write(np.eye(15, 3, dtype=np.float32), first_row=0)
    settings = settings_of(embeddings="arrays:x", like=("cash",))
    assert set(rows_like_examples(features_of(settings, tmp_path / "p.querist"), settings).tolist()) == {12, 14}


def test_examples_are_texts_or_files_of_them(tmp_path):
    (tmp_path / "a.csv").write_text("text,other\nfirst,1\nsecond,2\nfirst,3\n", "utf-8")
    (tmp_path / "b.txt").write_text("third of them\nfourth of them\n", "utf-8")
    given = [str(tmp_path / "a.csv"), "a text that is no file", str(tmp_path / "b.txt")]
    assert examples_of(given)[:3] == ("first", "second", "a text that is no file")
    assert "third of them" in examples_of(given)
    (tmp_path / "c.csv").write_text("one,two\n1,2\n", "utf-8")
    with pytest.raises(DataError, match="has 2 columns, none"):
        examples_of([str(tmp_path / "c.csv")])
    with pytest.raises(DataError, match="holds no text"):
        examples_of(["  "])
    with pytest.raises(DataError, match="101 examples, and at most 100"):
        examples_of([str(number) for number in range(101)])
