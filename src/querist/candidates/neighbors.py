"""Look near the rows that are labelled."""

from typing import Any, ClassVar

import numpy as np

from querist._typing import IntArray
from querist._validation import check_positive_int
from querist.base.candidates import CandidateFilter
from querist.base.space import Space
from querist.candidates.nearest import nearest_candidates
from querist.candidates.subsample import filled_up, sample_rows

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
        return filled_up(candidates, near, batch_size, random_state)


def _nearest(matrix: Any, candidates: IntArray, rows: IntArray, wanted: int) -> IntArray:
    """Return the positions of the candidates that are among the `wanted` nearest of any row, ascending."""
    found = np.zeros(candidates.size, bool)
    # A share of the labelled rows at a time bounds the table of their neighbours.
    step = max(_TABLE // wanted, 1)
    for start in range(0, rows.size, step):
        found[nearest_candidates(matrix, candidates, rows[start : start + step], wanted)[1].ravel()] = True
    return np.flatnonzero(found)
