"""The minimum of the penalised logistic loss, by Newton's method, from any start.

With decision values ``Z = X @ W + b``, classes ``y`` and weights ``s`` of rows it is the minimum of

    sum(s * (log(sum(exp(Z), axis=1)) - Z[y])) + ridge / 2 * sum(W ** 2),

and with one column of decision values, that of two classes, ``exp(0)`` stands beside it. The intercept ``b`` is not
penalised; of more than two classes its mean is 0. The loss is convex, so that the slope along a step tells everything
about its length: no value of the loss is needed, whose rounding would end the search too early.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import scipy.linalg
import scipy.linalg.lapack
import scipy.sparse
import scipy.special

from querist._typing import FloatArray

# Unknowns up to which a matrix of second derivatives is made, and rows up to which one of their products.
_MOST_UNKNOWNS, _MOST_ROWS = 600, 600
# Rows up to which their span is decomposed.
_MOST_SPANNING = 400
# Cells up to which sparse rows of few columns are made dense.
_MOST_CELLS = 2_000_000
_MOST_STEPS, _MOST_HALVINGS, _MOST_PRODUCTS = 200, 60, 500
# What is left to go, relative to decision values and coefficients, when the search ends.
_TOLERANCE = 1e-12
# Below it a step is too short for its slopes to be told from rounding.
_SHORT = 1e-8
# Up to it decision values are added up.
_NEAR = 0.1
# A step along which the slope is still so much of what it was has the wrong length.
_TOO_STEEP = 0.5
# A kept factor is made anew where a step leaves more of the way, or more steps would have to follow: one that was
# made near the end serves the next fits too.
_SLOW, _PATIENCE = 0.3, 4.0
# How far the system of a step is solved at least and at most, where no factor is made.
_ROUGH, _FINE = 0.1, 1e-4

Direction = Callable[[FloatArray, FloatArray, float], FloatArray]


class Minimum(NamedTuple):
    """Where the loss is least.

    Attributes
    ----------
    coef : ndarray of shape (n_outputs, n_features)
    intercept : ndarray of shape (n_outputs,)
    factor : ndarray of shape (n_unknowns, n_unknowns) or None
        The Cholesky factor with which the last steps were made; None where none was.
    found : bool
        Whether the search has come to its end.
    """

    coef: FloatArray
    intercept: FloatArray
    factor: FloatArray | None
    found: bool


def minimum(
    X: Any,
    targets: FloatArray,
    weights: FloatArray,
    ridge: float,
    *,
    start: tuple[FloatArray, FloatArray] | None = None,
    factor: FloatArray | None = None,
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
    factor : ndarray, default=None
        That of an earlier minimum: it serves as long as steps with it are about right.

    Returns
    -------
    Minimum

    Notes
    -----
    A step with a new factor takes O(n_rows * n_unknowns**2 + n_unknowns**3), with a kept one O(n_rows * n_unknowns);
    of two classes with fewer rows than features a step takes O(n_rows**3), and with more classes one decomposition of
    up to 400 rows does. Above 600 unknowns, or rows, no such matrix is made: steps are found by conjugate gradients,
    each product O(n_rows * n_features * n_outputs).
    """
    found = _minimum(X, targets, weights, ridge, start, factor)
    if not found.found and start is not None:
        # So far off that there is no slope to follow.
        return _minimum(X, targets, weights, ridge, None, None)
    return found


