"""How far screening has come: what was found, what rows drawn at random say of the rest, and what may be said of it."""

from dataclasses import dataclass, replace

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
    is_exact : bool
        Whether the draws are a simple random sample of the rows left. They are nearly one where a model that had
        learned from them chose rows in between.
    """

    n_left: int
    n_drawn: int = 0
    found_drawn: int = 0
    found_before: int = 0
    read_beside: int = 0
    found_beside: int = 0
    n_unclear: int = 0
    is_exact: bool = True


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
        Of the hypothesis that the recall is below the target; None where no row was drawn at random since the last
        one that was chosen.
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
    >>> print(found_so_far((1, 2, 2, 2), 10, RandomRows(n_left=8, n_drawn=2, found_before=2)))
    2 relevant rows found in 4 of 10 read.
    How many are left is not known: Needs 10 rows drawn at random from those that are left, there are 2.
    The hypothesis of having missed a recall of 95% cannot be rejected with a confidence of 95% (p = 0.750): 0 of 2 \
rows drawn at random from the 8 that were left are relevant, 2 were found before. This is no promise of that recall.
    """
    counts = (drawn.n_left, drawn.n_drawn, drawn.found_drawn)
    beside = {"read_beside": drawn.read_beside, "found_beside": drawn.found_beside}
    test = recall_test(*counts, drawn.found_before, **beside, target=target, confidence=confidence)
    left = relevant_left(*counts, **beside, confidence=confidence)
    if drawn.n_drawn < FEWEST:
        needs = f"Needs {FEWEST} rows drawn at random from those that are left, there are {drawn.n_drawn}."
        left = replace(left, value=None, low=None, high=None, note=needs)
    else:
        left = replace(left, note=" ".join(_notes(drawn)))
    n_found = curve[-1] if curve else 0
    return FoundSoFar(n_rows, len(curve), n_found, curve, left, test if drawn.n_drawn and drawn.is_exact else None)


def _notes(drawn: RandomRows) -> list[str]:
    notes = []
    if drawn.n_unclear:
        notes.append(f"{drawn.n_unclear} rows drawn at random that nobody could judge are left out.")
    if not drawn.is_exact:
        notes.append("Approximate: a model that had learned from these rows chose others in between.")
    return notes
