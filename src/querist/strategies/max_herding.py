"""Ask about rows that most others resemble more than any row that is labelled."""

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
import scipy.sparse
from numpy.typing import DTypeLike

from querist._blocks import block_rows, cached_blocks
from querist._typing import BOTH_TASKS, AnyArray, FloatArray, IntArray, Task
from querist._validation import check_number
from querist.base.blocks import pool_width
from querist.base.candidates import CandidateFilter
from querist.base.context import QueryContext
from querist.base.costs import WithCosts
from querist.base.scoring import candidate_blocks
from querist.base.selection import Chances, Selection
from querist.base.strategy import QueryStrategy
from querist.base.ties import Ties
from querist.exceptions import InvalidParameterError
from querist.measures.geometry import as_float, squared_norms, typical_point
from querist.measures.ranking import top_k

# How many of the best rows are kept up to date after each pick, and how many values they may hold.
_FRONT, _FRONT_VALUES = 128, 1 << 22
# Points at a time: one side of a tile that stays in a cache.
_POINTS = 512
# Mean gains that agree in so many decimals are equal: rounding must not decide between equal rows.
_DECIMALS = 11
_SAMPLE = 101
# By less than this a mean of likenesses in singles is wrong, where exponents are about 1; ten times what was seen.
_SINGLE = 1e-6


class MaxHerding(QueryStrategy):
    """Ask about rows that most others resemble more than any row that is labelled (MaxHerding).

    A row is covered as well as it resembles the labelled row that is most like it, by a Gaussian kernel; each row of a
    batch is the one that raises the mean cover of the pool most. It is ProbCover with soft balls, whose width matters
    far less. It needs no model, and is for the first questions on features in which classes lie together, such as
    embeddings. Not for later: once the pool is covered it asks evenly all over it, and the authors' later work [2]_
    finds uncertainty better there; on tables it was level with margin (``benchmarks/labels/DIVERSITY.md``). Nor for
    rows that differ in length rather than in direction, as those of tables may: then set `normalize` to False, scale
    the columns, and take a `bandwidth` of the size of a distance between rows of one class.

    Parameters
    ----------
    bandwidth : float, default=1.0
        Above 0: the distance at which likeness has fallen to 1/e. 1 is the authors' choice for rows of length 1.
    normalize : bool, default=True
        Whether rows are scaled to length 1 first, as the authors do; rows of zeros stay.
    selection : Selection, default=None
        How the batch is chosen from the utilities; None covers greedily, as above.
    candidates : CandidateFilter, default=None
        Where to look; what is to be covered are all rows of the pool in any case.
    ties : {"random", "first"}, default="random"
        Order of equal utilities: by a seeded key of each row, or by row number.

    Notes
    -----
    Utilities: by how much the row alone would raise the mean over the pool of ``max(k(x, z) for z labelled)``, with
    ``k(x, z) = exp(-|x - z|**2 / bandwidth**2)``: in [0, 1]. What a row adds only falls as others join it (the
    cover is submodular), so the greedy batch covers at least 1 - 1/e of what the best could add [1]_, and is found
    exactly: the rows in front are counted after each pick, all others only when one of them could be better than these,
    and then only over the rows whose cover has changed. Gains that agree in eleven decimals are equal. Features are
    used as they are, or after all steps but the last if a fitted ``Pipeline`` is given as model.

    Cost: a kernel between all candidates and rows, O(n_candidates * n_rows * n_dimensions) time, once for the
    utilities, in singles mostly two to five times more for a batch, and with the labelled rows; O(n_candidates +
    n_rows) memory beyond X. From some 50,000
    rows on, take a candidate filter.

    References
    ----------
    .. [1] W. Bae, J. Noh, D. J. Sutherland, "Generalized coverage for more robust low-budget active learning", ECCV
       2024, arXiv:2407.12212.
    .. [2] W. Bae, G. L. Oliveira, D. J. Sutherland, "Uncertainty herding: one active learning method for all label
       budgets", ICLR 2025, arXiv:2412.20644.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[0.0], [1.0], [2.0], [9.0], [10.0], [20.0]])
    >>> MaxHerding(normalize=False, ties="first").query(X, [], [], batch_size=3)
    array([1, 3, 5])
    """

    tasks: ClassVar[frozenset[Task]] = BOTH_TASKS
    needs_model: ClassVar[bool] = False
    measures_distances = True
    with_costs: ClassVar[WithCosts] = "refused"

    def __init__(
        self,
        *,
        bandwidth: float = 1.0,
        normalize: bool = True,
        selection: Selection | None = None,
        candidates: CandidateFilter | None = None,
        ties: Ties = "random",
    ) -> None:
        super().__init__(selection=selection, candidates=candidates, ties=ties)
        self.bandwidth = bandwidth
        self.normalize = normalize

    def utilities(self, context: QueryContext) -> FloatArray:
        bandwidth = check_number(self.bandwidth, "bandwidth", low=0.0, open_low=True)
        if not isinstance(self.normalize, bool):
            raise InvalidParameterError(f"normalize must be True or False, got {self.normalize!r}.")
        cover = _Cover(context, bandwidth, normalize=self.normalize)
        context.scratch["cover"] = cover
        return cover.mean_gains(cover.gains)

    def select(self, utilities: FloatArray, context: QueryContext) -> IntArray:
        if self.selection is not None or context.batch_size == 1:
            return super().select(utilities, context)
        return _greedy(context.scratch["cover"], context)

    def chances(self, utilities: FloatArray, positions: IntArray) -> Chances | None:
        """See `QueryStrategy.chances`."""
        return None if self.selection is None else self.selection.chances(utilities, positions)


