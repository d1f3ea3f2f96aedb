"""Numbers of the rows of a pool of partitions, worked through by those who have the partitions."""

from functools import partial

import numpy as np

from querist._blocks import row_blocks
from querist._partitioned import PartitionedPool, Stretch
from querist._typing import BoolArray, IntArray, Pool
from querist.audit.order import NumbersOf, RowsBelow


def rows_below(X: Pool, numbers_of: NumbersOf) -> RowsBelow | None:
    """Return who finds the rows whose numbers are below a bound; None of a pool in one place, where nobody need.

    Parameters
    ----------
    X : pool
    numbers_of : callable
        From row numbers to the number of each; it can be pickled.
    """
    return partial(_rows_below, X, numbers_of) if isinstance(X, PartitionedPool) else None


def _rows_below(X: PartitionedPool, numbers_of: NumbersOf, bound: float, among: BoolArray | None) -> IntArray:
    mask = np.ones(len(X), bool) if among is None else among
    found = X.work_out(partial(_below, numbers_of, bound), mask)
    return np.concatenate([np.empty(0, np.int64), *found])


def _below(numbers_of: NumbersOf, bound: float, stretch: Stretch) -> IntArray:
    mask = stretch.picked.mask(stretch.stop - stretch.start)
    found = [np.empty(0, np.int64)]
    for block in row_blocks(mask.size, 1):
        rows = np.flatnonzero(mask[block]) + (stretch.start + block.start)
        found.append(rows[numbers_of(rows) < bound])
    return np.concatenate(found)
