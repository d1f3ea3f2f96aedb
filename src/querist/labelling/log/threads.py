"""Comments on a row: who said what, in order, and whether anything is left to settle."""

from collections.abc import Iterable
from dataclasses import dataclass

from querist.labelling.log.deeds import Act, last_kind


@dataclass(frozen=True)
class Thread:
    """The comments on a row.

    Attributes
    ----------
    comments : tuple of Act
        In order. What was written as a note stands among them: a note takes the place of the one before, a comment
        does not, and a flag may bring words of its own.
    is_open : bool
        Whether there are some, and the last one does not settle the matter.
    """

    comments: tuple[Act, ...]
    is_open: bool

    @property
    def last(self) -> str:
        """The last words; empty where there are none."""
        return next((act.note for act in reversed(self.comments) if act.note), "")


def thread(acts: Iterable[Act]) -> Thread:
    """Return the comments among the standing acts on a row, in order."""
    comments: list[Act] = []
    for act in acts:
        if act.kind == "noted":
            comments = [each for each in comments if each.kind == "commented"]
            if act.note:
                comments.append(act)
        elif act.kind == "commented" or (act.kind == "flagged" and act.note and act.note != _last(comments)):
            comments.append(act)
    return Thread(tuple(comments), bool(comments) and not comments[-1].resolves)


def marks(acts: list[Act]) -> tuple[bool, Thread]:
    """Return whether standing acts leave their row flagged, and the comments on it."""
    return last_kind(acts, ("flagged", "unflagged")) == "flagged", thread(acts)


def _last(comments: list[Act]) -> str:
    return next((act.note for act in reversed(comments) if act.note), "")
