"""Columns of numbers and of dates, fitted: gaps filled and marked, each part brought to mean 0 and variance 1."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from querist._typing import FloatArray
from querist.data.columns import read_as_numbers
from querist.data.dates import date_format, date_parts, read_dates
from querist.data.numbers import inspect, numbers_of
from querist.data.typed_cells import as_words, words_of
from querist.data.written_numbers import Style, is_missing
from querist.exceptions import DataError

if TYPE_CHECKING:
    import pandas as pd

# Squares of larger numbers overflow, and with them every distance and variance.
HUGE = 1e150


@dataclass(frozen=True)
class Scales:
    """What fills the gaps of numbers and brings them to one scale.

    Attributes
    ----------
    parts : tuple of str
        Those that are not constant.
    centres, means, deviations : tuple of float
        Of each part: what stands in a gap; what is subtracted; what is divided by.
    marks_gaps : bool
        Whether gaps are marked in a column of their own.
    """

    parts: tuple[str, ...]
    centres: tuple[float, ...]
    means: tuple[float, ...]
    deviations: tuple[float, ...]
    marks_gaps: bool

    @classmethod
    def of(cls, values: Mapping[str, FloatArray]) -> Self:
        """Learn from the parts of a column, which have the same gaps."""
        found: list[tuple[str, float, float, float]] = []
        gap = np.isnan(next(iter(values.values())))
        for part, each in values.items():
            known = each[~gap]
            centre = float(np.median(known)) if known.size else 0.0
            filled = np.where(gap, centre, each)
            if (filled == filled[0]).all():
                continue
            mean, deviation = 0.0, 1.0
            if not np.isin(filled, (0.0, 1.0)).all():
                mean, deviation = float(filled.mean()), float(filled.std())
            # With values near the smallest float, or near each other, the deviation can vanish.
            found.append((part, centre, mean, deviation if deviation > 0 else 1.0))
        parts, centres, means, deviations = zip(*found, strict=True) if found else ((), (), (), ())
        return cls(parts, centres, means, deviations, bool(gap.any() and not gap.all()))

    def names(self, column: str) -> tuple[str, ...]:
        """Return the names of the features of a column."""
        gaps = (f"{column} is missing",) if self.marks_gaps else ()
        return (*(f"{column} {part}".strip() for part in self.parts), *gaps)

    def applied(self, values: Mapping[str, FloatArray]) -> FloatArray:
        """Return a matrix of shape (n_rows, n_features)."""
        gap = np.isnan(next(iter(values.values())))
        scales = zip(self.parts, self.centres, self.means, self.deviations, strict=True)
        columns = [(np.where(gap, centre, values[part]) - mean) / scale for part, centre, mean, scale in scales]
        if self.marks_gaps:
            columns.append(gap.astype(np.float64))
        return np.column_stack(columns) if columns else np.empty((gap.size, 0))


@dataclass(frozen=True)
class NumberEncoder:
    """A column of numbers: gaps become the median, and are marked in a column of their own."""

    column: str
    scales: Scales
    # How words are read as numbers; whether there were cells that are none, which are gaps then.
    style: Style = "point"
    tolerant: bool = False

    @classmethod
    def fitted(cls, column: "pd.Series", style: Style = "point") -> Self:
        """Learn from a column; its words are read in `style`.

        Raises
        ------
        DataError
            If a cell is no number, infinite, or above 1e150.
        """
        numbers = read_as_numbers(column, style)
        tolerant = numbers is not None and _n_odd(column, numbers) > 0
        return cls(
            str(column.name), Scales.of({"": _numbers(column, "", style, tolerant=tolerant)}), style, tolerant=tolerant
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features."""
        return self.scales.names(self.column)

    def encode(self, column: "pd.Series", where: str = "") -> FloatArray:
        """Return a matrix of shape (n_rows, n_features); errors name the row, and `where`."""
        return self.scales.applied({"": _numbers(column, where, self.style, tolerant=self.tolerant)})

    def n_misfits(self, column: "pd.Series") -> int:
        """Return how many cells are no numbers and were taken for gaps."""
        return _n_odd(column, _numbers(column, "", self.style, tolerant=True))


@dataclass(frozen=True)
class DateEncoder:
    """A column of dates: their parts, and the days since 1970."""

    column: str
    format: str | None
    scales: Scales
    # Whether there were cells that are no dates, which are gaps then.
    tolerant: bool = False

    @classmethod
    def fitted(cls, column: "pd.Series", *, day_first: bool = False) -> Self:
        """Learn from a column; where days and months can be either way round, months come first, or days.

        Raises
        ------
        DataError
            If a cell is no date.
        """
        format_ = None if column.dtype.kind == "M" else date_format(words_of(column.dropna()), day_first=day_first)
        dates = read_dates(column, format_, "", tolerant=True)
        return cls(str(column.name), format_, Scales.of(date_parts(dates)), tolerant=_n_odd(column, dates) > 0)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features."""
        return self.scales.names(self.column)

    def encode(self, column: "pd.Series", where: str = "") -> FloatArray:
        """Return a matrix of shape (n_rows, n_features); errors name the row, and `where`."""
        return self.scales.applied(date_parts(read_dates(column, self.format, where, tolerant=self.tolerant)))

    def n_misfits(self, column: "pd.Series") -> int:
        """Return how many cells are no dates and were taken for gaps."""
        return _n_odd(column, read_dates(column, self.format, "", tolerant=True))


def _n_odd(column: "pd.Series", read: Any) -> int:
    """Return how many cells hold something that was read as a gap and does not say so itself."""
    import pandas as pd

    cells = column[pd.isna(read) & column.notna().to_numpy(bool)].tolist()
    return sum(not (isinstance(cell, str) and is_missing(cell.strip())) for cell in cells)


def _numbers(column: "pd.Series", where: str, style: Style, *, tolerant: bool) -> FloatArray:
    import pandas as pd
    from pandas.api import types

    if types.is_timedelta64_dtype(column):
        column = column.dt.total_seconds()
    words = as_words(column)
    if words is None:
        read = pd.to_numeric(column.astype(object).where(column.notna(), np.nan), errors="coerce")
        gaps = column.isna()
    else:
        found = inspect(words, name=str(column.name), styles=(style,), lenient=True)
        read = numbers_of(found, style)
        gaps = pd.Series(~found.known, index=column.index)
    values: FloatArray = read.to_numpy(np.float64, na_value=np.nan)
    wrong = np.flatnonzero(np.isnan(values) & ~gaps.to_numpy(bool))
    if wrong.size and not tolerant:
        raise DataError(
            f"Column {column.name!r}, row {wrong[0] + 1}{where} holds {column.iloc[wrong[0]]!r}, "
            "but the column holds numbers. Correct it, or leave the cell empty."
        )
    wrong = np.flatnonzero(np.abs(values) > HUGE)
    if wrong.size:
        value = values[wrong[0]]
        what = "is infinite" if np.isinf(value) else f"holds {value:g}, too large to compute with"
        raise DataError(
            f"Column {column.name!r}, row {wrong[0] + 1}{where} {what}. Correct it, or leave the cell empty."
        )
    return values