def _minimum(
    X: Any,
    targets: FloatArray,
    weights: FloatArray,
    ridge: float,
    start: tuple[FloatArray, FloatArray] | None,
    factor: FloatArray | None,
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
    with_matrix = theta.size <= _MOST_UNKNOWNS
    if scipy.sparse.issparse(X):
        with_matrix = with_matrix and n_rows * n_features <= _MOST_CELLS
        X = X.toarray() if with_matrix else X
    if not with_matrix:
        found = _descend(X, targets, weights, ridge, theta, _by_products(X, weights, ridge))
        return Minimum(theta[:-1].T.copy(), theta[-1].copy(), None, found)
    steps = _Factored(X, weights, ridge, theta.size, factor)
    found = _descend(X, targets, weights, ridge, theta, steps.direction)
    return Minimum(theta[:-1].T.copy(), theta[-1].copy(), steps.factor, found)


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


def _probabilities(values: FloatArray) -> FloatArray:
    if values.shape[1] == 1:
        one: FloatArray = scipy.special.expit(values)
        return one
    proba: FloatArray = values - values.max(axis=1, keepdims=True)
    np.exp(proba, out=proba)
    proba /= proba.sum(axis=1, keepdims=True)
    return proba


def _descend(
    X: Any, targets: FloatArray, weights: FloatArray, ridge: float, theta: FloatArray, direction: Direction
) -> bool:
    """Go down from `theta`, in place; return whether there was nothing left to go.

    Parameters
    ----------
    theta : ndarray of shape (n_features + 1, n_outputs)
        Coefficients, the intercepts last.
    direction : callable
        From the gradient, the probabilities and the size of the last step to the next step.
    """
    weights = weights[:, np.newaxis]
    values = X @ theta[:-1] + theta[-1]
    proba = _probabilities(values)
    last = np.inf
    for _ in range(_MOST_STEPS):
        left = weights * (proba - targets)
        gradient = np.empty_like(theta)
        gradient[:-1] = X.T @ left
        gradient[:-1] += ridge * theta[:-1]
        gradient[-1] = left.sum(axis=0)
        step = direction(gradient, proba, last)
        along = X @ step[:-1] + step[-1]
        size = _size(along, values, step, theta)
        if size == 0:
            return True
        share, proba = 1.0, _probabilities(values + along)
        if size > _SHORT:
            slope, push = float(np.vdot(gradient, step)), ridge * float(np.vdot(step[:-1], step[:-1]))
            pull = ridge * float(np.vdot(theta[:-1], step[:-1]))
            share, proba = _share(values, along, weights, targets, slope, (pull, push), proba)
        theta += share * step
        # From far off, sums would carry the rounding of large values along.
        values = values + share * along if size < _NEAR else X @ theta[:-1] + theta[-1]
        if share == 1.0 and _is_over(size, last):
            theta[-1] -= theta[-1].mean() if theta.shape[1] > 1 else 0.0
            return True
        last = size if share == 1.0 else np.inf
    return False


def _size(along: FloatArray, values: FloatArray, step: FloatArray, theta: FloatArray) -> float:
    """Return how long a step is, relative to where it starts."""
    of_values = float(np.abs(along).max()) / max(1.0, float(np.abs(values).max()))
    return max(
        of_values, float(np.abs(step).max()) / max(float(np.abs(theta).max()), float(np.abs(step).max()), 1e-300)
    )


def _is_over(size: float, last: float) -> bool:
    """Return whether what a step of this size has left to go is too little to go."""
    # Each step leaves of the way about what this one is of the last; one that gains nothing on it is rounding.
    rate = min(size / last, 1.0) if np.isfinite(last) else 1.0
    return size * rate <= _TOLERANCE or (size < _SHORT and rate > 0.5)


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
        proba = _probabilities(values + share * along)
    return share, proba


class _Factored:
    """Steps by a Cholesky factor of the second derivatives, kept while steps with it gain enough.

    What the steps have shown of how the derivatives differ from those that it is of is added (BFGS): after one more
    row they differ along one direction mostly.
    """

    def __init__(self, X: FloatArray, weights: FloatArray, ridge: float, size: int, factor: FloatArray | None) -> None:
        self._X, self._weights, self._ridge = X, weights, ridge
        self._side = X.shape[1] + 1
        self.factor = factor if factor is not None and factor.shape == (size, size) else None
        self._n_steps, self._before = 0, np.inf
        self._gradient = self._step = np.empty(0)
        # Steps, how the gradient changed along them, and the product of the two.
        self._seen: list[tuple[FloatArray, FloatArray, float]] = []

    def direction(self, gradient: FloatArray, proba: FloatArray, last: float) -> FloatArray:
        """Return the next step."""
        if self.factor is None or (self._n_steps and self._is_slow(last)):
            self.factor = _cholesky(_second_derivatives(self._X, proba, self._weights, self._ridge))
            self._n_steps = 0
            self._seen.clear()
        gradient = gradient.T.reshape(-1)
        if self._n_steps:
            change = gradient - self._gradient
            product = float(change @ self._step)
            if product > 0:
                self._seen.append((self._step, change, product))
        self._n_steps += 1
        self._before = last
        self._gradient, self._step = gradient, self._solved(-gradient)
        return np.ascontiguousarray(self._step.reshape(-1, self._side).T)

    def _solved(self, wanted: FloatArray) -> FloatArray:
        """Return the step for a gradient of the other sign, by the two loops of L-BFGS around the factor."""
        shares = []
        for step, change, product in reversed(self._seen):
            shares.append(float(step @ wanted) / product)
            wanted = wanted - shares[-1] * change
        found: FloatArray = scipy.linalg.lapack.dpotrs(self.factor, wanted, lower=1)[0]
        for (step, change, product), share in zip(self._seen, reversed(shares), strict=True):
            found = found + (share - float(change @ found) / product) * step
        return found

    def _is_slow(self, last: float) -> bool:
        """Return whether this factor would take more steps than a new one is worth, as the last one tells."""
        if not np.isfinite(last):
            # It was cut short.
            return True
        if self._n_steps == 1:
            # An earlier fit's: after so long a step the derivatives are others.
            return not np.isfinite(self._before) and last > _SLOW
        rate = last / self._before
        return rate > _SLOW or float(np.log(_TOLERANCE / last) / np.log(rate)) - 1.0 > _PATIENCE


def _second_derivatives(X: FloatArray, proba: FloatArray, weights: FloatArray, ridge: float) -> FloatArray:
    """Return the matrix of second derivatives, class by class, the intercept of each class last."""
    n_features, n_outputs = X.shape[1], proba.shape[1]
    side = n_features + 1
    found = np.empty((n_outputs * side, n_outputs * side))
    for one in range(n_outputs):
        for other in range(one + 1):
            block = found[one * side : (one + 1) * side, other * side : (other + 1) * side]
            if one == other:
                root = np.sqrt(weights * proba[:, one] * (1.0 - proba[:, one]))
                scaled = X * root[:, np.newaxis]
                block[:-1, :-1] = scaled.T @ scaled
                block[-1, :-1] = root @ scaled
                block[-1, -1] = root @ root
            else:
                mixed = -weights * proba[:, one] * proba[:, other]
                block[:-1, :-1] = X.T @ (X * mixed[:, np.newaxis])
                block[-1, :-1] = mixed @ X
                block[-1, -1] = mixed.sum()
            block[:-1, -1] = block[-1, :-1]
            if one != other:
                found[other * side : (other + 1) * side, one * side : (one + 1) * side] = block.T
    diagonal = np.arange(n_outputs * side)
    found[diagonal, diagonal] += np.tile(np.append(np.full(n_features, ridge), 0.0), n_outputs)
    if n_outputs > 1:
        # Along equal shifts of all intercepts the loss is level. No gradient has a part along them, so no step will.
        free = diagonal[n_features::side]
        found[np.ix_(free, free)] += found[free, free].mean()
    return found


def _cholesky(matrix: FloatArray) -> FloatArray:
    """Return a lower factor; where rounding has left the matrix without one, of a matrix a little larger."""
    more = 0.0
    while True:
        # As columns are stored in LAPACK, whose copy is then the only one.
        factor, info = scipy.linalg.lapack.dpotrf(matrix.T, lower=1, clean=0)
        if info == 0:
            found: FloatArray = factor
            return found
        added = max(10.0 * more, 1e-14 * float(np.abs(matrix.diagonal()).max()), 1e-300)
        matrix[np.diag_indices_from(matrix)] += added - more
        more = added


def _by_products(X: Any, weights: FloatArray, ridge: float) -> Direction:
    """Return steps by conjugate gradients, preconditioned by the diagonal."""
    squares = X.multiply(X).tocsr() if scipy.sparse.issparse(X) else X * X

    def direction(gradient: FloatArray, proba: FloatArray, last: float) -> FloatArray:
        share = weights[:, np.newaxis] * proba
        own = share * (1.0 - proba)

        def product(step: FloatArray) -> FloatArray:
            along = X @ step[:-1] + step[-1]
            if proba.shape[1] == 1:
                bent = own * along
            else:
                bent = share * (along - np.einsum("ij,ij->i", proba, along)[:, np.newaxis])
            found = np.empty_like(step)
            found[:-1] = X.T @ bent
            found[:-1] += ridge * step[:-1]
            found[-1] = bent.sum(axis=0)
            return found

        diagonal = np.empty_like(gradient)
        diagonal[:-1] = squares.T @ own
        diagonal[:-1] += ridge
        diagonal[-1] = np.maximum(own.sum(axis=0), 1e-300)
        return _solved(product, diagonal, -gradient, min(max(last, _FINE), _ROUGH))

    return direction


def _solved(
    product: Callable[[FloatArray], FloatArray], diagonal: FloatArray, wanted: FloatArray, share: float
) -> FloatArray:
    """Return what `product` maps to what is wanted, up to a share of it."""
    step = np.zeros_like(wanted)
    left = wanted.copy()
    scaled = left / diagonal
    way = scaled.copy()
    mass = enough = float(np.vdot(left, scaled))
    enough *= share * share
    for _ in range(_MOST_PRODUCTS):
        image = product(way)
        bend = float(np.vdot(way, image))
        if bend <= 0:
            break
        step += mass / bend * way
        left -= mass / bend * image
        scaled = left / diagonal
        mass, before = float(np.vdot(left, scaled)), mass
        if mass <= enough:
            break
        way = scaled + mass / before * way
    return step


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
    return _share(*columns, slope, (pull, push), _probabilities(columns[0] + columns[1]))[0]


def _towards(
    gram: FloatArray, values: FloatArray, targets: FloatArray, weights: FloatArray, ridge: float
) -> tuple[FloatArray, float]:
    """Return where Newton's whole step leads from these decision values: dual values and the intercept."""
    proba = scipy.special.expit(values)
    bent = weights * proba * (1.0 - proba)
    root = np.sqrt(bent)
    matrix = root[:, np.newaxis] * gram * root
    matrix[np.diag_indices_from(matrix)] += ridge
    factor = _cholesky(matrix)
    # (ridge + D K)^-1 v is (v - S K v) / ridge, with S = sqrt(D) (ridge + sqrt(D) K sqrt(D))^-1 sqrt(D).
    pushed = bent * values + weights * (targets - proba)
    both, _ = scipy.linalg.lapack.dpotrs(factor, np.column_stack([root * (gram @ pushed), root]), lower=1)
    plain = (pushed - root * both[:, 0]) / ridge
    ones = root * both[:, 1]
    intercept = float(plain.sum() / max(float(ones.sum()), 1e-300))
    return plain - intercept * ones, intercept
