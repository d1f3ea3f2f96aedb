"""Intervals for a mean of values in [0, 1] that keep their promise in small samples."""

import math

import numpy as np
from scipy.special import ndtri

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


def effective_size(values: FloatArray) -> float:
    """Return how many draws of a proportion tell as much of the mean of values in [0, 1] as these do.

    ``n_eff = p(1-p) / se^2``, p and the variance taken with one more value at 0 and one at 1.
    """
    padded = np.append(np.asarray(values, np.float64), (0.0, 1.0))
    p = float(padded.mean())
    return float(values.size * p * (1 - p) / padded.var())
