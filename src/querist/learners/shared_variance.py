"""Gaussian naive Bayes whose classes lend each other their variances."""

from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.naive_bayes import GaussianNB
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import validate_data

from querist._typing import AnyArray, FloatArray, PoolLike
from querist.learners.row_weights import row_weights


class SharedVarianceNB(GaussianNB):
    """Gaussian naive Bayes in which a class with few rows has nearly the variances that all classes have in common.

    The variance of a class with n rows is ``(n * own + shared * common) / (n + shared)``; common is the mean of the
    variances within the classes, weighted by their rows. A class that is known by one row has no variance of
    its own, and would have no row but that one.

    Parameters
    ----------
    priors : array-like of shape (n_classes,), default=None
    var_smoothing : float, default=1e-9
        As of `sklearn.naive_bayes.GaussianNB`.
    shared : float, default=30.0
        At least 0, in rows: how much the common variances count. 0: not at all, as in scikit-learn.

    Attributes
    ----------
    classes_, class_count_, class_prior_, epsilon_, theta_, var_
        As of `sklearn.naive_bayes.GaussianNB`.

    Notes
    -----
    With few labels an empirical Bayes estimate of the variances. Cost: that of `sklearn.naive_bayes.GaussianNB`.

    Examples
    --------
    >>> X, y = [[0.0], [0.2], [0.4], [1.0]], ["no", "no", "no", "yes"]
    >>> SharedVarianceNB().fit(X, y).predict([[0.1], [0.9]]).tolist()
    ['no', 'yes']
    """

    def __init__(self, *, priors: ArrayLike | None = None, var_smoothing: float = 1e-9, shared: float = 30.0) -> None:
        super().__init__(priors=priors, var_smoothing=var_smoothing)
        self.shared = shared

    def fit(self, X: PoolLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit means and variances.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_features)
        y : array-like of shape (n_rows,)
        sample_weight : array-like of shape (n_rows,), default=None

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If `shared` is below 0, or the data is not as scikit-learn takes it.
        """
        if not self.shared >= 0:
            raise ValueError(f"shared must be at least 0, got {self.shared!r}.")
        if sample_weight is not None:
            checked: tuple[FloatArray, AnyArray] = validate_data(self, X, y)
            weights = row_weights(sample_weight, len(checked[1]))
            # A class of no weight would have a mean of 0 / 0.
            counted = np.flatnonzero(weights)
            X, y, sample_weight = checked[0][counted], checked[1][counted], weights[counted]
        super().fit(X, y, sample_weight=sample_weight)
        if self.shared > 0:
            held = self.class_count_[:, np.newaxis]
            own: FloatArray = np.asarray(self.var_)  # type: ignore[has-type]
            common = (held * own).sum(axis=0) / held.sum()
            self.var_ = (held * own + self.shared * common) / (held + self.shared)
        return self

    @available_if(lambda self: False)  # type: ignore[untyped-decorator]  # scikit-learn has no types
    def partial_fit(self) -> None:
        """Not there: what is added to it would be added to variances that are not of the rows alone."""
