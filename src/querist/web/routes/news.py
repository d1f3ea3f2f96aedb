"""What happens in the project, told as it happens."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from querist.labelling.serving.project import Project
from querist.web.depends import Someone, TheProject
from querist.web.rights import GuardedRoute, cookie_of

router = APIRouter(route_class=GuardedRoute, tags=["project"])
# News that come closer together are told together, but for those that somebody waits for.
_PAUSE = 0.5
_URGENT = frozenset({"figures", "promises", "people"})
# These tell of the model (`ModelStatus`), all others where the project stands (`Progress`).
_OF_THE_MODEL = frozenset({"model", "ranking"})


@router.get("/stream", response_class=EventSourceResponse)
async def stream(request: Request, project: TheProject, person: Someone) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events: ranking, model, figures, promises, progress, classes, settings, people.

    The data of ranking and model is a ModelStatus, that of all others a Progress. The stream of somebody who is signed
    out, or removed, ends.
    """
    cookie = cookie_of(request)
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
        yield _event(project, "progress", person.annotator_id)
        while True:
            await woken.wait()
            names = list(waiting)
            waiting.clear()
            woken.clear()
            urged.clear()
            if project.live.closed or project.people.person(cookie) is None:
                return
            for name in names:
                yield _event(project, name, person.annotator_id)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(urged.wait(), _PAUSE)
    finally:
        stop()


def _event(project: Project, name: str, annotator: int) -> ServerSentEvent:
    data = project.trainer.status() if name in _OF_THE_MODEL else project.progress(annotator)
    return ServerSentEvent(event=name, data=data)
