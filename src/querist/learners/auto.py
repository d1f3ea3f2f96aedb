"""A sensible classifier for whatever features come in."""

from typing import Any, Self

import numpy as np
import scipy.sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression

from querist._typing import AnyArray, Model, Pool


class AutoClassifier(ClassifierMixin, BaseEstimator):
    """Extra trees for tables; logistic regression, balanced and lightly regularised, for sparse (text) features.

    Of the usual classifiers these are the strongest, or among the strongest, at 50 to 1,000
    labels (``benchmarks/learners``). On TF-IDF, whose rows have length 1, the usual C=1 shrinks
    so much that with few labels only the largest class is ever predicted.

    Parameters
    ----------
    C : float, default=10.0
        Inverse of the strength of the regularisation; for sparse features.
    class_weight : dict, "balanced" or None, default="balanced"
        For sparse features.
    random_state : int or None, default=None
        Passed to the classifier.

    Attributes
    ----------
    estimator_ : classifier
        The fitted one.
    classes_ : ndarray of shape (n_classes,)

    Examples
    --------
    >>> import numpy as np
    >>> auto = AutoClassifier(random_state=0).fit(np.eye(4), ["a", "a", "b", "b"])
    >>> type(auto.estimator_).__name__
    'ExtraTreesClassifier'
    """

    def __init__(
        self,
        *,
        C: float = 10.0,
        class_weight: dict[Any, float] | str | None = "balanced",
        random_state: int | None = None,
    ) -> None:
        self.C = C
        self.class_weight = class_weight
        self.random_state = random_state

    def fit(self, X: Pool, y: Any) -> Self:
        """Choose by the kind of `X` and fit."""
        if scipy.sparse.issparse(X):
            self.estimator_: Model = LogisticRegression(
                C=self.C,
                class_weight=self.class_weight,
                solver="newton-cg",
                max_iter=2000,
                random_state=self.random_state,
            )
            _fit_on_used_columns(self.estimator_, X, y)
        else:
            self.estimator_ = ExtraTreesClassifier(random_state=self.random_state).fit(X, y)
        self.classes_: AnyArray = self.estimator_.classes_
        self.n_features_in_ = X.shape[1]
        return self

    def predict(self, X: Pool) -> AnyArray:
        """Return the likeliest class of each row."""
        predicted: AnyArray = self.estimator_.predict(X)
        return predicted

    def predict_proba(self, X: Pool) -> AnyArray:
        """Return the class probabilities of each row, columns as in ``classes_``."""
        proba: AnyArray = self.estimator_.predict_proba(X)
        return proba

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _fit_on_used_columns(model: LogisticRegression, X: Any, y: Any) -> None:
    """Fit on the columns that occur; the penalty sets the coefficients of the others to exactly 0.

    Few labelled texts use few of the pool's words: with 500 of them and 75 classes
    this, and Newton's method, take 0.15 s where all columns with L-BFGS take 36.
    """
    used = np.unique(X.indices)
    # In single precision the line search would stop short of the tolerance.
    model.fit(X[:, used].astype(np.float64), y)
    coefficients = np.zeros((model.coef_.shape[0], X.shape[1]))
    coefficients[:, used] = model.coef_
    model.coef_, model.n_features_in_ = coefficients, X.shape[1]
