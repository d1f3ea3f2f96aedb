"""The log of a session, and the state that replaying it gives."""

from collections.abc import Iterable

from querist._typing import Pool
from querist.session.events import Event
from querist.session.finite import is_finite
from querist.session.state import State


class Journal:
    """What happened to a pool: append-only, and the one thing that every part of a session looks at.

    Parameters
    ----------
    X : pool
    seed : int
        Of everything random in the session.

    Attributes
    ----------
    events : list of Event
    state : State
        Replaced by another when the log is replayed anew.
    version : int
        Counts changes of the answers; a model is fresh if it was fitted at the same count.
    """

    def __init__(self, X: Pool, seed: int) -> None:
        self.X = X
        self.seed = seed
        self.events: list[Event] = []
        self.state = State(X)
        self.version = 0
        self._finite: bool | None = None

    @property
    def n_rows(self) -> int:
        """Rows in the pool."""
        return int(self.state.status.size)

    @property
    def is_finite(self) -> bool:
        """Whether the pool holds finite numbers only; found out once."""
        if self._finite is None:
            self._finite = is_finite(self.X)
        return self._finite

    @property
    def next_number(self) -> int:
        """Number of the next event."""
        return len(self.events)

    def record(self, event: Event) -> None:
        """Append an event and change the state as it says; it was checked before."""
        self.state.apply(event)
        self.events.append(event)

    def replay(self, added: Iterable[Event], X: Pool = None) -> None:
        """Append events and derive the state anew, because some of them take others back, or the pool grew."""
        if X is not None:
            self.X, self._finite = X, None
        self.events.extend(added)
        self.state = State(self.X)
        self.state.replay(self.events)
        self.version += 1
