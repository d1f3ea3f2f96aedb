"""Promises about the model: certificates, and rows that it may label."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.concurrency import run_in_threadpool

from querist.labelling.promises.words import PromiseInfo, PromisePlan
from querist.labelling.reading.figures import all_promises
from querist.labelling.serving.project import Project
from querist.web.depends import Someone, TheProject, done
from querist.web.rights import GuardedRoute
from querist.web.schemas.common import PLAIN
from querist.web.schemas.promises import PromiseBody, PromisesReply

router = APIRouter(route_class=GuardedRoute, tags=["promises"], prefix="/promises")
PromiseId = Annotated[str, Path(min_length=8, max_length=64, pattern=PLAIN)]


@router.get("")
def promises(project: TheProject, person: Someone) -> PromisesReply:
    """Return all attempts."""
    made = all_promises(project.board)
    return PromisesReply(attempts=len(made), promises=made)


@router.post("/plan")
def plan(body: PromiseBody, project: TheProject, person: Someone) -> PromisePlan:
    """Return what an attempt would take; nothing is changed."""
    return project.promises.plan(body.kind, body.target, most_labels=body.most_labels)


@router.post("")
async def begin(body: PromiseBody, project: TheProject, person: Someone) -> PromiseInfo:
    """Freeze the model and draw fresh rows, which are asked about before all others."""
    # Planning takes a moment: not in the loop that serves everybody.
    begun = await run_in_threadpool(
        project.promises.begin, person.annotator_id, body.kind, body.target, most_labels=body.most_labels
    )
    return _found(project, await done(begun))


@router.post("/{promise_id}/cancel")
async def cancel(promise_id: PromiseId, project: TheProject, person: Someone) -> PromiseInfo:
    """Stop asking about its draws; it still counts as an attempt."""
    return _found(project, await done(project.promises.cancel(person.annotator_id, promise_id)))


@router.post("/{promise_id}/apply")
async def apply(promise_id: PromiseId, project: TheProject, person: Someone) -> PromiseInfo:
    """Let the frozen model label the rows that were released."""
    return _found(project, await done(project.promises.apply(person.annotator_id, promise_id)))


@router.post("/{promise_id}/undo")
async def undo(promise_id: PromiseId, project: TheProject, person: Someone) -> PromiseInfo:
    """Take back what the model has labelled."""
    return _found(project, await done(project.promises.undo(person.annotator_id, promise_id)))


def _found(project: Project, promise_id: str) -> PromiseInfo:
    return next(each for each in all_promises(project.board) if each.id == promise_id)
