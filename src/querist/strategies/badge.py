"""Ask about a batch whose answers would pull the model hardest, and in different directions."""

from typing import Any, ClassVar

import numpy as np
import scipy.sparse

from querist._typing import FloatArray, IntArray
from querist.base.context import QueryContext
from querist.base.costs import WithCosts
from querist.base.scoring import candidate_blocks, candidate_probabilities
from querist.base.selection import Chances
from querist.base.strategy import QueryStrategy
from querist.measures.geometry import as_float, squared_norms
from querist.measures.ranking import top_k

# How many of the rows that come next are kept up to date after each draw.
_FRONT = 256
# Below this share of the terms it is the difference of, a squared distance is that of equal rows.
_CANCELLED = 1e-12


class Badge(QueryStrategy):
    """Ask about a batch whose answers would pull the model hardest, and in different directions (BADGE).

    Each row stands for the gradient that it would give a linear model if the likeliest class were its answer. The batch
    is drawn as k-means++ draws its centres: each further row with a chance in proportion to its squared distance to the
    nearest gradient that is in the batch. Long gradients are those of uncertain rows, so one number weighs both.
    For batches; single questions are those of the longest gradient. On tables margin with clusters is better and
    cheaper (``benchmarks/labels``): with few labels the model's guess, which decides all directions, is often wrong.

    Parameters
    ----------
    selection : Selection, default=None
        How the batch is chosen from the utilities; None draws it, as above.
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about.
    ties : {"random", "first"}, default="random"
        Order of equal utilities: by a seeded key of each row, or by row number.

    Notes
    -----
    The gradient of the log loss with respect to the weights of a linear layer is ``(p - e) x``, with p the
    probabilities, e the indicator of the likeliest class and x the features: as they are, or after all steps but the
    last if the model is a ``Pipeline``. Utilities: its squared length ``|p - e|**2 * |x|**2``, at least 0. The first
    row of a batch is the one of the highest utility, as in the authors' code; the others are drawn. Gradients are
    never made: ``g . g' = ((p - e) . (p' - e')) * (x . x')``. Where all that are left equal one of the batch, the rest
    is taken by utility.

    Cost: one prediction of the candidates, O(n_candidates * batch_size * (n_dimensions +
    n_classes)) time in matrix products, O(n_candidates * n_classes) memory beyond X.

    References
    ----------
    .. [1] J. T. Ash, C. Zhang, A. Krishnamurthy, J. Langford, A. Agarwal, "Deep batch active learning by diverse,
       uncertain gradient lower bounds", ICLR 2020, arXiv:1906.03671.
    .. [2] D. Arthur, S. Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007.

    Examples
    --------
    Rows 2 and 3 are as uncertain as each other and nearly alike; row 4 is all but certain.

    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> X = np.array([[-2.0, 1], [2, 1], [0, 2], [0, 1.9], [3, 0]])
    >>> model = LogisticRegression().fit(X[[0, 1]], ["no", "yes"])
    >>> rows, utilities = Badge().query(X, [0, 1], ["no", "yes"], model=model, return_utilities=True)
    >>> rows, utilities.round(2)
    (array([2]), array([ nan,  nan, 2.  , 1.8 , 0.17]))
    """

    measures_distances = True
    with_costs: ClassVar[WithCosts] = "refused"

    def utilities(self, context: QueryContext) -> FloatArray:
        context.scratch["gradients"] = gradients = _Gradients(context)
        return gradients.squared_lengths

    def select(self, utilities: FloatArray, context: QueryContext) -> IntArray:
        if self.selection is not None or context.batch_size == 1:
            return super().select(utilities, context)
        return _drawn(context.scratch["gradients"], context)

    def chances(self, utilities: FloatArray, positions: IntArray) -> Chances | None:
        """See `QueryStrategy.chances`; a draw whose weights change with each row has none that are known."""
        return None if self.selection is None else self.selection.chances(utilities, positions)


