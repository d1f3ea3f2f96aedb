"""The candidates nearest to some rows, block by block."""

from typing import Any

import numpy as np

from querist._threads import single_thread
from querist._typing import FloatArray, IntArray
from querist.base.scoring import candidate_blocks


def nearest_candidates(matrix: Any, candidates: IntArray, rows: IntArray, wanted: int) -> tuple[FloatArray, IntArray]:
    """Return the candidates nearest to each of some rows by Euclidean distance.

    Parameters
    ----------
    matrix : ndarray or CSR matrix of shape (n_rows, n_dimensions)
    candidates : ndarray of shape (n_candidates,)
        Ascending row numbers.
    rows : ndarray of shape (n,)
        Few row numbers.
    wanted : int
        Neighbours of each.

    Returns
    -------
    gaps : ndarray of shape (n, min(wanted, n_candidates))
        Their distances, ascending along each row.
    places : ndarray of int, likewise
        Positions among the candidates.

    Notes
    -----
    Exact: O(n_candidates * n * n_dimensions) time, O(n * wanted) memory beyond a block.
    """
    from sklearn.neighbors import NearestNeighbors

    queries = matrix[rows]
    gaps = np.empty((rows.size, 0))
    places = np.empty((rows.size, 0), np.int64)
    for positions, whole, inside in candidate_blocks(matrix, candidates):
        block = whole if inside is None else whole[inside]
        count = min(wanted, block.shape[0])
        with single_thread():
            search = NearestNeighbors(n_neighbors=count, algorithm="brute").fit(block)
            block_gaps, block_places = search.kneighbors(queries)
        gaps = np.hstack([gaps, block_gaps])
        places = np.hstack([places, block_places + positions.start])
        if gaps.shape[1] > wanted:
            # Stable, so that of equal distances the lower rows are kept whatever the blocks.
            kept = np.argsort(gaps, axis=1, kind="stable")[:, :wanted]
            gaps = np.take_along_axis(gaps, kept, axis=1)
            places = np.take_along_axis(places, kept, axis=1)
    return gaps, places