class _Cover:
    """How well each row without a label is covered, and what each candidate would add."""

    def __init__(self, context: QueryContext, bandwidth: float, *, normalize: bool) -> None:
        self._matrix, self._candidates = context.space.matrix, context.candidates
        self._scale, self._normalize = np.sqrt(2.0) / bandwidth, normalize
        self._n_points = min(_POINTS, block_rows(pool_width(self._matrix)))
        self._shift: FloatArray | None = None
        if not normalize and not scipy.sparse.issparse(self._matrix):
            # Where columns lie far from 0, products of what lies near each other would cancel.
            spread = np.linspace(0, self._matrix.shape[0] - 1, _SAMPLE).astype(np.int64)
            self._shift = typical_point(self._matrix[spread])
        # The labelled rows are covered whatever comes.
        self._rows = context.unlabelled
        self.of: FloatArray = np.zeros(self._rows.size)
        for places, rows in self._blocks(self._rows):
            for start in range(0, context.rows.size, self._n_points):
                points = self._prepared(self._matrix[context.rows[start : start + self._n_points]])
                for part in cached_blocks(rows.n, _POINTS):
                    place = slice(places.start + part.start, places.start + part.stop)
                    np.maximum(self.of[place], rows[part].kernel(points).max(axis=1), out=self.of[place])
        np.minimum(self.of, 1.0, out=self.of)
        self.gains: FloatArray = self._all_gains()
        # By how much rounding may have raised a gain.
        self.slack = 0.0

    def mean_gains(self, gains: FloatArray) -> FloatArray:
        """Return gains as means over the pool, those that only rounding tells apart as equal."""
        means: FloatArray = np.round(gains / self._matrix.shape[0], _DECIMALS)
        return means

    def likeness(self, places: IntArray) -> FloatArray:
        """Return the kernel of some candidates with the rows to be covered, shape (n_places, n_rows)."""
        table = np.empty((places.size, self._rows.size))
        some = self._prepared(self._matrix[self._candidates[places]])
        for columns, rows in self._blocks(self._rows):
            for part in cached_blocks(rows.n, _POINTS):
                table[:, columns.start + part.start : columns.start + part.stop] = np.minimum(
                    some.kernel(rows[part]), 1.0
                )
        return table

    def lower(self, cover: FloatArray) -> None:
        """Take from the gains what they lose as the rows are covered so much better than before.

        In singles, which are twice as fast: `slack` says by how much the gains may then be too high or too low.
        """
        changed = np.flatnonzero(cover > self.of)
        low, high = self.of[changed].astype(np.float32), cover[changed].astype(np.float32)
        self.of = cover
        self.gains += float(low.sum(dtype=np.float64))
        largest = 0.0
        for places, rows in self._blocks(self._candidates, np.float32):
            largest = max(largest, rows.largest)
            for start in range(0, changed.size, self._n_points):
                points = self._prepared(self._matrix[self._rows[changed[start : start + self._n_points]]], np.float32)
                least, most = low[start : start + self._n_points], high[start : start + self._n_points]
                ones = np.ones(least.size, np.float32)
                for part in cached_blocks(rows.n, _POINTS):
                    likeness = rows[part].kernel(points)
                    # What exceeds the old cover, up to the new one.
                    np.maximum(likeness, least, out=likeness)
                    np.minimum(likeness, most, out=likeness)
                    self.gains[places.start + part.start : places.start + part.stop] -= likeness @ ones
        self.slack += changed.size * _SINGLE * (1.0 + largest)

    def _all_gains(self) -> FloatArray:
        """Return what each candidate would add to the cover, in doubles."""
        gains = np.full(self._candidates.size, -float(self.of.sum()))
        same = self._candidates.size == self._rows.size
        for places, rows in self._blocks(self._candidates):
            for columns, points in self._blocks(self._rows):
                for first in cached_blocks(points.n, _POINTS):
                    others = slice(columns.start + first.start, columns.start + first.stop)
                    for part in cached_blocks(rows.n, _POINTS):
                        place = slice(places.start + part.start, places.start + part.stop)
                        if same and place.start > others.start:
                            continue
                        likeness = rows[part].kernel(points[first])
                        np.minimum(likeness, 1.0, out=likeness)
                        gains[place] += np.maximum(likeness, self.of[others]).sum(axis=1)
                        if same and place.start < others.start:
                            # The same pairs the other way round.
                            gains[others] += np.maximum(likeness.T, self.of[place]).sum(axis=1)
        return gains

    def _blocks(self, rows: IntArray, dtype: DTypeLike = np.float64) -> Iterator[tuple[slice, "_Rows"]]:
        for places, block, inside in candidate_blocks(self._matrix, rows):
            yield places, self._prepared(block if inside is None else block[inside], dtype)

    def _prepared(self, block: Any, dtype: DTypeLike = np.float64) -> "_Rows":
        block = as_float(block)
        if self._shift is not None:
            block = block - self._shift
        norms = squared_norms(block)
        factors = np.full(norms.size, self._scale)
        if self._normalize:
            factors = np.divide(self._scale, np.sqrt(norms), out=np.zeros(norms.size), where=norms > 0)
        # Not `diags_array`, which the oldest scipy that is allowed has not got.
        scaled = scipy.sparse.diags(factors) @ block if scipy.sparse.issparse(block) else block * factors[:, None]
        return _Rows(scaled.astype(dtype, copy=False), (0.5 * norms * factors**2).astype(dtype)[:, None])


