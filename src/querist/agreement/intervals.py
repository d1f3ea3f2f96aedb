"""Intervals for figures of agreement."""

from dataclasses import replace

import numpy as np
from scipy.special import ndtri, stdtrit

from querist._random import derive_generator
from querist._typing import FloatArray
from querist._validation import check_number, check_positive_int
from querist.agreement.coefficients import Coefficient
from querist.audit.estimate import FEWEST, Estimate, too_few
from querist.audit.intervals import effective_size, wilson
from querist.exceptions import InvalidParameterError

METHOD = "Wilson interval with the effective sample size"
BOOTSTRAP = "Bayesian bootstrap of rows"
DELTA = "delta method, Wilson interval with the effective sample size"
# Draws of the bootstrap; an end of the interval varies by 2 to 3 % of its width with the random numbers.
N_DRAWS = 2_000
# Of more kinds of rows the bootstrap is slow, and the delta method as good.
MOST_KINDS = 300
_BY_KIND = ("repeats", "weight", "agree", "one", "other")
UNIT = "rows"
ONE_CLASS = (
    "Only one class was given, so chance alone agrees always: there is nothing beyond it to measure. "
    "The share of agreement still counts."
)
OVERLAP = f"{FEWEST} rows with answers from two people"


def check_options(confidence: float, population: int | None, n_rows: int) -> None:
    """Refuse a confidence that no interval can have, and a pool that is smaller than its sample.

    Raises
    ------
    InvalidParameterError
        Naming the numbers.
    """
    if check_number(confidence, "confidence", low=0, high=1, open_low=True) == 1:
        raise InvalidParameterError("confidence must be in (0, 1), got 1: no interval is certain.")
    if population is not None and check_positive_int(population, "population") < n_rows:
        raise InvalidParameterError(
            f"population is {population}, fewer than the {n_rows} rows with two answers: give the size of the pool."
        )


def share_interval(value: float, rows: FloatArray, confidence: float, sampled: float) -> tuple[float, float]:
    """Return the interval of a mean on the scale of shares, from each row's (pseudo-)value.

    Wilson's, with the size that a sample of yes and no would need to vary as much; of rows from a finite pool that size
    over ``1 - sampled`` (finite-population correction), and nothing but the value where all rows are in.
    """
    if sampled >= 1:
        return value, value
    low, high = wilson(value, effective_size(rows) / (1 - sampled), confidence)
    return min(low, value), max(high, value)


def share(value: float, rows: FloatArray, quantity: str, needed: str, confidence: float, sampled: float) -> Estimate:
    """Return a share of agreement as an estimate, or that there are too few rows."""
    if rows.size < FEWEST:
        return too_few(quantity, METHOD, rows.size, needed, UNIT)
    low, high = share_interval(value, rows, confidence, sampled)
    return Estimate(value, low, high, rows.size, quantity, METHOD, confidence, unit=UNIT)


def beyond_chance(
    found: Coefficient | None, quantity: str, confidence: float, sampled: float, needed: str = OVERLAP
) -> Estimate:
    """Return a coefficient as an estimate, or why there is none."""
    n = 0 if found is None else found.n_rows
    if found is None or n < FEWEST:
        return replace(too_few(quantity, BOOTSTRAP, n, needed, UNIT), is_share=False)
    value = found.value
    if value is None:
        return Estimate(None, None, None, n, quantity, BOOTSTRAP, confidence, ONE_CLASS, is_share=False, unit=UNIT)
    if sampled >= 1:
        method, ends = BOOTSTRAP, (value, value)
    elif found.repeats.size <= MOST_KINDS:
        method, ends = BOOTSTRAP, bootstrap_interval(found, confidence, sampled)
    else:
        method = DELTA
        low, high = share_interval(found.observed, found.pseudo_values(), confidence, sampled)
        ends = found.at(low) or 0.0, found.at(high) or 0.0
    return Estimate(
        value, min(value, ends[0]), max(value, ends[1]), n, quantity, method, confidence, is_share=False, unit=UNIT
    )


def bootstrap_interval(found: Coefficient, confidence: float, sampled: float) -> tuple[float, float]:
    """Return the middle part of the coefficients that rows of random weight give.

    The Bayesian bootstrap: the weights of all rows are a draw from a Dirichlet distribution. Rows that were not seen
    but might have been take part with little weight: one row in all on which people agree, spread over the classes that
    were given, and half a row on which they do not. Without them nothing would vary where all rows agree, and a rare
    class on which everybody agreed, or nobody did, by luck of the draw would seem to be known. Two things divide the
    weight of the seen rows: Student's quantile over the normal one, squared, for few rows tell little of how much rows
    vary; and the share of the pool that was not sampled (finite-population correction).

    The random numbers are the same in each call, so the same rows give the same interval.

    References
    ----------
    .. [1] D. B. Rubin, "The Bayesian bootstrap", Annals of Statistics 9(1), 1981, doi:10.1214/aos/1176345338.
    """
    tail = 0.5 + confidence / 2
    widening = (float(stdtrit(found.n_rows - 1, tail)) / float(ndtri(tail))) ** 2
    k = found.one.shape[1]
    unseen = Coefficient(
        repeats=np.append(np.full(k, 1 / k), 0.5),
        weight=np.full(k + 1, found.repeats @ found.weight / found.n_rows),
        agree=np.append(np.ones(k), 0.0),
        one=np.vstack([np.eye(k), np.full(k, 1 / k)]),
        other=np.vstack([np.eye(k), np.full(k, 1 / k)]),
    )
    joined = {name: np.concatenate([getattr(each, name) for each in (found, unseen)]) for name in _BY_KIND}
    both = Coefficient(**joined, correction=found.correction)
    shapes = both.repeats / (widening * (1 - sampled))
    shapes[-k - 1 :] = unseen.repeats
    draws = derive_generator(0, "agreement").standard_gamma(shapes, (N_DRAWS, shapes.size))
    observed, chance = both.means(draws * both.weight)
    low, high = np.quantile(1 - (1 - observed) / (1 - chance), [1 - tail, tail])
    return float(low), float(high)
