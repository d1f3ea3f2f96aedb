"""Intervals for a mean of values in [0, 1] that keep their promise in small samples."""

import math
from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq
from scipy.special import betainc, ndtri

from querist._typing import FloatArray
from querist.exceptions import InvalidParameterError

_ROUNDING = 1e-6


def check_values(values: FloatArray, name: str, low: float = 0.0, high: float = 1.0) -> None:
    """Refuse values outside [low, high], NaN among them: a figure of them would be a figure of nothing.

    Raises
    ------
    InvalidParameterError
        Naming the first such value.
    """
    fine = (values >= low - _ROUNDING) & (values <= high + _ROUNDING)
    if not fine.all():
        place = int(np.argmin(fine))
        raise InvalidParameterError(
            f"{name}: value number {place} is {values[place]}; all must lie in [{low:g}, {high:g}]."
        )


def wilson(p: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return Wilson's score interval for a proportion.

    The set of all q with ``|p - q| <= z * sqrt(q (1 - q) / n)``::

        (p + z^2/2n  +-  z * sqrt(p (1 - p)/n + z^2/4n^2)) / (1 + z^2/n)

    Parameters
    ----------
    p : float
        The observed share, in [0, 1].
    n : float
        Size of the sample, or the size that would give the estimate its standard error
        (`effective_size`).
    confidence : float, default=0.95

    References
    ----------
    .. [1] E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
       JASA 22(158), 1927, doi:10.1080/01621459.1927.10502953.
    """
    z = float(ndtri(0.5 + confidence / 2))
    share = z * z / n
    middle = (p + share / 2) / (1 + share)
    reach = z * math.sqrt(p * (1 - p) / n + share / (4 * n)) / (1 + share)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def mid_p(p: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return the mid-p interval for a proportion: all q under which the observed share is not unusual.

    Let X be the number of successes among n with chance q, and k = p n the observed one. q is in it if neither
    ``P(X > k) + P(X = k) / 2`` nor ``P(X < k) + P(X = k) / 2`` is below half of ``1 - confidence``. So it never leaves
    [0, 1], at k = n its lower end is ``(1 - confidence)^(1/n)``, and near 0 and 1 it holds where Wilson's does not.

    Parameters
    ----------
    p : float
        The observed share, in [0, 1].
    n : float
        Size of the sample. Any number above 0: where k and n are not whole, the incomplete beta function takes the
        place of the sums of binomial terms, which it equals where they are.
    confidence : float, default=0.95

    References
    ----------
    .. [1] A. Agresti, "Categorical Data Analysis", 3rd ed., Wiley, 2013, section 16.6.1.
    .. [2] G. Berry, P. Armitage, "Mid-P confidence intervals: a brief review", The Statistician 44(4), 1995,
       doi:10.2307/2348891.
    """
    tail, k = (1 - confidence) / 2, p * n
    low = 0.0 if k <= _ROUNDING else brentq(lambda q: _at_least(k, n, q) - tail, 0, 1)
    high = 1.0 if n - k <= _ROUNDING else brentq(lambda q: _at_least(k, n, q) - 1 + tail, 0, 1)
    return float(low), float(high)


def _at_least(k: float, n: float, q: float) -> float:
    """Return the chance of more than k successes and half of that of k."""
    more = betainc(k + 1, n - k, q) if n > k else 0.0
    as_many_or_more = betainc(k, n - k + 1, q) if k > 0 else 1.0
    return float(more + as_many_or_more) / 2


def with_skips(
    interval: Callable[[float, float, float], tuple[float, float]],
    p: float,
    n: float,
    n_skipped: float,
    confidence: float,
) -> tuple[float, float]:
    """Return an interval for a share of a sample of which some could not be judged: all misses below, all hits above.

    Parameters
    ----------
    interval : callable
        `mid_p` or `wilson`.
    p : float
        The share of those that were judged.
    n, n_skipped : float
        How many were judged, and how many not.
    confidence : float
    """
    judged = n / (n + n_skipped)
    size = n + n_skipped
    low = interval(p * judged, size, confidence)[0]
    return low, interval(p * judged + 1 - judged, size, confidence)[1]


def skips_counted(n_skipped: int) -> str:
    """Return the note of `with_skips`; empty without any."""
    if not n_skipped:
        return ""
    rows = (
        "1 audit row that nobody could answer is"
        if n_skipped == 1
        else f"{n_skipped} audit rows that nobody could answer are"
    )
    return f"{rows} counted against it and for it."


def mean_interval(values: FloatArray, low: float, high: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return an interval for the mean of a population of values known to lie in [low, high].

    The values are brought to [0, 1]; a proportion of the same mean would vary most, so the effective size
    ``n p(1-p) / variance`` is at least n, and Wilson's interval with it is narrower than that of a proportion.
    Two more values at the bounds' mean squared distance (one at each bound) go into the variance, for a sample that
    happens to hardly vary says little of its variance.

    Parameters
    ----------
    values : ndarray of shape (n,)
        A simple random sample.
    low, high : float
        Bounds of a value.
    confidence : float, default=0.95
    """
    scaled = (np.asarray(values, np.float64) - low) / (high - low)
    below, above = wilson(float(np.clip(scaled.mean(), 0, 1)), effective_size(scaled), confidence)
    return low + (high - low) * below, low + (high - low) * above


def mean_of_parts(
    values: FloatArray, lows: FloatArray, highs: FloatArray, correlation: FloatArray
) -> tuple[float, float]:
    """Return an interval for the mean of figures that have intervals of their own.

    The method of variance estimates recovery (MOVER): the distances of each figure from its ends stand for its standard
    error, downwards and upwards by themselves, so that a part near 0 or 1 keeps an uneven interval::

        mean - sqrt(a' R a) / k   to   mean + sqrt(b' R b) / k      a = values - lows, b = highs - values

    Parameters
    ----------
    values, lows, highs : ndarray of shape (k,)
    correlation : ndarray of shape (k, k)
        R, of the values.

    References
    ----------
    .. [1] G. Y. Zou, A. Donner, "Construction of confidence limits about effect measures: a general approach",
       Statistics in Medicine 27(10), 2008, doi:10.1002/sim.3095.
    .. [2] G. Y. Zou, "On the estimation of additive interaction by use of the four-by-two table and beyond", American
       Journal of Epidemiology 168(2), 2008, doi:10.1093/aje/kwn104 (correlated figures).
    """
    below, above = values - lows, highs - values
    # Rounding may leave a quadratic form of nearly nothing below 0.
    reach = [math.sqrt(max(0.0, float(part @ correlation @ part))) / values.size for part in (below, above)]
    middle = float(values.mean())
    return middle - reach[0], middle + reach[1]


def effective_size(values: FloatArray) -> float:
    """Return how many draws of a proportion tell as much of the mean of values in [0, 1] as these do.

    ``n_eff = p(1-p) / se^2``, p and the variance taken with one more value at 0 and one at 1.
    """
    padded = np.append(np.asarray(values, np.float64), (0.0, 1.0))
    p = float(padded.mean())
    return float(values.size * p * (1 - p) / padded.var())
