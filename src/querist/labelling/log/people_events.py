"""What happens to people: who came by which link, who became what, who was let in or out. The event's person did it."""

from dataclasses import dataclass

from querist.labelling.log.payload import Payload


@dataclass(frozen=True, kw_only=True)
class Joined(Payload):
    """A person came, by the invitation of a number (None: by none, or by an earlier version of Querist)."""

    name: str
    role: str
    invitation: int | None = None


@dataclass(frozen=True, kw_only=True)
class Invited(Payload):
    """A link was made: for new people of a role, or to sign in the person of a number."""

    invitation: int
    role: str
    uses: int = 1
    person: int | None = None


@dataclass(frozen=True, kw_only=True)
class InvitationRevoked(Payload):
    """A link was taken back before it ended."""

    invitation: int


@dataclass(frozen=True, kw_only=True)
class SignedIn(Payload):
    """A person came back, in one more browser, by a link that was made for them."""

    invitation: int


@dataclass(frozen=True, kw_only=True)
class SignedOut(Payload):
    """A person was signed out in every browser."""

    person: int


@dataclass(frozen=True, kw_only=True)
class RoleChanged(Payload):
    """A person has another role from now on."""

    person: int
    role: str


@dataclass(frozen=True, kw_only=True)
class PersonRemoved(Payload):
    """A person may nothing any more; what they answered stays."""

    person: int


@dataclass(frozen=True, kw_only=True)
class PersonRestored(Payload):
    """A person who was removed may come back."""

    person: int
