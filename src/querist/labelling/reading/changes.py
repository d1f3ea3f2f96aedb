"""What everybody did last, as the page lists it: acts, many at once, what was taken back, changes of the classes."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Literal

from querist.labelling.log.board import Board
from querist.labelling.log.class_history import ClassChange
from querist.labelling.log.classes import ClassInfo
from querist.labelling.log.deeds import Act
from querist.labelling.log.events import TakenBack, Undone
from querist.labelling.log.ledger import Group, Removal, Restoration
from querist.labelling.reading import cards
from querist.labelling.reading.reader import EVERYBODY, Reader
from querist.labelling.reading.rows import Rows

Which = Literal["all", "many"]
Kind = Literal["act", "group", "removal", "restoration", "classes"]
_Entry = Act | Group | Removal | Restoration | ClassChange
_KINDS: dict[type, Kind] = {
    Act: "act",
    Group: "group",
    Removal: "removal",
    Restoration: "restoration",
    ClassChange: "classes",
}
WORDS = {
    "answered": "labelled",
    "changed": "labelled",
    "skipped": "skipped",
    "flagged": "flagged",
    "unflagged": "removed the flag from",
    "noted": "commented on",
    "commented": "commented on",
    "second_opinion": "asked for a second opinion on",
    "adjudicated": "decided",
}


@dataclass(frozen=True)
class Change:
    """Something that was done, and whether it may be taken back now.

    `kind`: an act on one row (`act`), on many at once (`group`), an undo or what somebody took back (`removal`), what
    was brought back (`restoration`), a change of the classes (`classes`). `n_standing` of its `n_acts` count. Of an act
    on one row that is given, of a change of classes its version, and the classes that are gone by it.
    """

    kind: Kind
    uuid: str
    at: float
    annotator: int | None
    person: str
    what: str
    n_acts: int
    n_standing: int
    takeable: bool
    row: int | None
    id: str | None
    snippet: str | None
    version: int | None
    ends: list[int]


def last_changes(
    rows: Rows,
    *,
    person: int | None = None,
    which: Which = "all",
    limit: int = 50,
    reader: Reader = EVERYBODY,
) -> list[Change]:
    """Return the last changes, newest first.

    Parameters
    ----------
    rows : Rows
    person : int, default=None
        Only what this one did.
    which : {"all", "many"}, default="all"
        ``many`` leaves out acts on one row, and undoes of such.
    limit : int, default=50
    reader : Reader, default=EVERYBODY
        What others did to rows that the reader is to answer blind is left out.
    """
    shown = (
        each
        for each in _entries(rows.view.board, person, which)
        if not (isinstance(each, Act) and each.row in reader.unseen and each.annotator != reader.annotator)
    )
    return _told(rows, list(islice(shown, limit)))


def class_changes(rows: Rows) -> list[Change]:
    """Return all changes of the classes, newest first."""
    return _told(rows, rows.view.board.class_history.changes[::-1])


def _told(rows: Rows, found: Sequence[_Entry]) -> list[Change]:
    view = rows.view
    history, gone = view.board.class_history, [each.id for each in view.board.classes if each.state != "active"]
    endings = {each: history.ending(each) for each in gone}
    items = {item.row: item for item in rows.items([each.row for each in found if isinstance(each, Act)])}
    changes = []
    for each in found:
        item = items[each.row] if isinstance(each, Act) else None
        acts = _acts(each)
        changes.append(
            Change(
                kind=_KINDS[type(each)],
                uuid=each.uuid,
                at=_at(each),
                annotator=_who(each),
                person=view.name(_who(each)),
                what=_what(rows, each),
                n_acts=len(acts),
                n_standing=sum(not act.undone for act in acts),
                takeable=_takeable(view.board, each),
                row=None if item is None else item.row,
                id=None if item is None else item.item_id,
                snippet=None if item is None else cards.snippet(item, view.settings),
                version=each.version if isinstance(each, ClassChange) else None,
                ends=[class_id for class_id, ended_by in endings.items() if ended_by is each],
            )
        )
    return changes


def _entries(board: Board, person: int | None, which: Which) -> Iterator[_Entry]:
    # Copies: others write meanwhile.
    deeds: Iterator[_Entry] = reversed(board.ledger.journal.copy())
    classes: Iterator[_Entry] = reversed(board.class_history.changes.copy())
    for each in heapq.merge(deeds, classes, key=lambda each: -_at(each)):
        if person is not None and _who(each) != person:
            continue
        if which == "many" and (
            isinstance(each, Act) or (isinstance(each, Removal | Restoration) and len(_acts(each)) < 2)
        ):
            continue
        yield each


def _acts(each: _Entry) -> Sequence[Act]:
    if isinstance(each, Act):
        return (each,)
    if isinstance(each, Restoration):
        return each.removal.acts
    return () if isinstance(each, ClassChange) else each.acts


def _at(each: _Entry) -> float:
    return each.acts[0].at if isinstance(each, Group) else each.at


def _who(each: _Entry) -> int | None:
    return each.acts[0].annotator if isinstance(each, Group) else each.annotator


def _takeable(board: Board, each: _Entry) -> bool:
    if isinstance(each, ClassChange):
        return not board.class_history.is_undone(each.version) and not board.class_history.is_beginning(each)
    if isinstance(each, Removal):
        return each.stands and bool(each.acts or each.removals)
    if isinstance(each, Restoration):
        return False
    return any(not act.undone for act in _acts(each))


def _what(rows: Rows, each: _Entry) -> str:
    if isinstance(each, ClassChange):
        return rows.view.board.class_history.in_words(each)
    if isinstance(each, Restoration):
        return f"brought back what was taken back: {_removed(rows, each.removal)}"
    if isinstance(each, Removal):
        return f"{'undid' if isinstance(each.told, Undone) else 'took back'}: {_removed(rows, each)}"
    return _done(rows, [each] if isinstance(each, Act) else each.acts)


def _removed(rows: Rows, each: Removal) -> str:
    told = each.told
    if told.target is not None:
        if not each.acts:
            return "labels by the model"
        whose = "" if each.acts[0].annotator == each.annotator else f" ({rows.view.name(each.acts[0].annotator)})"
        return f"{_done(rows, each.acts)}{whose}"
    assert isinstance(told, TakenBack)
    since = "" if told.since is None else f" since {datetime.fromtimestamp(told.since, UTC):%Y-%m-%d %H:%M} UTC"
    return f"all that {rows.view.name(told.person)} did{' to many rows at once' if told.bulk else ''}{since}"


def _done(rows: Rows, acts: Sequence[Act]) -> str:
    """Return what was done, in words; one row goes without saying."""
    kinds = {WORDS[act.kind] for act in acts}
    on = "" if len(acts) == 1 else f" {len({act.row for act in acts}):,} rows"
    if len(kinds) > 1:
        return f"labels, skips, flags or notes{' from a file' if acts[0].how == 'import' else ''} on{on}"
    (verb,) = kinds
    verb = "imported labels of" if verb == "labelled" and acts[0].how == "import" else verb
    named = {each.id: each.name for each in rows.view.board.classes}
    labels = {named.get(act.class_id, f"class {act.class_id}") for act in acts if act.class_id is not None}
    return f"{verb}{on}{f' as {labels.pop()}' if len(labels) == 1 else ''}"


def gone_in_words(board: Board, gone: ClassInfo) -> str:
    """Return what became of a class, and how many answers were given for it."""
    n = sum(act.class_id == gone.id for act in board.acts())
    names = {each.id: each.name for each in board.classes}
    what = "removed" if gone.merged_into is None else f"merged into {names[gone.merged_into]!r}"
    return f"There was a class {gone.name!r} already; it was {what}. Answers that were given for it: {n:,}."
