"""Rows: find, look at, label many at once."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from querist.labelling.reading.row_filter import Filter
from querist.labelling.reading.row_image import image
from querist.labelling.reading.row_summaries import ExploreReply, ItemDetail
from querist.web.depends import Someone, TheProject, done
from querist.web.errands import while_there
from querist.web.errors import ApiError
from querist.web.rights import RIGHTS, GuardedRoute, require
from querist.web.schemas.common import Count, ErrorReply, Row
from querist.web.schemas.rows import BulkBody, BulkReply, ExploreQuery, RowsBody

# Threads of their own: those of everybody must not wait for the servers where images lie.
_LOOKING = ThreadPoolExecutor(8, "querist-image")

router = APIRouter(route_class=GuardedRoute, prefix="/items", tags=["rows"])


@router.get("")
def explore(project: TheProject, person: Someone, query: Annotated[ExploreQuery, Query()]) -> ExploreReply:
    """Find rows."""
    values = query.model_dump()
    page = {name: values.pop(name) for name in ("sort", "offset", "limit", "like")}
    return project.rows.explore(Filter(**values), **page, reader=project.reader(person.annotator_id))


@router.post("/label")
async def label(body: BulkBody, project: TheProject, person: Someone) -> BulkReply:
    """Label many rows at once; an undo action whose target is `uuid` takes it back."""
    if (body.rows is None) == (body.filter is None):
        raise ApiError(422, "invalid_request", "Give either rows or a filter.", where="body")
    if body.filter is not None and body.expected is None:
        hint = "Say how many rows the person confirmed, so that no other rows are labelled."
        raise ApiError(422, "invalid_request", "A filter needs `expected`.", where="body.expected", hint=hint)
    rows = body.rows if body.rows is not None else Filter(**body.filter.model_dump() if body.filter else {})
    future = project.bulk.label_many(person.annotator_id, body.uuid, rows, body.class_id, expected=body.expected)
    outcome = await done(future)
    return BulkReply(n=outcome.n_changed, n_same=outcome.n_same, n_kept=outcome.n_kept, uuid=body.uuid)


@router.post("/again")
async def again(body: RowsBody, project: TheProject, person: Someone) -> Count:
    """Ask for a second opinion on rows, by another person; on more than one, only if you may label many at once."""
    if len(body.rows) > 1:
        require(person, RIGHTS["POST", "/items/label"], project)
    return Count(n=await done(project.bulk.ask_again(person.annotator_id, body.rows)))


@router.get("/{row}")
def detail(row: Row, project: TheProject, person: Someone) -> ItemDetail:
    """Return all that is known of a row, whole texts included."""
    return project.rows.detail(row, project.reader(person.annotator_id))


@router.get(
    "/{row}/image",
    response_class=Response,
    responses={200: {"content": {"image/*": {}}}, 415: {"model": ErrorReply}},
)
async def picture(request: Request, row: Row, project: TheProject, person: Someone) -> Response:
    """Return a row's image."""
    found = await while_there(request, asyncio.get_running_loop().run_in_executor(_LOOKING, image, project.rows, row))
    return Response(found.content, media_type=found.media_type, headers={"cache-control": "private, max-age=86400"})
