"""The log as tables, kept up to date: each call reads only the events that are new."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from querist._labels import as_objects
from querist._typing import IntArray
from querist.session.events import (
    Answered,
    Asked,
    Changed,
    ClassesAdded,
    Event,
    Flagged,
    RowsAdded,
    RowsEvent,
    Undone,
)
from querist.session.growing import NONE, Columns

if TYPE_CHECKING:
    import pandas as pd

_HISTORY: dict[str, Any] = {
    "number": int, "event": object, "row": "Int64", "label": object, "weight": float, "round": "Int64", "how": object,
    "promise": "Int64", "strategy": object, "utility": float, "note": object, "undone": bool,
}  # fmt: skip
_NOT_SAID: dict[str, Any] = {
    "row": NONE, "label": None, "weight": np.nan, "round": NONE, "how": None, "promise": NONE, "strategy": None,
    "utility": np.nan, "note": None, "undone": False,
}  # fmt: skip
_REASONS: dict[str, Any] = {
    "row": int, "how": object, "round": "Int64", "rank": "Int64", "promise": "Int64", "strategy": object,
    "utility": float, "probability": float, "n_labelled": "Int64",
}  # fmt: skip
_UNASKED: dict[str, Any] = {
    "how": "told unasked", "round": NONE, "rank": NONE, "promise": NONE, "strategy": None, "utility": np.nan,
    "probability": np.nan, "n_labelled": NONE,
}  # fmt: skip


class History:
    """One line per event and row: number, event, row, label, weight, round, how, promise, ..., undone."""

    def __init__(self) -> None:
        self._lines = Columns(_HISTORY)
        # Where the lines of each event stand: an undone event is told beside the event itself.
        self._places: list[slice] = []

    def frame(self, events: Sequence[Event]) -> "pd.DataFrame":
        """Return the table of a log; of one that only grew since the last call."""
        for event in events[len(self._places) :]:
            self._add(event)
        return self._lines.frame()

    def _add(self, event: Event) -> None:
        said: dict[str, Any] = _NOT_SAID | {"number": event.number, "event": event.kind, "note": _note(event)}
        n_lines = 1
        if isinstance(event, RowsEvent):
            n_lines = event.rows.size
            said["row"] = event.rows
        if isinstance(event, Asked):
            said |= _purpose(event) | {"utility": event.utilities}
        if isinstance(event, Answered | Changed):
            said["label"] = as_objects(event.labels.tolist())
            if event.weights is not None:
                said["weight"] = event.weights
        self._places.append(self._lines.add(n_lines, **said))
        if isinstance(event, Undone):
            self._lines.put("undone", self._places[event.target], True)


class Reasons:
    """One line per row: how, round, rank, promise, strategy ... of its last ask."""

    def __init__(self) -> None:
        self._lines = Columns(_REASONS)
        self._n_seen = 0
        # The line of each row of the pool; -1: there is none.
        self._line: IntArray = np.empty(0, np.int64)

    def frame(self, events: Sequence[Event], rows: IntArray | None) -> "pd.DataFrame":
        """Return the lines of rows (None: of all that were asked or answered), by a log that only grew."""
        for event in events[self._n_seen :]:
            self._add(event)
        self._n_seen = len(events)
        wanted = np.flatnonzero(self._line >= 0) if rows is None else rows
        lines = self._line[wanted]
        how = self._lines.column("how", lines)
        how[lines < 0] = "untouched"
        return self._lines.frame(lines, row=wanted.copy(), how=how)

    def _add(self, event: Event) -> None:
        if isinstance(event, RowsAdded):
            self._line = np.append(self._line, np.full(event.n_rows, -1))
        elif isinstance(event, Asked):
            said = _purpose(event) | {"row": event.rows, "rank": np.arange(1, event.rows.size + 1)}
            said |= {"utility": event.utilities, "n_labelled": event.n_labelled}
            said["probability"] = np.nan if event.probabilities is None else event.probabilities
            self._point(event.rows, self._lines.add(event.rows.size, **said))
        elif isinstance(event, Answered):
            fresh = event.rows[self._line[event.rows] < 0]
            if fresh.size:
                self._point(fresh, self._lines.add(fresh.size, **(_UNASKED | {"row": fresh})))

    def _point(self, rows: IntArray, lines: slice) -> None:
        self._line[rows] = np.arange(lines.start, lines.stop)


def _purpose(event: Asked) -> dict[str, Any]:
    """Return what rows were asked for, in the words of both tables."""
    promise = NONE if event.promise is None else event.promise
    return {"how": event.how, "round": event.round, "promise": promise, "strategy": event.strategy or None}


def _note(event: Event) -> str | None:
    if isinstance(event, RowsAdded):
        return f"{event.n_rows} rows"
    if isinstance(event, ClassesAdded):
        return ", ".join(map(str, event.classes))
    if isinstance(event, Undone):
        return f"takes back number {event.target}"
    return event.note if isinstance(event, Flagged) else None
