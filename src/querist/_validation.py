"""Checks of what callers pass in; each message names the parameter, the value and the remedy."""

from collections.abc import Iterable, KeysView, Mapping, Set
from typing import Any

import numpy as np

from querist._typing import AnyArray, BoolArray, IntArray, Pool
from querist.exceptions import InvalidParameterError, InvalidRowsError


def n_rows(X: Pool) -> int:
    """Return the number of rows of a pool (array, CSR matrix, data frame or list).

    Raises
    ------
    InvalidParameterError
        If `X` has no rows to count.
    """
    shape = getattr(X, "shape", None)
    if shape is not None:
        if len(shape) == 0:
            raise InvalidParameterError("X must be a table of rows, got a single value.")
        return int(shape[0])
    try:
        return len(X)
    except TypeError:
        raise InvalidParameterError(f"X must be a table of rows, got {type(X).__name__}.") from None


def take_rows(X: Pool, rows: IntArray | slice) -> Pool:
    """Return some rows of a pool: a view for a slice of an array or CSR matrix, else a copy of those rows only."""
    if hasattr(X, "iloc"):
        return X.iloc[rows]
    if isinstance(rows, slice) and rows.step in (None, 1) and getattr(X, "format", None) == "csr":
        return _csr_view(X, *rows.indices(X.shape[0])[:2])
    return X[rows]


def _csr_view(X: Any, start: int, stop: int) -> Any:
    """Return rows of a CSR matrix without a copy of their entries, which scipy makes; it takes longer than scores."""
    stop = max(start, stop)
    ends = X.indptr[start : stop + 1]
    entries = slice(int(ends[0]), int(ends[-1]))
    # The constructor copies what is a view of a much larger array.
    view = type(X)((stop - start, X.shape[1]), dtype=X.dtype)
    view.data, view.indices, view.indptr = X.data[entries], X.indices[entries], ends - ends[0]
    return view


def as_rows(rows: Any, total: int, name: str = "rows") -> IntArray:
    """Return `rows` as distinct int64 row numbers below `total`.

    Raises
    ------
    InvalidRowsError
        If they are not integers, not in ``[0, total)``, or not distinct; the first wrong one is named.
    """
    array = _row_array(rows, name)
    if array.size == 0:
        return np.empty(0, np.int64)
    lowest, highest = int(array.min()), int(array.max())
    if lowest < 0 or highest >= total:
        wrong = lowest if lowest < 0 else highest
        raise InvalidRowsError(f"{name} holds {wrong}, but X has rows 0 to {total - 1}. Give row numbers of X.")
    # Only now: unsigned numbers of 64 bits would become negative.
    array = array.astype(np.int64, copy=False)
    if array.size > 1:
        # A mask of n bytes beats sorting once a share of the pool is named.
        if array.size * 20 > total:
            seen = np.zeros(total, bool)
            seen[array] = True
            distinct = int(np.count_nonzero(seen))
        else:
            distinct = np.unique(array).size
        if distinct != array.size:
            values, counts = np.unique(array, return_counts=True)
            raise InvalidRowsError(f"{name} holds row {values[counts > 1][0]} more than once. Give each row once.")
    return array


def _row_array(rows: Any, name: str) -> AnyArray:
    """Return `rows` as a one-dimensional array of integers of any width, or refuse them."""
    if isinstance(rows, range):
        return np.arange(rows.start, rows.stop, rows.step)
    if type(rows) is np.ndarray and rows.dtype.kind in "iu":
        array = np.atleast_1d(rows)
    else:
        array = _row_numbers(rows if type(rows) is list else _unpacked_rows(rows, name), name)
    if array.ndim != 1:
        raise InvalidRowsError(f"{name} must be one-dimensional, got shape {array.shape}.")
    if array.size and array.dtype.kind not in "iu":
        gaps = array.dtype.kind == "f" and bool(np.isnan(array).any())
        hints = {
            "b": " For a boolean mask use numpy.flatnonzero(mask).",
            "f": " One is missing." if gaps else " Use .astype(int) if they are whole numbers.",
        }
        hint = hints.get(array.dtype.kind, "")
        raise InvalidRowsError(f"{name} must be integers (row numbers of X), got dtype {array.dtype}.{hint}")
    return array


