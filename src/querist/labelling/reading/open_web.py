"""Fetch from the open web, and from nowhere else: an address in the data must not reach into the local network.

A name is looked up once, all that it stands for must be public, and the connection goes to what was found: a name that
answers differently the next time (DNS rebinding) leads nowhere else. Each redirect is a new address, judged anew.
"""

import contextlib
import functools
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPException, HTTPResponse
from queue import Empty, Queue
from typing import Any
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from querist.exceptions import ImageError
from querist.labelling.reading.public_addresses import is_public

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
_BLOCK = 1 << 16
# What a path and a query may hold as it is; everything else is written in percents.
_SAFE = "/%:=&?~#+!$,;'@()*[]"
_CHECK = "Check the address, or try again later."
_FOLDER = "Save the images in a folder, and name it with --images."

Resolver = Callable[..., list[tuple[Any, ...]]]


class OpenWeb:
    """Fetches files.

    Parameters
    ----------
    most_bytes : int
        Larger ones are refused.
    seconds : float
        For all of it: looking up names, redirects, and the last byte.
    resolve : callable, default=`socket.getaddrinfo`
    allowed : callable, default=`is_public`
        Whether an address, as text, may be connected to.
    trust : ssl.SSLContext, default=None
        Whose certificates are believed; None: those that the system believes.
    """

    def __init__(
        self,
        *,
        most_bytes: int,
        seconds: float,
        resolve: Resolver = socket.getaddrinfo,
        allowed: Callable[[str], bool] = is_public,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._most_bytes = most_bytes
        self._seconds = seconds
        self._resolve = resolve
        self._allowed = allowed
        self._trust = trust

    def fetch(self, address: str, *, accept: str) -> bytes:
        """Return what stands at an address.

        Raises
        ------
        ImageError
            If it is no address of the web, lies in a local network, or cannot be fetched whole and in time.
        """
        ends = time.monotonic() + self._seconds
        place = address
        try:
            for _ in range(_MOST_REDIRECTS + 1):
                with self._asked(place, accept, ends) as reply:
                    if reply.status not in _REDIRECTS:
                        if reply.status != 200:
                            raise ImageError(f"{address} cannot be fetched: {reply.status} {reply.reason}. {_CHECK}")
                        return self._body(reply, address, ends)
                    place = urljoin(place, reply.headers.get("location", ""))
        except (OSError, ValueError, HTTPException) as error:
            if isinstance(error, ImageError):
                raise
            late = time.monotonic() >= ends
            why = f"it took longer than {self._seconds:g} s" if late else str(error) or type(error).__name__
            raise ImageError(f"{address} cannot be fetched: {why}. {_CHECK}") from error
        raise ImageError(f"{address} cannot be fetched: it leads from one address to the next. {_CHECK}")

    def _body(self, reply: HTTPResponse, address: str, ends: float) -> bytes:
        content = bytearray()
        while block := reply.read(_BLOCK):
            content += block
            if len(content) > self._most_bytes:
                raise ImageError(f"{address} is larger than {self._most_bytes // 2**20} MiB. Make it smaller.")
        if time.monotonic() >= ends:  # a connection that was cut looks like one that has ended
            raise TimeoutError
        if reply.length:  # http.client says of a body that ends too early nothing where it is read in blocks
            raise ImageError(f"{address} cannot be fetched: it ended {reply.length} bytes too early. Try again.")
        return bytes(content)

    @contextlib.contextmanager
    def _asked(self, place: str, accept: str, ends: float) -> Iterator[HTTPResponse]:
        """Ask for an address, and give the reply; when the time is up the connection is cut."""
        parts = urlsplit(place)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ImageError(f"{place} is no http or https address. Correct it in the data.")
        host = parts.hostname if ":" in parts.hostname else parts.hostname.encode("idna").decode()
        port = parts.port or (443 if parts.scheme == "https" else 80)
        addresses = self._looked_up(place, host, port, ends)
        connection = HTTPConnection(host, port)
        with (
            contextlib.closing(connection),
            _connected(addresses, port, ends) as plain,
            _cut_at(plain, ends),
            contextlib.closing(self._secured(plain, host) if parts.scheme == "https" else plain) as connection.sock,
        ):
            connection.putrequest("GET", _target(parts), skip_host=True, skip_accept_encoding=True)
            name = f"[{host}]" if ":" in host else host
            connection.putheader("Host", name if parts.port is None else f"{name}:{port}")
            connection.putheader("User-Agent", "querist")
            connection.putheader("Accept", accept)
            connection.putheader("Accept-Encoding", "identity")
            connection.putheader("Connection", "close")
            connection.endheaders()
            with connection.getresponse() as reply:
                yield reply

    def _secured(self, plain: socket.socket, host: str) -> ssl.SSLSocket:
        context = _system_trust() if self._trust is None else self._trust
        return context.wrap_socket(plain, server_hostname=host)

    def _looked_up(self, place: str, host: str, port: int, ends: float) -> list[str]:
        """Return the addresses that a name stands for; all of them must be allowed."""
        found: Queue[list[tuple[Any, ...]] | OSError] = Queue()

        def look() -> None:
            try:
                found.put(self._resolve(host, port, type=socket.SOCK_STREAM))
            except OSError as error:
                found.put(error)
            except UnicodeError as error:
                found.put(OSError(str(error)))

        # A resolver has no time limit of its own; one that does not answer is left behind.
        threading.Thread(target=look, daemon=True).start()
        try:
            answer = found.get(timeout=max(ends - time.monotonic(), 0))
        except Empty:
            raise TimeoutError("its name was not found in time") from None
        if isinstance(answer, OSError):
            raise answer
        addresses = [str(where[0]) for *_, where in answer]
        if not all(self._allowed(each) for each in addresses):
            raise ImageError(f"{place} lies in a local network, and is not fetched from there. {_FOLDER}")
        return addresses


@functools.cache
def _system_trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def _target(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe=_SAFE)
    return f"{path}?{quote(parts.query, safe=_SAFE)}" if parts.query else path


def _connected(addresses: list[str], port: int, ends: float) -> socket.socket:
    """Return a connection to the first address that takes one."""
    for last, where in enumerate(addresses, 1 - len(addresses)):
        try:
            plain = socket.create_connection((where, port), timeout=max(ends - time.monotonic(), 0.001))
        except OSError:
            if not last:
                raise
        else:
            plain.settimeout(None)  # the connection is cut at the end
            return plain
    raise OSError("its name stands for no address")


@contextlib.contextmanager
def _cut_at(plain: socket.socket, ends: float) -> Iterator[None]:
    """Cut a connection when the time is up, whatever is read or written then: a limit for each read is none for all."""
    # A second descriptor of the same connection: securing it takes the first one away.
    double = plain.dup()

    def cut() -> None:
        with contextlib.suppress(OSError):
            double.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(ends - time.monotonic(), 0), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        double.close()
