"""The log as tables."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

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
    undone,
)

if TYPE_CHECKING:
    import pandas as pd


def history(events: Iterable[Event]) -> "pd.DataFrame":
    """Return one line per event and row: number, event, row, label, round, how, promise, ..., undone."""
    import pandas as pd

    log = list(events)
    gone = undone(log)
    lines = [line for event in log for line in _lines(event, event.number in gone)]
    return pd.DataFrame(lines, columns=_COLUMNS).astype({"row": "Int64", "round": "Int64", "promise": "Int64"})


_COLUMNS = ["number", "event", "row", "label", "round", "how", "promise", "strategy", "utility", "note", "undone"]


def _lines(event: Event, is_undone: bool) -> list[dict[str, Any]]:
    line: dict[str, Any] = dict.fromkeys(_COLUMNS) | {"number": event.number, "event": event.kind, "undone": is_undone}
    if isinstance(event, RowsAdded):
        line["note"] = f"{event.n_rows} rows"
    if isinstance(event, ClassesAdded):
        line["note"] = ", ".join(map(str, event.classes))
    if isinstance(event, Undone):
        line["note"] = f"takes back number {event.target}"
    if not isinstance(event, RowsEvent):
        return [line]
    if isinstance(event, Asked):
        line |= _purpose(event)
    if isinstance(event, Flagged):
        line["note"] = event.note
    lines = [line | {"row": row} for row in event.rows.tolist()]
    extra = {"utility": event.utilities} if isinstance(event, Asked) else {}
    if isinstance(event, Answered | Changed):
        extra = {"label": event.labels}
    for name, values in extra.items():
        for item, value in zip(lines, values.tolist(), strict=True):
            item[name] = value
    return lines


def _purpose(event: Asked) -> dict[str, Any]:
    """Return what rows were asked for, in the words of both tables."""
    return {"how": event.how, "round": event.round, "promise": event.promise, "strategy": event.strategy or None}


def reasons(events: Iterable[Event], rows: IntArray | None) -> "pd.DataFrame":
    """Return one line per row: how, round, rank, promise, strategy ... of its last ask."""
    import pandas as pd

    found: dict[int, dict[str, Any]] = {}
    for event in events:
        if isinstance(event, Asked):
            drawn = np.full(event.rows.size, np.nan) if event.probabilities is None else event.probabilities
            told = zip(event.rows.tolist(), event.utilities.tolist(), drawn.tolist(), strict=True)
            for rank, (row, utility, probability) in enumerate(told, 1):
                found[row] = _purpose(event) | {
                    "row": row,
                    "rank": rank,
                    "utility": utility,
                    "probability": probability,
                    "n_labelled": event.n_labelled,
                }
        elif isinstance(event, Answered):
            for row in event.rows.tolist():
                found.setdefault(row, {"row": row, "how": "told unasked"})
    wanted = np.asarray(sorted(found) if rows is None else rows).tolist()
    columns = ["row", "how", "round", "rank", "promise", "strategy", "utility", "probability", "n_labelled"]
    lines = [found.get(row, {"row": row, "how": "untouched"}) for row in wanted]
    integers = dict.fromkeys(("round", "rank", "promise", "n_labelled"), "Int64")
    return pd.DataFrame(lines, columns=columns).astype(integers)
