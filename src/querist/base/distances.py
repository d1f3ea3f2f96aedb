"""Distances of many rows of a pool to a few, block by block."""

from collections.abc import Iterator
from typing import Any, Self

import numpy as np
import scipy.sparse

from querist._blocks import block_rows
from querist._typing import FloatArray, IntArray
from querist.base.scoring import candidate_blocks
from querist.measures.geometry import (
    as_float,
    nearest_squared_distances,
    squared_distances_to_each,
    squared_norms,
    typical_point,
)

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
    whole : Distances, default=None
        Of all rows of the matrix; what it knows is not computed again.
    """

    def __init__(self, matrix: Any, rows: IntArray, whole: "Distances | None" = None) -> None:
        self._matrix = matrix
        self._rows = rows
        self._shift: FloatArray | None = None
        self._norms: FloatArray = np.empty(rows.size)
        if whole is not None:
            self._shift, self._norms = whole._shift, whole._norms[rows]
            return
        if not scipy.sparse.issparse(matrix):
            # Rows spread over the matrix, an odd number of them; of all of it, so that fewer candidates change nothing.
            count = min(matrix.shape[0], _SAMPLE) - (min(matrix.shape[0], _SAMPLE) + 1) % 2
            self._shift = typical_point(matrix[np.linspace(0, matrix.shape[0] - 1, count).astype(np.int64)])
        for positions, block, inside in candidate_blocks(matrix, rows):
            norms = squared_norms(block, self._shift)
            self._norms[positions] = norms if inside is None else norms[inside]

    def to_rows(self, others: IntArray) -> FloatArray:
        """Return the distance of each row to the nearest of `others` (row numbers of the matrix)."""
        result = np.full(self._rows.size, np.inf)
        step = self._step()
        for start in range(0, others.size, step):
            self._nearest(self._matrix[others[start : start + step]], result)
        np.sqrt(result, out=result)
        return result

    def to_each(self, others: IntArray) -> Iterator[tuple[slice, slice, FloatArray]]:
        """Yield the distances of each row to each of `others`, in parts that fit into the cache.

        Yields
        ------
        positions : slice
            Of the rows.
        places : slice
            Of the others.
        distances : ndarray of shape (n_places, n_positions)
            The caller's to change.
        """
        step = self._step()
        for start in range(0, others.size, step):
            places = slice(start, min(start + step, others.size))
            points = self._matrix[others[places]]
            for positions, block, inside in candidate_blocks(self._matrix, self._rows, n_outputs=points.shape[0]):
                kept = block if inside is None else block[inside]
                found = squared_distances_to_each(kept, self._norms[positions], points, shift=self._shift)
                yield positions, places, np.sqrt(found, out=found)

    def nearest_of(self, others: IntArray) -> tuple[FloatArray, IntArray]:
        """Return the distance of each row to the nearest of `others`, and its place in them; of equals the first."""
        distance = np.full(self._rows.size, np.inf)
        place = np.zeros(self._rows.size, np.int64)
        for positions, places, found in self.to_each(others):
            best = found.argmin(axis=0)
            least = found[best, np.arange(best.size)]
            nearer = least < distance[positions]
            distance[positions] = np.where(nearer, least, distance[positions])
            place[positions] = np.where(nearer, best + places.start, place[positions])
        return distance, place

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

    def _step(self) -> int:
        """Return as many points at a time as keep both their block and its products within bounds."""
        width = int(self._matrix.shape[1])
        return max(_POINT_VALUES // max(width, block_rows(width)), 1)

    def _nearest(self, points: Any, result: FloatArray) -> None:
        for positions, block, inside in candidate_blocks(self._matrix, self._rows):
            kept = block if inside is None else block[inside]
            squared = nearest_squared_distances(kept, self._norms[positions], points, shift=self._shift)
            np.minimum(result[positions], squared, out=result[positions])


class KeptDistances:
    """Distances of all rows of a matrix to the nearest of some rows, kept while these become more.

    O(n_rows) memory; k further rows cost O(k * n_rows * n_dimensions).
    """

    def __init__(self, matrix: Any) -> None:
        self._all = Distances(matrix, np.arange(matrix.shape[0]))
        self._matrix = matrix
        self._others: IntArray = np.empty(0, np.int64)
        self._nearest: FloatArray = np.full(matrix.shape[0], np.inf)

    @classmethod
    def of(cls, matrix: Any) -> Self:
        """See `querist.base.memory.Keepable`."""
        return cls(matrix)

    def between(self, rows: IntArray) -> Distances:
        """Return what `Distances` of some rows is."""
        return Distances(self._matrix, rows, whole=self._all)

    def to_rows(self, others: IntArray) -> FloatArray:
        """Return the distance of each row of the matrix to the nearest of `others`; only to be read."""
        if not np.isin(self._others, others).all():
            # An answer was taken back: which of the rest is nearest is not known.
            self._others, self._nearest = np.empty(0, np.int64), np.full(self._nearest.size, np.inf)
        fresh = others[~np.isin(others, self._others)]
        if fresh.size:
            # An array of its own each time: the last one may be in somebody's hands.
            self._nearest = np.minimum(self._nearest, self._all.to_rows(fresh))
            self._others = others.copy()
        return self._nearest


class KeptCentres:
    """The nearest of some rows for each row of a matrix, and its distance, kept while these become more.

    O(n_rows) memory; k further rows cost O(k * n_rows * n_dimensions).
    """

    def __init__(self, matrix: Any) -> None:
        self._all = Distances(matrix, np.arange(matrix.shape[0]))
        self._matrix = matrix
        self._others: IntArray = np.empty(0, np.int64)
        self._distance: FloatArray = np.full(matrix.shape[0], np.inf)
        self._centre: IntArray = np.full(matrix.shape[0], -1, np.int64)

    @classmethod
    def of(cls, matrix: Any) -> Self:
        """See `querist.base.memory.Keepable`."""
        return cls(matrix)

    def between(self, rows: IntArray) -> Distances:
        """Return what `Distances` of some rows is."""
        return Distances(self._matrix, rows, whole=self._all)

    def nearest_of(self, others: IntArray) -> tuple[FloatArray, IntArray]:
        """Return the distance of each row to the nearest of `others`, and which row that is; only to be read."""
        if not np.isin(self._others, others).all():
            # An answer was taken back: which of the rest is nearest is not known.
            self._others, self._distance = np.empty(0, np.int64), np.full(self._distance.size, np.inf)
        fresh = others[~np.isin(others, self._others)]
        if fresh.size:
            # Arrays of their own each time: the last ones may be in somebody's hands.
            distance, place = self._all.nearest_of(fresh)
            nearer = distance < self._distance
            self._distance = np.where(nearer, distance, self._distance)
            self._centre = np.where(nearer, fresh[place], self._centre)
            self._others = others.copy()
        return self._distance, self._centre
