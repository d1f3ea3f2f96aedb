"""Who reads, and what they are not to see: what others said of the rows that they are about to answer."""

from dataclasses import dataclass

from querist.labelling.log.board import Board
from querist.labelling.log.deeds import Act, marks


@dataclass(frozen=True)
class Reader:
    """A person who reads; without a number: somebody who answers nothing, as an export.

    Attributes
    ----------
    annotator : int or None
    unseen : frozenset of int
        Rows that the person holds and is to answer blind: to them these look as if nobody had touched them before.
    """

    annotator: int | None = None
    unseen: frozenset[int] = frozenset()

    def acts(self, board: Board, row: int) -> list[Act]:
        """Return what was done to a row, as far as the person may know of it, undone acts included."""
        acts = board.acts_on(row)
        return [act for act in acts if act.annotator == self.annotator] if row in self.unseen else acts

    def marks(self, board: Board, row: int) -> tuple[bool, str]:
        """Return whether a row is flagged, and its note."""
        if row not in self.unseen:
            row = board.copies.first(row)
            return row in board.flagged, board.notes.get(row, "")
        return marks([act for act in self.acts(board, row) if not act.undone])


EVERYBODY = Reader()
