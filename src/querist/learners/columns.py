"""Columns on one scale, as regressors want them that measure distances or shrink coefficients."""

from typing import Any, Self

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from querist._typing import AnyArray, PoolLike
from querist.learners.kernel_columns import KernelColumns


class StandardColumns(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Bring each column of a table to mean 0 and variance 1, gaps in the middle; leave sparse rows (text) as they are.

    What `KernelMachine` does with its columns, as a step of a pipeline: a column that is constant in the rows that it
    was fitted on keeps its unit, and no value lies further out than a million.

    Attributes
    ----------
    columns_ : KernelColumns or None
        None for sparse rows.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Only if `X` was a data frame with names.

    Notes
    -----
    Gaps are not marked, as columns that mark them would be another matrix where the rows of the pool have gaps that the
    labelled ones have not.

    Examples
    --------
    >>> import numpy as np
    >>> StandardColumns().fit_transform(np.array([[1.0, 5.0], [3.0, np.nan]])).tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """

    def fit(self, X: PoolLike, y: ArrayLike | None = None) -> Self:
        """Learn means and variances.

        Parameters
        ----------
        X : array, sparse matrix or data frame of shape (n_rows, n_features)
        y : None
            Ignored.
        """
        checked: Any = self._checked(X, reset=True)
        self.columns_: KernelColumns | None = None
        if not scipy.sparse.issparse(checked):
            filled = _filled(checked)
            self.columns_ = KernelColumns.fitted(filled, np.ones(filled.shape[0]), quantiles=False)
        return self

    def transform(self, X: PoolLike) -> Any:
        """Return the rows with their columns on one scale, shape (n_rows, n_features)."""
        check_is_fitted(self)
        checked = self._checked(X, reset=False)
        return checked if self.columns_ is None else self.columns_.applied(checked, np.float64)

    def _checked(self, X: PoolLike, *, reset: bool) -> Any:
        return validate_data(self, X, accept_sparse="csr", dtype=np.float64, ensure_all_finite="allow-nan", reset=reset)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.allow_nan = True
        return tags


def _filled(X: AnyArray) -> AnyArray:
    """Return rows whose gaps are the means of their columns."""
    gaps = np.isnan(X)
    if not gaps.any():
        return X
    counts = np.maximum((~gaps).sum(axis=0), 1)
    return np.where(gaps, np.where(gaps, 0.0, X).sum(axis=0) / counts, X)
