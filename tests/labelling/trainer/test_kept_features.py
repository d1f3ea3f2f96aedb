"""Features that are kept beside a project."""

import dataclasses
import random
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
import pytest
import skops.io

from querist.data.feature_cache import Features, write
from querist.labelling.log.settings import Settings
from querist.labelling.trainer import kept_features
from querist.labelling.trainer.kept_features import KeptFeatures
from querist.labelling.trainer.pool_features import of_recipe, pool_features
from querist.store import ItemRow, ProjectInfo, Store

WORDS = ["red", "green", "apple", "wine", "well", "café", "boat", "sea"]
COLUMNS = ("text", "size", "day", "colour", "name")
SETTINGS = Settings("table", text_columns=("text",), feature_columns=COLUMNS, words_only=False)
N = 120


def row_of(row, draw):
    content = {
        "text": " ".join(draw.choices(WORDS, k=8)),
        "size": draw.random() * 9,
        "day": f"2024-01-{1 + row % 28:02d}",
        "colour": draw.choice(["red", "blue", None]),
        "name": f"{draw.choice(WORDS)}{row % 50}",
    }
    return ItemRow(row, str(row), content, content["text"], 0.5, 0)


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setattr(kept_features, "MANY", N)
    draw = random.Random(0)
    with Store.create(tmp_path / "p.querist", ProjectInfo("id", "name", "table", 0.0, 1, {})) as made:
        with made.writing() as tx:
            tx.add_items(0, [row_of(row, draw) for row in range(N)])
        yield made


def built(store, settings=SETTINGS):
    return pool_features(store.all_items(), store.n_items, settings, store.location, lambda done, total: None)


def kept_files(store):
    return sorted(store_folder(store).glob("*"))


def store_folder(store):
    return Path(f"{store.location}-features")


def test_they_come_back_as_they_were_with_the_recipe(store):
    features = built(store)
    kept = KeptFeatures(store, SETTINGS, N)
    assert kept.read() is None
    kept.write(features)
    found = of_recipe(*KeptFeatures(store, SETTINGS, N).read())
    for part in ("data", "indices", "indptr"):
        np.testing.assert_array_equal(getattr(found.X, part), getattr(features.X, part))
    for name in ("names", "columns", "kinds", "notes"):
        assert getattr(found, name) == getattr(features, name)
    np.testing.assert_array_equal(found.legible, features.legible)
    frame = pd.DataFrame([item.content for item in store.items(range(9))])
    assert (found.recipe.transform(frame) != features.recipe.transform(frame)).nnz == 0


def test_other_settings_or_rows_have_others_which_take_their_place(store):
    KeptFeatures(store, SETTINGS, N).write(built(store))
    words = dataclasses.replace(SETTINGS, words_only=True)
    assert KeptFeatures(store, words, N).read() is None
    with store.writing() as tx:
        tx.add_items(N, [row_of(N, random.Random(1))])
    assert KeptFeatures(store, SETTINGS, N + 1).read() is None
    # The first rows are what they were.
    assert KeptFeatures(store, SETTINGS, N).read() is not None
    KeptFeatures(store, words, N + 1).write(built(store, words))
    assert len(kept_files(store)) == 1
    assert KeptFeatures(store, SETTINGS, N).read() is None


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_damaged_ones_are_none(store, place):
    KeptFeatures(store, SETTINGS, N).write(built(store))
    (path,) = kept_files(store)
    data = bytearray(path.read_bytes())
    position = int(place * len(data))
    data[position : position + 30] = bytes(byte ^ 0x55 for byte in data[position : position + 30])
    path.write_bytes(data)
    assert KeptFeatures(store, SETTINGS, N).read() is None


def test_few_rows_images_and_embeddings_keep_none(store, monkeypatch):
    features = built(store)
    for settings in (
        dataclasses.replace(SETTINGS, kind="image"),
        dataclasses.replace(SETTINGS, embeddings="arrays:x"),
    ):
        KeptFeatures(store, settings, N).write(features)
    monkeypatch.setattr(kept_features, "MANY", N + 1)
    KeptFeatures(store, SETTINGS, N).write(features)
    assert not store_folder(store).exists()


def test_what_a_recipe_may_not_hold_is_refused(store):
    kept = KeptFeatures(store, SETTINGS, N)
    features = built(store)
    kept.write(features)
    features.recipe.strange_ = PurePosixPath("x")
    recipe = skops.io.dumps(features.recipe)
    write(kept._folder, kept._key, Features(features.X, (), {}, (), recipe=recipe))
    assert kept.read() is None
