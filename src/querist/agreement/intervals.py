"""Intervals for figures of agreement."""

from querist._typing import FloatArray
from querist._validation import check_number, check_positive_int
from querist.agreement.coefficients import Coefficient
from querist.audit.estimate import FEWEST, Estimate, too_few
from querist.audit.intervals import effective_size, wilson
from querist.exceptions import InvalidParameterError

METHOD = "Wilson interval with the effective sample size"
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


def share_interval(value: float, rows: FloatArray, confidence: float, population: int | None) -> tuple[float, float]:
    """Return the interval of a mean on the scale of shares, from each row's pseudo-value.

    Wilson's, with the size that a sample of yes and no would need to vary as much; of rows from a finite pool,
    ``n / (1 - n / N)`` (finite-population correction), and no interval but the value where all rows are in.
    """
    size = effective_size(rows)
    if population is not None:
        if rows.size >= population:
            return value, value
        size /= 1 - rows.size / population
    low, high = wilson(value, size, confidence)
    return min(low, value), max(high, value)


def share(
    value: float, rows: FloatArray, quantity: str, needed: str, confidence: float, population: int | None
) -> Estimate:
    """Return a share of agreement as an estimate, or that there are too few rows."""
    if rows.size < FEWEST:
        return too_few(quantity, METHOD, rows.size, needed, UNIT)
    low, high = share_interval(value, rows, confidence, population)
    return Estimate(value, low, high, rows.size, quantity, METHOD, confidence, unit=UNIT)


def beyond_chance(
    coefficient: Coefficient | None, quantity: str, confidence: float, population: int | None, needed: str = OVERLAP
) -> Estimate:
    """Return a coefficient as an estimate, or why there is none."""
    n = 0 if coefficient is None else coefficient.rows.size
    if coefficient is None or n < FEWEST:
        return too_few(quantity, METHOD, n, needed, UNIT)
    value = coefficient.value
    if value is None:
        return Estimate(None, None, None, n, quantity, METHOD, confidence, ONE_CLASS, is_share=False, unit=UNIT)
    ends = share_interval(coefficient.observed, coefficient.rows, confidence, population)
    low, high = (coefficient.at(end) for end in ends)
    return Estimate(value, low, high, n, quantity, METHOD, confidence, is_share=False, unit=UNIT)
