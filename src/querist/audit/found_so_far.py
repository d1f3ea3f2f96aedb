"""How far screening has come: what was found, what rows drawn at random say of the rest, and what may be said of it."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from querist._typing import BoolArray, IntArray
from querist.audit.estimate import FEWEST, Estimate
from querist.audit.found_enough import RecallTest, recall_test, relevant_left


@dataclass(frozen=True)
class RandomRows:
    """Rows drawn at random from those that were left at some moment.

    Attributes
    ----------
    n_left : int
        Rows that were left then, those drawn included, those that nobody could judge left out.
    n_drawn, found_drawn : int
        How many were drawn and judged, and how many of them are relevant.
    found_before : int
        Relevant rows found before that moment.
    read_beside, found_beside : int
        Rows of those left that were judged without being drawn, and how many of them are relevant.
    n_unclear : int
        Drawn rows that nobody could judge.
    """

    n_left: int
    n_drawn: int = 0
    found_drawn: int = 0
    found_before: int = 0
    read_beside: int = 0
    found_beside: int = 0
    n_unclear: int = 0

    @classmethod
    def of(
        cls, n_left: int, rows: IntArray, found: BoolArray, *, before: ArrayLike, drawn: ArrayLike, n_unclear: int
    ) -> "RandomRows":
        """Return the counts.

        Parameters
        ----------
        n_left : int
        rows, found : ndarray of shape (n_answered,)
            Rows with an answer, and whether they are relevant.
        before, drawn : array-like of int
            Rows that were no longer left, and rows that were drawn; those among them without an answer do not count.
        n_unclear : int
        """
        was_before, is_drawn = (np.isin(rows, np.asarray(some, np.int64)) for some in (before, drawn))
        beside = ~was_before & ~is_drawn
        return cls(
            n_left=n_left,
            n_drawn=int(is_drawn.sum()),
            found_drawn=int(found[is_drawn].sum()),
            found_before=int(found[was_before].sum()),
            read_beside=int(beside.sum()),
            found_beside=int(found[beside].sum()),
            n_unclear=n_unclear,
        )


@dataclass(frozen=True)
class FoundSoFar:
    """Where screening stands.

    Attributes
    ----------
    n_rows, n_read, n_found : int
        Rows in all, those that were judged, and the relevant ones among these.
    curve : tuple of int
        How many of the rows that were read are relevant, after each of them, in the order of the answers.
    left : Estimate
        Relevant rows that are left unseen.
    test : RecallTest or None
        Of the hypothesis that the recall is below the target; None where fewer than ten rows were drawn at random.
    """

    n_rows: int
    n_read: int
    n_found: int
    curve: tuple[int, ...]
    left: Estimate
    test: RecallTest | None

    def __str__(self) -> str:
        left = self.left
        told = [f"{self.n_found:,} relevant rows found in {self.n_read:,} of {self.n_rows:,} read."]
        if left.value is None:
            told.append(f"How many are left is not known: {left.note}")
        else:
            told.append(
                f"About {left.value:,.0f} are left unseen, {left.confidence:.0%} interval {left.low:,.0f} to "
                f"{left.high:,.0f} (from {left.n:,} rows drawn at random; {left.method})."
                + (f" {left.note}" if left.note else "")
            )
        if self.test is not None:
            told.append(self.test.statement)
        return "\n".join(told)


def found_so_far(
    curve: tuple[int, ...], n_rows: int, drawn: RandomRows, *, target: float = 0.95, confidence: float = 0.95
) -> FoundSoFar:
    """Return where screening stands.

    Parameters
    ----------
    curve : tuple of int
        See `FoundSoFar`.
    n_rows : int
    drawn : RandomRows
    target, confidence : float, default=0.95
        See `recall_test`.

    Raises
    ------
    InvalidParameterError
        If the numbers contradict each other, or a share is out of its range.

    Examples
    --------
    >>> print(found_so_far((1, 2, 2, 2), 10, RandomRows(n_left=8, found_before=2)))
    2 relevant rows found in 4 of 10 read.
    How many are left is not known: Needs 10 rows drawn at random one after the other from those that are left.
    >>> found_so_far((1, 2, 2, 2), 90, RandomRows(n_left=80, n_drawn=70, found_before=2)).test.rejected
    False
    """
    counts = (drawn.n_left, drawn.n_drawn, drawn.found_drawn)
    beside = {"read_beside": drawn.read_beside, "found_beside": drawn.found_beside}
    is_enough = drawn.n_drawn >= FEWEST
    test = recall_test(*counts, drawn.found_before, **beside, target=target, confidence=confidence)
    left = relevant_left(*counts, **beside, confidence=confidence)
    if not is_enough:
        needs = f"Needs {FEWEST} rows drawn at random one after the other from those that are left."
        left = replace(left, value=None, low=None, high=None, note=needs)
    elif drawn.n_unclear:
        left = replace(left, note=f"{drawn.n_unclear} of them that nobody could judge are left out.")
    n_found = curve[-1] if curve else 0
    return FoundSoFar(n_rows, len(curve), n_found, curve, left, test if is_enough else None)
