"""The models of the benchmark: the support vector machine that is trained, and the committee."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class GrowingKernel:
    """The kernel matrix of the labelled rows, ascending by row number, one row more at a time.

    libsvm wants it in one contiguous piece. Growing it in two buffers that take turns
    costs one pass over it; cutting it out of the whole matrix costs several.

    Parameters
    ----------
    kernel : ndarray of shape (n_rows, n_rows)
    capacity : int
        The most rows that will be labelled.
    """

    def __init__(self, kernel: Floats, capacity: int) -> None:
        self._kernel = kernel
        self._buffers = np.empty(capacity**2), np.empty(capacity**2)
        self.rows: Ints = np.empty(0, np.int64)

    @property
    def matrix(self) -> Floats:
        """The kernel among the labelled rows, contiguous."""
        return self._buffers[0][: self.rows.size**2].reshape(self.rows.size, self.rows.size)

    def add(self, row: int) -> None:
        """Add a row."""
        old, at = self.matrix, int(np.searchsorted(self.rows, row))
        self.rows = np.insert(self.rows, at, row)
        self._buffers = self._buffers[1], self._buffers[0]
        new = self.matrix
        new[:at, :at], new[:at, at + 1 :] = old[:at, :at], old[:at, at:]
        new[at + 1 :, :at], new[at + 1 :, at + 1 :] = old[at:, :at], old[at:, at:]
        new[at] = new[:, at] = self._kernel[row, self.rows]


class KernelSVC:
    """``SVC(kernel="rbf", gamma="auto", C=1)`` on a kernel that was computed once; its X is a column of row numbers.

    It is fitted from scratch after every answer, by the same libsvm, to the same
    tolerance and with the rows in the same order, so it is the published model.

    Parameters
    ----------
    kernel : ndarray of shape (n_rows, n_rows)
    y : ndarray of shape (n_rows,)
        The truth; only labels of added rows are read.
    capacity : int
        The most rows that will be labelled.

    Attributes
    ----------
    values : ndarray of shape (n_rows,)
        Decision values of all rows.
    """

    def __init__(self, kernel: Floats, y: Ints, capacity: int) -> None:
        self._kernel, self._y = kernel, y
        self._labelled = GrowingKernel(kernel, capacity)
        self.classes_ = np.empty(0, np.int64)
        self.values = np.zeros(len(y))
        self._weights, self._sums = np.zeros(len(y)), np.zeros(len(y))

    def add(self, row: int) -> None:
        """Answer a row."""
        self._labelled.add(row)

    def fit(self) -> Self:
        """Fit to the rows added so far."""
        rows = self._labelled.rows
        svc = SVC(kernel="precomputed").fit(self._labelled.matrix, self._y[rows])
        self.classes_ = svc.classes_
        weights = np.zeros_like(self._weights)
        weights[rows[svc.support_]] = svc.dual_coef_[0]
        # Most weights lie at the bound C and stay there: only the others change the sums. What
        # rounding adds over thousands of updates stays around 1e-12.
        changed = np.flatnonzero(weights != self._weights)
        self._sums += (weights - self._weights)[changed] @ self._kernel[changed]
        self._weights = weights
        self.values = self._sums + svc.intercept_[0]
        return self

    def decision_function(self, X: Floats) -> Floats:
        """Return the decision values of the rows whose numbers are in the only column of `X`."""
        return self.values[X[:, 0].astype(np.int64)]

    def accuracy(self, begin: int) -> float:
        """Return the share of right predictions among the rows from `begin` on."""
        predicted = self.classes_[(self.values[begin:] > 0).astype(np.int64)]
        return float((predicted == self._y[begin:]).mean())


class Bagged(ClassifierMixin, BaseEstimator):
    """A classifier fitted on a bootstrap sample, drawn again until it holds every class.

    Parameters
    ----------
    estimator : classifier
    random_state : int, default=None
        Querist draws it from the generator of the query where it is None.
    """

    def __init__(self, estimator: Any, random_state: int | None = None) -> None:
        self.estimator = estimator
        self.random_state = random_state

    def fit(self, X: Floats, y: Ints) -> Self:
        """Draw the sample and fit a clone."""
        self.classes_ = np.unique(y)
        rng = np.random.default_rng(self.random_state)
        drawn = rng.integers(len(y), size=len(y))
        while np.unique(y[drawn]).size < self.classes_.size:
            drawn = rng.integers(len(y), size=len(y))
        self.model_ = clone(self.estimator).fit(X[drawn], y[drawn])
        return self

    def predict(self, X: Floats) -> Ints:
        """Return the predicted labels."""
        labels: Ints = self.model_.predict(X)
        return labels


def committee() -> list[Any]:
    """Return the committee of the published table: four classifiers, each on a bootstrap sample of its own.

    Theirs estimates probabilities for the two machines, which take no part in the vote.
    """
    members = [LogisticRegression(), SVC(kernel="linear"), SVC(gamma="auto"), LinearDiscriminantAnalysis()]
    return [Bagged(member) for member in members]
