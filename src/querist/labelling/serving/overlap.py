"""The overlap: which rows are asked of several people, so that it is known how far they agree."""

import numpy as np

from querist._typing import BoolArray, IntArray
from querist.labelling.log.board import Board
from querist.labelling.serving.places import Places


def places_of(order: IntArray) -> IntArray:
    """Return the place in an order of each row; of rows that are not in it, one behind its end."""
    places = np.full(int(order.max(initial=-1)) + 1, order.size)
    places[order] = np.arange(order.size)
    return places


class Overlap:
    """Says which answered rows are to be asked of more people. Not thread-safe, as the queue that it belongs to.

    Of the rows that people have answered, the first in the audit's order are asked again of others, so many that they
    are the wanted share of them. Which these are does not depend on what was answered, nor on what the strategy chose:
    the head of the order that has all its answers is a random sample (`querist.labelling.log.overlap_answers`).

    Parameters
    ----------
    board : Board
    audit_order : ndarray of int64
        The rows that are asked by their permanent random number; copies of others are not among them.
    seed : int
        Seed of the project.
    opinions : int, default=1
        Answers by different people wanted for such a row.
    share : float in (0, 1], default=1
        Of the answered rows.
    """

    def __init__(
        self, board: Board, audit_order: IntArray, *, seed: int, opinions: int = 1, share: float = 1.0
    ) -> None:
        self.opinions = opinions
        self.share = share
        self._board = board
        self._order = audit_order
        self._place = places_of(audit_order)
        self._seed = seed
        self._places: dict[int, Places] = {}
        # Rows that a person need not be offered again: what was looked up once.
        self._passed: dict[int, BoolArray] = {}
        # Answered rows before this place belong to it.
        self._reach = 0
        self.reopen()

    def reopen(self) -> None:
        """Look from the start again: an undo, other settings."""
        self._passed.clear()
        self._due()

    @property
    def share_of_questions(self) -> float:
        """How many of all questions are asked for it, if people keep up."""
        more = self.share * (self.opinions - 1)
        return more / (1 + more)

    def wanted(self, row: int) -> int:
        """Return how many people are to answer a row, apart from wishes for one more opinion on it."""
        if self.opinions == 1 or not self._board.n_opinions[row]:
            return 1
        return self.opinions if self.share == 1 or self._place[row] < self._reach else 1

    def renew(self) -> None:
        """Find out anew which rows belong to it: answers came since a row was asked for it last."""
        self._due()

    def due(self, annotator: int) -> list[int]:
        """Return the rows that want more answers, in the audit's order, but for those that the person passed."""
        rows = self._due()
        if annotator in self._passed:
            rows = rows[~self._passed[annotator][rows]]
        due: list[int] = rows.tolist()
        return due

    def pass_over(self, row: int, annotator: int) -> None:
        """Offer a row no more to a person who has said something to it."""
        if annotator not in self._passed:
            self._passed[annotator] = np.zeros(self._place.size, bool)
        self._passed[annotator][row] = True

    def _due(self) -> IntArray:
        if self.opinions == 1:
            return np.empty(0, np.int64)
        counts = self._board.n_opinions[self._order]
        answered = counts > 0
        if self.share < 1:
            # What came with the data is no person's answer, which could be compared with another's.
            answered &= ~self._board.given[self._order]
        places = np.flatnonzero(answered)
        # The product of a share and a number may end a hair below the whole number that is meant.
        places = places[: int(self.share * places.size + 1e-9)]
        self._reach = int(places[-1]) + 1 if places.size else 0
        return self._order[places[counts[places] < self.opinions]]

    def is_turn(self, annotator: int, question: int) -> bool:
        """Whether the `question`-th of a person is to be one of these, where one is due.

        Who is slower than the others would be asked nothing else any more, as all that these answer waits for him. So
        places are left for fresh rows; where every row is asked of all, there is nothing to leave.
        """
        share = (1 + max(self.share, self.share_of_questions)) / 2
        places = self._places.setdefault(annotator, Places(self._seed, "places of the overlap", annotator))
        return places.has(question, share)
