"""Rows that stand twice."""

from typing import Any

import numpy as np
import scipy.sparse

from querist._typing import IntArray, Pool


def find_duplicates(X: Pool) -> IntArray:
    """Return, for every row, the first row with the same content.

    Parameters
    ----------
    X : array, CSR matrix, data frame or Series of shape (n_rows, ...)
        NaN equals NaN.

    Returns
    -------
    ndarray of shape (n_rows,), int64
        The lowest row number with identical values; the row's own number if it has no earlier twin.
        O(size of X) time.
    """
    first: dict[Any, int] = {}
    result = np.empty(X.shape[0], np.int64)
    for number, key in enumerate(_keys(X)):
        result[number] = first.setdefault(key, number)
    return result


def _keys(X: Pool) -> Any:
    """Yield something hashable per row that is equal exactly for equal rows."""
    if scipy.sparse.issparse(X):
        X = X.copy()
        X.sum_duplicates()
        X.eliminate_zeros()
        for start, stop in zip(X.indptr[:-1], X.indptr[1:], strict=True):
            yield X.indices[start:stop].tobytes(), X.data[start:stop].tobytes()
        return
    if hasattr(X, "iloc"):
        import pandas as pd

        frame = X.to_frame() if X.ndim == 1 else X
        # Codes are equal exactly for equal values, gaps included.
        X = np.column_stack([pd.factorize(frame.iloc[:, k])[0] for k in range(frame.shape[1])])
    array = np.asarray(X)
    if array.dtype.kind in "OUT":
        rows = array.reshape(array.shape[0], -1).tolist()
        yield from (tuple("\0nan" if item != item else item for item in row) for row in rows)
        return
    if array.dtype.kind == "f":
        # One bit pattern for zero and one for NaN; block by block, so that no copy of X is made.
        for row in array:
            clean = row + 0.0
            clean[np.isnan(clean)] = np.nan
            yield clean.tobytes()
        return
    for row in array:
        yield row.tobytes()
