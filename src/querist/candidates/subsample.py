"""Look at a random sample of the rows."""

import numpy as np

from querist._typing import IntArray
from querist._validation import check_positive_int
from querist.base.candidates import CandidateFilter
from querist.base.space import Space


class RandomSubsample(CandidateFilter):
    """A fresh simple random sample of the rows at each query.

    The time of a query then no longer grows with the pool.

    Parameters
    ----------
    size : int, default=10_000
        Rows to look at; a larger batch raises it to the size of the batch.

    Examples
    --------
    >>> import numpy as np
    >>> from querist.strategies import RandomSampling
    >>> X = np.zeros((1000, 2))
    >>> strategy = RandomSampling(candidates=RandomSubsample(size=100))
    >>> rows, utilities = strategy.query(X, [], [], random_state=0, return_utilities=True)
    >>> int(np.isfinite(utilities).sum())
    100
    """

    def __init__(self, size: int = 10_000) -> None:
        self.size = size

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
            If `size` is not a positive integer.
        """
        size = max(check_positive_int(self.size, "size"), batch_size)
        return sample_rows(candidates, size, random_state)


def sample_rows(candidates: IntArray, size: int, rng: np.random.Generator) -> IntArray:
    """Return `size` of the candidates (or all, if they are fewer), each subset equally likely, ascending."""
    if candidates.size <= size:
        return candidates
    positions = rng.choice(candidates.size, size, replace=False, shuffle=False)
    positions.sort()
    return candidates[positions]


def filled_up(candidates: IntArray, near: IntArray, size: int, rng: np.random.Generator) -> IntArray:
    """Return the candidates at some positions, and others drawn at random if these are fewer than `size`; ascending."""
    if near.size >= size:
        return candidates[near]
    more = sample_rows(np.delete(candidates, near), size - near.size, rng)
    return np.sort(np.concatenate([candidates[near], more]))
