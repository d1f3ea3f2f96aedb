"""How likely a model is wrong about each row, to plan with: what tells it, corrected by the past."""

import numpy as np
from scipy.special import expit, logit

from querist._blocks import row_blocks
from querist._typing import BoolArray, FloatArray

# Means and standard deviations of the intercept and slope that correct confidences; the means are no correction.
_MEAN, _DEVIATION = np.array([0.0, 1.0]), np.array([2.0, 0.5])
_STEPS = 50


def error_chances(
    confidence: FloatArray, past_confidence: FloatArray | None = None, past_correct: BoolArray | None = None
) -> FloatArray:
    """Return the chance of an error in each row: what its confidence says, corrected by the past.

    Parameters
    ----------
    confidence : ndarray of shape (n,)
    past_confidence, past_correct : ndarray of shape (m,), default=None
        See `querist.audit.plan_auto_label`.

    Notes
    -----
    Trees with many classes say 0.4 where they are nearly always right, others say 0.99 and are often wrong. So the past
    is fitted by a logistic curve over the log odds of the confidence (Platt), whose intercept and slope are drawn
    towards 0 and 1, where it is no correction, by normal priors: a dozen rows bend it a little, hundreds as they like.

    References
    ----------
    .. [1] J. C. Platt, "Probabilistic outputs for support vector machines and comparisons to regularized likelihood
       methods", in Advances in Large Margin Classifiers, MIT Press, 1999.
    """
    line = _MEAN
    if past_confidence is not None and past_correct is not None:
        odds = log_odds(past_confidence)
        line = fitted(np.column_stack([np.ones(odds.size), odds]), past_correct, _MEAN, _DEVIATION)
    chances = np.empty(confidence.size)
    for block in row_blocks(confidence.size, 1):
        chances[block] = expit(-(line[0] + line[1] * log_odds(confidence[block])))
    return chances


def fitted(design: FloatArray, correct: BoolArray, mean: FloatArray, deviation: FloatArray) -> FloatArray:
    """Return the most probable coefficients of a logistic curve, by Newton's method; steps that overshoot are halved.

    Parameters
    ----------
    design : ndarray of shape (n, k)
    correct : ndarray of shape (n,), bool
    mean, deviation : ndarray of shape (k,)
        Of the normal priors; what the coefficients are as long as there are no rows, and how far they may move.
    """

    def log_posterior(line: FloatArray) -> float:
        odds = design @ line
        return float((correct * odds - np.logaddexp(0, odds)).sum() - 0.5 * (((line - mean) / deviation) ** 2).sum())

    line, value = mean, log_posterior(mean)
    for _ in range(_STEPS):
        p = expit(design @ line)
        slope = design.T @ (correct - p) - (line - mean) / deviation**2
        # The prior keeps this positive definite.
        curvature = (design * (p * (1 - p))[:, None]).T @ design + np.diag(deviation**-2)
        step = np.linalg.solve(curvature, slope)
        while (reached := log_posterior(line + step)) < value - 1e-12:
            step = step / 2
        line, value = line + step, reached
        if np.abs(step).max() < 1e-9:
            break
    return line


def log_odds(share: FloatArray) -> FloatArray:
    """Return the log odds of probabilities; those of 0 and 1 are finite."""
    odds: FloatArray = logit(np.clip(share, 1e-4, 1 - 1e-4))
    return odds
