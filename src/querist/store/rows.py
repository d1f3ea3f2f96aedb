"""What goes into a store and comes out of it. Field names and their order are those of the tables' columns."""

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["text", "table", "image"]
Role = Literal["owner", "annotator"]


@dataclass(frozen=True)
class ProjectInfo:
    """What a project is; `created_at` is in seconds since 1970, `settings` holds JSON values."""

    project_id: str
    name: str
    kind: Kind
    created_at: float
    seed: int
    settings: dict[str, Any]


@dataclass(frozen=True)
class ItemRow:
    """One thing to label.

    Parameters
    ----------
    row : int
        Rows count from 0 without gaps; everything else knows an item by this number.
    item_id : str
        The user's name for it.
    content : dict
        The user's columns in their order, JSON values.
    text : str
        What is searched. Characters that no database keeps (NUL, half a surrogate pair) come back as U+FFFD.
    audit_number : float
        Its place in the order of the audit, fixed when the item is added.
    source : int
        Which file it came with.
    """

    row: int
    item_id: str
    content: dict[str, Any]
    text: str
    audit_number: float
    source: int


@dataclass(frozen=True)
class EventRow:
    """One event of the log; `seq` is None until the store has given it a number."""

    seq: int | None
    uuid: str
    kind: str
    at: float
    annotator: int | None
    row: int | None
    data: dict[str, Any]


@dataclass(frozen=True)
class RankingRow:
    """What one training gave; `seq` is the last event that it knew, `blob` None where it is no longer kept."""

    version: int
    seq: int
    created_at: float
    n_labels: int
    metrics: dict[str, Any]
    blob: bytes | None


@dataclass(frozen=True)
class AnnotatorRow:
    """A person who may answer."""

    annotator_id: int
    name: str
    role: Role
    token_hash: str
    created_at: float
    active: bool


@dataclass(frozen=True)
class InvitationRow:
    """A link that lets people join, until a moment and for a number of uses."""

    token_hash: str
    role: Role
    created_at: float
    expires_at: float
    max_uses: int
    uses: int


@dataclass(frozen=True)
class TabRow:
    """What one tab of the page holds; `held` are JSON values."""

    annotator: int
    tab: str
    at: float
    held: list[dict[str, Any]]
