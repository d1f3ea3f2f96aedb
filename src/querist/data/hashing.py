"""A fingerprint of a pool: the same for the same rows, types and order, different for others."""

import hashlib
from typing import Any

import numpy as np
import scipy.sparse

from querist._typing import Pool
from querist.base.blocks import row_blocks


def pool_hash(X: Pool) -> str:
    """Return a hexadecimal hash of a pool.

    Depends on shape, types, values and order; of data frames also on the names of the
    columns, not on the index. O(size of X) time, no copy of an array.

    Parameters
    ----------
    X : array, CSR matrix, data frame or Series of shape (n_rows, ...)

    Returns
    -------
    str
        32 hexadecimal digits.
    """
    digest = hashlib.blake2b(digest_size=16)
    _feed(digest, X)
    return digest.hexdigest()


def data_hash(X: Pool, y: Any = None) -> str:
    """Return a hexadecimal hash of a pool and its labels."""
    digest = hashlib.blake2b(digest_size=16)
    _feed(digest, X)
    if y is not None:
        _feed(digest, np.asarray(y))
    return digest.hexdigest()


def _feed(digest: Any, X: Pool) -> None:
    if scipy.sparse.issparse(X):
        X = X.tocsr()
        digest.update(f"csr {X.shape} ".encode())
        for part in (X.data, X.indices.astype(np.int64), X.indptr.astype(np.int64)):
            _feed(digest, part)
    elif hasattr(X, "iloc"):
        _feed_frame(digest, X)
    else:
        _feed_array(digest, np.asarray(X))


def _feed_array(digest: Any, array: np.ndarray[Any, Any]) -> None:
    if array.dtype.kind in "OUT":
        digest.update(f"text {array.shape} ".encode())
        for item in array.ravel().tolist():
            text = f"{type(item).__name__}:{item!r}".encode()
            digest.update(len(text).to_bytes(8, "little") + text)
        return
    digest.update(f"{array.dtype.str} {array.shape} ".encode())
    width = int(np.prod(array.shape[1:], dtype=np.int64))
    for block in row_blocks(array.shape[0], width):
        digest.update(np.ascontiguousarray(array[block]).data)


def _feed_frame(digest: Any, frame: Any) -> None:
    import pandas as pd

    columns = [frame] if frame.ndim == 1 else [frame.iloc[:, number] for number in range(frame.shape[1])]
    digest.update(f"frame {frame.shape} ".encode())
    for column in columns:
        digest.update(f"{column.name!r} {column.dtype} ".encode())
        digest.update(pd.util.hash_pandas_object(column, index=False).to_numpy().tobytes())
