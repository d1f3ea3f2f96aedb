"""The audit's order: one permanent random number per row, and how far it has been answered."""

import math
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np

from querist import _random
from querist._blocks import row_blocks
from querist._typing import BoolArray, FloatArray, IntArray

# From row numbers, ascending, to the random number of each.
NumbersOf: TypeAlias = Callable[[IntArray], FloatArray]
# From a bound and a mask of rows, or None for all, to those of these rows whose number is below it, ascending.
RowsBelow: TypeAlias = Callable[[float, BoolArray | None], IntArray]
# A head of the order that is looked for is at least so long: shorter ones cost as much.
_SHORTEST = 1 << 14

# With this purpose the labelling page has always derived its numbers: a project's never change.
_PURPOSE = "permanent random numbers"
_PROMISE = "numbers of a promise"


class AuditPrefix(NamedTuple):
    """The part of the audit order that is answered.

    Attributes
    ----------
    rows : ndarray of shape (n_audited,)
        The audit sample, in audit order.
    skipped : ndarray of shape (n_skipped,)
        Rows of the same part that nobody could answer. They belong to the random sample: an
        estimate that leaves them out must say what they could change.
    """

    rows: IntArray
    skipped: IntArray


def audit_numbers(seed: int, rows: IntArray) -> FloatArray:
    """Return the permanent random number of each row, uniform in [0, 1).

    A pure function of the seed and the row number: rows that come later get theirs, and nobody
    else's changes. Strategies must never see them: what they choose is then independent of the
    order, and the answered part of the order stays a simple random sample of the pool.

    Parameters
    ----------
    seed : int
        The session's or the project's.
    rows : ndarray of shape (n,)
        Row numbers.

    References
    ----------
    .. [1] E. Ohlsson, "Coordination of samples using permanent random numbers", in Business Survey
       Methods (ed. B. G. Cox et al.), Wiley, 1995, doi:10.1002/9781118150504.ch9.
    """
    own = int(_random.derive(seed, _PURPOSE).generate_state(1, np.uint64)[0])
    return _random.row_keys(own, rows)


def is_fresh(seed: int, rows: IntArray, drawn: IntArray) -> bool:
    """Return whether all of `rows` lie behind all rows drawn so far in audit order.

    Only then are their permanent numbers exchangeable, whatever happened before, and the next in audit order a simple
    random sample of them. Rows that were drawn and then skipped or released stand in front, as rows that were added
    later do as far as the order has come: if these are easier than others, so is every sample that begins with them.

    Parameters
    ----------
    seed : int
    rows : ndarray of shape (n,)
        At least one.
    drawn : ndarray of shape (m,)
        Every row that was ever drawn in audit order.
    """
    if not drawn.size:
        return True
    farthest = audit_numbers(seed, drawn).max()
    return all(bool(audit_numbers(seed, rows[block]).min() > farthest) for block in row_blocks(rows.size, 1))


def promise_numbers(seed: int, rows: IntArray, attempt: int) -> FloatArray:
    """Return random numbers of the rows for one attempt at a promise, independent of all that happened before it.

    Parameters
    ----------
    seed : int
        The session's or the project's.
    rows : ndarray of shape (n,)
        Row numbers.
    attempt : int
        Number of the attempt; each has its own numbers.
    """
    own = int(_random.derive(seed, _PROMISE, attempt).generate_state(1, np.uint64)[0])
    return _random.row_keys(own, rows)


def audit_order(numbers: FloatArray) -> IntArray:
    """Return the row numbers in audit order: ascending permanent random number, ties by row number."""
    return np.argsort(numbers, kind="stable")


def first_in_order(
    numbers_of: NumbersOf, n_rows: int, n: int, among: BoolArray | None = None, *, below: RowsBelow | None = None
) -> IntArray:
    """Return the first rows in audit order, without an array as long as the pool.

    Parameters
    ----------
    numbers_of : callable
        From row numbers to the random number of each.
    n_rows : int
        Rows of the pool.
    n : int
        How many are wanted.
    among : ndarray of shape (n_rows,), bool, default=None
        Only these rows; None: all.
    below : callable, default=None
        Who works through the numbers, where that is not to be done here: then only as many come as are wanted, and a
        few more.

    Returns
    -------
    ndarray of shape (min(n, rows there are),), int64
        What `audit_order` of these rows begins with, ties included. One pass over the numbers; O(n) memory.
    """
    if n <= 0:
        return np.empty(0, np.int64)
    if below is not None:
        return _by_threshold(numbers_of, n_rows if among is None else int(np.count_nonzero(among)), n, among, below)
    found: list[tuple[IntArray, FloatArray]] = []
    n_found, bound = 0, np.inf
    for block in row_blocks(n_rows, 1):
        some = np.arange(block.start, block.stop)
        if among is not None:
            some = some[among[block]]
        own = numbers_of(some)
        # Of equal numbers the earlier row comes first, and there are enough of those.
        fits = own < bound
        found.append((some[fits], own[fits]))
        n_found += found[-1][0].size
        if n_found > 2 * n:
            rows, numbers = _joined(found)
            bound = np.partition(numbers, n - 1)[n - 1]
            fits = numbers <= bound
            found, n_found = [(rows[fits], numbers[fits])], int(fits.sum())
    rows, numbers = _joined(found)
    return rows[np.argsort(numbers, kind="stable")[:n]]


