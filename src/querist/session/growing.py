"""Columns that grow: what was said before is kept, and only what is new is written."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from querist._typing import AnyArray, IntArray
from querist.session.events import Event

if TYPE_CHECKING:
    import pandas as pd

# Stands for "missing" in columns of integers.
NONE = -(2**63)
_SPARE = 64


class Columns:
    """A table of columns, to which lines are added at the end.

    Adding k lines costs O(k); a data frame of them costs one copy of the columns.

    Parameters
    ----------
    dtypes : dict of str to dtype
        By name: int, "Int64" (whole numbers of which some are missing: `NONE`), float, bool or object.
    """

    def __init__(self, dtypes: dict[str, Any]) -> None:
        self._nullable = frozenset(name for name, dtype in dtypes.items() if dtype == "Int64")
        self._arrays: dict[str, AnyArray] = {
            name: np.empty(0, np.int64 if name in self._nullable else dtype) for name, dtype in dtypes.items()
        }
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def add(self, n_lines: int, **values: Any) -> slice:
        """Add lines, of which each column has one value or one for each line; return where they stand."""
        lines = slice(self._size, self._size + n_lines)
        for name, array in self._arrays.items():
            if lines.stop > array.size:
                grown = np.empty(max(lines.stop + _SPARE, 2 * array.size), array.dtype)
                grown[: self._size] = array[: self._size]
                self._arrays[name] = grown
            self._arrays[name][lines] = values[name]
        self._size = lines.stop
        return lines

    def put(self, name: str, lines: slice, value: Any) -> None:
        """Change one column of some lines."""
        self._arrays[name][lines] = value

    def frame(self, lines: IntArray | None = None, **instead: AnyArray) -> "pd.DataFrame":
        """Return lines as a data frame of its own.

        Parameters
        ----------
        lines : ndarray of positions, default=None
            -1 is a line in which everything is missing. None: all.
        **instead : ndarray
            Columns to show instead of those kept.
        """
        import pandas as pd

        series: dict[str, Any] = {}
        for name, array in self._arrays.items():
            taken = instead.get(name)
            if taken is None:
                taken = array[: self._size].copy() if lines is None else self.column(name, lines)
            if name in self._nullable:
                series[name] = pd.arrays.IntegerArray(taken, taken == NONE)
            else:
                # Told the dtype, pandas does not look through objects for one.
                series[name] = pd.Series(taken, dtype=taken.dtype, copy=False)
        return pd.DataFrame(series, copy=False)

    def column(self, name: str, lines: IntArray) -> AnyArray:
        """Return some lines of one column; see `frame`."""
        array = self._arrays[name]
        missing: Any = {"i": NONE, "f": np.nan, "b": False}.get(array.dtype.kind)
        if not self._size:
            return np.full(lines.size, missing, array.dtype)
        taken: AnyArray = array[lines]
        taken[lines < 0] = missing
        return taken


class EventLog(Sequence[Event]):
    """The log of a session as it stood at one moment; to look at it copies nothing.

    Parameters
    ----------
    events : list of Event
        Append-only.
    """

    def __init__(self, events: list[Event]) -> None:
        self._events = events
        self._size = len(events)

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, place: int) -> Event: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Event, ...]: ...

    def __getitem__(self, place: int | slice) -> Event | tuple[Event, ...]:
        if isinstance(place, slice):
            return tuple(self._events[number] for number in range(*place.indices(self._size)))
        if not -self._size <= place < self._size:
            raise IndexError(f"There are {self._size} events.")
        return self._events[place % self._size]

    def __iter__(self) -> Iterator[Event]:
        return (self._events[number] for number in range(self._size))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, EventLog | tuple | list):
            return NotImplemented
        return len(self) == len(other) and all(one == two for one, two in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))
