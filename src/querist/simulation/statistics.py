"""Statistics of paired repeats: intervals, signed ranks, families of tests."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import special
from scipy.stats import rankdata

from querist._typing import FloatArray

# Up to this many pairs the null distribution is counted; above, the normal approximation is exact enough.
_COUNTED = 200


def area_under_curve(n_labels: Sequence[int], values: Any) -> Any:
    """Return the mean height of learning curves: the trapezoid area over the range of label counts.

    Parameters
    ----------
    n_labels : sequence of int of length n_points
        Ascending.
    values : array-like of shape (..., n_points)

    Returns
    -------
    ndarray of shape (...,)
        In the unit of `values`; of a single point, its value.

    Examples
    --------
    >>> float(area_under_curve([10, 20, 40], [0.5, 0.7, 0.9]))
    0.733...
    """
    values = np.asarray(values, np.float64)
    counts = np.asarray(n_labels, np.float64)
    if counts.size == 1:
        return values[..., 0]
    middles = (values[..., 1:] + values[..., :-1]) / 2
    return (middles * np.diff(counts)).sum(axis=-1) / (counts[-1] - counts[0])


def t_interval(values: Any, confidence: float = 0.95) -> tuple[float, float]:
    """Return the t interval of the mean of independent values; (nan, nan) for fewer than two.

    References
    ----------
    .. [1] Student, "The probable error of a mean", Biometrika 6, 1908, doi:10.1093/biomet/6.1.1.
    """
    values = np.asarray(values, np.float64)
    if values.size < 2:
        return float("nan"), float("nan")
    half = special.stdtrit(values.size - 1, (1 + confidence) / 2) * values.std(ddof=1) / np.sqrt(values.size)
    return float(values.mean() - half), float(values.mean() + half)


def mean_interval(
    values: Any, *, low: float, high: float, n_trials: float | None = None, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Return an interval of the mean of independent values that never leaves the values' bounds.

    Parameters
    ----------
    values : array-like of shape (n, ...)
        Within the bounds; at least two along the first axis.
    low, high : float
        Least and largest value that there can be; either, or both, may be infinite.
    n_trials : float, default=None
        How many test rows each value is a share of, where it is one; None: it is none, or they are not known.
    confidence : float, default=0.95

    Returns
    -------
    lower, upper : ndarray of shape (...,)

    Notes
    -----
    The t interval takes the spread found for the spread at every mean, and so leaves the bounds where few values
    lie near one. Means that are possible are instead compared as Wilson does for a share: the variance of values in
    [0, 1] with mean mu is phi mu (1 - mu), with phi from the values, and mu is in the interval if ``(m - mu)**2 <=
    c mu (1 - mu)`` with ``c = t**2 s**2 / (n m (1 - m))``. Far from the bounds, or for many values, that is the t
    interval. With one bound only the variance is taken as proportional to ``(mu - low)**2``: the t interval of the
    logarithm of the mean; with a bound above only, the same upside down. Without bounds it is the t interval.

    Few values that agree exactly look certain, and shares of few rows often do. But whatever the models are, a share of
    N rows has a variance of at least ``mu (1 - mu) / N`` (the law of total variance: that of the models' own accuracies
    comes on top). So c is at least ``z**2 / (n N)``, with which the interval is Wilson's of all n N rows.
    ``benchmarks/simulation`` says how often these hold the mean, and where none can: what went wrong in no repeat is in
    no interval.

    References
    ----------
    .. [1] E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
       Statistical Association 22, 1927, doi:10.1080/01621459.1927.10502953.

    Examples
    --------
    >>> lower, upper = mean_interval([0.97, 0.999, 0.98], low=0.0, high=1.0)
    >>> round(float(lower), 3), round(float(upper), 3)
    (0.897, 0.997)
    """
    values = np.asarray(values, np.float64)
    n, mean = values.shape[0], values.mean(axis=0)
    half = special.stdtrit(n - 1, (1 + confidence) / 2) * values.std(axis=0, ddof=1) / np.sqrt(n)
    if math.isinf(low) and math.isinf(high):
        return mean - half, mean + half
    if math.isinf(low):
        lower, upper = mean_interval(-values, low=-high, high=math.inf, confidence=confidence)
        return -upper, -lower
    with np.errstate(divide="ignore", invalid="ignore"):
        if math.isinf(high):
            factor = np.where(mean > low, np.exp(half / (mean - low)), 1.0)
            return low + (mean - low) / factor, low + (mean - low) * factor
        share, half = (mean - low) / (high - low), half / (high - low)
        c = np.where(half > 0, half**2 / (share * (1 - share)), 0.0)
        if n_trials is not None:
            c = np.maximum(c, special.ndtri((1 + confidence) / 2) ** 2 / (n * n_trials))
    middle, reach = (share + c / 2) / (1 + c), np.sqrt(c * share * (1 - share) + c**2 / 4) / (1 + c)
    lower, upper = np.clip(middle - reach, 0, share), np.clip(middle + reach, share, 1)
    return low + (high - low) * lower, low + (high - low) * upper