def _by_threshold(numbers_of: NumbersOf, n_among: int, n: int, among: BoolArray | None, below: RowsBelow) -> IntArray:
    # Numbers are uniform, so that nearly always the first bound is high enough; 1 is above all of them.
    bound = (n + 8.0 * math.sqrt(n) + 32.0) / max(n_among, 1)
    rows = below(min(bound, 1.0), among)
    while rows.size < n and bound < 1.0:
        bound *= 4.0
        rows = below(min(bound, 1.0), among)
    return rows[np.argsort(numbers_of(rows), kind="stable")[:n]]


def _joined(found: list[tuple[IntArray, FloatArray]]) -> tuple[IntArray, FloatArray]:
    return (
        np.concatenate([np.empty(0, np.int64), *(rows for rows, _ in found)]),
        np.concatenate([np.empty(0), *(numbers for _, numbers in found)]),
    )


class AuditOrder:
    """The rows of a pool in audit order, of which only as many are found as somebody asks for.

    Parameters
    ----------
    numbers_of : callable
        From row numbers to the permanent random number of each.
    n_rows : int
    below : callable, default=None
        See `first_in_order`.

    Notes
    -----
    Each pass over the numbers (some 20 ns a row) at least doubles what is known, which takes 8 bytes a row.
    """

    def __init__(self, numbers_of: NumbersOf, n_rows: int, below: RowsBelow | None = None) -> None:
        self._numbers_of = numbers_of
        self._below = below
        self.n_rows = n_rows
        self._known: IntArray = np.empty(0, np.int64)

    def head(self, n: int) -> IntArray:
        """Return the first rows of the order, n of them or all that there are; only to be read."""
        n = min(n, self.n_rows)
        if n > self._known.size:
            wanted = max(n, 2 * self._known.size, _SHORTEST)
            wanted = min(wanted, self.n_rows)
            self._known = first_in_order(self._numbers_of, self.n_rows, wanted, below=self._below)
        return self._known[:n]


def audit_prefix(order: IntArray, answered: BoolArray, skipped: BoolArray | None = None) -> AuditPrefix:
    """Return the answered part of the order, cut just before its first open row.

    Rows that the strategy asked about belong to it as soon as the order reaches them. It is cut
    *before* the first row without an answer: where the cut falls depends on that row, which had no
    share in the strategy's attention, so to count it would favour rows of its kind (the terminating draw
    of inverse sampling; Haldane 1945).

    Parameters
    ----------
    order : ndarray of shape (n,)
        From `audit_order`; its head will do, if a row of it is open.
    answered, skipped : ndarray of shape (n_rows,), bool
        By row number. Skipped rows are passed over, and counted; an answer counts more than a skip.

    Returns
    -------
    AuditPrefix

    Notes
    -----
    Let the strategy be blind to the numbers, and the audit have drawn d rows, d fixed. Given which rows the strategy
    asked about, all orders are as likely: the d drawn rows are a simple random sample of the others, the rows asked
    about that lie before the cut one of their kind. The cut lies just before the (d+1)-th row not asked about, at
    place L + 1; by Haldane's result d/L is an unbiased estimate of the share of such rows. So the mean of anything
    fixed over the prefix is an unbiased estimate of its mean over the pool (tests/audit/test_audit_order.py enumerates
    all orders). Were the cutting row counted, it would not be. In truth the strategy answers to what the audit found,
    so this holds for what does not depend on the labels that were asked for; for models trained on them see
    `querist.audit.model_accuracy`.

    References
    ----------
    .. [1] J. B. S. Haldane, "On a method of estimating frequencies", Biometrika 33(3), 1945,
       doi:10.1093/biomet/33.3.222.
    """
    done = answered[order] if skipped is None else answered[order] | skipped[order]
    open_places = np.flatnonzero(~done)
    head = order[: open_places[0]] if open_places.size else order
    told = answered[head]
    return AuditPrefix(head[told], head[~told])
