"""CSR matrices whose arrays are mapped."""

import zipfile

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

import querist
from querist.data import Watch, pool_hash, sparse_pools
from querist.exceptions import DataError, FileFormatError


def opened(path):
    return querist.open_pool(path, cache_dir=path.parent / "cache", watch=Watch())


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 40), st.integers(1, 9), st.floats(0, 1), st.sampled_from(["f4", "f8", "i1", "u2", "i8", "?"]),
    st.booleans(), st.booleans(), st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_the_matrix_is_that_which_was_saved(tmp_path_factory, n_rows, width, density, dtype, compressed, wide, seed):
    path = tmp_path_factory.mktemp("pool") / "pool.npz"
    X = (scipy.sparse.random(n_rows, width, density, "csr", random_state=seed) * 10).astype(dtype)
    if wide:
        X.indices, X.indptr = X.indices.astype(np.int64), X.indptr.astype(np.int64)
    scipy.sparse.save_npz(path, X, compressed=compressed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sparse_pools, "_BYTES", 20)
        found = opened(path)
    assert (found.dtype, found.indices.dtype, found.indptr.dtype) == (X.dtype, np.int32, np.int32)
    assert (found != X).nnz == 0
    assert pool_hash(found) == pool_hash(X)


def test_the_arrays_are_mapped_and_stay_so_in_a_session(tmp_path):
    X = scipy.sparse.random(200, 30, 0.2, "csr", dtype=np.float32, random_state=0)
    scipy.sparse.save_npz(tmp_path / "pool.npz", X)
    found = opened(tmp_path / "pool.npz")
    pool = querist.Session(found)._journal.pool
    for name in ("data", "indices", "indptr"):
        array = getattr(pool, name)
        assert np.shares_memory(array, getattr(found, name))
        while not isinstance(array, np.memmap):
            array = array.base
        assert array.mode == "r"
    # The key is the content: the same matrix under another name is not written again.
    scipy.sparse.save_npz(tmp_path / "again.npz", X, compressed=False)
    opened(tmp_path / "again.npz")
    assert len(list((tmp_path / "cache").iterdir())) == 1


def rewritten(path, **arrays):
    """Write an archive as scipy does, with some arrays replaced."""
    X = scipy.sparse.csr_matrix(np.eye(4))
    told = {"indices": X.indices, "indptr": X.indptr, "format": b"csr", "shape": X.shape, "data": X.data} | arrays
    np.savez(path, **told)


@pytest.mark.parametrize(
    ("arrays", "error", "words"),
    [
        ({"indices": np.array([0, 1, 2, 9])}, FileFormatError, "entry 3 stands in column 9 of 4"),
        ({"indices": np.array([0, -1, 2, 3])}, FileFormatError, "entry 1 stands in column -1"),
        ({"indices": np.array([0, 1, 2])}, FileFormatError, "indices has 3 values instead of 4"),
        ({"indptr": np.array([0, 2, 1, 3, 4])}, FileFormatError, "entries of row 1"),
        ({"indptr": np.array([1, 1, 2, 3, 4])}, FileFormatError, "entries of row 0"),
        ({"indptr": np.array([0, 1, 2, 3, 3])}, FileFormatError, "entries of row"),
        ({"indptr": np.array([0, 1, 2, 3])}, FileFormatError, "indptr has 4 values instead of 5"),
        ({"format": b"csc"}, DataError, r"form 'csc'. Save X\.tocsr"),
        ({"data": np.ones(4, complex)}, DataError, "complex128"),
        ({"data": np.ones(4, np.float16)}, DataError, "float16"),
        ({"data": np.array([None] * 4)}, DataError, "got object"),
        ({"shape": (0, 4)}, DataError, r"shape \(0, 4\)"),
    ],
)
def test_matrices_that_are_none(tmp_path, arrays, error, words):
    rewritten(tmp_path / "pool.npz", **arrays)
    with pytest.raises(error, match=words) as raised:
        opened(tmp_path / "pool.npz")
    assert str(tmp_path / "pool.npz") in str(raised.value)
    assert not list((tmp_path / "cache").rglob("indptr.npy"))


def test_archives_of_something_else_or_damaged(tmp_path):
    path = tmp_path / "pool.npz"
    np.savez(path, X=np.ones((2, 2)), y=[0, 1])
    with pytest.raises(FileFormatError, match=r"holds X, y; .* numpy\.save"):
        opened(path)
    path.write_bytes(b"no archive")
    with pytest.raises(FileFormatError, match="not a sparse matrix"):
        opened(path)
    rewritten(path)
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        place = archive.getinfo("data.npy").header_offset + 200
    data[place] ^= 0xFF
    path.write_bytes(bytes(data))
    with pytest.raises(FileFormatError, match="Bad CRC-32"):
        opened(path)
    assert not list((tmp_path / "cache").rglob("indptr.npy"))
