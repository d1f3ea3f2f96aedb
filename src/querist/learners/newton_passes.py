"""Passes over the rows of a logistic loss: what a step makes of decision values, and the gradient there, in one go.

A pass reads each block of rows once, for both products with it: on many rows reading them is what takes the time.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse
import scipy.special

from querist._blocks import cached_blocks
from querist._typing import FloatArray, IntArray

# Of rows that were there before, this share at most may have other labels now; else all is begun anew.
_MOST_CHANGED = 0.1


@dataclass(frozen=True)
class Kept:
    """What a fit leaves for the next one, of which the first rows are the same.

    Attributes
    ----------
    theta : ndarray of shape (n_features + 1, n_outputs)
        Coefficients, the intercepts last, before they are rounded.
    lag : ndarray of that shape
        The last step, which `values` know nothing of.
    values : ndarray of shape (n_rows, n_outputs)
        Decision values at ``theta - lag``.
    targets, weights : ndarray of shape (n_rows, n_outputs), (n_rows,)
    reach : ndarray of shape (n_features,)
        The largest absolute value of each column.
    matrix : ndarray of shape (n_unknowns, n_unknowns)
        Second derivatives without those of the penalty, about there.
    factor : ndarray of that shape
        The Cholesky factor with which the last steps were made.
    """

    theta: FloatArray
    lag: FloatArray
    values: FloatArray
    targets: FloatArray
    weights: FloatArray
    reach: FloatArray
    matrix: FloatArray
    factor: FloatArray


class Passes:
    """Where a search stands: coefficients, and the decision values of all rows.

    Parameters
    ----------
    X : ndarray or CSR matrix of shape (n_rows, n_features)
    targets : ndarray of shape (n_rows, n_outputs)
    weights : ndarray of shape (n_rows,)
    ridge : float
    theta : ndarray of shape (n_features + 1, n_outputs)
        Where it begins; changed.
    reach : ndarray of shape (n_features,), default=None
        The largest absolute value of each column; with it the length of a step is bounded, without it measured.

    Attributes
    ----------
    largest : float
        The largest absolute decision value.
    """

    def __init__(
        self,
        X: Any,
        targets: FloatArray,
        weights: FloatArray,
        ridge: float,
        theta: FloatArray,
        reach: FloatArray | None = None,
    ) -> None:
        self.X, self.targets, self.weights, self.ridge, self.theta = X, targets, weights, ridge, theta
        self.reach = reach
        self.values: FloatArray = np.empty(targets.shape)
        self.largest = 0.0
        # What the values know nothing of yet.
        self.lag: FloatArray | None = None
        self._along: FloatArray | None = None
        # To cut sparse rows costs more than it saves.
        self._blocks = [slice(0, X.shape[0])] if scipy.sparse.issparse(X) else list(cached_blocks(*X.shape))

    def begin(self) -> FloatArray:
        """Make the values anew from the coefficients; return the gradient."""
        self.lag = None
        return self._pass(None)

    def go_on(self, kept: Kept, changed: IntArray) -> tuple[FloatArray, IntArray]:
        """Take the values of another fit, whose rows were the first of these, at whose optimum this search begins.

        Parameters
        ----------
        kept : Kept
        changed : ndarray
            Which of its rows have other labels now: `changed_rows`.

        Returns
        -------
        gradient : ndarray of shape (n_features + 1, n_outputs)
            There the old rows have none, but for those that changed their labels.
        fresh : ndarray
            Which rows are new.
        """
        n_old = len(kept.values)
        before = kept.theta - kept.lag
        fresh, rows = np.arange(n_old, len(self.targets)), self.X[n_old:]
        self.values = np.concatenate([kept.values, rows @ before[:-1] + before[-1]])
        self.lag = kept.lag
        self.largest = float(np.abs(self.values).max())
        gradient = self._gradient(rows, fresh, self.targets[n_old:])
        if changed.size:
            left = self.weights[changed, np.newaxis] * (kept.targets[changed] - self.targets[changed])
            gradient[:-1] += self.X[changed].T @ left
            gradient[-1] += left.sum(axis=0)
        return gradient, fresh

    def proba_of(self, rows: IntArray) -> FloatArray:
        """Return probabilities of some rows at the coefficients."""
        values = self.values[rows]
        if self.lag is not None:
            values = values + self.X[rows] @ self.lag[:-1] + self.lag[-1]
        return probabilities(values)

    def _gradient(self, X: Any, rows: IntArray, targets: FloatArray) -> FloatArray:
        """Return what some rows add to the gradient."""
        left = self.weights[rows, np.newaxis] * (self.proba_of(rows) - targets)
        return np.concatenate([np.asarray(X.T @ left), left.sum(axis=0, keepdims=True)])

    def length(self, step: FloatArray) -> float:
        """Return by how much decision values change along a step at most, relative to the largest."""
        if self.reach is not None:
            along = float((self.reach @ np.abs(step[:-1]) + np.abs(step[-1])).max())
        else:
            self._along = self.X @ step[:-1] + step[-1]
            along = float(np.abs(self._along).max())
        return along / max(1.0, self.largest)

    def move(self, step: FloatArray, *, anew: bool) -> FloatArray:
        """Go a whole step; return the gradient there.

        Parameters
        ----------
        step : ndarray of shape (n_features + 1, n_outputs)
            The last one that `length` was asked of.
        anew : bool
            Whether values are made from the coefficients instead of added up: after long steps sums would carry the
            rounding of large values along.
        """
        self.theta += step
        if anew:
            return self.begin()
        if self._along is not None:
            self.values += self._along
            return self._pass(np.zeros_like(step))
        step = step if self.lag is None else self.lag + step
        self.lag = None
        return self._pass(step)

    def along(self, step: FloatArray) -> FloatArray:
        """Return by how much decision values change along a step."""
        return np.asarray(self._along if self._along is not None else self.X @ step[:-1] + step[-1])

    def leave(self, step: FloatArray) -> None:
        """Go the last step, which values need not know of."""
        self.theta += step
        self.lag = step if self.lag is None else self.lag + step

    def _pass(self, step: FloatArray | None) -> FloatArray:
        """Add what a step does to the values, or make them anew; return the gradient."""
        gradient = np.zeros_like(self.theta)
        self.largest, adds = 0.0, step is None or bool(step.any())
        for block in self._blocks:
            rows = self.X[block] if len(self._blocks) > 1 else self.X
            values = self.values[block]
            if step is None:
                values[:] = rows @ self.theta[:-1]
                values += self.theta[-1]
            elif adds:
                values += rows @ step[:-1]
                values += step[-1]
            self.largest = max(self.largest, float(values.max()), -float(values.min()))
            left = probabilities(values)
            left -= self.targets[block]
            left *= self.weights[block, np.newaxis]
            gradient[:-1] += rows.T @ left
            gradient[-1] += left.sum(axis=0)
        gradient[:-1] += self.ridge * self.theta[:-1]
        return gradient


def probabilities(values: FloatArray) -> FloatArray:
    """Return the probabilities of decision values of shape (n, n_outputs): of one column that of the second class."""
    if values.shape[1] == 1:
        one: FloatArray = scipy.special.expit(values)
        return one
    proba: FloatArray = values - values.max(axis=1, keepdims=True)
    np.exp(proba, out=proba)
    proba /= proba.sum(axis=1, keepdims=True)
    return proba


def changed_rows(kept: Kept | None, targets: FloatArray, weights: FloatArray, n_same: int) -> IntArray | None:
    """Return which rows of an earlier fit have other labels now; None if a search cannot go on from what it left.

    Parameters
    ----------
    n_same : int
        How many of the first rows are those of the earlier fit.
    """
    if kept is None or n_same < len(kept.values) or n_same > len(targets) or kept.targets.shape[1] != targets.shape[1]:
        return None
    n_old = len(kept.values)
    changed = np.flatnonzero((kept.targets != targets[:n_old]).any(axis=1))
    return changed if changed.size <= _MOST_CHANGED * n_old and np.array_equal(kept.weights, weights[:n_old]) else None
