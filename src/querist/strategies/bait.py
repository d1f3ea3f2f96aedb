"""Ask about the batch that would leave the least error over the whole pool, as a linear model reckons it."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import numpy as np
import scipy.linalg
import scipy.sparse

from querist._blocks import cached_blocks
from querist._threads import SingleBlasThread
from querist._typing import FloatArray, IntArray
from querist._validation import check_number
from querist.base.candidates import CandidateFilter
from querist.base.context import QueryContext
from querist.base.costs import WithCosts
from querist.base.scoring import candidate_blocks, candidate_probabilities
from querist.base.selection import Chances, Selection
from querist.base.strategy import QueryStrategy
from querist.base.ties import Ties
from querist.exceptions import InvalidParameterError, UnsupportedModelError
from querist.measures.fisher import (
    class_covariances,
    closer_bounds,
    fisher_information,
    quadratic_forms,
    roots,
    trace_bounds,
    trace_falls,
    trace_rises,
)
from querist.measures.ranking import top_k

# Parameters of the layer: the matrices between them, of which there are three, have 32 MB each.
_MOST_PARAMETERS = 2048
# Values of each of the three tables of the candidates: 512 MB.
_MOST_VALUES = 1 << 26
# Rows whose gains are counted before it is known which others need be.
_FRONT = 64
# Of what is 1 but for rounding, less than this is nothing.
_ROUNDING = 1e-12
# Gains that agree in so many digits of the largest are equal: rounding must not decide between equal rows.
_DIGITS = 8


class Bait(QueryStrategy):
    """Ask about the batch that would leave the least error over the whole pool, as a linear model reckons it (BAIT).

    The Fisher information of a row says what its answer tells about the parameters of a softmax layer, whatever the
    answer is. A batch is worth what is left of the parameters' variance once it is answered, in the directions that
    the predictions for the pool depend on: rows that tell the same are not asked twice, and what no row of
    the pool depends on is not asked about.

    For batches; on nine tables, ten rows at a time, it was not clearly better than margin, +2.0 points of accuracy with
    an interval of 3.4 each way, and cost far more (``benchmarks/labels/DIVERSITY.md``). Do not use it for single
    questions on large pools, where `MarginSampling` looks at a few rows only; with models that are not linear, which
    see other features than the pool has; or on columns that are not scaled, since the ridge weighs all alike.

    Parameters
    ----------
    ridge : float, default=1.0
        Above 0: what is known of each parameter before any answer, the lambda of the paper. 1 is the penalty of
        ``LogisticRegression(C=1)``; for another C take 1 / C, and twice that for two classes, whose one row of
        weights is penalised half as much.
    selection : Selection, default=None
        How the batch is chosen from the utilities; None grows and prunes it, as above.
    candidates : CandidateFilter, default=None
        Where to look; what is to be predicted are all rows of the pool in any case.
    ties : {"random", "first"}, default="random"
        Order of equal utilities: by a seeded key of each row, or by row number.

    Notes
    -----
    A row x with probabilities p has the information ``I(x) = (diag(p) - p p') (x) z z'`` with ``z = (x, 1)``, as the
    layer has intercepts. Wanted is the batch B that minimises ``tr(M^-1 F)`` with ``M = ridge + sum I(labelled) + sum
    I(B)`` and F the mean of I over the pool [1]_. Answers with a weight count as often as it says. Utilities: the share
    of ``tr(M^-1 F)``, as it is before the batch, that the row alone would take away, in [0, 1). The batch grows to
    twice its size, each time by the row that takes away most, and then loses, one by one, the rows whose loss adds
    least; of a single question the first is the best. What a row takes away may rise as others join it, so no count is
    kept from one round to the next; but rows whose bound, ``tr(M^-1 I(x) M^-1 F)``, is below the best need no count.

    The authors' code takes means of the labelled rows and weighs them against the batch by their numbers, but takes the
    batch as a sum; here both are sums, as the information of independent answers is. Features are as they are, or
    those after all steps but the last if the model is a ``Pipeline``; a model that is not linear is taken for a softmax
    layer on them.

    Cost: with ``k = n_classes - 1`` and ``d = n_features + 1``, O(n_rows * (d * k)**2) once and O(n_candidates * d *
    k**2) for each of 2 * batch_size rows, in matrix products, and systems of k equations for the rows in front;
    O(n_rows * n_classes + n_candidates * k**2 + (d * k)**2) memory beyond X. More than 2,048 parameters d * k, such as
    those of TF-IDF, are refused: put a projection in front of the model (``TruncatedSVD``, ``PCA``), 64 columns say.

    References
    ----------
    .. [1] J. T. Ash, S. Goel, A. Krishnamurthy, S. Kakade, "Gone fishing: neural active learning with Fisher
       embeddings", NeurIPS 2021, arXiv:2106.09675.

    Examples
    --------
    Rows 2 and 3 tell nearly the same, rows 4 and 5 too; row 6 lies farther out, where the pool is not.

    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> X = np.array([[-2.0, 0], [2, 0], [1, 1], [1, 1.1], [-1, 1], [-1, 1.1], [4, 1]])
    >>> model = LogisticRegression().fit(X[[0, 1]], ["no", "yes"])
    >>> rows, utilities = Bait(ties="first").query(
    ...     X, [0, 1], ["no", "yes"], model=model, batch_size=2, return_utilities=True
    ... )
    >>> rows, utilities.round(2)
    (array([3, 5]), array([ nan,  nan, 0.28, 0.3 , 0.25, 0.27, 0.16]))
    """

    measures_distances = True
    with_costs: ClassVar[WithCosts] = "refused"

    def __init__(
        self,
        *,
        ridge: float = 1.0,
        selection: Selection | None = None,
        candidates: CandidateFilter | None = None,
        ties: Ties = "random",
    ) -> None:
        super().__init__(selection=selection, candidates=candidates, ties=ties)
        self.ridge = ridge

    def utilities(self, context: QueryContext) -> FloatArray:
        """Return the utilities.

        Raises
        ------
        UnsupportedModelError
            If the model has no probabilities, there are no numeric features, or too many parameters.
        InvalidParameterError
            If there are too many candidates for so many classes.
        """
        ridge = check_number(self.ridge, "ridge", low=0.0, open_low=True)
        with SingleBlasThread():
            context.scratch["design"] = design = _Design(context, ridge)
            falls = design.falls(np.arange(context.candidates.size))
            # Nothing is left where the model is certain of every row.
            return _rounded(falls / design.trace if design.trace > 0 else falls)

    def select(self, utilities: FloatArray, context: QueryContext) -> IntArray:
        if self.selection is not None or context.batch_size == 1:
            return super().select(utilities, context)
        with SingleBlasThread():
            design: _Design = context.scratch["design"]
            return _pruned(design, _grown(design, utilities, context), context)

    def chances(self, utilities: FloatArray, positions: IntArray) -> Chances | None:
        """See `QueryStrategy.chances`."""
        return None if self.selection is None else self.selection.chances(utilities, positions)


class _Information:
    """The inverse of what is known about the parameters, kept as rows join and leave.

    Attributes
    ----------
    inverse : ndarray of shape (n_parameters, n_parameters)
        M^-1.
    change : ndarray of shape (n_parameters, n_parameters)
        M^-1 F M^-1.
    """

    def __init__(self, known: FloatArray, wanted: FloatArray) -> None:
        self._wanted = wanted
        # All of one size first, so that columns of another scale are not lost to rounding.
        sizes = np.sqrt(np.diagonal(known))
        scaled = known / (sizes[:, np.newaxis] * sizes)
        scaled[np.diag_indices(len(known))] += _ROUNDING
        lower = scipy.linalg.cho_factor(scaled, lower=True)
        inverse = scipy.linalg.cho_solve(lower, np.eye(len(known)))
        self.inverse: FloatArray = inverse / (sizes[:, np.newaxis] * sizes)
        self.change: FloatArray = self.inverse @ wanted @ self.inverse

    def add(self, row: FloatArray, covariance: FloatArray, sign: float = 1.0) -> tuple[FloatArray, FloatArray]:
        """Let a row join (or leave: ``sign=-1``), and return U and Y.

        M^-1 falls by ``sign U U'``, and M^-1 F M^-1 by ``sign (U Y' + Y U')``; both have n_directions columns.
        """
        factor = np.kron(roots(covariance[np.newaxis])[0], row[:, np.newaxis])
        moved = self.inverse @ factor
        values, vectors = np.linalg.eigh(factor.T @ moved)
        left = moved @ (vectors / np.sqrt(np.maximum(1.0 + sign * values, _ROUNDING)))
        wanted = self._wanted @ left
        right = self.inverse @ wanted - left @ (0.5 * sign * left.T @ wanted)
        self.inverse -= sign * left @ left.T
        both = left @ right.T
        self.change -= sign * (both + both.T)
        return left, right


class _Design:
    """The candidates' information, and what the labelled rows and the batch so far leave unknown."""

    def __init__(self, context: QueryContext, ridge: float) -> None:
        self._matrix, self._candidates = context.space.matrix, context.candidates
        n_total, n_features = self._matrix.shape
        proba = candidate_probabilities(context.model, context.X, np.arange(n_total))
        self._n_directions = proba.shape[1] - 1
        _check_size(n_features, self._n_directions, context.candidates.size)
        size = (n_features + 1) * self._n_directions
        self.wanted: FloatArray = np.zeros((size, size))
        for part, rows in self._blocks(np.arange(n_total)):
            self.wanted += fisher_information(rows, class_covariances(proba[part]) / n_total)
        known = class_covariances(proba[context.rows])
        if context.weights is not None:
            known *= context.weights[:, np.newaxis, np.newaxis]
        self.known: FloatArray = fisher_information(self.features(context.rows), known)
        self.known[np.diag_indices(size)] += ridge
        self._information = _Information(self.known, self.wanted)
        self.trace = float(np.einsum("ij,ij->", self._information.inverse, self.wanted))
        self.covariances: FloatArray = class_covariances(proba[context.candidates])
        self._inverse, self._change = np.empty_like(self.covariances), np.empty_like(self.covariances)
        for part, rows in self._blocks(self._candidates):
            self._inverse[part] = quadratic_forms(rows, self._information.inverse)
            self._change[part] = quadratic_forms(rows, self._information.change)

    def features(self, rows: IntArray) -> FloatArray:
        """Return rows of the pool, with a column of ones behind."""
        return _with_ones(self._matrix[rows])

    def falls(self, places: IntArray) -> FloatArray:
        """Return by how much some candidates would lower the trace."""
        return self._of(trace_falls, places)

    def leading_falls(self, closed: list[int]) -> FloatArray:
        """Return the `falls` of candidates that may have the largest, or an equal one; -1 of others and of `closed`.

        Bounds tell which may, once rows in front are counted.
        """
        bounds = trace_bounds(self._change, self.covariances)
        bounds[closed] = -1.0
        found = np.full(bounds.size, -1.0)
        self._count(bounds, found, _FRONT)
        left = _leading(bounds, found)
        bounds[left] = self._of(closer_bounds, left)
        self._count(bounds, found, _FRONT)
        self._count(bounds, found, bounds.size)
        return found

    def _count(self, bounds: FloatArray, found: FloatArray, most: int) -> None:
        left = _leading(bounds, found)
        if left.size > most:
            left = left[np.argpartition(bounds[left], left.size - most)[left.size - most :]]
        found[left] = self.falls(left)

    def _of(self, function: Callable[[FloatArray, FloatArray, FloatArray], FloatArray], places: IntArray) -> FloatArray:
        found = np.empty(places.size)
        for part in cached_blocks(found.size, self._n_directions**2):
            some = places[part]
            found[part] = function(self._change[some], self._inverse[some], self.covariances[some])
        return found

    def add(self, place: int) -> None:
        """Let a candidate join the batch."""
        row = self.features(self._candidates[[place]])[0]
        k = self._n_directions
        # From (directions, features, columns) to a column for each pair of a direction and a column.
        both = np.hstack(
            [
                each.reshape(k, -1, k).transpose(1, 0, 2).reshape(-1, k * k)
                for each in self._information.add(row, self.covariances[place])
            ]
        )
        for part, rows in self._blocks(self._candidates):
            for some in cached_blocks(len(rows), max(rows.shape[1], 2 * k * k)):
                pair = (rows[some] @ both).reshape(-1, 2 * k, k)
                left, right = pair[:, :k], pair[:, k:].transpose(0, 2, 1)
                here = slice(part.start + some.start, part.start + some.stop)
                self._inverse[here] -= left @ left.transpose(0, 2, 1)
                crossed = left @ right
                crossed += crossed.transpose(0, 2, 1).copy()
                self._change[here] -= crossed

    def _blocks(self, rows: IntArray) -> Iterator[tuple[slice, FloatArray]]:
        for positions, block, inside in candidate_blocks(self._matrix, rows):
            yield positions, _with_ones(block if inside is None else block[inside])


def _with_ones(block: Any) -> FloatArray:
    dense = block.toarray() if scipy.sparse.issparse(block) else np.asarray(block)
    found: FloatArray = np.ones((dense.shape[0], dense.shape[1] + 1))
    found[:, :-1] = dense
    return found


def _check_size(n_features: int, n_directions: int, n_candidates: int) -> None:
    size = (n_features + 1) * n_directions
    if size > _MOST_PARAMETERS:
        raise UnsupportedModelError(
            f"Bait inverts a matrix of all parameters, at most {_MOST_PARAMETERS}, and a layer on {n_features} "
            f"features for {n_directions + 1} classes has {size}. Put a projection in front of the model, such as "
            "make_pipeline(TruncatedSVD(64), LogisticRegression()), or use badge, which needs no such matrix."
        )
    if n_candidates * n_directions**2 > _MOST_VALUES:
        raise InvalidParameterError(
            f"Bait keeps (n_classes - 1)**2 values of each candidate, at most {_MOST_VALUES}, and {n_candidates} "
            f"candidates with {n_directions + 1} classes have {n_candidates * n_directions**2}. Look at fewer: "
            'make_strategy("bait", candidates="subsample").'
        )


def _leading(bounds: FloatArray, found: FloatArray) -> IntArray:
    """Return which rows may be as good as the best that is counted, or equal to it but for rounding."""
    least = (1.0 - 10.0 ** (1 - _DIGITS)) * max(float(found.max()), 0.0)
    return np.flatnonzero((found < 0) & (bounds >= least))


def _rounded(values: FloatArray) -> FloatArray:
    """Return values of which those that only rounding tells apart are equal."""
    largest = float(values.max())
    if largest <= 0:
        return values
    # A power of two: to scale by it changes no digit.
    unit = 2.0 ** np.floor(np.log2(largest))
    rounded: FloatArray = np.round(values / unit, _DIGITS) * unit
    return rounded


def _grown(design: _Design, utilities: FloatArray, context: QueryContext) -> list[int]:
    """Return twice as many positions as are wanted, if there are so many, each the one that takes away most."""
    chosen = [int(top_k(utilities, 1, context.tie_keys)[0])]
    size = min(2 * context.batch_size, utilities.size)
    while len(chosen) < size:
        design.add(chosen[-1])
        falls = design.leading_falls(chosen)
        chosen.append(int(top_k(_rounded(falls), 1, context.tie_keys)[0]))
    return chosen


def _pruned(design: _Design, chosen: list[int], context: QueryContext) -> IntArray:
    """Return as many positions as are wanted, in the order in which they came: those whose loss adds least go."""
    kept = np.asarray(chosen, np.int64)
    rows, covariances = design.features(context.candidates[kept]), design.covariances[kept]
    # Anew, so that what rounding left behind as rows joined is gone.
    information = _Information(design.known + fisher_information(rows, covariances), design.wanted)
    while kept.size > context.batch_size:
        rises = trace_rises(
            quadratic_forms(rows, information.change), quadratic_forms(rows, information.inverse), covariances
        )
        ties = np.flatnonzero(_rounded(rises) == _rounded(rises).min())
        least = int(ties[context.tie_keys(kept[ties]).argmax()])
        information.add(rows[least], covariances[least], sign=-1.0)
        kept, rows = np.delete(kept, least), np.delete(rows, least, axis=0)
        covariances = np.delete(covariances, least, axis=0)
    return kept
