"""Hashes of the ids of all items, eight bytes each, so that an id is found without a look at every item."""

import threading
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from querist._typing import IntArray


class IdHashes:
    """What `hash` says of the id of each row; any number of threads may ask."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._hashes: IntArray = np.empty(0, np.int64)

    def brought_up(self, read: Callable[[int], Iterable[tuple[Sequence[int], Sequence[str]]]]) -> IntArray:
        """Return the hashes of all rows.

        Parameters
        ----------
        read : callable
            Called with the first row that is not known yet; returns blocks of rows and their ids from there on.

        Returns
        -------
        ndarray of shape (n_rows,), int64
        """
        with self._turn:
            for rows, ids in read(self._hashes.size):
                fresh = np.empty(len(rows), np.int64)
                fresh[np.array(rows) - self._hashes.size] = [hash(item_id) for item_id in ids]
                self._hashes = np.append(self._hashes, fresh)
            return self._hashes
