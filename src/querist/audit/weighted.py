"""For experts: the risk of one fixed model from rows that were not drawn evenly."""

import math

import numpy as np
from scipy.special import ndtri

from querist._typing import FloatArray, IntArray
from querist.audit.estimate import Estimate
from querist.audit.intervals import wilson
from querist.exceptions import InvalidParameterError


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
        Of the normal interval; it takes some 50 draws and bounded weights.

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
    losses, q = np.asarray(losses, np.float64), np.asarray(probabilities, np.float64)
    drawn = losses.size
    if not 0 < drawn <= n_pool:
        raise InvalidParameterError(f"{drawn} draws from a pool of {n_pool} rows: 1 to {n_pool} are possible.")
    if not ((q > 0) & (q <= 1)).all():
        raise InvalidParameterError("Every probability must be in (0, 1]: those of the rows as they were drawn.")
    quantity, method = "mean loss of one fixed model", "LURE, martingale interval"
    if drawn == n_pool:
        risk = float(losses.mean())
        return Estimate(risk, risk, risk, drawn, quantity, method, confidence, "All rows were drawn.")
    m = np.arange(1, drawn + 1)
    before = np.concatenate([[0.0], np.cumsum(losses)[:-1]])
    a = before / n_pool + losses / (n_pool * q)
    c = n_pool * (n_pool - drawn) / (drawn * (n_pool - m) * (n_pool - m + 1.0))
    risk = float(c @ a)
    reach = float(ndtri(0.5 + confidence / 2)) * math.sqrt(float((c * c) @ (a - risk) ** 2))
    return Estimate(risk, risk - reach, risk + reach, drawn, quantity, method, confidence)


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
        if not min(2, size) <= len(sample) <= size:
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
        return Estimate(
            value, value, value, n, "accuracy of one fixed model", method, confidence, "All rows were drawn."
        )
    p = float(weights @ smooth)
    low, high = wilson(value, p * (1 - p) / se2, confidence)
    return Estimate(value, low, high, n, "accuracy of one fixed model", method, confidence)
