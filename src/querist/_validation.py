"""Checks of what callers pass in; each message names the parameter, the value and the remedy."""

import math
from collections.abc import Iterable
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


def as_pool(X: Pool) -> Pool:
    """Return `X` in a form that can be indexed by row numbers; only lists and non-CSR sparse are converted.

    Raises
    ------
    InvalidParameterError
        If `X` is not a two-dimensional table.
    """
    import scipy.sparse

    if isinstance(X, list | tuple):
        X = np.asarray(X)
    if scipy.sparse.issparse(X):
        if X.format != "csr":
            X = X.tocsr()
        return X
    shape = getattr(X, "shape", None)
    if shape is None or not (hasattr(X, "iloc") or isinstance(X, np.ndarray)):
        if hasattr(X, "__array__"):
            return as_pool(np.asarray(X))
        raise InvalidParameterError(
            f"X must be an array, a CSR matrix or a data frame, got {type(X).__name__}. "
            "Convert it, for example with X.to_pandas() or numpy.asarray(X)."
        )
    if isinstance(X, np.ndarray) and X.ndim == 1 and X.dtype == object:
        return X  # texts, for pipelines that start with a vectoriser
    if len(shape) == 1 and hasattr(X, "iloc"):
        return X  # a Series of texts
    if len(shape) == 1 and X.dtype.kind in "UT":
        return X
    if len(shape) < 2:
        raise InvalidParameterError(
            f"X must have one row per item and one column per feature, got shape {tuple(shape)}. "
            "Use X.reshape(-1, 1) for a single feature."
        )
    return X


def take_rows(X: Pool, rows: IntArray | slice) -> Pool:
    """Return some rows of a pool: a view for a slice of an array, else a copy of those rows only."""
    if hasattr(X, "iloc"):
        return X.iloc[rows]
    return X[rows]


def as_rows(rows: Any, total: int, name: str = "rows") -> IntArray:
    """Return `rows` as distinct int64 row numbers below `total`.

    Raises
    ------
    InvalidRowsError
        If they are not integers, not in ``[0, total)``, or not distinct; the first wrong one is named.
    """
    array = np.atleast_1d(np.asarray(rows))
    if array.size == 0:
        return np.empty(0, np.int64)
    if array.ndim != 1:
        raise InvalidRowsError(f"{name} must be one-dimensional, got shape {array.shape}.")
    if array.dtype.kind not in "iu":
        hint = " For a boolean mask use numpy.flatnonzero(mask)." if array.dtype.kind == "b" else ""
        raise InvalidRowsError(f"{name} must be integers (row numbers of X), got dtype {array.dtype}.{hint}")
    array = array.astype(np.int64, copy=False)
    lowest, highest = int(array.min()), int(array.max())
    if lowest < 0 or highest >= total:
        wrong = lowest if lowest < 0 else highest
        raise InvalidRowsError(f"{name} holds {wrong}, but X has rows 0 to {total - 1}.")
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
            raise InvalidRowsError(f"{name} holds row {values[counts > 1][0]} more than once.")
    return array


def unmarked_rows(total: int, *marked: IntArray) -> IntArray:
    """Return the row numbers in ``[0, total)`` that stand in none of `marked`, ascending."""
    free: BoolArray = np.ones(total, bool)
    for rows in marked:
        free[rows] = False
    return np.flatnonzero(free)


_SKIP = "Use skip(rows) for rows that nobody can label."


def as_labels(labels: Any, expected: int, *, if_missing: str = _SKIP) -> AnyArray:
    """Return `labels` as a one-dimensional array of `expected` class labels.

    `if_missing` is the advice that the error about a missing label ends with.

    Raises
    ------
    InvalidParameterError
        If the count is wrong, or a label is missing (None, NaN) or not a str, int, bool or float.
    """
    if isinstance(labels, str | bytes) or not isinstance(labels, Iterable):
        labels = [labels]
    if hasattr(labels, "to_numpy"):
        labels = labels.to_numpy()
    array: AnyArray
    if isinstance(labels, np.ndarray):
        array = labels
    else:
        items = list(labels)
        kinds = {_kind(item) for item in items}
        # numpy would turn a mixture into strings; keep the labels as they are.
        array = np.asarray(items) if len(kinds) == 1 else np.array(items, dtype=object)
    if array.ndim != 1:
        raise InvalidParameterError(f"labels must be one-dimensional, got shape {array.shape}.")
    if array.size != expected:
        raise InvalidParameterError(f"{expected} rows need {expected} labels, got {array.size}.")
    if array.dtype.kind == "f" and np.isnan(array).any():
        raise _missing(int(np.flatnonzero(np.isnan(array))[0]), if_missing)
    if array.dtype.kind == "O":
        for position, item in enumerate(array):
            if item is None or (_kind(item) == "float" and math.isnan(item)):
                raise _missing(position, if_missing)
            if _kind(item) == "other":
                raise InvalidParameterError(
                    f"A label must be a str, int, bool or float; label {position} is a {type(item).__name__}."
                )
    elif array.dtype.kind not in "biufUT":
        raise InvalidParameterError(f"A label must be a str, int, bool or float, got dtype {array.dtype}.")
    return array


def _missing(position: int, advice: str) -> InvalidParameterError:
    return InvalidParameterError(f"Label {position} is missing (None or NaN). {advice}")


def _kind(item: Any) -> str:
    for kind, types in (("bool", bool | np.bool_), ("int", int | np.integer), ("float", float | np.floating)):
        if isinstance(item, types):
            return kind
    return "str" if isinstance(item, str) else "other"


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
