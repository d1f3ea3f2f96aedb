"""Who labels, as the page shows them."""

from dataclasses import dataclass

from querist.store.rows import ROLES, AnnotatorRow, Role

__all__ = ["ROLES", "InvitationInfo", "LinkInfo", "PersonInfo", "Role", "person_info"]


@dataclass(frozen=True)
class PersonInfo:
    """A person, and how many rows they have answered."""

    id: int
    name: str
    role: Role
    active: bool
    n_answers: int


@dataclass(frozen=True)
class InvitationInfo:
    """A link that still works, without its secret.

    `person` is whom it signs in, null where new people join by it as `role`; `made_by` is null where the command has
    printed it. Times are in seconds since 1970.
    """

    id: int
    role: Role
    person: int | None
    made_by: int | None
    created_at: float
    expires_at: float
    uses: int
    max_uses: int


@dataclass(frozen=True)
class LinkInfo:
    """What a link is good for: to sign in `person`, or (null) to join `project` as `role` under a name of one's own."""

    project: str
    role: Role
    person: str | None
    from_command: bool


def person_info(person: AnnotatorRow, n_answers: int) -> PersonInfo:
    """Return a person as the page shows them."""
    return PersonInfo(person.annotator_id, person.name, person.role, person.active, n_answers)
