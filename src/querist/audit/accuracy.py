"""Quantity 1, model accuracy: of the current model on a new row from the pool's population."""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtri, stdtrit

from querist._typing import FloatArray, IntArray
from querist.audit.estimate import FEWEST, Estimate, too_few
from querist.audit.intervals import check_values, mid_p, skips_counted, wilson, with_skips
from querist.audit.learning_curve import curve_posterior

QUANTITY = "model accuracy"
PLAIN = "audit rows left out one after the other, mid-p interval"
DIFFERENCE = (
    "audit rows left out one after the other and the model's confidences over the reserve (difference estimator), "
    "mid-p interval"
)
NOTE = "About {:.0%}, checked by simulation; no guarantee."
# Where all answers teach the model that asks.
MEASURED = "cross-fitted audit sample, Wilson interval"
MEASURED_DIFFERENCE = (
    "cross-fitted audit sample and the model's confidences over the pool (difference estimator), Wilson interval"
)
CURVE = ", with the learning curve through the rows that were scored when they were drawn"
APPROXIMATE = (
    "Approximate: the model that asked knew the answers that judge it. In simulation such figures were off by 4 to 8 "
    "points on one of 19 data sets, and their intervals held there in 86 % of the runs or less."
)
# Confidences over more rows of the pool would not narrow the interval visibly.
MOST_POOL_ROWS = 5_000
# Of the share of audit rows that were scored when they were drawn: the curve's part in the figure.
_CURVE_PART = 0.5


class ScoredDraws(NamedTuple):
    """Audit rows that were predicted when they were drawn.

    Attributes
    ----------
    n_labels : int
        Labels of the present model.
    at : ndarray of shape (k,)
        Labels of the model that predicted each.
    hits : ndarray of shape (k,)
        Whether it was right: 1 or 0.
    """

    n_labels: int
    at: IntArray
    hits: FloatArray


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
    scored: ScoredDraws | None = None,
    n_skipped: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Return the current model's accuracy on a new row, from the audit sample.

    Parameters
    ----------
    correct : ndarray of shape (m,)
        Whether each audit row is predicted rightly by a model that has not seen it (`cross_fit`). What was asked did
        not depend on these rows (`querist.audit.reserve`), or `scored` is given.
    confidences : ndarray of shape (m,), default=None
        The out-of-fold confidence in each audit row; None, or no `pool_confidences`: the plain mean.
    pool_confidences : ndarray of shape (n,), default=None
        Of the first n rows of the audit order that the strategy did not choose among, at most 5,000 are of use: the
        current model's, and for labelled rows those of a model that has not seen them. The audit rows are among them.
    scored : ScoredDraws, default=None
        Where all answers teach the model that asks (``audit="measure"``): the audit rows that were predicted when they
        were drawn, before anybody knew their answer. The figure is approximate then.
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
    degrees of freedom.

    The audit rows and the other rows of the reserve are exchangeable given everything else that was asked. So p is
    unbiased for the accuracy of a model with one answer less than the present one: the sum over all orders of what it
    says equals that of the truth (``tests/session/test_reserve.py`` goes through all orders).

    The interval is the mid-p interval (`mid_p`) with the size ``m / ratio``, ratio = ``se^2 / (s_z^2 / m)`` times the
    square of Student's quantile over the normal one, and at most 1. What simulation says of it is in
    ``benchmarks/audit/README.md``.

    With `scored`, the mean has a bias that no interval from the same labels sees, since the strategy knew the audit
    rows' answers: it leaves alone what a known row has explained, so the models without that row are worse there than
    the present one is on new rows (pessimistic; many classes and few labels), or it asks around a row that surprised it
    (optimistic; two classes with noise). Draws that were scored when they were drawn are free of it, but speak of
    younger models. The power laws through them (`learning_curve`) give an accuracy for now, with errors of its own;
    where k of the m rows were scored so, the figure is ``(1 - w) p + w curve`` with w = k / 2m, about a third; its
    interval is Wilson's, with Student's quotient unsquared, for the mean of two figures varies less.

    References
    ----------
    .. [1] W. G. Cochran, "Sampling Techniques", 3rd ed., Wiley, 1977, section 12.6 (regression in double sampling).
    .. [2] A. N. Angelopoulos, J. C. Duchi, T. Zrnic, "PPI++: efficient prediction-powered inference", 2023,
       arXiv:2311.01453.
    """
    z = np.asarray(correct, np.float64)
    plain, narrowed = (PLAIN, DIFFERENCE) if scored is None else (MEASURED, MEASURED_DIFFERENCE)
    if z.size < FEWEST:
        return too_few(QUANTITY, plain, z.size, f"{FEWEST} random answers")
    check_values(z, "correct")
    value, ratio, method = float(z.mean()), 1.0, plain
    if confidences is not None and pool_confidences is not None:
        check_values(confidences, "confidences")
        check_values(pool_confidences, "pool_confidences")
        fitted = difference(z, confidences, pool_confidences)
        if fitted.variance_ratio < 1:
            value, ratio, method = float(np.clip(fitted.value, 0, 1)), fitted.variance_ratio, narrowed
            student = student_quotient(z.size, confidence)
            ratio = min(1.0, ratio * (student**2 if scored is None else student))
    if scored is not None and scored.at.size:
        part = _CURVE_PART * min(1.0, scored.at.size / z.size)
        value = (1 - part) * value + part * curve_posterior(scored.n_labels, scored.at, scored.hits).accuracy
        method += CURVE
    interval = mid_p if scored is None else wilson
    low, high = with_skips(interval, value, z.size / ratio, n_skipped / ratio, confidence)
    note = NOTE.format(confidence) if scored is None else APPROXIMATE
    note = f"{note} {skips_counted(n_skipped)}".strip()
    return Estimate(value, low, high, z.size, QUANTITY, method, confidence, note)


def student_quotient(size: int, confidence: float) -> float:
    """Return Student's quantile over the normal one, for a variance that was estimated beside a slope."""
    return float(stdtrit(size - 2, 0.5 + confidence / 2) / ndtri(0.5 + confidence / 2))


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
