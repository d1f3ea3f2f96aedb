"""Who labels."""

from typing import Annotated

from pydantic import BaseModel, Field

from querist.labelling.reading.people import PersonInfo, Role
from querist.web.schemas.common import Body, Name


class InvitationBody(Body):
    """A link for other people."""

    role: Role = "annotator"
    uses: Annotated[int, Field(ge=1, le=1000)] = 1


class JoinBody(Body):
    """An invitation and a name."""

    token: Annotated[str, Field(min_length=1, max_length=200)]
    name: Name


class InvitationReply(BaseModel):
    """A link; whoever opens it first may label."""

    url: str
    expires_at: float = Field(description="Seconds since 1970.")


class PeopleReply(BaseModel):
    """Everybody."""

    people: list[PersonInfo]
