"""Promises about the model."""

from typing import Annotated

from pydantic import BaseModel, Field

from querist.audit.promise import MOST_LABELS, Kind
from querist.labelling.promises.words import PromiseInfo
from querist.web.schemas.common import Body


class PromiseBody(Body):
    """What is to be promised."""

    kind: Kind
    target: Annotated[float, Field(ge=0.5, lt=1, examples=[0.95])]
    most_labels: Annotated[int, Field(ge=10, le=5000, description="Of an auto-labelling.")] = MOST_LABELS


class PromisesReply(BaseModel):
    """All attempts, the newest first."""

    attempts: int
    promises: list[PromiseInfo]
