"""For experts: the risk of one fixed model from rows that were not drawn evenly."""

import math

import numpy as np
from scipy.special import ndtri

from querist._typing import FloatArray, IntArray
from querist.audit.estimate import FEWEST, Estimate, too_few
from querist.audit.intervals import check_values, wilson
from querist.exceptions import InvalidParameterError

FIXED = "accuracy of one fixed model"
_DRAWN = "LURE, Wilson interval with the effective sample size"


def lure(losses: FloatArray, probabilities: FloatArray, n_pool: int, *, confidence: float = 0.95) -> Estimate:
    """Return the mean loss of one fixed model over the pool, from rows drawn with known, changing probabilities.

    Parameters
    ----------
    losses : ndarray of shape (M,)
        In the order of the draws.
    probabilities : ndarray of shape (M,)
        With which each was drawn, among the rows left at that moment; it may depend on what was drawn
        before. Every row left must have had some chance.
    n_pool : int
        Rows of the pool, N.
    confidence : float, default=0.95
        Of the normal interval; it takes some 50 draws and weights that do not vary much (`drawn_accuracy` holds
        without).

    Returns
    -------
    Estimate

    Notes
    -----
    LURE: ``(1/M) sum_m v_m l_m`` with ``v_m = 1 + (N-M)/(N-m) (1/((N-m+1) q_m) - 1)``; unbiased. Put differently: the
    sum of ``c_m a_m`` with ``a_m = (1/N) sum_{j<m} l_j + l_m / (N q_m)``, whose conditional mean is the risk, and
    ``c_m = N (N-M) / (M (N-m)(N-m+1))``, which sum to one. So the errors are martingale differences and
    ``sum c_m^2 (a_m - R)^2`` estimates the variance. With all of the pool drawn the risk is known.

    References
    ----------
    .. [1] S. Farquhar, Y. Gal, T. Rainforth, "On statistical bias in active learning: how and when to fix it",
       ICLR 2021, arXiv:2101.11665. (The variance is derived here.)
    """
    risk, variance, _ = _weighed(losses, probabilities, n_pool)
    drawn = len(losses)
    note = "All rows were drawn." if drawn == n_pool else ""
    reach = float(ndtri(0.5 + confidence / 2)) * math.sqrt(variance)
    quantity, method = "mean loss of one fixed model", "LURE, martingale interval"
    return Estimate(risk, risk - reach, risk + reach, drawn, quantity, method, confidence, note)


def drawn_accuracy(
    correct: FloatArray, probabilities: FloatArray, n_pool: int, *, confidence: float = 0.95
) -> Estimate:
    """Return the accuracy of one fixed model over the pool, from rows drawn with known, changing probabilities.

    `Session.accuracy_of` takes them from a session's log.

    Parameters
    ----------
    correct : ndarray of shape (M,)
        In the order of the draws: 1 right, 0 wrong, NaN where nobody could answer.
    probabilities, n_pool
        As `lure` takes them.
    confidence : float, default=0.95

    Notes
    -----
    1 minus `lure` of the errors. The interval is Wilson's with the size ``p (1-p) / se^2``, p with one more right and
    one more wrong draw. se^2 is that of `lure` or, where larger, that of a proportion with Kish's effective number of
    draws, ``(sum v)^2 / sum v^2``, times 1 - M/N: rows with a small probability and errors among them are seldom seen,
    and without them the variance looks small (with `PowerTopK` on a confident model the interval of `lure` covered 65 %
    after 150 draws, this one all of 16 runs). So it is never narrower than with as many random draws; it is for rows
    that were drawn for another purpose. Unanswered draws are all wrong for the lower end and all right for the upper;
    the value lies in the middle.
    """
    z = np.asarray(correct, np.float64)
    if z.size < FEWEST:
        return too_few(FIXED, _DRAWN, z.size, f"{FEWEST} draws")
    gaps = np.isnan(z)
    check_values(z[~gaps], "correct")
    wrong, right = (_error_interval(np.where(gaps, loss, 1 - z), probabilities, n_pool, confidence) for loss in (1, 0))
    value = 1 - (wrong[0] + right[0]) / 2
    n, skipped = int((~gaps).sum()), int(gaps.sum())
    note = f"{skipped} draws that nobody could answer are counted against it and for it." if skipped else ""
    return Estimate(value, 1 - wrong[2], 1 - right[1], n, FIXED, _DRAWN, confidence, note)


def _error_interval(
    losses: FloatArray, probabilities: FloatArray, n_pool: int, confidence: float
) -> tuple[float, float, float]:
    """Return the share of errors and its interval."""
    risk, variance, weights = _weighed(losses, probabilities, n_pool)
    drawn = losses.size
    value = min(1.0, max(0.0, risk))
    if drawn == n_pool:
        return value, value, value
    p = (value * drawn + 1) / (drawn + 2)
    kish = float(weights.sum() ** 2 / (weights @ weights))
    variance = max(variance, p * (1 - p) / kish * (1 - drawn / n_pool))
    return value, *wilson(value, p * (1 - p) / variance, confidence)


