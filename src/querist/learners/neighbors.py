"""The nearest labelled rows, with weights."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from querist._typing import AnyArray, FloatArray, PoolLike
from querist._validation import take_rows
from querist.learners.row_weights import row_weights


class WeightedNeighbors(KNeighborsClassifier):
    """`sklearn.neighbors.KNeighborsClassifier` for rows with weights: one that weighs k is k rows.

    Parameters
    ----------
    n_neighbors, weights, algorithm, leaf_size, p, metric, metric_params, n_jobs
        As of `sklearn.neighbors.KNeighborsClassifier`.

    Notes
    -----
    The nearest rows that weigh `n_neighbors` together have the votes, each as many as it weighs; the last of them as
    many as are left. Where all rows weigh 1 these are scikit-learn's. While all rows together weigh less, all vote.
    Several outputs at once it does not take. Cost: that of scikit-learn's classifier for as many neighbours as
    the lightest rows need to weigh `n_neighbors`.

    Examples
    --------
    >>> X, y = [[0.0], [1.0], [2.0]], ["no", "no", "yes"]
    >>> WeightedNeighbors(3).fit(X, y, sample_weight=[1, 1, 3]).predict_proba([[1.9]]).tolist()
    [[0.0, 1.0]]
    """

    def fit(self, X: PoolLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Keep the rows.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_rows, n_features)
        y : array-like of shape (n_rows,)
        sample_weight : array-like of shape (n_rows,), default=None
            At least 0.

        Returns
        -------
        self
        """
        if sample_weight is not None:
            checked: tuple[Any, AnyArray] = validate_data(
                self, X, y, accept_sparse="csr", ensure_all_finite="allow-nan", skip_check_array=False
            )
            labels = checked[1]
            weights = row_weights(sample_weight, labels.size)
            counted = np.flatnonzero(weights > 0)
            if counted.size < labels.size:
                X, y, weights = take_rows(checked[0], counted), labels[counted], weights[counted]
        super().fit(X, y)
        y = column_or_1d(y)
        check_classification_targets(y)
        self._votes: FloatArray = np.ones(self.n_samples_fit_) if sample_weight is None else weights
        self._codes: AnyArray = np.searchsorted(self.classes_, y)
        enough = np.searchsorted(np.cumsum(np.sort(self._votes)), self.n_neighbors * (1 - 1e-12)) + 1
        self._n_asked = int(min(enough, self.n_samples_fit_))
        return self

    def predict(self, X: PoolLike) -> AnyArray:
        """Return the class with the most votes for each row; of several the first."""
        proba = self.predict_proba(X)
        predicted: AnyArray = self.classes_[proba.argmax(axis=1)]
        return predicted

    def predict_proba(self, X: PoolLike) -> FloatArray:
        """Return the shares of the votes for each row, columns as in ``classes_``."""
        check_is_fitted(self)
        distances, nearest = self.kneighbors(X, self._n_asked)
        held = self._votes[nearest]
        votes = np.clip(self.n_neighbors - (np.cumsum(held, axis=1) - held), 0.0, held)
        if callable(self.weights):
            votes = votes * self.weights(distances)
        elif self.weights == "distance":
            equal = distances == 0
            with np.errstate(divide="ignore"):
                votes = votes * np.where(equal.any(axis=1, keepdims=True), equal, 1.0 / distances)
        proba = np.zeros((len(nearest), self.classes_.size))
        for code in range(self.classes_.size):
            proba[:, code] = np.where(self._codes[nearest] == code, votes, 0.0).sum(axis=1)
        total = proba.sum(axis=1, keepdims=True)
        return np.where(total > 0, proba / np.where(total > 0, total, 1.0), 1.0 / self.classes_.size)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = False
        tags.target_tags.multi_output = False
        tags.target_tags.single_output = True
        return tags


class FewNeighborsRegressor(KNeighborsRegressor):
    """`sklearn.neighbors.KNeighborsRegressor`, which while there are fewer rows than neighbours goes by all of them.

    Parameters
    ----------
    n_neighbors, weights, algorithm, leaf_size, p, metric, metric_params, n_jobs
        As of `sklearn.neighbors.KNeighborsRegressor`.

    Examples
    --------
    >>> FewNeighborsRegressor(5).fit([[0.0], [1.0]], [0.0, 1.0]).predict([[2.0]]).tolist()
    [0.5]
    """

    def kneighbors(
        self, X: PoolLike | None = None, n_neighbors: int | None = None, return_distance: bool = True
    ) -> Any:
        """Return the nearest rows, as many as there are at most; as scikit-learn does."""
        check_is_fitted(self)
        wanted = self.n_neighbors if n_neighbors is None else n_neighbors
        if isinstance(wanted, int | np.integer):
            wanted = min(wanted, self.n_samples_fit_ - (X is None))
        return super().kneighbors(X, wanted, return_distance)
