"""The next rows, and what people say of them."""

from typing import Annotated

from fastapi import APIRouter, Query

from querist.labelling.serving.actions import Action
from querist.labelling.serving.project import Project
from querist.labelling.serving.replies import Progress, QueueReply
from querist.web.depends import Someone, Tab, TheProject, done
from querist.web.rights import GuardedRoute
from querist.web.schemas.labelling import AnswersBody, ChecksBody, HistoryReply, QueueBody

router = APIRouter(route_class=GuardedRoute, tags=["labelling"])


@router.post("/queue")
async def queue(body: QueueBody, project: TheProject, person: Someone, tab: Tab = "tab") -> QueueReply:
    """Renew the tab's leases on `holding`, end its others, and lease `want` more rows."""
    return await _submit(project, person.annotator_id, tab, [], body)


@router.post("/answers")
async def answers(body: AnswersBody, project: TheProject, person: Someone, tab: Tab = "tab") -> QueueReply:
    """Record actions, each once, and lease the next rows. Answered after the commit."""
    actions = [Action(**vars(action)) for action in body.actions]
    return await _submit(project, person.annotator_id, tab, actions, body)


@router.post("/queue/checks")
async def checks(body: ChecksBody, project: TheProject, person: Someone) -> Progress:
    """Ask you check questions in a row, before any others; their order stays. Take the next rows again after it."""
    return await done(project.ask_checks(person.annotator_id, body.n))


async def _submit(project: Project, annotator: int, tab: str, actions: list[Action], body: QueueBody) -> QueueReply:
    return await done(project.submit(annotator, tab, actions, holding=body.holding, want=body.want))


@router.get("/history")
async def history(
    project: TheProject, person: Someone, limit: Annotated[int, Query(ge=1, le=1000)] = 50
) -> HistoryReply:
    """Return your own last actions, newest first."""
    return HistoryReply(entries=project.rows.history(person.annotator_id, limit))
