"""Coefficients of agreement.

All have one form: ``1 - (1 - observed) / (1 - chance)``. What differs is how rows with many answers weigh, and what
chance is.
"""

from dataclasses import dataclass

import numpy as np

from querist._typing import FloatArray, IntArray


@dataclass(frozen=True)
class Coefficient:
    """A coefficient of agreement, before an interval is made of it: what it takes from each kind of row.

    Rows that say the same (as many answers for each class) are one kind. The coefficient is a function of three means
    over rows: of `agree`, `one` and `other`.

    Attributes
    ----------
    repeats : ndarray of shape (n_kinds,)
        Rows of each kind.
    weight : ndarray of shape (n_kinds,)
        How much a row of the kind weighs.
    agree : ndarray of shape (n_kinds,)
        Share of agreement in such a row.
    one, other : ndarray of shape (n_kinds, n_classes)
        Shares of classes in such a row: of the one person and the other, or twice of all.
    correction : float, default=1
        By what disagreement by chance is multiplied (of a small sample).
    """

    repeats: FloatArray
    weight: FloatArray
    agree: FloatArray
    one: FloatArray
    other: FloatArray
    correction: float = 1.0

    @property
    def n_rows(self) -> int:
        """How many rows."""
        return int(self.repeats.sum())

    @property
    def n_used(self) -> int:
        """How many classes were given."""
        return int(np.count_nonzero(self.one.any(axis=0) | self.other.any(axis=0)))

    @property
    def observed(self) -> float:
        """The share of agreement."""
        return float(self.means(self.repeats * self.weight)[0])

    @property
    def chance(self) -> float:
        """The share of agreement that answers would have which do not depend on the row."""
        return float(self.means(self.repeats * self.weight)[1]) if self.n_used > 1 else 1.0

    @property
    def value(self) -> float | None:
        """The agreement beyond chance; None where chance alone is always right: only one class was given."""
        return self.at(self.observed)

    def at(self, observed: float) -> float | None:
        """Return the coefficient with another share of agreement, at the same level of chance."""
        return None if self.n_used < 2 else 1 - (1 - observed) / (1 - self.chance)

    def means(self, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return observed agreement and chance level if the kinds weigh so much; weights of shape (..., n_kinds)."""
        # Sums first: of whole numbers they are exact, and perfect agreement is 1.
        total = weights.sum(axis=-1)
        same = ((weights @ self.one) * (weights @ self.other)).sum(axis=-1) / total**2
        return weights @ self.agree / total, 1 - (1 - same) * self.correction

    def pseudo_values(self) -> FloatArray:
        """Return one value a row whose mean is `observed`: by how much it moves the coefficient (delta method).

        On the scale of `observed`, at the present level of chance. Shape (n_rows,).
        """
        weight = self.weight / (self.repeats @ self.weight / self.n_rows)
        shares = self.repeats * weight / self.n_rows
        one, other = shares @ self.one, shares @ self.other
        moved = self.one @ other + self.other @ one - 2 * one @ other
        ratio = (1 - self.observed) / (1 - self.chance)
        values = self.observed + weight * (self.agree - self.observed - ratio * self.correction * moved)
        return np.repeat(values, self.repeats.astype(np.int64))


def row_agreement(counts: FloatArray, sizes: FloatArray) -> FloatArray:
    """Return each row's share of agreeing pairs of answers: ``sum_c n_c (n_c - 1) / (m (m - 1))``."""
    return np.asarray((counts * (counts - 1)).sum(axis=1) / (sizes * (sizes - 1)), np.float64)


def cohen(one: IntArray, other: IntArray, n_classes: int) -> Coefficient:
    """Return Cohen's kappa of two people: chance is ``sum_c p_c q_c``, from each one's own shares of classes.

    References
    ----------
    .. [1] J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological
       Measurement 20(1), 1960, doi:10.1177/001316446002000104.
    """
    cells, repeats = np.unique(one * n_classes + other, return_counts=True)
    used, places = np.unique(np.concatenate([cells // n_classes, cells % n_classes]), return_inverse=True)
    first, second = np.split(np.eye(used.size)[places], 2)
    agree = (first * second).sum(axis=1)
    return Coefficient(repeats.astype(np.float64), np.ones(cells.size), agree, first, second)


def fleiss(counts: FloatArray) -> Coefficient:
    """Return Fleiss' kappa for rows with any number of answers from two on: every row weighs the same.

    With ``s_c`` a row's share of answers for class c and ``pi_c`` its mean over rows, chance is ``sum_c pi_c^2``.
    With as many answers to every row it is Fleiss' own; the generalisation is Gwet's, but for rows with a single
    answer: he takes these into the level of chance, and here, as in Krippendorff's alpha, they count for nothing.

    Parameters
    ----------
    counts : ndarray of shape (n_rows, n_classes)
        Answers for each class, two or more in a row.

    References
    ----------
    .. [1] J. L. Fleiss, "Measuring nominal scale agreement among many raters", Psychological Bulletin 76(5), 1971,
       doi:10.1037/h0031619.
    .. [2] K. L. Gwet, "Handbook of Inter-Rater Reliability", 4th ed., Advanced Analytics, 2014, section 2.5.
    """
    kinds, repeats = _kinds(counts)
    sizes = kinds.sum(axis=1)
    shares = kinds / sizes[:, None]
    return Coefficient(repeats, np.ones(sizes.size), row_agreement(kinds, sizes), shares, shares)


def krippendorff(counts: FloatArray) -> Coefficient:
    """Return Krippendorff's alpha for nominal data: every answer weighs the same.

    ``1 - D_o / D_e`` with, over N answers in all, n_c of them for class c: D_o the mean disagreement of an answer with
    the others of its row, and ``D_e = (N^2 - sum_c n_c^2) / (N (N - 1))``.

    Parameters
    ----------
    counts : ndarray of shape (n_rows, n_classes)
        Answers for each class, two or more in a row.

    References
    ----------
    .. [1] K. Krippendorff, "Computing Krippendorff's alpha-reliability", University of Pennsylvania, 2011,
       https://repository.upenn.edu/asc_papers/43.
    .. [2] A. F. Hayes, K. Krippendorff, "Answering the call for a standard reliability measure for coding data",
       Communication Methods and Measures 1(1), 2007, doi:10.1080/19312450709336664.
    """
    kinds, repeats = _kinds(counts)
    sizes = kinds.sum(axis=1)
    shares = kinds / sizes[:, None]
    total = float(repeats @ sizes)
    return Coefficient(repeats, sizes, row_agreement(kinds, sizes), shares, shares, total / (total - 1))


def _kinds(counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the different rows of a table of counts, only the classes that occur, and how often each occurs."""
    counts = counts[:, counts.any(axis=0)]
    # Rows are told apart by one number each, which is much faster: a sum of random 64-bit numbers that wraps round.
    marks = np.random.default_rng(0).integers(1, 2**63 - 1, counts.shape[1], dtype=np.uint64)
    _, first, repeats = np.unique(counts.astype(np.uint64) @ marks, return_index=True, return_counts=True)
    return counts[first], repeats.astype(np.float64)
