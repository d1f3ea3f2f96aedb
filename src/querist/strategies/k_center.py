"""Ask about the rows that lie farthest from all that are labelled."""

from typing import ClassVar

import numpy as np

from querist._typing import BOTH_TASKS, FloatArray, IntArray, Task
from querist.base.blocks import pool_width
from querist.base.context import QueryContext
from querist.base.costs import WithCosts
from querist.base.distances import Distances, KeptDistances
from querist.base.selection import Chances
from querist.base.strategy import QueryStrategy
from querist.measures.ranking import top_k

# How many of the farthest rows are kept up to date after each pick, and how many values they may hold.
_FRONT = 256
_FRONT_VALUES = 1 << 21


class KCenter(QueryStrategy):
    """Ask about the rows that lie farthest from all labelled rows (core-set).

    Covers the pool evenly: each row of a batch is the one farthest from the labelled
    rows and from those chosen before it. That greedy choice leaves every row at most
    twice as far from its nearest centre as the best possible choice would [1]_.
    It needs no model. Alone it is often behind random sampling on tables.

    Parameters
    ----------
    selection : Selection, default=None
        How the batch is chosen from the utilities; None chooses farthest first, as above.
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about.
    ties : {"random", "first"}, default="random"
        Order of equal distances: by a seeded key of each row, or by row number.

    Notes
    -----
    Utilities: the Euclidean distance to the nearest labelled row, at least 0. Without
    labelled rows: minus the distance to the mean of the candidates, so that the first
    row is the most central one. Distances are measured after all steps but the last if
    a fitted ``Pipeline`` is given as model: scale features that have different units.

    Cost: O(n_candidates * (n_labelled + batch_size) * n_dimensions) time in matrix
    products, O(n_candidates + batch_size * n_dimensions) memory beyond X. With a `Memory`, as a session has one, only
    rows that were labelled since the last query count as labelled in that, where X is an array or CSR matrix that no
    pipeline transforms; the memory holds two numbers for each row of X.

    References
    ----------
    .. [1] T. F. Gonzalez, "Clustering to minimize the maximum intercluster distance",
       Theoretical Computer Science, 1985, doi:10.1016/0304-3975(85)90224-5.
    .. [2] O. Sener, S. Savarese, "Active learning for convolutional neural networks:
       a core-set approach", ICLR 2018, arXiv:1708.00489.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[0.0], [1.0], [4.0], [9.0], [10.0]])
    >>> KCenter().query(X, [0], ["a"], batch_size=2)
    array([4, 2])
    """

    tasks: ClassVar[frozenset[Task]] = BOTH_TASKS
    needs_model: ClassVar[bool] = False
    measures_distances = True
    with_costs: ClassVar[WithCosts] = "refused"

    def utilities(self, context: QueryContext) -> FloatArray:
        kept = _kept(context)
        if kept is not None and context.rows.size:
            return kept.to_rows(context.rows)[context.candidates]
        distances = _distances(context)
        if context.rows.size:
            return distances.to_rows(context.rows)
        return -distances.to_mean()

    def select(self, utilities: FloatArray, context: QueryContext) -> IntArray:
        if self.selection is not None or context.batch_size == 1:
            return super().select(utilities, context)
        distances = _distances(context)
        if context.rows.size:
            return _farthest_first(utilities.copy(), distances, context, [])
        first = int(top_k(utilities, 1, context.tie_keys)[0])
        nearest = distances.to_rows(context.candidates[[first]])
        nearest[first] = -1.0
        return _farthest_first(nearest, distances, context, [first])

    def chances(self, utilities: FloatArray, positions: IntArray) -> Chances | None:
        """See `QueryStrategy.chances`."""
        return None if self.selection is None else self.selection.chances(utilities, positions)


def _kept(context: QueryContext) -> KeptDistances | None:
    """Return what is kept of the pool's distances; None where nothing is, or few rows are looked at."""
    matrix = context.space.matrix
    if context.memory is None or 2 * context.candidates.size < matrix.shape[0] - context.rows.size:
        return None
    return context.memory.kept(KeptDistances, matrix)


def _distances(context: QueryContext) -> Distances:
    kept = _kept(context)
    return Distances(context.space.matrix, context.candidates) if kept is None else kept.between(context.candidates)


def _farthest_first(nearest: FloatArray, distances: Distances, context: QueryContext, chosen: list[int]) -> IntArray:
    """Extend `chosen` to the batch, each row the farthest from the centres and those before it.

    Distances to the nearest centre only shrink, so as long as the farthest of a few
    rows in front is farther than any other row was at the last count, it is the farthest
    of all, and only the rows in front have to be counted again. The others are caught
    up with several new centres at a time, in one matrix product.

    Parameters
    ----------
    nearest : ndarray of shape (n_candidates,)
        Distances to the nearest centre; -1 for rows in `chosen`. Overwritten.
    """
    candidates, batch_size = context.candidates, context.batch_size
    size = min(candidates.size, max(_FRONT, 4 * batch_size), max(_FRONT_VALUES // pool_width(context.space.matrix), 1))
    while True:
        best = top_k(nearest, min(size + 1, candidates.size), context.tie_keys)
        limit = nearest[best[size]] if best.size > size else -np.inf
        front = np.sort(best[:size])
        news = _front_picks(front, nearest[front], float(limit), batch_size - len(chosen), context)
        chosen += news
        if len(chosen) == batch_size:
            return np.asarray(chosen, np.int64)
        np.minimum(nearest, distances.to_rows(candidates[news]), out=nearest)
        # Below every distance, so that no row is chosen twice.
        nearest[chosen] = -1.0


def _front_picks(front: IntArray, nearest: FloatArray, limit: float, wanted: int, context: QueryContext) -> list[int]:
    """Return at least one position from `front`, and more while they beat `limit`: the best outside of it."""
    distances = Distances(context.space.take(context.candidates[front]), np.arange(front.size))
    picks: list[int] = []
    while len(picks) < wanted:
        place = top_k(nearest, 1, lambda places: context.tie_keys(front[places]))
        # The first is the best of all. A later one that only equals the limit may tie with a row outside.
        if picks and nearest[place[0]] <= limit:
            break
        picks.append(int(front[place[0]]))
        if len(picks) < wanted:
            np.minimum(nearest, distances.to_rows(place), out=nearest)
            nearest[place] = -1.0
    return picks
