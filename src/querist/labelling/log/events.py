"""The kinds of event in the log of a project: what each carries, and how it becomes a row of the log and comes back.

To add a kind, see CONTRIBUTING.md. ARCHITECTURE.md has the table of all kinds.
"""

import uuid as uuids
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from querist._words import quoted
from querist.exceptions import StoreError
from querist.labelling.log.classes import Classes, ClassInfo
from querist.labelling.log.copies import Grouped
from querist.labelling.log.deeds import (
    Adjudicated,
    Answered,
    Changed,
    Flagged,
    Noted,
    SecondOpinionWanted,
    Skipped,
    Unflagged,
)
from querist.labelling.log.payload import MissingFieldsError, Payload, UnknownFieldsError, WrongFieldsError
from querist.labelling.log.people_events import (
    InvitationRevoked,
    Invited,
    Joined,
    PersonRemoved,
    PersonRestored,
    RoleChanged,
    SignedIn,
    SignedOut,
)
from querist.labelling.log.promise import PromiseBegun
from querist.labelling.log.reserve import Reserved
from querist.store.rows import EventRow


@dataclass(frozen=True, kw_only=True)
class RowsAdded(Payload):
    """Rows came: `n_rows` of source number `source` (`Settings.sources`)."""

    n_rows: int
    source: int = 0


@dataclass(frozen=True, kw_only=True)
class ClassesChanged(Payload):
    """The whole new list of classes, its number, and what was done to the old one."""

    version: int
    classes: Classes
    change: dict[str, Any] | None = None

    _readers: ClassVar = {"classes": lambda told: tuple(ClassInfo.from_dict(each) for each in told)}


@dataclass(frozen=True, kw_only=True)
class Asked(Payload):
    """A row was drawn in the audit's order for the first time: its place there, and the audit's share then."""

    how: str
    rank: int | None = None
    share: float | None = None


@dataclass(frozen=True, kw_only=True)
class Undone(Payload):
    """An act, or a group of acts, or labels by the model, no longer count: those of the uuid `target`."""

    target: str


@dataclass(frozen=True, kw_only=True)
class TakenBack(Payload):
    """What somebody did no longer counts, because somebody with the right to says so: an act or a group, or a person's.

    Attributes
    ----------
    target : str or None
        The uuid of an act or of a group.
    person : int or None
        Instead: whose acts, all that the log holds by then.
    since : float or None
        Of these, only what was done from that moment on (seconds since 1970), and what the person took back since.
    bulk : bool
        Of these, only what was done to many rows at once, or came with a file.
    n : int
        How many acts changed sides: the number that was confirmed.
    """

    target: str | None = None
    person: int | None = None
    since: float | None = None
    bulk: bool = False
    n: int = 0


@dataclass(frozen=True, kw_only=True)
class Restored(Payload):
    """What was undone or taken back counts again: the uuid `target` of that event; `n` acts changed sides."""

    target: str
    n: int = 0


@dataclass(frozen=True, kw_only=True)
class Measured(Payload):
    """The trainer's figures in short: of the model that knew the log up to `seq`.

    `largest`, what always answering the largest class would get, and `headline`, figures to look at before the accuracy
    where a class is rare, came later: None where an older version did not tell.
    """

    seq: int
    n_labels: int
    n_audited: int
    n_skipped: int
    accuracy: dict[str, Any]
    running: dict[str, Any]
    advice: dict[str, Any]
    largest: dict[str, Any] | None = None
    headline: list[dict[str, Any]] | None = None


@dataclass(frozen=True, kw_only=True)
class MeasuredAt(Measured):
    """Figures of the model as the trainer told them, and when."""

    at: float

    @classmethod
    def of(cls, told: Measured, at: float) -> "MeasuredAt":
        """Return figures that were told at some time."""
        return cls(**vars(told), at=at)


@dataclass(frozen=True, kw_only=True)
class PromiseCancelled(Payload):
    """The draws of the promise `id` are asked about no more; it counts as an attempt."""

    id: str


