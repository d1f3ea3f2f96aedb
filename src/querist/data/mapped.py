"""Arrays that are mapped from a file, and the fingerprints of them that were taken once and are kept.

To fingerprint a pool is to read it whole. A file that has the size and the time of its last change that it had then is
taken for the same, as build tools do.
"""

import contextlib
import hashlib
import json
import mmap
import os
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from querist._files import write_whole
from querist._typing import AnyArray, Pool

# What takes a hundredth of a second to read is not worth a file.
_WORTHWHILE = 1 << 24
# Nanoseconds within which a file may be written twice and bear the same time.
_JUST_NOW = 2_000_000_000
_DIGITS = 32


class _Source(NamedTuple):
    """Where a mapped array comes from, the state of the file when it was mapped, and where fingerprints are kept."""

    path: Path
    state: tuple[int, ...]
    kept_in: Path


# By the map itself, which all views of an array share; what is no longer mapped drops out.
_sources: "weakref.WeakKeyDictionary[mmap.mmap, _Source]" = weakref.WeakKeyDictionary()


def mapped(path: Path, kept_in: Path) -> AnyArray:
    """Return the array of a ``.npy`` file, of which only what is looked at is read.

    Parameters
    ----------
    path : Path
    kept_in : Path
        Folder for fingerprints of it (`kept_digest`).

    Raises
    ------
    OSError, ValueError
        If it is no array, is shorter than its head says, or holds objects.
    """
    state = _state(path)
    array: Any = np.lib.format.open_memmap(path, mode="r")
    _sources[array._mmap] = _Source(path, state, kept_in)
    found: AnyArray = array
    return found


def kept_digest(X: Pool, compute: Callable[[], str]) -> str:
    """Return the fingerprint of a pool, from a file if it is one of a mapped file that has not changed since.

    Parameters
    ----------
    X : pool
        As `as_pool` returns it.
    compute : callable
        Reads it whole.
    """
    parts = [X.data, X.indices, X.indptr] if hasattr(X, "indptr") else [X]
    if not all(isinstance(part, np.ndarray) for part in parts) or sum(part.nbytes for part in parts) < _WORTHWHILE:
        return compute()
    found = [_window(part) for part in parts]
    windows = [window for window in found if window is not None]
    if len(windows) < len(found):
        return compute()
    sources = [source for source, _ in windows]
    if [_state(source.path) for source in sources] != [source.state for source in sources]:
        return compute()
    told = [
        "sparse" if hasattr(X, "indptr") else "array",
        list(X.shape),
        [[str(source.path), source.state, place] for source, place in windows],
    ]
    file = sources[0].kept_in / f"{hashlib.blake2b(json.dumps(told).encode(), digest_size=16).hexdigest()}.digest"
    with contextlib.suppress(OSError, UnicodeDecodeError):
        known = file.read_text("ascii")
        if len(known) == _DIGITS:
            return known
    begun = time.time_ns()
    digest = compute()
    unchanged = [_state(source.path) for source in sources] == [source.state for source in sources]
    if unchanged and all(source.state[-1] < begun - _JUST_NOW for source in sources):
        # The fingerprint is at hand; without the file only the next time takes longer.
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(file, digest.encode())
    return digest


def _state(path: Path) -> tuple[int, ...]:
    """Return what changes when a file does: device and number, size, time of the last change."""
    with contextlib.suppress(OSError):
        found = os.stat(path)
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
    return ()


def _window(array: Any) -> tuple[_Source, list[Any]] | None:
    """Return which file an array shows, and what of it; None if it is no view of a mapped one."""
    whole: Any = array
    while whole is not None and getattr(whole, "_mmap", None) is None:
        whole = getattr(whole, "base", None)
    source = None if whole is None else _sources.get(whole._mmap)
    if source is None:
        return None
    # Views keep the offset of the array that was mapped, so the place is told by the address.
    start = np.frombuffer(whole._mmap, np.uint8).__array_interface__["data"][0]
    place = array.__array_interface__["data"][0] - start + whole.offset - whole.offset % mmap.ALLOCATIONGRANULARITY
    if not 0 <= place <= source.state[2]:
        return None
    return source, [place, list(array.shape), list(array.strides), array.dtype.str]
