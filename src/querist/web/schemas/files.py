"""Labels out, and in."""

from pydantic import BaseModel


class RefusedLine(BaseModel):
    """A line of an imported file that was not taken."""

    where: str
    message: str


class ImportReply(BaseModel):
    """What became of an imported file.

    `imported` rows have a new label or skip (`replaced` of them had another label), `unchanged` had it before, `kept`
    keep another label. `new_classes` are those that the file brought, `notes` say which labels were taken for a class
    that is called otherwise.
    """

    imported: int
    replaced: int
    unchanged: int
    kept: int
    new_classes: list[str]
    notes: list[str]
    refused: list[RefusedLine]