def _unpacked_rows(rows: Any, name: str) -> Any:
    """Return rows as an array or a list, refusing what has no order or hides some."""
    if isinstance(rows, Set | Mapping) and not isinstance(rows, KeysView):
        raise InvalidRowsError(f"{name} is a {type(rows).__name__}. Pass a list of row numbers, in order.")
    if isinstance(rows, slice):
        raise InvalidRowsError(f"{name} is a slice. Pass range(start, stop).")
    if isinstance(rows, np.ma.MaskedArray) and np.ma.is_masked(rows):
        raise InvalidRowsError(f"{name} has masked cells. Leave them out with rows.compressed().")
    if hasattr(rows, "__array__"):
        array = np.asarray(rows)
        return array.tolist() if array.dtype.kind == "O" and array.ndim == 1 else array
    return list(rows) if isinstance(rows, Iterable) and not isinstance(rows, str | bytes) else [rows]


def _row_numbers(rows: AnyArray | list[Any], name: str) -> AnyArray:
    if isinstance(rows, np.ndarray):
        return np.atleast_1d(rows)
    kinds = set(map(type, rows))
    if kinds == {int}:
        try:
            return np.array(rows, np.int64)
        except OverflowError:
            wrong = next(row for row in rows if not -(2**63) <= row < 2**63)
            raise InvalidRowsError(
                f"{name} holds {wrong}, which is no row number of X. Give integers from 0 on."
            ) from None
    for position, row in enumerate(rows):
        wrong = isinstance(row, bool | np.bool_) and len(kinds) > 1
        if wrong or not isinstance(row, bool | np.bool_ | int | np.integer | float | np.floating | list | tuple):
            raise InvalidRowsError(
                f"{name} must be integers (row numbers of X); {name}[{position}] is {repr(row)[:60]}, "
                f"a {type(row).__name__}."
            )
    try:
        return np.asarray(rows)
    except (ValueError, OverflowError):
        raise InvalidRowsError(
            f"{name} must be a list of integers (row numbers of X), got {repr(rows)[:60]}."
        ) from None


def unmarked_rows(total: int, *marked: IntArray) -> IntArray:
    """Return the row numbers in ``[0, total)`` that stand in none of `marked`, ascending."""
    free: BoolArray = np.ones(total, bool)
    for rows in marked:
        free[rows] = False
    return np.flatnonzero(free)


def check_positive_int(value: Any, name: str, *, minimum: int = 1) -> int:
    """Return `value` as an int of at least `minimum`.

    Raises
    ------
    InvalidParameterError
        If it is not an integer or below the minimum.
    """
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer) or value < minimum:
        raise InvalidParameterError(f"{name} must be an integer of at least {minimum}, got {value!r}.")
    return int(value)


def check_number(value: Any, name: str, *, low: float, high: float = float("inf"), open_low: bool = False) -> float:
    """Return `value` as a float in ``[low, high]``, or ``(low, high]`` with `open_low`.

    Raises
    ------
    InvalidParameterError
        If it is not a number in that range.
    """
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.integer | np.floating):
        raise InvalidParameterError(f"{name} must be a number, got {value!r}.")
    if not (low <= value <= high) or (open_low and value == low):
        bracket = "(" if open_low else "["
        raise InvalidParameterError(f"{name} must be in {bracket}{low:g}, {high:g}], got {value!r}.")
    return float(value)


def check_choice(value: Any, name: str, choices: Iterable[str]) -> str:
    """Return `value` if it is one of `choices`.

    Raises
    ------
    InvalidParameterError
        If it is not; the message lists them.
    """
    known = list(choices)
    if value not in known:
        raise InvalidParameterError(f"{name} must be one of {', '.join(known)}; got {value!r}.")
    return str(value)
