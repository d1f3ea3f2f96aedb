"""What a promise is planned from: rows of the past, and the rows that a model was frozen for."""

from dataclasses import dataclass

import numpy as np

from querist._typing import AnyArray, BoolArray, FloatArray, IntArray
from querist.audit.order import first_in_order

# Fewer answers to rows drawn at random say nothing about how sure a model may be.
FEWEST_PAST = 20


@dataclass(frozen=True, eq=False)
class Past:
    """Rows that the audit drew, as models said that were not trained on them.

    Rows that the strategy chose would mislead: among the confident ones it found the exceptions.

    Attributes
    ----------
    correct : ndarray of shape (n,), bool
    confidence : ndarray of shape (n,) or None
        None: of models without probabilities.
    predicted : ndarray of shape (n,) or None
        What they say, as labels or codes.
    second : ndarray of shape (n,) or None
        Probability that a second model, which was not trained on them either, gives to that.
    """

    correct: BoolArray
    confidence: FloatArray | None
    predicted: AnyArray | None = None
    second: FloatArray | None = None

    @property
    def is_enough(self) -> bool:
        """Whether anything is to be made of it."""
        return self.correct.size >= FEWEST_PAST

    def and_also(self, other: "Past") -> "Past":
        """Return both together; what one of them does not know is not known of both."""

        def joined(mine: AnyArray | None, theirs: AnyArray | None) -> AnyArray | None:
            return None if mine is None or theirs is None else np.concatenate([mine, theirs])

        return Past(
            np.concatenate([self.correct, other.correct]),
            joined(self.confidence, other.confidence),
            joined(self.predicted, other.predicted),
            joined(self.second, other.second),
        )


@dataclass(frozen=True, eq=False)
class Frozen:
    """The rows that a model was frozen for.

    Attributes
    ----------
    rows : ndarray of shape (n,)
        Those without an answer, skipped ones included.
    numbers : ndarray of shape (n,)
        A random number for each, independent of all that happened before: of this attempt's own (`promise_numbers`), or
        permanent ones while they are fresh (`is_fresh`).
    confidences : ndarray of shape (n,) or None
        The frozen model's; None: it has none.
    predicted, second : ndarray of shape (n,) or None
        See `Past`.
    """

    rows: IntArray
    numbers: FloatArray
    confidences: FloatArray | None
    predicted: AnyArray | None = None
    second: FloatArray | None = None

    @property
    def order(self) -> IntArray:
        """The rows by their random numbers."""
        return self.rows[np.argsort(self.numbers, kind="stable")]

    def first(self, n: int) -> IntArray:
        """Return the first n of the order, at the cost of one pass."""
        return self.rows[first_in_order(self.numbers.__getitem__, self.numbers.size, n)]

    def only(self, keep: BoolArray | IntArray) -> "Frozen":
        """Return the same of some of the rows."""
        confidences, predicted, second = (
            None if each is None else each[keep] for each in (self.confidences, self.predicted, self.second)
        )
        return Frozen(self.rows[keep], self.numbers[keep], confidences, predicted, second)
