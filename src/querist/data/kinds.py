"""What kind of column it is: number, category, date, free text, or a name of the row that teaches nothing."""

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["number", "category", "date", "text", "dropped"]

# Free text: several words on average, and seldom the same twice.
_WORDS, _DISTINCT = 3.0, 0.5
_ID_NAME = re.compile(r"(^|[_\W])(id|uuid|guid|key|index|row_?(number|id)?)$|^unnamed", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
_SAMPLE = 2000


def kind_of(column: "pd.Series", text_columns: Collection[str]) -> tuple[Kind, str]:  # type: ignore[type-arg]
    """Return the kind of a column and, where it is dropped, why."""
    import pandas.api.types as types

    name = str(column.name)
    if name in text_columns:
        return "text", ""
    known = column.dropna()
    n_distinct = known.nunique() if not known.empty else 0
    if n_distinct <= 1:
        return "dropped", "it has only one value" if n_distinct else "it is empty"
    if types.is_bool_dtype(column):
        return "category", ""
    if types.is_datetime64_any_dtype(column):
        return "date", ""
    if types.is_numeric_dtype(column):
        if n_distinct == len(column) and _ID_NAME.search(name) and types.is_integer_dtype(column):
            return "dropped", "it numbers the rows"
        return "number", ""
    return _kind_of_words(known.astype(str), name, n_distinct)


def _kind_of_words(known: "pd.Series[str]", name: str, n_distinct: int) -> tuple[Kind, str]:
    sample = known.iloc[:: max(1, len(known) // _SAMPLE)]
    n_words = float(np.mean([len(cell.split()) for cell in sample.tolist()]))
    if all(_DATE.match(cell.strip()) for cell in sample.tolist()) and _reads_as_date(sample):
        return "date", ""
    if n_words >= _WORDS and n_distinct > _DISTINCT * len(known):
        return "text", ""
    if n_distinct == len(known) and len(known) > 20 and (n_words < 1.5 or _ID_NAME.search(name)):
        return "dropped", "every row has another name"
    return "category", ""


def _reads_as_date(sample: "pd.Series[str]") -> bool:
    import warnings

    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return bool(pd.to_datetime(sample, errors="coerce", format="mixed").notna().mean() > 0.95)
