"""Rows that are most like one: by the features that the model learns from."""

import numpy as np
import scipy.sparse

from querist._typing import BoolArray, IntArray, Pool
from querist.measures.likeness import likeness


def nearest_rows(X: Pool, row: int, most: int, *, told: BoolArray | None = None) -> IntArray:
    """Return the rows most like one, itself first, then by falling likeness; of equal ones the earlier first.

    Texts (sparse rows) by the cosine of their angle, and only those that share something with it, words or, where there
    are embeddings, meaning; other rows by their Euclidean distance, columns in units of their spread.

    Parameters
    ----------
    X : ndarray or CSR matrix of shape (n_rows, n_features)
    row : int
        In [0, n_rows).
    most : int
        At least 1.
    told : ndarray of shape (n_features,), default=None
        Of texts, by which features they are alike; None: by all.

    Returns
    -------
    ndarray of shape (at most `most`,), int64
        O(stored entries) time; memory for a block of 20,000 rows.
    """
    is_sparse = scipy.sparse.issparse(X)
    alike = likeness(X, X[row : row + 1], told=told if is_sparse else None)
    found = np.flatnonzero(alike > 0) if is_sparse else np.arange(alike.size)
    # Itself first, also where it has copies, or nothing to be like (a text without known words).
    alike[row] = np.inf
    found = found if row in found else np.append(found, row)
    head = found
    if found.size > most:
        # All that are as like as the last of them, so that ties do not depend on the partition.
        least = np.partition(-alike[found], most - 1)[most - 1]
        head = found[-alike[found] <= least]
    return head[np.lexsort((head, -alike[head]))][:most].astype(np.int64)
