"""The few rows among which the most uncertain ones are, found without looking at all rows closely.

For linear models. From one fit to the next they change little, and by how much a row's decision value can have changed
follows from how much the coefficients have, and the row's norm. So rows that were far from being asked need not be
looked at again before enough has changed for them to come near.
"""

from typing import Any, NamedTuple, Self

import numpy as np
import scipy.sparse

from querist._blocks import cached_blocks, row_blocks
from querist._typing import FloatArray, IntArray, Pool
from querist._validation import take_rows
from querist.base.blocks import pool_width
from querist.base.context import QueryContext
from querist.base.linear import Linear, working_type
from querist.base.memory import Memory
from querist.base.open_rows import OpenRows

# Values of a pool below which to look at all of them takes no longer than to find out which.
FEWEST_VALUES = 1 << 17
# Where so large a part of the rows is in question, all gaps are measured anew.
_MOST_IN_QUESTION = 1 / 12
# How many of the nearest rows are measured first, to know how near the rest must be.
_FRONT = 64
# A decision value that few rows have.
_FAR = 10.0
# Rows of which the mean is taken.
_SAMPLE = 10_000
# Gaps and norms are kept as singles, whose rounding this outweighs.
_SINGLE = 1e-6


class Shortlist(NamedTuple):
    """Candidates among which the batch is.

    Attributes
    ----------
    rows : ndarray of shape (n,)
        Row numbers, ascending.
    utilities : ndarray of shape (n,)
        Theirs: such as depend on nothing but the row, whatever other rows are here.
    drawn_of : int or None
        Where the highest are a simple random sample: of how many rows.
    """

    rows: IntArray
    utilities: FloatArray
    drawn_of: int | None = None


def n_values(X: Pool) -> int:
    """Return how many values an array or a sparse matrix holds; of other pools, which have no shortlist, 0."""
    if scipy.sparse.issparse(X):
        return int(X.nnz)
    return int(X.size) if isinstance(X, np.ndarray) else 0


def shortlist(linear: Linear, context: QueryContext, n: int, utilities: FloatArray | None) -> Shortlist:
    """Return the candidates among which the `n` most uncertain ones are.

    Parameters
    ----------
    linear : Linear
        Of the context's model.
    context : QueryContext
        Its pool as `linear_of` takes it.
    n : int
        At most n_candidates.
    utilities : ndarray of shape (n_candidates,), default=None
        Uncertainties of all candidates, where they are known.
    """
    if utilities is None:
        rows = in_question(linear, context.X, context.open_rows, n, context.memory)
    else:
        cut = np.partition(utilities, utilities.size - n)[utilities.size - n]
        rows = context.candidates[utilities >= cut - linear.rounding(_FAR, context.X.dtype)]
    return Shortlist(rows, linear.utilities(linear.settled_values(take_rows(context.X, rows))))


def in_question(linear: Linear, X: Pool, open_rows: OpenRows, n: int, memory: Memory | None) -> IntArray:
    """Return rows among which the `n` most uncertain ones are.

    Parameters
    ----------
    linear : Linear
        Of two classes or more.
    X : ndarray or CSR matrix of shape (n_rows, n_features)
        Finite.
    open_rows : OpenRows
        At least `n`.
    n : int
    memory : Memory or None
        Where gaps and norms are kept: two singles a row. Not used for a pool on disk.

    Returns
    -------
    ndarray of row numbers
        Ascending. Rows that come as near as the n-th, up to rounding, are all there.

    Raises
    ------
    QueristError
        If a decision value is not finite.

    Notes
    -----
    Without a memory one pass over the rows, O(n) memory beyond a block. With one, a comparison for each row of the pool
    and a look at those in question, which mostly are few.
    """
    if memory is None or isinstance(getattr(X, "data", X) if scipy.sparse.issparse(X) else X, np.memmap):
        return _nearest(linear, X, open_rows, n)
    return memory.kept(KeptGaps, X).in_question(linear, open_rows, n)


def _nearest(linear: Linear, X: Pool, open_rows: OpenRows, n: int) -> IntArray:
    """Return the nearest rows in one pass that keeps no more than a few times as many."""
    rows, gaps = np.empty(0, np.int64), np.empty(0)
    cut, largest = np.inf, 0.0
    for block in row_blocks(X.shape[0], max(pool_width(X), len(linear.coef))):
        is_open = open_rows.mask[block]
        if not is_open.any():
            continue
        values = linear.values(take_rows(X, block))
        largest = max(largest, float(np.abs(values).max()))
        found = linear.gaps(values)
        near = np.flatnonzero((found <= cut) & is_open)
        rows, gaps = np.append(rows, near + block.start), np.append(gaps, found[near].astype(np.float64))
        if gaps.size > 4 * n or (cut == np.inf and gaps.size >= n):
            cut = float(np.partition(gaps, n - 1)[n - 1]) + linear.rounding(largest, X.dtype)
            rows, gaps = rows[gaps <= cut], gaps[gaps <= cut]
    if gaps.size > n:
        cut = float(np.partition(gaps, n - 1)[n - 1]) + linear.rounding(largest, X.dtype)
        rows = rows[gaps <= cut]
    return rows


