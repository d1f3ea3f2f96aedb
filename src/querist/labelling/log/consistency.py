"""Whether an event fits what the log said before it: a log from elsewhere may say anything.

What does not fit is refused in words, as is what a newer version wrote: a state that passes over it would be a wrong
one, and what follows (rows that are not there, merged classes that point at each other) would hang or break off.
"""

import re
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from querist.labelling.log.classes import Classes
from querist.labelling.log.copies import Copies, Grouped
from querist.labelling.log.deeds import Act, Deed
from querist.labelling.log.events import (
    AutoLabelled,
    ClassesChanged,
    DamagedLogError,
    Measured,
    PromiseCancelled,
    RowsAdded,
    SettingsChanged,
)
from querist.labelling.log.payload import Payload
from querist.labelling.log.promise import ProjectPromise, PromiseBegun, unpacked
from querist.labelling.log.reserve import Reserved
from querist.labelling.log.settings import wrong_settings
from querist.store.rows import EventRow

# Rows and class ids of a ranking are numbers of 32 and 16 bits.
MOST_ROWS, _MOST_CLASSES = 2**31 - 1, 2**15 - 1
_COLOUR = re.compile("#[0-9a-fA-F]{6}")


class Known(Protocol):
    """What the log said before."""

    promises: dict[str, ProjectPromise]
    copies: Copies

    @property
    def n_rows(self) -> int:
        """Rows so far."""

    def acts_on(self, row: int) -> list[Act]:
        """All that was done to a row."""


def check(event: EventRow, payload: Payload, known: Known, n_items: Callable[[], int] | None) -> None:
    """Refuse an event that does not fit.

    Parameters
    ----------
    event : EventRow
    payload : Payload
        What it carries.
    known : Known
    n_items : callable or None
        Returns how many rows there are, which the log cannot tell more of.

    Raises
    ------
    DamagedLogError
    """
    if event.row is None:
        if isinstance(payload, Deed):
            raise DamagedLogError(event, "names no row")
    elif not 0 <= event.row < known.n_rows:
        raise DamagedLogError(event, f"is about row {event.row}, and there were {known.n_rows} rows then")
    elif known.copies.first(event.row) != event.row:
        first = known.copies.first(event.row)
        raise DamagedLogError(event, f"is about row {event.row}, a copy of row {first}, which stands for both")
    if not isinstance(payload, Deed):
        wrong = _wrong(payload, known, n_items)
        if wrong:
            raise DamagedLogError(event, wrong)


def _wrong(payload: Payload, known: Known, n_items: Callable[[], int] | None) -> str:  # noqa: PLR0911  # one a rule
    """Return what does not fit, or nothing."""
    match payload:
        case RowsAdded() | Reserved():
            return _wrong_rows(payload, known, n_items)
        case Grouped():
            done = any(known.acts_on(row) for rows in payload.groups for row in rows[1:] if 0 <= row < known.n_rows)
            return known.copies.wrong(payload) or ("groups a row that people have answered" if done else "")
        case ClassesChanged():
            return _wrong_classes(payload.classes)
        case Measured():
            told = [
                payload.accuracy,
                payload.running,
                *(payload.headline or []),
                *([payload.largest] if payload.largest else []),
            ]
            return next((wrong for each in told if (wrong := _wrong_estimate(each))), "")
        case SettingsChanged():
            if found := wrong_settings(payload.changes):
                return f"sets {found[0]} to something else than it can be"
        case PromiseBegun():
            return f"begins {payload.id!r} again" if payload.id in known.promises else _wrong_promise(payload, known)
        case PromiseCancelled() | AutoLabelled():
            made = known.promises.get(payload.id)
            if made is None:
                return f"is about promise {payload.id!r}, which was never made"
            if isinstance(payload, AutoLabelled) and not 0 <= payload.n_regions <= len(made.terms.regions):
                return f"releases {payload.n_regions} of {len(made.terms.regions)} regions"
    return ""


