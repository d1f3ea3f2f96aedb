"""Fingerprints of pools and labels: whether two pools hold the same rows, in the same order, with the same types."""

import datetime
import decimal
import fractions
import hashlib
import pathlib
import uuid
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np

from querist._labels import as_labels
from querist._partitioned import PartitionedPool, joined
from querist._pool import as_pool
from querist._typing import AnyArray, BoolArray, Pool
from querist._validation import n_rows, take_rows
from querist.data.mapped import kept_digest
from querist.exceptions import InvalidParameterError

_DIGEST = 16
_BLOCK_BYTES = 1 << 23
# Of pools of partitions: pieces at their ends come home, and a digest for each block.
_PART_BLOCK_BYTES = 1 << 16
_PLAIN_KINDS = "biufcmM"


def pool_hash(X: Pool) -> str:
    """Return a fingerprint of a pool.

    Two pools have the same fingerprint when they have the same kind (array, sparse
    matrix, data frame), the same shape, the same types and the same values in the same
    order. What does not change a value does not change the fingerprint: memory layout,
    byte order, views, the index of a data frame, the order in which a CSR matrix stores
    the entries of a row, and entries that store a zero. Arrays and data frames of Dask are kinds of their own; how they
    are cut into partitions does not change the fingerprint.

    Parameters
    ----------
    X : array, sparse matrix, data frame or list of shape (n_rows, ...)
        Also a one-dimensional array or Series of texts. Object cells may hold texts,
        numbers, booleans, dates, bytes, None, intervals and periods of pandas, UUIDs, and
        lists, sets, dicts or arrays of these.

    Returns
    -------
    str
        32 hexadecimal digits (BLAKE2b, RFC 7693). The same on every platform. One pass
        over the values in blocks of 8 MiB; X is not copied. Of files that `open_pool` has mapped it is kept, for as
        long as their size and time stay the same.

    Raises
    ------
    InvalidParameterError
        If a cell holds an object whose content cannot be read.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.arange(6.0).reshape(3, 2)
    >>> pool_hash(X) == pool_hash(np.asfortranarray(X)), pool_hash(X) == pool_hash(X[::-1])
    (True, False)
    """
    X = as_pool(X)
    return kept_digest(X, lambda: _combined(_parts(X)))


def _parts(X: Pool) -> list[str]:
    if isinstance(X, PartitionedPool):
        return _partition_parts(X)
    if hasattr(X, "iloc"):
        return _frame_parts(X)
    if hasattr(X, "indptr"):
        return _sparse_parts(X)
    return ["array", repr(tuple(X.shape)), _array_digest(X)]


def data_hash(X: Pool, y: Any = None) -> str:
    """Return a fingerprint of a pool and its labels.

    Parameters
    ----------
    X : pool of shape (n_rows, ...)
    y : array-like of shape (n_rows,), optional
        Labels, or targets. The same labels as integers and as texts have different fingerprints.

    Returns
    -------
    str
        32 hexadecimal digits; that of `pool_hash` when there are no labels.

    Raises
    ------
    InvalidParameterError
        If `y` has another length than X or a gap, or a cell of X cannot be read.
    """
    pool = pool_hash(X)
    if y is None:
        return pool
    labels = as_labels(y, n_rows(X), name="y", pool=X, whole=False)
    return _combined(["labelled", pool, _array_digest(in_given_width(labels, y))])


def in_given_width(labels: AnyArray, given: Any) -> AnyArray:
    """Return labels that are numbers in the width in which the caller gave them, by which fingerprints tell them apart.

    That is how folders of simulations have always been known, so they are found again.
    """
    dtype = getattr(given, "dtype", None)
    dtype = getattr(dtype, "numpy_dtype", dtype)
    is_number = isinstance(dtype, np.dtype) and dtype.kind in "iuf" and labels.dtype.kind in "if"
    return labels.astype(dtype) if is_number else labels


def cell_bytes(value: Any, is_missing: bool = False) -> bytes:
    """Return the content of one cell as bytes; different contents give different bytes.

    Raises
    ------
    InvalidParameterError
        If the content cannot be read.
    """
    if is_missing or value is None or type(value).__name__ in ("NAType", "NaTType"):
        return b"-"
    if isinstance(value, str):  # by far the most frequent
        return b"s" + value.encode("utf-8", "surrogatepass")
    for kinds, encode in _ENCODERS:
        if isinstance(value, kinds):
            return encode(value)
    if type(value).__module__.partition(".")[0] == "pandas" and type(value).__name__ in ("Interval", "Period"):
        return b"p" + repr(value).encode()
    raise InvalidParameterError(
        f"X holds a cell of type {type(value).__name__}, whose content cannot be compared. "
        "Turn it into text, numbers or dates first; the first step of a Pipeline may make objects of them."
    )


