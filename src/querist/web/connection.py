"""One connection of a browser, a proxy or an attacker: what it sends, and how long it takes, is bounded.

uvicorn with httptools bounds neither the bytes and lines of a head, nor the time that it takes, nor trailers and
requests sent ahead. h11, its other parser, bounds the bytes of a head only, and is slower (decision 19). So this is
uvicorn's protocol with the missing bounds.
"""

import asyncio
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlsplit

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from querist.web import bounds
from querist.web.crowd import Crowd
from querist.web.security import SECURITY_HEADERS, WELCOME


class DoorState(ServerState):
    """uvicorn's state of a server, and who is connected."""

    def __init__(self) -> None:
        super().__init__()
        self.crowd = Crowd.of_this_process()


class _Refused(Exception):  # noqa: N818  # no error: it never leaves the connection
    """Ends the parser; what is answered stands in the connection."""


class Connection(HttpToolsProtocol):
    """A connection with bounds; `querist.web.bounds` has the figures."""

    def __init__(
        self,
        config: Any,
        server_state: DoorState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config=config, server_state=server_state, app_state=app_state, _loop=_loop)
        self._crowd = server_state.crowd
        self._address = ""
        self._admitted = False
        self._refusal = HTTPStatus.BAD_REQUEST
        self._cut_off = False
        # The head that is coming in: bytes of it that are not parsed yet, bytes and lines of it that are.
        self._in_head = True
        self._n_messages = 0
        self._n_raw = 0
        self._n_head = 0
        self._n_lines = 0
        # The body: bytes of it, and bytes around it (chunk sizes, trailers).
        self._n_body = 0
        self._n_around = 0
        self._began = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._stall: asyncio.TimerHandle | None = None
        self._lingering: _LingeringTransport | None = None

    # ------------------------------------------------------------------ the connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's, narrower than asyncio's
        """Let it in if there is room."""
        peer = transport.get_extra_info("peername")
        self._address = str(peer[0]) if isinstance(peer, tuple) else ""
        self._admitted = self._crowd.enter(self, self._address)
        if not self._admitted:
            transport.abort()
            return
        self._lingering = _LingeringTransport(transport, self)
        super().connection_made(cast(asyncio.Transport, self._lingering))
        self._wait(bounds.HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        if not self._admitted:
            return
        self._stop_waiting()
        self._flowing()
        self._crowd.leave(self, self._address)
        if self._lingering is not None:
            self._lingering.end()
        super().connection_lost(exc)
        self._unset_keepalive_if_required()

    @property
    def is_amid_request(self) -> bool:
        """Whether the other side has not sent all of its request."""
        return not self._in_head or self._cut_off

    def send_away(self) -> None:
        """Close at once: others need the room."""
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Parse what came, unless the connection only waits for its end."""
        if self._lingering is not None and self._lingering.closing:
            self._lingering.discard(len(data))
            return
        was_in_head, messages, body = self._in_head, self._n_messages, self._n_body
        super().data_received(data)
        if self.transport.is_closing() or self.parser is None:
            return
        if self._in_head:
            # What came with the end of another message is at most one read, and not counted.
            if was_in_head and self._n_messages == messages:
                self._n_raw += len(data)
                if self._n_raw > bounds.MAX_HEAD:
                    self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
                elif self._timer is None:
                    self._wait(bounds.HEAD_SECONDS)
            return
        if not was_in_head:
            self._n_around += len(data) - (self._n_body - body)
            if self._n_around > bounds.MAX_HEAD + 8 * min(self._n_body, bounds.MIB):
                self._refuse(HTTPStatus.BAD_REQUEST)
                return
        if self._timer is None:
            self._wait(bounds.BODY_SECONDS)

    def pause_writing(self) -> None:
        """Wait for the other side to take what was sent, but not for ever."""
        super().pause_writing()
        if self._stall is None:
            self._stall = self.loop.call_later(bounds.STALLED_SECONDS, self.send_away)

    def resume_writing(self) -> None:
        """Go on."""
        super().resume_writing()
        self._flowing()

    def _flowing(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    # ------------------------------------------------------------------ what the parser tells

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._n_head = self._n_lines = 0

    def on_url(self, url: bytes) -> None:
        """Count it."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header line; one that comes after the body (a trailer) is no header of this request any more."""
        self._n_lines += 1
        if self._n_lines > bounds.MAX_HEADER_LINES:
            self._refusal = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            raise _Refused
        self._count(len(name) + len(value) + 4)
        if self._in_head:
            super().on_header(name, value)

    def _count(self, n_bytes: int) -> None:
        self._n_head += n_bytes
        if self._n_head > bounds.MAX_HEAD:
            self._refusal = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            raise _Refused

    def on_headers_complete(self) -> None:
        """Begin to answer."""
        self._in_head = False
        self._n_raw = self._n_body = self._n_around = 0
        self._stop_waiting()
        if len(self.pipeline) >= bounds.MAX_PIPELINED:
            raise _Refused
        if not self.url.startswith(b"/"):
            self._take_absolute_form()
        # Guard says through this that a person is behind the connection.
        cast(dict[str, Any], self.scope)["extensions"] = {WELCOME: self._welcome}
        super().on_headers_complete()

    def _take_absolute_form(self) -> None:
        """Judge ``GET http://host/path`` by the host in the target, as RFC 9112 (3.2.2) asks."""
        try:
            target = urlsplit(self.url.decode("ascii"))
        except ValueError:
            raise _Refused from None
        if target.scheme.lower() not in ("http", "https") or not target.netloc:
            raise _Refused
        if sum(name == b"host" for name, _ in self.headers) == 1:
            host = target.netloc.encode()
            self.headers[:] = [(name, host if name == b"host" else value) for name, value in self.headers]
        self.url = (target.path or "/").encode() + (b"?" + target.query.encode() if target.query else b"")

    def on_body(self, body: bytes) -> None:
        """Count it, and keep it for who asks."""
        self._n_body += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Wait for the next request."""
        self._in_head = True
        self._n_messages += 1
        self._stop_waiting()
        super().on_message_complete()

    def _welcome(self) -> None:
        self._crowd.welcome(self, self._address)

    # ------------------------------------------------------------------ time

    def _wait(self, seconds: float) -> None:
        self._began = self.loop.time()
        self._timer = self.loop.call_later(seconds, self._late)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        self._timer = None
        if self._in_head:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
            return
        allowed = bounds.BODY_SECONDS + self._n_body / bounds.BODY_BYTES_A_SECOND
        left = self._began + allowed - self.loop.time()
        if self.flow.read_paused:  # then it is we who do not take it
            left = max(left, bounds.BODY_SECONDS)
        if left <= 0:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self._timer = self.loop.call_later(left, self._late)

    # ------------------------------------------------------------------ refusing

    def send_400_response(self, msg: str) -> None:
        """Answer what the parser would not take."""
        self._refuse(self._refusal)

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer by status, unless an answer has begun; the connection ends."""
        self._stop_waiting()
        if self.transport.is_closing():
            return
        # Nothing was asked yet: there is nobody to answer.
        silent = self._in_head and not self._n_raw and status is HTTPStatus.REQUEST_TIMEOUT
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            silent = silent or cycle.response_started or bool(self.pipeline)
            cycle.disconnected = True
            cycle.message_event.set()
        if not silent:
            lines = {**SECURITY_HEADERS, "content-length": "0", "connection": "close"}
            head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
            self._cut_off = status is not HTTPStatus.REQUEST_TIMEOUT
            self.transport.write(f"HTTP/1.1 {status.value} {status.phrase}\r\n{head}\r\n".encode())
        self.transport.close()


class _LingeringTransport:
    """A transport that reads on for a moment when it is closed amid a request.

    Closed with unread bytes, a connection is reset, and the answer that says why may be lost (RFC 9112, 9.6).
    """

    __slots__ = ("_connection", "_left", "_timer", "_transport", "closing")

    def __init__(self, transport: asyncio.Transport, connection: Connection) -> None:
        self._transport = transport
        self._connection = connection
        self._left = bounds.LINGER_BYTES
        self._timer: asyncio.TimerHandle | None = None
        self.closing = False

    def write(self, data: bytes) -> None:
        self._transport.write(data)

    def is_closing(self) -> bool:
        return self.closing or self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()

    def abort(self) -> None:
        self.closing = True
        self._transport.abort()

    def close(self) -> None:
        if self.is_closing():
            return
        self.closing = True
        connection = self._connection
        if not connection.is_amid_request or not self._transport.can_write_eof():
            self._transport.close()
            return
        self._transport.write_eof()
        self._timer = connection.loop.call_later(bounds.LINGER_SECONDS, self._transport.abort)
        connection.flow.resume_reading()

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def discard(self, n_bytes: int) -> None:
        self._left -= n_bytes
        if self._left < 0:
            self._transport.abort()
