"""Latent semantic analysis: what texts are about, from the words that stand together in texts without labels."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import scipy.sparse

from querist._threads import single_thread
from querist._typing import AnyArray, IntArray

# Of 20, 30, 50, 100 and 200 that which helped most over 30 to 800 labels; one for ten rows, where these are fewer.
_DIMENSIONS, _ROWS_EACH = 50, 10
# What more rows and rarer features add could not be measured.
_SAMPLE, _COMMONEST = 5000, 8192
_SEED = 0


@dataclass(frozen=True, eq=False)
class LatentSemantics:
    """Texts as points in few dimensions: the right singular vectors of a sample of them, centred, of length 1.

    Words that were never labelled are near those that they stand with, so that few labels say more [1]_.

    Attributes
    ----------
    columns : ndarray of shape (n_used,)
        The features that are looked at, ascending: the commonest 8,192.
    components : ndarray of shape (n_used, n_dimensions), float32
    centre : ndarray of shape (n_dimensions,), float32

    References
    ----------
    .. [1] S. Deerwester, S. T. Dumais, G. W. Furnas, T. K. Landauer, R. Harshman, "Indexing by latent semantic
       analysis", Journal of the American Society for Information Science 41 (1990).
    """

    columns: AnyArray
    components: AnyArray
    centre: AnyArray

    @staticmethod
    def sample_of(n_rows: int) -> IntArray:
        """Return which of so many rows are learned from."""
        return np.unique(np.linspace(0, n_rows - 1, min(n_rows, _SAMPLE)).astype(np.int64))

    @classmethod
    def fitted(cls, sample: Any, n_rows: int) -> Self | None:
        """Learn from a sample of `n_rows` rows, a CSR matrix of TF-IDF; None if there are too few rows or features."""
        from sklearn.utils.extmath import randomized_svd

        frequencies = np.bincount(sample.indices, minlength=sample.shape[1])
        columns = np.sort(np.argsort(-frequencies, kind="stable")[:_COMMONEST])
        width = min(_DIMENSIONS, n_rows // _ROWS_EACH, columns.size - 1)
        if width < 1:
            return None
        sample = _narrowed(sample, columns)
        # On one thread: the same last digits on every run.
        with single_thread():
            right = randomized_svd(sample, width, n_iter=2, random_state=_SEED)[2]
            components = np.ascontiguousarray(right.T, np.float32)
            return cls(columns, components, np.asarray(sample @ components).mean(axis=0))

    def encode(self, X: Any) -> Any:
        """Return points for rows of such features, CSR, float32; of rows without any of them 0."""
        narrow = _narrowed(X, self.columns)
        with single_thread():
            points = np.asarray(narrow @ self.components) - self.centre
        # What holds nothing known is about nothing.
        points[np.diff(narrow.indptr) == 0] = 0.0
        lengths = np.linalg.norm(points, axis=1, keepdims=True)
        points /= np.where(lengths > 0, lengths, 1.0)
        return scipy.sparse.csr_matrix(points.astype(np.float32, copy=False))


def _narrowed(X: Any, columns: AnyArray) -> Any:
    # The order of entries is that of the sum, and so decides on last digits; by way of columns they ascend.
    return X[:, columns].tocsc().tocsr()
