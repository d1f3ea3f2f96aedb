"""What can happen in a session, as plain frozen records."""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Literal

import numpy as np

from querist._typing import AnyArray, FloatArray, IntArray, Label
from querist.base.selection import Chances

# What rows were asked for: to learn from, to know the accuracy, or for a promise about the model.
How = Literal["strategy", "audit", "certificate", "auto_label"]


@dataclass(frozen=True, eq=False)
class Event:
    """One entry of the log; `number` counts from 0 and never changes."""

    kind: ClassVar[str] = ""
    number: int

    def to_dict(self) -> dict[str, Any]:
        """Return the event as JSON takes it."""
        values: dict[str, Any] = {"kind": self.kind}
        for name in field_names(self.kind):
            value = getattr(self, name)
            values[name] = value.tolist() if isinstance(value, np.ndarray) else value
        return values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Event) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.kind, self.number))


@dataclass(frozen=True, eq=False)
class RowsAdded(Event):
    """`n_rows` rows were appended to the pool."""

    kind = "rows_added"
    n_rows: int


@dataclass(frozen=True, eq=False)
class ClassesAdded(Event):
    """Classes were declared."""

    kind = "classes_added"
    classes: tuple[Label, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the event as JSON takes it."""
        return super().to_dict() | {"classes": list(self.classes)}


@dataclass(frozen=True, eq=False)
class RowsEvent(Event):
    """Something happened to some rows."""

    rows: IntArray


@dataclass(frozen=True, eq=False)
class Asked(RowsEvent):
    """Rows were proposed by a strategy, the most useful first; or drawn by the audit, or for a promise.

    `how` says what for; `promise`, for which attempt (from 1; None: for none); `strategy` names the strategy (""
    where none chose); `in_audit_order`, whether they were the next in the audit's order. `predictions` are the labels
    that the model of that moment gave the rows, where they were drawn at random. `probabilities` are those with which
    each row was drawn, among the rows left at that moment; `n_possible` says how many rows could have been the first.
    None where a row was not drawn, or not with a known probability.
    """

    kind = "asked"
    round: int
    strategy: str
    n_labelled: int
    how: How = "strategy"
    promise: int | None = None
    in_audit_order: bool = False
    utilities: FloatArray = field(default_factory=lambda: np.empty(0))
    predictions: tuple[Label, ...] = ()
    probabilities: FloatArray | None = None
    n_possible: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the event as JSON takes it."""
        # JSON has no NaN; rows that were drawn have no utility.
        utilities = [None if np.isnan(value) else value for value in self.utilities.tolist()]
        return super().to_dict() | {"utilities": utilities, "predictions": list(self.predictions)}


def with_chances(chances: Chances | None) -> dict[str, Any]:
    """Return the fields of an `Asked` event that say how its rows were drawn."""
    if chances is None:
        return {}
    return {"probabilities": chances.probabilities, "n_possible": chances.n_possible}


@dataclass(frozen=True, eq=False)
class Reserved(RowsEvent):
    """Rows were set aside for the audit, in its order: the strategy does not ask them.

    Rows that are added later belong to them if their permanent numbers are at most `up_to`.
    """

    kind = "reserved"
    up_to: float


@dataclass(frozen=True, eq=False)
class GivenOver(RowsEvent):
    """Rows of the reserve, the first in its order, went to the model that asks and left the audit's sample."""

    kind = "given_over"


@dataclass(frozen=True, eq=False)
class LabelledRows(RowsEvent):
    """Rows were given labels, and weights where these were told; None: those that they had, at first 1."""

    labels: AnyArray
    weights: FloatArray | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the event as JSON takes it; without weights as it was before there were any."""
        values = super().to_dict()
        if self.weights is None:
            del values["weights"]
        return values


@dataclass(frozen=True, eq=False)
class Answered(LabelledRows):
    """Rows were answered for the first time."""

    kind = "answered"


@dataclass(frozen=True, eq=False)
class Changed(LabelledRows):
    """Answers were replaced."""

    kind = "changed"


@dataclass(frozen=True, eq=False)
class Skipped(RowsEvent):
    """Nobody can tell; the rows are not offered again."""

    kind = "skipped"


@dataclass(frozen=True, eq=False)
class Released(RowsEvent):
    """Asked rows went back into the pool unanswered."""

    kind = "released"


@dataclass(frozen=True, eq=False)
class Flagged(RowsEvent):
    """Rows were marked for a second look."""

    kind = "flagged"
    note: str = ""


@dataclass(frozen=True, eq=False)
class Undone(Event):
    """The event with number `target` no longer counts."""

    kind = "undone"
    target: int


KINDS: Mapping[str, type[Event]] = {
    cls.kind: cls
    for cls in (
        RowsAdded, ClassesAdded, Reserved, GivenOver, Asked, Answered, Changed, Skipped, Released, Flagged, Undone
    )
}  # fmt: skip


@functools.cache
def field_names(kind: str) -> tuple[str, ...]:
    """Return the names of the fields of a kind, in order."""
    return tuple(item.name for item in fields(KINDS[kind]))


def undone(events: Iterable[Event]) -> frozenset[int]:
    """Return the numbers of the events that no longer count."""
    return frozenset(event.target for event in events if isinstance(event, Undone))
