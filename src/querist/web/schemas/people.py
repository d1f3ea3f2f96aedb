"""Who labels."""

from typing import Annotated

from pydantic import BaseModel, Field

from querist.labelling.reading.people import InvitationInfo, PersonInfo, Role
from querist.web.schemas.common import Body, Name

Token = Annotated[str, Field(min_length=1, max_length=200)]


class InvitationBody(Body):
    """A link for new people."""

    role: Role = "annotator"
    uses: Annotated[int, Field(ge=1, le=1000)] = 1
    days: Annotated[float, Field(gt=0, le=365, description="How long it works.")] = 7


class LookBody(Body):
    """The secret of a link."""

    token: Token


class JoinBody(Body):
    """The secret of a link, and the name of a new person."""

    token: Token
    name: Name | None = Field(None, description="Left out where the link is for somebody who is here already.")


class LinkReply(BaseModel):
    """A link, told only this once."""

    url: str
    expires_at: float = Field(description="Seconds since 1970.")


class InvitationsReply(BaseModel):
    """The links that still work."""

    invitations: list[InvitationInfo]


class SignOutBody(Body):
    """Which browsers: this one, or every one of yours."""

    everywhere: bool = False


class RoleBody(Body):
    """What somebody is from now on."""

    role: Role


class PeopleReply(BaseModel):
    """Everybody."""

    people: list[PersonInfo]