class _Gradients:
    """The candidates' gradients, as the products that they are."""

    def __init__(self, context: QueryContext) -> None:
        self._matrix, self._rows = context.space.matrix, context.candidates
        factors = candidate_probabilities(context.model, context.X, context.candidates)
        factors[np.arange(factors.shape[0]), factors.argmax(axis=1)] -= 1.0
        self._factors: FloatArray = factors
        self.squared_lengths: FloatArray = np.einsum("ij,ij->i", factors, factors)
        for positions, block, inside in candidate_blocks(self._matrix, self._rows):
            norms = squared_norms(block)
            self.squared_lengths[positions] *= norms if inside is None else norms[inside]

    def features(self, places: IntArray) -> Any:
        """Return some candidates' rows of the matrix."""
        return as_float(self._matrix[self._rows[places]])

    def distances(self, places: IntArray, rows: Any, centres: IntArray, points: Any) -> FloatArray:
        """Return squared distances of some candidates to some centres, shape (n_places, n_centres); 0 if equal.

        Parameters
        ----------
        places, centres : ndarray of int
            Positions among the candidates.
        rows, points : matrices
            Their `features`.
        """
        products: FloatArray = self._factors[places] @ self._factors[centres].T
        similar = rows @ points.T
        products *= similar.toarray() if scipy.sparse.issparse(similar) else similar
        terms: FloatArray = self.squared_lengths[places][:, np.newaxis] + self.squared_lengths[centres]
        squared = terms - 2.0 * products
        squared[squared < _CANCELLED * terms] = 0.0
        return squared

    def blocks(self, centres: IntArray) -> Any:
        """Yield positions of the candidates, and their squared distances to some centres, block by block."""
        points = self.features(centres)
        for positions, block, inside in candidate_blocks(self._matrix, self._rows, n_outputs=centres.size):
            rows = as_float(block if inside is None else block[inside])
            yield positions, self.distances(np.arange(positions.start, positions.stop), rows, centres, points)


def _drawn(gradients: _Gradients, context: QueryContext) -> IntArray:
    """Draw the batch: each row with a chance in proportion to its squared distance to those before it.

    Each row has a clock that rings after a standard exponential time; it runs as fast as the row's squared distance,
    and the first to ring is drawn: with constant speeds that is a draw in proportion to them, and what is left on the
    others' clocks is exponential again. Speeds only fall, so as long as one of the rows in front rings before any
    other could have at the speed of the last count, it is the first of all, and only the rows in front need be counted
    again. The others are caught up with several new centres at a time, in one matrix product.
    """
    utilities, size = gradients.squared_lengths, context.batch_size
    chosen = [int(top_k(utilities, 1, context.tie_keys)[0])]
    clocks = context.rng.exponential(size=utilities.size)
    speeds = np.full(utilities.size, np.inf)
    # When each centre came, since the last count; the first was there before any clock ran.
    fresh, times = chosen.copy(), [0.0]
    while True:
        _catch_up(gradients, fresh, times, clocks, speeds)
        speeds[chosen] = 0.0
        rings = _rings(clocks, speeds)
        n_front = min(_FRONT, utilities.size)
        front = np.argpartition(rings, n_front - 1)[:n_front]
        limit = np.delete(rings, front).min(initial=np.inf)
        fresh, times = _front_draws(gradients, front, clocks[front], speeds[front], limit, size - len(chosen))
        if not fresh:
            break
        chosen += fresh
        if len(chosen) == size:
            return np.asarray(chosen, np.int64)
    # Whoever is left equals one of the batch.
    rest = utilities.copy()
    rest[chosen] = -1.0
    return np.concatenate([chosen, top_k(rest, size - len(chosen), context.tie_keys)])


def _rings(clocks: FloatArray, speeds: FloatArray) -> FloatArray:
    """Return when each clock rings if it goes on at its speed."""
    rings: FloatArray = np.divide(clocks, speeds, out=np.full(clocks.size, np.inf), where=speeds > 0)
    return rings


def _catch_up(
    gradients: _Gradients, centres: list[int], times: list[float], clocks: FloatArray, speeds: FloatArray
) -> None:
    """Let all clocks run through the draws since the last count: `times` is when each centre came."""
    spans = np.diff(times, append=times[-1])
    first = times[0]
    for positions, squared in gradients.blocks(np.asarray(centres)):
        np.minimum.accumulate(squared, axis=1, out=squared)
        np.minimum(squared, speeds[positions, np.newaxis], out=squared)
        if first:
            clocks[positions] -= first * speeds[positions]
        clocks[positions] -= squared @ spans
        speeds[positions] = squared[:, -1]
    # Rounding only: no clock but those of the batch has rung.
    np.maximum(clocks, 0.0, out=clocks)


def _front_draws(
    gradients: _Gradients, front: IntArray, clocks: FloatArray, speeds: FloatArray, limit: float, wanted: int
) -> tuple[list[int], list[float]]:
    """Return positions that are drawn from `front`, while they ring before `limit`, and when."""
    rows = gradients.features(front)
    draws: list[int] = []
    times: list[float] = []
    now = 0.0
    while len(draws) < wanted:
        rings = _rings(clocks, speeds)
        place = int(rings.argmin())
        if rings[place] == np.inf or now + rings[place] > limit:
            break
        clocks -= rings[place] * speeds
        np.maximum(clocks, 0.0, out=clocks)
        now += float(rings[place])
        draws.append(int(front[place]))
        times.append(now)
        squared = gradients.distances(front, rows, front[[place]], rows[[place]])[:, 0]
        np.minimum(speeds, squared, out=speeds)
        speeds[place] = 0.0
    return draws, times
