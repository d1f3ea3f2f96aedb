"""Any labels for classifiers that take only 0, 1, 2 ..."""

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils.metaestimators import available_if

from querist._typing import AnyArray, Model, Pool


def needs_encoding(estimator: Model) -> bool:
    """Return whether a classifier (or the last step of a pipeline) takes only labels 0 to n_classes - 1."""
    last = estimator.steps[-1][1] if hasattr(estimator, "steps") else estimator
    return type(last).__module__.partition(".")[0] == "xgboost"


def _inner_has(method: str) -> Any:
    return available_if(lambda self: hasattr(getattr(self, "estimator_", self.estimator), method))


class LabelEncoded(ClassifierMixin, BaseEstimator):
    """Give a classifier the labels 0 to n_classes - 1 and give the caller's labels back.

    Parameters
    ----------
    estimator : classifier
        Cloned, then fitted on codes.

    Attributes
    ----------
    estimator_ : classifier
        The fitted one.
    classes_ : ndarray of shape (n_classes,)
        The caller's labels, sorted.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.naive_bayes import GaussianNB
    >>> model = LabelEncoded(GaussianNB()).fit(np.array([[0.0], [0.1], [1.0], [1.1]]), ["no", "no", "yes", "yes"])
    >>> model.estimator_.classes_, model.predict([[0.9]])
    (array([0, 1]), array(['yes'], dtype='<U3'))
    """

    def __init__(self, estimator: Model) -> None:
        self.estimator = estimator

    def fit(self, X: Pool, y: Any) -> Self:
        """Fit a clone of the classifier on codes."""
        self.classes_, codes = np.unique(np.asarray(y), return_inverse=True)
        self.estimator_: Model = clone(self.estimator).fit(X, codes)
        return self

    def predict(self, X: Pool) -> AnyArray:
        """Return the likeliest class of each row, as the caller labelled it."""
        return self.classes_[np.asarray(self.estimator_.predict(X)).astype(np.intp)]

    @_inner_has("predict_proba")  # type: ignore[untyped-decorator]  # scikit-learn has no types
    def predict_proba(self, X: Pool) -> AnyArray:
        """Return the class probabilities of each row, columns as in ``classes_``."""
        proba: AnyArray = self.estimator_.predict_proba(X)
        return proba

    @_inner_has("decision_function")  # type: ignore[untyped-decorator]
    def decision_function(self, X: Pool) -> AnyArray:
        """Return the decision values of each row."""
        values: AnyArray = self.estimator_.decision_function(X)
        return values
