"""The positions of the largest values, without sorting all of them; and ranks, for values of different kinds."""

from collections.abc import Callable

import numpy as np

from querist._typing import FloatArray, IntArray

_BLOCK = 1 << 16
# Binary digits in which values of equal rank agree: some ten decimal ones.
_DIGITS = 33


def top_k(values: FloatArray, k: int, tie_keys: Callable[[IntArray], FloatArray]) -> IntArray:
    """Return the positions of the `k` largest values, largest first; ties by the smaller key.

    One pass in blocks: only values that reach the k-th best so far are kept.

    Parameters
    ----------
    values : ndarray of shape (n,)
        No NaN.
    k : int
        At most n.
    tie_keys : callable
        Gives one key per position; called with the positions that tie only.

    Returns
    -------
    ndarray of shape (k,), int64
        O(n + k log k) time, O(k) memory beyond the input when ties are few.
    """
    if k <= 0:
        return np.empty(0, np.int64)
    if k == 1:
        ties = np.flatnonzero(values == values.max())
        return ties if ties.size == 1 else ties[[int(np.argmin(tie_keys(ties)))]]
    kept = _not_below_kth(values, k)
    threshold = np.partition(values[kept], kept.size - k)[kept.size - k]
    above = kept[values[kept] > threshold]
    level = kept[values[kept] == threshold]
    missing = k - above.size
    if level.size > missing:
        order = np.argsort(tie_keys(level), kind="stable")
        level = level[order[:missing]]
    chosen = np.concatenate([above, level])
    return chosen[np.lexsort((tie_keys(chosen), -values[chosen]))]


def _not_below_kth(values: FloatArray, k: int) -> IntArray:
    """Positions of all values that are at least the k-th largest (and perhaps some smaller ones)."""
    kept: list[IntArray] = []
    count, threshold = 0, -np.inf
    step = max(_BLOCK, 4 * k)
    for start in range(0, values.size, step):
        found = np.flatnonzero(values[start : start + step] >= threshold)
        if not found.size:
            continue
        found += start
        kept.append(found)
        count += found.size
        if count > 4 * k or threshold == -np.inf:
            merged = np.concatenate(kept)
            if merged.size > k:
                best = values[merged]
                threshold = float(np.partition(best, best.size - k)[best.size - k])
                merged = merged[best >= threshold]
            kept, count = [merged], merged.size
    return np.concatenate(kept)


def mid_ranks(values: FloatArray) -> FloatArray:
    """Return the share of values that each one exceeds, equal ones, itself among them, counted half.

    Values that agree in ten digits are equal: rounding must not decide between equal rows.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Finite; n at least 1.

    Returns
    -------
    ndarray of shape (n,)
        Between 0 and 1, their mean is 1/2. O(n log n) time, O(n) memory.
    """
    mantissas, exponents = np.frexp(values)
    rounded = np.ldexp(np.round(np.ldexp(mantissas, _DIGITS)), exponents - _DIGITS)
    _, levels, counts = np.unique(rounded, return_inverse=True, return_counts=True)
    below = np.cumsum(counts) - counts
    ranks: FloatArray = ((below + counts / 2.0) / values.size)[levels.ravel()]
    return ranks