def check_readable(X: Pool, name: str = "X") -> None:
    """Refuse a pool that has no fingerprint, for a cell whose content cannot be read.

    Raises
    ------
    InvalidParameterError
        Naming the row and column of the first such cell.

    Notes
    -----
    Looks at the types of cells that are Python objects; one pass.
    """
    if hasattr(X, "iloc"):
        dtypes = [X.dtype] if X.ndim == 1 else X.dtypes
        open_kinds = [position for position, dtype in enumerate(dtypes) if getattr(dtype, "kind", "O") not in "biufmM"]
        for position in open_kinds:
            column = X if X.ndim == 1 else X.iloc[:, position]
            # Categories stand for all cells.
            is_category = str(column.dtype) == "category"
            cells = column.cat.categories if is_category else column
            if not is_category and column.dtype != object:
                cells = column.iloc[:1]  # one type for all
            where = "" if column.name is None else f", column {column.name!r}"
            _check_cells(list(cells), "category" if is_category else "row", where, name)
    elif isinstance(X, np.ndarray) and X.dtype.kind == "O":
        width = 1 if X.ndim == 1 else int(np.prod(X.shape[1:]))
        for position in range(width):
            column = X if X.ndim == 1 else X.reshape(X.shape[0], width)[:, position]
            _check_cells(column.tolist(), "row", "" if X.ndim == 1 else f", column {position}", name)


def _check_cells(cells: list[Any], what: str, where: str, name: str) -> None:
    if set(map(type, cells)) <= _READ_AT_SIGHT:
        return
    for position, cell in enumerate(cells):
        try:
            cell_bytes(cell)
        except InvalidParameterError as error:
            raise InvalidParameterError(f"{error} See {what} {position}{where} of {name}.") from None


_READ_AT_SIGHT = {str, int, float, bool, bytes, type(None)}


def _dict_bytes(cells: dict[Any, Any]) -> bytes:
    return b"d" + _list_bytes(sorted(_list_bytes(pair) for pair in cells.items()))


def _list_bytes(items: Any) -> bytes:
    return b"l" + b"".join(b"%d:%b" % (len(item), item) for item in map(cell_bytes, items))


# The order matters: a bool is an int, a datetime is a date, a numpy float is a float.
_ENCODERS: tuple[tuple[Any, Callable[[Any], bytes]], ...] = (
    (bool | np.bool_, lambda value: b"b1" if value else b"b0"),
    (int | np.integer, lambda value: b"i%d" % int(value)),
    (float | np.floating, lambda value: b"f" + float(value).hex().encode()),
    (bytes, lambda value: b"y" + value),
    (datetime.date | datetime.time, lambda value: b"t" + value.isoformat().encode()),
    (
        decimal.Decimal | datetime.timedelta | complex | np.datetime64 | np.timedelta64,
        lambda v: b"r" + repr(v).encode(),
    ),
    (list | tuple, _list_bytes),
    (dict, _dict_bytes),
    (set | frozenset, lambda value: b"z" + _list_bytes(sorted(map(cell_bytes, value)))),
    (
        uuid.UUID | fractions.Fraction | pathlib.PurePath,
        lambda value: b"o" + repr(value).encode("utf-8", "surrogatepass"),
    ),
    (np.ndarray, lambda value: b"a" + repr(value.shape).encode() + _array_digest(value).encode()),
)


def _combined(parts: Iterable[str]) -> str:
    digest = hashlib.blake2b(digest_size=_DIGEST)
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(encoded))
        digest.update(encoded)
    return digest.hexdigest()


