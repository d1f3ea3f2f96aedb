"""A linear support vector machine for a class that few rows have and that is to be found whole."""

from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.svm import LinearSVC
from sklearn.utils.validation import column_or_1d

from querist._typing import AnyArray, FloatArray, Label, PoolLike
from querist.learners.row_weights import row_weights


class RelevanceSVC(LinearSVC):
    """Linear support vector machine in which the relevant rows together weigh a multiple of all others.

    The settings are those that ASReview 2 and 3 call ELAS u4: squared hinge loss, C = 0.11, and relevant rows that
    weigh 9.8 times as much as the others in total, whatever their number.

    Parameters
    ----------
    C : float, default=0.11
        Above 0; the smaller, the more regularised.
    ratio : float, default=9.8
        Above 0: what the relevant rows weigh together, where the others weigh 1.
    relevant : label, default=None
        The class that is looked for; None: the one with the least weight, at a tie the last.
    tol : float, default=1e-4
    max_iter : int, default=1000
        Of `sklearn.svm.LinearSVC`.
    random_state : int or None, default=None

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    coef_, intercept_, n_features_in_, n_iter_
        As of `sklearn.svm.LinearSVC`.

    Notes
    -----
    It has decision values, no probabilities. Cost: that of `sklearn.svm.LinearSVC`, linear in what is not zero.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[0.0], [0.1], [0.2], [1.0]])
    >>> RelevanceSVC(random_state=0).fit(X, ["no", "no", "no", "yes"]).predict([[1.0]])
    array(['yes'], dtype='<U3')
    """

    def __init__(
        self,
        *,
        C: float = 0.11,
        ratio: float = 9.8,
        relevant: Label | None = None,
        tol: float = 1e-4,
        max_iter: int = 1000,
        random_state: int | None = None,
    ) -> None:
        super().__init__(C=C, loss="squared_hinge", tol=tol, max_iter=max_iter, random_state=random_state)
        self.ratio = ratio
        self.relevant = relevant

    def fit(self, X: PoolLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit the model.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_rows, n_features)
        y : array-like of shape (n_rows,)
        sample_weight : array-like of shape (n_rows,), default=None

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If `ratio` is not above 0, there are fewer than two classes, or the data is not as scikit-learn takes it.
        """
        if not self.ratio > 0:
            raise ValueError(f"ratio must be above 0, got {self.ratio!r}.")
        labels = column_or_1d(y, warn=True)
        weights = row_weights(sample_weight, labels.size)
        relevant = self._is_relevant(labels, weights)
        inside, outside = weights[relevant].sum(), weights[~relevant].sum()
        if inside > 0 and outside > 0:
            weights = weights * np.where(relevant, 1.0, inside / (self.ratio * outside))
            # As heavy as they are together without it, so that C means the same.
            weights *= (inside + outside) / weights.sum()
        super().fit(X, y, sample_weight=weights)
        return self

    def _is_relevant(self, y: AnyArray, weights: FloatArray) -> AnyArray:
        if self.relevant is not None:
            return np.asarray(y == self.relevant)
        classes, codes = np.unique(y, return_inverse=True)
        held = np.bincount(codes, weights, classes.size)
        return np.asarray(codes == classes.size - 1 - int(np.argmin(held[::-1])))
