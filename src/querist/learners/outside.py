"""Probabilities that another program gave, as a classifier of the pool's rows."""

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from querist._pool import NumberedRows
from querist._typing import AnyArray, FloatArray, IntArray, Pool
from querist.exceptions import UnsupportedModelError


class OutsideProbabilities(ClassifierMixin, BaseEstimator):
    """Answer for the rows of a pool, by their numbers, with probabilities that are given. Fitting changes nothing.

    Made by `Session(..., probabilities=...)`, which checks them.

    Parameters
    ----------
    probabilities : ndarray of shape (n_rows, n_classes), float64
        Rows add up to 1. Never copied; do not change it.
    classes : ndarray of shape (n_classes,)
        What the columns stand for.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        `classes`.

    Examples
    --------
    >>> from querist._pool import NumberedRows
    >>> model = OutsideProbabilities(np.array([[0.9, 0.1], [0.2, 0.8]]), np.array(["ham", "spam"]))
    >>> model.predict(NumberedRows(np.zeros((2, 1))))
    array(['ham', 'spam'], dtype='<U4')
    """

    def __init__(self, probabilities: FloatArray, classes: AnyArray) -> None:
        self.probabilities = probabilities
        self.classes = classes

    @property
    def classes_(self) -> AnyArray:
        """What the columns stand for."""
        return self.classes

    def fit(self, X: Pool, y: Any = None) -> Self:
        """Return itself: nobody here can train the other program."""
        return self

    def predict_proba(self, X: Pool) -> FloatArray:
        """Return the probabilities of rows of the pool.

        Raises
        ------
        UnsupportedModelError
            If they are other rows.
        """
        return np.asarray(self.probabilities[_numbers(X)])

    def predict(self, X: Pool) -> AnyArray:
        """Return the likeliest class of rows of the pool; of equal ones the first.

        Raises
        ------
        UnsupportedModelError
            If they are other rows.
        """
        return np.asarray(self.classes[self.predict_proba(X).argmax(axis=1)])

    def __deepcopy__(self, memo: Any) -> Self:
        # Nothing of it ever changes.
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True


def _numbers(X: Pool) -> IntArray:
    if not isinstance(X, NumberedRows):
        raise UnsupportedModelError(
            "Probabilities from outside are known for the rows of the pool only. To ask about others, add them: "
            "session.extend(X, probabilities=...)."
        )
    return X.numbers
