"""Ask where rows and predicted targets both lie far from all that are known (iGS)."""

from typing import ClassVar, Literal

import numpy as np

from querist._typing import FloatArray, IntArray, Task
from querist._validation import check_choice
from querist.base.candidates import CandidateFilter
from querist.base.context import QueryContext
from querist.base.costs import WithCosts
from querist.base.distances import Distances
from querist.base.scoring import predicted_targets
from querist.base.selection import Chances, Selection
from querist.base.strategy import QueryStrategy
from querist.base.ties import Ties
from querist.measures.ranking import top_k


class ImprovedGreedySampling(QueryStrategy):
    """Ask about the rows that lie, with their predicted targets, farthest from all labelled rows and their targets.

    It needs nothing of a regressor but predictions, and was the best with forests
    (``benchmarks/labels/REGRESSION.md``). Not for linear models, whose far predictions are far rows, nor for targets
    that are mostly noise: rows whose predictions stand out are asked about first, whatever the reason. Each of a batch
    after the first is chosen as if the ones before it had been answered with what the model predicts for them, since
    their answers are not there yet: a batch is spread, but no wiser than the model was.

    Parameters
    ----------
    distances : {"both", "targets"}, default="both"
        ``"both"``: distances of rows times distances of targets (iGS); ``"targets"``: of targets alone (GSy).
    selection : Selection, default=None
        How the batch is chosen from the utilities; None chooses greedily, as above.
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about.
    ties : {"random", "first"}, default="random"
        Order of equal utilities: by a seeded key of each row, or by row number.

    Notes
    -----
    Utilities: the least, over the labelled rows j, of ``|x - x_j| * |f(x) - y_j|`` (of ``|f(x) - y_j|``), at least 0.
    Distances are Euclidean, after all steps but the last if the model is a ``Pipeline``: scale features that have
    different units.
    Cost: one prediction of the candidates and O(n_candidates * (n_labelled + batch_size) * n_dimensions) time in matrix
    products, O(n_candidates) memory beyond X.

    References
    ----------
    .. [1] D. Wu, C.-T. Lin, J. Huang, "Active learning for regression using greedy sampling", Information Sciences 474,
       2019, arXiv:1808.04245.

    Examples
    --------
    Rows 1 and 3 lie equally far from the labelled ones; the model expects more of a change at row 3.

    >>> import numpy as np
    >>> from sklearn.neighbors import KNeighborsRegressor
    >>> X = np.array([[0.0], [1.0], [2.0], [3.0], [4.0]])
    >>> model = KNeighborsRegressor(2, weights="distance").fit(X[[0, 2, 4]], [0.0, 1.0, 9.0])
    >>> ImprovedGreedySampling().query(X, [0, 2, 4], [0.0, 1.0, 9.0], model=model)
    array([3])
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({"regression"})
    with_costs: ClassVar[WithCosts] = "refused"

    def __init__(
        self,
        *,
        distances: Literal["both", "targets"] = "both",
        selection: Selection | None = None,
        candidates: CandidateFilter | None = None,
        ties: Ties = "random",
    ) -> None:
        super().__init__(selection=selection, candidates=candidates, ties=ties)
        self.distances = distances

    @property
    def measures_distances(self) -> bool:
        """Whether it, or a part of it, measures distances, and so profits from the steps of a fitted pipeline."""
        return self.distances == "both" or super().measures_distances

    def utilities(self, context: QueryContext) -> FloatArray:
        check_choice(self.distances, "distances", ("both", "targets"))
        predicted = context.scratch["predicted"] = predicted_targets(context.model, context.X, context.candidates)
        return self._to_known(predicted, context.rows, context.labels, context)

    def select(self, utilities: FloatArray, context: QueryContext) -> IntArray:
        if self.selection is not None or context.batch_size == 1:
            return super().select(utilities, context)
        predicted, nearest, chosen = context.scratch["predicted"], utilities.copy(), []
        while True:
            place = top_k(nearest, 1, context.tie_keys)
            chosen.append(int(place[0]))
            if len(chosen) == context.batch_size:
                return np.asarray(chosen, np.int64)
            known = self._to_known(predicted, context.candidates[place], predicted[place], context)
            np.minimum(nearest, known, out=nearest)
            # Below every utility, so that no row is chosen twice.
            nearest[chosen] = -1.0

    def chances(self, utilities: FloatArray, positions: IntArray) -> Chances | None:
        """See `QueryStrategy.chances`."""
        return None if self.selection is None else self.selection.chances(utilities, positions)

    def _to_known(
        self, predicted: FloatArray, rows: IntArray, targets: FloatArray, context: QueryContext
    ) -> FloatArray:
        """Return the least utility that some rows with their targets leave to each candidate."""
        if self.distances == "targets":
            return _to_nearest(predicted, targets)
        result = np.full(predicted.size, np.inf)
        if "distances" not in context.scratch:
            context.scratch["distances"] = Distances(context.space.matrix, context.candidates)
        for positions, places, far in context.scratch["distances"].to_each(rows):
            np.multiply(far, np.abs(targets[places][:, np.newaxis] - predicted[positions]), out=far)
            np.minimum(result[positions], far.min(axis=0), out=result[positions])
        return result


def _to_nearest(values: FloatArray, known: FloatArray) -> FloatArray:
    """Return how far each value is from the nearest of those that are known."""
    known = np.sort(known)
    after = np.searchsorted(known, values)
    below, above = known[np.maximum(after - 1, 0)], known[np.minimum(after, known.size - 1)]
    nearest: FloatArray = np.minimum(np.abs(values - below), np.abs(above - values))
    return nearest