class KeptGaps:
    """How far each row of a pool was from being asked when all were measured, and how far that can have changed.

    Eight bytes a row.

    Parameters
    ----------
    X : ndarray or CSR matrix of shape (n_rows, n_features)
        Finite.
    """

    def __init__(self, X: Any) -> None:
        self._X = X
        self._linear: Linear | None = None
        self._gaps = np.empty(0, np.float32)
        self._largest = 0.0
        # The nearest rows when they were measured, nearest first.
        self._front: IntArray = np.empty(0, np.int64)
        # Norms of rows, and what is taken from them before: 0 where that would make sparse rows dense.
        self._norms = np.empty(0, np.float32)
        self._centre: FloatArray = np.zeros(X.shape[1])

    @classmethod
    def of(cls, matrix: Any) -> Self:
        """See `querist.base.memory.Keepable`."""
        return cls(matrix)

    def in_question(self, linear: Linear, open_rows: OpenRows, n: int) -> IntArray:
        """Return what `in_question` does."""
        found = self._by_bound(linear, open_rows, n)
        if found is None:
            self._measure(linear, open_rows, n)
            found = self._by_gaps(linear, open_rows, n)
        return found

    def _by_bound(self, linear: Linear, open_rows: OpenRows, n: int) -> IntArray | None:
        """Return the rows in question by how much the model has changed; None if all are to be measured anew."""
        before = self._linear
        if before is None or before.kind != linear.kind or before.coef.shape != linear.coef.shape:
            return None
        front = self._front[open_rows.mask[self._front]]
        if front.size < n:
            return None
        by_norm, for_all = linear.centred(self._centre).change(before.centred(self._centre))
        gaps = linear.gaps(linear.settled_values(self._X[front]))
        largest = self._largest + by_norm * float(self._norms.max()) + for_all
        near = float(np.partition(gaps, n - 1)[n - 1]) + 2.0 * linear.rounding(largest, self._X.dtype)
        reach = self._norms * np.float32(linear.steepest * by_norm * (1.0 + _SINGLE))
        reach += np.float32((near + linear.steepest * for_all) * (1.0 + _SINGLE))
        found = np.flatnonzero(self._gaps <= reach)
        if found.size > _MOST_IN_QUESTION * self._gaps.size:
            return None
        return found[open_rows.mask[found]]

    def _measure(self, linear: Linear, open_rows: OpenRows, n: int) -> None:
        n_rows, is_first = self._X.shape[0], not self._norms.size
        self._linear, self._largest = linear, 0.0
        self._gaps = np.empty(n_rows, np.float32)
        if is_first:
            self._norms, self._centre = np.empty(n_rows, np.float32), _centre(self._X)
        for block in cached_blocks(n_rows, max(pool_width(self._X), len(linear.coef))):
            rows = take_rows(self._X, block)
            values = linear.values(rows)
            self._largest = max(self._largest, float(values.max()), -float(values.min()))
            self._gaps[block] = linear.gaps(values)
            if is_first:
                self._norms[block] = _norms(rows, self._centre)
        self._gaps *= np.float32(1.0 - _SINGLE)
        self._front = self._nearest(open_rows, max(_FRONT, 4 * n))

    def _by_gaps(self, linear: Linear, open_rows: OpenRows, n: int) -> IntArray:
        """Return the rows in question where all have just been measured."""
        last = float(self._gaps[self._front[min(n, self._front.size) - 1]])
        cut = (last + linear.rounding(self._largest, self._X.dtype)) * (1.0 + 4.0 * _SINGLE)
        found = np.flatnonzero(self._gaps <= np.float32(cut))
        return found[open_rows.mask[found]]

    def _nearest(self, open_rows: OpenRows, n: int) -> IntArray:
        """Return the `n` nearest open rows, or all, nearest first."""
        gaps = np.where(open_rows.mask, self._gaps, np.float32(np.inf))
        n = min(n, open_rows.size)
        found = np.argpartition(gaps, n - 1)[:n]
        return found[np.argsort(gaps[found], kind="stable")]


def _centre(X: Any) -> FloatArray:
    """Return a point in the midst of the rows; 0 of sparse ones, which would not stay sparse."""
    if scipy.sparse.issparse(X):
        return np.zeros(X.shape[1])
    some = X[:: max(X.shape[0] // _SAMPLE, 1)]
    # As the rows have it, so that no rounding lies between the two.
    return np.asarray(some.mean(axis=0, dtype=np.float64).astype(working_type(X.dtype)), np.float64)


def _norms(rows: Any, centre: FloatArray) -> FloatArray:
    """Return the distances of rows from a point, a little rounded up."""
    dtype = working_type(rows.dtype)
    if scipy.sparse.issparse(rows):
        rows = rows.astype(dtype, copy=False)
        squares = np.asarray(rows.multiply(rows).sum(axis=1), np.float64).ravel()
    else:
        apart = rows - centre.astype(dtype)
        squares = np.einsum("ij,ij->i", apart, apart)
    found: FloatArray = np.sqrt(squares) * (1.0 + 8.0 * _SINGLE)
    return found
