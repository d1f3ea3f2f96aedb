"""NPZ: files that hold a matrix and labels; and the features of two matrices."""

import contextlib
import io
import math
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from querist._typing import AnyArray, Pool
from querist.data.array_files import PICKLES, column_of_array, read_head, sparse_matrix
from querist.data.bounds import Bounds
from querist.data.reading import Reading
from querist.data.table import Table
from querist.exceptions import DataError, FileFormatError

# What damaged files raise: the reader says it in words.
DAMAGED = (ValueError, OSError, EOFError, NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error)


def read_npz(path: Path, data: bytes, reading: Reading, bounds: Bounds) -> Table:
    """Read the arrays X and y that ``numpy.savez(path, X=X, y=y)`` wrote, or what `scipy.sparse.save_npz` wrote."""
    _check_members(path, data, bounds)
    try:
        if data.startswith(b"\x93NUMPY"):
            raise FileFormatError(
                f"{path} holds one array (.npy), not X and y. Write both with numpy.savez(path, X=X, y=y)."
            )
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            if {"format", "shape", "data"} <= {*arrays.files}:
                return sparse_matrix(path, arrays, bounds)
            missing = {"X", "y"} - set(arrays.files)
            if missing:
                raise FileFormatError(
                    f"{path} needs arrays X and y; it holds {', '.join(arrays.files) or 'nothing'}. "
                    "Write it with numpy.savez(path, X=X, y=y)."
                )
            X, y = arrays["X"], arrays["y"]
    except DataError:
        raise
    except Exception as error:  # what damaged arrays raise has no common root
        raise _unreadable(path, error) from None
    _check_arrays(path, X, y)
    return Table(path, matrix=X, labels=column_of_array(path, y))


def only_array(path: Path, data: bytes, bounds: Bounds) -> AnyArray:
    """Return the one array that an NPZ file holds, whatever it is called.

    Raises
    ------
    FileFormatError
        If it cannot be read, or holds several.
    DataError
        If it is larger than the bounds.
    """
    _check_members(path, data, bounds)
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            if len(arrays.files) == 1:
                found: AnyArray = arrays[arrays.files[0]]
                return found
            names = ", ".join(arrays.files) or "nothing"
    except Exception as error:  # what damaged arrays raise has no common root
        raise _unreadable(path, error) from None
    raise FileFormatError(f"{path} holds {names}. Save one array alone, for example with numpy.save.")


def _unreadable(path: Path, error: Exception) -> FileFormatError:
    hint = PICKLES if "pickle" in str(error) else ""
    return FileFormatError(f"{path} is not an NPZ file that can be read: {error}.{hint}")


def _check_members(path: Path, data: bytes, bounds: Bounds) -> None:
    """Refuse arrays that are larger than the bounds, by what they say of themselves: numpy takes that much at once."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return  # the reader says what it is
    size = 0
    with contextlib.suppress(*DAMAGED), zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.infolist():
            with archive.open(part) as file:
                shape, _, dtype = read_head(file)
                size += math.prod(shape) * dtype.itemsize
    bounds.check_bytes(path, size)


def _check_arrays(path: Path, X: AnyArray, y: AnyArray) -> None:
    if X.ndim != 2 or y.ndim != 1 or y.shape[0] != X.shape[0]:
        raise FileFormatError(
            f"{path}: X must have one row per item and y one label per row, got shapes {X.shape} and {y.shape}. "
            "Reshape with X.reshape(len(X), -1) and y.ravel()."
        )
    if X.dtype.kind not in "biuf":
        raise DataError(f"{path}: X must hold numbers, got dtype {X.dtype}.")
    if X.size == 0:
        raise DataError(f"{path}: X is empty, got shape {X.shape}. Save rows and features.")


def same_features(table: Table, other: Table) -> tuple[Pool, Pool]:
    """Return two matrices of one kind with the same features.

    A libsvm file leaves out zeros, and with them trailing features that no row has.

    Raises
    ------
    DataError
        If arrays differ in width, or the other file has features that the first one lacks.
    """
    import scipy.sparse

    X: Any = table.matrix
    X_other: Any = scipy.sparse.csr_matrix(other.matrix)
    width = X_other.shape[1]
    if other.first_feature > table.first_feature:  # the feature 0 has no value in the other file
        X_other = scipy.sparse.hstack([scipy.sparse.csr_matrix((X_other.shape[0], 1)), X_other], format="csr")
    widths = X.shape[1], X_other.shape[1]
    narrower_is_fine = other.lacks_zeros
    if (
        other.first_feature < table.first_feature
        or widths[1] > widths[0]
        or (widths[1] < widths[0] and not narrower_is_fine)
    ):
        raise DataError(
            f"{table.path} has {widths[0]} features counted from {table.first_feature}, {other.path} has "
            f"{width} counted from {other.first_feature}: they must be the same ones."
        )
    X_other.resize(X_other.shape[0], widths[0])
    return X, X_other if scipy.sparse.issparse(X) else X_other.toarray()
