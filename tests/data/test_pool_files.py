"""Pools on disk: what is mapped, what is written once, and what is refused in words."""

import logging

import numpy as np
import pandas as pd
import pytest
import scipy.sparse

import querist
from querist.data import Watch, pool_hash
from querist.exceptions import DataError, FileFormatError, InvalidParameterError

DTYPES = ["f8", "f4", "f2", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?"]


class Told:
    """Remembers what it is told."""

    def __init__(self):
        self.sentences, self.steps = [], []

    @property
    def watch(self):
        return Watch(lambda done, total, what: self.steps.append((done, total, what)), self.sentences.append)


@pytest.fixture
def told():
    return Told()


@pytest.mark.parametrize("dtype", DTYPES)
def test_an_array_is_mapped_as_it_is(tmp_path, dtype, told):
    X = np.random.default_rng(0).integers(0, 2, (40, 3)).astype(dtype)
    np.save(tmp_path / "pool.npy", X)
    found = querist.open_pool(tmp_path / "pool.npy", cache_dir=tmp_path / "cache", watch=told.watch)
    assert isinstance(found, np.memmap)
    assert (found.mode, found.dtype) == ("r", X.dtype)
    np.testing.assert_array_equal(found, X)
    assert pool_hash(found) == pool_hash(X)
    assert not told.sentences
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("kind", ["npy", "npz", "parquet"])
def test_a_session_on_a_mapped_pool_is_that_on_the_pool_in_memory(tmp_path, kind, told):
    rng = np.random.default_rng(1)
    X = rng.integers(0, 200, (300, 6)).astype(np.uint8) if kind == "npy" else rng.random((300, 6)).astype(np.float32)
    truth = (X[:, 0].astype(float) + X[:, 1] > X[:, 2]).astype(int)
    path = tmp_path / f"pool.{kind}"
    if kind == "npz":
        X = scipy.sparse.csr_matrix(np.where(X > 0.4, X, 0))
        scipy.sparse.save_npz(path, X)
    elif kind == "parquet":
        pd.DataFrame(X, columns=[f"c{place}" for place in range(6)]).to_parquet(path)
    else:
        np.save(path, X)
    mapped = querist.open_pool(path, cache_dir=tmp_path / "cache", watch=told.watch)
    sessions = [querist.Session(pool, audit=0.3, random_state=3) for pool in (X, mapped)]
    for _ in range(5):
        asked = [session.ask(8) for session in sessions]
        np.testing.assert_array_equal(*asked)
        for session, rows in zip(sessions, asked, strict=True):
            session.tell(rows, truth[rows])
    in_memory, on_disk = sessions
    np.testing.assert_array_equal(in_memory.predict_proba(), on_disk.predict_proba())
    assert in_memory.accuracy() == on_disk.accuracy()
    on_disk.save(tmp_path / "session.json")
    again = querist.Session.load(tmp_path / "session.json", X)
    np.testing.assert_array_equal(again.ask(5), in_memory.ask(5))


def test_a_simulation_takes_a_mapped_pool(tmp_path):
    X = np.random.default_rng(2).normal(size=(120, 3)).astype(np.float32)
    np.save(tmp_path / "pool.npy", X)
    y = (X[:, 0] > 0).astype(int)
    options = {"repeats": 2, "budget": 40, "n_jobs": 1}
    mapped = querist.simulate(querist.open_pool(tmp_path / "pool.npy"), y, **options)
    pd.testing.assert_frame_equal(mapped.table, querist.simulate(X, y, **options).table)


def test_what_is_written_once_is_told_in_one_line_and_found_again(tmp_path, told, caplog):
    X = scipy.sparse.random(50, 8, 0.3, "csr", random_state=0)
    scipy.sparse.save_npz(tmp_path / "pool.npz", X)
    with caplog.at_level(logging.WARNING, "querist.data"):
        querist.open_pool(tmp_path / "pool.npz", cache_dir=tmp_path / "cache")
    (line,) = caplog.messages
    assert "\n" not in line
    assert str(tmp_path / "pool.npz") in line
    assert str(tmp_path / "cache") in line
    querist.open_pool(tmp_path / "pool.npz", cache_dir=tmp_path / "cache", watch=told.watch)
    assert not told.sentences


def test_without_room_nothing_is_written(tmp_path, monkeypatch):
    scipy.sparse.save_npz(tmp_path / "pool.npz", scipy.sparse.random(50, 8, 0.3, "csr", random_state=0))
    usage = querist.data.pool_files.shutil.disk_usage(tmp_path)
    monkeypatch.setattr("querist.data.pool_files.shutil.disk_usage", lambda folder: usage._replace(free=10))
    with pytest.raises(DataError, match=r"takes .* MB in .*, where 0\.0 MB are free"):
        querist.open_pool(tmp_path / "pool.npz", cache_dir=tmp_path / "cache")
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


def saved(array):
    return lambda path: np.save(path, array, allow_pickle=True)


@pytest.mark.parametrize(
    ("write", "error", "words"),
    [
        (saved(np.arange(5.0)), DataError, r"shape \(5,\), which is not a table"),
        (saved(np.ones((2, 3, 4))), DataError, "reshape"),
        (saved(np.ones((0, 3))), DataError, r"shape \(0, 3\)"),
        (saved(np.array([["a", "b"]])), DataError, "array of <U1"),
        (saved(np.ones((2, 2), complex)), DataError, "complex128"),
        (saved(np.array([[1, "a"]], object)), FileFormatError, "Objects are refused"),
        (saved(np.ones((2, 2), ">f4")), DataError, r"X\.astype\('<f4'\)"),
        (lambda path: path.write_bytes(b"no array"), FileFormatError, "not a numpy array"),
        (lambda path: path.write_bytes(b""), FileFormatError, "not a numpy array"),
    ],
)
def test_arrays_that_are_no_pool(tmp_path, write, error, words):
    path = tmp_path / "pool.npy"
    write(path)
    with pytest.raises(error, match=words) as raised:
        querist.open_pool(path)
    assert str(path) in str(raised.value)


def test_an_array_that_is_cut_off_is_refused(tmp_path):
    path = tmp_path / "pool.npy"
    np.save(path, np.ones((100, 4)))
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(FileFormatError, match="cut off"):
        querist.open_pool(path)


def test_other_files_are_refused(tmp_path):
    (tmp_path / "table.csv").write_text("a,b\n1,2\n")
    with pytest.raises(FileFormatError, match="read_table"):
        querist.open_pool(tmp_path / "table.csv")
    with pytest.raises(FileFormatError, match="There is no file"):
        querist.open_pool(tmp_path / "pool.npy")
    np.save(tmp_path / "pool.npy", np.ones((2, 2)))
    with pytest.raises(InvalidParameterError, match="columns"):
        querist.open_pool(tmp_path / "pool.npy", columns=["a"])
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "table.csv").write_text("a,b\n1,2\n")
    with pytest.raises(FileFormatError, match="parts of a pool are Parquet"):
        querist.open_pool(tmp_path / "folder")
