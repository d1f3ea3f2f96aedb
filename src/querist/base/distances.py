"""Distances of many rows of a pool to a few, block by block."""

from typing import Any

import numpy as np
import scipy.sparse

from querist._typing import FloatArray, IntArray
from querist.base.blocks import block_rows
from querist.base.scoring import candidate_blocks
from querist.measures.geometry import as_float, nearest_squared_distances, squared_norms, typical_point

_POINT_VALUES = 1 << 21
_SAMPLE = 101


class Distances:
    """Euclidean distances of some rows of a matrix, in O(len(rows)) memory.

    Parameters
    ----------
    matrix : ndarray or CSR matrix of shape (n_rows, n_dimensions)
        Used in place.
    rows : ndarray of shape (n,)
        Row numbers whose distances are wanted, ascending.
    """

    def __init__(self, matrix: Any, rows: IntArray) -> None:
        self._matrix = matrix
        self._rows = rows
        self._shift: FloatArray | None = None
        if not scipy.sparse.issparse(matrix):
            # Rows spread over the pool, an odd number of them.
            count = min(rows.size, _SAMPLE) - (min(rows.size, _SAMPLE) + 1) % 2
            sample = rows[np.linspace(0, rows.size - 1, count).astype(np.int64)]
            self._shift = typical_point(matrix[sample])
        self._norms = np.empty(rows.size)
        for positions, block, inside in candidate_blocks(matrix, rows):
            norms = squared_norms(block, self._shift)
            self._norms[positions] = norms if inside is None else norms[inside]

    def to_rows(self, others: IntArray) -> FloatArray:
        """Return the distance of each row to the nearest of `others` (row numbers of the matrix)."""
        result = np.full(self._rows.size, np.inf)
        # As many points at a time as keep both their block and its products within bounds.
        step = max(_POINT_VALUES // max(self._matrix.shape[1], block_rows(self._matrix.shape[1])), 1)
        for start in range(0, others.size, step):
            self._nearest(self._matrix[others[start : start + step]], result)
        np.sqrt(result, out=result)
        return result

    def to_mean(self) -> FloatArray:
        """Return the distance of each row to the mean of them all."""
        total = np.zeros(self._matrix.shape[1])
        for _, block, inside in candidate_blocks(self._matrix, self._rows):
            kept = as_float(block if inside is None else block[inside])
            total += np.asarray(kept.sum(axis=0), np.float64).ravel()
        result = np.full(self._rows.size, np.inf)
        self._nearest((total / self._rows.size)[np.newaxis], result)
        np.sqrt(result, out=result)
        return result

    def _nearest(self, points: Any, result: FloatArray) -> None:
        for positions, block, inside in candidate_blocks(self._matrix, self._rows):
            kept = block if inside is None else block[inside]
            squared = nearest_squared_distances(kept, self._norms[positions], points, shift=self._shift)
            np.minimum(result[positions], squared, out=result[positions])
