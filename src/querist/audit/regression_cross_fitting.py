"""Predicted targets of the audit rows, by regressors that have not seen them."""

from collections.abc import Callable, Generator

import numpy as np

from querist._typing import FloatArray, IntArray, PoolLike, Regressor
from querist._validation import take_rows
from querist.audit.folds import held_out
from querist.audit.steps import finished
from querist.base.adapted import name_of
from querist.base.returned import flat
from querist.exceptions import NotEnoughLabelsError, QueristError

FitRegressor = Callable[[IntArray, FloatArray], Regressor]


def cross_fit_targets(
    fit: FitRegressor, X: PoolLike, rows: IntArray, targets: FloatArray, held: IntArray, *, n_folds: int | None = None
) -> FloatArray:
    """Predict each held row with a regressor trained on all targets but those of the held rows in its fold.

    Parameters
    ----------
    fit : callable
        From (rows, targets) to a fitted regressor.
    X : pool
    rows, targets : ndarray of shape (n_labelled,)
        Every labelled row and its target.
    held : ndarray of shape (n,)
        Those of `rows` to predict: the audit sample.
    n_folds : int, default=None
        See `held_out`.

    Returns
    -------
    ndarray of shape (n,)
        In the order of `held`.

    Raises
    ------
    InvalidParameterError
        If a held row has no target.
    QueristError
        If a regressor predicts an infinite number or NaN (the row is named), or not one number a row.
    Exception
        Whatever `fit` raises.

    Notes
    -----
    As `cross_fit` for classifiers: a fold that leaves too few targets for the regressor (`NotEnoughLabelsError`)
    predicts their mean.
    """
    return finished(cross_fitting_targets(fit, X, rows, targets, held, n_folds=n_folds))


def cross_fitting_targets(
    fit: FitRegressor, X: PoolLike, rows: IntArray, targets: FloatArray, held: IntArray, *, n_folds: int | None = None
) -> Generator[None, None, FloatArray]:
    """Do what `cross_fit_targets` does, a fold a step."""
    predicted = np.empty(held.size)
    for inside, train in held_out(rows, held, n_folds):
        yield
        try:
            model = fit(rows[train], targets[train])
        except NotEnoughLabelsError:
            predicted[inside] = targets[train].mean()
            continue
        predicted[inside] = _numbers(model, take_rows(X, held[inside]), held[inside])
    return predicted


def _numbers(model: Regressor, block: PoolLike, rows: IntArray) -> FloatArray:
    what = f"{name_of(model)}.predict"
    found: FloatArray = flat(model.predict(block), rows.size, what).astype(np.float64, copy=False)
    if not np.isfinite(found).all():
        place = int(np.argmin(np.isfinite(found)))
        raise QueristError(
            f"{what} returned {found[place]:g} for row {rows[place]}, of which no figure can be taken. Scale the "
            "features, or use another estimator."
        )
    return found
