"""Rows in lists, and all that is known of one: the shapes that the page gets."""

from dataclasses import dataclass
from typing import Literal

from querist.labelling.log.board import Status
from querist.labelling.reading.cards import Item

Done = Literal["answer", "skip", "flag", "unflag", "note", "comment"]


@dataclass(frozen=True)
class AnswerInfo:
    """A person's current answer, with its `number` where one is asked for; `at` in seconds since 1970."""

    person: str
    class_id: int | None
    number: float | None
    at: float
    seconds: float | None


@dataclass(frozen=True)
class CommentInfo:
    """A comment on a row, of somebody at a time (`at`, seconds since 1970); `resolves`: nothing is left to settle."""

    person: str
    at: float
    text: str
    resolves: bool


@dataclass(frozen=True)
class RowSummary:
    """A row in a list; `note` are the last words on it, `n_comments` how many comments there are.

    So many rows have its content (`n_same`, itself included), and the label of all is the same; `copy_of` is the id of
    the row that stands for them, null where it is this one; `nearly` is the id of the first row that this one is nearly
    the same as, where rows like that are asked for. Where a number is asked for, `number` is the row's, the median of
    the answers, and `predicted_number` the model's.
    """

    row: int
    id: str
    snippet: str
    image: str | None
    status: Status
    class_id: int | None
    number: float | None
    answers: list[AnswerInfo]
    prediction: int | None
    predicted_number: float | None
    confidence: float | None
    flagged: bool
    note: str
    n_comments: int
    open_comments: bool
    why: str
    n_same: int
    copy_of: str | None
    nearly: str | None


@dataclass(frozen=True)
class ExploreReply:
    """One page of the rows that fulfil a filter, and how many there are in all.

    A copy is not among them where the row that stands for it is.

    `n_blind` rows are the reader's to answer blind: whatever the filter, these count as if nobody had touched them.
    """

    total: int
    n_blind: int
    items: list[RowSummary]


@dataclass(frozen=True)
class LogLine:
    """What was done to a row (`at` in seconds since 1970): alone (`uuid`), or with others at once (`group`)."""

    at: float
    person: str
    what: str
    uuid: str
    group: str | None
    undone: bool


@dataclass(frozen=True)
class ItemDetail(RowSummary, Item):
    """All that is known of a row."""

    comments: list[CommentInfo]
    log: list[LogLine]


@dataclass(frozen=True)
class HistoryEntry:
    """One of a person's actions: when (`at`, seconds since 1970), and why the row was asked."""

    uuid: str
    kind: Done
    row: int
    id: str
    snippet: str
    class_id: int | None
    number: float | None
    at: float
    why: str
    undone: bool
