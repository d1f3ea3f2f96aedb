"""Ranks over data sets: average ranks, do all rank alike, and which cannot be told apart."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.stats import rankdata

from querist._typing import AnyArray, FloatArray


def average_ranks(scores: Any) -> FloatArray:
    """Return the mean rank of each method over data sets; rank 1 is the highest score, ties share.

    Parameters
    ----------
    scores : array-like of shape (n_data_sets, n_methods)
        Larger = better.

    Returns
    -------
    ndarray of shape (n_methods,)
    """
    ranks: FloatArray = rankdata(-np.asarray(scores, np.float64), axis=1).mean(axis=0)
    return ranks


def friedman(scores: Any) -> tuple[float, float]:
    """Return the p of the Friedman test and the critical difference of average ranks (Nemenyi, 5 %).

    Parameters
    ----------
    scores : array-like of shape (n_data_sets, n_methods)
        At least 3 methods.

    Returns
    -------
    p : float
        That all methods rank alike (chi-square approximation with correction for ties).
    critical_difference : float
        Two methods whose average ranks differ by less cannot be told apart.

    References
    ----------
    .. [1] J. Demsar, "Statistical comparisons of classifiers over multiple data sets", JMLR 7, 2006,
       https://jmlr.org/papers/v7/demsar06a.html.
    """
    from scipy.stats import friedmanchisquare, studentized_range

    scores = np.asarray(scores, np.float64)
    n_sets, n_methods = scores.shape
    alike = bool((scores == scores[:, :1]).all())
    p = 1.0 if alike else float(friedmanchisquare(*scores.T).pvalue)
    quantile = float(studentized_range.ppf(0.95, n_methods, np.inf)) / np.sqrt(2)
    return p, float(quantile * np.sqrt(n_methods * (n_methods + 1) / (6 * n_sets)))


def least_signed_rank_p(n_pairs: int) -> float:
    """Return the least p that the signed-rank test of so many pairs can have.

    Examples
    --------
    >>> least_signed_rank_p(5)
    0.0625
    """
    return min(1.0, 2.0 ** (1 - n_pairs))


def cliques(ranks: Sequence[float], alike: AnyArray) -> list[list[int]]:
    """Return the groups of neighbours in the order of ranks among which no pair can be told apart.

    Parameters
    ----------
    ranks : sequence of float of length n_methods
        Average ranks; equal ones stay in the order given.
    alike : array-like of bool, shape (n_methods, n_methods)
        Symmetric: whether two methods cannot be told apart.

    Returns
    -------
    list of list of int
        Positions, by rank, at least two in each; none is part of another. A pair that cannot be told apart while one
        between them can is in no group: a bar over it would claim too much.

    Notes
    -----
    O(n_methods**3).

    Examples
    --------
    >>> cliques([1.2, 3.0, 2.1], [[True, False, True], [False, True, True], [True, True, True]])
    [[0, 2], [2, 1]]
    """
    alike = np.asarray(alike, bool)
    order = np.argsort(np.asarray(ranks, np.float64), kind="stable").tolist()
    groups: list[list[int]] = []
    reached = 0
    for first in range(len(order)):
        end = first + 1
        while end < len(order) and alike[np.ix_(order[first : end + 1], order[first : end + 1])].all():
            end += 1
        if end - first > 1 and end > reached:
            groups.append(order[first:end])
            reached = end
    return groups
