"""A diverse batch: cluster the most useful rows and take rows of each cluster in turn, from the smallest on."""

from typing import ClassVar

import numpy as np
import scipy.sparse

from querist._typing import AnyArray, FloatArray, IntArray
from querist._validation import check_number, check_positive_int
from querist.base.selection import Selection
from querist.base.space import Space
from querist.base.ties import TieKeys
from querist.measures.geometry import as_float
from querist.measures.ranking import top_k

# Rows that are clustered at a time: their pairs are 16 MB.
_MOST = 2000


class ClusterMarginSelection(Selection):
    """Cluster the most useful rows by average linkage, and take rows of each cluster in turn, from the smallest on.

    Small clusters come first, so that rare kinds of rows are asked about; within a cluster rows come at random. For
    large batches, as the authors have them: hundreds to a million. Not for batches of ten from tables, where nothing
    was gained over the plain top-k (``benchmarks/labels/DIVERSITY.md``); nor for pools with outliers, each of which is
    a cluster of its own and comes first.

    Parameters
    ----------
    prefilter : int, default=10
        At least 1. The ``prefilter * batch_size`` rows of highest utility are clustered; 1 is the plain top-k.
    threshold : float, default=None
        Above 0: clusters whose mean distance is at most this are joined, as the authors do. None: until there are as
        many clusters as questions.

    Notes
    -----
    The authors cluster the whole pool once, and look at the rows of least margin in those clusters. That takes memory
    for all pairs of rows; here only the rows of highest utility are clustered, at each query anew, two thousand at a
    time: more are split at random into parts, each with its share of the clusters, as the authors split pools of
    millions. Clusters are taken by how many of these rows they hold; equal ones come at random. A batch of one is the
    row of highest utility. Distances are Euclidean.

    O(prefilter * batch_size * n_dimensions * 2000) time; beyond the candidates' utilities, memory for those rows
    and for all pairs of two thousand rows at most.

    References
    ----------
    .. [1] G. Citovsky, G. DeSalvo, C. Gentile, L. Karydas, A. Rajagopalan, A. Rostamizadeh, S. Kumar, "Batch active
       learning at scale", NeurIPS 2021, arXiv:2107.14263.

    Examples
    --------
    >>> from querist.strategies import MarginSampling
    >>> MarginSampling(selection=ClusterMarginSelection(prefilter=20))
    MarginSampling(selection=ClusterMarginSelection(prefilter=20))
    """

    measures_distances: ClassVar[bool] = True

    def __init__(self, prefilter: int = 10, threshold: float | None = None) -> None:
        self.prefilter = prefilter
        self.threshold = threshold

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
            If `prefilter` is not a positive integer, or `threshold` not a number above 0.
        UnsupportedModelError
            If the pool is not numeric and no pipeline makes it so.
        """
        prefilter = check_positive_int(self.prefilter, "prefilter")
        if self.threshold is not None:
            check_number(self.threshold, "threshold", low=0.0, open_low=True)
        kept = top_k(utilities, min(prefilter * batch_size, utilities.size), tie_keys)
        if batch_size in (1, kept.size):
            return kept[:batch_size]
        # At random: into parts, among equal clusters, and within a cluster.
        kept = random_state.permutation(kept)
        clusters = self._clusters(candidates[kept], batch_size, space)
        return kept[_in_turn(clusters, random_state)[:batch_size]]

    def n_looked_at(self, batch_size: int, space: Space) -> int:
        """See `Selection.n_looked_at`."""
        return check_positive_int(self.prefilter, "prefilter") * batch_size

    def _clusters(self, rows: IntArray, n_clusters: int, space: Space) -> IntArray:
        """Return the cluster of each row."""
        n_parts = -(-rows.size // _MOST)
        shares = np.diff(np.linspace(0, n_clusters, n_parts + 1).astype(np.int64))
        clusters, n_before = [], 0
        for part, share in zip(np.array_split(rows, n_parts), shares.tolist(), strict=True):
            of = _average_linkage(as_float(space.take(part)), max(share, 1), self.threshold)
            clusters.append(of + n_before)
            n_before += int(of.max()) + 1
        return np.concatenate(clusters)


def _average_linkage(features: AnyArray, n_clusters: int, threshold: float | None) -> IntArray:
    """Return the cluster of each row, from 0 on."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import pdist, squareform

    if features.shape[0] == 1:
        return np.zeros(1, np.int64)
    if scipy.sparse.issparse(features):
        from sklearn.metrics.pairwise import euclidean_distances

        gaps = squareform(euclidean_distances(features), checks=False)
    else:
        gaps = pdist(features)
    tree = linkage(gaps, "average")
    if threshold is None:
        return np.asarray(fcluster(tree, n_clusters, "maxclust"), np.int64) - 1
    return np.asarray(fcluster(tree, threshold, "distance"), np.int64) - 1


def _in_turn(clusters: IntArray, rng: np.random.Generator) -> IntArray:
    """Return positions, one of each cluster in turn, from the smallest cluster on; within a cluster in their order."""
    sizes = np.bincount(clusters)
    order = rng.permutation(sizes.size)
    rank = np.empty(sizes.size, np.int64)
    rank[order[np.argsort(sizes[order], kind="stable")]] = np.arange(sizes.size)
    by_cluster = np.argsort(clusters, kind="stable")
    turn = np.empty(clusters.size, np.int64)
    turn[by_cluster] = np.arange(clusters.size) - (np.cumsum(sizes) - sizes)[clusters[by_cluster]]
    return np.lexsort((rank[clusters], turn))
