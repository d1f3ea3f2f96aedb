"""Who may talk to the server: known hosts, the page's own origin, bodies that have an end."""

import re
from collections.abc import Collection

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from querist.labelling.serving.project import Project
from querist.web.errors import ApiError

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# What the Host header and the end of an Origin may look like: a name or an address, and a port.
_HOST = re.compile(r"([\w.-]+|\[[0-9a-fA-F:.]+\])(:\d{1,5})?", re.ASCII)
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# Uploads and everything else a person sends.
MAX_BODY = 64 * 2**20


class Guard:
    """Refuse foreign hosts (DNS rebinding), foreign origins (cross-site requests) and bodies without bound.

    Parameters
    ----------
    app : ASGI app
    hosts : collection of str
        Names that the server answers to, without ports; empty: any (the server is open to a network,
        where its own name is not known, and people need an invitation).
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope["method"], headers)
        if refusal is not None:
            await refusal.response(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self._app(scope, _bounded(receive), guarded)

    def _refusal(self, method: str, headers: Headers) -> ApiError | None:
        host = headers.get("host", "")
        if self._hosts and _name_of(host) not in self._hosts:
            hint = "Open the address that the command printed."
            return ApiError(403, "foreign_host", f"This server does not answer to the name {host!r}.", hint=hint)
        if method in _SAFE:
            return None
        origin = headers.get("origin")
        if origin is not None and origin not in (f"http://{host}", f"https://{host}"):
            return ApiError(403, "foreign_origin", f"Requests from pages of {origin!r} are refused.")
        if headers.get("sec-fetch-site") in ("cross-site", "same-site"):
            return ApiError(403, "foreign_origin", "Requests from pages of other sites are refused.")
        return None


def _bounded(receive: Receive) -> Receive:
    received = 0

    async def bounded() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > MAX_BODY:
            # The one kind of exception that FastAPI lets through while it reads a body.
            raise HTTPException(413, f"A request has at most {MAX_BODY // 2**20} MiB.")
        return message

    return bounded


def _name_of(host: str) -> str:
    found = _HOST.fullmatch(host)
    return found[1].strip("[]").lower() if found else ""


def cookie_name(project: Project) -> str:
    """Return the name of the project's cookie: browsers keep cookies per host, and projects differ by port."""
    return f"querist_{project.view.info.project_id.replace('-', '')[:16]}"
