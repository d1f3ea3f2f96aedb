"""Fisher information of a softmax layer, and what rows would change about traces of its inverse.

Adding one number to all logits changes no probability, so n_classes - 1 directions are all there is: those of
`contrasts`, at right angles to each other. With d features the parameters are d for the first direction, d for the
second, and so on; matrices between them have the shape (d * n_directions, d * n_directions).
"""

import numpy as np

from querist._typing import FloatArray

# Values that are looked at together: what that takes stays in the cache.
_CACHED_VALUES = 1 << 17

# Less than this is left of 1 by rounding only.
_CANCELLED = 1e-12


def contrasts(n_classes: int) -> FloatArray:
    """Return orthonormal directions in which logits tell classes apart.

    Parameters
    ----------
    n_classes : int
        At least 2.

    Returns
    -------
    ndarray of shape (n_classes, n_classes - 1)
        Helmert's: column k sets class k + 1 against all before it.
    """
    found = np.zeros((n_classes, n_classes - 1))
    for k in range(1, n_classes):
        found[:k, k - 1] = -1.0
        found[k, k - 1] = k
        found[:, k - 1] /= np.sqrt(k * (k + 1.0))
    return found


def class_covariances(proba: FloatArray) -> FloatArray:
    """Return ``Q' (diag(p) - p p') Q`` of each row, with Q the `contrasts`: the information about its logits.

    Parameters
    ----------
    proba : ndarray of shape (n_rows, n_classes)

    Returns
    -------
    ndarray of shape (n_rows, n_directions, n_directions)
    """
    directions = contrasts(proba.shape[1])
    means = proba @ directions
    # sum_c p_c Q_c Q_c': one product for all pairs of directions.
    pairs = directions[:, :, np.newaxis] * directions[:, np.newaxis]
    squares = proba @ pairs.reshape(proba.shape[1], -1)
    found: FloatArray = squares.reshape(-1, *pairs.shape[1:])
    found -= means[:, :, np.newaxis] * means[:, np.newaxis]
    return found


def fisher_information(X: FloatArray, covariances: FloatArray) -> FloatArray:
    """Return the sum over rows of ``P (x) x x'``.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_features)
    covariances : ndarray of shape (n_rows, n_directions, n_directions)
        P of each row, times its weight if rows have one.

    Returns
    -------
    ndarray of shape (n_features * n_directions, n_features * n_directions)
    """
    n, d = X.shape
    k = covariances.shape[1]
    found = np.zeros((k, d, k * d))
    step = max(_CACHED_VALUES // (d * k), 256)
    for start in range(0, n, step):
        part = slice(start, start + step)
        rows = X[part]
        for direction in range(k):
            # What is below the diagonal is the same.
            weighted = covariances[part, direction, direction:, np.newaxis] * rows[:, np.newaxis]
            found[direction, :, direction * d :] += rows.T @ weighted.reshape(len(rows), -1)
    whole = found.reshape(k * d, k * d)
    below = np.tril_indices(k * d, -1)
    whole[below] = whole.T[below]
    return whole


def quadratic_forms(X: FloatArray, matrix: FloatArray) -> FloatArray:
    """Return ``x' B_ce x`` of each row, for every pair of directions c and e.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_features)
    matrix : ndarray of shape (n_features * n_directions, n_features * n_directions)
        B, symmetric; B_ce is its block of two directions.

    Returns
    -------
    ndarray of shape (n_rows, n_directions, n_directions)
    """
    n, d = X.shape
    k = matrix.shape[0] // d
    blocks = matrix.reshape(k, d, k * d)
    found = np.empty((n, k, k))
    step = max(_CACHED_VALUES // (d * k), 256)
    for start in range(0, n, step):
        part = slice(start, start + step)
        rows = X[part]
        for direction in range(k):
            products = (rows @ blocks[direction, :, direction * d :]).reshape(len(rows), -1, d)
            found[part, direction, direction:] = np.einsum("nkd,nd->nk", products, rows)
            found[part, direction:, direction] = found[part, direction, direction:]
    return found


def trace_falls(change: FloatArray, inverse: FloatArray, covariances: FloatArray) -> FloatArray:
    """Return by how much ``tr((M + I(x))^-1 F)`` is below ``tr(M^-1 F)``, for each row x.

    By Woodbury's identity ``tr(A P (1 + B P)^-1)``, with A and B the row's `quadratic_forms` of M^-1 F M^-1 and of
    M^-1, and P its covariance.

    Parameters
    ----------
    change, inverse, covariances : ndarray of shape (n_rows, n_directions, n_directions)
        A, B and P of each row.

    Returns
    -------
    ndarray of shape (n_rows,)
        At least 0, and at most `closer_bounds`.
    """
    if covariances.shape[1] == 1:
        fall: FloatArray = (change * covariances / (1.0 + inverse * covariances))[:, 0, 0]
    else:
        inner = covariances @ inverse
        inner[:, np.arange(inner.shape[1]), np.arange(inner.shape[1])] += 1.0
        fall = np.einsum("nij,nij->n", change, np.linalg.solve(inner, covariances))
    return np.maximum(fall, 0.0)


def trace_bounds(change: FloatArray, covariances: FloatArray) -> FloatArray:
    """Return ``tr(A P)`` of each row, which `trace_falls` cannot exceed; in one pass."""
    found: FloatArray = np.einsum("nij,nij->n", change, covariances)
    return np.maximum(found, 0.0, out=found)


def closer_bounds(change: FloatArray, inverse: FloatArray, covariances: FloatArray) -> FloatArray:
    """Return what `trace_falls` cannot exceed, closer than `trace_bounds`: products only, no systems of equations.

    Notes
    -----
    With S and T what A and B are between the roots of P, `trace_falls` is ``tr(S) - tr(S T (1 + T)^-1)``, and by the
    inequality of Cauchy and Schwarz the second trace is at least ``tr(S T)**2 / (tr(S T) + tr(S T T))``.
    """
    first = covariances @ inverse
    second = first @ covariances
    once, twice = trace_bounds(change, second), trace_bounds(change, first @ second)
    share = np.divide(once, once + twice, out=np.zeros_like(once), where=once > 0)
    found: FloatArray = trace_bounds(change, covariances) - once * share
    return np.maximum(found, 0.0, out=found)


def trace_rises(change: FloatArray, inverse: FloatArray, covariances: FloatArray) -> FloatArray:
    """Return by how much ``tr((M - I(x))^-1 F)`` is above ``tr(M^-1 F)``, for rows x that are a part of M.

    Parameters
    ----------
    change, inverse, covariances : ndarray of shape (n_rows, n_directions, n_directions)
        As for `trace_falls`.

    Returns
    -------
    ndarray of shape (n_rows,)
        At least 0.
    """
    root = roots(covariances)
    turned = root.transpose(0, 2, 1)
    values, vectors = np.linalg.eigh(turned @ inverse @ root)
    # Below 1, as M is more than this one row.
    left = np.maximum(1.0 - values, _CANCELLED)
    inside = turned @ change @ root
    along = np.einsum("nji,njk,nki->ni", vectors, inside, vectors)
    found: FloatArray = np.maximum((along / left).sum(axis=1), 0.0)
    return found


def roots(covariances: FloatArray) -> FloatArray:
    """Return R with ``R R' = P`` for each row, also where P has not full rank; shape as P."""
    values, vectors = np.linalg.eigh(covariances)
    found: FloatArray = vectors * np.sqrt(np.maximum(values, 0.0))[:, np.newaxis]
    return found
