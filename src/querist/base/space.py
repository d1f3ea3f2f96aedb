"""The pool as the classifier sees it, for parts that measure distances or go by classes."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse

from querist._blocks import row_blocks
from querist._partitioned import PartitionedPool, needs_whole
from querist._pool import plain
from querist._typing import AnyArray, IntArray, Model, Pool
from querist._validation import n_rows, take_rows
from querist.base.adapted import original
from querist.base.blocks import by_blocks, pool_width
from querist.exceptions import NotEnoughLabelsError, UnsupportedModelError


class Space:
    """The pool as the classifier sees it.

    If the model is a fitted ``Pipeline``, rows pass through all its steps but the
    last, so that distances are measured after scaling and encoding. Otherwise the
    pool itself must be numeric. Arrays and CSR matrices without such a pipeline are
    used in place; nothing is copied.

    Attributes
    ----------
    labels : ndarray of shape (n_labelled,)
        The answers so far, in the order of their rows.
    """

    def __init__(self, X: Pool, model: Model = None, labels: AnyArray | None = None) -> None:
        self.labels: AnyArray = np.empty(0) if labels is None else labels
        self._pool, self._model = X, model
        self._X = plain(X)
        self._transform = _preprocessing(model)

    def predicted(self, rows: IntArray) -> AnyArray:
        """Return the class that the model predicts for each of some rows, asked block by block.

        Raises
        ------
        NotEnoughLabelsError
            If there is no model.
        """
        if self._model is None:
            raise NotEnoughLabelsError(
                "This query goes by the classes that a model predicts, and there is none. Use it with a strategy that "
                "needs a model, such as margin, and label rows of at least two classes first."
            )
        return by_blocks(self._model.predict, self._pool, rows)

    @cached_property
    def matrix(self) -> Any:
        """The whole pool: ndarray or CSR matrix of shape (n_rows, n_dimensions).

        Raises
        ------
        InvalidParameterError
            If it lies in partitions, and so in no one place.
        """
        if isinstance(self._X, PartitionedPool):
            raise needs_whole("To compare rows with each other")
        if self._transform is None:
            return _numeric(self._X)
        parts = []
        for block in row_blocks(n_rows(self._X), pool_width(self._X)):
            parts.append(self._transform.transform(take_rows(self._X, block)))
        if scipy.sparse.issparse(parts[0]):
            return scipy.sparse.vstack(parts, format="csr")
        return np.concatenate([np.asarray(part) for part in parts])

    @property
    def is_sparse(self) -> bool:
        """Whether the matrix is CSR."""
        one = isinstance(self._X, PartitionedPool)
        return bool(scipy.sparse.issparse(self.take(np.arange(1)) if one else self.matrix))

    def take(self, rows: IntArray) -> Any:
        """Return some rows as ndarray or CSR matrix (a copy of those rows)."""
        if isinstance(self._X, PartitionedPool):
            home = Space(self._X[rows])
            home._transform = self._transform
            return home.matrix
        return self.matrix[rows]

    def dense(self, rows: IntArray) -> AnyArray:
        """Return some rows as an ndarray."""
        taken = self.take(rows)
        return np.asarray(taken.toarray() if scipy.sparse.issparse(taken) else taken)

    def blocks(self) -> Iterator[tuple[slice, Any]]:
        """Yield the whole matrix in row blocks; views where it is an array."""
        matrix = self.matrix
        width = 1 if self.is_sparse else matrix.shape[1]
        for block in row_blocks(matrix.shape[0], width):
            yield block, matrix[block]


def is_numeric(X: Pool) -> bool:
    """Return whether distances between rows of a pool can be measured as it is, gaps aside."""
    if scipy.sparse.issparse(X) or isinstance(X, PartitionedPool):
        return True
    if len(X.shape) != 2:
        return False
    if hasattr(X, "dtypes") and all(getattr(dtype, "kind", "O") in "biuf" for dtype in X.dtypes):
        return True
    return _as_numbers(np.asarray(X)).dtype.kind in "biuf"


def _as_numbers(array: AnyArray) -> AnyArray:
    if array.ndim == 2 and array.dtype.kind == "O":
        try:
            return array.astype(np.float64)
        except (TypeError, ValueError):
            return array
    return array


def _preprocessing(model: Model) -> Any:
    from sklearn.pipeline import Pipeline

    model = original(model)
    if isinstance(model, Pipeline) and len(model.steps) > 1:
        return model[:-1]
    return None


def _numeric(X: Pool) -> Any:
    if scipy.sparse.issparse(X):
        if X.dtype.kind == "f" and not np.isfinite(X.data).all():
            first = np.flatnonzero(~np.isfinite(X.data))[0]
            raise _gap(int(np.searchsorted(X.indptr, first, side="right")) - 1)
        return X
    array = _as_numbers(np.asarray(X))
    if array.ndim != 2 or array.dtype.kind not in "biuf":
        raise UnsupportedModelError(
            "This strategy measures distances between rows, and the pool is not numeric. "
            "Use a Pipeline whose first steps turn the columns into numbers, or pass numeric features as X."
        )
    if array.dtype.kind == "f" and not np.isfinite(array.sum()) and not np.isfinite(array).all():
        raise _gap(int(np.flatnonzero(~np.isfinite(array).all(axis=1))[0]))
    return array


def _gap(row: int) -> UnsupportedModelError:
    return UnsupportedModelError(
        f"This strategy measures distances between rows, and row {row} holds a missing or infinite value. "
        "Use a Pipeline that starts with an imputer, or fill the gaps in X."
    )
