"""The minimum of the penalised logistic loss, by Newton's method, from any start.

With decision values ``Z = X @ W + b``, classes ``y`` and weights ``s`` of rows it is the minimum of

    sum(s * (log(sum(exp(Z), axis=1)) - Z[y])) + ridge / 2 * sum(W ** 2),

and with one column of decision values, that of two classes, ``exp(0)`` stands beside it. The intercept ``b`` is not
penalised; of more than two classes its mean is 0. The loss is convex, so that the slope along a step tells everything
about its length: no value of the loss is needed, whose rounding would end the search too early.
"""

from typing import Any, NamedTuple

import numpy as np
import scipy.linalg
import scipy.linalg.lapack
import scipy.sparse
import scipy.special

from querist._typing import FloatArray
from querist.learners.newton_passes import Kept, Passes, changed_rows, probabilities
from querist.learners.newton_steps import TOLERANCE, Direction, Factored, by_products, cholesky

# Unknowns up to which a matrix of second derivatives is made, and rows up to which one of their products.
MOST_UNKNOWNS, _MOST_ROWS = 600, 600
# Rows up to which their span is decomposed.
_MOST_SPANNING = 400
# Cells up to which sparse rows of few columns are made dense.
_MOST_CELLS = 2_000_000
_MOST_STEPS, _MOST_HALVINGS = 200, 60
# Rows of a sample by which the search over at least so many times as many begins, and how many each class must have.
_SAMPLE, _WORTHWHILE, _FEWEST_OF_A_CLASS = 5_000, 4, 50
# Below it a step is too short for its slopes to be told from rounding.
_SHORT = 1e-8
# Up to it decision values are added up.
_NEAR = 0.1
# A step along which the slope is still so much of what it was has the wrong length.
_TOO_STEEP = 0.5


class Minimum(NamedTuple):
    """Where the loss is least.

    Attributes
    ----------
    coef : ndarray of shape (n_outputs, n_features)
    intercept : ndarray of shape (n_outputs,)
    kept : Kept or None
        For the next fit; None where no matrix of second derivatives was made.
    found : bool
        Whether the search has come to its end.
    """

    coef: FloatArray
    intercept: FloatArray
    kept: Kept | None
    found: bool


def minimum(
    X: Any,
    targets: FloatArray,
    weights: FloatArray,
    ridge: float,
    *,
    start: tuple[FloatArray, FloatArray] | None = None,
    kept: Kept | None = None,
    n_same: int = 0,
) -> Minimum:
    """Return where the loss is least, the start being no worse than none.

    Parameters
    ----------
    X : ndarray or CSR matrix of shape (n_rows, n_features)
        float64.
    targets : ndarray of shape (n_rows, n_outputs)
        1 where the row is of the class, else 0; of two classes a column for the second.
    weights : ndarray of shape (n_rows,)
        Above 0.
    ridge : float
        Above 0.
    start : (ndarray of shape (n_outputs, n_features), ndarray of shape (n_outputs,)), default=None
        Coefficients and intercepts from which to go; None: all 0.
    kept : Kept, default=None
        That of an earlier minimum: its factor serves as long as steps with it are about right.
    n_same : int, default=0
        How many of the first rows of `X` are those of that minimum, in their order. Where all of them are, the search
        goes on from there whatever `start` says.

    Returns
    -------
    Minimum

    Notes
    -----
    A step with a new factor takes O(n_rows * n_unknowns**2 + n_unknowns**3), with a kept one O(n_rows * n_unknowns),
    one pass over the rows; the first after a minimum of the same rows and few more takes none;
    of two classes with fewer rows than features a step takes O(n_rows**3), and with more classes one decomposition of
    up to 400 rows does. Above 600 unknowns, or rows, no such matrix is made: steps are found by conjugate gradients,
    each product O(n_rows * n_features * n_outputs).
    """
    found = _minimum(X, targets, weights, ridge, start, kept, n_same)
    if not found.found and start is not None:
        # So far off that there is no slope to follow.
        return _minimum(X, targets, weights, ridge, None, None, 0)
    return found


