"""Ask in random order."""

import math
from functools import partial
from typing import Any, ClassVar

import numpy as np

from querist._blocks import row_blocks
from querist._partitioned import PartitionedPool, Stretch
from querist._typing import BOTH_TASKS, BoolArray, FloatArray, IntArray, Task
from querist.base.context import QueryContext
from querist.base.costs import WithCosts
from querist.base.selection import Chances, TopK
from querist.base.shortlist import Shortlist
from querist.base.strategy import QueryStrategy


class RandomSampling(QueryStrategy):
    """Ask about rows in random order.

    The baseline of every comparison, and the way to collect the first answers:
    it needs no model, and what it asks about is a simple random sample.

    Parameters
    ----------
    selection : Selection, default=None
        How the batch is chosen from the utilities; None takes the highest.
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about.
    ties : {"random", "first"}, default="random"
        Order of equal utilities: by a seeded key of each row, or by row number.

    Notes
    -----
    Utilities: independent and uniform in [0, 1), also where rows cost differently.
    Cost: O(n_candidates) time.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.arange(10.0).reshape(-1, 1)
    >>> rows = RandomSampling().query(X, [], [], batch_size=3, random_state=0)
    >>> len(set(rows.tolist()))
    3
    """

    tasks: ClassVar[frozenset[Task]] = BOTH_TASKS
    needs_model: ClassVar[bool] = False
    stochastic: ClassVar[bool] = True
    with_costs: ClassVar[WithCosts] = "regardless"

    def utilities(self, context: QueryContext) -> FloatArray:
        return context.rng.random(context.open_rows.size)

    def shortlist(self, context: QueryContext, utilities: FloatArray | None = None) -> Shortlist | None:
        """See `QueryStrategy.shortlist`. The same numbers are drawn, a block at a time, and the highest kept."""
        if utilities is not None or type(self) is not RandomSampling or not self._takes_highest:
            return None
        n, mask = context.batch_size, context.open_rows.mask
        if isinstance(context.X, PartitionedPool) and type(context.rng.bit_generator) is np.random.PCG64:
            rows, values = _highest_of_parts(context.X, context.rng, mask, n)
        else:
            rows, values = _highest(context.rng, mask, n)
        return Shortlist(rows, values, drawn_of=context.open_rows.size)

    @property
    def _takes_highest(self) -> bool:
        return self.selection is None or type(self.selection) is TopK

    def chances(self, utilities: FloatArray, positions: IntArray) -> Chances | None:
        """See `QueryStrategy.chances`. The highest of even utilities are a simple random sample."""
        if self._takes_highest:
            return Chances.even(utilities.size, positions.size)
        return super().chances(utilities, positions)


def _highest(rng: np.random.Generator, mask: BoolArray, n: int, least: float = 0.0) -> tuple[IntArray, FloatArray]:
    """Draw a number for each open row; return the rows with the `n` highest of at least `least`, and these."""
    rows, values = np.empty(0, np.int64), np.empty(0)
    for block in row_blocks(mask.size, 1):
        inside = np.flatnonzero(mask[block])
        drawn = rng.random(inside.size)
        high = np.flatnonzero(drawn >= least)
        rows, values = np.append(rows, inside[high] + block.start), np.append(values, drawn[high])
        if values.size > n:
            least = float(np.partition(values, values.size - n)[values.size - n])
            rows, values = rows[values >= least], values[values >= least]
    return rows, values


def _highest_of_parts(
    X: PartitionedPool, rng: np.random.Generator, mask: BoolArray, n: int
) -> tuple[IntArray, FloatArray]:
    """Return what `_highest` does, the numbers drawn in many places: each goes to its own place of the one stream."""
    bits: Any = rng.bit_generator
    # Nearly always so many rows are above it; else all are asked for.
    size = int(np.count_nonzero(mask))
    bound = 1.0 - (n + 8.0 * math.sqrt(n) + 32.0) / size
    for least in (max(bound, 0.0), 0.0):
        found = X.work_out(partial(_drawn_in_part, bits.state, n, least), mask)
        rows, values = (np.concatenate(some) for some in zip(*found, strict=True))
        if rows.size >= n:
            break
    bits.advance(size)
    return rows, values


def _drawn_in_part(state: dict[str, Any], n: int, least: float, stretch: Stretch) -> tuple[IntArray, FloatArray]:
    bits: Any = np.random.PCG64()
    bits.state = state
    bits.advance(stretch.n_before)
    mask = stretch.picked.mask(stretch.stop - stretch.start)
    rows, values = _highest(np.random.Generator(bits), mask, n, least)
    return rows + stretch.start, values
