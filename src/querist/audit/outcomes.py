"""Which draws were right: the one rule, for every promise and every figure."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from numpy.typing import ArrayLike

from querist._typing import BoolArray, FloatArray, IntArray, Label

OutcomeArray = npt.NDArray[np.int8]

# What became of a draw. VOID: it is over, and nobody could answer it, or not without the model's guess in sight.
OPEN, WRONG, RIGHT, VOID = -1, 0, 1, 2


def is_within(truth: ArrayLike, predicted: ArrayLike, tolerance: float) -> BoolArray:
    """Return which predicted numbers are right: no farther from the truth than the tolerance.

    What differs from it by no more than the rounding of the numbers themselves counts as right: 1.1 is within 0.1 of 1.

    Parameters
    ----------
    truth, predicted : array-like of shape (n,)
    tolerance : float
        In the unit of the numbers.

    Examples
    --------
    >>> is_within([1.0, 1.0], [1.1, 1.2], 0.1).tolist()
    [True, False]
    """
    mine, theirs = np.asarray(truth, np.float64), np.asarray(predicted, np.float64)
    rounding = 4 * np.finfo(np.float64).eps * np.maximum(np.abs(mine), np.abs(theirs))
    found: BoolArray = np.abs(mine - theirs) <= tolerance + rounding
    return found


def judge(
    rows: IntArray,
    predicted: Sequence[Label | None],
    first: Mapping[int, Label],
    is_over: BoolArray,
    *,
    tolerance: float | None = None,
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
    tolerance : float, default=None
        Where numbers were predicted: how far from the answer they may be. None: equal is right.
    """
    found = np.where(is_over, VOID, OPEN).astype(np.int8)
    for place, (row, label) in enumerate(zip(rows.tolist(), predicted, strict=True)):
        if row in first:
            found[place] = RIGHT if label is not None and _is_right(first[row], label, tolerance) else WRONG
    return found


def _is_right(truth: Label, predicted: Label, tolerance: float | None) -> bool:
    return truth == predicted if tolerance is None else bool(is_within(float(truth), float(predicted), tolerance))


def scores_so_far(outcome: OutcomeArray) -> FloatArray:
    """Return 1, 0, or NaN (nobody could answer) of each draw in order, up to the first that is still open.

    Draws after one that is open wait for it, so that no draw is chosen by its outcome.
    """
    open_places = np.flatnonzero(outcome == OPEN)
    head = outcome[: open_places[0]] if open_places.size else outcome
    scores: FloatArray = np.where(head == VOID, np.nan, (head == RIGHT).astype(np.float64))
    return scores