def difference_interval(differences: Any, most: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return the interval of the mean of paired differences that lie in [-most, most]: see `mean_interval`.

    Parameters
    ----------
    differences : array-like of shape (n,)
    most : float
        Largest difference that there can be; may be infinite.
    confidence : float, default=0.95

    Returns
    -------
    low, high : float
        (nan, nan) for fewer than two differences.

    Examples
    --------
    >>> low, high = difference_interval([0.9, 0.1], most=1.0)
    >>> -1 <= low < 0.5 < high <= 1
    True
    """
    differences = np.asarray(differences, np.float64)
    if differences.size < 2:
        return float("nan"), float("nan")
    low, high = mean_interval(differences, low=-most, high=most, confidence=confidence)
    return float(low), float(high)


def signed_rank_p(differences: Any) -> float:
    """Return the two-sided p of the Wilcoxon signed-rank test that paired differences centre on 0.

    Parameters
    ----------
    differences : array-like of shape (n,)
        Differences of exactly 0 are left out; equal sizes share their mean rank. Compared after
        rounding to 12 decimals, since ties must not hang on the last bit.

    Returns
    -------
    float
        In [0, 1]; 1 if all differences are 0, NaN if there are none. With n pairs it cannot be
        below 2 / 2**n, so five pairs can never be significant at 5 %.

    Notes
    -----
    The null distribution (every sign equally likely) is counted exactly up to 200 pairs, ties
    included, where a normal approximation would be too small for few pairs; O(n**3) time there.

    References
    ----------
    .. [1] F. Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1, 1945,
       doi:10.2307/3001968.

    Examples
    --------
    >>> signed_rank_p([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    0.03125
    """
    differences = np.round(np.asarray(differences, np.float64), 12)
    if not differences.size:
        return float("nan")
    differences = differences[differences != 0]
    if not differences.size:
        return 1.0
    # Mean ranks are multiples of a half.
    doubled = np.round(2 * rankdata(np.abs(differences))).astype(np.int64)
    positive = int(doubled[differences > 0].sum())
    smaller = min(positive, int(doubled.sum()) - positive)
    if differences.size > _COUNTED:
        spread = np.sqrt((doubled.astype(np.float64) ** 2).sum()) / 2
        return float(special.erfc((doubled.sum() / 2 - smaller) / spread / np.sqrt(2)))
    return min(1.0, 2 * float(_sign_distribution(doubled)[: smaller + 1].sum()))


def _sign_distribution(ranks: Any) -> FloatArray:
    """Return the chance of each sum of the ranks whose sign is positive."""
    chances = np.zeros(int(ranks.sum()) + 1)
    chances[0] = 1.0
    for rank in ranks.tolist():
        moved = np.zeros_like(chances)
        moved[rank:] = chances[:-rank]
        chances = (chances + moved) / 2
    return chances


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted for several tests; NaN stays NaN and is not counted.

    References
    ----------
    .. [1] S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
       Statistics 6, 1979, https://www.jstor.org/stable/4615733.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    given = np.asarray(p_values, np.float64)
    adjusted = np.full(given.size, np.nan)
    known = np.flatnonzero(~np.isnan(given))
    order = known[np.argsort(given[known], kind="stable")]
    stepped = given[order] * np.arange(order.size, 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(stepped))
    return [float(value) for value in adjusted]


def labels_to_reach(
    n_labels: Sequence[int], curve: Any, level: float, points: int = 3, *, higher_is_better: bool = True
) -> int | None:
    """Return the first label count from which a curve stays at or above a level for some points.

    Parameters
    ----------
    n_labels : sequence of int of length n_points
    curve : array-like of shape (n_points,)
    level : float
    points : int, default=3
        How many consecutive points must reach it, so that one lucky point does not count.
    higher_is_better : bool, default=True
        If not, the curve has to stay at or below the level.

    Returns
    -------
    int or None
        One of `n_labels` (nothing is interpolated), or None if the level is not reached.

    Examples
    --------
    >>> labels_to_reach([10, 20, 30, 40, 50, 60], [0.5, 0.9, 0.7, 0.9, 0.9, 0.9], 0.9)
    40
    """
    values = np.asarray(curve, np.float64)
    above = values >= level if higher_is_better else values <= level
    for position in range(len(n_labels) - points + 1):
        if above[position : position + points].all():
            return int(n_labels[position])
    return None
