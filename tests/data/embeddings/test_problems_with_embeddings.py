"""`read_problem` with embeddings: files, columns and arrays, of the file and of the test file."""

import importlib.util
import sys
import types

import numpy as np
import pandas as pd
import pytest
import scipy.sparse

from querist.data import read_problem
from querist.exceptions import DataError, InvalidParameterError

pytestmark = pytest.mark.usefixtures("own_cache")

TEXTS = [f"{colour} {thing} number {n}" for n in range(4) for colour in ("red", "green") for thing in ("apple", "wine")]
FRAME = pd.DataFrame({"text": TEXTS, "y": ["no", "yes"] * 8})
VECTORS = np.random.default_rng(0).normal(size=(16, 3)).round(3)


@pytest.fixture
def put(tmp_path):
    def write(frame=FRAME, name="pool.csv"):
        (frame.to_csv if name.endswith("csv") else frame.to_parquet)(tmp_path / name, index=False)
        return tmp_path / name

    return write


def test_an_array_a_file_and_a_column_are_the_same(put, tmp_path):
    np.save(tmp_path / "v.npy", VECTORS)
    with_lists = put(FRAME.assign(vector=VECTORS.tolist()), "pool.parquet")
    ways = (
        read_problem(put(), "y", embeddings=VECTORS),
        read_problem(put(), "y", embeddings=tmp_path / "v.npy"),
        read_problem(put(), "y", embeddings=str(tmp_path / "v.npy")),
        read_problem(with_lists, "y", embeddings="vector"),
    )
    plain = read_problem(put(), "y")
    for problem in ways:
        assert scipy.sparse.issparse(problem.X)
        assert problem.X.shape == (16, plain.X.shape[1] + 3)
        assert (problem.X != ways[0].X).nnz == 0
        assert problem.notes[-1] == "embeddings: 3 numbers a row, centred and of length 1"


def test_kept_features_are_those_without_embeddings(put):
    first = read_problem(put(), "y", embeddings=VECTORS)
    second = read_problem(put(), "y", embeddings=VECTORS[::-1])
    assert (first.X[:, -3:] != second.X[:, -3:]).nnz
    assert (first.X[:, :-3] != second.X[:, :-3]).nnz == 0


def test_the_rows_of_a_test_file_have_theirs(put):
    pool, test = put(), put(FRAME[:6], "test.csv")
    problem = read_problem(pool, "y", test=test, embeddings=VECTORS, test_embeddings=VECTORS[:6])
    assert (problem.X_test[:, -3:] != problem.X[:6, -3:]).nnz == 0
    listed = FRAME.assign(vector=VECTORS.tolist())
    pool, test = put(listed, "pool.parquet"), put(listed[:6], "test.parquet")
    assert (read_problem(pool, "y", test=test, embeddings="vector").X_test != problem.X_test).nnz == 0
    with pytest.raises(InvalidParameterError, match="need embeddings, too"):
        read_problem(put(), "y", test=put(FRAME[:6], "test.csv"), embeddings=VECTORS)
    with pytest.raises(InvalidParameterError, match="there is none"):
        read_problem(put(), "y", embeddings=VECTORS, test_embeddings=VECTORS)
    with pytest.raises(DataError, match=r"test_embeddings has 16 vectors, but .*test.csv has 6 rows"):
        read_problem(put(), "y", test=test.with_suffix(".csv"), embeddings=VECTORS, test_embeddings=VECTORS)


def test_numbers_words_and_matrices_take_them_too(put, tmp_path):
    numbers = pd.DataFrame({"size": np.arange(16.0), "y": ["no", "yes"] * 8})
    assert read_problem(put(numbers), "y", embeddings=VECTORS).X.shape == (16, 4)
    only = pd.DataFrame({"v": VECTORS.tolist(), "y": ["no", "yes"] * 8})
    assert read_problem(put(only, "o.parquet"), "y", embeddings="v").X.shape == (16, 3)
    np.savez(tmp_path / "t.npz", X=np.eye(16), y=np.array(["no", "yes"] * 8))
    assert read_problem(tmp_path / "t.npz", None, embeddings=VECTORS).X.shape == (16, 19)


def test_what_is_meant_by_no_file_and_no_column_is_asked(put, monkeypatch):
    hub = types.SimpleNamespace(__spec__=importlib.util.find_spec("json"))
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub)
    monkeypatch.setattr(hub, "snapshot_download", lambda *_, **__: 1 / 0, raising=False)
    with pytest.raises(DataError, match="'vectr' is no column, file, folder or installed package here"):
        read_problem(put(), "y", embeddings="vectr")
    with pytest.raises(DataError, match="There is no file"):
        read_problem(put(), "y", embeddings="gone.npy")
    with pytest.raises(DataError, match=r"embeddings has 15 vectors, but .*pool.csv has 16 rows"):
        read_problem(put(), "y", embeddings=VECTORS[1:])
