"""Columns into matrices: what is learned from the first frame is applied to the others."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from querist._typing import AnyArray, FloatArray
from querist.data.dates import date_parts, read_dates
from querist.data.kinds import is_unspaced
from querist.exceptions import DataError

# Squares of larger numbers overflow, and with them every distance and variance.
HUGE = 1e150
_SEED = 0
_WHERE = ("", " of the test file")
# A matrix per frame, and the names of their columns.
Encoded = tuple[list[Any], list[str]]


def encode_numbers(columns: Sequence[Any]) -> Encoded:
    """Encode one column of numbers: gaps become the median, and are marked in a column of their own.

    Raises
    ------
    DataError
        If a cell is no number, infinite, or above 1e150.
    """
    values = [_numbers(column, where) for column, where in zip(columns, _WHERE, strict=False)]
    return _filled([{"": each} for each in values], str(columns[0].name))


def encode_dates(columns: Sequence[Any], format_: str | None) -> Encoded:
    """Encode one column of dates by its parts, and the days since 1970."""
    read = [read_dates(column, format_, where) for column, where in zip(columns, _WHERE, strict=False)]
    return _filled([date_parts(dates) for dates in read], str(columns[0].name))


def _numbers(column: Any, where: str) -> FloatArray:
    import pandas as pd
    from pandas.api import types

    if types.is_timedelta64_dtype(column):
        column = column.dt.total_seconds()
    read = pd.to_numeric(column.astype(object).where(column.notna(), np.nan), errors="coerce")
    values: FloatArray = read.to_numpy(np.float64, na_value=np.nan)
    wrong = np.flatnonzero(np.isnan(values) & column.notna().to_numpy())
    if wrong.size:
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


def _filled(parts: list[dict[str, FloatArray]], name: str) -> Encoded:
    """Fill gaps with medians of the first frame, and bring each part to mean 0 and variance 1 there."""
    columns: list[list[AnyArray]] = [[] for _ in parts]
    names = []
    gaps = [np.isnan(next(iter(part.values()))) for part in parts]
    for part in parts[0]:
        known = parts[0][part][~gaps[0]]
        centre = float(np.median(known)) if known.size else 0.0
        filled = [np.where(gap, centre, each[part]) for gap, each in zip(gaps, parts, strict=True)]
        if (filled[0] == filled[0][0]).all():
            continue
        if not np.isin(filled[0], (0.0, 1.0)).all():
            mean, deviation = filled[0].mean(), filled[0].std()
            # With values near the smallest float, or near each other, the deviation can vanish.
            filled = [(each - mean) / (deviation if deviation > 0 else 1.0) for each in filled]
        for column, each in zip(columns, filled, strict=True):
            column.append(each)
        names.append(f"{name} {part}".strip())
    if gaps[0].any() and not gaps[0].all():
        for column, gap in zip(columns, gaps, strict=True):
            column.append(gap.astype(np.float64))
        names.append(f"{name} is missing")
    matrices = [
        np.column_stack(column) if column else np.empty((gap.size, 0))
        for column, gap in zip(columns, gaps, strict=True)
    ]
    return matrices, names


def encode_categories(frames: Sequence[Any]) -> Encoded:
    """Encode columns of categories with skrub's TableVectorizer: one column each up to 39, more by their letters.

    A gap is a category of its own. The letters go through TF-IDF of groups of three and four and a
    truncated singular value decomposition (skrub's StringEncoder), which keeps similar names near each
    other. Categories that only a later frame has are nowhere.
    """
    from skrub import StringEncoder, TableVectorizer

    vectorizer = TableVectorizer(high_cardinality=StringEncoder(random_state=_SEED))
    with warnings.catch_warnings():
        # About categories that only a later frame has: they are told in a note.
        warnings.simplefilter("ignore")
        tables = [vectorizer.fit_transform(as_categories(frames[0]))]
        tables += [vectorizer.transform(as_categories(frame)) for frame in frames[1:]]
    matrices = [table.to_numpy(np.float64) for table in tables]
    varied = np.flatnonzero((matrices[0] != matrices[0][:1]).any(axis=0))
    return [matrix[:, varied] for matrix in matrices], [str(tables[0].columns[place]) for place in varied]


def as_categories(frame: Any) -> Any:
    """Return columns as categories named by texts, so that skrub takes no "007" for a number and no "NA" for a gap."""
    import pandas as pd

    columns = {}
    for name in frame.columns:
        cells = frame[name].astype(object)
        known = frame[name].notna().to_numpy()
        words = np.empty(len(cells), object)
        words[known] = [_word(cell) for cell in cells[known]]
        columns[str(name)] = pd.Categorical(words, categories=pd.Index(sorted(set(words[known])), dtype=object))
    return pd.DataFrame(columns)


def _word(cell: Any) -> str:
    # A column with gaps holds its whole numbers as floats: 1.0 and 1 are one category.
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def encode_text(columns: Sequence[Any]) -> Encoded:
    """Encode one column of text by TF-IDF of its words and pairs of words that occur in two rows or more.

    Scripts that put no blanks between words are cut into letters and pairs of letters.

    Raises
    ------
    DataError
        If it holds no words.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    name = columns[0].name
    texts = [["" if gap else str(cell) for cell, gap in zip(c, c.isna(), strict=True)] for c in columns]
    options: dict[str, Any] = {"sublinear_tf": True, "ngram_range": (1, 2), "dtype": np.float32}
    options |= (
        {"analyzer": "char"} if is_unspaced([text for text in texts[0] if text]) else {"strip_accents": "unicode"}
    )
    attempts = ({"min_df": 2, "max_features": 100_000}, {"token_pattern": r"(?u)\b\w+\b"})  # single letters, once
    for attempt in attempts:
        vectorizer = TfidfVectorizer(**options, **attempt)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that letters need no token pattern
            try:
                matrices = [vectorizer.fit_transform(texts[0])]
            except ValueError:  # no word is left
                continue
        matrices += [vectorizer.transform(each) for each in texts[1:]]
        return matrices, [f"{name}: {word}" for word in vectorizer.get_feature_names_out()]
    raise DataError(f"Column {name!r} is read as text, but holds no words. Leave it out.")
