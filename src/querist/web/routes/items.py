"""Rows: find, look at, label many at once."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from querist.labelling.reading.row_filter import Filter, Sort
from querist.labelling.reading.row_image import image
from querist.web import schemas
from querist.web.depends import Someone, TheProject, done
from querist.web.errors import ApiError

router = APIRouter(prefix="/items", tags=["rows"])


class ExploreQuery(schemas.FilterBody):
    """A filter, an order, a page."""

    sort: Sort = "row"
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0
    limit: Annotated[int, Query(ge=1, le=500)] = 50


@router.get("", response_model=schemas.ExploreOut)
def explore(project: TheProject, person: Someone, query: Annotated[ExploreQuery, Query()]) -> dict[str, Any]:
    """Find rows."""
    values = query.model_dump()
    page = {name: values.pop(name) for name in ("sort", "offset", "limit")}
    return project.rows.explore(Filter(**values), **page)


@router.post("/label", response_model=schemas.BulkOut)
async def label(body: schemas.BulkBody, project: TheProject, person: Someone) -> dict[str, Any]:
    """Label many rows at once; an undo action whose target is `uuid` takes it back."""
    if (body.rows is None) == (body.filter is None):
        raise ApiError(422, "invalid_request", "Give either rows or a filter.", where="body")
    if body.filter is not None and body.expected is None:
        hint = "Say how many rows the person confirmed, so that no other rows are labelled."
        raise ApiError(422, "invalid_request", "A filter needs `expected`.", where="body.expected", hint=hint)
    rows = body.rows if body.rows is not None else Filter(**body.filter.model_dump() if body.filter else {})
    future = project.bulk.label_many(person.annotator_id, body.uuid, rows, body.class_id, expected=body.expected)
    return {"n": await done(future), "uuid": body.uuid}


@router.post("/again", response_model=schemas.Count)
async def again(body: schemas.RowsBody, project: TheProject, person: Someone) -> dict[str, int]:
    """Ask for a second opinion on rows, by another person."""
    return {"n": await done(project.bulk.ask_again(person.annotator_id, body.rows))}


@router.get("/{row}", response_model=schemas.Detail)
def detail(row: schemas.Row, project: TheProject, person: Someone) -> dict[str, Any]:
    """Return all that is known of a row, whole texts included."""
    return project.rows.detail(row)


@router.get(
    "/{row}/image",
    response_class=Response,
    responses={200: {"content": {"image/*": {}}}, 415: {"model": schemas.ErrorOut}},
)
def picture(row: schemas.Row, project: TheProject, person: Someone) -> Response:
    """Return a row's image."""
    found = image(project.rows, row)
    return Response(found.content, media_type=found.media_type, headers={"cache-control": "private, max-age=86400"})
