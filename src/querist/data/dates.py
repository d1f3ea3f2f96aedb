"""Columns of dates: recognised in words, read in one format, turned into numbers."""

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from querist._typing import FloatArray
from querist.data.date_formats import ISO, NANOSECONDS_END, WEEK, as_microseconds, formats_like, parsed
from querist.data.loose_numbers import ODD_SHARE
from querist.data.numbers import odd_told
from querist.data.written_numbers import is_missing
from querist.exceptions import DataError

if TYPE_CHECKING:
    import pandas as pd

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?")
HINT = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|(\d{1,2} )?[A-Za-z]{3,9}\.? \d{1,2},? \d{4}"
    r"|\d{1,2}[-/. ]{1,2}[A-Za-z]{3,9}[-/. ]\d{2,4}"
    r"|\d{4}-?W\d{2}(-?[1-7])?$"
)
_SAMPLE = 50
# The zeros of databases mean that there is no date.
_ZEROS = re.compile(r"0000[-/]00[-/]00([T ]00:00(:00)?.*)?|00[./]00[./]0000")


def date_format(words: "pd.Series[str]", *, day_first: bool = False) -> str | None:
    """Return the one format in which words are dates, or None.

    ``ISO8601`` for years first (the time of day may be missing in some), else a format in the
    notation of ``strptime``, as skrub's ToDatetime finds it, or one of `formats_like`. Where day and month could be
    either way round in every row, the month is taken to come first, unless `day_first`. Gaps are passed over, and one
    word in ten may be no date: those are told by `date_note`.
    """
    stripped = words.str.strip()
    known = stripped[~_gaps(stripped)]
    sample = known.iloc[:_SAMPLE].tolist()
    hints = [word for word in sample if HINT.match(word)]
    if not sample or len(hints) < (1 - ODD_SHARE) * len(sample):
        return None
    distinct = known.drop_duplicates()
    if all(_ISO.fullmatch(word) for word in hints):
        return ISO if _fits(known, ISO) else None
    found = _by_skrub(distinct) if len(hints) == len(sample) else None
    formats = [found] if found is not None else []
    if found is None:
        for word in hints[:3]:
            formats += [format_ for format_ in formats_like(word) if format_ not in formats]
    best = max(formats, key=lambda format_: int(parsed(distinct, format_).notna().sum()), default=None)
    if best is None or not _fits(known, best):
        return None
    other = _swapped(best)
    return other if day_first and other != best and _is_day_second(best) and _fits(known, other) else best


def date_note(words: "pd.Series[str]", format_: str) -> str:
    """Return in words how dates are read, whether day and month could be the other way round, and what is no date."""
    stripped = words.str.strip()
    gaps = _gaps(stripped)
    known = stripped[~gaps]
    dates = parsed(known, format_)
    said = sorted(set(stripped[gaps]) - {""})
    extra = [f"{', '.join(map(repr, said[:4]))} read as missing"] if said else []
    odd = Counter(known[dates.isna()].tolist())
    extra += [odd_told(odd, "date")] if odd else []
    years = dates.dropna().dt.year
    if len(years) and not (years.min() >= NANOSECONDS_END[0] and years.max() <= NANOSECONDS_END[1]):
        extra.append(
            f"they range from the year {years.min()} to {years.max()}: does an extreme one stand for a missing value?"
        )
    if "%y" in format_:
        extra.append("years of two digits: 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068")
    more = "".join(f"; {each}" for each in extra)
    if format_ == ISO:
        return f"dates, year first{more}"
    if format_ == WEEK:
        return f"weeks of the year (ISO), read as their Mondays where no day is given{more}"
    other = _swapped(format_)
    doubt = ""
    if other != format_ and len(known) and not parsed(known[dates.notna()], other).isna().any():
        doubt = f"; {other} would fit too: write years first (2024-12-31) if that is meant, or say that days come first"
    return f"dates read as {format_}{doubt}{more}"


def read_dates(
    column: "pd.Series", format_: str | None, where: str, *, tolerant: bool = False
) -> "pd.Series[pd.Timestamp]":
    """Return a column of dates as datetime64 without time zone (UTC where there was one); gaps are NaT.

    Parameters
    ----------
    column : Series
    format_ : str or None
        None: the cells are dates themselves.
    where : str
        Whose column it is, for the message.
    tolerant : bool, default=False
        Whether cells that are no dates are gaps.

    Raises
    ------
    DataError
        If a cell is no date in that format.
    """
    import pandas as pd

    dates: Any
    known = column.notna()
    if format_ is None or pd.api.types.is_datetime64_any_dtype(column):
        dates = pd.Series(as_microseconds(column), index=column.index)
    else:
        dates = pd.Series(np.full(len(column), np.datetime64("NaT"), "datetime64[us]"), index=column.index)
        if known.any():
            words = column[known].astype(object).map(str)
            dates[known] = parsed(words, format_).to_numpy()
            known = known & ~_gaps(column.astype(object).where(known, "").map(str).str.strip()).to_numpy(bool)
    wrong = np.flatnonzero((dates.isna() & known).to_numpy())
    if wrong.size and not tolerant:
        raise DataError(
            f"Column {column.name!r}, row {wrong[0] + 1}{where} holds {column.iloc[wrong[0]]!r}, which is not a date"
            f"{f' of the format {format_}' if format_ else ''}. Correct it, or leave the cell empty."
        )
    found: pd.Series[pd.Timestamp] = dates
    return found


def date_parts(dates: "pd.Series[pd.Timestamp]") -> dict[str, FloatArray]:
    """Return year, month, day, weekday (1 is Monday), hour and days since 1970 of dates; gaps are NaN."""
    gap = dates.isna().to_numpy(bool)
    days = dates.to_numpy("datetime64[us]").astype(np.int64) / 86_400e6
    parts: dict[str, Any] = {
        "year": dates.dt.year,
        "month": dates.dt.month,
        "day": dates.dt.day,
        "weekday": dates.dt.day_of_week + 1,
        "hour": dates.dt.hour,
    }
    found = {name: part.to_numpy(np.float64, na_value=np.nan) for name, part in parts.items()}
    return found | {"days since 1970": np.where(gap, np.nan, days)}


def _gaps(words: "pd.Series[str]") -> "pd.Series[bool]":
    said = [word for word in words.unique() if isinstance(word, str) and (is_missing(word) or _ZEROS.fullmatch(word))]
    return words.isin(said)


def _fits(words: "pd.Series[str]", format_: str) -> bool:
    return bool(parsed(words, format_).isna().mean() <= ODD_SHARE)


def _swapped(format_: str) -> str:
    swapped = {"%m": "%d", "%d": "%m"}
    return re.sub("%[md]", lambda found: swapped[found.group()], format_) if "%m" in format_ else format_


def _is_day_second(format_: str) -> bool:
    return format_.find("%m") < format_.find("%d")


def _by_skrub(words: "pd.Series[str]") -> str | None:
    import warnings

    from skrub import ToDatetime

    finder = ToDatetime()
    with warnings.catch_warnings():
        # skrub warns about formats it tries; what is found is told in a note.
        warnings.simplefilter("ignore")
        try:
            finder.fit_transform(words.rename("date").reset_index(drop=True))
        except ValueError:  # skrub's way to say that it is no date
            return None
    return None if finder.format_ is None else str(finder.format_)
