"""Figures of agreement between people, from a table of their answers."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from querist._typing import FloatArray
from querist.agreement.coefficients import cohen, fleiss, krippendorff, row_agreement
from querist.agreement.intervals import OVERLAP, UNIT, beyond_chance, check_options, share
from querist.agreement.overlap import Overlap, as_ratings, overlap_of
from querist.audit.estimate import FEWEST, Estimate

OBSERVED = "agreement"
COHEN = "Cohen's kappa"
FLEISS = "Fleiss' kappa"
ALPHA = "Krippendorff's alpha"


@dataclass(frozen=True)
class ClassAgreement:
    """Agreement on one class.

    Attributes
    ----------
    class_id : int
    share : float
        Of all answers on the overlap, in [0, 1] (every row weighs the same).
    agreement : Estimate
        Specific agreement: where one person gives this class, the share of others who give it too.
    """

    class_id: int
    share: float
    agreement: Estimate


@dataclass(frozen=True)
class PairAgreement:
    """Agreement of two people on the rows that both have answered.

    Attributes
    ----------
    one, other : int
        Columns of the table, ``one < other``.
    n_rows : int
        Rows that both have answered.
    observed : Estimate
        Share of these on which they agree.
    cohen_kappa : Estimate
    """

    one: int
    other: int
    n_rows: int
    observed: Estimate
    cohen_kappa: Estimate


@dataclass(frozen=True)
class Confusion:
    """Two classes between which people differ.

    Attributes
    ----------
    one, other : int
        Classes, ``one < other``.
    n_rows : int
        Rows for which somebody gave the one and somebody else the other.
    n_pairs : int
        Pairs of answers to one row of which one is this and the other that.
    share : float
        Of all pairs that differ, in (0, 1].
    """

    one: int
    other: int
    n_rows: int
    n_pairs: int
    share: float


@dataclass(frozen=True)
class Agreement:
    """How far people agree, from the rows that two or more of them have answered.

    Attributes
    ----------
    n_rows : int
        Rows with two answers or more; all else counts for nothing here.
    n_answers : int
        Answers to these.
    n_people : int
        People who gave them.
    observed : Estimate
        Share of agreement: of a random row, do two random people who answered it agree?
    chance : float or None
        Share of agreement that answers would have which follow the same shares of classes but do not look at the row
        (Fleiss). None without rows.
    cohen_kappa : Estimate
        Of the two people where there are just two; otherwise without a value (see `pairs`).
    fleiss_kappa : Estimate
    krippendorff_alpha : Estimate
    classes : tuple of ClassAgreement
        Of each class in the order of its number, those without an answer left out.
    pairs : tuple of PairAgreement
        Of each two people who have a row in common, by number.
    confusions : tuple of Confusion
        Pairs of classes by how often people differ between them, most often first.
    """

    n_rows: int
    n_answers: int
    n_people: int
    observed: Estimate
    chance: float | None
    cohen_kappa: Estimate
    fleiss_kappa: Estimate
    krippendorff_alpha: Estimate
    classes: tuple[ClassAgreement, ...]
    pairs: tuple[PairAgreement, ...]
    confusions: tuple[Confusion, ...]


def agreement(
    ratings: npt.ArrayLike, *, n_classes: int, confidence: float = 0.95, population: int | None = None
) -> Agreement:
    """Return how far people agree.

    Parameters
    ----------
    ratings : array-like of shape (n_rows, n_people), int
        The class that each person gave each row, from 0 to ``n_classes - 1``; -1: no answer. Figures are about the pool
        only if these rows are a random sample of it, and if who answered which of them does not depend on the answer.
    n_classes : int
        How many classes there are.
    confidence : float, default=0.95
        Of each interval by itself, in (0, 1).
    population : int, default=None
        Rows of the pool that the sample was drawn from, if the pool itself is meant, as these people answer it: the
        intervals shrink as the sample comes near the whole of it. None: rows like these in general.

    Returns
    -------
    Agreement
        Its figures have no value where they rest on fewer than ten rows, and kappa and alpha none where only one class
        was given; the `note` of each says why.

    Raises
    ------
    InvalidParameterError
        If `ratings` is no table of such numbers, or `population` less than its rows with two answers.

    Notes
    -----
    Skipped questions are no answers. Cost: O(answers x people + rows x classes).

    Examples
    --------
    >>> from querist.agreement import agreement
    >>> found = agreement([[0, 0], [1, 1], [1, 1], [0, 0], [0, 1], [1, 1]] * 5, n_classes=2)
    >>> print(found.cohen_kappa)
    Cohen's kappa: 0.667, 95% interval 0.366 to 0.865 (from 30 rows; ...).
    """
    shared = overlap_of(as_ratings(ratings, n_classes), n_classes)
    check_options(confidence, population, shared.n_rows)
    sampled = 0.0 if population is None else shared.n_rows / population
    people = np.unique(shared.person)
    counts, sizes = shared.counts, shared.sizes
    with_rows = shared.n_rows > 0
    kappa = fleiss(counts) if with_rows else None
    alpha = krippendorff(counts) if with_rows else None
    rows = row_agreement(counts, sizes)
    value = float(rows.mean()) if with_rows else 0.0
    pairs = _pairs(shared, confidence, population)
    return Agreement(
        n_rows=shared.n_rows,
        n_answers=shared.said.size,
        n_people=people.size,
        observed=share(value, rows, OBSERVED, OVERLAP, confidence, sampled),
        chance=None if kappa is None else kappa.chance,
        cohen_kappa=pairs[0].cohen_kappa if people.size == 2 else _not_two(shared.n_rows, people.size, confidence),
        fleiss_kappa=beyond_chance(kappa, FLEISS, confidence, sampled),
        krippendorff_alpha=beyond_chance(alpha, ALPHA, confidence, sampled),
        classes=_classes(shared, confidence, sampled),
        pairs=pairs,
        confusions=_confusions(shared),
    )


def _not_two(n_rows: int, n_people: int, confidence: float) -> Estimate:
    note = (
        "Needs two people." if n_people < 2 else f"Is about two people, and {n_people} answered: see it for each two."
    )
    return Estimate(None, None, None, n_rows, COHEN, "", confidence, note, is_share=False, unit=UNIT)


def specific(counts: FloatArray, sizes: FloatArray, number: int) -> FloatArray:
    """Return specific agreement on a class by row, linearised: a ratio of means over rows is their mean.

    Of a row with m answers, n > 0 of them for the class: ``n (n - 1) / (m (m - 1))`` over ``n / m``.

    References
    ----------
    .. [1] D. V. Cicchetti, A. R. Feinstein, "High agreement but low kappa: II. Resolving the paradoxes", Journal of
       Clinical Epidemiology 43(6), 1990, doi:10.1016/0895-4356(90)90159-M (for two people).
    """
    n = counts[:, number]
    here = n > 0
    n, m = n[here], sizes[here]
    if not n.size:
        return np.empty(0)
    weight = n / m / np.mean(n / m)
    others = (n - 1) / (m - 1)
    value = float(np.mean(weight * others))
    return np.asarray(value + (others - value) * weight, np.float64)


def _classes(shared: Overlap, confidence: float, sampled: float) -> tuple[ClassAgreement, ...]:
    counts, sizes = shared.counts, shared.sizes
    found = []
    for number in np.flatnonzero(counts.any(axis=0)).tolist():
        rows = specific(counts, sizes, number)
        what, needed = f"agreement on class {number}", f"{FEWEST} rows to which somebody gave the class"
        estimate = share(float(rows.mean()), rows, what, needed, confidence, sampled)
        found.append(ClassAgreement(number, float(np.mean(counts[:, number] / sizes)), estimate))
    return tuple(found)


def _pairs(shared: Overlap, confidence: float, population: int | None) -> tuple[PairAgreement, ...]:
    every = shared.pairs
    found = []
    for one, other, places in shared.by_pair():
        sampled = 0.0 if population is None else places.size / population
        coefficient = cohen(every.said[places], every.other_said[places], shared.n_classes)
        same = (every.said[places] == every.other_said[places]).astype(np.float64)
        needed = f"{FEWEST} rows that both have answered"
        found.append(
            PairAgreement(
                one=one,
                other=other,
                n_rows=places.size,
                observed=share(float(same.mean()), same, OBSERVED, needed, confidence, sampled),
                cohen_kappa=beyond_chance(coefficient, COHEN, confidence, sampled, needed),
            )
        )
    return tuple(found)


def _confusions(shared: Overlap) -> tuple[Confusion, ...]:
    every = shared.pairs
    low, high = np.minimum(every.said, every.other_said), np.maximum(every.said, every.other_said)
    differ = low != high
    codes = low[differ] * shared.n_classes + high[differ]
    kinds, n_pairs = np.unique(codes, return_counts=True)
    n_squared = shared.n_classes**2
    once = np.unique(every.row[differ] * n_squared + codes) % n_squared
    n_rows = np.bincount(np.searchsorted(kinds, once), minlength=kinds.size)
    order = np.lexsort((kinds, -n_pairs))
    return tuple(
        Confusion(
            one=int(kinds[place]) // shared.n_classes,
            other=int(kinds[place]) % shared.n_classes,
            n_rows=int(n_rows[place]),
            n_pairs=int(n_pairs[place]),
            share=float(n_pairs[place] / codes.size),
        )
        for place in order.tolist()
    )
