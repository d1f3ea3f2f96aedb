"""A least-squares kernel machine that tunes itself by closed-form leave-one-out."""

from typing import Any, Literal, Self

import numpy as np
import scipy.sparse
import scipy.special
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from querist._blocks import row_blocks
from querist._typing import AnyArray, FloatArray, IntArray, PoolLike
from querist._validation import check_choice, take_rows
from querist.learners.kernel_columns import KernelColumns
from querist.learners.row_weights import distinct_rows, row_weights
from querist.measures.geometry import squared_distances
from querist.measures.least_squares import decompose, fit_from, log_loss

# Shares of the median squared distance; of the mean of the kernel's diagonal and a tenth of all weights; of softmax.
_WIDTHS = (0.1, 0.3, 1.0, 3.0)
_RIDGES = {"rbf": (1e-3, 1e-2, 1e-1, 1.0), "linear": (0.03, 0.1, 0.3, 1.0)}
_TEMPERATURES = (2.0, 4.0, 8.0)
# From so many values of the kernel on, they are computed in single precision, which takes half of the memory.
_SINGLE = 1 << 22


class KernelMachine(ClassifierMixin, BaseEstimator):
    """Least-squares kernel machine with a free intercept, one class against the rest, for few labels.

    Width, ridge and the temperature of the softmax that makes probabilities of its values are those
    of the least leave-one-out log loss, in closed form: there is nothing to set, and no cross-validation.

    Parameters
    ----------
    kernel : {"auto", "rbf", "linear"}, default="auto"
        ``"auto"``: Gaussian for dense rows, linear for sparse ones (text). The Gaussian kernel takes no sparse rows;
        gaps (NaN) it puts in the middle and marks. The linear one takes rows as they are, without gaps.
    columns : {"standard", "quantiles"}, default="standard"
        What the Gaussian kernel makes of each column before its mean becomes 0 and its variance 1: nothing, or normal
        quantiles among the rows that it is fitted on.
    class_weight : dict, "balanced" or None, default=None
        As in scikit-learn.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    width_ : float
        Of the Gaussian kernel ``exp(-width * d^2)``, d being the distance of standardised rows; NaN of the linear.
    ridge_, temperature_ : float
    intercept_ : ndarray of shape (n_classes,)
        The temperature times the free intercept.
    coef_ : ndarray of shape (n_classes, n_features)
        Of the linear kernel only; probabilities are the softmax of ``X @ coef_.T + intercept_``.
    left_out_proba_ : ndarray of shape (n_rows, n_classes)
        Probabilities of the rows that it was fitted on, each by the machine of the others; NaN in rows of weight 0.
    left_out_loss_ : float
        Their log loss, in nats: the mean weighted like the rows.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Only if `X` was a data frame with names.

    Notes
    -----
    The least-squares support vector machine of Suykens and Vandewalle [1]_. Rows that are equal in all columns and in
    their class count as one row that weighs as much, so a copy does not vouch for a row that is left out.

    Fitting takes O(n_rows**3) for each of four widths, linear: once. Scoring
    takes O(n_labelled * n_features) a row, linear: O(n_classes * n_features). Where Gaussian kernels have more than
    four million values they are in single precision: probabilities differ from the exact ones by about 1e-6.

    References
    ----------
    .. [1] J. A. K. Suykens, J. Vandewalle, "Least squares support vector machine classifiers",
       Neural Processing Letters 9 (1999).

    Examples
    --------
    >>> X = [[0.0], [0.2], [0.3], [1.0], [1.1], [1.3]]
    >>> machine = KernelMachine().fit(X, ["no", "no", "no", "yes", "yes", "yes"])
    >>> machine.predict([[0.1], [1.2]]).tolist()
    ['no', 'yes']
    """

    def __init__(
        self,
        *,
        kernel: Literal["auto", "rbf", "linear"] = "auto",
        columns: Literal["standard", "quantiles"] = "standard",
        class_weight: dict[Any, float] | Literal["balanced"] | None = None,
    ) -> None:
        self.kernel = kernel
        self.columns = columns
        self.class_weight = class_weight

    def fit(self, X: PoolLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit, and choose width, ridge and temperature.

        Parameters
        ----------
        X : array, sparse matrix or data frame of shape (n_rows, n_features)
        y : array-like of shape (n_rows,)
            Class labels.
        sample_weight : array-like of shape (n_rows,), default=None
            How much each row counts, at least 0; None counts all alike.

        Returns
        -------
        KernelMachine

        Raises
        ------
        ValueError
            If `X`, `y` or the weights cannot be used, or `X` is sparse and the kernel Gaussian.
        InvalidParameterError
            If there is no such kernel.
        """
        self._kernel = check_choice(self.kernel, "kernel", ("auto", "rbf", "linear"))
        if self._kernel == "auto":
            self._kernel = "linear" if scipy.sparse.issparse(X) else "rbf"
        quantiles = check_choice(self.columns, "columns", ("standard", "quantiles")) == "quantiles"
        checked: tuple[Any, AnyArray] = validate_data(self, X, y, **self._taken())
        rows, labels = checked
        check_classification_targets(labels)
        if self._kernel == "rbf" and scipy.sparse.issparse(rows):
            raise ValueError("The Gaussian kernel takes no sparse rows. Leave kernel out, or pass X.toarray().")
        weights = row_weights(sample_weight, labels.size) * compute_sample_weight(self.class_weight, labels)
        counted = np.flatnonzero(weights > 0)
        self.classes_, codes = np.unique(labels[counted], return_inverse=True)
        first, group = distinct_rows(rows[counted], codes)
        if hasattr(self, "coef_"):
            del self.coef_
        distinct, together = rows[counted[first]].astype(np.float64), np.bincount(group, weights[counted]).astype(float)
        if self._kernel == "rbf":
            self._columns = KernelColumns.fitted(distinct, together, quantiles=quantiles)
            distinct = self._columns.applied(distinct, np.float64)
        left_out = self._fit_distinct(distinct, codes[first], together)
        self.left_out_proba_: FloatArray = np.full((labels.size, self.classes_.size), np.nan)
        self.left_out_proba_[counted] = left_out[group]
        return self

    def _fit_distinct(self, X: Any, codes: IntArray, weights: FloatArray) -> FloatArray:
        """Fit to rows that differ; return the probabilities of each by the others."""
        if self._kernel == "linear":
            grams = ((np.nan, _gram(X)) for _ in range(1))
        else:
            distances = squared_distances(X, X)
            np.fill_diagonal(distances, 0.0)
            # Pairs of equal rows say nothing of the scale; half of them, each pair once.
            apart = distances[np.triu_indices(len(X), 1)]
            apart = apart[apart > 0]
            scale = float(np.median(apart)) if apart.size else 1.0
            grams = ((share / scale, np.exp(-share / scale * distances)) for share in _WIDTHS)
        targets = (codes[:, np.newaxis] == np.arange(self.classes_.size)).astype(np.float64)
        best: tuple[float, float, float, FloatArray, FloatArray, FloatArray] | None = None
        self.left_out_loss_ = np.inf
        for width, gram in grams:
            values, vectors = decompose(gram, weights)
            size = float(np.mean(np.diag(gram))) or 1.0
            for share in _RIDGES[self._kernel]:
                ridge = share * size * float(weights.sum()) / 10
                dual, intercept, left_out = fit_from(values, vectors, weights, targets, ridge)
                for temperature in _TEMPERATURES:
                    proba = scipy.special.softmax(temperature * left_out, axis=1)
                    loss = log_loss(proba, codes, weights)
                    if best is None or loss < self.left_out_loss_:
                        best, self.left_out_loss_ = (width, ridge, temperature, dual, intercept, proba), loss
        assert best is not None
        self.width_, self.ridge_, self.temperature_, dual, intercept, proba = best
        self.intercept_: FloatArray = self.temperature_ * intercept
        if self._kernel == "linear":
            self.coef_: FloatArray = np.ascontiguousarray((self.temperature_ * (X.T @ dual)).T)
        else:
            self._rows, self._dual = X, self.temperature_ * dual
        return proba

    def predict(self, X: PoolLike) -> AnyArray:
        """Return the likeliest class of each row."""
        scores = self._scores(X)
        predicted: AnyArray = self.classes_[scores.argmax(axis=1)]
        return predicted

    def predict_proba(self, X: PoolLike) -> FloatArray:
        """Return the class probabilities of each row, columns as in ``classes_``."""
        scores = self._scores(X)
        proba: FloatArray = scipy.special.softmax(scores, axis=1)
        return proba

    def _scores(self, X: PoolLike) -> FloatArray:
        check_is_fitted(self)
        rows: Any = validate_data(self, X, reset=False, **self._taken())
        if self._kernel == "linear":
            return self._linear_scores(rows)
        if scipy.sparse.issparse(rows):
            raise ValueError("The machine was fitted on dense rows. Pass X.toarray().")
        n_rows, n_known = rows.shape[0], len(self._rows)
        dtype = np.float32 if n_rows * n_known > _SINGLE else np.float64
        known, dual = self._rows.astype(dtype), self._dual.astype(dtype)
        scores = np.empty((n_rows, self.classes_.size))
        # Blocks that fit into a cache with their kernel values.
        for block in row_blocks(n_rows, 8 * max(rows.shape[1], n_known)):
            gram = squared_distances(self._columns.applied(rows[block], dtype), known)
            gram *= -self.width_
            np.exp(gram, out=gram)
            scores[block] = gram @ dual
        return scores + self.intercept_

    def _linear_scores(self, rows: Any) -> FloatArray:
        # In the precision of the rows: scipy would copy their entries otherwise, which takes longer than the product.
        # Of two classes one column says all, since what two targets that sum to 1 are given sums to a constant; and
        # sparse rows times one column take a third of the time that they take times two.
        coefficients = np.ascontiguousarray(self.coef_[-1] if self.classes_.size == 2 else self.coef_.T, rows.dtype)
        width = rows.nnz // rows.shape[0] + 1 if scipy.sparse.issparse(rows) else rows.shape[1]
        scores = np.empty((rows.shape[0], self.classes_.size))
        for block in row_blocks(rows.shape[0], max(width, self.classes_.size)):
            product = take_rows(rows, block) @ coefficients
            scores[block] = np.stack([-product, product], axis=1) if product.ndim == 1 else product
        return scores + self.intercept_

    def _taken(self) -> dict[str, Any]:
        """Return what `validate_data` lets pass."""
        finite = True if self._kernel == "linear" else "allow-nan"
        return {"accept_sparse": "csr", "dtype": (np.float64, np.float32), "ensure_all_finite": finite}

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = self.kernel != "rbf"
        tags.input_tags.allow_nan = self.kernel != "linear"
        return tags


def _gram(X: Any) -> FloatArray:
    gram = X @ X.T
    return np.asarray(gram.toarray() if scipy.sparse.issparse(gram) else gram)
