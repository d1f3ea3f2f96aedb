"""Which fold a row belongs to: decided by the row alone."""

from querist import _random
from querist._typing import IntArray

_SEED = 0x5EED_F01D


def fold_of(rows: IntArray, n_folds: int) -> IntArray:
    """Return the fold of each row, in [0, n_folds): a hash of the row number.

    A row stays in its fold whatever other rows are labelled, so figures do not jump because the folds
    were dealt anew. Folds are equal in expectation only; with few rows some may be empty.
    """
    return (_random.row_keys(_SEED, rows) * n_folds).astype("int64")
