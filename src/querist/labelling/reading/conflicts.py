"""The conflicts queue: rows on which answers differ, shown to a reviewer without a sign of who said what."""

from dataclasses import dataclass

from querist._typing import IntArray
from querist.labelling.log import conflicts
from querist.labelling.reading.cards import Item
from querist.labelling.reading.project_view import ProjectView
from querist.labelling.reading.reader import Reader
from querist.labelling.reading.rows import Rows

_REVIEWING = frozenset({"owner", "reviewer"})


@dataclass(frozen=True)
class Conflict:
    """A row on which answers differ: the classes that people gave, in the order of the buttons."""

    item: Item
    options: list[int]


@dataclass(frozen=True)
class ConflictsReply:
    """The next rows to decide about, and how many there are; `n_own` others differ, and are left to other reviewers."""

    total: int
    n_own: int
    conflicts: list[Conflict]


def conflict_queue(rows: Rows, order: IntArray, reader: Reader, *, limit: int) -> ConflictsReply:
    """Return the rows that a reviewer is to decide about.

    They come in the audit's random order, which favours nobody, and as if nobody had touched them: no names, no counts,
    no notes of others, no guess.

    Parameters
    ----------
    rows : Rows
    order : ndarray of shape (n_rows,)
        All rows by their permanent random numbers.
    reader : Reader
        The reviewer.
    limit : int
        At most so many.
    """
    view = rows.view
    differing = set(conflicts.conflicts(view.board)) - reader.unseen
    mine = [row for row in order.tolist() if row in differing and may_decide(view, reader.annotator, row)]
    shown = mine[:limit]
    blind = Reader(reader.annotator, frozenset(shown))
    place = {each.id: number for number, each in enumerate(view.board.classes)}
    return ConflictsReply(
        total=len(mine),
        n_own=len(differing) - len(mine),
        conflicts=[
            Conflict(rows.card(item, blind), sorted(conflicts.differing(view.board, item.row), key=place.__getitem__))
            for item in rows.items(shown)
        ],
    )


def may_decide(view: ProjectView, annotator: int | None, row: int) -> bool:
    """Whether a reviewer may decide about a row: not about own answers, unless nobody else could."""
    answered = view.board.answers(row)
    if annotator not in answered:
        return True
    return not any(
        each.active and each.role in _REVIEWING and number != annotator and number not in answered
        for number, each in view.people.items()
    )
