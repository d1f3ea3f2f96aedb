"""What goes into a store and comes out of it. Field names and their order are those of the tables' columns."""

from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

Kind = Literal["text", "table", "image"]
# Each may do what those before it may.
Role = Literal["viewer", "annotator", "reviewer", "owner"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)


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
    """A person; one who is not active was removed, and may nothing."""

    annotator_id: int
    name: str
    role: Role
    created_at: float
    active: bool


@dataclass(frozen=True)
class SignInRow:
    """A browser in which a person is signed in, by the hash of its cookie."""

    token_hash: str
    annotator: int
    created_at: float


@dataclass(frozen=True)
class InvitationRow:
    """A link that lets people in, until a moment and for a number of uses.

    Parameters
    ----------
    invitation_id : int or None
        None until the store has given it a number.
    token_hash : str
        Of the secret in the link.
    role : str
        What those who join become.
    created_at, expires_at : float
        Seconds since 1970.
    max_uses, uses : int
    made_by : int or None
        Who made it; None: the command.
    person : int or None
        Whom it signs in; None: it lets new people join.
    revoked_at : float or None
        When it was taken back.
    """

    invitation_id: int | None
    token_hash: str
    role: Role
    created_at: float
    expires_at: float
    max_uses: int
    uses: int
    made_by: int | None = None
    person: int | None = None
    revoked_at: float | None = None


@dataclass(frozen=True)
class TabRow:
    """What one tab of the page holds; `held` are JSON values."""

    annotator: int
    tab: str
    at: float
    held: list[dict[str, Any]]
