"""All figures of a regressor at one moment, from the audit sample."""

from collections.abc import Generator
from dataclasses import dataclass, replace

import numpy as np

from querist._typing import FloatArray, IntArray, PoolLike
from querist.audit import regression_metrics as metrics
from querist.audit.estimate import FEWEST, Estimate
from querist.audit.order import AuditPrefix
from querist.audit.regression_cross_fitting import FitRegressor, cross_fitting_targets
from querist.audit.steps import finished


@dataclass(frozen=True)
class RegressionAssessment:
    """What the audit sample says of the present regressor.

    Attributes
    ----------
    n_labels : int
        Targets that the model was trained on.
    n_audited, n_skipped : int
        Rows of the audit sample with a target, and those that nobody could tell one of.
    rmse, mae, r2, bias : Estimate
    within : Estimate or None
        The share of rows that are predicted to within `tolerance`; None without one.
    tolerance : float or None
    """

    n_labels: int
    n_audited: int
    n_skipped: int
    rmse: Estimate
    mae: Estimate
    r2: Estimate
    bias: Estimate
    within: Estimate | None = None
    tolerance: float | None = None

    def __str__(self) -> str:
        first = self.headline
        return "\n".join(str(each) for each in (*first, *(each for each in self.figures if each not in first)))

    @property
    def headline(self) -> tuple[Estimate, ...]:
        """What to look at first: RMSE and R2; with a tolerance, the share of rows within it before them."""
        return (self.rmse, self.r2) if self.within is None else (self.within, self.rmse, self.r2)

    @property
    def figures(self) -> tuple[Estimate, ...]:
        """Every figure, RMSE first."""
        whole = (self.rmse, self.mae, self.r2, self.bias)
        return whole if self.within is None else (*whole, self.within)


def regression_assess(
    fit: FitRegressor,
    X: PoolLike,
    rows: IntArray,
    targets: FloatArray,
    *,
    prefix: AuditPrefix,
    truth: FloatArray,
    tolerance: float | None = None,
    confidence: float = 0.95,
) -> RegressionAssessment:
    """Return all figures of the present regressor.

    Parameters
    ----------
    fit : callable
        From (rows, targets) to a fitted regressor, of the kind whose errors are asked for.
    X : pool
    rows, targets : ndarray of shape (n_labelled,)
        Every labelled row, and the target that trains.
    prefix : AuditPrefix
    truth : ndarray of shape (n_audited,)
        The first blind answer to each of ``prefix.rows``: a second look must not lower an error.
    tolerance : float, default=None
        With one, also the share of rows that are predicted to within it, in the unit of the targets.
    confidence : float, default=0.95

    Raises
    ------
    InvalidParameterError
        If a target is infinite or missing, or the tolerance is no number of at least 0.
    QueristError
        If a regressor predicts an infinite number or NaN (the row is named), or not one number a row.
    Exception
        Whatever `fit` raises.

    Notes
    -----
    Costs a training for each audit row up to 64 rows and 20 beyond.
    """
    steps = regression_assessing(
        fit, X, rows, targets, prefix=prefix, truth=truth, tolerance=tolerance, confidence=confidence
    )
    return finished(steps)


def regression_assessing(
    fit: FitRegressor,
    X: PoolLike,
    rows: IntArray,
    targets: FloatArray,
    *,
    prefix: AuditPrefix,
    truth: FloatArray,
    tolerance: float | None = None,
    confidence: float = 0.95,
) -> Generator[None, None, RegressionAssessment]:
    """Do what `regression_assess` does, a training a step."""
    held, skipped = prefix.rows, prefix.skipped.size
    # Below ten rows no figure comes of any prediction.
    predicted = np.asarray(truth, np.float64)
    if held.size >= FEWEST:
        predicted = yield from cross_fitting_targets(fit, X, rows, targets, held)
    share = None
    if tolerance is not None:
        share = metrics.within(truth, predicted, tolerance, confidence=confidence, n_skipped=skipped)
    return RegressionAssessment(
        n_labels=rows.size,
        n_audited=held.size,
        n_skipped=skipped,
        rmse=_told(metrics.rmse(truth, predicted, confidence=confidence), skipped),
        mae=_told(metrics.mae(truth, predicted, confidence=confidence), skipped),
        r2=_told(metrics.r2(truth, predicted, confidence=confidence), skipped),
        bias=_told(metrics.bias(truth, predicted, confidence=confidence), skipped),
        within=share,
        tolerance=tolerance,
    )


def _told(figure: Estimate, n_skipped: int) -> Estimate:
    """Return it with a note where rows could not be answered: their errors have no bound that could allow for them."""
    if not n_skipped:
        return figure
    note = f"{n_skipped} random rows that nobody could answer are left out, and no interval can allow for their errors."
    return replace(figure, note=f"{figure.note} {note}".strip())
