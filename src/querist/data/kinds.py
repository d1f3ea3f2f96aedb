"""What kind of column it is: number, category, date, free text, or a name of the row that teaches nothing."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Literal

import numpy as np

from querist.data.columns import read_as_numbers
from querist.data.dates import date_format
from querist.data.loose_numbers import ID_NAME
from querist.data.typed_cells import words_of
from querist.data.written_numbers import Style
from querist.exceptions import DataError

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["number", "category", "date", "text", "dropped"]

# Free text: several words on average, and seldom the same twice.
_WORDS, _DISTINCT = 3.0, 0.5
# Some languages put no blanks between words.
_LETTERS_PER_WORD = 12.0
_SAMPLE = 2000
# With fewer rows it is chance that all differ, or that they count up.
_FEW_ROWS = 10


def kind_of(
    column: "pd.Series",
    text_columns: Collection[str],
    category_columns: Collection[str] = (),
    *,
    style: Style = "point",
    day_first: bool = False,
) -> tuple[Kind, str]:
    """Return the kind of a column, and a note where one is due (for a dropped column: why).

    Left out are columns with one value only (a column with one value and gaps stays: the gaps may
    teach), whole numbers that count the rows one by one, whole numbers that are all distinct under
    a name such as "id", and words that are all distinct and no text.

    Raises
    ------
    DataError
        If its cells are lists or other objects.
    """
    from pandas.api import types

    if str(column.name) in (*text_columns, *category_columns):
        return ("text" if str(column.name) in text_columns else "category"), ""
    known = column.dropna()
    try:
        n_distinct = known.nunique()
    except TypeError:
        kind = next(type(cell).__name__ for cell in known if getattr(cell, "__hash__", None) is None)
        raise DataError(
            f"Column {column.name!r} holds cells of type {kind}, not single values. "
            "Give each of their parts a column of its own, or leave the column out."
        ) from None
    if n_distinct <= 1 and (n_distinct == 0 or len(known) == len(column)):
        return "dropped", "it has only one value" if n_distinct else "it is empty"
    if types.is_bool_dtype(column) or isinstance(column.dtype, _categorical()):
        return "category", ""
    if types.is_datetime64_any_dtype(column):
        return "date", ""
    is_number = types.is_numeric_dtype(column) or types.is_timedelta64_dtype(column)
    numbers = column if is_number else read_as_numbers(column, style)
    if numbers is not None:
        known = numbers.dropna()
        return _kind_of_numbers(known, str(column.name), known.nunique(), len(column))
    return _kind_of_cells(known, str(column.name), n_distinct, day_first=day_first)


def _categorical() -> type:
    import pandas as pd

    return pd.CategoricalDtype


def _kind_of_numbers(known: "pd.Series", name: str, n_distinct: int, n_rows: int) -> tuple[Kind, str]:
    from pandas.api import types

    if types.is_complex_dtype(known):
        raise DataError(f"Column {name!r} holds complex numbers. Give their parts columns of their own.")
    if not types.is_integer_dtype(known) or n_distinct != n_rows:
        return "number", ""
    if ID_NAME.search(name):
        return "dropped", "it numbers the rows"
    steps = np.diff(known.to_numpy(np.float64))
    if n_rows >= _FEW_ROWS and ((steps == 1).all() or (steps == -1).all()):
        # The order of a file often follows the class; that is no feature of a new row.
        return "dropped", "it counts the rows"
    if n_rows >= _FEW_ROWS and ((steps > 0).all() or (steps < 0).all()):
        return (
            "number",
            "all its numbers differ and they follow the order of the rows; drop it if it is a serial number",
        )
    return "number", ""


def _kind_of_cells(known: "pd.Series", name: str, n_distinct: int, *, day_first: bool) -> tuple[Kind, str]:
    kinds = {type(cell).__name__ for cell in known} if known.dtype == object else {"str"}
    note = f"it mixes cells of type {' and '.join(sorted(kinds))}; read as words" if len(kinds) > 1 else ""
    words = words_of(known)
    sample = words.iloc[:: max(1, len(words) // _SAMPLE)].tolist()
    if date_format(words, day_first=day_first) is not None:
        return "date", ""
    if is_text(sample, n_distinct, len(known)):
        return "text", note
    if n_distinct == len(known) and len(known) > 2 * _FEW_ROWS and (_mean_words(sample) < 1.5 or ID_NAME.search(name)):
        return "dropped", "every row has a different value; if it is text to learn from, name it as a text column"
    return "category", note


def is_text(sample: list[str], n_distinct: int, n_known: int) -> bool:
    """Whether cells are free text: several words on average, and seldom the same twice."""
    return (_mean_words(sample) >= _WORDS or is_unspaced(sample)) and n_distinct > _DISTINCT * n_known


def _mean_words(texts: list[str]) -> float:
    return float(np.mean([len(text.split()) for text in texts]))


def is_unspaced(texts: list[str]) -> bool:
    """Whether texts are sentences in a script that puts no blanks between words, such as Chinese."""
    foreign = sum(not text.isascii() and sum(letter > "\u0e00" for letter in text) * 2 > len(text) for text in texts)
    if foreign * 2 <= len(texts):
        return False
    letters = sum(len(text) for text in texts)
    n_words = max(1, sum(len(text.split()) for text in texts))
    return letters / n_words >= _LETTERS_PER_WORD / 2 and letters / len(texts) >= 6
