"""Look at every row."""

import numpy as np

from querist._typing import IntArray
from querist.base.candidates import CandidateFilter
from querist.base.space import Space


class AllRows(CandidateFilter):
    """Every row that may be asked about: what a strategy does without a filter.

    Examples
    --------
    >>> from querist.strategies import MarginSampling
    >>> MarginSampling(candidates=AllRows())
    MarginSampling(candidates=AllRows())
    """

    def narrow(
        self,
        candidates: IntArray,
        *,
        rows: IntArray,
        batch_size: int,
        random_state: np.random.Generator,
        space: Space,
    ) -> IntArray:
        """See `CandidateFilter.narrow`."""
        return candidates
