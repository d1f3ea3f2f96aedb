"""Small problems that the checks pose."""

import copy
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from querist._typing import AnyArray, FloatArray, IntArray, Model, Pool
from querist._validation import n_rows, unmarked_rows
from querist.base.strategy import QueryStrategy
from querist.exceptions import InvalidParameterError, ModelMismatchWarning, UnsupportedModelError


@dataclass(frozen=True)
class Problem:
    """A pool, some answers, and a model fitted on them."""

    X: Pool
    rows: IntArray
    labels: AnyArray
    model: Model

    @property
    def free(self) -> IntArray:
        """Row numbers without an answer, ascending."""
        return unmarked_rows(n_rows(self.X), self.rows)

    def query(self, strategy: QueryStrategy, **options: Any) -> tuple[IntArray, FloatArray]:
        """Return the chosen rows and the utilities that `strategy` gives."""
        arguments = {"model": self.model, "batch_size": 3, "random_state": 0} | options
        with warnings.catch_warnings():
            # A committee of other models is the user's choice, and no law forbids it.
            warnings.simplefilter("ignore", ModelMismatchWarning)
            return strategy.query(self.X, self.rows, self.labels, return_utilities=True, **arguments)

    def with_labels(self, labels: AnyArray) -> "Problem":
        """Return the same problem with other labels, and its model fitted anew."""
        return replace(self, labels=labels, model=copy.deepcopy(self.model).fit(self.X[self.rows], labels))


def gaussian(n_classes: int = 2, n_pool: int = 40) -> Problem:
    """A pool of three features, two answers more than two per class, unequal classes, naive Bayes.

    Values are multiples of 1/64 and not negative, so float32 holds them exactly and
    every kind of model takes them. No two rows are equal.
    """
    from sklearn.naive_bayes import GaussianNB

    rng = np.random.default_rng(20240611)
    truth = np.arange(n_pool) % n_classes
    centres = 2.0 + 0.6 * np.eye(3)[truth]
    X = np.clip(np.rint((centres + 0.7 * rng.standard_normal((n_pool, 3))) * 64) / 64, 0.0, None)
    rows = np.array([*range(2 * n_classes), 2 * n_classes, 3 * n_classes], np.int64)
    labels = truth[rows]
    return Problem(X, rows, labels, GaussianNB().fit(X[rows], labels))


def numeric(n_pool: int = 40) -> Problem:
    """The pool of `gaussian` with targets that are numbers, ten of them known, and Bayesian ridge regression.

    It takes few rows, says how sure it is, and does not depend on the order of its rows but for rounding.
    """
    from sklearn.linear_model import BayesianRidge

    X, rows = gaussian(n_pool=n_pool).X, np.arange(6 if n_pool < 20 else 10)
    targets = 10.0 * np.sin(X[rows, 0]) + X[rows, 1] * X[rows, 2]
    return Problem(X, rows, targets, BayesianRidge().fit(X[rows], targets))


def asks_for_classifiers(strategy: QueryStrategy) -> bool:
    """Whether a strategy asks on behalf of classifiers, and so is checked with them."""
    return "classification" in strategy.tasks


def usual(strategy: QueryStrategy, n_pool: int = 40) -> Problem:
    """Return a problem for a strategy: of two classes, or of numbers if it asks on behalf of regressors only."""
    return gaussian(2, n_pool) if asks_for_classifiers(strategy) else numeric(n_pool)


def solvable(strategy: QueryStrategy) -> Iterator[Problem]:
    """Yield the problems of two classes and of three, and the one of numbers, of which a strategy takes at least one.

    A strategy says by its `tasks` on behalf of which models it asks. It may be made for two
    classes, or need a parameter for more: then it says so by an error of Querist, and only
    that excuses it.
    """
    if "regression" in strategy.tasks:
        yield numeric()
    yield from of_classes(strategy)


def of_classes(strategy: QueryStrategy) -> Iterator[Problem]:
    """Yield the problem of two classes, and that of three unless the strategy refuses it; none for regressors only."""
    if not asks_for_classifiers(strategy):
        return
    yield gaussian(2)
    three = gaussian(3)
    try:
        three.query(copy.deepcopy(strategy))
    except (InvalidParameterError, UnsupportedModelError):
        return
    yield three


def same_utilities(left: FloatArray, right: FloatArray, *, tolerance: float = 1e-9) -> bool:
    """Whether two utilities agree, NaN for NaN, up to rounding."""
    return bool(np.allclose(left, right, rtol=tolerance, atol=tolerance, equal_nan=True))


def picks_agree(
    left: tuple[IntArray, FloatArray], right: tuple[IntArray, FloatArray], *, tolerance: float = 1e-9
) -> bool:
    """Whether two queries agree in utilities, and in rows where utilities differ by more than rounding."""
    if not same_utilities(left[1], right[1], tolerance=tolerance):
        return False
    return bool(
        np.array_equal(left[0], right[0]) or same_utilities(left[1][left[0]], left[1][right[0]], tolerance=tolerance)
    )


@contextmanager
def told(what: str) -> Iterator[None]:
    """Turn any error inside into an AssertionError that says `what` was tried."""
    try:
        yield
    except AssertionError:
        raise
    except Exception as error:
        raise AssertionError(f"{what}: {type(error).__name__}: {error}") from error
