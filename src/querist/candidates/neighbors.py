"""Look near the rows that are labelled."""

from typing import Any, ClassVar

import numpy as np

from querist._threads import single_thread
from querist._typing import IntArray
from querist._validation import check_positive_int
from querist.base.candidates import CandidateFilter
from querist.base.scoring import candidate_blocks
from querist.base.space import Space
from querist.candidates.subsample import sample_rows

_TABLE = 1 << 20


class NeighborsOfLabelled(CandidateFilter):
    """The nearest rows of each labelled row (SEALS).

    For classes so rare that most of the pool is irrelevant: the rows around the known
    examples are looked at, and the circle widens with each answer.

    Parameters
    ----------
    n_neighbors : int, default=100
        Neighbours of each labelled row.

    Notes
    -----
    Neighbours are sought among the rows that may be asked about, by Euclidean distance
    (after all steps but the last if the model is a ``Pipeline``). If they are fewer than
    the batch, rows drawn at random fill it up. Without labelled rows a random sample of
    `n_neighbors` rows (or of the batch, if larger) is looked at.

    Exact search, block by block: O(n_candidates * n_labelled * n_dimensions) time at each
    query, O(n_labelled * n_neighbors) memory. It saves time where the model is slower
    than that.

    References
    ----------
    .. [1] C. Coleman, E. Chou, J. Katz-Samuels, S. Culatana, P. Bailis, A. C. Berg,
       R. Nowak, R. Sumbaly, M. Zaharia, I. Z. Yalniz, "Similarity search for efficient
       active learning and search of rare concepts", AAAI 2022,
       doi:10.1609/aaai.v36i6.20591.

    Examples
    --------
    >>> import numpy as np
    >>> from querist.strategies import RandomSampling
    >>> X = np.arange(10.0).reshape(-1, 1)
    >>> strategy = RandomSampling(candidates=NeighborsOfLabelled(n_neighbors=2))
    >>> rows, utilities = strategy.query(X, [0, 5], ["a", "b"], random_state=0, return_utilities=True)
    >>> np.flatnonzero(np.isfinite(utilities))
    array([1, 2, 4, 6])
    """

    measures_distances: ClassVar[bool] = True

    def __init__(self, n_neighbors: int = 100) -> None:
        self.n_neighbors = n_neighbors

    def narrow(
        self,
        candidates: IntArray,
        *,
        rows: IntArray,
        batch_size: int,
        random_state: np.random.Generator,
        space: Space,
    ) -> IntArray:
        """See `CandidateFilter.narrow`.

        Raises
        ------
        InvalidParameterError
            If `n_neighbors` is not a positive integer.
        UnsupportedModelError
            If the pool is not numeric and no pipeline makes it so.
        """
        wanted = check_positive_int(self.n_neighbors, "n_neighbors")
        if not rows.size:
            return sample_rows(candidates, max(wanted, batch_size), random_state)
        if wanted >= candidates.size:
            return candidates
        near = _nearest(space.matrix, candidates, rows, wanted)
        if near.size >= batch_size:
            return candidates[near]
        others = np.delete(candidates, near)
        more = sample_rows(others, batch_size - near.size, random_state)
        return np.sort(np.concatenate([candidates[near], more]))


def _nearest(matrix: Any, candidates: IntArray, rows: IntArray, wanted: int) -> IntArray:
    """Return the positions of the candidates that are among the `wanted` nearest of any row, ascending."""
    found = np.zeros(candidates.size, bool)
    # A share of the labelled rows at a time bounds the table of their neighbours.
    step = max(_TABLE // wanted, 1)
    for start in range(0, rows.size, step):
        found[_neighbors_of(matrix, candidates, rows[start : start + step], wanted)] = True
    return np.flatnonzero(found)


def _neighbors_of(matrix: Any, candidates: IntArray, rows: IntArray, wanted: int) -> IntArray:
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
    return np.unique(places)
