"""Which draws were right: the one rule, for every promise and every figure."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from querist._typing import BoolArray, FloatArray, IntArray, Label

OutcomeArray = npt.NDArray[np.int8]

# What became of a draw. VOID: it is over, and nobody could answer it, or not without the model's guess in sight.
OPEN, WRONG, RIGHT, VOID = -1, 0, 1, 2


def judge(
    rows: IntArray, predicted: Sequence[Label | None], first: Mapping[int, Label], is_over: BoolArray
) -> OutcomeArray:
    """Return what became of rows that a model had predicted: RIGHT, WRONG, VOID or OPEN.

    The first answer counts that was given without the model's guess in sight and was not taken back. A later look must
    not raise a figure, and an answer that saw the guess proves nothing.

    Parameters
    ----------
    rows : ndarray of shape (n,)
    predicted : sequence of shape (n,)
        What the model said of each; None is never right.
    first : mapping of int to label
        The first blind answer to each row that has one.
    is_over : ndarray of shape (n,), bool
        Whether there is nothing more to come: the row was answered in whatever way, or nobody could tell.
    """
    found = np.where(is_over, VOID, OPEN).astype(np.int8)
    for place, (row, label) in enumerate(zip(rows.tolist(), predicted, strict=True)):
        if row in first:
            found[place] = RIGHT if label is not None and first[row] == label else WRONG
    return found


def scores_so_far(outcome: OutcomeArray) -> FloatArray:
    """Return 1, 0, or NaN (nobody could answer) of each draw in order, up to the first that is still open.

    Draws after one that is open wait for it, so that no draw is chosen by its outcome.
    """
    open_places = np.flatnonzero(outcome == OPEN)
    head = outcome[: open_places[0]] if open_places.size else outcome
    scores: FloatArray = np.where(head == VOID, np.nan, (head == RIGHT).astype(np.float64))
    return scores