def _wrong_rows(payload: RowsAdded | Reserved, known: Known, n_items: Callable[[], int] | None) -> str:
    n_rows = known.n_rows
    if isinstance(payload, Reserved):
        fits = all(0 <= row < n_rows for row in payload.rows) and len(set(payload.rows)) == len(payload.rows)
        if not fits:
            return f"sets aside rows that are not there, or one twice; there were {n_rows} rows then"
        return "sets aside copies of rows" if known.copies.any_copy(np.array(payload.rows, np.int64)) else ""
    most = MOST_ROWS if n_items is None else n_items()
    if payload.n_rows < 0 or n_rows + payload.n_rows > most:
        return f"adds {payload.n_rows} rows, and the project has {most}"
    return ""


def _wrong_classes(classes: Classes) -> str:
    by_id = {each.id: each for each in classes}
    if len(by_id) < len(classes):
        return "has two classes of one id"
    for each in classes:
        if not 0 <= each.id <= _MOST_CLASSES or not _COLOUR.fullmatch(each.colour):
            return f"has a class of id {each.id} and colour {each.colour[:20]!r}"
        seen, at = {each.id}, each
        while at.state == "merged" and at.merged_into is not None:
            if at.merged_into not in by_id or at.merged_into in seen:
                return f"merges class {at.id} into {at.merged_into}, which leads nowhere"
            at = by_id[at.merged_into]
            seen.add(at.id)
    return ""


def _wrong_estimate(told: dict[str, Any]) -> str:
    for name in ("value", "low", "high", "confidence"):
        value = told.get(name)
        if (name not in told) or (value is not None and not (type(value) in (int, float) and -1e15 < value < 1e15)):
            return f"has a figure whose {name} is no number"
    if type(told.get("n")) is not int or type(told["confidence"]) not in (int, float):
        return "has a figure without its sample"
    return ""


def _wrong_promise(told: PromiseBegun, known: Known) -> str:  # noqa: PLR0911  # one a rule
    terms, n_rows = told.terms, known.n_rows
    shares = (terms.target, terms.confidence, terms.level)
    if not all(0 < share <= 1 for share in shares) or not 0 <= (terms.power or 0) <= 1 or terms.attempt < 1:
        return "promises what no share can be"
    sizes = [region.size for region in terms.regions]
    draws = [region.n_draws for region in terms.regions]
    if not sizes or sorted(sizes) != sizes or sorted(draws) != draws or not 0 <= terms.n_remaining <= n_rows:
        return "has no regions, or not from the inside out"
    if any(not 0 <= each.n_draws <= each.size <= n_rows or each.allowed < -1 for each in terms.regions):
        return "has a region that is larger than the project"
    if terms.draws.shape != terms.inside.shape or len(told.predictions) != terms.draws.size:
        return "has draws without predictions"
    if not _within(terms.draws, n_rows) or np.unique(terms.draws).size < terms.draws.size:
        return "draws rows that are not there, or twice"
    if known.copies.any_copy(terms.draws):
        return "draws copies of rows"
    if not _within(terms.inside, len(sizes)) or not _within(np.array(told.predictions, np.int64), _MOST_CLASSES, -1):
        return "has draws outside of its regions"
    if not told.packed:
        return "" if terms.kind == "certificate" else "names no rows that the model may label"
    try:
        rows, class_ids = unpacked(told.packed, most=n_rows)
    except ValueError:
        return "has rows that cannot be read"
    if rows.size < sizes[-1] or not _within(rows, n_rows) or not _within(class_ids, _MOST_CLASSES, -1):
        return "names rows or classes that are not there"
    return ""


def _within(numbers: "np.ndarray[Any, np.dtype[np.int64]]", end: int, first: int = 0) -> bool:
    return numbers.ndim == 1 and bool(((numbers >= first) & (numbers < end)).all())
