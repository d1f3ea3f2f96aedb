"""Steps towards the minimum of a logistic loss: by a kept factor of its second derivatives, or by products with them.

What the loss is stands in `querist.learners.newton`, which says how much of a step is taken.
"""

from collections.abc import Callable

import numpy as np
import scipy.linalg.lapack
import scipy.sparse

from querist._blocks import cached_blocks
from querist._typing import FloatArray, IntArray
from querist.learners.newton_passes import Kept, Passes, probabilities

# What is left to go, relative to decision values and coefficients, when the search ends.
TOLERANCE = 1e-12
# A kept factor is made anew where a step leaves more of the way, or more steps would have to follow: one that was
# made near the end serves the next fits too.
_SLOW, _PATIENCE = 0.3, 3.0
# A new factor takes as long as one pass for so many unknowns.
_UNKNOWNS_A_PASS = 8.0
# How far the system of a step is solved at least and at most, where no factor is made.
_ROUGH, _FINE = 0.1, 1e-4
_MOST_PRODUCTS = 500
# Unknowns up to which new rows are added to a kept matrix, whose factor is then made anew.
_MOST_ADDED_TO = 256

# From the gradient and the size of the last step to the next step.
Direction = Callable[[FloatArray, float], FloatArray]


class Factored:
    """Steps by a Cholesky factor of the second derivatives, kept while steps with it gain enough.

    What the steps have shown of how the derivatives differ from those that it is of is added (BFGS): after one more
    row they differ along one direction mostly.

    Parameters
    ----------
    passes : Passes
    kept : Kept, default=None
        What an earlier fit left; its rows need not be these.
    fresh : ndarray, default=None
        If the rows are those of `kept` and more: which are new.

    Attributes
    ----------
    matrix, factor : ndarray of shape (n_unknowns, n_unknowns) or None
        As in `Kept`.
    """

    def __init__(self, passes: Passes, kept: Kept | None, fresh: IntArray | None = None) -> None:
        self._passes, size = passes, passes.theta.size
        self._side = len(passes.theta)
        self.matrix: FloatArray | None = None
        self.factor: FloatArray | None = None
        if kept is not None and kept.factor.shape == (size, size):
            self.matrix, self.factor = kept.matrix, kept.factor
            if fresh is not None and fresh.size and size <= _MOST_ADDED_TO:
                added = second_derivatives(passes.X[fresh], passes.proba_of(fresh), passes.weights[fresh])
                self.matrix = kept.matrix + added
                self.factor = cholesky(with_penalty(self.matrix, passes.ridge, passes.theta.shape[1]))
        # A new factor serves the next fits too; where one was made in this fit, another is worth the passes it saves.
        self._patience = _PATIENCE if self.factor is not None else max(_PATIENCE, size / _UNKNOWNS_A_PASS)
        self._n_steps, self._before = 0, np.inf
        self._gradient = self._step = np.empty(0)
        # Steps, how the gradient changed along them, and the product of the two.
        self._seen: list[tuple[FloatArray, FloatArray, float]] = []

    def direction(self, gradient: FloatArray, last: float) -> FloatArray:
        """Return the next step."""
        if self.factor is None or (self._n_steps and self._is_slow(last)):
            passes = self._passes
            self.matrix = second_derivatives(passes.X, probabilities(passes.values), passes.weights)
            self.factor = cholesky(with_penalty(self.matrix, passes.ridge, passes.theta.shape[1]))
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
        return rate > _SLOW or float(np.log(TOLERANCE / last) / np.log(rate)) - 1.0 > self._patience


def second_derivatives(X: FloatArray, proba: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the second derivatives of the loss without its penalty, class by class, the intercept of each last.

    A block of rows at a time: they are multiplied by their weights first, and there may be many.
    """
    found = np.zeros((proba.shape[1] * (X.shape[1] + 1),) * 2)
    for block in cached_blocks(*X.shape):
        found += _of_block(X[block], proba[block], weights[block])
    return found


def with_penalty(matrix: FloatArray, ridge: float, n_outputs: int) -> FloatArray:
    """Return second derivatives of the loss with those of its penalty, of full rank.

    Parameters
    ----------
    matrix : ndarray of shape (n_unknowns, n_unknowns)
        As `second_derivatives` returns it; it is not changed.
    ridge : float
    n_outputs : int
    """
    side = len(matrix) // n_outputs
    found, diagonal = matrix.copy(), np.arange(len(matrix))
    found[diagonal, diagonal] += np.tile(np.append(np.full(side - 1, ridge), 0.0), n_outputs)
    if n_outputs > 1:
        # Along equal shifts of all intercepts the loss is level. No gradient has a part along them: no step will.
        free = diagonal[side - 1 :: side]
        found[np.ix_(free, free)] += found[free, free].mean()
    return found


def _of_block(X: FloatArray, proba: FloatArray, weights: FloatArray) -> FloatArray:
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
    return found


def cholesky(matrix: FloatArray) -> FloatArray:
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


def by_products(passes: Passes) -> Direction:
    """Return steps by conjugate gradients, preconditioned by the diagonal."""
    X, weights, ridge = passes.X, passes.weights, passes.ridge
    squares = X.multiply(X).tocsr() if scipy.sparse.issparse(X) else X * X

    def direction(gradient: FloatArray, last: float) -> FloatArray:
        proba = probabilities(passes.values)
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
