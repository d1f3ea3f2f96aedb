"""Quantity 3, running accuracy: the average over audit draws, at any time, whatever the model did in between."""

import numpy as np

from querist._typing import FloatArray, IntArray
from querist.audit.bisection import first_real
from querist.audit.estimate import Estimate, too_few
from querist.audit.intervals import check_values

QUANTITY = "running accuracy"
METHOD = "confidence sequence, mixture of Bernoulli supermartingales"
# Bets: log-odds by which the outcome is thought to differ from the mean, each with the same share of the stake.
_BETS = np.geomspace(0.02, 8.0, 40)
_STEPS = 60


def running_accuracy(correct: FloatArray, *, confidence: float = 0.95) -> Estimate:
    """Return the average accuracy over the audit draws so far, with an interval that may be looked at after each.

    The estimand: draw t is taken at random from the rows then without an answer, and scored by the model of that
    moment before the answer trains anything; p_t is that model's accuracy on those rows. The interval is for
    ``(p_1 + ... + p_t) / t``, for all t at once. It speaks for the present model only as far as accuracy has not
    fallen.

    Parameters
    ----------
    correct : array of shape (t,)
        For each draw in order: 1 right, 0 wrong, NaN for a draw that nobody could answer. Rows that had
        an answer when the order reached them were not drawn, and do not belong here.
    confidence : float, default=0.95

    Returns
    -------
    Estimate

    Notes
    -----
    Let z_t in {0, 1} have conditional mean p_t given the past, with any dependence of p_t on it: draws without
    replacement and retrained models are covered. For each bet b the product of ``exp(b z_s) / (1 - p_s + p_s e^b)``
    is a nonnegative martingale starting at 1. The log of ``1 - p + p e^b`` is concave in p, so by Jensen's inequality,
    with the average m of the p_s and the sum S of the z_s,

        M_t(b) = exp(b S) / (1 - m + m e^b)^t

    is never above that product. The same holds for an average of M_t(b) over *fixed* bets (here 40, spaced
    geometrically from 0.02 to 8). By Ville's inequality the average exceeds 2/alpha at some time with probability at
    most alpha/2. Averages over positive bets fall with m, so all m below a root are ruled out: the lower end. The
    upper end comes from the same with 1 - z. Mixtures whose bets depend on m, as the beta-binomial one, are not
    covered by this argument when the p_t vary.

    Unanswered draws count as wrong for the lower end and as right for the upper end.

    References
    ----------
    .. [1] S. R. Howard, A. Ramdas, J. McAuliffe, J. Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence
       sequences", Annals of Statistics 49(2), 2021, doi:10.1214/20-AOS1991 (sub-Bernoulli processes; averages of
       conditional means).
    .. [2] I. Waudby-Smith, A. Ramdas, "Estimating means of bounded random variables by betting", JRSS B 86(1), 2024,
       doi:10.1093/jrsssb/qkad009.
    """
    z = np.asarray(correct, np.float64)
    known = z[~np.isnan(z)]
    check_values(known, "correct")
    if not known.size:
        return too_few(QUANTITY, METHOD, 0, "one audit answer")
    alpha = 1 - confidence
    skipped = z.size - known.size
    right = float(known.sum())
    low = lower_end(right, z.size, alpha / 2)
    high = 1 - lower_end(known.size - right, z.size, alpha / 2)
    note = f"{skipped} draws that nobody could answer are counted against it and for it." if skipped else ""
    return Estimate(right / known.size, low, high, known.size, QUANTITY, METHOD, confidence, note)


def lower_end(total: float, t: int, alpha: float) -> float:
    """Return the largest m that is ruled out from below after t draws with this sum; 0 if none is."""
    if total <= 0:
        return 0.0
    # The last that is ruled out lies one step before the first that is not.
    step = total / t * 2.0**-_STEPS
    end = first_real(0.0, total / t, lambda m: bool(log_wealth(total, t, m) < -np.log(alpha)), steps=_STEPS)
    return max(0.0, end - step)


def log_wealth(total: FloatArray | float, t: IntArray | int, m: FloatArray | float) -> FloatArray:
    """Return the log of the average over the bets of ``exp(b total) / (1 - m + m e^b)^t``; arguments broadcast."""
    sums, times, means = (np.asarray(each, np.float64)[..., np.newaxis] for each in (total, t, m))
    each = _BETS * sums - times * np.log1p(means * np.expm1(_BETS))
    # As scipy's logsumexp, which takes ten times as long on an array as short as this.
    wealth: FloatArray = np.logaddexp.reduce(each, axis=-1) - np.log(_BETS.size)
    return wealth
