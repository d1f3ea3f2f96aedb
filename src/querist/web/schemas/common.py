"""What many requests and replies are made of."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Row = Annotated[int, Field(ge=0, le=2**31 - 1, examples=[17])]
# No blanks and no control characters: PostgreSQL keeps no NUL in a text.
PLAIN = r"^[!-~]+$"
Uuid = Annotated[
    str, Field(min_length=8, max_length=64, pattern=PLAIN, examples=["0d5f7c52-6a4f-4d0c-9d9a-0c3a1f6f2b11"])
]
ClassId = Annotated[int, Field(ge=0, le=32_767, examples=[0])]
Version = Annotated[int, Field(ge=0, le=2**31 - 1, examples=[3])]
Rows = Annotated[list[Row], Field(max_length=100_000)]
Name = Annotated[str, Field(min_length=1, max_length=200, examples=["spam"])]


class Body(BaseModel):
    """A request body: what is not known is refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Count(BaseModel):
    """How many."""

    n: int


class Problem(BaseModel):
    """What was wrong, where, and what to do."""

    code: str
    message: str
    where: str | None
    hint: str | None


class ErrorReply(BaseModel):
    """The one shape of errors."""

    error: Problem
