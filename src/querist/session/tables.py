"""The log as tables."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from querist._typing import IntArray
from querist.session.events import Answered, Asked, Changed, ClassesAdded, Event, Flagged, RowsAdded, RowsEvent, Undone

if TYPE_CHECKING:
    import pandas as pd


def history(events: Iterable[Event]) -> "pd.DataFrame":
    """Return one line per event and row: number, event, row, label, round, strategy, utility, note, undone."""
    import pandas as pd

    log = list(events)
    undone = {event.target for event in log if isinstance(event, Undone)}
    lines = [line for event in log for line in _lines(event, event.number in undone)]
    return pd.DataFrame(lines, columns=_COLUMNS).astype({"row": "Int64", "round": "Int64"})


_COLUMNS = ["number", "event", "row", "label", "round", "strategy", "utility", "note", "undone"]


def _lines(event: Event, undone: bool) -> list[dict[str, Any]]:
    line: dict[str, Any] = dict.fromkeys(_COLUMNS) | {"number": event.number, "event": event.kind, "undone": undone}
    if isinstance(event, RowsAdded):
        line["note"] = f"{event.n_rows} rows"
    if isinstance(event, ClassesAdded):
        line["note"] = ", ".join(map(str, event.classes))
    if isinstance(event, Undone):
        line["note"] = f"takes back number {event.target}"
    if not isinstance(event, RowsEvent):
        return [line]
    if isinstance(event, Asked):
        line |= {"round": event.round, "strategy": event.strategy}
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


def reasons(events: Iterable[Event], rows: IntArray | None) -> "pd.DataFrame":
    """Return one line per row: how, round, rank, strategy, utility, probability, n_labelled of its last ask."""
    import pandas as pd

    found: dict[int, dict[str, Any]] = {}
    for event in events:
        if isinstance(event, Asked):
            drawn = np.full(event.rows.size, np.nan) if event.probabilities is None else event.probabilities
            told = zip(event.rows.tolist(), event.utilities.tolist(), drawn.tolist(), strict=True)
            for rank, (row, utility, probability) in enumerate(told, 1):
                found[row] = {
                    "row": row,
                    "how": "asked",
                    "round": event.round,
                    "rank": rank,
                    "strategy": event.strategy,
                    "utility": utility,
                    "probability": probability,
                    "n_labelled": event.n_labelled,
                }
        elif isinstance(event, Answered):
            for row in event.rows.tolist():
                found.setdefault(row, {"row": row, "how": "told unasked"})
    wanted = np.asarray(sorted(found) if rows is None else rows).tolist()
    columns = ["row", "how", "round", "rank", "strategy", "utility", "probability", "n_labelled"]
    lines = [found.get(row, {"row": row, "how": "untouched"}) for row in wanted]
    return pd.DataFrame(lines, columns=columns).astype({"round": "Int64", "rank": "Int64", "n_labelled": "Int64"})
