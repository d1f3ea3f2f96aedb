"""Columns of numbers as a Gaussian kernel wants them: on one scale, gaps filled and marked, far values near."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import scipy.special

from querist._typing import AnyArray, FloatArray, IntArray

# Further out than this every row is equally far from all others; squares must not overflow in single precision.
_FARTHEST = 1e6


@dataclass(frozen=True, eq=False)
class KernelColumns:
    """What brings each column to mean 0 and variance 1, learned from some rows.

    A gap is put in the middle. Columns that had gaps have another that marks them.

    Attributes
    ----------
    gaps : ndarray of shape (n_marked,)
        The columns whose gaps are marked.
    knots : ndarray of shape (n_knots,), or None
        Values of all columns, ascending in each, which are mapped to normal quantiles; None: values as they are.
    heights : ndarray of shape (n_knots,), or None
        Those quantiles.
    ends : ndarray of shape (n_features + 1,)
        Where the knots of each column begin.
    centre, scale : ndarrays of shape (n_features + n_marked,)
    """

    gaps: IntArray
    knots: FloatArray | None
    heights: FloatArray | None
    ends: IntArray
    centre: FloatArray
    scale: FloatArray

    @classmethod
    def fitted(cls, X: FloatArray, weights: FloatArray, *, quantiles: bool) -> Self:
        """Learn from rows of shape (n_rows, n_features) and their weights, which are above 0."""
        gaps = np.flatnonzero(np.isnan(X).any(axis=0))
        knots = heights = None
        ends = np.zeros(1, np.int64)
        if quantiles:
            found = [_quantiles(column, weights) for column in X.T]
            ends = np.concatenate([[0], np.cumsum([values.size for values, _ in found])])
            knots = np.concatenate([values for values, _ in found])
            heights = np.concatenate([levels for _, levels in found])
        draft = cls(gaps, knots, heights, ends, np.zeros(0), np.zeros(0))
        wide = draft._widened(X)
        known = np.where(np.isnan(wide), 0.0, weights[:, np.newaxis])
        totals = np.maximum(known.sum(axis=0), np.finfo(float).tiny)
        centre = (known * np.nan_to_num(wide)).sum(axis=0) / totals
        spread = np.sqrt((known * np.square(np.nan_to_num(wide) - centre)).sum(axis=0) / totals)
        # Rounding makes a constant column vary a little.
        floor = 10 * np.finfo(float).eps * np.abs(np.nan_to_num(wide)).max(axis=0)
        return cls(gaps, knots, heights, ends, centre, np.where(spread > floor, spread, 1.0))

    def applied(self, X: FloatArray, dtype: Any) -> AnyArray:
        """Return rows of shape (n_rows, n_features + n_marked) in a precision."""
        scaled = np.clip((self._widened(X) - self.centre) / self.scale, -_FARTHEST, _FARTHEST)
        np.nan_to_num(scaled, copy=False)
        return scaled.astype(dtype, copy=False)

    def _widened(self, X: FloatArray) -> FloatArray:
        X = X.astype(np.float64, copy=False)
        marks = np.isnan(X[:, self.gaps])
        if self.knots is not None and self.heights is not None:
            columns = [slice(start, end) for start, end in zip(self.ends[:-1], self.ends[1:], strict=True)]
            mapped = [
                np.interp(values, self.knots[place], self.heights[place])
                for values, place in zip(X.T, columns, strict=True)
            ]
            X = np.column_stack(mapped)
        return np.column_stack([X, marks]) if self.gaps.size else X


def _quantiles(column: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the values that occur, ascending, and the normal quantile of the middle of each one's share."""
    known = ~np.isnan(column)
    if not known.any():
        return np.zeros(1), np.zeros(1)
    values, places = np.unique(column[known], return_inverse=True)
    shares = np.bincount(places, weights[known]) / weights[known].sum()
    return values, scipy.special.ndtri(np.cumsum(shares) - shares / 2)
