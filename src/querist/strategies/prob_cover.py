"""Ask about rows around which most rows lie that have no label near them yet."""

from typing import Any, ClassVar

import numpy as np
import scipy.sparse

from querist._blocks import block_rows
from querist._typing import BOTH_TASKS, BoolArray, FloatArray, IntArray, Task
from querist._validation import check_number, check_positive_int
from querist.base.blocks import pool_width
from querist.base.candidates import CandidateFilter
from querist.base.clusters import k_means
from querist.base.context import QueryContext
from querist.base.costs import WithCosts
from querist.base.distances import Distances
from querist.base.scoring import candidate_blocks
from querist.base.selection import Chances, Selection
from querist.base.strategy import QueryStrategy
from querist.base.ties import Ties
from querist.exceptions import InvalidParameterError
from querist.measures.geometry import as_float, squared_norms
from querist.measures.ranking import top_k

# Rows whose balls are looked at to find a radius.
_SAMPLE = 1000
_TABLE = 1 << 22


class ProbCover(QueryStrategy):
    """Ask about rows around which most rows lie that have no label near them yet (ProbCover).

    Each label is taken to hold for all rows within a radius; each row of a batch is the one whose ball covers most rows
    that no ball covers yet. It needs no model, and is for the first questions on features in which classes lie
    together, such as embeddings; once the dense parts are covered it asks about outliers, and uncertainty is better.

    Parameters
    ----------
    radius : float, default=None
        Above 0, a Euclidean distance. None: the largest at which a share `purity` of the balls holds rows of one
        cluster only, of as many clusters as there are classes.
    purity : float, default=0.95
        Above 0, at most 1; only where `radius` is None.
    n_classes : int, default=None
        At least 2: classes that are expected; only where `radius` is None. None: those that have a label, or 2.
    selection : Selection, default=None
        How the batch is chosen from the utilities; None covers greedily, as above.
    candidates : CandidateFilter, default=None
        Where to look; what counts as covered are rows of the whole pool in any case.
    ties : {"random", "first"}, default="random"
        Order of equal utilities: by a seeded key of each row, or by row number.

    Notes
    -----
    Utilities: how many rows of the pool lie nearer to the row than the radius, itself among them, and not so near to
    a labelled one. That greedy choice covers at least 1 - 1/e of what the best batch would [1]_. Features are used as
    they are, or after all steps but the last if a fitted ``Pipeline`` is given as model. The radius is looked for with
    k-means that starts at rows far from each other, so it does not depend on `random_state`, and at 1,000 rows at most.

    Cost: all distances between candidates and rows that are not covered, O(n_candidates * n_rows * n_dimensions) time,
    at most twice whatever the batch; O(n_rows) memory beyond X. From some 100,000 rows on, take a candidate filter.

    References
    ----------
    .. [1] O. Yehuda, A. Dekel, G. Hacohen, D. Weinshall, "Active learning through a covering lens", NeurIPS 2022,
       arXiv:2205.11320.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[0.0], [1.0], [2.0], [9.0], [10.0], [20.0]])
    >>> ProbCover(radius=1.5, ties="first").query(X, [], [], batch_size=3)
    array([1, 3, 5])
    """

    tasks: ClassVar[frozenset[Task]] = BOTH_TASKS
    needs_model: ClassVar[bool] = False
    measures_distances = True
    with_costs: ClassVar[WithCosts] = "refused"

    def __init__(
        self,
        *,
        radius: float | None = None,
        purity: float = 0.95,
        n_classes: int | None = None,
        selection: Selection | None = None,
        candidates: CandidateFilter | None = None,
        ties: Ties = "random",
    ) -> None:
        super().__init__(selection=selection, candidates=candidates, ties=ties)
        self.radius = radius
        self.purity = purity
        self.n_classes = n_classes

    def utilities(self, context: QueryContext) -> FloatArray:
        radius = self._radius(context)
        left = np.flatnonzero(~_covered(context, radius))
        context.scratch["cover"] = radius, left
        return _counts(context, left, radius)

    def select(self, utilities: FloatArray, context: QueryContext) -> IntArray:
        if self.selection is not None or context.batch_size == 1:
            return super().select(utilities, context)
        radius, left = context.scratch["cover"]
        counts = utilities.copy()
        chosen: list[int] = []
        while True:
            chosen.append(int(top_k(counts, 1, context.tie_keys)[0]))
            if len(chosen) == context.batch_size:
                return np.asarray(chosen, np.int64)
            near = Distances(context.space.matrix, left).to_rows(context.candidates[chosen[-1:]]) < radius
            covered, left = left[near], left[~near]
            if covered.size <= left.size:
                counts -= _counts(context, covered, radius)
            else:
                counts = _counts(context, left, radius)
            counts[chosen] = -1.0

    def chances(self, utilities: FloatArray, positions: IntArray) -> Chances | None:
        """See `QueryStrategy.chances`."""
        return None if self.selection is None else self.selection.chances(utilities, positions)

    def _radius(self, context: QueryContext) -> float:
        if self.radius is not None:
            return check_number(self.radius, "radius", low=0.0, open_low=True)
        purity = check_number(self.purity, "purity", low=0.0, high=1.0, open_low=True)
        n_classes = self.n_classes
        if n_classes is None:
            n_classes = max(np.unique(context.labels).size, 2)
        elif check_positive_int(n_classes, "n_classes") < 2:
            raise InvalidParameterError(f"n_classes must be at least 2, got {n_classes!r}.")
        return _pure_radius(context.space.matrix, n_classes, purity)


