"""Weighted least squares with a kernel and a free intercept, and what each row would be given without itself.

The machine of a kernel K, weights w and ridge r takes the dual values a and the intercept b with

    (K + r diag(1 / w)) a + b = y   and   sum(a) = 0,

the minimum of ``sum(w (y - f - b)^2) + r |f|^2``. One eigendecomposition serves all ridges and all targets.
"""

import numpy as np
import scipy.linalg

from querist._typing import AnyArray, FloatArray

# What no row's loss exceeds: one odd row is not to decide.
_LEAST_PROBABILITY = 1e-6


def decompose(kernel: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return eigenvalues and eigenvectors of ``diag(sqrt(w)) K diag(sqrt(w))``.

    Parameters
    ----------
    kernel : ndarray of shape (n_rows, n_rows)
        Symmetric, without negative eigenvalues but for rounding.
    weights : ndarray of shape (n_rows,)
        Above 0.

    Returns
    -------
    values : ndarray of shape (n_rows,)
        At least 0.
    vectors : ndarray of shape (n_rows, n_rows)
        A column each. O(n_rows**3).
    """
    root = np.sqrt(weights)
    if weights.size == 1:  # which early versions of scipy refuse with this driver
        return np.maximum(weights * kernel[0], 0.0), np.ones((1, 1))
    values, vectors = scipy.linalg.eigh(root[:, np.newaxis] * kernel * root, driver="evd", check_finite=False)
    return np.maximum(values, 0.0), vectors


def fit_from(
    values: FloatArray, vectors: FloatArray, weights: FloatArray, targets: FloatArray, ridge: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the machine of one ridge, and what it would say of each row if it had not been told of it.

    Parameters
    ----------
    values, vectors : ndarrays
        From `decompose`.
    weights : ndarray of shape (n_rows,)
    targets : ndarray of shape (n_rows, n_targets)
    ridge : float
        Above 0.

    Returns
    -------
    dual : ndarray of shape (n_rows, n_targets)
    intercept : ndarray of shape (n_targets,)
    left_out : ndarray of shape (n_rows, n_targets)
        Of the machine of the other rows, with the same kernel, weights and ridge; wants two rows.
        O(n_rows**2 * n_targets).

    Notes
    -----
    Leave-one-out residuals are ``a_i / C_ii``, C being the inverse of the bordered matrix [1]_.

    References
    ----------
    .. [1] G. C. Cawley, "Leave-one-out cross-validation based model selection criteria for
       weighted LS-SVMs", IJCNN 2006.
    """
    root = np.sqrt(weights)
    shrunk = 1.0 / (values + ridge)
    border = vectors @ (shrunk * (vectors.T @ root))
    total = float(root @ border)
    scaled = root[:, np.newaxis] * targets
    intercept = (border @ scaled) / total
    dual = vectors @ (shrunk[:, np.newaxis] * (vectors.T @ scaled)) - np.outer(border, intercept)
    diagonal = np.square(vectors) @ shrunk - np.square(border) / total
    # Of a lone row nothing is left.
    residuals = dual / (root * np.maximum(diagonal, np.finfo(float).tiny))[:, np.newaxis]
    return root[:, np.newaxis] * dual, intercept, targets - residuals


def log_loss(probabilities: FloatArray, codes: AnyArray, weights: FloatArray) -> float:
    """Return the weighted mean of minus the logarithm of what the true classes were given, at most 13.8 a row."""
    given = probabilities[np.arange(codes.size), codes]
    return float(weights @ -np.log(np.maximum(given, _LEAST_PROBABILITY)) / weights.sum())
