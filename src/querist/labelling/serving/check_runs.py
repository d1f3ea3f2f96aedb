"""Check questions that a person wants to be asked in a row, now."""

# More at a time would keep a person from teaching the model for an hour; a run can be begun again.
MOST_IN_A_ROW = 500


class CheckRuns:
    """How many check questions each person still wants before any other question.

    It decides when check questions are asked, never which: these are the next of the audit's order all the same. A run
    belongs to a server's life: it is a wish of the moment, and the log does not know it.
    """

    def __init__(self) -> None:
        self._left: dict[int, int] = {}

    def begin(self, annotator: int, n: int) -> None:
        """Ask a person `n` check questions in a row from now on; 0: no more than usual."""
        self._left[annotator] = n
        if not n:
            del self._left[annotator]

    def left(self, annotator: int | None) -> int:
        """Return how many a person has still to answer or skip."""
        return 0 if annotator is None else self._left.get(annotator, 0)

    def done(self, annotator: int) -> None:
        """Note that a person has answered or skipped one."""
        if annotator in self._left:
            self.begin(annotator, self._left[annotator] - 1)
