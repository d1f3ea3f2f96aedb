"""Vectors that are brought with the rows of a project: kept beside it, wanted of rows that are added, replaced."""

import os

import numpy as np
import pandas as pd
import pytest

from querist.data.embeddings.row_vectors import RowVectors
from querist.exceptions import DataError
from querist.labelling.intake.add import add_file
from querist.labelling.intake.create import import_rows
from querist.labelling.intake.guess import guess_plan
from querist.labelling.log.locations import embeddings_home
from querist.labelling.log.settings import Settings
from querist.labelling.serving.resume import resume
from querist.labelling.trainer.pool_features import pool_features
from querist.store import Store

VECTORS = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32)


@pytest.fixture(autouse=True)
def _own_data(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def frame_of(numbers):
    return pd.DataFrame({"review": [f"this is the review with number {number} of a list" for number in numbers]})


def put(folder, numbers, name="data.csv"):
    frame_of(numbers).to_csv(folder / name, index=False)
    return folder / name


def vectors(folder, array, name="v.npy"):
    np.save(folder / name, array)
    return str(folder / name)


def made(path, location, embeddings):
    import_rows(guess_plan(path, embeddings=embeddings), location, seed=5)
    return location


def settings_of(location):
    with Store.open(location, read_only=True) as store:
        return Settings.from_dict(store.info.settings), store.n_items


def features_of(location):
    with Store.open(location, read_only=True) as store:
        settings = Settings.from_dict(store.info.settings)
        return pool_features(store.all_items(), store.n_items, settings, store.location, lambda done, total: None)


def test_they_are_kept_beside_the_project_and_learned_from(tmp_path, store_location):
    location = made(put(tmp_path, range(20)), store_location(), vectors(tmp_path, VECTORS))
    assert settings_of(location)[0].embeddings.startswith("arrays:")
    assert RowVectors(embeddings_home(location)).read(20).tolist() == VECTORS.tolist()
    assert os.name == "nt" or embeddings_home(location).stat().st_mode & 0o077 == 0
    features = features_of(location)
    assert features.names[-1] == "embedding 4"
    assert features.columns[-1] == "embedding"
    assert features.kinds["embedding"] == "embedding"
    assert len(features.names) == features.X.shape[1]


def test_a_column_of_lists_is_neither_shown_nor_read_as_text(tmp_path):
    frame_of(range(20)).assign(vector=VECTORS.tolist()).to_parquet(tmp_path / "data.parquet")
    plan = guess_plan(tmp_path / "data.parquet", embeddings="vector")
    assert list(plan.source.columns) == ["review"]
    assert plan.vectors.tolist() == VECTORS.tolist()
    assert "embeddings: 4 numbers a row, centred and of length 1" in plan.notes


def test_new_rows_bring_theirs_and_known_ones_none(tmp_path, store_location):
    location = made(put(tmp_path, range(10)), store_location(), vectors(tmp_path, VECTORS[:10]))
    more = put(tmp_path, range(8, 20), "more.csv")
    with pytest.raises(DataError, match=r"new rows need theirs, .*querist add .*more.csv --embeddings VECTORS.npy"):
        add_file(location, more)
    with pytest.raises(DataError, match=r"11 vectors, but .*more.csv has 12 rows"):
        add_file(location, more, embeddings=vectors(tmp_path, VECTORS[9:], "w.npy"))
    with pytest.raises(DataError, match="new rows have 3 numbers, those of the project 4"):
        add_file(location, more, embeddings=vectors(tmp_path, VECTORS[8:, :3], "w.npy"))
    assert settings_of(location)[1] == 10
    assert add_file(location, more, embeddings=vectors(tmp_path, VECTORS[8:], "w.npy")).n_added == 10
    assert RowVectors(embeddings_home(location)).read(20).tolist() == VECTORS.tolist()
    assert features_of(location).X.shape[0] == 20


def test_a_project_without_them_takes_none_for_new_rows_alone(tmp_path):
    location = made(put(tmp_path, range(10)), tmp_path / "p.querist", None)
    with pytest.raises(DataError, match="Give all rows some: querist label"):
        add_file(location, put(tmp_path, range(12), "more.csv"), embeddings=vectors(tmp_path, VECTORS[:12]))


def test_a_project_that_exists_is_given_some_and_others(tmp_path):
    location = made(put(tmp_path, range(20)), tmp_path / "p.querist", None)
    asked = {"asked": {}, "changes": {}}
    told = resume(location, embeddings=vectors(tmp_path, VECTORS), **asked)
    assert told == ["embeddings are now those that were brought; the model learns from them beside the columns"]
    first = settings_of(location)[0].embeddings
    assert resume(location, embeddings=vectors(tmp_path, VECTORS), **asked) == []
    assert resume(location, embeddings=vectors(tmp_path, VECTORS[::-1]), **asked) == told
    assert settings_of(location)[0].embeddings != first
    assert RowVectors(embeddings_home(location)).read(20).tolist() == VECTORS[::-1].tolist()
    with pytest.raises(DataError, match=r"19 vectors, but .*p.querist has 20 rows"):
        resume(location, embeddings=vectors(tmp_path, VECTORS[1:]), **asked)


def test_the_same_command_again_changes_nothing_also_after_rows_were_added(tmp_path):
    frame_of(range(10)).assign(vector=VECTORS[:10].tolist()).to_parquet(tmp_path / "data.parquet")
    location = made(tmp_path / "data.parquet", tmp_path / "p.querist", "vector")
    add_file(location, put(tmp_path, range(10, 20), "more.csv"), embeddings=vectors(tmp_path, VECTORS[10:]))
    assert resume(location, tmp_path / "data.parquet", asked={}, changes={}, embeddings="vector") == []
    assert RowVectors(embeddings_home(location)).read(20).tolist() == VECTORS.tolist()


def test_a_folder_that_is_gone_is_named_and_comes_back(tmp_path):
    source = vectors(tmp_path, VECTORS)
    location = made(put(tmp_path, range(20)), tmp_path / "p.querist", source)
    (tmp_path / "p.querist-embeddings" / "rows-0.npy").unlink()
    with pytest.raises(DataError, match=r"Of 20 rows, 0 have their embeddings in .*p.querist-embeddings"):
        features_of(location)
    resume(location, asked={}, changes={}, embeddings=source)
    assert features_of(location).X.shape[0] == 20


def test_a_new_project_does_not_take_what_an_older_one_left(tmp_path):
    made(put(tmp_path, range(10)), tmp_path / "p.querist", vectors(tmp_path, VECTORS[:10]))
    put(tmp_path, range(10, 20), "more.csv")
    add_file(tmp_path / "p.querist", tmp_path / "more.csv", embeddings=vectors(tmp_path, VECTORS[10:]))
    (tmp_path / "p.querist").unlink()
    location = made(put(tmp_path, range(20)), tmp_path / "p.querist", vectors(tmp_path, VECTORS[::-1]))
    assert RowVectors(embeddings_home(location)).read(20).tolist() == VECTORS[::-1].tolist()


def test_images_have_them_instead_of_pixels(tmp_path):
    from PIL import Image

    (tmp_path / "images").mkdir()
    for number in range(6):
        Image.new("L", (4, 4), number).save(tmp_path / "images" / f"{number}.png")
    location = made(tmp_path / "images", tmp_path / "i.querist", vectors(tmp_path, VECTORS[:6]))
    features = features_of(location)
    assert features.X.shape == (6, 4)
    assert features.names == ()
