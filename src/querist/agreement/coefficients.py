"""Coefficients of agreement, each with what a single row does to it.

All have one form: ``1 - (1 - observed) / (1 - chance)``. What differs is how rows with many answers weigh, and what
chance is.
"""

from dataclasses import dataclass

import numpy as np

from querist._typing import FloatArray, IntArray


@dataclass(frozen=True)
class Coefficient:
    """A coefficient of agreement before an interval is made of it.

    Attributes
    ----------
    observed : float
        Share of agreement.
    chance : float
        Share of agreement that answers would have which do not depend on the row.
    rows : ndarray of shape (n_rows,)
        Pseudo-values on the scale of `observed`, whose mean is `observed`: by how much a row moves the coefficient at
        the present level of chance (delta method).
    """

    observed: float
    chance: float
    rows: FloatArray

    @property
    def value(self) -> float | None:
        """The agreement beyond chance; None where chance alone is always right: only one class was given."""
        return self.at(self.observed)

    def at(self, observed: float) -> float | None:
        """Return the coefficient with another share of agreement, at the same level of chance."""
        return None if self.chance >= 1 else 1 - (1 - observed) / (1 - self.chance)


def _coefficient(observed: FloatArray, chance: float, change: FloatArray) -> Coefficient:
    """Return a coefficient from each row's agreement, and by how much each row moves the level of chance."""
    mean = float(observed.mean())
    ratio = (1 - mean) / (1 - chance) if chance < 1 else 0.0
    return Coefficient(mean, chance, observed - ratio * change)


def row_agreement(counts: FloatArray, sizes: FloatArray) -> FloatArray:
    """Return each row's share of agreeing pairs of answers: ``sum_c n_c (n_c - 1) / (m (m - 1))``."""
    return np.asarray((counts * (counts - 1)).sum(axis=1) / (sizes * (sizes - 1)), np.float64)


def cohen(one: IntArray, other: IntArray, n_classes: int) -> Coefficient:
    """Return Cohen's kappa of two people: chance is ``sum_c p_c q_c``, from each one's own shares of classes.

    References
    ----------
    .. [1] J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological
       Measurement 20(1), 1960, doi:10.1177/001316446002000104.
    .. [2] J. L. Fleiss, J. Cohen, B. S. Everitt, "Large sample standard errors of kappa and weighted kappa",
       Psychological Bulletin 72(5), 1969, doi:10.1037/h0028106 (the variance: that of the same influence).
    """
    first = np.bincount(one, minlength=n_classes)
    second = np.bincount(other, minlength=n_classes)
    # Whole numbers: 1 exactly when both gave one class only.
    chance = float(first @ second) / one.size**2
    change = (first[other] + second[one]) / one.size - 2 * chance
    return _coefficient((one == other).astype(np.float64), chance, change)


def fleiss(counts: FloatArray, sizes: FloatArray) -> Coefficient:
    """Return Fleiss' kappa for rows with any number of answers from two on: every row weighs the same.

    With ``s_c`` a row's share of answers for class c and ``pi_c`` its mean over rows, chance is ``sum_c pi_c^2``.
    With as many answers to every row it is Fleiss' own; the generalisation is Gwet's.

    References
    ----------
    .. [1] J. L. Fleiss, "Measuring nominal scale agreement among many raters", Psychological Bulletin 76(5), 1971,
       doi:10.1037/h0031619.
    .. [2] K. L. Gwet, "Handbook of Inter-Rater Reliability", 4th ed., Advanced Analytics, 2014, section 2.5.
    """
    shares = counts / sizes[:, None]
    mean = shares.mean(axis=0)
    # A single class has a mean of exactly 1.
    chance = float(mean @ mean)
    return _coefficient(row_agreement(counts, sizes), chance, 2 * (shares @ mean - chance))


def krippendorff(counts: FloatArray, sizes: FloatArray) -> Coefficient:
    """Return Krippendorff's alpha for nominal data: every answer weighs the same.

    ``1 - D_o / D_e`` with, over N answers in all, n_c of them for class c: D_o the mean disagreement of an answer with
    the others of its row, and ``D_e = (N^2 - sum_c n_c^2) / (N (N - 1))``.

    References
    ----------
    .. [1] K. Krippendorff, "Computing Krippendorff's alpha-reliability", University of Pennsylvania, 2011,
       https://repository.upenn.edu/asc_papers/43.
    .. [2] A. F. Hayes, K. Krippendorff, "Answering the call for a standard reliability measure for coding data",
       Communication Methods and Measures 1(1), 2007, doi:10.1080/19312450709336664.
    """
    total = float(sizes.sum())
    weight = sizes / sizes.mean()
    shares = counts.sum(axis=0) / total
    same = float(shares @ shares)
    correction = total / (total - 1)
    chance = 1 - (1 - same) * correction
    observed = row_agreement(counts, sizes)
    mean = float(np.mean(weight * observed))
    change = 2 * correction * ((counts @ shares) / sizes.mean() - weight * same)
    ratio = (1 - mean) / (1 - chance) if chance < 1 else 0.0
    return Coefficient(mean, chance, mean + weight * (observed - mean) - ratio * change)
