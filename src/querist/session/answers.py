"""The labelled rows, in the order of their answers, ready to be fitted without copying the pool."""

from typing import Any

import numpy as np

from querist._labels import joined_type
from querist._typing import AnyArray, FloatArray, IntArray, Pool
from querist._validation import take_rows

_SPARE = 64


class Answers:
    """Row numbers, labels, weights and, for array pools, the rows themselves in one growing buffer.

    Appending k answers costs O(k); the arrays handed out are views that stay valid
    until the next change.
    """

    def __init__(self, X: Pool) -> None:
        self._X = X
        self._size = 0
        self._rows: IntArray = np.empty(0, np.int64)
        self._labels: AnyArray = np.empty(0, object)
        # None until the first is told: who tells none pays nothing, and classifiers are told of none.
        self._weights: FloatArray | None = None
        buffered = isinstance(X, np.ndarray) and X.ndim == 2 and X.dtype.kind in "biuf"
        self._features: AnyArray | None = np.empty((0, X.shape[1]), X.dtype) if buffered else None
        # Rows are first copied when a model is fitted: strategies without a model never need them.
        self._copied = 0

    def __len__(self) -> int:
        return self._size

    @property
    def rows(self) -> IntArray:
        """Row numbers in the order of their answers."""
        return _read_only(self._rows[: self._size])

    @property
    def labels(self) -> AnyArray:
        """The answers, in the same order."""
        return _read_only(self._labels[: self._size])

    @property
    def weights(self) -> FloatArray | None:
        """Weights of the answers, in the same order; None if none was told."""
        return None if self._weights is None else _read_only(self._weights[: self._size])

    def weights_of(self, rows: IntArray) -> FloatArray | None:
        """Return the weights of answered rows, in their order; None if none was told."""
        if self._weights is None:
            return None
        order = np.argsort(self.rows)
        return np.asarray(self._weights[order[np.searchsorted(self.rows, rows, sorter=order)]])

    def features(self) -> Any:
        """Return the labelled rows of the pool, in the same order."""
        if self._features is None:
            return take_rows(self._X, self._rows[: self._size])
        if self._copied < self._size:
            self._features = _grown(self._features, self._copied, self._size, self._features.dtype)
            fresh = self._rows[self._copied : self._size]
            np.take(self._X, fresh, axis=0, out=self._features[self._copied : self._size], mode="clip")
            self._copied = self._size
        return self._features[: self._size]

    def append(self, rows: IntArray, labels: AnyArray, weights: FloatArray | None = None) -> None:
        """Add answers of rows that have none."""
        size = self._size + rows.size
        self._rows = _grown(self._rows, self._size, size, self._rows.dtype)
        self._labels = _grown(self._labels, self._size, size, joined_type(self._labels[: self._size], labels))
        self._rows[self._size : size] = rows
        self._labels[self._size : size] = labels
        if weights is not None or self._weights is not None:
            before = np.ones(self._size) if self._weights is None else self._weights
            self._weights = _grown(before, self._size, size, before.dtype)
            self._weights[self._size : size] = 1.0 if weights is None else weights
        self._size = size

    def replace(self, rows: IntArray, labels: AnyArray, weights: FloatArray | None = None) -> None:
        """Change the answers of rows that have one; their places stay, and their weights unless there are new ones."""
        place = {int(row): position for position, row in enumerate(self._rows[: self._size])}
        if weights is not None:
            self._weights = np.ones(self._size) if self._weights is None else self._weights
            self._weights[[place[row] for row in rows.tolist()]] = weights
        dtype = joined_type(self._labels[: self._size], labels)
        self._labels = self._labels.astype(dtype)
        for row, label in zip(rows.tolist(), labels, strict=True):
            self._labels[place[row]] = label


def _grown(array: AnyArray, used: int, size: int, dtype: Any) -> AnyArray:
    if size <= array.shape[0] and array.dtype == dtype:
        return array
    capacity = max(size + size // 8 + _SPARE, array.shape[0])
    grown = np.empty((capacity, *array.shape[1:]), dtype)
    grown[:used] = array[:used]
    return grown


def _read_only(array: AnyArray) -> AnyArray:
    view = array[:]
    view.flags.writeable = False
    return view