class _Rows:
    """Rows, scaled so that half their squared distance is what the likeness is the exponential of.

    Parameters
    ----------
    block : ndarray or CSR matrix of shape (n, n_dimensions)
    halves : ndarray of shape (n, 1)
        Half of their squared norms.
    """

    def __init__(self, block: Any, halves: AnyArray) -> None:
        self._block, self._halves = block, halves
        self.n: int = halves.shape[0]

    def __getitem__(self, part: slice) -> "_Rows":
        return _Rows(self._block[part], self._halves[part])

    @property
    def largest(self) -> float:
        """The largest half of a squared norm."""
        return float(self._halves.max())

    def kernel(self, others: "_Rows") -> AnyArray:
        """Return the likeness of each of these rows with each of some others: at most 1, but for rounding."""
        ones, others_ones = np.ones_like(self._halves), np.ones_like(others._halves)
        if scipy.sparse.issparse(self._block):
            values: AnyArray = (self._block @ others._block.T).toarray()
            values -= self._halves + others._halves.T
        else:
            # Two more columns, and norms need no pass of their own.
            values = np.hstack([self._block, -self._halves, ones]) @ (
                np.hstack([others._block, others_ones, -others._halves]).T
            )
        np.exp(values, out=values)
        return values


def _greedy(cover: _Cover, context: QueryContext) -> IntArray:
    """Return the batch, each row the one that adds most to those before it.

    What a row adds only falls, so as long as the best of the rows in front adds more than any other row did at the last
    count, it is the best of all, and only the rows in front have to be counted again.
    """
    chosen = list[int]()
    size = min(cover.gains.size, max(min(_FRONT, _FRONT_VALUES // cover.of.size), 1))
    while True:
        means = cover.mean_gains(cover.gains)
        means[chosen] = -1.0
        best = top_k(means, min(size + 1, means.size), context.tie_keys)
        limit = means[best[size]] + cover.slack / cover.of.size if best.size > size else -np.inf
        front = np.sort(best[:size])
        covered = cover.of.copy()
        chosen += _front_picks(cover, covered, front, float(limit), context, chosen)
        if len(chosen) == context.batch_size:
            return np.asarray(chosen, np.int64)
        cover.lower(covered)


def _front_picks(
    cover: _Cover, covered: FloatArray, front: IntArray, limit: float, context: QueryContext, chosen: list[int]
) -> list[int]:
    """Return at least one position from `front`, and more while they beat `limit`; `covered` is kept up to date."""
    likeness, picks = cover.likeness(front), list[int]()
    open_ = ~np.isin(front, chosen)
    while len(chosen) + len(picks) < context.batch_size:
        added = np.array([np.maximum(row - covered, 0.0).sum() for row in likeness])
        means = np.where(open_, cover.mean_gains(added), -1.0)
        place = int(top_k(means, 1, lambda places: context.tie_keys(front[places]))[0])
        # The first is the best of all. A later one that only equals the limit may tie with a row outside.
        if not open_[place] or (picks and means[place] <= limit):
            break
        picks.append(int(front[place]))
        open_[place] = False
        np.maximum(covered, likeness[place], out=covered)
    return picks
