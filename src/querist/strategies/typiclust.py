"""Ask about the most typical row of each part of the pool where nothing is labelled yet."""

from typing import Any, ClassVar

import numpy as np

from querist._threads import single_thread
from querist._typing import BOTH_TASKS, FloatArray, IntArray, Task
from querist._validation import check_positive_int
from querist.base.candidates import CandidateFilter
from querist.base.clusters import k_means
from querist.base.context import QueryContext
from querist.base.costs import WithCosts
from querist.base.selection import Chances, Selection
from querist.base.strategy import QueryStrategy
from querist.base.ties import Ties

# From so many clusters on they are sought in samples of the rows, as the authors do.
_MOST_EXACT, _SAMPLE = 50, 5000


class TypiClust(QueryStrategy):
    """Ask about the most typical row of each part of the pool where nothing is labelled yet (TypiClust).

    The pool is cut into as many clusters as there are labels and questions together. Those with the fewest labels come
    first, of these the largest; of each the row is asked that lies closest to its neighbours. It needs no model, and is
    for the first questions on features in which classes lie together, such as embeddings: later, and on tables,
    uncertainty is better. Small clusters come last, so it finds rare classes late.

    Parameters
    ----------
    n_neighbors : int, default=20
        Neighbours by which a row's typicality is measured; at least 1.
    max_clusters : int, default=500
        At most so many clusters; at least 1.
    min_cluster_size : int, default=5
        Clusters of fewer rows come after all others.
    selection : Selection, default=None
        How the batch is chosen from the utilities; None takes one row of each cluster, as above.
    candidates : CandidateFilter, default=None
        Whom to ask; the clusters are those of the whole pool in any case.
    ties : {"random", "first"}, default="random"
        Order of equal utilities: by a seeded key of each row, or by row number.

    Notes
    -----
    Typicality: one over the mean Euclidean distance to the `n_neighbors` nearest unlabelled rows of the same cluster
    (all of them in smaller ones) [1]_. Features are used as they are, or after all steps but the last if a fitted
    ``Pipeline`` is given as model: scale those that have different units.

    Utilities: the whole part is the number of clusters that come later, the rest ``m / (m + d)``, with d the mean
    distance to the neighbours and m its mean over the cluster; nothing is added for rows of clusters that the batch
    does not reach. Where fewer clusters than questions have rows to ask, second rows of each follow, then third ones.
    Clusters come from k-means, from 51 on by mini-batches, and their seed from `random_state`: utilities depend on it.

    Cost: k-means of the pool, O(n_rows * n_clusters * n_dimensions) an iteration, and all distances within the
    `batch_size` clusters that come first; O(n_rows * n_dimensions) memory, as k-means centres a copy of the pool.

    References
    ----------
    .. [1] G. Hacohen, A. Dekel, D. Weinshall, "Active learning on a budget: opposite strategies suit high and low
       budgets", ICML 2022, arXiv:2202.02794.

    Examples
    --------
    Two groups; rows 1 and 5 lie in the midst of theirs.

    >>> import numpy as np
    >>> X = np.array([[0.0], [1.0], [2.5], [50.0], [53.0], [51.0]])
    >>> sorted(TypiClust(min_cluster_size=1).query(X, [], [], batch_size=2, random_state=0).tolist())
    [1, 5]
    """

    tasks: ClassVar[frozenset[Task]] = BOTH_TASKS
    needs_model: ClassVar[bool] = False
    stochastic: ClassVar[bool] = True
    measures_distances = True
    with_costs: ClassVar[WithCosts] = "refused"

    def __init__(
        self,
        *,
        n_neighbors: int = 20,
        max_clusters: int = 500,
        min_cluster_size: int = 5,
        selection: Selection | None = None,
        candidates: CandidateFilter | None = None,
        ties: Ties = "random",
    ) -> None:
        super().__init__(selection=selection, candidates=candidates, ties=ties)
        self.n_neighbors = n_neighbors
        self.max_clusters = max_clusters
        self.min_cluster_size = min_cluster_size

    def utilities(self, context: QueryContext) -> FloatArray:
        n_neighbors = check_positive_int(self.n_neighbors, "n_neighbors")
        most = check_positive_int(self.max_clusters, "max_clusters")
        smallest = check_positive_int(self.min_cluster_size, "min_cluster_size")
        matrix = context.space.matrix
        seed = int(context.rng.integers(2**31))
        clusters = _clusters(matrix, min(context.rows.size + context.batch_size, most, matrix.shape[0]), seed)
        n_clusters = int(clusters.max()) + 1
        of_candidates, of_unlabelled = clusters[context.candidates], clusters[context.unlabelled]
        order = _order(clusters, of_candidates, clusters[context.rows], n_clusters, smallest)
        later = np.empty(n_clusters)
        later[order] = np.arange(order.size)[::-1]
        utilities: FloatArray = later[of_candidates]
        with single_thread():
            for cluster in order[: context.batch_size].tolist():
                members = context.unlabelled[of_unlabelled == cluster]
                places = np.flatnonzero(of_candidates == cluster)
                gaps = _mean_gaps(matrix, members, n_neighbors)
                typical = gaps.mean()
                # Each other's only neighbours are as typical as each other, whatever rounding says.
                near = np.round(typical / (typical + gaps), 9) if typical > 0 else np.ones_like(gaps)
                utilities[places] += near[np.searchsorted(members, context.candidates[places])]
        return utilities

    def select(self, utilities: FloatArray, context: QueryContext) -> IntArray:
        if self.selection is not None or context.batch_size == 1:
            return super().select(utilities, context)
        reached = np.flatnonzero(utilities > np.floor(utilities.max()) - context.batch_size)
        reached = reached[np.lexsort((context.tie_keys(reached), -utilities[reached]))]
        later = np.ceil(utilities[reached]) - 1.0
        _, starts, numbers = np.unique(-later, return_index=True, return_inverse=True)
        turn = np.arange(reached.size) - starts[numbers]
        return reached[np.lexsort((-later, turn))][: context.batch_size]

    def chances(self, utilities: FloatArray, positions: IntArray) -> Chances | None:
        """See `QueryStrategy.chances`."""
        return None if self.selection is None else self.selection.chances(utilities, positions)


def _clusters(matrix: Any, n_clusters: int, seed: int) -> IntArray:
    """Return the cluster of each row."""
    if n_clusters > _MOST_EXACT:
        return k_means(matrix, n_clusters, seed=seed, sample=_SAMPLE).of
    return k_means(matrix, n_clusters, seed=seed, algorithm="elkan").of


def _order(
    clusters: IntArray, of_candidates: IntArray, of_labelled: IntArray, n_clusters: int, smallest: int
) -> IntArray:
    """Return the clusters with somebody to ask: not too small, fewest labels, most rows."""
    sizes, labels, open_ = (np.bincount(each, minlength=n_clusters) for each in (clusters, of_labelled, of_candidates))
    order = np.lexsort((-sizes, labels, sizes < smallest))
    return order[open_[order] > 0]


def _mean_gaps(matrix: Any, members: IntArray, n_neighbors: int) -> FloatArray:
    """Return the mean distance of each member of a cluster to its nearest neighbours among them."""
    from sklearn.neighbors import NearestNeighbors

    if members.size == 1:
        return np.zeros(1)
    search = NearestNeighbors(n_neighbors=min(n_neighbors, members.size - 1)).fit(matrix[members])
    gaps: FloatArray = search.kneighbors()[0].mean(axis=1)
    return gaps
