"""The log of a session, and the state that replaying it gives."""

from collections.abc import Iterable

import numpy as np

from querist import _random
from querist._pool import NumberedRows, plain
from querist._typing import FloatArray, IntArray, Pool, RandomState, Task
from querist._validation import n_rows, take_rows
from querist.data.hashing import pool_hash
from querist.exceptions import InvalidParameterError
from querist.session.events import Event, Released, RowsAdded, Skipped, Undone
from querist.session.finite import is_finite
from querist.session.state import State


class Journal:
    """What happened to a pool: append-only, and the one thing that every part of a session looks at.

    Parameters
    ----------
    X : pool
    seed : int
        Of everything random in the session.
    costs : ndarray of shape (n_rows,), default=None
        What the label of each row costs.
    task : {"classification", "regression"}, default="classification"
        Whether answers are classes or numbers.

    Attributes
    ----------
    events : list of Event
    state : State
        Replaced by another when the log is replayed anew.
    version : int
        Counts changes of the answers; a model is fresh if it was fitted at the same count.
    """

    def __init__(self, X: Pool, seed: int, costs: FloatArray | None = None, task: Task = "classification") -> None:
        self.X = X
        self.task: Task = task
        self.costs = costs
        self.seed = seed
        self.events: list[Event] = []
        self.state = State(X, task)
        self.version = 0
        self._finite: bool | None = None
        self._fingerprint: str | None = None

    @property
    def n_rows(self) -> int:
        """Rows in the pool."""
        return int(self.state.status.size)

    @property
    def pool(self) -> Pool:
        """The pool as it was given; `X` is what models are shown, which may know rows by number only."""
        return plain(self.X)

    @property
    def has_fixed_model(self) -> bool:
        """Whether the model is never trained, so that what it ever said of a row it says today."""
        return isinstance(self.X, NumberedRows)

    @property
    def is_finite(self) -> bool:
        """Whether the pool holds finite numbers only; found out once."""
        if self._finite is None:
            self._finite = is_finite(self.X)
        return self._finite

    @property
    def fingerprint(self) -> str:
        """Fingerprint of the pool; found out once."""
        if self._fingerprint is None:
            self._fingerprint = pool_hash(self.pool)
        return self._fingerprint

    @property
    def next_number(self) -> int:
        """Number of the next event."""
        return len(self.events)

    def record(self, event: Event) -> None:
        """Append an event and change the state as it says; it was checked before."""
        self.state.apply(event)
        self.events.append(event)

    def record_rows(self, kind: type[Skipped] | type[Released], rows: IntArray) -> None:
        """Record that something happened to rows, if there are any."""
        if rows.size:
            self.record(kind(self.next_number, rows))

    def undo(self, steps: int) -> tuple[Event, ...]:
        """Take back the last steps; see `Session.undo`."""
        doable = self.state.n_steps
        if doable < steps:
            raise InvalidParameterError(f"Cannot undo {steps} steps: there are {doable}. Undo so many or fewer.")
        taken = tuple(self.state.take_back() for _ in range(steps))
        for event in taken:
            self.record(Undone(self.next_number, event.number))
        self.version += 1
        return taken

    def extend(self, X: Pool, costs: FloatArray | None) -> None:
        """Let the pool grow; see `Session.extend`."""
        added = n_rows(X) - self.n_rows
        if added <= 0 or pool_hash(take_rows(X, slice(0, self.n_rows))) != self.fingerprint:
            raise InvalidParameterError(
                f"extend takes the whole new pool: the {self.n_rows} old rows first, unchanged, then the new ones."
            )
        self.X = NumberedRows(X) if isinstance(self.X, NumberedRows) else X
        self._finite = self._fingerprint = None
        self.costs = costs
        self.replay([RowsAdded(self.next_number, added)])

    def replay(self, added: Iterable[Event]) -> None:
        """Append events and derive the state anew."""
        self.events.extend(added)
        self.state = State(self.X, self.task)
        self.state.replay(self.events)
        self.version += 1


def seed_of(random_state: RandomState) -> int:
    """Return a session's seed, drawn where none is given."""
    if random_state is None:
        return _random.fresh_seed()
    if isinstance(random_state, bool) or not isinstance(random_state, int | np.integer) or random_state < 0:
        raise InvalidParameterError(
            f"random_state must be an int of at least 0 or None, got {random_state!r}. "
            "(A generator could not be saved with the session.)"
        )
    return int(random_state)
