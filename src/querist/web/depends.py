"""What routes ask for."""

import asyncio
from concurrent.futures import Future
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Request

from querist.labelling.serving.people import Person
from querist.labelling.serving.project import Project
from querist.web import rights
from querist.web.errands import Errands
from querist.web.schemas.common import PLAIN

T = TypeVar("T")


async def _project(request: Request) -> Project:
    project: Project = request.app.state.project
    return project


async def _errands(request: Request) -> Errands:
    errands: Errands = request.app.state.errands
    return errands


async def done(future: "Future[T]") -> T:
    """Wait for the project's writer without holding up other requests."""
    return await asyncio.wrap_future(future)


TheProject = Annotated[Project, Depends(_project)]
TheErrands = Annotated[Errands, Depends(_errands)]
Someone = Annotated[Person, Depends(rights.someone)]
Tab = Annotated[
    str,
    Header(
        alias="X-Tab",
        min_length=1,
        max_length=64,
        pattern=PLAIN,
        description="Each tab names itself; leases are its own.",
    ),
]
