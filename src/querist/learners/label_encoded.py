"""Any labels for classifiers that take only 0, 1, 2 ..."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils import check_array, column_or_1d, get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from querist._typing import AnyArray, Classifier, Model, PoolLike


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

    def __init__(self, estimator: Classifier) -> None:
        self.estimator = estimator

    def fit(self, X: PoolLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit a clone of the classifier on codes.

        Parameters
        ----------
        X : as the classifier takes it
        y : array-like of shape (n_rows,)
            Class labels of any kind.
        sample_weight : array-like of shape (n_rows,), default=None
            Passed to the classifier if it is given.

        Returns
        -------
        LabelEncoded

        Raises
        ------
        ValueError
            If `y` holds no class labels; whatever the classifier raises.
        """
        if y is None:
            raise ValueError("LabelEncoded requires y to be passed, but the target y is None.")
        labels = column_or_1d(check_array(y, ensure_2d=False, dtype=None, input_name="y"), warn=True)
        check_classification_targets(labels)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        self.estimator_: Model = clone(self.estimator).fit(X, codes, **weights)
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(self.estimator_, name):
                setattr(self, name, getattr(self.estimator_, name))
        return self

    def predict(self, X: PoolLike) -> AnyArray:
        """Return the likeliest class of each row, as the caller labelled it."""
        check_is_fitted(self)
        return self.classes_[np.asarray(self.estimator_.predict(X)).astype(np.intp)]

    @_inner_has("predict_proba")  # type: ignore[untyped-decorator]  # scikit-learn has no types
    def predict_proba(self, X: PoolLike) -> AnyArray:
        """Return the class probabilities of each row, columns as in ``classes_``."""
        check_is_fitted(self)
        proba: AnyArray = self.estimator_.predict_proba(X)
        return proba

    @_inner_has("decision_function")  # type: ignore[untyped-decorator]  # scikit-learn has no types
    def decision_function(self, X: PoolLike) -> AnyArray:
        """Return the decision values of each row."""
        check_is_fitted(self)
        values: AnyArray = self.estimator_.decision_function(X)
        return values

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator)
        tags.input_tags = inner.input_tags
        tags.classifier_tags.multi_class = inner.classifier_tags.multi_class
        tags.classifier_tags.poor_score = inner.classifier_tags.poor_score
        return tags
