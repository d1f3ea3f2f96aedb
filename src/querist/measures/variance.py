"""What is known of Gaussian quantities once some of them are known."""

from collections.abc import Callable

import numpy as np

from querist._typing import FloatArray, IntArray
from querist.measures.ranking import top_k


def most_variable(covariances: FloatArray, k: int, tie_keys: Callable[[IntArray], FloatArray]) -> IntArray:
    """Return `k` positions, each with the largest variance given those before it.

    The pivots of a Cholesky decomposition. Conditioning takes ``c_i c_j / c`` off each covariance, where c is the
    variance of what became known and c_i its covariances.

    Parameters
    ----------
    covariances : ndarray of shape (n, n)
        Symmetric, not negative definite; not changed.
    k : int
        At most n.
    tie_keys : callable
        Gives one key per position; of equal variances the smaller is first.

    Returns
    -------
    ndarray of shape (k,), int64
        O(n * k**2) time, O(n * k) memory beyond the input.
    """
    left = np.array(covariances.diagonal(), np.float64)
    factor = np.zeros((k, left.size))
    chosen: list[int] = []
    for step in range(k):
        place = int(top_k(left, 1, tie_keys)[0])
        chosen.append(place)
        pivot = max(left[place], 0.0)
        if pivot > 0.0:
            rest = covariances[place] - factor[:step, place] @ factor[:step]
            factor[step] = rest / np.sqrt(pivot)
            # Rounding may leave less than nothing.
            left = np.where(left < 0.0, left, np.maximum(left - np.square(factor[step]), 0.0))
        left[place] = -1.0
    return np.asarray(chosen, np.int64)
