"""A judge's labels beside people's answers, as codes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from querist._typing import AnyArray, BoolArray, FloatArray, IntArray, Label
from querist._validation import as_rows
from querist.exceptions import InvalidParameterError

# The judge gave no label: it refused, or answered something else than a class.
NONE = -1


@dataclass(frozen=True, eq=False)
class Checked:
    """What a judge said of all rows, and people of some that were drawn at random.

    Attributes
    ----------
    classes : list of labels
        All that the judge or people gave, sorted.
    judged : ndarray of shape (n_rows,)
        The judge's, as places in `classes`; -1: none.
    rows : ndarray of shape (m,)
        Row numbers of the answers.
    truth : ndarray of shape (m,)
        The answers, as places in `classes`.
    """

    classes: list[Label]
    judged: IntArray
    rows: IntArray
    truth: IntArray

    @property
    def said(self) -> IntArray:
        """The judge's labels of the answered rows."""
        return self.judged[self.rows]

    @property
    def right(self) -> BoolArray:
        """Whether each of these is the answer; no label never is."""
        found: BoolArray = self.said == self.truth
        return found


def checked(judged: Sequence[Label | None] | AnyArray, rows: object, answers: Sequence[Label] | AnyArray) -> Checked:
    """Return labels and answers as codes.

    Raises
    ------
    InvalidParameterError
        If rows do not exist or stand twice, there is not one answer for each, or an answer is missing.
    """
    told = _plain(judged)
    numbers = as_rows(rows, len(told))
    given = _plain(answers)
    if len(given) != numbers.size:
        raise InvalidParameterError(f"There must be one answer for each of the {numbers.size} rows, got {len(given)}.")
    if None in given:
        place = given.index(None)
        raise InvalidParameterError(
            f"answers[{place}], of row {numbers[place]}, is missing. Leave rows out that nobody could answer, and say "
            "how many in n_skipped."
        )
    # By row: sums of floats depend on their order.
    order = np.argsort(numbers, kind="stable")
    numbers, given = numbers[order], [given[place] for place in order.tolist()]
    classes = sorted(
        {label for label in (*told, *given) if label is not None}, key=lambda label: (str(label), repr(label))
    )
    codes = {label: code for code, label in enumerate(classes)} | {None: NONE}
    return Checked(
        classes,
        np.fromiter((codes[label] for label in told), np.int64, len(told)),
        numbers,
        np.fromiter((codes[label] for label in given), np.int64, len(given)),
    )


def _plain(labels: Sequence[Label | None] | AnyArray) -> list[Label | None]:
    """Return labels as Python's own, gaps as None."""
    values = labels.tolist() if hasattr(labels, "tolist") else list(labels)
    return [None if _is_gap(value) else value for value in values]


def _is_gap(value: Any) -> bool:
    return value is None or type(value).__name__ == "NAType" or (isinstance(value, float) and math.isnan(value))


def as_confidences(values: Sequence[float] | FloatArray, judged: IntArray) -> FloatArray:
    """Return the judge's confidence in each row; 0 where it gave no label, whatever it said of its confidence.

    Raises
    ------
    InvalidParameterError
        If there is not one number in [0, 1] for each row with a label; the first such row is named.
    """
    found = np.array([np.nan if value is None else value for value in values], np.float64)
    if found.shape != judged.shape:
        raise InvalidParameterError(
            f"confidences must hold one number for each of the {judged.size} rows, got {found.size}."
        )
    found[judged == NONE] = 0.0
    fine = (found >= 0) & (found <= 1)
    if not fine.all():
        row = int(np.argmin(fine))
        raise InvalidParameterError(
            f"The confidence in row {row} is {found[row]:g}, and must be from 0 to 1. Divide percentages by 100."
        )
    return found
