"""Rows that are most like one: by the features that the model learns from."""

from typing import Any

import numpy as np
import scipy.sparse

from querist._typing import BoolArray, IntArray, Pool
from querist._validation import n_rows
from querist.measures.geometry import as_float, cosine_to, nearest_squared_distances, squared_norms

_BLOCK = 20_000
# Of so many rows the spread of each column is taken.
_SAMPLE = 5000


def nearest_rows(X: Pool, row: int, most: int, *, told: BoolArray | None = None) -> IntArray:
    """Return the rows most like one, itself first, then by falling likeness; of equal ones the earlier first.

    Texts (sparse rows) by the cosine of their angle, and only those that share something with it; other rows by their
    Euclidean distance, columns in units of their spread.

    Parameters
    ----------
    X : ndarray or CSR matrix of shape (n_rows, n_features)
    row : int
        In [0, n_rows).
    most : int
        At least 1.
    told : ndarray of shape (n_features,), default=None
        By which features texts are alike; None: by all. By their words: nearly all texts share groups of letters.

    Returns
    -------
    ndarray of shape (at most `most`,), int64
        O(stored entries) time; memory for a block of 20,000 rows.
    """
    own = X[row : row + 1]
    if scipy.sparse.issparse(X):
        columns = slice(None) if told is None or told.all() else np.flatnonzero(told)
        direction = np.asarray(as_float(own[:, columns]).todense(), np.float64).ravel()
        likeness = _by_block(X, lambda block: cosine_to(block[:, columns], direction))
        found = np.flatnonzero(likeness > 0)
    else:
        spread = as_float(X[:: max(1, n_rows(X) // _SAMPLE)]).std(axis=0)
        spread[spread == 0] = 1.0
        point = as_float(own) / spread

        def closeness(block: Any) -> Any:
            scaled = as_float(block) / spread
            return -nearest_squared_distances(scaled, squared_norms(scaled), point)

        likeness = _by_block(X, closeness)
        found = np.arange(likeness.size)
    # Itself first, also where it has copies, or nothing to be like (a text without known words).
    likeness[row] = np.inf
    found = found if row in found else np.append(found, row)
    head = found
    if found.size > most:
        # All that are as like as the last of them, so that ties do not depend on the partition.
        least = np.partition(-likeness[found], most - 1)[most - 1]
        head = found[-likeness[found] <= least]
    return head[np.lexsort((head, -likeness[head]))][:most].astype(np.int64)


def _by_block(X: Pool, measure: Any) -> Any:
    starts = range(0, n_rows(X), _BLOCK)
    return np.concatenate([measure(X[start : start + _BLOCK]) for start in starts])
