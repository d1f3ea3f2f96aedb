"""Rows that repeat an earlier row."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from querist._pool import in_memory
from querist._typing import AnyArray, BoolArray, IntArray, Pool
from querist._validation import n_rows
from querist.data.hashing import canonical, canonical_blocks, cell_bytes

_Hashes = npt.NDArray[np.uint64]
_Same = Callable[[IntArray, IntArray], BoolArray]

_BLOCK_VALUES = 1 << 20


def find_duplicates(X: Pool, *, alike: bool = False) -> IntArray:
    """Return, for every row, the first row that has the same content.

    Rows are grouped by a 64-bit hash, and every group is then compared value by value,
    so that different rows are never taken for equal. A missing value equals a missing
    value, and 0.0 equals -0.0.

    Parameters
    ----------
    X : array, sparse matrix, data frame or list of shape (n_rows, ...)
        Also a one-dimensional array or Series of texts.
    alike : bool, default=False
        Whether texts that differ in upper and lower case, in how much blank stands between words, or in blanks around
        them are the same too.

    Returns
    -------
    ndarray of shape (n_rows,), int64
        The row's own number where no earlier row is like it. O(n d) time for n rows of
        d values (stored entries, in a sparse matrix) and O(n) memory beyond X.

    Raises
    ------
    InvalidParameterError
        If a cell holds an object whose content cannot be compared.

    Examples
    --------
    >>> find_duplicates([[1, 2], [3, 4], [1, 2], [1, 2]])
    array([0, 1, 0, 0])
    >>> find_duplicates(["Win a prize!", "win  a prize! ", "hello"], alike=True)
    array([0, 0, 2])
    """
    X = in_memory(X)
    if n_rows(X) < 2:
        return np.arange(n_rows(X), dtype=np.int64)
    if hasattr(X, "iloc"):
        columns = [X] if X.ndim == 1 else [X.iloc[:, position] for position in range(X.shape[1])]
        return _same_cells([_column_values(column) for column in columns], n_rows(X), alike)
    if hasattr(X, "indptr"):
        return _verified(_hash_sparse(X), lambda rows, others: _same_sparse(X, rows, others))
    if X.dtype.kind not in "biufmM":
        return _same_cells(list(X.reshape(X.shape[0], -1).T), X.shape[0], alike)
    flat = X.reshape(X.shape[0], -1)
    return _verified(_hash_dense(flat), lambda rows, others: _same_dense(flat, rows, others))


def _verified(hashes: _Hashes, same: _Same) -> IntArray:
    """Group rows by hash, then by content: rows that only share a hash are grouped anew among themselves."""
    first = np.arange(hashes.size, dtype=np.int64)
    open_rows = first.copy()
    while open_rows.size:
        order = np.argsort(hashes[open_rows], kind="stable")
        ordered = hashes[open_rows[order]]
        starts = np.concatenate([[True], ordered[1:] != ordered[:-1]])
        # The sort is stable, so the first of each group is its lowest row.
        heads = open_rows[order][np.maximum.accumulate(np.where(starts, np.arange(starts.size), 0))]
        rows = open_rows[order]
        followers = rows != heads
        rows, heads = rows[followers], heads[followers]
        equal = same(rows, heads)
        first[rows[equal]] = heads[equal]
        open_rows = np.sort(rows[~equal])
    return first


def _mixed(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Spread the bits of each value over all 64 (the finaliser of SplitMix64); 0 stays 0."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _column_weights(columns: IntArray) -> npt.NDArray[np.uint64]:
    return _mixed((columns.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)) | np.uint64(1)


def _bits(values: AnyArray) -> npt.NDArray[np.uint64]:
    """Return integers that are equal where the values are; 0 for zero."""
    if values.dtype.kind == "f":
        wide = values.astype(np.float64) + 0.0  # -0.0 becomes 0.0
        wide[np.isnan(wide)] = np.nan  # a NaN has many bit patterns
        return wide.view(np.uint64)
    if values.dtype.kind in "mM":
        return values.view(np.int64).astype(np.uint64)
    return values.astype(np.uint64)


def _hash_dense(X: AnyArray) -> _Hashes:
    weights = _column_weights(np.arange(X.shape[1], dtype=np.int64))
    hashes = np.zeros(X.shape[0], np.uint64)
    step = max(1, _BLOCK_VALUES // max(1, X.shape[1]))
    for start in range(0, X.shape[0], step):
        block = _bits(np.ascontiguousarray(X[start : start + step]))
        hashes[start : start + step] = (_mixed(block) * weights).sum(axis=1, dtype=np.uint64)
    return hashes


def _hash_sparse(X: Any) -> _Hashes:
    parts = []
    for block in canonical_blocks(X):
        entries = _mixed(_bits(block.data)) * _column_weights(block.indices)
        # Differences of running sums give each row's sum; they wrap around, and so do the sums.
        running = np.concatenate([np.zeros(1, np.uint64), np.cumsum(entries, dtype=np.uint64)])
        parts.append(running[block.indptr[1:]] - running[block.indptr[:-1]])
    return np.concatenate(parts)


def _equal_values(left: AnyArray, right: AnyArray) -> BoolArray:
    equal: BoolArray = left == right
    if left.dtype.kind in "fmM":
        equal |= _gaps(left) & _gaps(right)
    return equal


def _gaps(values: AnyArray) -> BoolArray:
    gaps: BoolArray = np.isnan(values) if values.dtype.kind == "f" else np.isnat(values)
    return gaps


def _same_dense(X: AnyArray, rows: IntArray, others: IntArray) -> BoolArray:
    same = np.empty(rows.size, bool)
    step = max(1, _BLOCK_VALUES // max(1, X.shape[1]))
    for start in range(0, rows.size, step):
        part = slice(start, start + step)
        same[part] = _equal_values(X[rows[part]], X[others[part]]).all(axis=1)
    return same


def _same_sparse(X: Any, rows: IntArray, others: IntArray) -> BoolArray:
    same = np.empty(rows.size, bool)
    step = max(1, _BLOCK_VALUES // max(1, X.nnz // X.shape[0]))
    for start in range(0, rows.size, step):
        part = slice(start, start + step)
        left, right = canonical(X, rows[part]), canonical(X, others[part])
        counts = np.diff(left.indptr)
        fits = counts == np.diff(right.indptr)
        left, right = left[fits], right[fits]  # now their entries lie side by side
        unequal = (left.indices != right.indices) | ~_equal_values(left.data, right.data)
        owners = np.repeat(np.flatnonzero(fits), counts[fits])
        fits[owners[unequal]] = False
        same[part] = fits
    return same


def _column_values(column: Any) -> AnyArray:
    """Return the values of a column as pandas.factorize takes them: one dimension, missing values as NaN or None."""
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "biufmM":
        values: AnyArray = column.to_numpy()
        return values
    cells: AnyArray = column.astype(object).to_numpy().copy()
    cells[column.isna().to_numpy()] = None
    return cells


def _same_cells(columns: list[AnyArray], rows: int, alike: bool) -> IntArray:
    """Split the rows column by column into ever smaller groups of equal rows."""
    import pandas as pd

    groups, count = np.zeros(rows, np.int64), 1
    for column in columns:
        codes = _codes(_folded(column) if alike else column)
        # Both factors are at most the number of rows + 1, so the product fits 64 bits.
        groups, uniques = pd.factorize(groups * (int(codes.max()) + 2) + codes + 1)
        groups, count = groups.astype(np.int64), len(uniques)
        if count == rows:
            break
    lowest = np.full(count, rows, np.int64)
    np.minimum.at(lowest, groups, np.arange(rows))
    return lowest[groups]


def _folded(values: AnyArray) -> AnyArray:
    """Return texts without what `alike` passes over; all else as it is."""
    if values.dtype.kind not in "OUT":
        return values
    folded = np.empty(values.size, object)
    folded[:] = [" ".join(cell.split()).casefold() if isinstance(cell, str) else cell for cell in values]
    return folded


def _codes(values: AnyArray) -> IntArray:
    """Return one integer per distinct value, -1 for missing ones."""
    import pandas as pd

    if values.dtype.kind == "O":
        kinds = {type(cell) for cell in values}
        if not kinds <= {str, type(None)}:
            # Python takes 1, 1.0 and True for equal, and cannot compare lists.
            packed = np.empty(values.size, object)
            packed[:] = [_key(cell) for cell in values]
            values = packed
    elif values.dtype.kind in "UST":
        values = values.astype(object)
    return pd.factorize(values)[0].astype(np.int64)


def _key(cell: Any) -> bytes | None:
    if isinstance(cell, float | np.floating):
        return None if math.isnan(cell) else cell_bytes(cell + 0.0)  # -0.0 becomes 0.0
    return None if cell is None or type(cell).__name__ in ("NAType", "NaTType") else cell_bytes(cell)
