"""Every error has one shape: ``{"error": {"code", "message", "where", "hint"}}``."""

import errno
import os
import tempfile
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from querist.exceptions import (
    ImageError,
    InvalidParameterError,
    InvalidRowsError,
    QueristError,
    StoreError,
    StoreWriteError,
)
from querist.labelling.log.locations import home_of
from querist.labelling.serving.project import Project

_CODES = {
    400: "bad_request",
    401: "not_signed_in",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
}


class ApiError(Exception):
    """An error with a status.

    Parameters
    ----------
    status : int
    code : str
        For programs; never changes.
    message : str
        For people.
    where, hint : str, default=None
    """

    def __init__(
        self, status: int, code: str, message: str, *, where: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.response = _response(status, code, message, where=where, hint=hint)


def add_error_handlers(app: FastAPI) -> None:
    """Answer every error in the one shape."""

    @app.exception_handler(ApiError)
    async def _api(request: Request, error: ApiError) -> JSONResponse:
        return error.response

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return _response(422, "invalid_request", f"{where}: {first['msg']}.", where=where)

    @app.exception_handler(StoreWriteError)
    async def _unwritten(request: Request, error: StoreWriteError) -> JSONResponse:
        hint = "Nothing of this request was saved; the page keeps it and tries again."
        full = getattr(error.__cause__, "errno", None) == errno.ENOSPC or "full" in str(error).lower()
        code = "disk_full" if full else "not_saved"
        return _response(507 if full else 503, code, _without_paths(request, error), hint=hint)

    @app.exception_handler(StoreError)
    async def _unavailable(request: Request, error: StoreError) -> JSONResponse:
        # What cannot be read now can be later; what cannot be kept at all does not get as far as the store.
        hint = "The page keeps what it has and tries again."
        return _response(503, "store_unavailable", _without_paths(request, error), hint=hint)

    @app.exception_handler(QueristError)
    async def _refused(request: Request, error: QueristError) -> JSONResponse:
        told = _without_paths(request, error)
        if isinstance(error, ImageError):
            return _response(415, "no_image", told)
        if isinstance(error, InvalidRowsError):
            return _response(404, "unknown_row", told)
        code = "invalid_parameter" if isinstance(error, InvalidParameterError) else "refused"
        return _response(422, code, told)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        code = _CODES.get(error.status_code, "error")
        return _response(error.status_code, code, str(error.detail), where=request.url.path)


def _without_paths(request: Request, error: Exception) -> str:
    """Return what an error says, with the project's name for its place: where files lie is the owner's affair."""
    project: Project = request.app.state.project
    told, location = str(error), project.store.location
    home = home_of(location)
    if home is None:
        return told.replace(location, project.view.info.name)
    path = Path(location)
    for place in dict.fromkeys((os.path.realpath(path), os.path.abspath(path), str(location))):
        told = told.replace(place, project.view.info.name)
    for folder in dict.fromkeys((os.path.realpath(home), str(home), tempfile.gettempdir())):
        if folder != os.sep:
            told = told.replace(f"{folder}{os.sep}", "")
    return told


def _response(
    status: int, code: str, message: str, *, where: str | None = None, hint: str | None = None
) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message, "where": where, "hint": hint}}, status)
