"""Promises about the model: certificates, and rows that it may label."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.concurrency import run_in_threadpool

from querist.labelling.reading.figures import all_promises
from querist.labelling.serving.project import Project
from querist.web import schemas
from querist.web.depends import Owner, Someone, TheProject, done

router = APIRouter(tags=["promises"], prefix="/promises")
PromiseId = Annotated[str, Path(min_length=8, max_length=64, pattern=schemas.PLAIN)]


@router.get("", response_model=schemas.PromisesOut)
def promises(project: TheProject, person: Someone) -> dict[str, Any]:
    """Return all attempts."""
    return all_promises(project.board)


@router.post("/plan", response_model=schemas.PromisePlan)
def plan(body: schemas.PromiseBody, project: TheProject, person: Someone) -> dict[str, Any]:
    """Return what an attempt would take; nothing is changed."""
    return project.promises.plan(body.kind, body.target, most_labels=body.most_labels)


@router.post("", response_model=schemas.PromiseOut)
async def begin(body: schemas.PromiseBody, project: TheProject, person: Owner) -> dict[str, Any]:
    """Freeze the model and draw fresh rows, which are asked about before all others."""
    # Planning takes a moment: not in the loop that serves everybody.
    begun = await run_in_threadpool(
        project.promises.begin, person.annotator_id, body.kind, body.target, most_labels=body.most_labels
    )
    return _found(project, await done(begun))


@router.post("/{promise_id}/cancel", response_model=schemas.PromiseOut)
async def cancel(promise_id: PromiseId, project: TheProject, person: Owner) -> dict[str, Any]:
    """Ask no more about its draws; it counts as an attempt all the same."""
    return _found(project, await done(project.promises.cancel(person.annotator_id, promise_id)))


@router.post("/{promise_id}/apply", response_model=schemas.PromiseOut)
async def apply(promise_id: PromiseId, project: TheProject, person: Owner) -> dict[str, Any]:
    """Let the frozen model label the rows that were released."""
    return _found(project, await done(project.promises.apply(person.annotator_id, promise_id)))


@router.post("/{promise_id}/undo", response_model=schemas.PromiseOut)
async def undo(promise_id: PromiseId, project: TheProject, person: Owner) -> dict[str, Any]:
    """Take back what the model has labelled."""
    return _found(project, await done(project.promises.undo(person.annotator_id, promise_id)))


def _found(project: Project, promise_id: str) -> dict[str, Any]:
    return next(each for each in all_promises(project.board)["promises"] if each["id"] == promise_id)
