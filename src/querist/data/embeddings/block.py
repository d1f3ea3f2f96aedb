"""Vectors as a block of features beside others."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import scipy.sparse

from querist._pool import as_pool
from querist._typing import Pool
from querist.data.embeddings.arrays import Vectors, as_vectors
from querist.exceptions import DataError, InvalidParameterError

# Entries that sparse rows hold for a dense block: a value and the number of its column.
_BYTES_AN_ENTRY = 8
# From so much on it is told what the block takes.
_TOLD = 100 << 20


@dataclass(frozen=True, eq=False)
class EmbeddingBlock:
    """Embeddings of the rows of a pool as features: centred on the pool, each of length 1.

    Beside texts (sparse rows) they stand as they are, so that the linear kernel of all features is the sum of the
    kernels of words and embeddings. Beside columns of numbers, or alone, they are multiplied by the square root of
    their number, so that a column varies about as much as any other.

    Attributes
    ----------
    mean : ndarray of shape (n_dimensions,), float32
        Of the pool that it was fitted on.

    Examples
    --------
    >>> block = EmbeddingBlock.fitted([[2.0, 0.0], [0.0, 2.0]])
    >>> block.beside([[5.0], [6.0]], [[2.0, 0.0], [0.0, 2.0]]).round(2).tolist()
    [[5.0, 1.0, -1.0], [6.0, -1.0, 1.0]]
    """

    mean: Vectors

    @classmethod
    def fitted(cls, embeddings: Any) -> Self:
        """Learn where the middle of the pool is; `embeddings` is array-like of shape (n_rows, n_dimensions).

        Raises
        ------
        DataError
            If they are no finite numbers in two dimensions.
        """
        vectors = as_vectors(embeddings, None)
        return cls(vectors.mean(axis=0, dtype=np.float64).astype(np.float32))

    @property
    def n_dimensions(self) -> int:
        """How many numbers a row has."""
        return int(self.mean.size)

    def directions(self, embeddings: Any, n_rows: int | None = None, *, of: str = "X") -> Vectors:
        """Return embeddings centred and of length 1, those that equal the mean as zeros.

        Raises
        ------
        DataError
            If they cannot be used, or have another length than those that it was fitted on.
        """
        vectors = as_vectors(embeddings, n_rows, of=of)
        if vectors.shape[1] != self.n_dimensions:
            raise DataError(
                f"embeddings have {vectors.shape[1]} numbers a row, those of the pool {self.n_dimensions}. "
                "Make both with one model."
            )
        centred = vectors - self.mean
        lengths = np.linalg.norm(centred, axis=1, keepdims=True)
        # What rounding leaves of a vector that equals the mean points nowhere.
        nowhere = lengths <= 1e-6 * np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-30)
        return np.where(nowhere, np.float32(0), centred / np.where(nowhere, 1, lengths)).astype(np.float32)

    def beside(self, X: Pool | None, embeddings: Any) -> Pool:
        """Return rows with their embeddings behind them.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_rows, n_features), or None
            None: the embeddings alone.
        embeddings : array-like of shape (n_rows, n_dimensions)

        Returns
        -------
        ndarray or CSR matrix of shape (n_rows, n_features + n_dimensions)
            Sparse if X is; then the block takes 8 bytes a number: 307 MB for 100,000 rows of 384.

        Raises
        ------
        DataError, InvalidParameterError
            If rows and embeddings do not fit together, or `X` is no matrix of numbers.
        """
        if X is None:
            return self._as_columns(self.directions(embeddings))
        X = as_pool(X)
        if hasattr(X, "iloc") or X.ndim != 2 or X.dtype.kind not in "biuf":
            raise InvalidParameterError(
                "X must be an array or a sparse matrix of numbers, so that embeddings can stand beside it. Turn its "
                "columns into numbers first, for example with querist.data.TableFeatures."
            )
        block = self.directions(embeddings, int(X.shape[0]))
        if scipy.sparse.issparse(X):
            return as_pool(scipy.sparse.hstack([X, _as_sparse(block, X.dtype)], format="csr"))
        floats = X if X.dtype.kind == "f" else X.astype(np.float64)
        return np.concatenate([floats, self._as_columns(block).astype(floats.dtype)], axis=1)

    def told(self, n_rows: int, *, sparse: bool) -> str:
        """Say what the block is, and what it takes where that is much."""
        size = n_rows * self.n_dimensions * (_BYTES_AN_ENTRY if sparse else 4)
        much = f"; they take {size / (1 << 20):,.0f} MB of memory" if size >= _TOLD else ""
        return f"embeddings: {self.n_dimensions} numbers a row, centred and of length 1{much}"

    def _as_columns(self, block: Vectors) -> npt.NDArray[np.float32]:
        return block * np.float32(np.sqrt(self.n_dimensions))


def append_embeddings(X: Pool, embeddings: Any) -> Pool:
    """Return rows with their embeddings behind them, centred on these rows: what a `Session` is given.

    Parameters
    ----------
    X : array or sparse matrix of shape (n_rows, n_features), or None
        None: the embeddings alone.
    embeddings : array-like of shape (n_rows, n_dimensions)
        One vector a row, finite.

    Returns
    -------
    ndarray or CSR matrix of shape (n_rows, n_features + n_dimensions)
        See `EmbeddingBlock`, which also does it for rows that come later.

    Raises
    ------
    DataError, InvalidParameterError
        If rows and embeddings do not fit together, or are no numbers.

    Examples
    --------
    >>> append_embeddings([[5.0], [6.0]], [[2.0, 0.0], [0.0, 2.0]]).shape
    (2, 3)
    """
    return EmbeddingBlock.fitted(embeddings).beside(X, embeddings)


def _as_sparse(block: Vectors, dtype: Any) -> Any:
    """Return a dense block in the form of sparse rows, without the copies that are made to look for zeros."""
    n_rows, width = block.shape
    small = block.size < np.iinfo(np.int32).max
    kind = np.int32 if small else np.int64
    indices = np.tile(np.arange(width, dtype=kind), n_rows)
    starts = np.arange(0, block.size + 1, width, dtype=kind)
    kept = dtype if np.dtype(dtype).kind == "f" else np.float64
    return scipy.sparse.csr_matrix((block.ravel().astype(kept, copy=False), indices, starts), shape=block.shape)
