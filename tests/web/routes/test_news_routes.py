"""The stream of news, read event by event."""

import asyncio
import json

import pytest
from example_project import cookie_for

from querist.web.app import create_app
from querist.web.security import cookie_name

pytestmark = pytest.mark.anyio


class Reader:
    """A browser that listens, at the level of ASGI: httpx would wait for the end of the stream."""

    def __init__(self, project, name="ada"):
        self.cookie = cookie_for(project, name)
        self._cookie = f"{cookie_name(project)}={self.cookie}"
        self._app = create_app(project)
        self._gone = asyncio.Event()
        self._parts = asyncio.Queue()
        self.headers = {}

    async def __aenter__(self):
        self._task = asyncio.create_task(self._app(self._scope(), self._receive, self._send))
        return self

    async def __aexit__(self, *error):
        self._gone.set()
        await asyncio.wait_for(self._task, 10)

    def _scope(self):
        headers = [(b"host", b"localhost"), (b"cookie", self._cookie.encode()), (b"last-event-id", b"7")]
        path = "/api/v1/stream"
        return {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET",
            "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
            "headers": headers, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
        }  # fmt: skip

    async def _receive(self):
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message):
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        elif message["body"]:
            await self._parts.put(message["body"].decode())

    async def part(self):
        """Return the next event, or comment, as it was sent."""
        return await asyncio.wait_for(self._parts.get(), 10)

    async def event(self):
        """Return name and data of the next event."""
        name, data, *rest = (await self.part()).split("\n")
        assert rest == ["", ""]
        return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))

    async def ended(self):
        await asyncio.wait_for(self._task, 10)


async def test_it_begins_with_where_the_project_stands(project):
    async with Reader(project) as reader:
        name, data = await reader.event()
        assert (name, data["n_rows"], data["mine"]) == ("progress", 40, 0)
        assert reader.status == 200
        assert reader.headers["content-type"].startswith("text/event-stream")
        assert reader.headers["x-accel-buffering"] == "no"
        assert "no-" in reader.headers["cache-control"]


async def test_what_comes_together_is_told_once(project):
    async with Reader(project) as reader:
        await reader.event()
        for name in ("progress", "model", "progress", "ranking", "model", "classes"):
            project.live.tell(name)
        told = [await reader.event() for _ in range(4)]
        assert [name for name, _ in told] == ["progress", "model", "ranking", "classes"]
        data = dict(told)
        assert data["model"] == data["ranking"]
        assert (data["model"]["state"], data["model"]["version"]) == ("waiting", 0)
        assert data["classes"]["class_version"] == 1


async def test_news_that_somebody_waits_for_do_not_wait(project):
    async with Reader(project) as reader:
        await reader.event()
        project.live.tell("progress")
        await reader.event()
        # The pause after the last news has begun, and ends with these.
        project.live.tell("figures")
        assert (await reader.event())[0] == "figures"


async def test_a_quiet_stream_gives_a_sign_of_life(project, monkeypatch):
    monkeypatch.setattr("fastapi.routing._PING_INTERVAL", 0.02)
    async with Reader(project) as reader:
        await reader.event()
        assert (await reader.part()).startswith(":")
        assert (await reader.part()).startswith(":")
        project.live.tell("settings")
        while (part := await reader.part()).startswith(":"):
            pass
        assert part.startswith("event: settings")


async def test_whoever_leaves_is_told_no_more(project):
    async with Reader(project) as reader:
        await reader.event()
        assert len(project.live._listeners) == 1
    assert project.live._listeners == []


async def test_it_ends_when_the_server_does(project):
    async with Reader(project) as reader:
        await reader.event()
        project.live.close()
        await reader.ended()
    assert project.live._listeners == []


@pytest.mark.parametrize("how", ["removed", "signed out here", "signed out everywhere", "by an owner"])
async def test_it_ends_for_those_who_are_out_and_for_nobody_else(project, how):
    async with Reader(project, "zoe") as zoe, Reader(project) as ada:
        await zoe.event()
        await ada.event()
        person = project.people.person(zoe.cookie).annotator_id
        if how == "removed":
            project.people.remove(person).result()
        elif how == "signed out here":
            project.people.sign_out(zoe.cookie).result()
        else:
            project.people.sign_out_everywhere(person, by=1 if how == "by an owner" else person).result()
        await zoe.ended()
        while (await ada.event())[0] != "people":
            pass
