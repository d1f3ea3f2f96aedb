"""Features on disk, for the next time the same file comes."""

import contextlib
import json
import os
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import scipy.sparse

from querist._files import replacing
from querist._typing import Pool
from querist.data.hashing import pool_hash
from querist.data.kinds import Kind

DAMAGED: Literal["damaged"] = "damaged"


@dataclass(frozen=True)
class Features:
    """A pool of numbers.

    Attributes
    ----------
    X : ndarray of shape (n_rows, n_features), float64; or CSR matrix, float32, where there is text
    names : tuple of str of length n_features
    kinds : dict of str to str
        number, category, date, text or dropped, by column.
    notes : tuple of str
        What was decided, in words.
    X_test : as X, or None
        The rows of the second frame.
    """

    X: Pool
    names: tuple[str, ...]
    kinds: dict[str, Kind]
    notes: tuple[str, ...]
    X_test: Pool | None = field(default=None)


def read(folder: str | os.PathLike[str] | None, key: str) -> Features | Literal["damaged"] | None:
    """Return kept features, None if it is not there, or ``DAMAGED``."""
    if folder is None or not (path := Path(folder) / f"{key}.npz").is_file():
        return None
    try:
        # numpy leaves a damaged file open when it opens it itself.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            words = json.loads(str(arrays["words"]))
            found = Features(
                X=_matrix(arrays, "X"),
                names=tuple(words["names"]),
                kinds=words["kinds"],
                notes=tuple(words["notes"]),
                X_test=_matrix(arrays, "X_test") if words["has_test"] else None,
            )
            hashes = [pool_hash(X) for X in (found.X, found.X_test) if X is not None]
            return found if hashes == words["hashes"] else DAMAGED
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile, zlib.error):
        # A cache that cannot be read costs time and nothing else: the features are built again.
        return DAMAGED


def write(folder: str | os.PathLike[str] | None, key: str, features: Features) -> None:
    """Keep features; a folder that cannot be written to is passed over."""
    if folder is None:
        return
    words = {
        "names": features.names,
        "kinds": features.kinds,
        "notes": features.notes,
        "has_test": features.X_test is not None,
        "hashes": [pool_hash(X) for X in (features.X, features.X_test) if X is not None],
    }
    arrays = {"words": np.array(json.dumps(words)), **_arrays(features.X, "X")}
    if features.X_test is not None:
        arrays |= _arrays(features.X_test, "X_test")
    # The features are at hand; without the file only the next run takes longer.
    with contextlib.suppress(OSError):
        Path(folder).mkdir(parents=True, exist_ok=True)
        with replacing(Path(folder) / f"{key}.npz") as file:
            np.savez(file, **arrays)


def _arrays(X: Pool, name: str) -> dict[str, Any]:
    if not scipy.sparse.issparse(X):
        return {name: X}
    return {f"{name}_{part}": getattr(X, part) for part in ("data", "indices", "indptr", "shape")}


def _matrix(arrays: Any, name: str) -> Pool:
    if name in arrays:
        return arrays[name]
    data, indices, indptr, shape = (arrays[f"{name}_{part}"] for part in ("data", "indices", "indptr", "shape"))
    return scipy.sparse.csr_matrix((data, indices, indptr), shape=tuple(shape.tolist()))
