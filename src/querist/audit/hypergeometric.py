"""Exact statements about a finite set from draws without replacement."""

import math

import numpy as np
from numpy.typing import ArrayLike

from querist._typing import FloatArray
from querist.audit.bisection import first


def tail(n_total: int, n_good: int, n_drawn: int, at_least: int) -> float:
    """Return the probability of drawing at least so many good ones: P(X >= at_least), X hypergeometric.

    ``P(X = x) = C(K, x) C(N - K, n - x) / C(N, n)``.
    """
    # Here, since the server knows the results of tests and makes none until it is asked: it starts without scipy.
    from scipy.stats import hypergeom

    return float(hypergeom.sf(at_least - 1, n_total, n_good, n_drawn))


def lower_bound(n_total: int, n_drawn: int, n_good: int, level: float) -> int:
    """Return the exact lower confidence bound of the number of good ones among all.

    The smallest K under which it is not too surprising to draw so many: ``min {K : P_K(X >= n_good) > level}``.
    Since the tail grows with K, ``bound > K`` happens for the true K only if its tail is at most `level`, which has
    probability at most `level`: the bound is right with probability at least 1 - level, whatever K is.

    Parameters
    ----------
    n_total : int
        Size of the set, draws included.
    n_drawn : int
        Drawn at random without replacement; their number must not depend on what they turned out to be.
    n_good : int
        Good ones among the drawn.
    level : float
        Probability of a wrong bound that is accepted.

    References
    ----------
    .. [1] J. P. Buonaccorsi, "A note on confidence intervals for proportions in finite populations",
       The American Statistician 41(3), 1987, doi:10.1080/00031305.1987.10475484.
    """
    return first(n_good, n_total - (n_drawn - n_good), lambda k: tail(n_total, k, n_drawn, n_good) > level)


def upper_bound(n_total: int, n_drawn: int, n_good: int, level: float) -> int:
    """Return the exact upper confidence bound of the number of good ones; see `lower_bound`."""
    return n_total - lower_bound(n_total, n_drawn, n_drawn - n_good, level)


def count_for(share: float, n_total: int) -> int:
    """Return the smallest count that is at least this share of the set, free of rounding (0.9 of 10 is 9)."""
    return math.ceil(round(share * n_total, 9))


def chances_of(n_good: ArrayLike, n_drawn: ArrayLike, n_total: int, found: ArrayLike) -> FloatArray:
    """Return the probabilities of drawing exactly so many good ones; the arguments are broadcast against each other.

    For plans, which take many at once: from logarithms of factorials, hence exact to about twelve digits, and many
    times as fast as asking for one after the other.
    """
    all_, good, drawn, x = (np.asarray(each, np.float64) for each in (n_total, n_good, n_drawn, found))
    bad: FloatArray = np.subtract(all_, good)
    with np.errstate(invalid="ignore"):
        log = _log_ways(good, x) + _log_ways(bad, drawn - x) - _log_ways(all_, drawn)
        possible = (x >= 0) & (x <= good) & (drawn >= x) & (drawn - x <= bad)
        return np.where(possible, np.exp(np.where(possible, log, 0.0)), 0.0)


def _log_ways(n: FloatArray, k: FloatArray) -> FloatArray:
    """Return the logarithm of the number of ways to choose k of n; of impossible ones anything."""
    from scipy.special import gammaln

    ways: FloatArray = gammaln(n + 1) - gammaln(np.maximum(k, 0) + 1) - gammaln(np.maximum(n - k, 0) + 1)
    return ways
