"""Labels out, and in."""

import time
from collections.abc import AsyncIterator
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request, Response, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from querist.exceptions import QueristError, StoreError
from querist.labelling.errands.work import Model, Rows
from querist.labelling.export import FORMATS
from querist.labelling.reading.accuracy_statement import AccuracyStatement, accuracy_statement
from querist.web.depends import Someone, TheErrands, TheProject, done
from querist.web.downloads import as_file, stem
from querist.web.errands import Written
from querist.web.errors import ApiError
from querist.web.rights import RIGHTS, GuardedRoute, may, someone
from querist.web.schemas.files import ImportReply, RefusedLine

router = APIRouter(route_class=GuardedRoute, tags=["exports"])
_BLOCK = 1 << 18


async def _blocks(written: Written) -> AsyncIterator[bytes]:
    for start in range(0, written.size, _BLOCK):
        yield await run_in_threadpool(written.read, start, _BLOCK)


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"content": {each.media_type: {} for each in FORMATS.values()}}},
)
async def export(
    request: Request,
    project: TheProject,
    errands: TheErrands,
    person: Someone,
    format: Annotated[Literal["csv", "jsonl", "parquet", "label-studio", "xlsx", "ris", "nbib"], Query()] = "csv",  # noqa: A002  # the word that users write
    rows: Annotated[Literal["all", "labelled"], Query()] = "all",
    predictions: Annotated[bool, Query()] = False,
) -> Response:
    """Download the rows and their labels."""
    written = await errands.written(request, Rows(format, rows, predictions))
    return _download(written, f"{stem(project)}{FORMATS[format].ending}", FORMATS[format].media_type)


@router.get("/export/log", response_class=StreamingResponse, responses={200: {"content": {"application/x-ndjson": {}}}})
async def export_log(request: Request, project: TheProject, errands: TheErrands, person: Someone) -> Response:
    """Download the whole log, one event per line."""
    written = await errands.written(request, Rows("log"))
    return _download(written, f"{stem(project)}-log.jsonl", "application/x-ndjson")


@router.get("/export/accuracy")
def export_accuracy(project: TheProject, person: Someone, response: Response) -> AccuracyStatement:
    """Download what is known of the accuracy: quantity, value, interval, method, sample and date of each figure."""
    response.headers.update(as_file(f"{stem(project)}-accuracy.json"))
    return accuracy_statement(project.board, project.view.info.name, now=time.time())


@router.get("/export/model", response_class=StreamingResponse, responses={200: {"content": {"application/zip": {}}}})
async def export_model(request: Request, project: TheProject, errands: TheErrands, person: Someone) -> Response:
    """Train on all labels and download the model, with a script that uses it."""
    try:
        written = await errands.written(request, Model())
    except StoreError:
        raise
    except QueristError as error:
        raise ApiError(422, "no_model", str(error)) from error
    return _download(written, f"{stem(project)}-model.zip", "application/zip")


LabelColumn = Annotated[
    str | None, Form(max_length=1000, description="The column that holds the labels, where its name does not say so.")
]


@router.post("/labels")
async def import_labels(
    request: Request,
    file: UploadFile,
    project: TheProject,
    errands: TheErrands,
    person: Someone,
    label_column: LabelColumn = None,
) -> ImportReply:
    """Take labels from a file: CSV, JSONL, Parquet, Label Studio JSON, Excel; also what `/export` wrote.

    Who may not add classes gets labels refused that name new ones.
    """
    name = file.filename or "labels.csv"
    # The guard bounds what may be sent.
    read = await errands.labels(request, await file.read(), name, label_column or None)
    person = await someone(request)  # the right may be lost by now
    may_add = may(person.role, RIGHTS["POST", "/classes"], project.settings)
    outcome = await done(
        project.bulk.import_labels(read, annotator=person.annotator_id, source=name, may_add_classes=may_add)
    )
    refused = [RefusedLine(where=where, message=message) for where, message in (*outcome.refused, *read.refused)]
    return ImportReply(
        imported=outcome.n_changed,
        replaced=outcome.n_replaced,
        unchanged=outcome.n_same,
        kept=outcome.n_kept,
        new_classes=list(outcome.new_classes),
        notes=[*read.notes, *outcome.notes],
        refused=refused,
    )


def _download(written: Written, name: str, media_type: str) -> Response:
    headers = as_file(name) | {"content-length": str(written.size)}
    return StreamingResponse(_blocks(written), media_type=media_type, headers=headers)