def _minimum(
    X: Any,
    targets: FloatArray,
    weights: FloatArray,
    ridge: float,
    start: tuple[FloatArray, FloatArray] | None,
    kept: Kept | None,
    n_same: int,
) -> Minimum:
    n_rows, n_features = X.shape
    n_outputs = targets.shape[1]
    if n_outputs == 1 and n_rows <= min(n_features, _MOST_ROWS):
        return _from_rows(X, targets[:, 0], weights, ridge, start)
    if n_outputs > 1 and n_rows <= min(n_features - 1, _MOST_SPANNING):
        return _in_their_span(X, targets, weights, ridge, start)
    theta = np.zeros((n_features + 1, n_outputs))
    if start is not None:
        theta[:-1], theta[-1] = start[0].T, start[1]
    if n_outputs > 1:
        # What all classes have in common says nothing, and the penalty wants none of it.
        theta -= theta.mean(axis=1, keepdims=True)
    with_matrix = theta.size <= MOST_UNKNOWNS
    if scipy.sparse.issparse(X):
        with_matrix = with_matrix and n_rows * n_features <= _MOST_CELLS
        X = X.toarray() if with_matrix else X
    if not with_matrix:
        passes = Passes(X, targets, weights, ridge, theta)
        found = _descend(passes, by_products(passes), passes.begin())
        return Minimum(theta[:-1].T.copy(), theta[-1].copy(), None, found)
    return _with_matrix(X, targets, weights, ridge, theta, kept, n_same)


def _with_matrix(
    X: FloatArray,
    targets: FloatArray,
    weights: FloatArray,
    ridge: float,
    theta: FloatArray,
    kept: Kept | None,
    n_same: int,
) -> Minimum:
    changed = changed_rows(kept, targets, weights, n_same)
    if kept is not None and changed is not None:
        reach = np.maximum(kept.reach, columns_reach(X[len(kept.values) :]))
        passes = Passes(X, targets, weights, ridge, kept.theta.copy(), reach)
        gradient, fresh = passes.go_on(kept, changed)
        steps = Factored(passes, kept, fresh)
    else:
        if kept is None and not theta.any():
            _near_by_a_sample(X, targets, weights, ridge, theta)
        passes = Passes(X, targets, weights, ridge, theta, columns_reach(X))
        gradient, steps = passes.begin(), Factored(passes, kept)
    found = _descend(passes, steps.direction, gradient)
    theta, left = passes.theta, None
    if steps.matrix is not None and steps.factor is not None and passes.reach is not None:
        lag = np.zeros_like(theta) if passes.lag is None else passes.lag
        left = Kept(theta, lag, passes.values, targets, weights, passes.reach, steps.matrix, steps.factor)
    return Minimum(theta[:-1].T.copy(), theta[-1].copy(), left, found)


def _near_by_a_sample(X: FloatArray, targets: FloatArray, weights: FloatArray, ridge: float, theta: FloatArray) -> None:
    """Of very many rows, put the minimum of some of them into `theta`: most steps from nothing are then made there."""
    stride = len(targets) // _SAMPLE
    if stride < _WORTHWHILE:
        return
    some = targets[::stride]
    # As many of a class as make the sample speak for all.
    if min(some.sum(axis=0).min(), (1.0 - some).sum(axis=0).min()) < _FEWEST_OF_A_CLASS:
        return
    found = _with_matrix(X[::stride], some, weights[::stride], ridge / stride, np.zeros_like(theta), None, 0)
    if found.found:
        theta[:-1], theta[-1] = found.coef.T, found.intercept


def columns_reach(X: FloatArray) -> FloatArray:
    """Return the largest absolute value of each column; 0 of no rows."""
    if not len(X):
        return np.zeros(X.shape[1])
    found: FloatArray = np.maximum(X.max(axis=0), -X.min(axis=0)).astype(np.float64)
    return found


def _gram(X: Any) -> FloatArray:
    gram = X @ X.T
    return np.asarray(gram.toarray() if scipy.sparse.issparse(gram) else gram)


