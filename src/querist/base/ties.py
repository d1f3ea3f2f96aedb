"""How equal utilities are ordered."""

from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np

from querist._random import row_keys
from querist._typing import FloatArray, IntArray

Ties: TypeAlias = Literal["random", "first"]
# Gives one key per candidate position, or row; among equal utilities the smaller key is asked first.
TieKeys: TypeAlias = Callable[[IntArray], FloatArray]


def keys_of_rows(ties: str, rng: np.random.Generator) -> TieKeys:
    """Return one key per row of the pool, as a function of row numbers.

    ``"random"`` gives each row a key from one number drawn off `rng`: on a file that is
    sorted by class, lowest-row ties would ask about one class only. ``"first"`` is
    numpy's argmax: the lowest row number. One number is drawn either way, so the
    choice does not shift later draws.
    """
    seed = int(rng.integers(2**63))
    if ties == "first":
        return lambda rows: rows.astype(np.float64)
    return lambda rows: row_keys(seed, rows)
