"""Ask about the row farthest out in the largest cluster around the labelled rows (LCMD)."""

from typing import ClassVar

import numpy as np

from querist._typing import BOTH_TASKS, BoolArray, FloatArray, IntArray, Task
from querist.base.context import QueryContext
from querist.base.costs import WithCosts
from querist.base.distances import Distances, KeptCentres
from querist.base.selection import Chances
from querist.base.strategy import QueryStrategy
from querist.measures.ranking import top_k


class Lcmd(QueryStrategy):
    """Ask about the farthest row of the largest cluster, where each labelled row is the centre of one.

    Largest-cluster maximum-distance: like `k_center`, but a far row counts only where many rows are badly represented,
    so that outliers do not come first. Every row that may be asked about belongs to its nearest centre; the cluster
    whose squared distances have the largest sum is served, and its farthest row becomes a centre too. It needs no
    model, and was the best of a benchmark of batches for regression [1]_, there with features of a neural network; here
    distances are those of the rows as they are. Not where a few columns among many tell the target: it covers all
    alike.

    Parameters
    ----------
    selection : Selection, default=None
        How the batch is chosen from the utilities; None chooses cluster by cluster, as above.
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about.
    ties : {"random", "first"}, default="random"
        Order of equal distances: by a seeded key of each row, or by row number.

    Notes
    -----
    Utilities: the Euclidean distance to the nearest labelled row in the largest cluster, at least 0; elsewhere that
    distance less the largest of all, at most 0. Without labelled rows: minus the distance to the mean of the
    candidates, so that the first centre is the most central row (the paper takes the one with the largest norm).
    Distances are measured after all steps but the last if a fitted ``Pipeline`` is given as model: scale features that
    have different units. This is the mode TP of the paper, in which labelled rows are centres.

    Cost: O(n_candidates * (n_labelled + batch_size) * n_dimensions) time in matrix products, O(n_candidates) memory
    beyond X. With a `Memory`, as a session has one, only rows that were labelled since the last query count as labelled
    in that, where X is an array or CSR matrix that no pipeline transforms.

    References
    ----------
    .. [1] D. Holzmüller, V. Zaverkin, J. Kästner, I. Steinwart, "A framework and benchmark for deep batch active
       learning for regression", JMLR 24, 2023, arXiv:2203.09410.

    Examples
    --------
    Row 6 lies farthest from both labelled rows, but alone; the three rows around 12 have more need of a centre.

    >>> import numpy as np
    >>> X = np.array([[0.0], [5.0], [1.0], [11.0], [12.0], [12.5], [-8.0]])
    >>> Lcmd().query(X, [0, 1], ["a", "b"], batch_size=2)
    array([5, 6])
    """

    tasks: ClassVar[frozenset[Task]] = BOTH_TASKS
    needs_model: ClassVar[bool] = False
    measures_distances = True
    with_costs: ClassVar[WithCosts] = "refused"

    def utilities(self, context: QueryContext) -> FloatArray:
        if not context.rows.size:
            return -Distances(context.space.matrix, context.candidates).to_mean()
        distance, centre = context.scratch["nearest"] = _nearest(context)
        return np.where(_in_largest(distance, centre), distance, distance - distance.max())

    def select(self, utilities: FloatArray, context: QueryContext) -> IntArray:
        if self.selection is not None or context.batch_size == 1:
            return super().select(utilities, context)
        distances = _distances(context)
        place = top_k(utilities, 1, context.tie_keys)
        chosen = [int(place[0])]
        if context.rows.size:
            distance, centre = (values.copy() for values in context.scratch["nearest"])
        else:
            distance = np.full(utilities.size, np.inf)
            centre = np.zeros(utilities.size, np.int64)
        while len(chosen) < context.batch_size:
            row = context.candidates[place]
            found = distances.to_rows(row)
            nearer = found < distance
            distance[nearer], centre[nearer] = found[nearer], row[0]
            # Centres belong to no cluster, and are not chosen twice.
            distance[chosen] = 0.0
            inside = _in_largest(distance, centre)
            inside[chosen] = False
            # Where nothing is left but copies of centres, any of them.
            left = np.where(inside, distance, -1.0) if inside.any() else np.zeros(distance.size)
            left[chosen] = -2.0
            place = top_k(left, 1, context.tie_keys)
            chosen.append(int(place[0]))
        return np.asarray(chosen, np.int64)

    def chances(self, utilities: FloatArray, positions: IntArray) -> Chances | None:
        """See `QueryStrategy.chances`."""
        return None if self.selection is None else self.selection.chances(utilities, positions)


def _kept(context: QueryContext) -> KeptCentres | None:
    """Return what is kept of the pool's nearest labelled rows; None where nothing is, or few rows are looked at."""
    matrix = context.space.matrix
    if context.memory is None or 2 * context.candidates.size < matrix.shape[0] - context.rows.size:
        return None
    return context.memory.kept(KeptCentres, matrix)


def _distances(context: QueryContext) -> Distances:
    kept = _kept(context)
    return Distances(context.space.matrix, context.candidates) if kept is None else kept.between(context.candidates)


def _nearest(context: QueryContext) -> tuple[FloatArray, IntArray]:
    """Return the distance of each candidate to its nearest labelled row, and which row that is."""
    kept = _kept(context)
    if kept is None:
        distance, place = _distances(context).nearest_of(context.rows)
        return distance, context.rows[place]
    distance, centre = kept.nearest_of(context.rows)
    return distance[context.candidates], centre[context.candidates]


def _in_largest(distance: FloatArray, centre: IntArray) -> BoolArray:
    """Return which rows belong to the cluster, or the clusters, with the largest sum of squared distances."""
    _, codes = np.unique(centre, return_inverse=True)
    sizes = np.bincount(codes, np.square(distance))
    inside: BoolArray = sizes[codes] == sizes.max()
    return inside