def _in_their_span(
    X: Any, targets: FloatArray, weights: FloatArray, ridge: float, start: tuple[FloatArray, FloatArray] | None
) -> Minimum:
    """Return the minimum, searched in coordinates of the span of the rows, which are fewer than the features."""
    values, vectors = scipy.linalg.eigh(_gram(X), driver="evd", check_finite=False)
    # What is left out is rounding.
    spanning = values > values[-1] * values.size * np.finfo(np.float64).eps
    root, vectors = np.sqrt(values[spanning]), vectors[:, spanning]
    if start is not None:
        # X = vectors * root * basis, whose rows are orthonormal: those of the coefficients that the rows see.
        start = (np.asarray(X @ start[0].T).T @ vectors / root, start[1])
    inside = minimum(vectors * root, targets, weights, ridge, start=start)
    coef = np.asarray(X.T @ (vectors / root @ inside.coef.T)).T
    return Minimum(np.ascontiguousarray(coef), inside.intercept, None, inside.found)


def _descend(passes: Passes, direction: Direction, gradient: FloatArray) -> bool:
    """Go down, in place; return whether there was nothing left to go.

    Parameters
    ----------
    direction : Direction
        From the gradient and the size of the last step to the next step.
    gradient : ndarray of shape (n_features + 1, n_outputs)
        Where it begins.
    """
    theta, last = passes.theta, np.inf
    for _ in range(_MOST_STEPS):
        step = direction(gradient, last)
        size = max(
            passes.length(step),
            float(np.abs(step).max()) / max(float(np.abs(theta).max()), float(np.abs(step).max()), 1e-300),
        )
        if size == 0:
            return True
        if _is_over(size, last):
            passes.leave(step)
            theta[-1] -= theta[-1].mean() if theta.shape[1] > 1 else 0.0
            return True
        slope, before = float(np.vdot(gradient, step)), theta.copy()
        gradient = passes.move(step, anew=size >= _NEAR)
        last = size
        if size > _SHORT and not float(np.vdot(gradient, step)) <= -_TOO_STEEP * slope:
            gradient, last = _cut(passes, step, before, slope), np.inf
    return False


def _cut(passes: Passes, step: FloatArray, before: FloatArray, slope: float) -> FloatArray:
    """Go back on a step that was too long, to where the slope along it is small; return the gradient there."""
    along = passes.along(step)
    passes.theta[:] = before
    passes.begin()
    push = passes.ridge * float(np.vdot(step[:-1], step[:-1]))
    pull = passes.ridge * float(np.vdot(before[:-1], step[:-1]))
    proba = probabilities(passes.values + along)
    columns = passes.values, along, passes.weights[:, np.newaxis], passes.targets
    share, _ = _share(*columns, slope, (pull, push), proba)
    passes.theta += share * step
    return passes.begin()


def _is_over(size: float, last: float) -> bool:
    """Return whether what a step of this size has left to go is too little to go."""
    # Each step leaves of the way about what this one is of the last; one that gains nothing on it is rounding.
    rate = min(size / last, 1.0) if np.isfinite(last) else 1.0
    return size * rate <= TOLERANCE or (size < _SHORT and rate > 0.5)


def _share(
    values: FloatArray,
    along: FloatArray,
    weights: FloatArray,
    targets: FloatArray,
    slope: float,
    penalty: tuple[float, float],
    proba: FloatArray,
) -> tuple[float, FloatArray]:
    """Return how much of a step to take, so that it is not too long, and the probabilities there.

    Parameters
    ----------
    slope : float
        Of the loss where the step starts, below 0.
    penalty : (float, float)
        Slope of the penalty there, and how much it grows over the step.
    proba : ndarray
        Probabilities at the end of the whole step.
    """
    low, high, share = 0.0, 1.0, 1.0
    at_low, at_high = slope, np.inf
    for _ in range(_MOST_HALVINGS):
        here = float(np.vdot(weights * (proba - targets), along)) + penalty[0] + share * penalty[1]
        if here <= -_TOO_STEEP * slope and (share == 1.0 or here >= _TOO_STEEP * slope):
            break
        if here > 0:
            high, at_high = share, here
        else:
            low, at_low = share, here
        # The secant, kept off the ends, where it may stand still.
        secant = at_low / (at_low - at_high) if np.isfinite(at_high) else 0.5
        share = low + (high - low) * min(max(secant, 0.1), 0.9)
        proba = probabilities(values + share * along)
    return share, proba


