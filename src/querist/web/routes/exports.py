"""Labels out, and in."""

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Response, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from querist.labelling.export import FORMATS
from querist.labelling.label_files.match import read_labels_for
from querist.labelling.log.classes import active
from querist.labelling.reading.accuracy_statement import AccuracyStatement, accuracy_statement
from querist.labelling.reading.exports import export as write_export
from querist.labelling.serving.project import Project
from querist.web.depends import Someone, TheProject, done
from querist.web.errors import ApiError
from querist.web.rights import RIGHTS, GuardedRoute, may
from querist.web.schemas.files import ImportReply, RefusedLine

router = APIRouter(route_class=GuardedRoute, tags=["exports"])
_MODEL_PATIENCE = 600.0


@router.get(
    "/export",
    response_class=FileResponse,
    responses={200: {"content": {each.media_type: {} for each in FORMATS.values()}}},
)
def export(
    project: TheProject,
    person: Someone,
    format: Annotated[Literal["csv", "jsonl", "parquet", "label-studio", "xlsx"], Query()] = "csv",  # noqa: A002
    rows: Annotated[Literal["all", "labelled"], Query()] = "all",
    predictions: Annotated[bool, Query()] = False,
) -> FileResponse:
    """Download the rows and their labels."""
    path = _temporary()
    with path.open("wb") as target:
        write_export(project.view, format, target, rows=rows, predictions=predictions)
    return _download(path, f"{_stem(project)}{FORMATS[format].ending}", FORMATS[format].media_type)


@router.get("/export/log", response_class=FileResponse, responses={200: {"content": {"application/x-ndjson": {}}}})
def export_log(project: TheProject, person: Someone) -> FileResponse:
    """Download the whole log, one event a line."""
    path = _temporary()
    with path.open("wb") as target:
        write_export(project.view, "log", target)
    return _download(path, f"{_stem(project)}-log.jsonl", "application/x-ndjson")


@router.get("/export/accuracy")
def export_accuracy(project: TheProject, person: Someone, response: Response) -> AccuracyStatement:
    """Download what is known of the accuracy: quantity, value, interval, method, sample and date of each figure."""
    response.headers.update(_as_file(f"{_stem(project)}-accuracy.json"))
    return accuracy_statement(project.board, project.view.info.name, now=time.time())


@router.get("/export/model", response_class=FileResponse, responses={200: {"content": {"application/zip": {}}}})
def export_model(project: TheProject, person: Someone) -> FileResponse:
    """Train on all labels and download the model, with a script that uses it."""
    path = _temporary()
    # In a process of its own: scikit-learn is slow to load, and training would hold up the labelling.
    command = [sys.executable, "-m", "querist.labelling.model_export", "-", str(path)]
    try:
        ended = subprocess.run(
            command,
            input=f"{project.store.location}\n",
            capture_output=True,
            text=True,
            timeout=_MODEL_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        path.unlink(missing_ok=True)
        hint = "Run `querist export` with --format model instead; it has no limit."
        raise ApiError(503, "too_slow", "The model was not trained within ten minutes.", hint=hint) from None
    if ended.returncode:
        path.unlink(missing_ok=True)
        told = ended.stderr.strip().splitlines()
        raise ApiError(422, "no_model", told[-1].removeprefix("Error: ") if told else "The model could not be trained.")
    return _download(path, f"{_stem(project)}-model.zip", "application/zip")


@router.post("/labels")
async def import_labels(file: UploadFile, project: TheProject, person: Someone) -> ImportReply:
    """Take labels from a file: CSV, JSONL, Parquet, Label Studio JSON, Excel; also what `/export` wrote.

    Who may not add classes gets labels refused that name new ones.
    """
    name = file.filename or "labels.csv"
    # The guard bounds what may be sent.
    content = await file.read()
    read = await run_in_threadpool(read_labels_for, project.rows, content, name)
    if not may(person.role, RIGHTS["POST", "/classes"], project.settings):
        read = read.within({each.name for each in active(project.board.classes)})
    n_changed, n_same = await done(project.bulk.import_labels(read, annotator=person.annotator_id, source=name))
    refused = [RefusedLine(where=where, message=message) for where, message in read.refused]
    return ImportReply(imported=n_changed, unchanged=n_same, refused=refused)


def _temporary() -> Path:
    with tempfile.NamedTemporaryFile(prefix="querist-export-", delete=False) as file:
        return Path(file.name)


def _download(path: Path, name: str, media_type: str) -> FileResponse:
    gone = BackgroundTask(path.unlink, True)
    return FileResponse(path, media_type=media_type, headers=_as_file(name), background=gone)


def _as_file(name: str) -> dict[str, str]:
    return {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}", "cache-control": "no-store"}


def _stem(project: Project) -> str:
    return re.sub(r"[^\w.-]+", "-", project.view.info.name).strip("-.") or "labels"
