"""Quantity 1, model accuracy: of the current model on a new row from the pool's population."""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtri, stdtrit

from querist._typing import BoolArray, FloatArray, IntArray
from querist.audit.estimate import Estimate, too_few
from querist.audit.intervals import wilson

QUANTITY = "model accuracy"
PLAIN = "cross-fitted audit sample, Wilson interval"
DIFFERENCE = (
    "cross-fitted audit sample and the model's confidences over the pool (difference estimator), Wilson interval"
)
NOTE = "About {:.0%}, checked by simulation; no guarantee."
FEWEST = 10
# Confidences over more rows of the pool would not narrow the interval visibly.
MOST_POOL_ROWS = 5_000


class Fitted(NamedTuple):
    """The difference estimator, before an interval is made of it.

    Attributes
    ----------
    value : float
    slope : float
        How much of the difference in confidence is believed.
    variance_ratio : float
        Variance, as a share of the plain mean's.
    """

    value: float
    slope: float
    variance_ratio: float


def model_accuracy(
    correct: FloatArray,
    confidences: FloatArray | None = None,
    pool_confidences: FloatArray | None = None,
    *,
    n_skipped: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Return the current model's accuracy on a new row, from the audit sample.

    Parameters
    ----------
    correct : ndarray of shape (m,)
        Whether each audit row is predicted rightly by a model that has not seen it (`cross_fit`, `latest_score`).
    confidences : ndarray of shape (m,), default=None
        The out-of-fold confidence in each audit row; None, or no `pool_confidences`: the plain mean.
    pool_confidences : ndarray of shape (n,), default=None
        Of the first n rows of the audit order, at most 5,000 are of use: the current model's, and for labelled rows
        those of a model that has not seen them. The audit rows are among them.
    n_skipped : int, default=0
        Rows of the audit sample that nobody could answer: all wrong for the lower end, all right for the upper.
    confidence : float, default=0.95

    Returns
    -------
    Estimate
        The method says whether the confidences narrowed the interval and were used, or not.

    Notes
    -----
    Two-phase sampling: n rows of the population with known confidence g, m of them with known correctness z.
    With slope b and residual e = z - b g::

        p  = mean(z) + b (mean of g over the n - mean of g over the m)
        se^2 = s_e^2 (1/m - 1/n) + s_z^2 / n

    b is the least-squares slope, within [0, 1.5]; it and the variances are taken with one more right and one more
    wrong row at the mean confidence (a sample without an error does not vary, the population may), s_e^2 with m - 2
    degrees of freedom. The interval is Wilson's with the size that gives a proportion this standard error,
    n_eff = m / (ratio of se^2 to s_z^2 / m), divided by the square of Student's quantile over the normal one, since
    slope and variance are estimated. Where se^2 is not below s_z^2 / m, the plain mean is reported.

    What simulation says of it is in ``benchmarks/audit/README.md``, its bias included. Two causes, of opposite sign: a
    strategy that knew an audit row's label may have asked about its neighbours (optimistic; binary problems with
    noise), or have left them alone (pessimistic; many classes and few labels). No interval from the same labels sees
    either.

    References
    ----------
    .. [1] W. G. Cochran, "Sampling Techniques", 3rd ed., Wiley, 1977, section 12.6 (regression in double sampling).
    .. [2] A. N. Angelopoulos, J. C. Duchi, T. Zrnic, "PPI++: efficient prediction-powered inference", 2023,
       arXiv:2311.01453.
    """
    z = np.asarray(correct, np.float64)
    if z.size < FEWEST:
        return too_few(QUANTITY, PLAIN, z.size, f"{FEWEST} audit rows")
    value, size, method = float(z.mean()), float(z.size), PLAIN
    if confidences is not None and pool_confidences is not None:
        fitted = difference(z, confidences, pool_confidences)
        if fitted.variance_ratio < 1:
            value, method = float(np.clip(fitted.value, 0, 1)), DIFFERENCE
            student = stdtrit(z.size - 2, 0.5 + confidence / 2) / ndtri(0.5 + confidence / 2)
            size /= fitted.variance_ratio * student**2
    total = z.size + n_skipped
    answered = z.size / total
    low = wilson(value * answered, size / answered, confidence)[0]
    high = wilson(value * answered + 1 - answered, size / answered, confidence)[1]
    note = NOTE.format(confidence)
    if n_skipped:
        note += f" {n_skipped} audit rows that nobody could answer are counted against it and for it."
    return Estimate(value, low, high, z.size, QUANTITY, method, confidence, note)


def difference(z: FloatArray, g: FloatArray, pool: FloatArray) -> Fitted:
    """Return the difference estimate, its slope and its variance ratio."""
    m, n = z.size, max(pool.size, z.size)
    padded_z, padded_g = np.append(z, (0.0, 1.0)), np.append(g, (g.mean(), g.mean()))
    spread = padded_g.var()
    slope = float(
        np.clip(np.mean((padded_z - padded_z.mean()) * (padded_g - padded_g.mean())) / max(spread, 1e-12), 0, 1.5)
    )
    whole = padded_z.var()
    rest = float((padded_z - slope * padded_g).var() / whole) * (m - 1) / (m - 2)
    ratio = rest * (1 - m / n) + m / n
    return Fitted(float(z.mean() + slope * (pool.mean() - g.mean())), slope, ratio)


def latest_score(out_of_fold: BoolArray, then: BoolArray, drawn_at: IntArray, n_labels: int) -> BoolArray:
    """Return the score that each audit row enters with: as it was drawn, if that was recently, else out of fold.

    Rows drawn by the audit since half of the labels were there are scored by the model of their moment: neither it nor
    the strategy knew their answer, so nothing was explored around them. That model had at least half of today's labels.
    Older rows, and those that the strategy asked about before the order reached them, are scored out of fold.

    Parameters
    ----------
    out_of_fold, then : ndarray of shape (m,)
        Right by today's fold model; right by the model when drawn (anything where there was none).
    drawn_at : ndarray of shape (m,)
        Labels when the audit drew the row; -1 if the strategy asked about it.
    n_labels : int
        Labels today.
    """
    return np.where(2 * drawn_at >= n_labels, then, out_of_fold)
