"""Rows: find, look at, label many at once."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from querist.labelling.log.board import Status
from querist.labelling.reading.row_filter import Sort
from querist.web.schemas.common import Body, ClassId, Row, Rows, Uuid


class FilterBody(Body):
    """What rows must fulfil."""

    search: Annotated[str, Field(max_length=1000)] | None = None
    status: Status | None = None
    label: ClassId | None = None
    prediction: ClassId | None = None
    min_confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    max_confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    annotator: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    flagged: bool | None = None
    disagree: bool | None = Field(None, description="The model's prediction differs from the label.")
    open_comments: bool | None = Field(None, description="There are comments, and the last does not settle the matter.")
    copies: Literal["grouped", "apart", "nearly"] | None = Field(
        None,
        description="Rows that stand for their copies; rows that have the content of another and a different label; or "
        "texts that are nearly the same as another, group by group.",
    )
    same_as: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = Field(None, description="A row, and all its copies.")
    min_number: Annotated[float, Field(allow_inf_nan=False)] | None = Field(
        None, description="Where a number is asked for: rows whose number is at least this."
    )
    max_number: Annotated[float, Field(allow_inf_nan=False)] | None = None


class ExploreQuery(FilterBody):
    """A filter, an order, a page."""

    like: Row | None = Field(
        None,
        description="Only the rows most like this one, at most 200; in the order of the data the most alike first.",
    )
    sort: Sort = "row"
    offset: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class BulkBody(Body):
    """Label many rows at once: either rows, or a filter with the number of rows that it found."""

    uuid: Uuid
    class_id: ClassId | None = Field(None, description="Null skips.")
    rows: Rows | None = None
    filter: FilterBody | None = None
    expected: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None


class RowsBody(Body):
    """Rows."""

    rows: Rows


class BulkReply(BaseModel):
    """How many rows were labelled anew, had this label already, keep another one; `uuid` undoes it."""

    n: int
    n_same: int
    n_kept: int
    uuid: str
