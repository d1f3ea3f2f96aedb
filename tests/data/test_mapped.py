"""Fingerprints that are kept for as long as a file does not change."""

import os

import numpy as np
import pytest
import scipy.sparse

import querist
from querist.data import Watch, mapped, pool_hash
from querist.data.mapped import kept_digest

LONG_AGO = 1_600_000_000_000_000_000


@pytest.fixture(autouse=True)
def small_pools_too(monkeypatch):
    monkeypatch.setattr(mapped, "_WORTHWHILE", 0)


def saved(path, X):
    """Save a pool as of long ago, so that its time can be trusted, and open it."""
    if scipy.sparse.issparse(X):
        scipy.sparse.save_npz(path, X)
    else:
        np.save(path, X)
        os.utime(path, ns=(LONG_AGO, LONG_AGO))
    querist.open_pool(path, cache_dir=path.parent / "cache", watch=Watch())
    for each in (path.parent / "cache").rglob("*.npy"):
        os.utime(each, ns=(LONG_AGO, LONG_AGO))
    return querist.open_pool(path, cache_dir=path.parent / "cache", watch=Watch())


class Counted:
    """Computes a fingerprint, and counts how often."""

    def __init__(self, digest="0" * 32):
        self.digest, self.times = digest, 0

    def __call__(self):
        self.times += 1
        return self.digest


def digests(tmp_path):
    return sorted((tmp_path / "cache").glob("*.digest"))


X = np.random.default_rng(0).normal(size=(50, 4))


@pytest.mark.parametrize("pool", [X, scipy.sparse.csr_matrix(np.where(X > 0, X, 0))], ids=["array", "CSR"])
def test_the_fingerprint_is_taken_once_and_is_that_of_the_pool_in_memory(tmp_path, pool):
    path = tmp_path / ("pool.npz" if scipy.sparse.issparse(pool) else "pool.npy")
    found = saved(path, pool)
    assert pool_hash(found) == pool_hash(pool)
    assert len(digests(tmp_path)) == 1
    compute = Counted()
    assert kept_digest(querist.open_pool(path, cache_dir=tmp_path / "cache"), compute) == pool_hash(pool)
    assert compute.times == 0


@pytest.mark.parametrize(
    "view",
    [lambda X: X[:30], lambda X: X[10:], lambda X: X[:, :2], lambda X: X[::2], lambda X: X[::-1], lambda X: X[5:6]],
)
def test_each_view_has_its_own(tmp_path, view):
    found = saved(tmp_path / "pool.npy", X)
    assert pool_hash(found) == pool_hash(X)
    for _ in range(2):
        assert pool_hash(view(found)) == pool_hash(view(X))
        assert pool_hash(np.asarray(view(found))) == pool_hash(view(X))
    assert len(digests(tmp_path)) == 2


def test_what_is_no_view_is_computed_each_time(tmp_path):
    found = saved(tmp_path / "pool.npy", X)
    for other in (found * 2, found[[3, 1]], np.array(found), np.load(tmp_path / "pool.npy", mmap_mode="r")):
        compute = Counted()
        assert [kept_digest(other, compute), kept_digest(other, compute)] == [compute.digest] * 2
        assert compute.times == 2
    assert not digests(tmp_path)


def test_a_file_that_has_changed_since_is_read_again(tmp_path):
    path = tmp_path / "pool.npy"
    found = saved(path, X)
    assert pool_hash(found) == pool_hash(X)
    os.utime(path, ns=(LONG_AGO + 1, LONG_AGO + 1))
    compute = Counted()
    assert kept_digest(found, compute) == compute.digest
    # Another file in its place: the map still shows the old one, whose state is no longer that of the path.
    np.save(tmp_path / "other.npy", X + 1)
    os.utime(tmp_path / "other.npy", ns=(LONG_AGO, LONG_AGO))
    os.replace(tmp_path / "other.npy", path)
    assert pool_hash(found) == pool_hash(X)
    assert pool_hash(querist.open_pool(path, cache_dir=tmp_path / "cache")) == pool_hash(X + 1)


def test_a_file_that_was_written_just_now_may_be_written_again_at_the_same_time(tmp_path):
    np.save(tmp_path / "pool.npy", X)
    found = querist.open_pool(tmp_path / "pool.npy", cache_dir=tmp_path / "cache")
    assert pool_hash(found) == pool_hash(X)
    assert not digests(tmp_path)


def test_a_damaged_or_forbidden_cache_costs_time_only(tmp_path):
    found = saved(tmp_path / "pool.npy", X)
    pool_hash(found)
    (kept,) = digests(tmp_path)
    for damage in (b"", b"\xff" * 32, b"short"):
        kept.write_bytes(damage)
        assert pool_hash(found) == pool_hash(X)
    kept.unlink()
    (tmp_path / "cache").rmdir()
    (tmp_path / "cache").write_text("a file where the folder was")
    assert pool_hash(found) == pool_hash(X)


def test_small_pools_are_not_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(mapped, "_WORTHWHILE", X.nbytes + 1)
    assert pool_hash(saved(tmp_path / "pool.npy", X)) == pool_hash(X)
    assert not digests(tmp_path)
