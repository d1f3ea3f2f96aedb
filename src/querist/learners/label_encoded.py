"""Any labels for classifiers that take only 0, 1, 2 ..."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from querist._typing import AnyArray, Classifier, FloatArray, Model, PoolLike
from querist._validation import n_rows
from querist.base.adapted import Adapted, keeps_contract, name_of
from querist.base.returned import as_array, as_probabilities
from querist.exceptions import UnsupportedModelError
from querist.learners.weighting import weight_keyword
from querist.learners.wrapping import Wrapper


class _Coded(Adapted):
    """A classifier of codes; of a network, which has a fixed number of outputs, those for the classes seen so far."""

    def predict(self, X: PoolLike) -> AnyArray:
        """Return the likeliest of the seen codes."""
        values = as_array(self.estimator_.predict(X))
        if values.dtype.kind in "iu" and values.size and values.max() >= self.classes_.size and self._has_outputs:
            codes: AnyArray = self.predict_proba(X).argmax(axis=1)
            return codes
        return self.as_told(values, n_rows(X))

    @available_if(lambda self: self._has_outputs)  # type: ignore[untyped-decorator]  # scikit-learn has no types
    def predict_proba(self, X: PoolLike) -> FloatArray:
        """Return the probabilities among the seen codes."""
        proba, n_seen = as_array(self.estimator_.predict_proba(X)), self.classes_.size
        if proba.ndim == 2 and proba.shape[1] > n_seen:
            proba = proba[:, :n_seen].astype(np.float64)
            proba /= np.maximum(proba.sum(axis=1, keepdims=True), np.finfo(np.float64).tiny)
        return as_probabilities(proba, n_rows(X), self.classes_, f"{name_of(self)}.predict_proba")

    @property
    def _has_outputs(self) -> bool:
        return hasattr(self.estimator_, "predict_proba")


def _is_binary_net(estimator: Model) -> bool:
    """Return whether it is skorch's network with one output, whose loss takes the codes as single floats."""
    return any(
        base.__name__ == "NeuralNetBinaryClassifier" and base.__module__.partition(".")[0] == "skorch"
        for base in type(estimator).__mro__
    )


def _inner_has(method: str) -> Any:
    return available_if(lambda self: hasattr(getattr(self, "estimator_", self.estimator), method))


class LabelEncoded(Wrapper):
    """Give a classifier the labels 0 to n_classes - 1 and give the caller's labels back.

    It stands in the classifier's place, see `querist.learners.wrapping.Wrapper`.

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
        UnsupportedModelError
            If it knows two classes only, and there are more.
        """
        self.classes_, codes = np.unique(self._labels(y), return_inverse=True)
        if _is_binary_net(self.estimator):
            if self.classes_.size > 2:
                raise UnsupportedModelError(
                    f"{name_of(self.estimator)} takes two classes, got {self.classes_.tolist()[:10]}. Use skorch's "
                    "NeuralNetClassifier, with one output for each class."
                )
            codes = codes.astype(np.float32)
        weights = {} if sample_weight is None else {weight_keyword(self.estimator) or "sample_weight": sample_weight}
        self.estimator_: Model = clone(self.estimator).fit(X, codes, **weights)
        self._take_names(self.estimator_)
        return self

    def predict(self, X: PoolLike) -> AnyArray:
        """Return the likeliest class of each row, as the caller labelled it."""
        check_is_fitted(self)
        predicted: AnyArray = self.classes_[self._coded().predict(X).astype(np.intp)]
        return predicted

    @_inner_has("predict_proba")  # type: ignore[untyped-decorator]  # scikit-learn has no types
    def predict_proba(self, X: PoolLike) -> AnyArray:
        """Return the class probabilities of each row, columns as in ``classes_``."""
        check_is_fitted(self)
        model = self._coded()
        proba: AnyArray = model.predict_proba(X)
        if model.classes_.tolist() == list(range(self.classes_.size)):
            return proba
        aligned = np.zeros((proba.shape[0], self.classes_.size), proba.dtype)
        aligned[:, model.classes_.astype(np.intp)] = proba
        return aligned

    @_inner_has("decision_function")  # type: ignore[untyped-decorator]  # scikit-learn has no types
    def decision_function(self, X: PoolLike) -> AnyArray:
        """Return the decision values of each row."""
        check_is_fitted(self)
        values: AnyArray = self._coded().decision_function(X)
        return values

    def _coded(self) -> Model:
        codes = np.arange(self.classes_.size)
        return self.estimator_ if keeps_contract(self.estimator_) else _Coded(self.estimator_, codes)

    @staticmethod
    def _lends(name: str) -> bool:
        # Methods too, such as those that tell a booster: codes are all that is between it and the caller.
        return not name.startswith("__")


class WeightlessLabelEncoded(LabelEncoded):
    """The same for a classifier whose ``fit`` takes no weights: ensembles look for them before they pass any."""

    def fit(self, X: PoolLike, y: ArrayLike) -> Self:  # type: ignore[override]  # it takes less on purpose
        """Fit a clone of the classifier on codes; see `LabelEncoded.fit`."""
        return super().fit(X, y)


def label_encoded(estimator: Classifier) -> LabelEncoded:
    """Return a classifier that gives this one codes for labels."""
    return LabelEncoded(estimator) if weight_keyword(estimator) is not None else WeightlessLabelEncoded(estimator)
