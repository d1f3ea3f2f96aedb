"""The data that every library is given."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Problem:
    """A pool, a test part and where to start.

    Attributes
    ----------
    X, y : ndarray of shape (n_rows, n_features), (n_rows,)
        The pool and the truth.
    labelled : ndarray of shape (n_labelled,)
        Row numbers of the initial set.
    each : bool
        Whether test accuracy is wanted after every fit, or after the last one only.
    """

    X: Floats
    y: Ints
    X_test: Floats
    y_test: Ints
    labelled: Ints
    n_queries: int
    each: bool

    @staticmethod
    def estimator(**params: Any) -> Any:
        """Return the classifier."""
        from sklearn.linear_model import LogisticRegression

        return LogisticRegression(random_state=42, max_iter=2000, **params)

    def accuracy(self, predicted: Ints) -> float:
        """Return the share of right predictions on the test part."""
        return float((np.asarray(predicted) == self.y_test).mean())

    def wants(self, query: int) -> bool:
        """Whether accuracy is wanted after this query (0: before the first)."""
        return self.each or query == self.n_queries


def tutorial() -> Problem:
    """The tutorial's 1,000 rows: 900 of pool, 100 of test, 90 labelled at the start, 20 queries."""
    from sklearn.datasets import make_classification
    from sklearn.model_selection import train_test_split

    X, y = make_classification(
        n_samples=1000, n_features=10, n_informative=5, n_redundant=0, n_classes=2,
        n_clusters_per_class=1, flip_y=0.1, random_state=42,
    )  # fmt: skip
    X, X_test, y, y_test = train_test_split(X, y, test_size=0.1, random_state=42, stratify=y)
    labelled, _ = train_test_split(np.arange(len(y)), test_size=0.9, random_state=42, stratify=y)
    return Problem(X, y, X_test, y_test, labelled, n_queries=20, each=True)


def linear(n_rows: int, n_labelled: int, n_queries: int, n_features: int = 50) -> Problem:
    """Normal rows with a noisy linear boundary, in O(1) memory beyond them, so that peaks of memory show."""
    rng = np.random.default_rng(0)
    X, y = np.empty((n_rows, n_features)), np.empty(n_rows, np.int64)
    weights = rng.standard_normal(n_features)
    for start in range(0, n_rows, 10_000):
        block = X[start : start + 10_000]
        rng.standard_normal(out=block)
        y[start : start + 10_000] = block @ weights + 2.0 * rng.standard_normal(len(block)) > 0
    X_test = rng.standard_normal((1000, n_features))
    y_test = (X_test @ weights > 0).astype(np.int64)
    labelled = np.sort(rng.choice(n_rows, n_labelled, replace=False))
    return Problem(X, y, X_test, y_test, labelled, n_queries=n_queries, each=False)


def probabilities(n_rows: int, n_classes: int = 10) -> Floats:
    """Random rows that sum to one."""
    proba = np.random.default_rng(0).standard_exponential((n_rows, n_classes))
    proba /= proba.sum(axis=1, keepdims=True)
    return proba
