"""Run the server of one project until it is told to stop."""

import errno
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from querist.exceptions import InvalidParameterError
from querist.labelling.reading.standing import standing
from querist.labelling.serving.project import Project
from querist.web.app import create_app
from querist.web.bounds import KEEP_ALIVE_SECONDS
from querist.web.connection import Connection, DoorState
from querist.web.entrance import Entrance

DEFAULT_PORT = 8765
# So many ports after the wanted one are tried.
_PORTS = 50


class _Server(uvicorn.Server):
    """Tells when it listens, and lets open streams end at once when it stops."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None], on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self.server_state = DoorState()
        self._on_ready = on_ready
        self._on_stop = on_stop

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop in good order: uvicorn's own would raise the signal again, before the project is closed."""
        old = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in old.items():
                signal.signal(number, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            threading.Thread(target=self._on_ready, daemon=True).start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._on_stop()
        await super().shutdown(sockets=sockets)


def serve(
    location: str,
    *,
    entrance: Entrance | None = None,
    port: int | None = None,
    annotator: str = "me",
    on_ready: Callable[[str, tuple[str, ...], tuple[str, ...]], None] | None = None,
) -> int:
    """Serve a project until Ctrl-C or SIGTERM.

    Parameters
    ----------
    location : str
        Path of a project file, or address of a PostgreSQL database.
    entrance : Entrance, default=None
        Where to listen, and where people find the page; None: on this machine alone. Anything else: people from the
        network may open the page, with a link.
    port : int, default=None
        None: where the project was served last, else 8765. If it is taken, the next free one.
    annotator : str, default="me"
        Who the printed link signs in: an owner, or somebody new, who becomes one.
    on_ready : callable, default=None
        Called with the link, with notes (a port that was taken, a data file that moved) and with lines on where the
        project stands, once the page can be opened.

    Returns
    -------
    int
        The port.

    Raises
    ------
    ProjectInUseError
        If another process serves the project.
    InvalidParameterError
        If the host is not an address of this machine, no port is free, or the annotator owns nothing here.
    """
    entrance = entrance or Entrance()
    project = Project.open(location)
    try:
        wanted = port or project.settings.port or DEFAULT_PORT
        listener = _listen(entrance.host.strip("[]"), wanted)
        taken: int = listener.getsockname()[1]
        notes = [*project.warnings]
        if taken != wanted:
            notes.append(f"port {wanted} is in use, so the page is at port {taken}")
        notes += entrance.notes
        project.remember_port(taken)
        project.store.announce(entrance.local_address(taken))
        stands = tuple(standing(project.view))
        token, _ = project.people.link_of_command(annotator).result()
        # Behind the #, so that no server on the way and no log has it.
        link = f"{entrance.address(taken)}/#/join?token={token}"
        server = _Server(
            uvicorn.Config(
                create_app(project, entrance=entrance),
                http=Connection,
                ws="none",
                # `Guard` reads what proxies say; uvicorn would believe every program on this machine.
                proxy_headers=False,
                # What strangers send wrong is no news.
                log_level="error",
                access_log=False,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=3,
                server_header=False,
            ),
            on_ready=lambda: on_ready(link, tuple(notes), stands) if on_ready else None,
            on_stop=project.live.close,
        )
        server.run(sockets=[listener])
        return taken
    finally:
        project.close()


def _listen(host: str, wanted: int) -> socket.socket:
    try:
        families = [each[0] for each in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise InvalidParameterError(
            f"Cannot listen on {host!r}: nothing is known by that name. Name another with --host."
        ) from error
    family = socket.AF_INET if socket.AF_INET in families else families[0]
    for port in range(wanted, min(wanted + _PORTS, 65_536)):
        listener = socket.socket(family)
        if sys.platform != "win32":  # where it would let two servers share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except PermissionError:
            listener.close()
            raise InvalidParameterError(f"Port {port} may not be used. Use one above 1023.") from None
        except OSError as error:
            listener.close()
            if not _is_taken(error):
                raise InvalidParameterError(
                    f"Cannot listen on {host!r}: {error.strerror}. Name another with --host."
                ) from error
            continue
        listener.listen(2048)
        return listener
    raise InvalidParameterError(f"No port from {wanted} to {wanted + _PORTS - 1} is free. Name another with --port.")


def _is_taken(error: OSError) -> bool:
    return error.errno in (errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE))
