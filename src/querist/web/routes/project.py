"""The project: where it stands, its settings, its people, its news."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

import querist
from querist.labelling.reading.figures import measured
from querist.labelling.reading.insights import insights as read_insights
from querist.labelling.serving.people import Person
from querist.labelling.serving.project import Project
from querist.registry import estimator_names, strategy_names
from querist.web import schemas, security
from querist.web.depends import Owner, Someone, TheProject, done
from querist.web.errors import ApiError

router = APIRouter(tags=["project"])
_COOKIE_SECONDS = 180 * 24 * 3600
# News that come closer together are told together, but for those that somebody waits for.
_PAUSE = 0.5
_URGENT = frozenset({"figures", "promises"})
_HEARTBEAT = 15.0


@router.get("/project", response_model=schemas.ProjectOut)
def project_(project: TheProject, person: Someone) -> dict[str, Any]:
    """Return all that the page needs to begin."""
    return {
        "id": project.view.info.project_id,
        "name": project.view.info.name,
        "kind": project.settings.kind,
        "columns": list(project.settings.columns),
        "classes": project.class_infos(),
        "me": project.view.person_info(person.annotator_id),
        "people": project.view.people_list(),
        "settings": _settings(project),
        "progress": project.progress(person.annotator_id),
        "warnings": list(project.warnings),
        "notes": list(project.settings.notes),
        "version": querist.__version__,
    }


def _settings(project: Project) -> dict[str, Any]:
    settings = project.settings
    return {
        "opinions": settings.opinions,
        "audit_share": settings.audit_share,
        "labels_per_point": settings.labels_per_point,
        "strategy": settings.strategy,
        "estimator": settings.estimator,
        "strategies": ["auto", *strategy_names()],
        "estimators": ["auto", *(name for name in estimator_names() if name != "auto")],
    }


@router.get("/settings", response_model=schemas.SettingsOut)
def settings(project: TheProject, person: Someone) -> dict[str, Any]:
    """Return the settings, and what may be chosen."""
    return _settings(project)


@router.patch("/settings", response_model=schemas.SettingsOut)
async def change_settings(body: schemas.SettingsBody, project: TheProject, person: Owner) -> dict[str, Any]:
    """Change settings."""
    changes = {name: value for name, value in body.model_dump().items() if value is not None}
    if changes:
        await done(project.change_settings(person.annotator_id, **changes))
    return _settings(project)


@router.get("/insights", response_model=schemas.InsightsOut)
def insights(project: TheProject, person: Someone) -> dict[str, Any]:
    """Return how the labelling goes."""
    return read_insights(project.rows) | {"progress": project.progress(person.annotator_id)}


@router.get("/figures", response_model=schemas.FiguresOut)
def figures(project: TheProject, person: Someone) -> dict[str, Any]:
    """Return how good the model is, and was."""
    return measured(project.view)


# ---------------------------------------------------------------------- people


@router.get("/people", response_model=schemas.People)
def people(project: TheProject, person: Someone) -> dict[str, Any]:
    """Return everybody, with how many answers each gave."""
    return {"people": project.view.people_list()}


@router.delete("/people/{annotator}", response_model=schemas.People)
async def deactivate(annotator: schemas.Row, project: TheProject, person: Owner) -> dict[str, Any]:
    """Sign a person out for good; the answers stay."""
    if annotator == person.annotator_id:
        raise ApiError(422, "invalid_parameter", "You cannot sign yourself out for good.")
    await done(project.people.deactivate(annotator))
    return {"people": project.view.people_list()}


@router.post("/invitations", response_model=schemas.InvitationOut)
async def invite(body: schemas.InvitationBody, request: Request, project: TheProject, person: Owner) -> dict[str, Any]:
    """Make a link by which others join."""
    token, ends = await done(project.people.invite(role=body.role, uses=body.uses))
    return {"url": f"{request.base_url}join?token={token}", "expires_at": ends}


@router.post("/join", response_model=schemas.Person)
async def join(body: schemas.JoinBody, request: Request, response: Response, project: TheProject) -> dict[str, Any]:
    """Join by an invitation; the answer sets the cookie."""
    cookie = await done(project.people.join(body.token, body.name))
    _set_cookie(response, project, cookie)
    person: Person | None = project.people.person(cookie)
    assert person is not None
    return project.view.person_info(person.annotator_id)


entrance = APIRouter(include_in_schema=False)


@entrance.get("/join")
async def enter(request: Request, project: TheProject, token: str = "") -> Response:
    """Sign the owner in by the link that the command printed; send others to the page that asks their name."""
    if project.people.invitation_role(token) == "owner":
        cookie = await done(project.people.join(token, request.app.state.owner_name))
        response = RedirectResponse("/", 303)
        _set_cookie(response, project, cookie)
        return response
    if project.people.person(request.cookies.get(security.cookie_name(project), "")) is not None:
        return RedirectResponse("/", 303)
    return RedirectResponse(f"/#/join?token={token}", 303)


def _set_cookie(response: Response, project: Project, cookie: str) -> None:
    response.set_cookie(
        security.cookie_name(project), cookie, max_age=_COOKIE_SECONDS, httponly=True, samesite="strict", path="/"
    )


# ---------------------------------------------------------------------- news


@router.get("/stream", response_class=StreamingResponse)
async def stream(project: TheProject, person: Someone) -> StreamingResponse:
    """Server-sent events: ranking, model, figures, promises, progress, classes, settings."""
    return StreamingResponse(
        _news(project, person.annotator_id),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _news(project: Project, annotator: int) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    woken, urged = asyncio.Event(), asyncio.Event()
    waiting: dict[str, None] = {}

    def note(name: str) -> None:
        waiting[name] = None
        woken.set()
        if name in _URGENT:
            urged.set()

    def listener(name: str) -> None:
        # What waits already need not be told again. The last words of the writer may come while the loop is closing.
        if name not in waiting and not loop.is_closed():
            loop.call_soon_threadsafe(note, name)

    stop = project.live.listen(listener)
    try:
        yield _event("progress", project.progress(annotator))
        while True:
            try:
                await asyncio.wait_for(woken.wait(), _HEARTBEAT)
            except TimeoutError:
                yield ": still here\n\n"
                continue
            names = list(waiting)
            waiting.clear()
            woken.clear()
            urged.clear()
            if project.live.closed:
                return
            for name in names:
                yield _event(name, _payload(project, name, annotator))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(urged.wait(), _PAUSE)
    finally:
        stop()


def _payload(project: Project, name: str, annotator: int) -> dict[str, Any]:
    if name == "model":
        return project.trainer.status()
    if name == "ranking":
        return {"version": project.trainer.status()["version"]}
    if name == "classes":
        return {"class_version": project.board.class_version}
    return project.progress(annotator)


def _event(name: str, payload: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(payload)}\n\n"


@router.get("/health")
def health(project: TheProject) -> dict[str, str]:
    """Say that the server is there; needs no cookie."""
    return {"status": "ok", "project": project.view.info.project_id, "version": querist.__version__}
