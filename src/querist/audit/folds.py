"""Which fold a row belongs to, decided by the row alone, and which rows its model is trained on."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from querist import _random
from querist._typing import BoolArray, IntArray
from querist.exceptions import InvalidParameterError

_SEED = 0x5EED_F01D
_FEW = 64
_FOLDS = 20


class Fold(NamedTuple):
    """A part of the held rows, and what may train the model that predicts it.

    Attributes
    ----------
    inside : ndarray of shape (n_held,)
        Of the held rows, those of the fold.
    train : ndarray of shape (n_labelled,)
        Of the labelled rows, all but those.
    """

    inside: BoolArray
    train: BoolArray


def fold_of(rows: IntArray, n_folds: int) -> IntArray:
    """Return the fold of each row, in [0, n_folds): a hash of the row number.

    A row stays in its fold whatever other rows are labelled, so figures do not jump because the folds
    were dealt anew. Folds are equal in expectation only; with few rows some may be empty.
    """
    return (_random.row_keys(_SEED, rows) * n_folds).astype("int64")


def held_out(rows: IntArray, held: IntArray, n_folds: int | None = None) -> Iterator[Fold]:
    """Return the folds of the held rows, one after the other.

    Parameters
    ----------
    rows : ndarray of shape (n_labelled,)
        Every labelled row.
    held : ndarray of shape (n_held,)
        Those of them that are to be predicted by models that have not seen them.
    n_folds : int, default=None
        Folds by `fold_of`. More folds train on more labels and cost more fits; empty ones cost nothing. None takes a
        fold for each row up to 64 rows, where every label counts (``benchmarks/audit``), and 20 beyond.

    Raises
    ------
    InvalidParameterError
        If a held row has no label.
    """
    place = {row: position for position, row in enumerate(rows.tolist())}
    missing = [row for row in held.tolist() if row not in place]
    if missing:
        raise InvalidParameterError(
            f"Row {missing[0]} is to be predicted out of its fold but has no label. Leave it out of held."
        )
    positions = np.array([place[row] for row in held.tolist()], np.int64)
    folds = np.arange(held.size) if n_folds is None and held.size <= _FEW else fold_of(held, n_folds or _FOLDS)
    return _parts(folds, positions, rows.size)


def _parts(folds: IntArray, positions: IntArray, n_labelled: int) -> Iterator[Fold]:
    for fold in np.unique(folds):
        inside = folds == fold
        train = np.ones(n_labelled, bool)
        train[positions[inside]] = False
        yield Fold(inside, train)