def _covered(context: QueryContext, radius: float) -> BoolArray:
    """Return which rows of the pool lie near a labelled one."""
    matrix = context.space.matrix
    if not context.rows.size:
        return np.zeros(matrix.shape[0], bool)
    covered: BoolArray = Distances(matrix, np.arange(matrix.shape[0])).to_rows(context.rows) < radius
    # However small the radius is, in whatever way distances are rounded.
    covered[context.rows] = True
    return covered


def _counts(context: QueryContext, others: IntArray, radius: float) -> FloatArray:
    """Return how many of some rows lie near each candidate."""
    matrix = context.space.matrix
    counts = np.zeros(context.candidates.size)
    step = max(_TABLE // block_rows(pool_width(matrix)), 1)
    for start in range(0, others.size, step):
        points = as_float(matrix[others[start : start + step]])
        norms = squared_norms(points)
        for positions, block, inside in candidate_blocks(matrix, context.candidates, n_outputs=norms.size):
            rows = as_float(block if inside is None else block[inside])
            products = rows @ points.T
            products = products.toarray() if scipy.sparse.issparse(products) else products
            # |x - p|^2 < r^2, with what depends on x alone on one side.
            products -= norms / 2.0
            nearer = products > ((squared_norms(rows) - radius**2) / 2.0)[:, np.newaxis]
            counts[positions] += np.count_nonzero(nearer, axis=1)
    return counts


def _pure_radius(matrix: Any, n_classes: int, purity: float) -> float:
    """Return the largest radius at which enough balls hold rows of one cluster only."""
    clusters = _clusters(matrix, min(n_classes, matrix.shape[0]))
    looked = np.arange(matrix.shape[0])
    if looked.size > _SAMPLE:
        looked = np.sort(np.random.default_rng(0).choice(looked.size, _SAMPLE, replace=False))
    nearest = np.full(looked.size, np.inf)
    for cluster in np.unique(clusters[looked]).tolist():
        of_cluster = clusters[looked] == cluster
        others = np.flatnonzero(clusters != cluster)
        if others.size:
            nearest[of_cluster] = Distances(matrix, looked[of_cluster]).to_rows(others)
    known = np.sort(nearest[np.isfinite(nearest) & (nearest > 0)])
    if not known.size:
        # All rows are equal, so that one ball covers them.
        return 1.0
    # A ball is pure up to the nearest row of another cluster. A tenth of 90 rows are nine, whatever 1 - 0.9 is.
    n_mixed = int((1.0 - purity) * known.size + 1e-9)
    return float(known[min(n_mixed, known.size - 1)])


def _clusters(matrix: Any, n_clusters: int) -> IntArray:
    """Return the cluster of each row by k-means from rows that lie far apart: no seed decides."""
    whole = Distances(matrix, np.arange(matrix.shape[0]))
    centres, gaps = [int(whole.to_mean().argmin())], np.full(matrix.shape[0], np.inf)
    while len(centres) < n_clusters:
        np.minimum(gaps, whole.to_rows(np.asarray(centres[-1:])), out=gaps)
        centres.append(int(gaps.argmax()))
    start = matrix[np.asarray(centres)]
    return k_means(matrix, n_clusters, start=start.toarray() if scipy.sparse.issparse(start) else start).of
