"""What everybody did, taken back."""

from typing import Annotated

from pydantic import BaseModel, Field

from querist.labelling.reading.changes import Change, Which
from querist.web.schemas.common import Body, Count, Name, Row, Uuid

Expected = Annotated[int, Field(ge=0, le=2**31 - 1, description="The number that the person confirmed.")]


class ChangesQuery(Body):
    """Whose changes, which, and how many."""

    person: Row | None = None
    which: Which = "all"
    limit: Annotated[int, Field(ge=1, le=1000)] = 50


class ChangesReply(BaseModel):
    """The last changes, newest first."""

    changes: list[Change]


class EffectBody(Body):
    """Either an act, a group, an undo or a taking back by its uuid, or what a person did."""

    target: Uuid | None = None
    person: Row | None = None
    since: Annotated[float, Field(ge=0, le=1e11)] | None = Field(
        None, description="Of a person: only from that moment on, seconds since 1970; what they took back since, too."
    )
    bulk: bool = Field(False, description="Of a person: only what was done to many rows at once, or came with a file.")


class TakeBackBody(EffectBody):
    """The same, and what was confirmed."""

    uuid: Uuid
    expected: Expected


class TakenBackReply(Count):
    """How many acts changed sides; `uuid` brings them back."""

    uuid: str


class UndoClassBody(Body):
    """A name for the class that comes back, where its own was taken meanwhile."""

    name: Name | None = None


class UndoneClassBody(UndoClassBody):
    """The same, and how many rows get another label, as it was confirmed."""

    expected: Expected
