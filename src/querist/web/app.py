"""The ASGI application: API, page, guard."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Response
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.types import ASGIApp

import querist
from querist.labelling.serving.project import Project
from querist.web.entrance import Entrance
from querist.web.errands import Errands
from querist.web.errors import add_error_handlers
from querist.web.rights import API, RIGHTS
from querist.web.routes import agreement, changes, classes, exports, items, news, people, project, promises, queue
from querist.web.schemas.common import ErrorReply
from querist.web.security import Guard

ROUTERS = [
    each.router for each in (queue, items, classes, changes, agreement, exports, promises, project, people, news)
]
# Where people without a cookie may send something.
_OPEN_TO_STRANGERS = {API + path for (method, path), right in RIGHTS.items() if method != "GET" and right.least is None}
PAGE = Path(__file__).parent / "static"
_ERRORS = (400, 401, 403, 404, 409, 413, 422, 503, 507)
_UNBUILT = (
    "<!doctype html><title>Querist</title><p>The page was not built. In a checkout, run "
    "<code>make page</code>; the API is at /api/v1."
)


def create_app(the_project: Project, *, entrance: Entrance | None = None) -> ASGIApp:
    """Return the application of one project.

    Parameters
    ----------
    the_project : Project
        Open; the caller closes it.
    entrance : Entrance, default=None
        Where the server is reached; None: by this machine alone.
    """
    entrance = entrance or Entrance()
    app = _api()
    app.state.project = the_project
    app.state.errands = Errands(the_project)
    app.state.entrance = entrance
    app.include_router(people.entrance)
    _serve_page(app)
    return Guard(app, the_project, entrance, _OPEN_TO_STRANGERS)


def openapi_document() -> dict[str, Any]:
    """Return the OpenAPI document of the API: what the page's types are made from."""
    return _api().openapi()


class _Api(FastAPI):
    """Says in its document what every operation may answer if something is wrong.

    Declared at the routes, each of these answers would be built for each of them, twice, before the first page is sent.
    """

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema:
            return self.openapi_schema
        schema = super().openapi()
        content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{ErrorReply.__name__}"}}}
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status in _ERRORS:
                    operation["responses"][str(status)] = {
                        "description": HTTPStatus(status).phrase,
                        "content": content,
                    }
        for unused in ("HTTPValidationError", "ValidationError"):
            schema["components"]["schemas"].pop(unused, None)
        return schema


def _api() -> FastAPI:
    app = _Api(
        title="Querist",
        version=querist.__version__,
        description="Labelling with active learning. Sign in by a link; the cookie does the rest.",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
    )
    add_error_handlers(app)
    for router in ROUTERS:
        app.include_router(router, prefix=API)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.errands.close()


def _serve_page(app: FastAPI) -> None:
    @app.get("/", include_in_schema=False)
    async def page() -> Response:
        if not (PAGE / "index.html").exists():
            return Response(_UNBUILT, media_type="text/html")
        # Its name never changes, those of the files that it names do.
        return FileResponse(PAGE / "index.html", headers={"cache-control": "no-cache"})

    if PAGE.is_dir():
        app.mount("/", StaticFiles(directory=PAGE))
