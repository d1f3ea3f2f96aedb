"""Logistic regression at its optimum, refitted from the last solution."""

from collections.abc import Mapping
from typing import Any, Literal, Self

import numpy as np
import scipy.sparse
import sklearn
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from querist._typing import AnyArray, FloatArray, PoolLike
from querist.base.linear import logistic_probabilities
from querist.exceptions import InvalidParameterError
from querist.learners.codes import classes_and_codes
from querist.learners.newton import columns_reach, minimum
from querist.learners.row_weights import class_weights, row_weights

# Binary digits of decision values that a fit keeps; the search ends some 15 of them further on.
_DIGITS, _SHADES = 24, 10
# What helps the next fit alone.
_LEFT = ("_kept", "_start")


class NewtonLogisticRegression(ClassifierMixin, BaseEstimator):
    """L2-penalised logistic regression, fitted by Newton's method to its optimum, from nothing or from another fit.

    The model is that of `sklearn.linear_model.LogisticRegression` with the same `C`: with more than two classes the
    softmax of one linear function each. Solvers that stop early leave to their tolerance which of two rows is the less
    certain one; here the coefficients are those of the optimum, rounded to seven digits, so that where the fit began
    leaves no trace: the same rows and labels are the same model.

    Parameters
    ----------
    C : float, default=1.0
        Inverse of the strength of the penalty, above 0 and finite; the intercept is not penalised.
    class_weight : dict, "balanced" or None, default=None
        Weights of classes, by which those of the rows are multiplied: as in scikit-learn.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    coef_ : ndarray of shape (1, n_features) or (n_classes, n_features)
        Of two classes one row, for the second; in the precision of `X`.
    intercept_ : ndarray of shape (1,) or (n_classes,)
        Of more than two classes their mean is 0.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Only if `X` was a data frame with names.

    Notes
    -----
    Steps are those of Newton's method, cut by the slope along them where they are too long. Their Cholesky factor is
    kept while steps with it gain enough, in the fits after `start_from` too, where mostly the first one serves for all:
    a fit after a few more, fewer or other labels then takes some passes over the rows, O(n_rows * n_features) each,
    and else O(n_rows * n_features**2) a step. With fewer rows than features the search is in the span of the rows,
    with O(n_rows**3); of sparse rows, columns that do not occur are left out. Where that would take matrices
    of more than 600 rows (of more than two classes: n_classes * (n_features + 1) of them) the method is Newton's
    with conjugate gradients, to the same optimum.

    Examples
    --------
    >>> X, y = [[0.0], [0.2], [0.4], [0.6], [1.0]], ["no", "no", "yes", "no", "yes"]
    >>> model = NewtonLogisticRegression(C=10.0).fit(X, y)
    >>> model.predict([[0.1], [0.9]]).tolist()
    ['no', 'yes']
    >>> more = NewtonLogisticRegression(C=10.0).start_from(model).fit([*X, [0.1]], [*y, "no"])
    >>> more.coef_.round(3).tolist()
    [[2.558]]
    """

    # Scores of two classes are the logistic function of `X @ coef_[0] + intercept_[0]`, and nothing else.
    is_plain_logistic = True

    def __init__(
        self, *, C: float = 1.0, class_weight: Mapping[Any, float] | Literal["balanced"] | None = None
    ) -> None:
        self.C = C
        self.class_weight = class_weight

    def start_from(self, fitted: Self, *, n_same: int = 0) -> Self:
        """Let the next fit begin at the solution of another, if its classes and features are the same.

        Parameters
        ----------
        fitted : NewtonLogisticRegression
            It is not changed.
        n_same : int, default=0
            How many of the first rows of the next fit are rows of that one, value for value in the same order: this is
            not checked. Where all of them are, the fit is about the new rows first, and some of its passes over all
            rows fall away. Labels and weights may be others.

        Returns
        -------
        NewtonLogisticRegression
            This one.
        """
        self._start = fitted, n_same
        return self

    def fit(self, X: PoolLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit to the optimum.

        Parameters
        ----------
        X : array, sparse matrix or data frame of shape (n_rows, n_features)
        y : array-like of shape (n_rows,)
            Class labels, of at least two classes.
        sample_weight : array-like of shape (n_rows,), default=None
            How much each row counts, at least 0; None counts all alike.

        Returns
        -------
        NewtonLogisticRegression

        Raises
        ------
        ValueError
            If `X` or `y` cannot be used, as scikit-learn says it, or there is only one class.
        InvalidParameterError
            If `C` or `class_weight` cannot be used.

        Warns
        -----
        ConvergenceWarning
            If 200 steps did not lead to the optimum.
        """
        earlier, n_same = self.__dict__.pop("_start", (None, 0))
        if isinstance(self.C, bool) or not isinstance(self.C, int | float | np.number) or not 0 < self.C < np.inf:
            raise InvalidParameterError(
                f"C must be a finite number above 0, got {self.C!r}. "
                "Without a penalty there may be no optimum; sklearn.linear_model.LogisticRegression tries."
            )
        rows, labels = self._rows_and_labels(X, y)
        weights = None if sample_weight is None else row_weights(sample_weight, labels.size)
        if self.class_weight is not None:
            weights = class_weights(self.class_weight, labels, weights)
        if weights is not None and not weights.all():
            counted = np.flatnonzero(weights)
            rows, labels, weights, n_same = rows[counted], labels[counted], weights[counted], 0
        classes, codes = classes_and_codes(labels, getattr(earlier, "classes_", None))
        if classes.size < 2:
            raise ValueError(f"Logistic regression needs rows of two classes; all are of one class, {classes[0]!r}.")
        targets = (codes[:, np.newaxis] == np.arange(classes.size)).astype(np.float64)
        self.classes_: AnyArray = classes
        self._fit(rows, targets[:, 1:] if classes.size == 2 else targets, weights, earlier, n_same)
        return self

    def _fit(self, X: Any, targets: FloatArray, weights: FloatArray | None, earlier: Any, n_same: int) -> None:
        dtype, n_features, used = X.dtype, X.shape[1], None
        if scipy.sparse.issparse(X):
            X, used = _occurring(X)
        start, kept = None, None
        if earlier is not None and self._can_start_from(earlier, (targets.shape[1], n_features)):
            coef, kept = np.asarray(earlier.coef_, np.float64), getattr(earlier, "_kept", None)
            start = (coef if used is None else coef[:, used], np.asarray(earlier.intercept_, np.float64))
        weights = np.ones(len(targets)) if weights is None else weights
        rows, ridge = X.astype(np.float64, copy=False), 1.0 / self.C
        # Of sparse rows other columns occur each time.
        n_same = 0 if used is not None or earlier is None or earlier.C != self.C else n_same
        found = minimum(rows, targets, weights, ridge, start=start, kept=kept, n_same=n_same)
        if not found.found:
            _warn()
        coef, intercept = _rounded(found.coef, found.intercept, X if found.kept is None else found.kept.reach)
        if used is not None:
            # The penalty makes all others exactly 0.
            coef, occurring = np.zeros((len(coef), n_features)), coef
            coef[:, used] = occurring
        self.coef_: AnyArray = coef.astype(dtype, copy=False)
        self.intercept_: AnyArray = intercept.astype(dtype, copy=False)
        self._kept = found.kept

    def _can_start_from(self, earlier: Any, shape: tuple[int, int]) -> bool:
        return earlier.coef_.shape == shape and np.array_equal(earlier.classes_, self.classes_)

    def predict(self, X: PoolLike) -> AnyArray:
        """Return the likeliest class of each row."""
        values = self.decision_function(X)
        codes = (values > 0).astype(np.int64) if values.ndim == 1 else values.argmax(axis=1)
        predicted: AnyArray = self.classes_[codes]
        return predicted

    def predict_proba(self, X: PoolLike) -> AnyArray:
        """Return the class probabilities of each row, columns as in ``classes_``."""
        return logistic_probabilities(self.decision_function(X))

    def decision_function(self, X: PoolLike) -> AnyArray:
        """Return the decision values of each row: of two classes one, above 0 for the second; else one a class."""
        check_is_fitted(self)
        rows: Any = X
        if not (self._are_checked(X) and rows.shape[1] == self.n_features_in_):
            rows = validate_data(self, X, reset=False, **_TAKEN)
        coef = self.coef_.astype(rows.dtype, copy=False)
        values: AnyArray = np.asarray(rows @ (coef[0] if len(coef) == 1 else coef.T))
        values += self.intercept_[0] if len(coef) == 1 else self.intercept_
        return values

    def _rows_and_labels(self, X: Any, y: Any) -> tuple[Any, AnyArray]:
        if self._are_checked(X) and type(y) is np.ndarray and y.shape == X.shape[:1] and y.dtype.kind in "biuU":
            self.n_features_in_ = X.shape[1]
            return X, y
        checked: tuple[Any, AnyArray] = validate_data(self, X, y, **_TAKEN)
        check_classification_targets(checked[1])
        return checked

    def _are_checked(self, X: Any) -> bool:
        """Return whether rows are as sessions have them: scikit-learn's checks would take longer than the fit."""
        return (
            type(X) is np.ndarray
            and X.ndim == 2
            and X.size > 0
            and X.dtype in (np.float64, np.float32)
            and not hasattr(self, "feature_names_in_")
            # A sum is not finite when any of its terms is not.
            and (sklearn.get_config()["assume_finite"] or bool(np.isfinite(X.sum())))
        )

    def __getstate__(self) -> Any:
        return {name: value for name, value in super().__getstate__().items() if name not in _LEFT}

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


_TAKEN: dict[str, Any] = {"accept_sparse": "csr", "dtype": (np.float64, np.float32)}


def _occurring(X: Any) -> tuple[Any, AnyArray]:
    """Return sparse rows with the columns that occur in them alone, and which these are."""
    occurs = np.zeros(X.shape[1], bool)
    occurs[X.indices] = True
    used = np.flatnonzero(occurs)
    places = np.cumsum(occurs) - 1
    return scipy.sparse.csr_matrix((X.data, places[X.indices], X.indptr), shape=(X.shape[0], used.size)), used


def _rounded(coef: FloatArray, intercept: FloatArray, X: Any) -> tuple[FloatArray, FloatArray]:
    """Return coefficients and intercepts with 24 binary digits.

    Of what adds little to decision values there are fewer: none that is 2**-34 of what the largest column adds.

    Parameters
    ----------
    X : ndarray or CSR matrix of shape (n_rows, n_features), or ndarray of shape (n_features,)
        Rows, or the largest absolute value of each column.
    """
    if scipy.sparse.issparse(X):
        reach = np.full(X.shape[1], float(np.abs(X.data).max()) if X.nnz else 0.0)
    else:
        reach = X if X.ndim == 1 else columns_reach(X)
    reach = np.ldexp(1.0, np.frexp(np.where(reach > 0, reach, 1.0))[1])
    added = np.column_stack([coef * reach, intercept])
    sizes = np.frexp(np.abs(added))[1]
    # The logarithm of 0 is no size.
    least = int(np.frexp(np.abs(added).max())[1]) - _SHADES
    steps = np.ldexp(1.0, np.maximum(sizes, least) - _DIGITS)
    added = np.round(added / steps) * steps
    return added[:, :-1] / reach, added[:, -1]


def _warn() -> None:
    import warnings

    from sklearn.exceptions import ConvergenceWarning

    warnings.warn(
        "Newton's method has not come to the optimum in 200 steps. Scale the columns to like ranges, or lower C.",
        ConvergenceWarning,
        stacklevel=4,
    )
