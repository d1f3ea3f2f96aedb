"""First rows to label by examples: those most like them."""

import numpy as np

from querist._pool import in_memory
from querist._typing import BoolArray, IntArray, Pool
from querist.exceptions import InvalidParameterError
from querist.measures.likeness import likeness


def rows_like(X: Pool, examples: Pool, *, most: int | None = None, by: BoolArray | None = None) -> IntArray:
    """Return the rows of a pool that are most like examples of a class: what to label first where a class is rare.

    Parameters
    ----------
    X : array or sparse matrix of shape (n_rows, n_features)
        The pool as numbers.
    examples : array or sparse matrix of shape (n_examples, n_features)
        Rows in the same features; of the pool (``X[[3, 8]]``) or made by the recipe that made it.
    most : int, default=None
        How many rows; None: all.
    by : ndarray of shape (n_features,), bool, default=None
        By which features rows are alike; None: by all.

    Returns
    -------
    ndarray of shape (at most `most`,), int64
        The most alike first, by the example that each is most like; of equal ones the earlier first. Of texts (sparse
        rows) only those that share something with an example.

    Raises
    ------
    InvalidParameterError
        If there is no example, or it has other features than the pool.

    Notes
    -----
    Costs O(stored entries) for each example.

    Examples
    --------
    >>> import numpy as np
    >>> rows_like(np.array([[0.0], [9.0], [5.0], [8.0]]), np.array([[8.4]]), most=2)
    array([3, 1])
    """
    X, examples = in_memory(X), in_memory(examples, "examples")
    if not examples.shape[0] or examples.shape[1] != X.shape[1]:
        raise InvalidParameterError(
            f"examples must be rows with the {X.shape[1]} features of X, one at least, got shape {examples.shape}. "
            "Make them by the same recipe."
        )
    alike = likeness(X, examples, told=by)
    rows = np.flatnonzero(alike > 0) if hasattr(X, "tocsr") else np.arange(alike.size)
    return rows[np.argsort(-alike[rows], kind="stable")][:most].astype(np.int64)
