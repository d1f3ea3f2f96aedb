"""The labelled rows, in the order of their answers, ready to be fitted without copying the pool."""

from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from querist._labels import as_objects, joined_type
from querist._typing import AnyArray, FloatArray, IntArray, Pool
from querist._validation import take_rows
from querist.session.events import Answered

_SPARE = 64


class Before(NamedTuple):
    """What taking answers back needs besides the rows: how labels were stored, and whether there were weights."""

    label_type: Any
    weighted: bool


class Answers:
    """Row numbers, labels, weights and, for array pools, the rows themselves in one growing buffer.

    Appending, changing or dropping k answers costs O(k). The arrays handed out are views, and what they show never
    changes, since fitted models may hold them: where one was handed out, the next change or drop makes a copy first.
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
        # Whether views were handed out that a change or a drop would show.
        self._lent = False
        # Where each row stands; kept once an answer was changed.
        self._places: dict[int, int] | None = None

    def __len__(self) -> int:
        return self._size

    @property
    def rows(self) -> IntArray:
        """Row numbers in the order of their answers."""
        self._lent = True
        return _read_only(self._rows[: self._size])

    @property
    def labels(self) -> AnyArray:
        """The answers, in the same order."""
        self._lent = True
        return _read_only(self._labels[: self._size])

    @property
    def weights(self) -> FloatArray | None:
        """Weights of the answers, in the same order; None if none was told."""
        self._lent = True
        return None if self._weights is None else _read_only(self._weights[: self._size])

    def weights_of(self, rows: IntArray) -> FloatArray | None:
        """Return the weights of answered rows, in their order; None if none was told."""
        return None if self._weights is None else np.asarray(self._weights[self._at(rows)])

    def features(self) -> Any:
        """Return the labelled rows of the pool, in the same order."""
        self._lent = True
        if self._features is None:
            return take_rows(self._X, self._rows[: self._size])
        if self._copied < self._size:
            self._features = _grown(self._features, self._copied, self._size, self._features.dtype)
            fresh = self._rows[self._copied : self._size]
            np.take(self._X, fresh, axis=0, out=self._features[self._copied : self._size], mode="clip")
            self._copied = self._size
        return self._features[: self._size]

    def append(self, rows: IntArray, labels: AnyArray, weights: FloatArray | None = None) -> Before:
        """Add answers of rows that have none; return what `drop` needs to take them back."""
        before = Before(self._labels.dtype, self._weights is not None)
        size = self._size + rows.size
        self._rows = _grown(self._rows, self._size, size, self._rows.dtype)
        self._labels = _grown(self._labels, self._size, size, joined_type(self._labels[: self._size], labels))
        self._rows[self._size : size] = rows
        self._labels[self._size : size] = labels
        if weights is not None or self._weights is not None:
            known = np.ones(self._size) if self._weights is None else self._weights
            self._weights = _grown(known, self._size, size, known.dtype)
            self._weights[self._size : size] = 1.0 if weights is None else weights
        if self._places is not None:
            self._places.update(zip(rows.tolist(), range(self._size, size), strict=True))
        self._size = size
        return before

    def append_all(self, events: Sequence[Answered]) -> tuple[AnyArray, list[Before]]:
        """Add the answers of many events as `append` does one by one; return them, and what it would return."""
        size, dtype, weighted = self._size, self._labels.dtype, self._weights is not None
        joined: dict[Any, Any] = {}
        before, now = [], Before(dtype, weighted)
        for event in events:
            if now.label_type is not dtype or now.weighted is not weighted:
                now = Before(dtype, weighted)
            before.append(now)
            labels = event.labels
            if labels.dtype is not dtype:
                key = (size > 0, dtype, labels.dtype)
                if key not in joined:
                    joined[key] = joined_type(np.empty(min(size, 1), dtype), labels)
                dtype = joined[key]
            size += labels.size
            weighted = weighted or event.weights is not None
        told = [event.labels for event in events]
        # NumPy would make texts of numbers beside texts.
        mixed = dtype.kind == "O"
        labels = as_objects(chain.from_iterable(map(np.ndarray.tolist, told))) if mixed else np.concatenate(told)
        weights = None
        if any(event.weights is not None for event in events):
            weights = np.concatenate(
                [np.ones(event.rows.size) if event.weights is None else event.weights for event in events]
            )
        self.append(np.concatenate([event.rows for event in events]), labels, weights)
        return labels, before

    def drop(self, n_answers: int, before: Before) -> None:
        """Take back the answers that were added last; `before` is what `append` returned then."""
        self._own()
        self._size -= n_answers
        if self._places is not None:
            for row in self._rows[self._size : self._size + n_answers].tolist():
                del self._places[row]
        if self._features is not None and self._copied > self._size:
            # No room beyond the end: what is added next goes to a buffer of its own.
            self._features, self._copied = self._features[: self._size], self._size
        self._restore(before)

    def labels_of(self, rows: IntArray) -> AnyArray:
        """Return the answers to rows that have one, in their order."""
        taken: AnyArray = self._labels[self._at(rows)]
        return taken

    def replace(self, rows: IntArray, labels: AnyArray, weights: FloatArray | None = None) -> Before:
        """Change the answers of rows that have one; their places stay, and their weights unless there are new ones.

        Returns
        -------
        Before
            What `put_back` needs besides the old answers.
        """
        before = Before(self._labels.dtype, self._weights is not None)
        self._own()
        places = self._at(rows)
        if weights is not None:
            self._weights = np.ones(self._labels.size) if self._weights is None else self._weights
            self._weights[places] = weights
        self._labels = self._labels.astype(joined_type(self._labels[: self._size], labels), copy=False)
        self._labels[places] = labels
        return before

    def put_back(self, rows: IntArray, labels: AnyArray, weights: FloatArray | None, before: Before) -> None:
        """Undo `replace`; `labels` and `weights` are those from before it."""
        self.replace(rows, labels, weights)
        self._restore(before)

    def _at(self, rows: IntArray) -> IntArray:
        """Return where rows stand."""
        if self._places is None:
            self._places = {row: place for place, row in enumerate(self._rows[: self._size].tolist())}
        return np.array([self._places[row] for row in rows.tolist()], np.int64)

    def _restore(self, before: Before) -> None:
        if self._labels.dtype != before.label_type:
            self._labels = self._labels[: self._size].astype(before.label_type)
        if not before.weighted:
            self._weights = None

    def _own(self) -> None:
        """Copy what was handed out."""
        if self._lent:
            self._rows, self._labels = self._rows[: self._size].copy(), self._labels[: self._size].copy()
            self._weights = None if self._weights is None else self._weights[: self._size].copy()
            self._lent = False


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
