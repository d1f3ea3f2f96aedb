"""Figures of a regressor, from the audit sample: each with an interval, or "too few"."""

import math
from collections.abc import Callable

import numpy as np
from scipy.special import stdtrit

from querist._typing import FloatArray
from querist._validation import check_number
from querist.audit.estimate import FEWEST, Estimate, too_few
from querist.audit.intervals import mid_p, skips_counted, with_skips
from querist.audit.outcomes import is_within
from querist.exceptions import InvalidParameterError

_LOG = "audit rows, Student interval of the logarithm, widened for heavy tails"
_MEAN = "audit rows, Student interval, widened for heavy tails"
_SHARE = "audit rows, mid-p interval"
_NOTE = "About {:.0%}, checked by simulation; no guarantee, and less where rare errors are huge."
_ONE_ROW = "One row has {:.0%} of the squared error: how large the rarest errors are, so few rows do not tell."
_NO_ERROR = "All errors are 0: how large those of other rows are, the sample does not tell."
_ONE_ERROR = "All errors are equal: how far others are from them, the sample does not tell."
# A row with more of the squared error than this is told of, where the sample is not so small that some row always has.
_MUCH = 1 / 3
_ALWAYS = 5
# Chosen by simulation (`benchmarks/audit/regression.py`; normal and Laplace errors, for one, are in its table too): how
# often more the row furthest out counts, of errors and of squared errors, and how many rows of normal errors are added.
_FURTHEST, _FURTHEST_SQUARED = 1, 5
_NORMAL_ROWS = 2
# What the shares of those rows vary by: of absolute errors and of squared ones about their mean, and of the difference
# of two squares.
_OF_ABSOLUTE, _OF_SQUARED, _OF_TWO = math.pi / 2 - 1, 2.0, 4.0


def rmse(truth: FloatArray, predicted: FloatArray, *, confidence: float = 0.95) -> Estimate:
    """Return the root of the mean squared error, in the unit of the targets; 0 is best.

    Parameters
    ----------
    truth, predicted : ndarray of shape (n,)
        Of the audit rows; predictions out of fold.
    confidence : float, default=0.95

    Returns
    -------
    Estimate
        Without an interval where all errors are 0.

    Raises
    ------
    InvalidParameterError
        If a value is infinite or missing, or the lengths differ.

    Notes
    -----
    Squared errors are skewed, and a small sample mostly lacks the rare large ones that make up their mean: Student's
    interval misses then, nearly always by ending too low. So it is one of the logarithm, and the row that is furthest
    out counts five times more. With v the squared errors over their mean::

        above^2 = t^2 (sum of (v - 1)^2 + 2 * 2 + 5 (max v - 1)^2) / ((n + 2) (n - 1))

    and ``RMSE * exp(above / 2)`` is the upper end; the lower one has the smallest v in place of the largest. ``2 * 2``
    stands for two rows with the spread of squared normal errors: a sample that happens to hardly vary says little of
    its spread. How often such intervals hold is in ``benchmarks/audit/regression.md``. O(n).

    References
    ----------
    .. [1] N. J. Johnson, "Modified t tests and confidence intervals for asymmetrical populations", JASA 73(363), 1978,
       doi:10.1080/01621459.1978.10480051 (on why Student's interval misses on one side).
    """
    return _size(truth, predicted, np.square, math.sqrt, "RMSE", confidence)


def mae(truth: FloatArray, predicted: FloatArray, *, confidence: float = 0.95) -> Estimate:
    """Return the mean absolute error, in the unit of the targets; 0 is best; see `rmse`.

    The row furthest out counts once more, and the two rows added have the spread of absolute normal errors.
    """
    return _size(truth, predicted, np.abs, float, "MAE", confidence)


def r2(truth: FloatArray, predicted: FloatArray, *, confidence: float = 0.95) -> Estimate:
    """Return 1 - (mean squared error / variance of the targets), at most 1; 0 is what their mean would get.

    Parameters
    ----------
    truth, predicted : ndarray of shape (n,)
    confidence : float, default=0.95

    Returns
    -------
    Estimate
        Without a value where all targets are equal; its value is that of ``sklearn.metrics.r2_score``.

    Raises
    ------
    InvalidParameterError
        If a value is infinite or missing, or the lengths differ.

    Notes
    -----
    The interval is that of ``log(1 - R2)``, the difference of two logarithms. A row's part in it is (squared error /
    mean squared error) - (squared deviation of the target / variance); rows furthest out, to either side, count as in
    `rmse`. O(n).
    """
    errors = errors_of(truth, predicted)
    if errors.size < FEWEST:
        return _too_few("R2", _LOG, errors.size)
    if np.ptp(truth) == 0:
        note = "All targets of the audit rows are equal: there is no variance to explain."
        return Estimate(None, None, None, errors.size, "R2", _LOG, confidence, note, is_share=False)
    deviations = np.asarray(truth, np.float64) - np.mean(truth)
    unit = float(np.abs(deviations).max())
    squares, spreads = (errors / unit) ** 2, (deviations / unit) ** 2
    left = float(squares.mean() / spreads.mean())
    if left == 0:
        return Estimate(1.0, None, None, errors.size, "R2", _LOG, confidence, _NO_ERROR, is_share=False)
    parts = squares / squares.mean() - spreads / spreads.mean()
    below, above = _reaches(parts, _OF_TWO, _FURTHEST_SQUARED, confidence)
    return Estimate(
        1 - left,
        1 - left * math.exp(above),
        1 - left * math.exp(-below),
        errors.size,
        "R2",
        _LOG,
        confidence,
        _note(squares, confidence),
        is_share=False,
    )


