"""Who may talk to the server: known hosts, the page's own origin, bodies that have an end."""

from collections.abc import Collection

from fastapi import HTTPException
from fastapi.responses import RedirectResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from querist.data.json_bounds import values_beyond
from querist.labelling.serving.project import Project
from querist.web.bounds import JOINING, BodyBound, body_bound
from querist.web.entrance import Entrance, is_same_origin
from querist.web.errors import ApiError
from querist.web.forwarded import said_by_proxy

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
#: Of every answer, refusals included.
SECURITY_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}
#: What a connection puts into the scope, to be called when a person with a cookie is behind it.
WELCOME = "querist.welcome"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITE = frozenset({"same-origin", "none"})
#: What somebody without a cookie can do.
SIGN_IN = "Open the link that the command printed, or ask the project's owner for a link."

_OWN_PAGE = "Open the page itself, at the address that the command printed."


class Guard:
    """Refuse foreign hosts (DNS rebinding), foreign origins (cross-site requests), and bodies that nobody may send.

    It also takes the base path and the words of proxies out of requests, so that the application below sees what the
    person's browser sees.

    Parameters
    ----------
    app : ASGI app
    project : Project
        Whose cookies count.
    entrance : Entrance
    open_to_strangers : collection of str
        Paths to which people without a cookie may send a body.
    """

    def __init__(self, app: ASGIApp, project: Project, entrance: Entrance, open_to_strangers: Collection[str]) -> None:
        self._app = app
        self._project = project
        self._entrance = entrance
        self._open_to_strangers = frozenset(open_to_strangers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
        body = _Body(receive) if has_body else None

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = MutableHeaders(scope=message)
                kept.update(SECURITY_HEADERS)
                if body is not None and not body.complete:
                    # What is still to come of a body that nobody wants is not waited for.
                    kept["connection"] = "close"
            await send(message)

        try:
            passed = self._passed(scope, headers)
            if passed["path"] == self._entrance.root != "":
                # Below it, what the page names is found.
                await RedirectResponse(f"{self._entrance.path}/", 307)(scope, receive, guarded)
                return
            known = self._is_known(passed)
            if body is not None:
                path = passed["path"].removeprefix(self._entrance.root)
                is_open = path in self._open_to_strangers
                if not known and not is_open:
                    raise ApiError(401, "not_signed_in", "You are not signed in.", hint=SIGN_IN)
                body.bound = JOINING if is_open else body_bound(path)
                if body.is_too_large(headers.get("content-length")):
                    raise ApiError(413, "too_large", body.complaint)
        except ApiError as refusal:
            await refusal.response(scope, receive, guarded)
            return
        await self._app(passed, receive if body is None else body.receive, guarded)

    def _passed(self, scope: Scope, headers: Headers) -> Scope:
        """Return the scope as the browser has it; raises where it is not for this server."""
        entrance = self._entrance
        hosts = headers.getlist("host")
        if len(hosts) > 1 or (not hosts and scope.get("http_version") == "1.1"):
            raise ApiError(400, "bad_host", "A request must have one Host header.")
        peer = scope["client"][0] if scope.get("client") else None
        told = said_by_proxy(headers, peer, entrance.proxies) if entrance.proxies else None
        host = (told and told.host) or (hosts[0] if hosts else "")
        if not entrance.answers_to(host):
            hint = "Open the address that the command printed, or allow this name: --allow-host NAME."
            raise ApiError(403, "foreign_host", f"This server does not answer to the name {host!r}.", hint=hint)
        scheme = (told and told.scheme) or entrance.scheme(host)
        origins = headers.getlist("origin")
        if scope["method"] not in _SAFE:
            self._check_origin(origins, host, scheme, headers.getlist("sec-fetch-site"))
        if scheme is None:
            public = entrance.public_url and "://".join(entrance.public or ())
            scheme = entrance.public[0] if entrance.public and public in origins else scope["scheme"]
        path, root = scope["path"], entrance.root
        if root and path != root and not path.startswith(f"{root}/"):
            path = root + path
        lines = scope["headers"]
        if hosts != [host]:
            lines = [(name, host.encode("latin-1") if name == b"host" else value) for name, value in lines]
        client = scope.get("client")
        if told is not None and told.client is not None:
            client = (told.client, 0)
        return {
            **scope,
            "scheme": scheme,
            "path": path,
            "root_path": root or scope.get("root_path", ""),
            "headers": lines,
            "client": client,
        }

    def _check_origin(self, origins: list[str], host: str, scheme: str | None, sites: list[str]) -> None:
        schemes = ("http", "https") if scheme is None else (scheme,)
        for origin in origins:
            if not is_same_origin(origin, host, schemes) and origin.lower() not in self._entrance.origins:
                hint = "Behind a proxy, say where the page is: --public-url ADDRESS."
                raise ApiError(403, "foreign_origin", f"Requests from pages of {origin!r} are refused.", hint=hint)
        if any(site.strip().lower() not in _OWN_SITE for site in sites):
            raise ApiError(403, "foreign_origin", "Requests from pages of other sites are refused.", hint=_OWN_PAGE)

    def _is_known(self, scope: Scope) -> bool:
        cookie = HTTPConnection(scope).cookies.get(cookie_name(self._project))
        if not cookie or self._project.people.person(cookie) is None:
            return False
        welcome = (scope.get("extensions") or {}).get(WELCOME)
        if welcome is not None:
            welcome()
        return True


class _Body:
    """A body that is read only when somebody asks for it, and only so far as it may go."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._n_bytes = 0
        self.bound: BodyBound = body_bound("")
        self.complete = False

    @property
    def complaint(self) -> str:
        return f"This request has at most {self.bound.n_bytes // 1024} KiB."

    def is_too_large(self, length: str | None) -> bool:
        return length is not None and length.isdigit() and int(length) > self.bound.n_bytes

    async def receive(self) -> Message:
        """Return the next part of an upload; of anything else the whole, so that it is known before it is parsed."""
        parts, most = [], self.bound.n_values
        while not self.complete:
            message = await self._receive()
            if message["type"] != "http.request":
                return message
            self.complete = not message.get("more_body", False)
            part = message.get("body", b"")
            self._n_bytes += len(part)
            # The one kind of exception that FastAPI lets through while it reads a body.
            if self._n_bytes > self.bound.n_bytes:
                raise HTTPException(413, self.complaint)
            if most is None:
                return message
            parts.append(part)
        if not parts:
            return await self._receive()
        body = b"".join(parts)
        if b"\0" in body:
            raise HTTPException(400, "JSON must be sent as UTF-8.")
        if most is not None and values_beyond(body, most):
            raise HTTPException(413, f"The JSON of this request holds at most {most:,} values.")
        return {"type": "http.request", "body": body, "more_body": False}


def cookie_name(project: Project) -> str:
    """Return the name of the project's cookie: browsers keep cookies per host, and projects differ by port."""
    return f"querist_{project.view.info.project_id.replace('-', '')[:16]}"
