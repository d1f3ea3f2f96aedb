"""The rows of a project as numbers."""

import numpy as np
import pytest
import scipy.sparse
from PIL import Image

from querist.exceptions import DataError
from querist.labelling.log.settings import Settings, SourceInfo
from querist.labelling.trainer.pool_features import pool_features, recipe
from querist.store.rows import ItemRow


def items_of(columns):
    n_rows = len(next(iter(columns.values())))
    return [
        ItemRow(row, str(row), {name: cells[row] for name, cells in columns.items()}, "", 0.5, 0)
        for row in range(n_rows)
    ]


def features_of(columns, settings, location="p.querist", progress=lambda done, total: None):
    items = items_of(columns)
    return pool_features(iter(items), len(items), settings, str(location), progress)


def test_texts_become_words():
    columns = {"text": ["red apple", "green apple", "red wine"] * 5, "label": ["a", "b", "a"] * 5}
    told = []
    features = features_of(
        columns,
        Settings("text", text_columns=("text",), feature_columns=("text",), label_column="label"),
        progress=lambda *counts: told.append(counts),
    )
    assert scipy.sparse.issparse(features.X)
    assert features.X.dtype == np.float32
    assert "text: apple" in features.names
    assert set(features.columns) == {"text"}
    assert told[-1] == (15, 15)


def test_existing_labels_are_never_a_feature():
    columns = {"size": [float(each % 7) for each in range(40)], "label": ["a", "b"] * 20}
    settings = Settings("table", feature_columns=("size", "label"), label_column="label")
    assert set(features_of(columns, settings).columns) == {"size"}


def test_gaps_dates_ids_and_categories_of_json_rows():
    columns = {
        "id": [f"a{each}" for each in range(60)],
        "day": [f"2024-01-{1 + each % 28:02d}" for each in range(60)],
        "size": [None if each % 10 == 0 else each * 0.37 % 5 for each in range(60)],
        "colour": [["red", "blue", None][each % 3] for each in range(60)],
        "yes": [each % 2 == 0 for each in range(60)],
    }
    features = features_of(columns, Settings("table", feature_columns=tuple(columns)))
    assert features.kinds == {"id": "dropped", "day": "date", "size": "number", "colour": "category", "yes": "category"}
    assert list(dict.fromkeys(features.columns)) == ["day", "size", "colour", "yes"]
    assert any("id" in note and "left out" in note for note in features.notes)
    assert features.X.shape == (60, len(features.names))


def test_nothing_to_learn_from():
    with pytest.raises(DataError, match="No column is left"):
        features_of({"id": [f"a{each}" for each in range(60)]}, Settings("table", feature_columns=("id",)))
    with pytest.raises(DataError, match="names no column"):
        features_of({"label": ["a"]}, Settings("table", feature_columns=("label",), label_column="label"))


def image_settings():
    return Settings("image", image_column="file", sources=(SourceInfo("pictures", "x", 3, 3, 0, True, "pictures"),))


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, brightness in (("dark.png", 0), ("light.png", 255)):
        Image.fromarray(np.full((9, 9), brightness, np.uint8)).save(folder / name)
    (tmp_path / "secret.png").write_bytes((folder / "dark.png").read_bytes())
    return tmp_path


def test_images_become_pixels(pictures):
    columns = {"file": ["dark.png", "light.png", "gone.png", "http://x.org/a.png", "../secret.png", None]}
    features = features_of(columns, image_settings(), pictures / "p.querist")
    np.testing.assert_allclose(features.X.mean(axis=1), [0, 1, 0.5, 0.5, 0.5, 0.5])
    assert features.names == ()
    told = " ".join(features.notes)
    assert "1 images are on the web" in told
    assert "3 images could not be read, for example gone.png" in told


def test_no_image_can_be_read(pictures):
    with pytest.raises(DataError, match="No image could be read"):
        features_of({"file": ["gone.png"]}, image_settings(), pictures / "p.querist")


def test_the_recipe_follows_what_features_are_made_of():
    settings = Settings("text", text_columns=("a",), feature_columns=("a",))
    assert recipe(settings) == recipe(Settings("text", text_columns=("a",), feature_columns=("a",), strategy="random"))
    assert recipe(settings) != recipe(Settings("text", text_columns=("b",), feature_columns=("a",)))
    assert recipe(image_settings()) != recipe(Settings("image", image_column="file"))
