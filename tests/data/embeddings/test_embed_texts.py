"""Vectors of texts: each once, kept as they come, and found again."""

import numpy as np
import pandas as pd
import pytest
import tiny_models
from hypothesis import given
from hypothesis import strategies as st

from querist.data import EmbeddedFeatures, TableFeatures, Watch, embed_texts, read_problem
from querist.data.embeddings.cache import VectorCache, key_of
from querist.data.embeddings.models import SentenceModel
from querist.exceptions import DataError


class Lengths:
    """A model that knows how long a text is, and what it was asked."""

    def __init__(self, most=10**9):
        self.asked = []
        self.most = most
        self.model = SentenceModel("lengths", "lengths-1", (), self.encode)

    def encode(self, texts):
        self.asked += texts
        if len(self.asked) > self.most:
            raise KeyboardInterrupt
        return np.array([[len(text), 1.0] for text in texts], np.float32)


@given(st.lists(st.text(), min_size=1, max_size=8))
def test_each_text_is_asked_once_and_comes_back_in_its_place(texts):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        one = Lengths()
        vectors = embed_texts(texts, one.model, cache_dir=folder)
        assert vectors[:, 0].tolist() == [len(text) for text in texts]
        assert sorted(one.asked) == sorted(set(one.asked))
        again = Lengths()
        assert np.array_equal(embed_texts(texts[::-1], again.model, cache_dir=folder), vectors[::-1])
        assert again.asked == []


def test_what_was_interrupted_goes_on_where_it_was(tmp_path):
    texts = [f"text {number}" for number in range(1000)]
    first = Lengths(most=600)
    with pytest.raises(KeyboardInterrupt):
        embed_texts(texts, first.model, cache_dir=tmp_path)
    second, told = Lengths(), []
    watch = Watch(lambda done, total, what: told.append((done, total, what)))
    embed_texts(texts, second.model, cache_dir=tmp_path, watch=watch)
    assert len(second.asked) == 1000 - (32 + 256 + 256)
    assert told[-1] == (456, 456, "embeddings")


def test_the_time_is_told_once_after_the_first_texts(tmp_path, monkeypatch):
    clock = iter(np.arange(0.0, 1000.0))
    monkeypatch.setattr("querist.data.embeddings.embed.time.monotonic", lambda: next(clock))
    told = []
    embed_texts([str(n) for n in range(6400)], Lengths().model, cache_dir=tmp_path, watch=Watch(tell=told.append))
    assert told == ["vectors of 6,400 texts by lengths: about 4 min"]


def test_another_model_knows_nothing_of_the_first(tmp_path):
    embed_texts(["a"], Lengths().model, cache_dir=tmp_path)
    other = Lengths()
    embed_texts(["a"], SentenceModel("other", "other-1", (), other.encode), cache_dir=tmp_path)
    assert other.asked == ["a"]


def test_a_damaged_cache_begins_anew_and_one_that_cannot_be_written_is_done_without(tmp_path):
    (tmp_path / "lengths-1.sqlite").write_bytes(b"no database at all" * 100)
    embed_texts(["a"], Lengths().model, cache_dir=tmp_path)
    assert VectorCache(tmp_path, "lengths-1").get([key_of("a")])[key_of("a")].tolist() == [1.0, 1.0]
    (tmp_path / "file").write_bytes(b"")
    assert embed_texts(["abc"], Lengths().model, cache_dir=tmp_path / "file").tolist() == [[3.0, 1.0]]


def test_no_texts_and_no_numbers_are_refused(tmp_path):
    with pytest.raises(DataError, match="no texts to embed"):
        embed_texts([], Lengths().model, cache_dir=tmp_path)
    broken = SentenceModel("broken", "broken-1", (), lambda texts: np.full((len(texts), 2), np.nan))
    with pytest.raises(DataError, match="the model broken: row 1, column 1 is nan"):
        embed_texts(["a"], broken, cache_dir=tmp_path)


@pytest.fixture
def model(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return str(tiny_models.bert(tmp_path / "m")[0])


FRAME = pd.DataFrame({"text": ["good film number one", "bad tea number two", "the good tea is here now"] * 6})


def test_a_problem_whose_vectors_a_model_makes(tmp_path, model):
    frame = FRAME.assign(y=["no", "yes", "no"] * 6)
    frame.to_csv(tmp_path / "pool.csv", index=False)
    frame[:6].to_csv(tmp_path / "test.csv", index=False)
    problem = read_problem(
        tmp_path / "pool.csv", "y", test=tmp_path / "test.csv", text_columns=["text"], embeddings=model
    )
    brought = read_problem(
        tmp_path / "pool.csv", "y", text_columns=["text"], embeddings=embed_texts(FRAME["text"], model)
    )
    assert (problem.X != brought.X).nnz == 0
    assert (problem.X_test != problem.X[:6]).nnz == 0
    pd.DataFrame({"x": np.arange(18.0), "y": ["no", "yes"] * 9}).to_csv(tmp_path / "n.csv", index=False)
    with pytest.raises(DataError, match="no column of free text"):
        read_problem(tmp_path / "n.csv", "y", embeddings=model)


def test_the_recipe_makes_them_itself_and_notices_another_model(tmp_path, model):
    recipe = EmbeddedFeatures(TableFeatures(text_columns=("text",)), model=model)
    X = recipe.fit_rows(FRAME)
    assert X.shape[1] == len(recipe.features_.columns_) + 4
    assert (recipe.transform(FRAME) != X).nnz == 0
    assert (
        EmbeddedFeatures(TableFeatures(text_columns=("text",)), model=model).fit(FRAME).transform(FRAME) != X
    ).nnz == 0
    tiny_models.bert(tmp_path / "m", seed=5)
    with pytest.raises(DataError, match="another one than the features were made with"):
        recipe.transform(FRAME)
