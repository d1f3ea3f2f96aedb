"""Weights of rows that a classifier is told, and equal rows counted as one."""

from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike

from querist._typing import FloatArray, IntArray


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
