"""Weights of rows that a classifier is told, and equal rows counted as one."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike

from querist._typing import AnyArray, FloatArray, IntArray
from querist.exceptions import InvalidParameterError


def row_weights(sample_weight: ArrayLike | None, n_rows: int) -> FloatArray:
    """Return weights as an array, 1 for each row where there are none.

    Raises
    ------
    ValueError
        If there is not one for each row, one is negative or no number, or all are 0.
    """
    if sample_weight is None:
        return np.ones(n_rows)
    weights = np.asarray(sample_weight, np.float64)
    if weights.ndim == 0:
        weights = np.full(n_rows, float(weights))
    if weights.shape != (n_rows,):
        raise ValueError(
            f"sample_weight must hold one weight for each of the {n_rows} rows, got shape {weights.shape}."
        )
    if not np.isfinite(weights).all() or (weights < 0).any():
        row = int(np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))[0])
        raise ValueError(f"sample_weight must be numbers of at least 0, got {weights[row]} in row {row}.")
    if not weights.any():
        raise ValueError("sample_weight is zero for every row, so there is nothing to learn from.")
    return weights


def distinct_rows(X: Any, codes: IntArray) -> tuple[IntArray, IntArray]:
    """Return the first of each set of rows with equal columns and code, and the set of each row.

    Parameters
    ----------
    X : ndarray or CSR matrix of shape (n_rows, n_features)
    codes : ndarray of shape (n_rows,)

    Returns
    -------
    first : ndarray of shape (n_distinct,)
        Ascending row numbers.
    group : ndarray of shape (n_rows,)
        The place in `first`.
    """
    places: dict[Any, int] = {}
    first: list[int] = []
    group = np.empty(codes.size, np.int64)
    for row, key in enumerate(zip(_contents(X), codes.tolist(), strict=True)):
        place = places.setdefault(key, len(first))
        if place == len(first):
            first.append(row)
        group[row] = place
    return np.array(first, np.int64), group


def _contents(X: Any) -> list[Any]:
    if not scipy.sparse.issparse(X):
        # -0.0 is 0.0.
        return [row.tobytes() for row in np.ascontiguousarray(X + 0.0)]
    X = X.copy()
    X.sum_duplicates()
    X.eliminate_zeros()
    cuts = list(zip(X.indptr[:-1].tolist(), X.indptr[1:].tolist(), strict=True))
    return [(X.indices[start:end].tobytes(), X.data[start:end].tobytes()) for start, end in cuts]


def class_weights(class_weight: Any, labels: AnyArray, weights: FloatArray | None = None) -> FloatArray:
    """Return the weights of rows, times those of their classes.

    Parameters
    ----------
    class_weight : dict or "balanced"
        By class, 1 where one is not in it; balanced: all classes weigh the same in total, together as before.
    labels : ndarray of shape (n_rows,)
    weights : ndarray of shape (n_rows,), default=None
        Of the rows, brought to one form; None: 1 each.

    Raises
    ------
    InvalidParameterError
        If it is something else, or a class weighs no number of at least 0.

    Examples
    --------
    >>> class_weights("balanced", np.array(["a", "a", "a", "b"])).round(3).tolist()
    [0.667, 0.667, 0.667, 2.0]
    """
    weights = np.ones(labels.size) if weights is None else weights
    classes, codes = np.unique(labels, return_inverse=True)
    if isinstance(class_weight, str) and class_weight == "balanced":
        held = np.bincount(codes, weights, classes.size)
        # A class of no weight at all stays without.
        factors = held.sum() / (np.count_nonzero(held) * np.where(held > 0, held, 1.0))
    elif isinstance(class_weight, Mapping):
        factors = np.array([class_weight.get(label, 1.0) for label in classes.tolist()], np.float64)
        if not np.isfinite(factors).all() or (factors < 0).any():
            raise InvalidParameterError(f"class_weight must hold numbers of at least 0, got {class_weight!r}.")
    else:
        raise InvalidParameterError(f'class_weight must be a dict, "balanced", "auto" or None, got {class_weight!r}.')
    return np.asarray(weights * factors[codes])
