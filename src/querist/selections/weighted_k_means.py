"""A diverse batch: cluster the most useful rows and take one of each cluster."""

from typing import ClassVar

import numpy as np

from querist._typing import AnyArray, FloatArray, IntArray
from querist._validation import check_positive_int
from querist.base.clusters import k_means
from querist.base.selection import Selection
from querist.base.space import Space
from querist.base.ties import TieKeys
from querist.base.weights import check_weights
from querist.measures.geometry import as_float, nearest_squared_distances, squared_norms
from querist.measures.ranking import top_k

# Restarts of k-means: the later ones seldom change the batch, and each costs as much as the first.
_RESTARTS = 3


class WeightedKMeansSelection(Selection):
    """Cluster the most useful rows, weighted by utility, and take the row nearest each centre.

    Parameters
    ----------
    prefilter : int, default=10
        At least 1. The ``prefilter * batch_size`` rows of highest utility are clustered
        into `batch_size` clusters; 1 is the plain top-k.

    Notes
    -----
    Utilities must not be negative; when those of all rows that are clustered are 0,
    their weights are equal. Where one row is the nearest of two centres, the centre
    that is closer to it takes it and the other takes its nearest free row, so a batch
    never holds a row twice. The batch is ordered by utility. A batch of one has
    nothing to diversify: it is the row of highest utility.

    k-means runs three times from k-means++ starts and the best run counts, on one
    thread, so the batch does not depend on the number of cores.

    O(prefilter * batch_size**2 * n_dimensions) time per iteration; beyond the
    candidates' utilities, memory for ``prefilter * batch_size`` rows.

    References
    ----------
    .. [1] F. Zhdanov, "Diverse mini-batch active learning", 2019, arXiv:1901.05954.

    Examples
    --------
    >>> from querist.strategies import MarginSampling
    >>> MarginSampling(selection=WeightedKMeansSelection(prefilter=20))
    MarginSampling(selection=WeightedKMeansSelection(prefilter=20))
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
            If a utility is negative, or `prefilter` is not a positive integer.
        UnsupportedModelError
            If the pool is not numeric and no pipeline makes it so.
        """
        prefilter = check_positive_int(self.prefilter, "prefilter")
        check_weights(utilities, type(self).__name__)
        # Drawn always, so that later draws do not depend on the batch size.
        seed = int(random_state.integers(2**31))
        kept = top_k(utilities, min(prefilter * batch_size, utilities.size), tie_keys)
        if batch_size in (1, kept.size):
            return kept[:batch_size]
        weights = utilities[kept]
        weights = weights / weights[0] if weights[0] > 0 else np.ones_like(weights)
        features = as_float(space.take(candidates[kept]))
        centres = k_means(features, batch_size, seed=seed, restarts=_RESTARTS, weights=weights).centres
        # `kept` is ordered by utility, so ascending places are descending utilities.
        return kept[np.sort(_nearest_rows(features, centres))]

    def n_looked_at(self, batch_size: int, space: Space) -> int:
        """See `Selection.n_looked_at`."""
        return check_positive_int(self.prefilter, "prefilter") * batch_size


def _nearest_rows(features: AnyArray, centres: FloatArray) -> IntArray:
    """Return one row per centre, all distinct: the nearest, in order of that distance; then the nearest free one."""
    norms = squared_norms(features)
    nearest = np.empty(len(centres), np.int64)
    gaps = np.empty(len(centres))
    for number, centre in enumerate(centres):
        distances = nearest_squared_distances(features, norms, centre[np.newaxis])
        nearest[number] = np.argmin(distances)
        gaps[number] = distances[nearest[number]]
    free = np.ones(norms.size, bool)
    for number in np.argsort(gaps, kind="stable"):
        if not free[nearest[number]]:
            distances = nearest_squared_distances(features, norms, centres[number][np.newaxis])
            distances[~free] = np.inf
            nearest[number] = np.argmin(distances)
        free[nearest[number]] = False
    return nearest
