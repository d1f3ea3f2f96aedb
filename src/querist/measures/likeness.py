"""How like rows are to examples."""

from typing import Any

import numpy as np
import scipy.sparse

from querist._typing import BoolArray, FloatArray, Pool
from querist.measures.geometry import as_float, cosine_to, nearest_squared_distances, squared_norms

_BLOCK = 20_000
# Of so many rows the spread of each column is taken.
_SAMPLE = 5000


def likeness(X: Pool, examples: Pool, *, told: BoolArray | None = None) -> FloatArray:
    """Return how like each row is to that of the examples which it is most like.

    Sparse rows (texts) by the cosine of their angle, in [-1, 1]; other rows by their Euclidean distance, squared, with
    columns in units of their spread, as a negative number.

    Parameters
    ----------
    X : ndarray or CSR matrix of shape (n_rows, n_features)
    examples : ndarray or CSR matrix of shape (n_examples, n_features)
        At least one.
    told : ndarray of shape (n_features,), bool, default=None
        By which features rows are alike; None: by all.

    Returns
    -------
    ndarray of shape (n_rows,)
        Larger is more alike. O(stored entries) time for each example; memory for a block of 20,000 rows.
    """
    columns: Any = slice(None) if told is None or told.all() else np.flatnonzero(told)
    examples = examples[:, columns]
    if scipy.sparse.issparse(X):
        directions = np.asarray(as_float(examples).todense(), np.float64)
        directions /= np.maximum(np.linalg.norm(directions, axis=1, keepdims=True), 1e-300)

        def likest(block: Any) -> Any:
            looked_at = block[:, columns]
            best = cosine_to(looked_at, directions[0])
            for direction in directions[1:]:
                np.maximum(best, cosine_to(looked_at, direction), out=best)
            return best

        return _by_block(X, likest)
    spread = as_float(X[:: max(1, X.shape[0] // _SAMPLE), columns]).std(axis=0)
    spread[spread == 0] = 1.0
    points = as_float(examples) / spread

    def closeness(block: Any) -> Any:
        scaled = as_float(block[:, columns]) / spread
        return -nearest_squared_distances(scaled, squared_norms(scaled), points)

    return _by_block(X, closeness)


def _by_block(X: Pool, measure: Any) -> FloatArray:
    starts = range(0, X.shape[0], _BLOCK)
    return np.concatenate([measure(X[start : start + _BLOCK]) for start in starts])