@dataclass(frozen=True, kw_only=True)
class AutoLabelled(Payload):
    """The frozen model of the promise `id` labels the rows of its first `n_regions` regions."""

    id: str
    n_regions: int


@dataclass(frozen=True, kw_only=True)
class SettingsChanged(Payload):
    """Settings by name, and what they are now."""

    changes: dict[str, Any]


# The name of each kind in the log.
KINDS: Mapping[str, type[Payload]] = {
    "rows_added": RowsAdded,
    "grouped": Grouped,
    "classes": ClassesChanged,
    "reserved": Reserved,
    "asked": Asked,
    "answered": Answered,
    "changed": Changed,
    "skipped": Skipped,
    "flagged": Flagged,
    "unflagged": Unflagged,
    "noted": Noted,
    "second_opinion": SecondOpinionWanted,
    "adjudicated": Adjudicated,
    "undone": Undone,
    "taken_back": TakenBack,
    "restored": Restored,
    "measured": Measured,
    "promise": PromiseBegun,
    "promise_cancelled": PromiseCancelled,
    "auto_labelled": AutoLabelled,
    "settings": SettingsChanged,
    "joined": Joined,
    "invited": Invited,
    "invitation_revoked": InvitationRevoked,
    "signed_in": SignedIn,
    "signed_out": SignedOut,
    "role_changed": RoleChanged,
    "person_removed": PersonRemoved,
    "person_restored": PersonRestored,
}
_NAMES = {payload: kind for kind, payload in KINDS.items()}


def event(
    payload: Payload, *, at: float, annotator: int | None = None, row: int | None = None, uuid: str | None = None
) -> EventRow:
    """Return an event as the log takes it.

    Parameters
    ----------
    payload : Payload
        What happened, of a class in `KINDS`.
    at : float
        Seconds since 1970.
    annotator : int, default=None
        Who did it; None: nobody in particular.
    row : int, default=None
        What row it is about.
    uuid : str, default=None
        By which a repeat of it is known; default: a new one.
    """
    return EventRow(
        seq=None,
        uuid=str(uuids.uuid4()) if uuid is None else uuid,
        kind=_NAMES[type(payload)],
        at=at,
        annotator=annotator,
        row=row,
        data=payload.to_data(),
    )


def payload_of(event: EventRow) -> Payload:
    """Return what an event carries.

    Raises
    ------
    StoreError
        If a newer version wrote it. That holds for a kind that this one does not know, and for a field, since a field
        may change what the others mean: a state that leaves some of the log out would be a wrong one.
    """
    kind = KINDS.get(event.kind)
    if kind is None:
        raise StoreError(f"{_where(event)} is of a kind that this version of Querist does not know. {_UPDATE}")
    try:
        return kind.from_data(event.data)
    except UnknownFieldsError as error:
        told = f"says {quoted(error.names)}, which this version of Querist does not know. {_UPDATE}"
    except MissingFieldsError as error:
        raise DamagedLogError(event, f"lacks {quoted(error.names)}") from None
    except WrongFieldsError as error:
        raise DamagedLogError(event, f"has something else for {quoted(error.names)} than it can be") from None
    except (TypeError, ValueError, AttributeError, OverflowError, KeyError, IndexError):  # of the readers of fields
        raise DamagedLogError(event, "does not hold what such an event holds") from None
    raise StoreError(f"{_where(event)} {told}")


class DamagedLogError(StoreError):
    """An event says what no Querist writes."""

    def __init__(self, event: EventRow, what: str) -> None:
        super().__init__(f"{_where(event)} {what}: the log is damaged. Go back to a copy of the project.")


_UPDATE = "A newer version wrote it. Update Querist (pip install --upgrade querist), and open the project with that."


def _where(event: EventRow) -> str:
    return f"Event {event.seq} of the log, {event.kind!r},"
