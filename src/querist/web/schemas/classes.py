"""Classes, while people label."""

from typing import Annotated

from pydantic import Field

from querist.web.schemas.common import Body, ClassId, Name

Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$", examples=["#0072b2"])]
Description = Annotated[str, Field(max_length=10_000)]


class NewClassBody(Body):
    """A new class."""

    name: Name
    colour: Colour | None = None
    description: Description = ""
    fresh: bool = Field(False, description="Make a new one even if a class of this name was removed or merged.")


class ChangedClassBody(Body):
    """Changes of a class; what is left out stays."""

    name: Name | None = None
    colour: Colour | None = None
    key: Annotated[str, Field(max_length=1)] | None = Field(None, description="Null: by position.")
    description: Description | None = None
    examples: Annotated[list[Annotated[str, Field(max_length=10_000)]], Field(max_length=20)] | None = None


class OrderBody(Body):
    """Class ids in the order of the buttons."""

    ids: Annotated[list[ClassId], Field(max_length=10_000)]


class MergeBody(Body):
    """The class that the answers shall count for."""

    into: ClassId
