"""How far people agree, and rows on which they do not."""

from pydantic import BaseModel, Field

from querist.labelling.reading.work import PersonWork
from querist.web.schemas.common import Body, ClassId, Row, Uuid


class DecisionBody(Body):
    """What a reviewer decides about a row on which answers differ; a repeat of the same uuid changes nothing."""

    uuid: Uuid
    row: Row
    class_id: ClassId | None = Field(description="Null: nobody can tell.")
    class_version: int | None = Field(None, ge=0, le=2**31 - 1)


class WorkReply(BaseModel):
    """What people have done."""

    people: list[PersonWork]
