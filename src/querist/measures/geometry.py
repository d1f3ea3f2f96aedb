"""Distances and similarities between rows, from one block of rows at a time.

Blocks are ndarrays or CSR matrices; nothing is centred, normalised or squared as a
whole, and no function makes an array of rows x rows.
"""

from typing import Any

import numpy as np
import scipy.sparse

from querist._typing import AnyArray, FloatArray

# Below this share of the terms it is the difference of, a squared distance has lost
# about nine of its sixteen digits, and is computed again from the difference of the rows.
_CANCELLED = 1e-9


def as_float(block: Any) -> Any:
    """Return a block as float64; the block itself if it is already.

    Sums of squares of int8 or bool values would overflow in their own type, and
    float32 products would make near ties depend on the type that X came in.
    """
    return block if block.dtype == np.float64 else block.astype(np.float64)


def squared_norms(block: Any, shift: FloatArray | None = None) -> FloatArray:
    """Return the squared Euclidean norm of each row.

    Parameters
    ----------
    block : ndarray or CSR matrix of shape (n_rows, n_dimensions)
    shift : ndarray of shape (n_dimensions,), default=None
        Taken off each row first; dense blocks only.

    Returns
    -------
    ndarray of shape (n_rows,)
    """
    block = as_float(block)
    norms: FloatArray
    if scipy.sparse.issparse(block):
        return np.asarray(block.multiply(block).sum(axis=1), np.float64).ravel()
    if shift is not None:
        block = block - shift
    norms = np.einsum("ij,ij->i", block, block)
    return norms


def typical_point(sample: AnyArray) -> FloatArray:
    """Return a point in the midst of some rows: the median of each column.

    With an odd number of rows each median is a value that occurs, so integers stay
    integers and distances between integer rows stay exact.

    Parameters
    ----------
    sample : ndarray of shape (n_rows, n_dimensions)
        n_rows odd.

    Returns
    -------
    ndarray of shape (n_dimensions,)
    """
    return np.asarray(np.median(as_float(sample), axis=0), np.float64)


def nearest_squared_distances(
    block: Any, norms: FloatArray, points: Any, *, shift: FloatArray | None = None
) -> FloatArray:
    """Return the squared Euclidean distance of each row to the nearest of some points.

    One matrix product, ``|x|^2 + |p|^2 - 2 x.p``; where that cancels, the distance is
    computed again from the difference, so that equal rows are at distance 0.

    Parameters
    ----------
    block : ndarray or CSR matrix of shape (n_rows, n_dimensions)
    norms : ndarray of shape (n_rows,)
        `squared_norms` of the block, with the same `shift`.
    points : ndarray or CSR matrix of shape (n_points, n_dimensions)
        CSR only if the block is.
    shift : ndarray of shape (n_dimensions,), default=None
        A point near the rows. With several points and columns whose offsets are millions
        of times their spread, the nearest point cannot be told without it.

    Returns
    -------
    ndarray of shape (n_rows,)
        At least 0. O(n_rows * n_points * n_dimensions) time, O(n_rows * n_points) memory.
    """
    block, points = as_float(block), as_float(points)
    products, terms = _products(block, norms, points, shift)
    squared: FloatArray = products.min(axis=0) + norms
    close = np.flatnonzero(squared < _CANCELLED * terms)
    if close.size:
        nearest = products[:, close].argmin(axis=0)
        squared[close] = _squared_differences(block[close], points[nearest])
    return squared


def squared_distances_to_each(
    block: Any, norms: FloatArray, points: Any, *, shift: FloatArray | None = None
) -> FloatArray:
    """Return the squared Euclidean distance of each row to each of some points, computed as the nearest one is.

    Parameters
    ----------
    block, norms, points, shift
        As in `nearest_squared_distances`.

    Returns
    -------
    ndarray of shape (n_points, n_rows)
        At least 0; 0 between equal rows.
    """
    block, points = as_float(block), as_float(points)
    squared, terms = _products(block, norms, points, shift)
    squared += norms
    close, rows = np.nonzero(squared < _CANCELLED * terms)
    if rows.size:
        squared[close, rows] = _squared_differences(block[rows], points[close])
    return squared


def squared_distances(rows: AnyArray, others: AnyArray) -> AnyArray:
    """Return the squared Euclidean distances between all of a block's rows and some others, in their precision.

    For kernels, which want every distance and are smooth: what cancels is not computed again, as it is for the
    nearest point.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_dimensions)
    others : ndarray of shape (n_others, n_dimensions)
        Of the same type; few.

    Returns
    -------
    ndarray of shape (n_rows, n_others)
    """
    distances = rows @ others.T
    distances *= -2.0
    distances += np.einsum("ij,ij->i", others, others)
    distances += np.einsum("ij,ij->i", rows, rows)[:, np.newaxis]
    np.maximum(distances, 0.0, out=distances)
    return distances


def _products(block: Any, norms: FloatArray, points: Any, shift: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    """Return squared distances less the norms of the rows, points by rows, and the size of the terms they are of."""
    moved = points.toarray() if scipy.sparse.issparse(points) else points
    if shift is not None:
        moved = moved - shift
    sizes = np.einsum("ij,ij->i", moved, moved)
    offsets = sizes if shift is None else sizes + 2.0 * (moved @ shift)
    # Points by rows: the minimum then runs along contiguous memory.
    products: FloatArray = (block @ moved.T).T if scipy.sparse.issparse(block) else moved @ block.T
    products *= -2.0
    products += offsets[:, np.newaxis]
    terms = norms + sizes.max()
    if shift is not None:
        terms += np.sqrt(sizes.max() * (shift @ shift))
    return products, terms


def _squared_differences(left: Any, right: Any) -> FloatArray:
    if scipy.sparse.issparse(left) and not scipy.sparse.issparse(right):
        left = left.toarray()
    return squared_norms(left - right)


def cosine_sum(block: Any, weights: FloatArray) -> FloatArray:
    """Return the weighted sum of the rows after each is scaled to length 1.

    Parameters
    ----------
    block : ndarray or CSR matrix of shape (n_rows, n_dimensions)
        Rows of zeros count as zeros.
    weights : ndarray of shape (n_rows,)

    Returns
    -------
    ndarray of shape (n_dimensions,)
    """
    block = as_float(block)
    return np.asarray(block.T @ (weights * _inverse_lengths(block)), np.float64).ravel()


def cosine_to(block: Any, direction: FloatArray) -> FloatArray:
    """Return the product of each row, scaled to length 1, with `direction`.

    With the mean of scaled rows as direction it is the mean cosine similarity to them.

    Parameters
    ----------
    block : ndarray or CSR matrix of shape (n_rows, n_dimensions)
        Rows of zeros have similarity 0.
    direction : ndarray of shape (n_dimensions,)

    Returns
    -------
    ndarray of shape (n_rows,)
        In [-1, 1] if `direction` is no longer than 1.
    """
    block = as_float(block)
    return np.asarray(block @ direction, np.float64).ravel() * _inverse_lengths(block)


def _inverse_lengths(block: Any) -> FloatArray:
    lengths = np.sqrt(squared_norms(block))
    inverse = np.zeros_like(lengths)
    np.divide(1.0, lengths, out=inverse, where=lengths > 0)
    return inverse
