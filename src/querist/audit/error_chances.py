"""How likely a model is wrong about each row, to plan with: confidences, corrected by the past."""

import numpy as np
from scipy.special import expit, logit

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
        line = _fitted(_log_odds(past_confidence), past_correct)
    chances: FloatArray = expit(-(line[0] + line[1] * _log_odds(confidence)))
    return chances


def _fitted(odds: FloatArray, correct: BoolArray) -> FloatArray:
    """Return the most probable intercept and slope, by Newton's method; steps that would overshoot are halved."""
    design = np.column_stack([np.ones(odds.size), odds])
    line, value = _MEAN, _log_posterior(_MEAN, design, correct)
    for _ in range(_STEPS):
        p = expit(design @ line)
        slope = design.T @ (correct - p) - (line - _MEAN) / _DEVIATION**2
        # The prior keeps this positive definite.
        curvature = (design * (p * (1 - p))[:, None]).T @ design + np.diag(_DEVIATION**-2)
        step = np.linalg.solve(curvature, slope)
        while (reached := _log_posterior(line + step, design, correct)) < value - 1e-12:
            step = step / 2
        line, value = line + step, reached
        if np.abs(step).max() < 1e-9:
            break
    return line


def _log_odds(confidence: FloatArray) -> FloatArray:
    odds: FloatArray = logit(np.clip(confidence, 1e-4, 1 - 1e-4))
    return odds


def _log_posterior(line: FloatArray, design: FloatArray, correct: BoolArray) -> float:
    odds = design @ line
    return float((correct * odds - np.logaddexp(0, odds)).sum() - 0.5 * (((line - _MEAN) / _DEVIATION) ** 2).sum())
