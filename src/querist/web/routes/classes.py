"""Classes, while people label."""

from fastapi import APIRouter

from querist.labelling.log import classes as class_lists
from querist.labelling.log.classes import Classes
from querist.labelling.reading.changes import gone_in_words
from querist.labelling.serving.replies import ClassesReply
from querist.web.depends import Someone, TheProject, done
from querist.web.errors import ApiError
from querist.web.rights import GuardedRoute
from querist.web.schemas.classes import ChangedClassBody, MergeBody, NewClassBody, OrderBody
from querist.web.schemas.common import ClassId

_EITHER = (
    "Bring it back (Data, Classes), and its answers count again; or make a new one anyway (`fresh`), which begins "
    "without answers."
)
router = APIRouter(route_class=GuardedRoute, prefix="/classes", tags=["classes"])


@router.post("")
async def add(body: NewClassBody, project: TheProject, person: Someone) -> ClassesReply:
    """Add a class; where one of this name was removed or merged, only if `fresh` says that another class is meant."""
    gone = None if body.fresh else class_lists.gone(project.board.classes, body.name)
    if gone is not None:
        raise ApiError(409, "class_is_gone", gone_in_words(project.board, gone), where="body.name", hint=_EITHER)

    def change(classes: Classes) -> Classes:
        return class_lists.add(classes, body.name, colour=body.colour, description=body.description)

    return await done(project.change_classes(person.annotator_id, change, op="add", name=body.name))


@router.post("/order")
async def reorder(body: OrderBody, project: TheProject, person: Someone) -> ClassesReply:
    """Put the buttons into another order."""
    return await done(
        project.change_classes(person.annotator_id, lambda each: class_lists.reorder(each, body.ids), op="reorder")
    )


@router.patch("/{class_id}")
async def change(class_id: ClassId, body: ChangedClassBody, project: TheProject, person: Someone) -> ClassesReply:
    """Change a class; a new name keeps its answers."""
    changes = body.model_dump(exclude_unset=True)
    changes = {name: value for name, value in changes.items() if value is not None or name == "key"}
    return await done(
        project.change_classes(
            person.annotator_id,
            lambda each: class_lists.change(each, class_id, **changes),
            op="change",
            class_id=class_id,
            changes=changes,
        )
    )


@router.post("/{class_id}/merge")
async def merge(class_id: ClassId, body: MergeBody, project: TheProject, person: Someone) -> ClassesReply:
    """Let the answers of a class count for another."""
    return await done(
        project.change_classes(
            person.annotator_id,
            lambda each: class_lists.merge(each, class_id, body.into),
            op="merge",
            class_id=class_id,
            into=body.into,
        )
    )


@router.delete("/{class_id}")
async def remove(class_id: ClassId, project: TheProject, person: Someone) -> ClassesReply:
    """Remove a class; its answers stay in the log but no longer count, and their rows are asked again."""
    return await done(
        project.change_classes(
            person.annotator_id, lambda each: class_lists.remove(each, class_id), op="remove", class_id=class_id
        )
    )
