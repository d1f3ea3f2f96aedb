"""The rows that may be asked about, as a byte a row or as row numbers, whichever is at hand."""

from functools import cached_property

import numpy as np

from querist._typing import BoolArray, IntArray


class OpenRows:
    """Rows of a pool that may be asked about.

    They are told as a mask or as numbers; the other is made when somebody needs it. Numbers take eight bytes a row, so
    that who works through a large pool asks for the mask.

    Parameters
    ----------
    total : int
        Rows of the pool.
    mask : ndarray of shape (total,), bool, default=None
        Never changed.
    numbers : ndarray of shape (n_open,), default=None
        Ascending and distinct; told if `mask` is not.
    """

    def __init__(self, total: int, *, mask: BoolArray | None = None, numbers: IntArray | None = None) -> None:
        self.total = total
        if mask is not None:
            self.__dict__["mask"] = mask
        else:
            self.__dict__["numbers"] = np.empty(0, np.int64) if numbers is None else numbers

    @cached_property
    def mask(self) -> BoolArray:
        """Whether each row of the pool is open; only to be read."""
        found = np.zeros(self.total, bool)
        found[self.numbers] = True
        return found

    @cached_property
    def numbers(self) -> IntArray:
        """Row numbers, ascending; only to be read."""
        return np.flatnonzero(self.mask)

    @cached_property
    def size(self) -> int:
        """How many rows are open."""
        return int(self.numbers.size if "numbers" in self.__dict__ else np.count_nonzero(self.mask))

    def without(self, rows: IntArray) -> "OpenRows":
        """Return the open rows but for some of them."""
        if not rows.size:
            return self
        mask = self.mask.copy()
        mask[rows] = False
        return OpenRows(self.total, mask=mask)
