"""Who is connected: people who have shown a cookie, and strangers, who may not fill the room."""

import logging
import time
from collections.abc import Callable
from typing import Protocol

from querist.web import bounds

_LOG = logging.getLogger("querist.web")
# So often at most it is told that connections were turned away.
_TELL_SECONDS = 60.0


class Guest(Protocol):
    """A connection."""

    def send_away(self) -> None:
        """Close at once."""


class Crowd:
    """All connections of a server, bounded in number.

    A connection begins as a stranger's. A stranger too many drives out the oldest of the address that has most of
    them, so that who floods the server is in his own way first; behind a proxy all have one address.

    Parameters
    ----------
    most : int
        Connections in all.
    most_strangers : int
    clock : callable, default=time.monotonic
    """

    def __init__(self, most: int, most_strangers: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._most_strangers = most_strangers
        self._clock = clock
        self._known: set[Guest] = set()
        self._strangers: dict[str, dict[Guest, None]] = {}
        self._n_strangers = 0
        self._turned_away = 0
        self._told_at = -_TELL_SECONDS

    @classmethod
    def of_this_process(cls) -> "Crowd":
        """Return a crowd as large as the process may have files open."""
        most = min(bounds.CONNECTIONS, max(open_files_allowed() - bounds.SPARE_HANDLES, 50))
        return cls(most, min(bounds.STRANGERS, most // 4))

    def __len__(self) -> int:
        """Return the number of connections."""
        return len(self._known) + self._n_strangers

    def enter(self, guest: Guest, address: str) -> bool:
        """Let a connection in; another may have to go for it. Return whether there is room."""
        while self._n_strangers and (self._n_strangers >= self._most_strangers or len(self) >= self._most):
            busiest = max(self._strangers.values(), key=len)
            self._turn_away(next(iter(busiest)))
        if len(self) >= self._most:
            self._tell()
            return False
        self._strangers.setdefault(address, {})[guest] = None
        self._n_strangers += 1
        return True

    def welcome(self, guest: Guest, address: str) -> None:
        """Remember that a person is behind the connection."""
        if self._forget(guest, address):
            self._known.add(guest)

    def leave(self, guest: Guest, address: str) -> None:
        """Forget a connection that is closed."""
        self._known.discard(guest)
        self._forget(guest, address)

    def _forget(self, guest: Guest, address: str) -> bool:
        there = self._strangers.get(address, {})
        if guest not in there:
            return False
        del there[guest]
        self._n_strangers -= 1
        if not there:
            del self._strangers[address]
        return True

    def _turn_away(self, guest: Guest) -> None:
        address = next(address for address, there in self._strangers.items() if guest in there)
        self._forget(guest, address)
        self._tell()
        guest.send_away()

    def _tell(self) -> None:
        self._turned_away += 1
        if self._clock() - self._told_at < _TELL_SECONDS:
            return
        self._told_at = self._clock()
        _LOG.warning(
            "Turned away so far: %d connections. At most %d at once are served, %d of them of people without a cookie.",
            self._turned_away,
            self._most,
            self._most_strangers,
        )


def open_files_allowed() -> int:
    """Return how many files and connections the process may have open at once."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return bounds.CONNECTIONS + bounds.SPARE_HANDLES
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return bounds.CONNECTIONS + bounds.SPARE_HANDLES if soft == resource.RLIM_INFINITY else soft
