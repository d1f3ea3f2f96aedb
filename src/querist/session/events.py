"""What can happen in a session, as plain frozen records."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Literal, Self

import numpy as np

from querist._labels import stored_labels
from querist._typing import AnyArray, FloatArray, IntArray, Label
from querist.base.selection import Chances
from querist.exceptions import SessionFileError

# What rows were asked for: to learn from, to know the accuracy, or for a promise about the model.
How = Literal["strategy", "audit", "certificate", "auto_label"]


def _rows(values: Any) -> IntArray:
    return np.asarray(values, np.int64)


@dataclass(frozen=True, eq=False)
class Event:
    """One entry of the log; `number` counts from 0 and never changes."""

    kind: ClassVar[str] = ""
    number: int

    def to_dict(self) -> dict[str, Any]:
        """Return the event as JSON takes it."""
        values: dict[str, Any] = {"kind": self.kind}
        for item in fields(self):
            value = getattr(self, item.name)
            values[item.name] = value.tolist() if isinstance(value, np.ndarray) else value
        return values

    @classmethod
    def _read(cls, values: Mapping[str, Any]) -> Self:
        return cls(**values)

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

    @classmethod
    def _read(cls, values: Mapping[str, Any]) -> Self:
        return cls(number=values["number"], classes=tuple(values["classes"]))


@dataclass(frozen=True, eq=False)
class RowsEvent(Event):
    """Something happened to some rows."""

    rows: IntArray

    @classmethod
    def _read(cls, values: Mapping[str, Any]) -> Self:
        return cls(**(dict(values) | {"rows": _rows(values["rows"])}))


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

    @classmethod
    def _read(cls, values: Mapping[str, Any]) -> Self:
        utilities = np.array(values["utilities"], np.float64)
        predictions = tuple(values.get("predictions", ()))
        # Files from before they were logged have none.
        drawn = values.get("probabilities")
        read = {"probabilities": None if drawn is None else np.array(drawn, np.float64)}
        return super()._read(dict(values) | read | {"utilities": utilities, "predictions": predictions})


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

    @classmethod
    def _read(cls, values: Mapping[str, Any]) -> Self:
        labels = stored_labels(values["labels"])
        if labels.size != len(values["rows"]):
            raise TypeError(f"{len(values['rows'])} rows and {labels.size} labels")
        told = values.get("weights")
        weights = None if told is None else np.array(told, np.float64)
        if weights is not None and weights.shape != labels.shape:
            raise TypeError(f"{labels.size} labels and {weights.size} weights")
        return super()._read(dict(values) | {"labels": labels, "weights": weights})


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


_KINDS: dict[str, type[Event]] = {
    cls.kind: cls
    for cls in (
        RowsAdded, ClassesAdded, Reserved, GivenOver, Asked, Answered, Changed, Skipped, Released, Flagged, Undone
    )
}  # fmt: skip

_OTHER_FILE = "Go back to a copy of the file, or read it with the version of Querist that wrote it."


def undone(events: Iterable[Event]) -> frozenset[int]:
    """Return the numbers of the events that no longer count."""
    return frozenset(event.target for event in events if isinstance(event, Undone))


def read_event(values: Mapping[str, Any]) -> Event:
    """Return the event that `to_dict` wrote.

    Raises
    ------
    SessionFileError
        If the kind is not known or a field is missing.
    """
    rest = dict(values)
    kind = rest.pop("kind", None)
    if kind not in _KINDS:
        raise SessionFileError(f"The log holds an event of unknown kind {kind!r}. {_OTHER_FILE}")
    try:
        return _KINDS[kind]._read(rest)
    except (KeyError, TypeError) as error:
        raise SessionFileError(
            f"The log's {kind} event number {rest.get('number')} is damaged: {error}. {_OTHER_FILE}"
        ) from error
