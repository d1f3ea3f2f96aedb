"""Who labels, as the page shows them."""

from dataclasses import dataclass

from querist.store.rows import AnnotatorRow, Role

__all__ = ["PersonInfo", "Role", "person_info"]


@dataclass(frozen=True)
class PersonInfo:
    """A person, and how many rows they have answered."""

    id: int
    name: str
    role: Role
    active: bool
    n_answers: int


def person_info(person: AnnotatorRow, n_answers: int) -> PersonInfo:
    """Return a person as the page shows them."""
    return PersonInfo(person.annotator_id, person.name, person.role, person.active, n_answers)
