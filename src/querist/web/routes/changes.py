"""What everybody did, taken back: shown first, then done with the number that was confirmed."""

from typing import Annotated

from fastapi import APIRouter, Query

from querist.labelling.log.effects import Effect
from querist.labelling.log.events import Restored, TakenBack
from querist.labelling.reading.changes import class_changes, last_changes
from querist.labelling.serving.project import Project
from querist.labelling.serving.replies import ClassesReply
from querist.web.depends import Someone, TheProject, done
from querist.web.errors import ApiError
from querist.web.rights import GuardedRoute
from querist.web.schemas.changes import (
    ChangesQuery,
    ChangesReply,
    EffectBody,
    TakeBackBody,
    TakenBackReply,
    UndoClassBody,
    UndoneClassBody,
)
from querist.web.schemas.common import Version

router = APIRouter(route_class=GuardedRoute, tags=["changes"], prefix="/changes")


@router.get("")
def changes(project: TheProject, person: Someone, query: Annotated[ChangesQuery, Query()]) -> ChangesReply:
    """Return the last changes of everybody, newest first."""
    return ChangesReply(
        changes=last_changes(project.rows, reader=project.reader(person.annotator_id), **query.model_dump())
    )


@router.get("/classes")
def changes_of_classes(project: TheProject, person: Someone) -> ChangesReply:
    """Return all changes of the classes, newest first."""
    return ChangesReply(changes=class_changes(project.rows))


@router.post("/effect")
def effect(body: EffectBody, project: TheProject, person: Someone) -> Effect:
    """Return what taking something back would do; nothing is changed. What was taken back is brought back."""
    return project.taking_back.effect(_wanted(project, body))


@router.post("/take-back")
async def take_back(body: TakeBackBody, project: TheProject, person: Someone) -> TakenBackReply:
    """Take it back, in one event, or bring it back; a repeat of the same uuid changes nothing."""
    wanted = _wanted(project, body)
    n = await done(project.taking_back.carry_out(person.annotator_id, body.uuid, wanted, expected=body.expected))
    return TakenBackReply(n=n, uuid=body.uuid)


def _wanted(project: Project, body: EffectBody) -> TakenBack | Restored:
    if (body.target is None) == (body.person is None):
        raise ApiError(422, "invalid_request", "Give either a target or a person.", where="body")
    if body.target is not None:
        return project.taking_back.of_uuid(body.target)
    assert body.person is not None
    return project.taking_back.of_person(body.person, since=body.since, bulk=body.bulk)


@router.post("/classes/{version}/effect")
def class_effect(version: Version, body: UndoClassBody, project: TheProject, person: Someone) -> Effect:
    """Return what taking back one change of the classes would do to the labels; nothing is changed."""
    return project.taking_back.effect_of_class_change(version, name=body.name)


@router.post("/classes/{version}/take-back")
async def take_back_class(
    version: Version, body: UndoneClassBody, project: TheProject, person: Someone
) -> ClassesReply:
    """Take back one change of the classes; what came later stays. Taking that back brings it back."""
    return await done(
        project.taking_back.class_change(person.annotator_id, version, expected=body.expected, name=body.name)
    )