def _weighed(losses: FloatArray, probabilities: FloatArray, n_pool: int) -> tuple[float, float, FloatArray]:
    """Return LURE, its variance, and the weights v of the draws."""
    losses, q = np.asarray(losses, np.float64), np.asarray(probabilities, np.float64)
    drawn = losses.size
    if not 0 < drawn <= n_pool or q.shape != losses.shape:
        raise InvalidParameterError(
            f"{drawn} draws with {q.size} probabilities from a pool of {n_pool} rows. Give 1 to {n_pool} draws, "
            "each with its probability."
        )
    if not ((q > 0) & (q <= 1)).all():
        raise InvalidParameterError("Every probability must be in (0, 1]: those of the rows as they were drawn.")
    if not np.isfinite(losses).all():
        raise InvalidParameterError("losses holds a value that is not finite. Give a number for each draw.")
    m = np.arange(1, drawn + 1)
    if drawn == n_pool:
        return float(losses.mean()), 0.0, np.ones(drawn)
    before = np.concatenate([[0.0], np.cumsum(losses)[:-1]])
    a = before / n_pool + losses / (n_pool * q)
    c = n_pool * (n_pool - drawn) / (drawn * (n_pool - m) * (n_pool - m + 1.0))
    risk = float(c @ a)
    weights = 1 + (n_pool - drawn) / (n_pool - m) * (1 / ((n_pool - m + 1) * q) - 1)
    return risk, float((c * c) @ (a - risk) ** 2), weights


def neyman_allocation(sizes: IntArray, guesses: FloatArray, n: int) -> IntArray:
    """Return how many of n draws each stratum gets: in proportion to ``N_h sqrt(p_h (1 - p_h))``, two at least.

    Parameters
    ----------
    sizes : ndarray of shape (n_strata,)
        Rows of each stratum; each stratum gets no more than it has.
    guesses : ndarray of shape (n_strata,)
        Guessed accuracy of each; kept within 0.02 and 0.98, for a guess is no knowledge.
    n : int

    References
    ----------
    .. [1] J. Neyman, "On the two different aspects of the representative method", JRSS 97(4), 1934,
       doi:10.2307/2342192.
    """
    sizes = np.asarray(sizes, np.int64)
    least = np.minimum(2, sizes)
    if not least.sum() <= n <= sizes.sum():
        raise InvalidParameterError(f"n must be from {least.sum()} to {sizes.sum()} here, got {n}.")
    p = np.clip(guesses, 0.02, 0.98)
    wish = sizes * np.sqrt(p * (1 - p))
    given = least.copy()
    for _ in range(n - int(given.sum())):
        # One draw at a time to where it reduces the variance most: sum N_h^2 p_h (1 - p_h) / n_h.
        gain = np.where(given < sizes, wish**2 / np.maximum(given * (given + 1), 1), -1.0)
        given[int(gain.argmax())] += 1
    return given


def stratified(correct: list[FloatArray], sizes: IntArray, *, confidence: float = 0.95) -> Estimate:
    """Return the accuracy of one fixed model over a pool, from simple random samples of its strata.

    Parameters
    ----------
    correct : list of ndarray
        For each stratum, the draws: 1 right, 0 wrong; at least two, or all of the stratum.
    sizes : ndarray of shape (n_strata,)
        Rows of each stratum.
    confidence : float, default=0.95

    Notes
    -----
    ``sum W_h mean_h`` with variance ``sum W_h^2 (1 - n_h/N_h) s_h^2 / n_h``; s_h^2 with one more right and one more
    wrong draw, since a stratum without an error does not vary in the sample; Wilson's interval with the effective size
    ``p(1-p)/se^2``.

    References
    ----------
    .. [1] W. G. Cochran, "Sampling Techniques", 3rd ed., Wiley, 1977, theorems 5.3 and 5.4.
    """
    sizes = np.asarray(sizes, np.int64)
    for number, (sample, size) in enumerate(zip(correct, sizes.tolist(), strict=True)):
        if not size or not min(2, size) <= len(sample) <= size:
            raise InvalidParameterError(f"Stratum {number} has {size} rows and {len(sample)} draws; give 2 to {size}.")
    weights = sizes / sizes.sum()
    means = np.array([np.mean(sample) for sample in correct])
    counts = np.array([len(sample) for sample in correct])
    smooth = (means * counts + 1) / (counts + 2)
    value = float(np.clip(weights @ means, 0, 1))
    se2 = float(np.sum(weights**2 * (1 - counts / sizes) * smooth * (1 - smooth) / np.maximum(counts - 1, 1)))
    method = "stratified mean, Wilson interval with the effective sample size"
    n = int(counts.sum())
    if se2 == 0:
        return Estimate(value, value, value, n, FIXED, method, confidence, "All rows were drawn.")
    p = float(weights @ smooth)
    low, high = wilson(value, p * (1 - p) / se2, confidence)
    return Estimate(value, low, high, n, FIXED, method, confidence)
