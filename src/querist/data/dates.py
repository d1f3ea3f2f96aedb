"""Columns of dates: recognised in words, read in one format, turned into numbers."""

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from querist._typing import FloatArray
from querist.exceptions import DataError

if TYPE_CHECKING:
    import pandas as pd

ISO = "ISO8601"
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?")
HINT = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|(\d{1,2} )?[A-Za-z]{3,9}\.? \d{1,2},? \d{4}|\d{1,2} [A-Za-z]{3,9} \d{4}"
)
_SAMPLE = 50


def date_format(words: "pd.Series[str]") -> str | None:
    """Return the one format in which all words are dates, or None.

    ``ISO8601`` for years first (the time of day may be missing in some), else a format in the
    notation of ``strptime``, as skrub's ToDatetime finds it. Where day and month could be
    either way round in every row, the month is taken to come first.
    """
    import warnings

    first = words.iloc[:_SAMPLE].str.strip().tolist()
    if not first or not all(HINT.match(word) for word in first):
        return None
    if all(_ISO.fullmatch(word) for word in first) and _parsed(words, ISO).notna().all():
        return ISO
    from skrub import ToDatetime

    finder = ToDatetime()
    with warnings.catch_warnings():
        # skrub warns about formats it tries; what is found is told in a note.
        warnings.simplefilter("ignore")
        try:
            finder.fit_transform(words.str.strip().rename("date").reset_index(drop=True))
        except ValueError:  # skrub's way to say that it is no date
            return None
    found = finder.format_
    return None if found is None or _parsed(words, found).isna().any() else str(found)


def date_note(words: "pd.Series[str]", format_: str) -> str:
    """Return in words how dates are read, and whether day and month could be the other way round."""
    if format_ == ISO:
        return "dates, year first"
    swapped = {"%m": "%d", "%d": "%m"}
    other = re.sub("%[md]", lambda found: swapped[found.group()], format_)
    doubt = ""
    if other != format_ and not _parsed(words, other).isna().any():
        doubt = f"; {other} would fit too: write years first (2024-12-31) if that is meant"
    return f"dates read as {format_}{doubt}"


def read_dates(column: "pd.Series", format_: str | None, where: str) -> "pd.Series[pd.Timestamp]":
    """Return a column of dates as datetime64 without time zone (UTC where there was one); gaps are NaT.

    Raises
    ------
    DataError
        If a cell is no date in that format; `where` says whose.
    """
    import pandas as pd

    if format_ is None or pd.api.types.is_datetime64_any_dtype(column):
        dates = pd.to_datetime(column, utc=True, errors="coerce")
    else:
        dates = pd.Series(pd.NaT, index=column.index, dtype="datetime64[ns, UTC]")
        known = column.notna()
        dates[known] = _parsed(column[known].astype(str), format_)
    wrong = np.flatnonzero((dates.isna() & column.notna()).to_numpy())
    if wrong.size:
        raise DataError(
            f"Column {column.name!r}, row {wrong[0] + 1}{where} holds {column.iloc[wrong[0]]!r}, which is no date"
            f"{f' of the format {format_}' if format_ else ''}. Correct it, or leave the cell empty."
        )
    return dates.dt.tz_localize(None)


def date_parts(dates: "pd.Series[pd.Timestamp]") -> dict[str, FloatArray]:
    """Return year, month, day, weekday (1 is Monday), hour and days since 1970 of dates; gaps are NaN."""
    import pandas as pd

    parts: dict[str, Any] = {
        "year": dates.dt.year,
        "month": dates.dt.month,
        "day": dates.dt.day,
        "weekday": dates.dt.day_of_week + 1,
        "hour": dates.dt.hour,
        "days since 1970": (dates - pd.Timestamp(0)) / pd.Timedelta(days=1),
    }
    return {name: part.to_numpy(np.float64, na_value=np.nan) for name, part in parts.items()}


def _parsed(words: "pd.Series[str]", format_: str) -> "pd.Series[pd.Timestamp]":
    import pandas as pd

    return pd.to_datetime(words.str.strip(), format=format_, errors="coerce", utc=True)
