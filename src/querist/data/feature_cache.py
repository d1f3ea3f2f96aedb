"""Features on disk, for the next time the same file comes."""

import contextlib
import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import scipy.sparse

from querist._files import replacing
from querist._typing import AnyArray, Pool
from querist.data.kinds import Kind

_WORDS = "words"
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
    recipe : bytes
        The fitted recipe, as skops saves it, where it is kept beside the numbers.
    """

    X: Pool
    names: tuple[str, ...]
    kinds: dict[str, Kind]
    notes: tuple[str, ...]
    X_test: Pool | None = field(default=None)
    recipe: bytes = b""


def read(folder: str | os.PathLike[str] | None, key: str) -> Features | Literal["damaged"] | None:
    """Return kept features, None if it is not there, or ``DAMAGED``."""
    if folder is None or not (path := Path(folder) / f"{key}.npz").is_file():
        return None
    try:
        # numpy leaves a damaged file open when it opens it itself.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            words = json.loads(str(arrays[_WORDS]))
            content = {name: arrays[name] for name in arrays.files if name != _WORDS}
            if _digests(content) != words["digests"]:
                return DAMAGED
            return Features(
                X=_matrix(content, "X"),
                names=tuple(words["names"]),
                kinds=words["kinds"],
                notes=tuple(words["notes"]),
                X_test=_matrix(content, "X_test") if words["has_test"] else None,
                recipe=content["recipe"].tobytes() if "recipe" in content else b"",
            )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile, zlib.error):
        # A cache that cannot be read costs time and nothing else: the features are built again.
        return DAMAGED


def write(folder: str | os.PathLike[str] | None, key: str, features: Features) -> None:
    """Keep features; a folder that cannot be written to is passed over."""
    if folder is None:
        return
    arrays = _arrays(features.X, "X")
    if features.X_test is not None:
        arrays |= _arrays(features.X_test, "X_test")
    if features.recipe:
        arrays["recipe"] = np.frombuffer(features.recipe, np.uint8)
    arrays = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    words = {
        "names": features.names,
        "kinds": features.kinds,
        "notes": features.notes,
        "has_test": features.X_test is not None,
        "digests": _digests(arrays),
    }
    # The features are at hand; without the file only the next run takes longer.
    with contextlib.suppress(OSError):
        Path(folder).mkdir(parents=True, exist_ok=True)
        with replacing(Path(folder) / f"{key}.npz") as file:
            np.savez(file, **({_WORDS: np.array(json.dumps(words))} | arrays))


def _digests(arrays: Mapping[str, AnyArray]) -> dict[str, str]:
    """Return a fingerprint of each array, that of its bytes and no more: gigabytes are read in seconds."""
    return {
        name: hashlib.blake2b(array.reshape(-1).view(np.uint8).data, digest_size=16).hexdigest()
        for name, array in arrays.items()
    }


def _arrays(X: Pool, name: str) -> dict[str, Any]:
    if not scipy.sparse.issparse(X):
        return {name: X}
    return {f"{name}_{part}": getattr(X, part) for part in ("data", "indices", "indptr", "shape")}


def _matrix(arrays: Any, name: str) -> Pool:
    if name in arrays:
        return arrays[name]
    data, indices, indptr, shape = (arrays[f"{name}_{part}"] for part in ("data", "indices", "indptr", "shape"))
    matrix = scipy.sparse.csr_matrix((data, indices, indptr), shape=tuple(shape.tolist()))
    # Columns that are not there would be read beyond the end of arrays.
    matrix.check_format(full_check=True)
    return matrix
