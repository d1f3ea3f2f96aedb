"""Formats in which dates are written, and what one format makes of words."""

import datetime
import re
from typing import TYPE_CHECKING

import numpy as np

from querist._typing import AnyArray

if TYPE_CHECKING:
    import pandas as pd

ISO = "ISO8601"
WEEK = "%G-W%V-%u"
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?")
_WEEK = re.compile(r"\d{4}-?W\d{2}(-?[1-7])?")
_YEARS = ("%Y", "%y")
_ORDERS = (
    "%m/%d/{}", "%d/%m/{}", "%d.%m.{}", "%m-%d-{}", "%d-%m-{}", "{}/%m/%d", "{}.%m.%d", "{}-%m-%d",
    "%d-%b-{}", "%d %b {}", "%b %d, {}", "%b %d {}", "%d %B {}", "%B %d, {}", "%B %d {}", "%d-%B-{}",
    "%d/%b/{}", "%d. %B {}",
)  # fmt: skip
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", " %I:%M%p", " %I:%M:%S%p", "T%H:%M:%S", ", %I:%M %p")
NANOSECONDS_END = (1678, 2261)  # years that a count of nanoseconds reaches whole


def formats_like(word: str) -> list[str]:
    """Return the formats that a word fits, the likeliest first: months before days, as skrub takes them.

    Examples
    --------
    >>> formats_like("01/02/24 5:30 PM")
    ['%m/%d/%y %I:%M %p', '%d/%m/%y %I:%M %p', '%y/%m/%d %I:%M %p']
    """
    if _ISO.fullmatch(word):
        return [ISO]
    if _WEEK.fullmatch(word):
        return [WEEK]
    found = []
    for year in _YEARS:
        for order in _ORDERS:
            for time in _TIMES:
                format_ = order.format(year) + time
                if one_date(word, format_) is not None:
                    found.append(format_)
    return found


def one_date(word: str, format_: str) -> datetime.datetime | None:
    """Return the date that a word is in a format, in UTC where it has a zone; None if it is none."""
    try:
        if format_ == ISO:
            date = datetime.datetime.fromisoformat(word)
        elif format_ == WEEK:
            digits = re.sub(r"\D", "", word)
            date = datetime.datetime.strptime(f"{digits}1"[:7], "%G%V%u")
        else:
            date = datetime.datetime.strptime(word, format_)
    except (ValueError, OverflowError):
        return None
    if date.tzinfo is not None:
        try:
            date = date.astimezone(datetime.UTC)
        except OverflowError:
            return None
    return date.replace(tzinfo=None)


def parsed(words: "pd.Series[str]", format_: str) -> "pd.Series[pd.Timestamp]":
    """Return words as datetime64[us] in UTC, without a zone; NaT where a word is no date of the format.

    Far dates (9999-12-31), which pandas drops where it counts nanoseconds, are dates too.
    """
    import pandas as pd

    stripped = words.str.strip()
    if format_ == WEEK:
        values = np.full(len(words), np.datetime64("NaT"), "datetime64[us]")
    else:
        found = pd.to_datetime(stripped, format=format_, errors="coerce", utc=True)
        values = found.dt.tz_localize(None).to_numpy("datetime64[us]").copy()
    cells = stripped.to_numpy(object)
    memory: dict[str, datetime.datetime | None] = {}
    for place in np.flatnonzero(np.isnat(values)):
        cell = cells[place]
        if isinstance(cell, str) and cell:
            if cell not in memory:
                memory[cell] = one_date(cell, format_)
            if memory[cell] is not None:
                values[place] = np.datetime64(memory[cell], "us")
    return pd.Series(values, index=words.index)


def as_microseconds(cells: "pd.Series") -> AnyArray:
    """Return a column of dates, or of objects that are dates, as datetime64[us] in UTC; NaT for what is none."""
    import pandas as pd

    if isinstance(cells.dtype, pd.DatetimeTZDtype):
        cells = cells.dt.tz_convert("UTC").dt.tz_localize(None)
    if pd.api.types.is_datetime64_dtype(cells):
        return cells.to_numpy("datetime64[us]")
    values = np.full(len(cells), np.datetime64("NaT"), "datetime64[us]")
    for place, cell in enumerate(cells.tolist()):
        if isinstance(cell, datetime.datetime) and cell.tzinfo is not None:
            values[place] = np.datetime64(cell.astimezone(datetime.UTC).replace(tzinfo=None), "us")
        elif isinstance(cell, datetime.date) and not pd.isna(cell):
            values[place] = np.datetime64(cell, "us")
        elif isinstance(cell, str) and (date := one_date(cell.strip(), ISO)) is not None:
            values[place] = np.datetime64(date, "us")
    return values
