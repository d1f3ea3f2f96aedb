"""Vectors that the user brings: read from a file, a column or an array, and checked against the rows."""

import json
import os
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from querist._typing import AnyArray
from querist.data.array_files import array_of
from querist.data.bounds import Bounds
from querist.data.matrices import only_array
from querist.data.read import READERS, read_as
from querist.data.reading import Reading
from querist.data.table import Table
from querist.exceptions import DataError, InvalidParameterError

Vectors = npt.NDArray[np.float32]

_HOW = 'Save one vector a row, for example with numpy.save("vectors.npy", vectors).'


def is_file_of_vectors(given: Any) -> bool:
    """Whether what was given names a file that vectors are read from, by its ending."""
    if not isinstance(given, str | os.PathLike):
        return False
    path = Path(given)
    return not path.is_dir() and any(ending in READERS for ending in path.suffixes[-2:])


def read_vectors(path: str | os.PathLike[str]) -> AnyArray:
    """Read an array of vectors.

    Parameters
    ----------
    path : path
        A ``.npy``; a ``.npz`` with one array; or a table in any format of `read_table` whose columns are all numbers,
        or of which one column holds lists of numbers.

    Returns
    -------
    ndarray, as it stands in the file; `as_vectors` checks it

    Raises
    ------
    FileFormatError, DataError
        If it cannot be read, or holds no vectors.
    """
    path = Path(path)
    if path.suffix in (".npy", ".npz") and path.is_file():
        data = path.read_bytes()
        read = array_of if path.suffix == ".npy" else only_array
        return read(path, data, Bounds.of_size(len(data)))
    table = read_as(path, Reading())
    if table.matrix is not None:
        matrix: Any = table.matrix
        return cast(AnyArray, matrix.toarray() if hasattr(matrix, "toarray") else matrix)
    columns = {str(name): table.frame[name].tolist() for name in _of_lists(table)} if table.frame is not None else {}
    if len(columns) == 1:
        name, cells = next(iter(columns.items()))
        return vectors_in(cells, f"{path}: column {name!r}")
    frame: Any = table.frame
    words = [str(name) for name in frame.columns if frame[name].dtype.kind not in "iufb"]
    if words:
        raise DataError(
            f"{path}: column {words[0]!r} holds no numbers, so this is no table of vectors. {_HOW} "
            "A table may hold them as columns of numbers, and nothing else, or as one column of lists."
        )
    return cast(AnyArray, frame.to_numpy())


def vectors_in(cells: list[Any], what: str) -> AnyArray:
    """Return the vectors that the cells of a column hold: lists of numbers, or these as JSON text.

    Raises
    ------
    DataError
        If a cell holds something else, or they differ in length.
    """
    rows: list[AnyArray] = []
    for row, cell in enumerate(cells, 1):
        try:
            values = np.asarray(json.loads(cell) if isinstance(cell, str) else cell, np.float64)
        except (TypeError, ValueError):
            values = np.empty(0)
        if values.ndim != 1 or not values.size:
            raise DataError(f"{what}, row {row} holds {_short(cell)}, which is no list of numbers. Fill it in.")
        if rows and values.size != rows[0].size:
            raise DataError(
                f"{what}, row {row} holds {values.size} numbers, the rows before it {rows[0].size}. "
                "Vectors of one model have one length. Make all of them with one."
            )
        rows.append(values)
    return np.stack(rows) if rows else np.empty((0, 0))


def holds_lists(cells: list[Any]) -> bool:
    """Whether a column holds lists of numbers, by its first cells."""
    known = [cell for cell in cells[:20] if cell is not None]
    return bool(known) and all(not isinstance(cell, str) or cell.startswith("[") for cell in known) and _reads(known)


def as_vectors(given: Any, n_rows: int | None, *, what: str = "embeddings", of: str = "X") -> Vectors:
    """Return vectors in the form that features are made of, or refuse them.

    Parameters
    ----------
    given : array-like of shape (n_rows, n_dimensions)
        Numbers of any type; data frames, tensors and sparse matrices too.
    n_rows : int or None
        How many there must be; None: at least one.
    what, of : str
        What errors call them and the rows that they are of.

    Returns
    -------
    ndarray of shape (n_rows, n_dimensions), float32

    Raises
    ------
    DataError
        If they are no numbers, not two-dimensional, as many as the rows, or finite in single precision.
    InvalidParameterError
        If they cannot be turned into an array.
    """
    try:
        array = np.asarray(given.toarray() if hasattr(given, "toarray") else given)
    except Exception as error:  # whatever the types of others raise
        raise InvalidParameterError(
            f"{what} must be an array of shape (n_rows, n_dimensions), got {type(given).__name__}: {error}. "
            "Convert it with numpy.asarray."
        ) from None
    if array.dtype.kind not in "iufb":
        raise DataError(f"{what} must hold numbers, got an array of {array.dtype}. {_HOW}")
    if array.ndim != 2 or not array.shape[1]:
        hint = "Pool what each row has to one vector, for example with .mean(axis=1)" if array.ndim > 2 else _HOW[:-1]
        raise DataError(f"{what} must have two dimensions, a vector for each row, got shape {array.shape}. {hint}.")
    if not len(array) or (n_rows is not None and len(array) != n_rows):
        raise DataError(
            f"{what} has {len(array):,} vectors, but {of} has {n_rows or 0:,} rows. There must be one for each row, in "
            "the same order: compute them from the very file that is read."
        )
    with np.errstate(over="ignore"):
        vectors = array.astype(np.float32)
    if not np.isfinite(vectors).all():
        row, column = np.argwhere(~np.isfinite(vectors))[0].tolist()
        raise DataError(
            f"{what}: row {row + 1}, column {column + 1} is {array[row, column]:g}, and vectors must be finite numbers "
            "in single precision (rows and columns count from 1). Compute the vector of this row anew."
        )
    return vectors


def _of_lists(table: Table) -> list[Any]:
    frame: Any = table.frame
    return [name for name in frame.columns if frame[name].dtype == object and holds_lists(frame[name].tolist())]


def _reads(cells: list[Any]) -> bool:
    try:
        return vectors_in(cells, "").ndim == 2
    except DataError:
        return False


def _short(cell: Any) -> str:
    shown = repr(cell)
    return "nothing" if cell is None else shown if len(shown) <= 40 else f"{shown[:40]}..."
