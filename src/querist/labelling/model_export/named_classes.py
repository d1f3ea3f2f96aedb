"""`NamedClasses`: a classifier of class numbers that says names."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils.metaestimators import available_if

from querist._typing import AnyArray, Model, Pool
from querist.base.adapted import adapted


def _has_probabilities(self: "NamedClasses") -> bool:
    return hasattr(getattr(self, "estimator_", self.estimator), "predict_proba")


class NamedClasses(ClassifierMixin, BaseEstimator):
    """Gives the classes of a classifier their names.

    Classes of a project are numbers: a name may change. What a model says depends on the order of its classes, so it is
    fitted on the numbers, and names are put on what it says.

    Parameters
    ----------
    estimator : classifier
    numbers : sequence of int
    names : sequence of str
        Of the same length.

    Attributes
    ----------
    estimator_ : classifier
        Fitted on numbers.
    classes_ : ndarray of shape (n_classes,)
        Names, in the order of the columns of `predict_proba`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.naive_bayes import GaussianNB
    >>> model = NamedClasses(GaussianNB(), numbers=[7, 9], names=["spam", "ham"])
    >>> model.fit(np.array([[0.0], [0.1], [1.0], [1.1]]), [7, 7, 9, 9]).predict([[0.9]]).tolist()
    ['ham']
    """

    def __init__(self, estimator: Model, *, numbers: Sequence[int], names: Sequence[str]) -> None:
        self.estimator = estimator
        self.numbers = numbers
        self.names = names

    @classmethod
    def of(cls, fitted: Model, *, numbers: Sequence[int], names: Sequence[str]) -> Self:
        """Put names on a classifier that is fitted already."""
        return cls(clone(fitted), numbers=numbers, names=names)._adopt(fitted)

    def fit(self, X: Pool, y: Any) -> Self:
        """Fit a clone of the classifier on numbers."""
        return self._adopt(clone(self.estimator).fit(X, y))

    def predict(self, X: Pool) -> AnyArray:
        """Return the name of the likeliest class of each row."""
        places = {number: place for place, number in enumerate(self.estimator_.classes_.tolist())}
        named: AnyArray = self.classes_[[places[number] for number in self.estimator_.predict(X).tolist()]]
        return named

    @available_if(_has_probabilities)  # type: ignore[untyped-decorator]  # scikit-learn has no types
    def predict_proba(self, X: Pool) -> AnyArray:
        """Return the class probabilities of each row, columns as in ``classes_``."""
        proba: AnyArray = self.estimator_.predict_proba(X)
        return proba

    def _adopt(self, fitted: Model) -> Self:
        name_of = dict(zip(self.numbers, self.names, strict=True))
        self.estimator_ = adapted(fitted, np.array(self.numbers))
        self.classes_: AnyArray = np.array([name_of[number] for number in self.estimator_.classes_.tolist()])
        return self
