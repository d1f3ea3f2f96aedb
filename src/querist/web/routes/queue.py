"""The next rows, and what people say of them."""

from typing import Annotated

from fastapi import APIRouter, Query

from querist.labelling.serving.actions import Action
from querist.labelling.serving.project import Project, Reply
from querist.web import schemas
from querist.web.depends import Someone, Tab, TheProject, done

router = APIRouter(tags=["labelling"])


@router.post("/queue", response_model=schemas.QueueOut)
async def queue(body: schemas.QueueBody, project: TheProject, person: Someone, tab: Tab = "tab") -> Reply:
    """Renew the tab's leases on `holding`, end its others, and lease `want` more rows."""
    return await _submit(project, person.annotator_id, tab, [], body)


@router.post("/answers", response_model=schemas.AnswersOut)
async def answers(body: schemas.AnswersBody, project: TheProject, person: Someone, tab: Tab = "tab") -> Reply:
    """Record actions, each once, and lease the next rows. Answered after the commit."""
    actions = [Action(**action.model_dump()) for action in body.actions]
    return await _submit(project, person.annotator_id, tab, actions, body)


async def _submit(project: Project, annotator: int, tab: str, actions: list[Action], body: schemas.QueueBody) -> Reply:
    return await done(project.submit(annotator, tab, actions, holding=body.holding, want=body.want))


@router.get("/history", response_model=schemas.HistoryOut)
async def history(
    project: TheProject, person: Someone, limit: Annotated[int, Query(ge=1, le=1000)] = 50
) -> dict[str, object]:
    """Return your own last actions, newest first."""
    return {"entries": project.rows.history(person.annotator_id, limit)}
