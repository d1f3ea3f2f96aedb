"""A batch that is diverse where that is known to help."""

from typing import ClassVar

import numpy as np

from querist._typing import FloatArray, IntArray
from querist.base.selection import Selection, TopK
from querist.base.space import Space
from querist.base.ties import TieKeys
from querist.selections.weighted_k_means import WeightedKMeansSelection

# Of fewer rows none much resembles another.
_FEWEST = 5


class AutoSelection(Selection):
    """Clusters (`WeightedKMeansSelection`) for batches of five or more from tables, else the highest utilities.

    On sparse rows, which are texts as a rule, clusters of the most uncertain ones saved no labels; nor is there
    anything to cluster in a batch of one.

    Parameters
    ----------
    prefilter : int, default=10
        At least 1. The ``prefilter * batch_size`` rows of highest utility are clustered.

    Notes
    -----
    Utilities must not be negative where clusters are made. Cost: that of `WeightedKMeansSelection`, or O(n_candidates).

    Examples
    --------
    >>> from querist.strategies import MarginSampling
    >>> MarginSampling(selection=AutoSelection())
    MarginSampling(selection=AutoSelection())
    """

    measures_distances: ClassVar[bool] = True

    def __init__(self, prefilter: int = 10) -> None:
        self.prefilter = prefilter

    def select(
        self,
        utilities: FloatArray,
        *,
        batch_size: int,
        tie_keys: TieKeys,
        random_state: np.random.Generator,
        space: Space,
        candidates: IntArray,
    ) -> IntArray:
        """See `Selection.select`.

        Raises
        ------
        InvalidParameterError
            If a utility is negative, or `prefilter` is not a positive integer, and clusters are made.
        UnsupportedModelError
            If five rows or more are wanted, and the pool is not numeric and no pipeline makes it so.
        """
        return self._of(batch_size, space).select(
            utilities,
            batch_size=batch_size,
            tie_keys=tie_keys,
            random_state=random_state,
            space=space,
            candidates=candidates,
        )

    def n_looked_at(self, batch_size: int, space: Space) -> int | None:
        """See `Selection.n_looked_at`."""
        return self._of(batch_size, space).n_looked_at(batch_size, space)

    def _of(self, batch_size: int, space: Space) -> Selection:
        clusters = batch_size >= _FEWEST and not space.is_sparse
        return WeightedKMeansSelection(prefilter=self.prefilter) if clusters else TopK()