def _array_digest(values: AnyArray) -> str:
    """Digest of the type and the values of an array in C order; its shape is the caller's to add."""
    if values.dtype.kind not in _PLAIN_KINDS:
        return _object_digest(values.reshape(-1) if values.dtype.kind == "O" else values.astype(object).reshape(-1))
    digest = hashlib.blake2b(digest_size=_DIGEST)
    little = values.dtype.newbyteorder("<")
    digest.update(little.str.encode())
    if values.ndim == 0 or values.size == 0:
        digest.update(np.ascontiguousarray(values, little).tobytes())
        return digest.hexdigest()
    step = max(1, _BLOCK_BYTES // max(1, values[:1].nbytes))
    for start in range(0, values.shape[0], step):
        digest.update(np.ascontiguousarray(values[start : start + step], little).view(np.uint8).data)
    return digest.hexdigest()


def _object_digest(cells: AnyArray, missing: BoolArray | None = None) -> str:
    digest = hashlib.blake2b(b"object", digest_size=_DIGEST)
    for start in range(0, cells.size, 1 << 14):
        block = cells[start : start + (1 << 14)]
        gaps = [False] * block.size if missing is None else missing[start : start + (1 << 14)].tolist()
        encoded = [cell_bytes(cell, gap) for cell, gap in zip(block, gaps, strict=True)]
        # The lengths make the joined bytes unambiguous.
        digest.update(np.asarray([len(item) for item in encoded], "<i8").tobytes())
        digest.update(b"".join(encoded))
    return digest.hexdigest()


def _partition_parts(X: PartitionedPool) -> list[str]:
    """Digests of blocks of rows that are the same however the rows are cut into partitions; made where these are."""
    kinds = [X.dtype] if hasattr(X, "dtype") else list(X.dtypes)
    size = max(1, _PART_BLOCK_BYTES // sum(dtype.itemsize * (X.shape[1] // len(kinds)) for dtype in kinds))
    found, ends, n_kept = ["partitions", repr(X.shape), _combined(_parts(X.empty))], [], 0
    for said in X.ask_all(partial(_block_digests, size)):
        for piece in said:
            if isinstance(piece, str):
                found.append(piece)
                continue
            ends.append(piece)
            n_kept += len(piece)
            if n_kept == size:
                found.append(_combined(_parts(joined(ends))))
                ends, n_kept = [], 0
    return [*found, *([_combined(_parts(joined(ends)))] if ends else [])]


def _block_digests(size: int, part: Any, start: int) -> list[Any]:
    """Return digests of the blocks that lie within a partition, and as they are the rows before and after these."""
    first = min(-start % size, len(part))
    last = first + (len(part) - first) // size * size
    inside = [_combined(_parts(take_rows(part, slice(at, at + size)))) for at in range(first, last, size)]
    before, after = take_rows(part, slice(0, first)), take_rows(part, slice(last, len(part)))
    return [*([before] if len(before) else []), *inside, *([after] if len(after) else [])]


def _sparse_parts(X: Any) -> list[str]:
    """Counts, columns and values of the entries, each in a digest of its own, so that blocks leave no trace."""
    counts, columns, values = (hashlib.blake2b(digest_size=_DIGEST) for _ in range(3))
    little = X.dtype.newbyteorder("<")
    for block in canonical_blocks(X):
        counts.update(np.ascontiguousarray(np.diff(block.indptr), "<i8").data)
        columns.update(np.ascontiguousarray(block.indices, "<i8").data)
        values.update(np.ascontiguousarray(block.data, little).view(np.uint8).data)
    digests = [digest.hexdigest() for digest in (counts, columns, values)]
    return ["sparse", repr(tuple(X.shape)), little.str, *digests]


def canonical_blocks(X: Any, entries: int = 1 << 20) -> Iterable[Any]:
    """Yield a CSR matrix in row blocks with sorted columns, no column twice and no stored zero; X stays as it is."""
    start = 0
    while start < X.shape[0]:
        # As many rows as hold about `entries` entries, at least one.
        stop = int(np.searchsorted(X.indptr, int(X.indptr[start]) + entries, side="right")) - 1
        stop = min(max(stop, start + 1), X.shape[0], start + entries)
        yield canonical(X, slice(start, stop))
        start = stop


def canonical(X: Any, rows: Any) -> Any:
    """Return some rows of a CSR matrix, in a copy with sorted columns, no column twice and no stored zero."""
    block = X[rows].copy()
    # The flags of the copy may be inherited from a matrix that was changed since; look again.
    block.has_canonical_format = False
    block.has_sorted_indices = False
    block.sum_duplicates()
    block.eliminate_zeros()
    return block


def _frame_parts(frame: Any) -> list[str]:
    """Name, type and values of each column; a Series is a frame of one column."""
    columns = [frame] if frame.ndim == 1 else [frame.iloc[:, position] for position in range(frame.shape[1])]
    parts = ["frame", repr(tuple(frame.shape))]
    for column in columns:
        parts += [repr(column.name), *_column_parts(column)]
    return parts


def _column_parts(column: Any) -> tuple[str, str]:
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in _PLAIN_KINDS:
        return "values", _array_digest(column.to_numpy())
    # Text is stored in many ways (object, string, Arrow); the way is no part of the content.
    # A categorical column is named as such, since estimators treat it in another way.
    kind = "category" if str(column.dtype) == "category" else "cells"
    return kind, _object_digest(column.astype(object).to_numpy(), column.isna().to_numpy())
