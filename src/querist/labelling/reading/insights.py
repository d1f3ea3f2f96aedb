"""How the labelling goes: confusions, speed, slow rows, suspected mistakes."""

from collections import Counter
from dataclasses import dataclass
from statistics import median

import numpy as np

from querist.labelling.log.audit_answers import scored
from querist.labelling.log.board import Board
from querist.labelling.log.conflicts import decision
from querist.labelling.log.deeds import RESPONSES, Act
from querist.labelling.reading import cards
from querist.labelling.reading.reader import EVERYBODY, Reader
from querist.labelling.reading.rows import Rows, known_class
from querist.labelling.trainer.messages import Suspect

_SLOWEST = 10
# A row is slow that took so many times as long as the one in the middle, and as many seconds.
_MUCH_LONGER, _LONG = 3.0, 5.0
# A person who went for a coffee is not slow.
_PAUSE = 600.0


@dataclass(frozen=True)
class Confusion:
    """Counts of (answer, prediction) over `n` audit answers, scored before they trained; both by `classes`, ids."""

    classes: list[int]
    counts: list[list[int]]
    n: int


@dataclass(frozen=True)
class Speed:
    """Answers and skips of a person in the hour that begins at `hour`, seconds since 1970."""

    hour: int
    person: str
    n: int


@dataclass(frozen=True)
class SlowAnswer:
    """An answer that took long."""

    row: int
    id: str
    snippet: str
    class_id: int | None
    seconds: float


@dataclass(frozen=True)
class Mistake:
    """A label that other labels speak against, out of fold (cleanlab).

    `score` is how probable the model finds the label, `chance` how likely the suggestion is right.
    """

    row: int
    id: str
    snippet: str
    class_id: int
    suggested: int
    score: float
    chance: float


@dataclass(frozen=True)
class Insights:
    """How the labelling goes; `mistakes` begin with the likeliest."""

    confusion: Confusion
    speed: list[Speed]
    slow: list[SlowAnswer]
    mistakes: list[Mistake]


def insights(rows: Rows, reader: Reader = EVERYBODY) -> Insights:
    """Return how the labelling goes, but for rows that the reader is to answer blind."""
    view = rows.view
    names: dict[int | None, str] = {number: each.name for number, each in view.people.items()}
    slowest = slow(view.board, reader)
    suspects = [each for each in view.suspects if each.row not in reader.unseen and _still_suspect(view.board, each)]
    items = {item.row: item for item in rows.items([act.row for act in slowest] + [each.row for each in suspects])}

    def snippet(row: int) -> str:
        return cards.snippet(items[row], view.settings)

    return Insights(
        confusion=confusion(view.board),
        speed=speed(view.board, names),
        slow=[
            SlowAnswer(
                row=act.row,
                id=items[act.row].item_id,
                snippet=snippet(act.row),
                class_id=known_class(view.board.label_of(act.class_id)),
                seconds=act.seconds or 0.0,
            )
            for act in slowest
        ],
        mistakes=[Mistake(**vars(each), id=items[each.row].item_id, snippet=snippet(each.row)) for each in suspects],
    )


def confusion(board: Board) -> Confusion:
    """Return counts of (answer, prediction) over the audit answers that were predicted before."""
    ids = [each.id for each in board.classes if each.state == "active"]
    place = {number: position for position, number in enumerate(ids)}
    counts = np.zeros((len(ids), len(ids)), int)
    for act in scored(board):
        answer, guess = board.label_of(act.class_id), board.label_of(act.guess)
        if answer in place and guess in place:
            counts[place[answer], place[guess]] += 1
    return Confusion(ids, counts.tolist(), int(counts.sum()))


def speed(board: Board, names: dict[int | None, str], *, hours: int = 24) -> list[Speed]:
    """Return answers and skips per person and hour of the last hours of work."""
    counts: Counter[tuple[int, int]] = Counter()
    for act in board.acts():
        if act.kind in RESPONSES and act.annotator is not None:
            counts[int(act.at // 3600) * 3600, act.annotator] += 1
    kept = sorted({hour for hour, _ in counts})[-hours:]
    return [Speed(hour, names.get(person, "?"), n) for (hour, person), n in sorted(counts.items()) if hour in kept]


def slow(board: Board, reader: Reader = EVERYBODY) -> list[Act]:
    """Return the answers that took much longer than most, the longest first, breaks left out."""
    answers = [act for act in board.acts() if act.kind == "answered" and act.row not in reader.unseen]
    timed = [act for act in answers if is_timed(act)]
    if not timed:
        return []
    least = max(_LONG, _MUCH_LONGER * median(act.seconds or 0.0 for act in timed))
    timed = [act for act in timed if (act.seconds or 0.0) >= least]
    return sorted(timed, key=lambda act: -(act.seconds or 0.0))[:_SLOWEST]


def is_timed(act: Act) -> bool:
    """Whether it is known how long an answer took, and it was no break."""
    return act.seconds is not None and act.seconds < _PAUSE


def _still_suspect(board: Board, suspect: Suspect) -> bool:
    """Whether nobody has looked at the row again since, and both classes are still there."""
    row = suspect.row
    said = board.answers(row).values()
    looked_again = any(act.kind == "changed" or act.replaces for act in said) or decision(board, row) is not None
    return (
        not looked_again
        and int(board.labels[row]) == suspect.class_id
        and board.label_of(suspect.suggested) == suspect.suggested
    )