def _from_rows(
    X: Any, targets: FloatArray, weights: FloatArray, ridge: float, start: tuple[FloatArray, FloatArray] | None
) -> Minimum:
    """Return the minimum of two classes as a sum of rows, of which there are fewer than features.

    With ``K = X @ X.T`` and ``w = X.T @ a`` Newton's step leads to the least-squares fit with weights
    ``D = s * p * (1 - p)``, whose matrix ``ridge + sqrt(D) K sqrt(D)`` has no eigenvalue below the ridge.
    """
    gram = _gram(X)
    n_rows = targets.size
    dual, fitted, intercept, found = np.zeros(n_rows), np.zeros(n_rows), 0.0, False
    if start is not None:
        values = X @ start[0][0] + start[1][0]
        # Whatever it was, the first step leads to a sum of these rows.
        dual, intercept = _towards(gram, values, targets, weights, ridge)
        fitted = gram @ dual
    last = np.inf
    for _ in range(_MOST_STEPS):
        values = fitted + intercept
        to_dual, to_intercept = _towards(gram, values, targets, weights, ridge)
        dual_step, intercept_step = to_dual - dual, to_intercept - intercept
        fitted_step = gram @ dual_step
        along = fitted_step + intercept_step
        size = float(np.abs(along).max()) / max(1.0, float(np.abs(values).max()))
        size = max(size, float(np.abs(dual_step).max()) / max(float(np.abs(to_dual).max()), 1e-300))
        share = 1.0
        if size > _SHORT:
            share = _share_of_rows(values, along, weights, targets, ridge, (dual, dual_step, fitted_step))
        dual = dual + share * dual_step
        fitted = fitted + share * fitted_step
        intercept += share * intercept_step
        if share == 1.0 and _is_over(size, last):
            found = True
            break
        last = size if share == 1.0 else np.inf
    coef = np.asarray(X.T @ dual)
    return Minimum(coef[np.newaxis], np.array([intercept]), None, found)


def _share_of_rows(
    values: FloatArray,
    along: FloatArray,
    weights: FloatArray,
    targets: FloatArray,
    ridge: float,
    duals: tuple[FloatArray, FloatArray, FloatArray],
) -> float:
    """Return how much of a step between sums of rows to take."""
    dual, dual_step, fitted_step = duals
    columns = values[:, np.newaxis], along[:, np.newaxis], weights[:, np.newaxis], targets[:, np.newaxis]
    pull, push = ridge * float(dual @ fitted_step), ridge * float(dual_step @ fitted_step)
    slope = float((weights * (scipy.special.expit(values) - targets)) @ along) + pull
    return _share(*columns, slope, (pull, push), probabilities(columns[0] + columns[1]))[0]


def _towards(
    gram: FloatArray, values: FloatArray, targets: FloatArray, weights: FloatArray, ridge: float
) -> tuple[FloatArray, float]:
    """Return where Newton's whole step leads from these decision values: dual values and the intercept."""
    proba = scipy.special.expit(values)
    bent = weights * proba * (1.0 - proba)
    root = np.sqrt(bent)
    matrix = root[:, np.newaxis] * gram * root
    matrix[np.diag_indices_from(matrix)] += ridge
    factor = cholesky(matrix)
    # (ridge + D K)^-1 v is (v - S K v) / ridge, with S = sqrt(D) (ridge + sqrt(D) K sqrt(D))^-1 sqrt(D).
    pushed = bent * values + weights * (targets - proba)
    both, _ = scipy.linalg.lapack.dpotrs(factor, np.column_stack([root * (gram @ pushed), root]), lower=1)
    plain = (pushed - root * both[:, 0]) / ridge
    ones = root * both[:, 1]
    intercept = float(plain.sum() / max(float(ones.sum()), 1e-300))
    return plain - intercept * ones, intercept
