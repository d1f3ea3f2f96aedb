"""One door for numbers per row: amounts, such as weights and costs, which are above 0, and targets of a regression."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from querist._label_rows import by_index, by_key
from querist._typing import AnyArray, FloatArray, IntArray, Pool
from querist.exceptions import InvalidParameterError


def as_amounts(
    values: Any, expected: int, name: str, *, rows: IntArray | None = None, pool: Pool = None, remedy: str = ""
) -> FloatArray:
    """Return one positive finite number per row.

    Parameters
    ----------
    values : number or array-like of shape (expected,)
        A Series whose index names the rows, and a dict from row numbers, are brought into their order, as labels are.
    expected : int
    name : str
        Of the parameter, for messages.
    rows : ndarray of row numbers, default=None
        Which rows they belong to; None: all of the pool.
    pool : pool, default=None
    remedy : str, default=""
        What to do about an amount that is missing or not above 0.

    Returns
    -------
    ndarray of shape (expected,), float64
        Its own memory: what the caller does to theirs later changes nothing.

    Raises
    ------
    InvalidParameterError
        If their number differs, or one is no number, missing, infinite or not above 0; the first such one is named.

    Examples
    --------
    >>> as_amounts([1, 0.5], 2, "sample_weight")
    array([1. , 0.5])
    """
    array = _in_order(values, expected, name, rows, pool)
    fine = np.isfinite(array) & (array > 0)
    if not fine.all():
        place = int(np.argmin(fine))
        raise InvalidParameterError(
            f"{name}[{place}] is {array[place]:g}, and must be a finite number above 0. {remedy}".strip()
        )
    return array


def as_targets(
    values: Any, expected: int, name: str = "labels", *, rows: IntArray | None = None, pool: Pool = None
) -> FloatArray:
    """Return the target of each row for a regressor: any finite number.

    Parameters
    ----------
    values, expected, rows, pool
        As in `as_amounts`.
    name : str, default="labels"

    Returns
    -------
    ndarray of shape (expected,), float64
        Its own memory.

    Raises
    ------
    InvalidParameterError
        If their number differs, or one is no number, missing or infinite; the first such one is named.

    Examples
    --------
    >>> as_targets([3, -0.25], 2)
    array([ 3.  , -0.25])
    """
    array = _in_order(values, expected, name, rows, pool)
    fine = np.isfinite(array)
    if not fine.all():
        place = int(np.argmin(fine))
        what = "missing (None, NaN or NA)" if np.isnan(array[place]) else f"{array[place]:g}"
        raise InvalidParameterError(
            f"{name}[{place}] is {what}, and the target of a regressor must be a finite number. "
            "Use skip(rows) for rows that nobody can tell."
        )
    return array


def _in_order(values: Any, expected: int, name: str, rows: IntArray | None, pool: Pool) -> FloatArray:
    """Return one number per row, gaps as NaN, in the order of the rows."""
    if isinstance(values, Mapping):
        values = by_key(values, np.arange(expected) if rows is None else rows, name)
    elif hasattr(values, "iloc") and hasattr(values, "index") and len(getattr(values, "shape", ())) == 1:
        values = by_index(values, rows, pool, name)
    array = _numbers(values, name)
    if array.ndim != 1 or array.size != expected:
        got = f"shape {array.shape}" if array.ndim != 1 else f"{array.size}"
        raise InvalidParameterError(f"{name} must hold one number per row: {expected} wanted, got {got}.")
    return array


def _numbers(values: Any, name: str) -> FloatArray:
    """Return a fresh array of floats; gaps, also masked ones, become NaN."""
    if isinstance(values, np.ma.MaskedArray):
        values = np.ma.filled(values.astype(np.float64), np.nan)
    try:
        array: AnyArray = np.atleast_1d(np.asarray(values))
        if array.dtype == object:
            _refuse_others(array, name)
            array = np.array([np.nan if _is_gap(value) else value for value in array.tolist()], np.float64)
    except (TypeError, ValueError, OverflowError):
        raise InvalidParameterError(f"{name} must hold numbers, got {repr(values)[:60]}.") from None
    if array.dtype.kind not in "iuf":
        raise InvalidParameterError(f"{name} must hold numbers, got dtype {array.dtype}.")
    return np.array(array, np.float64)


def _refuse_others(array: AnyArray, name: str) -> None:
    for place, value in enumerate(array.ravel().tolist()):
        if isinstance(value, str | bytes | bool):
            raise InvalidParameterError(f"{name}[{place}] is {value!r}, and must be a number.")


def _is_gap(value: Any) -> bool:
    return value is None or type(value).__name__ == "NAType"
