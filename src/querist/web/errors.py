"""Every error has one shape: ``{"error": {"code", "message", "where", "hint"}}``."""

import errno

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
        return _response(507 if full else 503, "disk_full" if full else "not_saved", str(error), hint=hint)

    @app.exception_handler(StoreError)
    async def _unavailable(request: Request, error: StoreError) -> JSONResponse:
        # What cannot be read now can be later; what cannot be kept at all does not get as far as the store.
        return _response(503, "store_unavailable", str(error), hint="The page keeps what it has and tries again.")

    @app.exception_handler(QueristError)
    async def _refused(request: Request, error: QueristError) -> JSONResponse:
        if isinstance(error, ImageError):
            return _response(415, "no_image", str(error))
        if isinstance(error, InvalidRowsError):
            return _response(404, "unknown_row", str(error))
        code = "invalid_parameter" if isinstance(error, InvalidParameterError) else "refused"
        return _response(422, code, str(error))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        code = _CODES.get(error.status_code, "error")
        return _response(error.status_code, code, str(error.detail), where=request.url.path)


def _response(
    status: int, code: str, message: str, *, where: str | None = None, hint: str | None = None
) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message, "where": where, "hint": hint}}, status)
