"""A matrix made row block by row block, in little more than the space that it takes itself."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import scipy.sparse

from querist._typing import AnyArray

# What is reserved beyond what the blocks so far let expect; what is never written to takes no memory.
_MARGIN = 1.05


def stacked(parts: Iterable[Any], n_rows: int) -> Any:
    """Return CSR matrices one below the other, their entries in the order in which they are stored.

    Parameters
    ----------
    parts : iterable of CSR matrix
        At least one, of one width and one type; each is let go before the next is asked for.
    n_rows : int
        Of all of them.

    Returns
    -------
    CSR matrix of shape (n_rows, n_columns)
    """
    ends = np.zeros(n_rows + 1, np.int64)
    data: AnyArray = np.empty(0, np.float32)
    indices: AnyArray = np.empty(0, np.int32)
    row = n_entries = width = 0
    for part in parts:
        width = part.shape[1]
        stop, entries = row + part.shape[0], n_entries + part.nnz
        if entries > data.size or not row:
            size = int(entries / max(stop, 1) * n_rows * _MARGIN) + 1
            data, indices = _longer(data, size, n_entries, part.dtype), _longer(indices, size, n_entries, np.int32)
        data[n_entries:entries], indices[n_entries:entries] = part.data, part.indices
        ends[row + 1 : stop + 1] = part.indptr[1:].astype(np.int64) + n_entries
        row, n_entries = stop, entries
        del part
    # One type for both, as scipy wants it.
    kind = np.int32 if n_entries <= np.iinfo(np.int32).max else np.int64
    arrays = data[:n_entries], indices[:n_entries].astype(kind, copy=False), ends.astype(kind, copy=False)
    return scipy.sparse.csr_matrix(arrays, shape=(n_rows, width))


def _longer(array: AnyArray, size: int, n_used: int, dtype: Any) -> AnyArray:
    longer = np.empty(max(size, n_used), dtype)
    longer[:n_used] = array[:n_used]
    return longer
