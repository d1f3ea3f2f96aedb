"""Pools in blocks of rows."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import scipy.sparse

from querist._blocks import block_rows, row_blocks
from querist._partitioned import PartitionedPool
from querist._typing import AnyArray, IntArray, Pool
from querist._validation import n_rows, take_rows


def pool_width(X: Pool) -> int:
    """Return how many values a row of a dense pool holds; 1 for sparse rows and texts, whose blocks need no limit."""
    shape: tuple[int, ...] = getattr(X, "shape", ())
    return 1 if len(shape) < 2 or scipy.sparse.issparse(X) else int(shape[1])


def taken_blocks(X: Pool, rows: IntArray | None = None) -> Iterator[tuple[slice, Pool]]:
    """Yield rows of a pool in blocks, and which of them each holds; a pool that makes one block comes as it is.

    Parameters
    ----------
    X : pool of shape (n_rows, ...)
    rows : ndarray of shape (n,), default=None
        Row numbers in any order; None: all, as views where X is an array.
    """
    total = n_rows(X) if rows is None else rows.size
    width = pool_width(X)
    if total <= block_rows(width):
        yield slice(0, total), X if rows is None else take_rows(X, rows)
        return
    for block in row_blocks(total, width):
        yield block, take_rows(X, block if rows is None else rows[block])


def by_blocks(function: Callable[[Pool], AnyArray], X: Pool, rows: IntArray | None = None) -> AnyArray:
    """Return what a function says of rows of a pool, asked block by block: no copy of many rows is made.

    In a pool of partitions it is asked where they are.

    Parameters
    ----------
    function : callable
        From n rows to an array of shape (n, ...).
    X : pool of shape (n_rows, ...)
    rows : ndarray of shape (n,), default=None
        Row numbers in any order; None: all.

    Returns
    -------
    ndarray of shape (n, ...)
    """
    if isinstance(X, PartitionedPool):
        return X.by_rows(partial(by_blocks, function), rows)
    total = n_rows(X) if rows is None else rows.size
    found = np.empty(0)
    for block, part in taken_blocks(X, rows):
        said = np.asarray(function(part))
        if said.shape[0] == total:
            return said
        if block.start == 0:
            found = np.empty((total, *said.shape[1:]), said.dtype)
        elif said.dtype != found.dtype:  # texts of other lengths
            found = found.astype(np.result_type(found, said))
        found[block] = said
    return found