def bias(truth: FloatArray, predicted: FloatArray, *, confidence: float = 0.95) -> Estimate:
    """Return the mean of (predicted - truth), in the unit of the targets; above 0, the model predicts too much.

    The interval is Student's, with the row furthest out to either side counted once more; see `rmse`.
    """
    errors = errors_of(truth, predicted)
    if errors.size < FEWEST:
        return _too_few("bias", _MEAN, errors.size)
    value = float(errors.mean())
    if np.ptp(errors) == 0:
        note = _ONE_ERROR if value else _NO_ERROR
        return Estimate(value, None, None, errors.size, "bias", _MEAN, confidence, note, is_share=False)
    unit = float(np.abs(errors).max())
    below, above = _reaches((errors - value) / unit, 0.0, _FURTHEST, confidence)
    return Estimate(
        value,
        value - unit * below,
        value + unit * above,
        errors.size,
        "bias",
        _MEAN,
        confidence,
        _note((errors / unit) ** 2, confidence),
        is_share=False,
    )


def within(
    truth: FloatArray, predicted: FloatArray, tolerance: float, *, confidence: float = 0.95, n_skipped: int = 0
) -> Estimate:
    """Return the share of rows whose prediction is off by no more than a tolerance.

    Parameters
    ----------
    truth, predicted : ndarray of shape (n,)
    tolerance : float
        In the unit of the targets, at least 0.
    confidence : float, default=0.95
    n_skipped : int, default=0
        Rows of the audit sample that nobody could answer: none within it for the lower end, all for the upper.

    Raises
    ------
    InvalidParameterError
        If the tolerance is no number of at least 0, a value is infinite or missing, or the lengths differ.

    Notes
    -----
    A proportion, with the mid-p interval: of all figures of a regressor the only one that no tail of the errors harms.
    """
    tolerance = check_number(tolerance, "tolerance", low=0)
    errors_of(truth, predicted)
    hits = is_within(truth, predicted, tolerance)
    quantity = f"share of rows within {tolerance:g}"
    if hits.size < FEWEST:
        return _too_few(quantity, _SHARE, hits.size)
    value = float(hits.mean())
    ends = with_skips(mid_p, value, hits.size, n_skipped, confidence)
    return Estimate(value, *ends, hits.size, quantity, _SHARE, confidence, skips_counted(n_skipped))


def errors_of(truth: FloatArray, predicted: FloatArray) -> FloatArray:
    """Return predicted - truth as floats.

    Raises
    ------
    InvalidParameterError
        If one is infinite or missing (the first is named), or the lengths differ.
    """
    told, said = np.asarray(truth, np.float64), np.asarray(predicted, np.float64)
    if told.ndim != 1 or told.shape != said.shape:
        raise InvalidParameterError(
            f"truth and predicted must hold one number per row each, got shapes {told.shape} and {said.shape}."
        )
    with np.errstate(over="ignore", invalid="ignore"):
        errors: FloatArray = said - told
    fine = np.isfinite(errors)
    if not fine.all():
        place = int(np.argmin(fine))
        raise InvalidParameterError(
            f"Row number {place} has the target {told[place]:g} and the prediction {said[place]:g}. "
            "Both must be finite, and so must their difference."
        )
    return errors


def _size(
    truth: FloatArray,
    predicted: FloatArray,
    power: Callable[[FloatArray], FloatArray],
    root: Callable[[float], float],
    quantity: str,
    confidence: float,
) -> Estimate:
    """Return the root of the mean of a power of the errors, with the interval of its logarithm."""
    errors = errors_of(truth, predicted)
    if errors.size < FEWEST:
        return _too_few(quantity, _LOG, errors.size)
    unit = float(np.abs(errors).max())
    if unit == 0:
        return Estimate(0.0, None, None, errors.size, quantity, _LOG, confidence, _NO_ERROR, is_share=False)
    values = power(errors / unit)
    mean = float(values.mean())
    is_squared = power is np.square
    spread, furthest = (_OF_SQUARED, _FURTHEST_SQUARED) if is_squared else (_OF_ABSOLUTE, _FURTHEST)
    below, above = _reaches(values / mean - 1, spread, furthest, confidence)
    value, low, high = (unit * root(mean * math.exp(by)) for by in (0.0, -below, above))
    note = _note((errors / unit) ** 2, confidence)
    return Estimate(value, low, high, errors.size, quantity, _LOG, confidence, note, is_share=False)


def _reaches(parts: FloatArray, spread: float, furthest: int, confidence: float) -> tuple[float, float]:
    """Return how far an interval reaches to either side of a figure to which each row adds its part, about 0."""
    n = parts.size
    student = float(stdtrit(n - 1, 0.5 + confidence / 2))
    added = _NORMAL_ROWS if spread else 0
    around = float(np.sum(parts**2)) + added * spread
    per = (n + added) * (n - 1)
    below, above = (student * math.sqrt((around + furthest * end**2) / per) for end in (parts.min(), parts.max()))
    return below, above


def _note(squares: FloatArray, confidence: float) -> str:
    """Return what a reader must know of an interval, from the squared errors."""
    note = _NOTE.format(confidence)
    share = float(squares.max() / squares.sum()) if squares.any() else 0.0
    return f"{note} {_ONE_ROW.format(share)}" if share >= max(_MUCH, _ALWAYS / squares.size) else note


def _too_few(quantity: str, method: str, n: int) -> Estimate:
    return too_few(quantity, method, n, f"{FEWEST} audit rows")
