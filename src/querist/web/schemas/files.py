"""Labels out, and in."""

from pydantic import BaseModel


class RefusedLine(BaseModel):
    """A line of an imported file that was not taken."""

    where: str
    message: str


class ImportReply(BaseModel):
    """What became of an imported file."""

    imported: int
    unchanged: int
    refused: list[RefusedLine]
