"""The next rows, and what people say of them."""

from typing import Annotated

from pydantic import BaseModel, Field

from querist.labelling.reading.row_summaries import HistoryEntry
from querist.labelling.serving.actions import Kind
from querist.labelling.serving.check_runs import MOST_IN_A_ROW
from querist.web.schemas.common import Body, ClassId, Row, Uuid

Holding = Annotated[list[Row], Field(max_length=200, description="Rows that the tab has and keeps.")]
Want = Annotated[int, Field(ge=0, le=100, description="How many more rows it wants.", examples=[12])]


class QueueBody(Body):
    """Renew leases and ask for rows."""

    holding: Holding = Field(default_factory=list)
    want: Want = 12


class ActionBody(Body):
    """One action of a person; a repeat of the same uuid changes nothing."""

    uuid: Uuid
    kind: Kind
    row: Row
    class_id: ClassId | None = None
    number: Annotated[float, Field(allow_inf_nan=False)] | None = Field(
        None, description="The answer, where the project asks for a number."
    )
    note: Annotated[str, Field(max_length=100_000)] = ""
    target: Uuid | None = Field(None, description="For undo: what no longer counts.")
    shown_at: float | None = Field(None, description="Milliseconds since 1970, by the browser's clock.")
    answered_at: float | None = None
    duration_ms: Annotated[float, Field(ge=0, le=1e12)] | None = None
    guess_shown: bool = False
    class_version: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    asked: bool = Field(
        False,
        description="A question of the queue is answered, also if its lease ran out. Else a row was looked up: where "
        "one opinion is wanted, the answer takes the place of those before it.",
    )
    resolves: bool = Field(False, description="Of a comment: nothing is left to settle.")


class AnswersBody(QueueBody):
    """Actions, and the next rows wanted."""

    actions: Annotated[list[ActionBody], Field(max_length=1000)]


class ChecksBody(Body):
    """Check questions in a row."""

    n: Annotated[int, Field(ge=0, le=MOST_IN_A_ROW, description="How many; 0: no more than usual.", examples=[20])]


class HistoryReply(BaseModel):
    """A person's last actions, newest first."""

    entries: list[HistoryEntry]
