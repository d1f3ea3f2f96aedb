"""What makes learning curves differ: shares of the sum of squares of data, model, strategy and their interactions."""

import itertools
import math
from typing import Any, NamedTuple

import numpy as np

from querist._typing import FloatArray

FACTORS = ("data set", "estimator", "strategy")
SPLIT, REST = "repeat within data set", "rest"


class Source(NamedTuple):
    """One source of differences; see `variance_shares`."""

    source: str
    df: int
    sum_of_squares: float
    share: float
    epsilon_squared: float
    share_within: float


def variance_shares(values: Any) -> list[Source]:
    """Split the sum of squares of a balanced experiment into its sources.

    Parameters
    ----------
    values : array-like of shape (n_data_sets, n_estimators, n_strategies, n_repeats)
        One figure for each run, finite. Repeats belong to their data set: those of two data sets have nothing in
        common, while within a data set all models and strategies share them.

    Returns
    -------
    list of Source
        One for each main effect and interaction of data set, estimator and strategy that there is more than one level
        of, one for the repeats, and one for the rest (repeats by estimator and strategy):

        - ``df``, ``sum_of_squares``; the latter add up to that of all values about their mean;
        - ``share``: of that total, in [0, 1] (eta squared); NaN where all values are equal;
        - ``epsilon_squared``: the share less what noise alone adds to it on average, ``df * mean_square / total`` with
          the mean square of the rest, for data sets with that of the repeats. Below 0 where it is less than noise; NaN
          without repeats;
        - ``share_within``: of the total without data sets and repeats, whose levels say how hard the data are and
          nothing of how to learn them; NaN for these two.

    Notes
    -----
    All levels are taken as fixed: the shares are those of these data sets, models and strategies, not of others.
    O(size of `values`) time and memory.

    References
    ----------
    .. [1] R. A. Fisher, "Statistical methods for research workers", 1925 (the analysis of variance).
    .. [2] T. L. Kelley, "An unbiased correlation ratio measure", PNAS 21, 1935, doi:10.1073/pnas.21.9.554 (epsilon).

    Examples
    --------
    >>> shares = variance_shares([[[[0.6, 0.6], [0.8, 0.8]]], [[[0.7, 0.7], [0.9, 0.9]]]])
    >>> [(line.source, round(line.share, 2)) for line in shares if line.share > 1e-9]
    [('data set', 0.2), ('strategy', 0.8)]
    """
    values = np.asarray(values, np.float64)
    n_sets, n_repeats = values.shape[0], values.shape[3]
    effects = _effects(values)
    total = float(((values - effects[()]) ** 2).sum())
    found: dict[str, tuple[int, float]] = {}
    for axes in (axes for axes in effects if axes and all(values.shape[axis] > 1 for axis in axes)):
        df = math.prod(values.shape[axis] - 1 for axis in axes)
        found[" x ".join(FACTORS[axis] for axis in axes)] = (df, _squares(effects[axes], values))
    split = values.mean(axis=(1, 2), keepdims=True) - values.mean(axis=(1, 2, 3), keepdims=True)
    rest = values - sum(effects.values()) - split
    found[SPLIT] = (n_sets * (n_repeats - 1), _squares(split, values))
    cells = values.shape[1] * values.shape[2]
    found[REST] = (n_sets * (n_repeats - 1) * (cells - 1), _squares(rest, values))
    noise = {name: squares / df if df else math.nan for name, (df, squares) in found.items()}
    apart = {FACTORS[0], SPLIT}
    within = sum(squares for name, (_, squares) in found.items() if name not in apart)
    lines = []
    for name, (df, squares) in found.items():
        unit = noise[SPLIT] if name == FACTORS[0] else noise[REST]
        less = math.nan if name == REST else _share(squares - df * unit, total)
        lines.append(
            Source(
                name, df, squares, _share(squares, total), less, math.nan if name in apart else _share(squares, within)
            )
        )
    return lines


def _effects(values: FloatArray) -> dict[tuple[int, ...], FloatArray]:
    """Return the mean and, of each set of factors, what its means say beyond those of fewer factors."""
    effects: dict[tuple[int, ...], FloatArray] = {}
    for size in range(len(FACTORS) + 1):
        for axes in itertools.combinations(range(len(FACTORS)), size):
            others = tuple(axis for axis in range(values.ndim) if axis not in axes)
            below = sum(effect for within, effect in effects.items() if set(within) < set(axes))
            effects[axes] = values.mean(axis=others, keepdims=True) - below
    return effects


def _squares(effect: FloatArray, values: FloatArray) -> float:
    return float((effect**2).sum() * values.size / effect.size)


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else math.nan
