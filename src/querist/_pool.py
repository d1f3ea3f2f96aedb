"""One door for pools: whatever rows come in can then be indexed by row numbers, under the names it came with."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from querist._partitioned import PartitionedPool, is_of_dask, partitioned
from querist._typing import AnyArray, IntArray, Pool
from querist._validation import take_rows
from querist._words import quoted
from querist.exceptions import InvalidParameterError

_MOST_SHOWN = 5


def as_pool(X: Pool, name: str = "X") -> Pool:
    """Return `X` in a form that can be indexed by row numbers, copied only where it must be.

    Arrays, CSR matrices and pandas objects stay as they are (but for row numbers and columns of 64 bits in a sparse
    matrix that fits into 32, which most classifiers refuse). Polars and Arrow tables become pandas frames with the
    same names, other sparse matrices CSR, lists arrays. Arrays and frames of Dask stay where they are
    (`querist._partitioned`).

    Raises
    ------
    InvalidParameterError
        If `X` is not a two-dimensional table or a column of texts, has rows of different lengths, or masked cells.
    """
    import scipy.sparse

    if isinstance(X, PartitionedPool) or is_of_dask(X):
        return partitioned(X, name)
    if isinstance(X, list | tuple):
        return as_pool(_from_lists(X, name), name)
    if scipy.sparse.issparse(X):
        return _narrowed(X if X.format == "csr" else X.tocsr())
    if hasattr(X, "to_pandas") and not hasattr(X, "iloc"):
        X = X.to_pandas()
    if hasattr(X, "iloc"):
        return X
    if not isinstance(X, np.ndarray):
        if hasattr(X, "__array__"):
            return as_pool(np.asarray(X), name)
        hint = "Call .collect() first." if hasattr(X, "collect") else "Convert it, for example with numpy.asarray(X)."
        raise InvalidParameterError(
            f"{name} must be an array, a CSR matrix or a data frame, got {type(X).__name__}. {hint}"
        )
    if isinstance(X, np.ma.MaskedArray | np.matrix):
        X = _plain(X, name)
    _check_shape(X, name)
    return X


def in_memory(X: Pool, name: str = "X") -> Pool:
    """Return `X` as `as_pool` does, for what works with all rows at once.

    Raises
    ------
    InvalidParameterError
        Also if it lies in the partitions of a Dask collection.
    """
    pool = as_pool(X, name)
    if isinstance(pool, PartitionedPool):
        raise InvalidParameterError(
            f"{name} lies in the partitions of a Dask collection, and here all rows are needed at once. Pass "
            f"{name}.compute(), or of a pool that is too large a sample: querist.Session takes it as it is."
        )
    return pool


class NumberedRows:
    """Rows of a pool that know their numbers, for models that know rows by nothing else.

    It is indexed as a pool is; what the rows hold is looked up by `plain` where somebody asks for it.

    Parameters
    ----------
    X : pool
        The whole, as `as_pool` returns it.
    numbers : ndarray of row numbers, default=None
        Which rows of it, in order; None: all.
    """

    def __init__(self, X: Pool, numbers: IntArray | None = None) -> None:
        self.X = X
        self.numbers: IntArray = np.arange(X.shape[0]) if numbers is None else numbers
        self._is_whole = numbers is None

    @property
    def shape(self) -> tuple[int, ...]:
        """That of the rows."""
        return (int(self.numbers.size), *self.X.shape[1:])

    def __len__(self) -> int:
        return int(self.numbers.size)

    def __getitem__(self, rows: IntArray | slice) -> "NumberedRows":
        return NumberedRows(self.X, np.asarray(self.numbers[rows]))

    def rows(self) -> Pool:
        """Return what the rows hold."""
        return self.X if self._is_whole else take_rows(self.X, self.numbers)


def plain(X: Pool) -> Pool:
    """Return a pool as the caller gave it, also where its rows are numbered."""
    return X.rows() if isinstance(X, NumberedRows) else X


def like(X: Pool, pool: Pool, name: str = "X", *, whose: str = "the pool") -> Pool:
    """Return rows for a model that has learned from `pool`: as `as_pool` does, columns in the pool's order.

    Raises
    ------
    InvalidParameterError
        If they have other columns than the pool (called `whose` in the message).
    """
    X = as_pool(X, name)
    if hasattr(pool, "columns") and hasattr(X, "columns"):
        return _like_frame(X, pool, name, whose)
    if len(X.shape) != len(pool.shape):
        words = {1: "one text a row", 2: "columns"}
        raise InvalidParameterError(
            f"{name} has shape {tuple(X.shape)}, and {whose} has shape {tuple(pool.shape)}: "
            f"{words.get(len(pool.shape), 'as many dimensions')} are wanted."
        )
    if tuple(X.shape[1:]) != tuple(pool.shape[1:]):
        raise InvalidParameterError(
            f"{name} has {X.shape[1]} columns, and {whose} has {pool.shape[1]}. "
            "Pass the same columns in the same order."
        )
    return X


def _like_frame(X: Any, pool: Any, name: str, whose: str) -> Any:
    if X.columns.equals(pool.columns):
        return X
    lacking = [column for column in pool.columns if column not in X.columns]
    added = [column for column in X.columns if column not in pool.columns]
    if lacking or added or not pool.columns.is_unique or not X.columns.is_unique:
        told = [
            f"{what} {quoted(columns, _MOST_SHOWN)}"
            for what, columns in (("it lacks", lacking), ("it has besides", added))
            if columns
        ]
        raise InvalidParameterError(
            f"{name} has other columns than {whose}: {'; '.join(told) or 'some names stand twice'}. "
            "Pass the same columns."
        )
    columns = list(pool.columns)
    return X.with_columns(columns) if isinstance(X, PartitionedPool) else X[columns]


def _check_shape(X: AnyArray, name: str) -> None:
    if X.dtype.names is not None:
        raise InvalidParameterError(f"{name} is a structured array. Pass pandas.DataFrame({name}).")
    if X.ndim == 1 and X.dtype.kind in "OUT":
        return  # texts, or whatever a pipeline starts with
    if X.ndim == 1 and X.dtype.kind == "S":
        raise InvalidParameterError(f"{name} holds bytes. Decode them, for example with numpy.char.decode({name}).")
    if X.ndim < 2:
        raise InvalidParameterError(
            f"{name} must have one row per item and one column per feature, got shape {X.shape}. "
            f"Use {name}.reshape(-1, 1) for a single feature."
        )


def _plain(X: Any, name: str) -> AnyArray:
    """Return a matrix, or a masked array without a masked cell, as an ordinary array over the same memory."""
    if np.ma.is_masked(X):
        cells = np.argwhere(np.ma.getmaskarray(X))
        where = f"row {cells[0][0]}" + (f", column {cells[0][1]}" if X.ndim > 1 else "")
        count = "a masked cell" if len(cells) == 1 else f"{len(cells)} masked cells, the first"
        raise InvalidParameterError(
            f"{name} has {count} in {where}, and classifiers do not know masks. "
            f"Pass {name}.filled(numpy.nan) and a Pipeline that starts with an imputer."
        )
    return np.asarray(X)


def _narrowed(X: Any) -> Any:
    """Return a CSR matrix whose indices have 32 bits if they fit; its values are shared."""
    largest = np.iinfo(np.int32).max
    if (X.indices.dtype == np.int32 and X.indptr.dtype == np.int32) or max(X.nnz, *X.shape) > largest:
        return X
    indices, indptr = X.indices.astype(np.int32, copy=False), X.indptr.astype(np.int32, copy=False)
    narrow = type(X)((X.data, indices, indptr), shape=X.shape, copy=False)
    narrow.has_sorted_indices = X.has_sorted_indices
    return narrow


def _from_lists(X: Sequence[Any], name: str) -> AnyArray:
    """Return a list as an array: of objects where it holds texts, since one long text would make all cells as wide."""
    if X and not any(isinstance(row, list | tuple | np.ndarray) or hasattr(row, "__array__") for row in X):
        if all(isinstance(row, int | float | np.number) for row in X):
            return np.asarray(X)  # one feature without its column, which is told
        texts = np.empty(len(X), object)
        texts[:] = X
        return texts
    lengths = [len(row) if hasattr(row, "__len__") and not isinstance(row, str) else None for row in X]
    for position, length in enumerate(lengths):
        if length != lengths[0]:
            raise InvalidParameterError(
                f"{name} is a list of rows of different lengths: row {position} has {_counted(length)}, "
                f"row 0 has {_counted(lengths[0])}. Give every row as many values."
            )
    try:
        if any(str in set(map(type, row)) for row in X):
            return np.array([list(row) for row in X], object)
        return np.asarray(X)
    except (ValueError, OverflowError) as error:
        raise InvalidParameterError(
            f"{name} is a list of rows that make no table: {error}. Pass a data frame."
        ) from None


def _counted(length: int | None) -> str:
    return "a single value" if length is None else f"{length} values"
