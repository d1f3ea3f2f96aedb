"""Whether a pool holds only finite numbers, found out once instead of at every fit."""

import numpy as np
import scipy.sparse

from querist._blocks import row_blocks
from querist._partitioned import PartitionedPool
from querist._typing import Pool


def is_finite(X: Pool) -> bool:
    """Return True if `X` is numeric and every value is finite; False also where that is not known.

    One pass, no temporary array: a sum is finite unless one of its terms is not (or
    it overflows, which then merely keeps the usual checks on).
    """
    if isinstance(X, scipy.sparse.csr_matrix | scipy.sparse.csr_array):
        X = X.data.reshape(-1, 1)
    if isinstance(X, PartitionedPool) and hasattr(X, "dtype"):
        return X.dtype.kind != "f" or all(X.ask_all(_part_is_finite))
    if not isinstance(X, np.ndarray) or X.ndim != 2 or X.dtype.kind not in "biuf":
        return False
    if X.dtype.kind != "f":
        return True
    # Sums of 16 bits overflow at once.
    dtype = np.float32 if X.dtype.itemsize == 2 else None
    with np.errstate(over="ignore", invalid="ignore"):
        return all(bool(np.isfinite(X[block].sum(dtype=dtype))) for block in row_blocks(X.shape[0], X.shape[1]))


def _part_is_finite(part: Pool, _: int) -> bool:
    return is_finite(part)
