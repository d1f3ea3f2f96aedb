"""Cells that have types, brought to the few that tables are made of: numbers, words, booleans, dates."""

import contextlib
import datetime
import decimal
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_BYTES = (bytes, bytearray, memoryview)


def typed_column(values: list[Any]) -> "pd.Series":
    """Return cells as numbers, booleans or dates where all are of one such kind; else they stay what they are."""
    import pandas as pd

    known = [value for value in values if not _is_gap(value)]
    kinds = {type(value) for value in known}
    if not kinds:
        return pd.Series(float("nan"), index=range(len(values)))
    if kinds <= {int, float}:
        return _of_numbers(values, n_known=len(known))
    if kinds == {bool} and len(known) == len(values):
        return pd.Series(values, dtype=bool)
    if kinds <= {datetime.datetime, datetime.date}:
        # pandas counts nanoseconds, and they end in 2262; or zones differ
        with contextlib.suppress(ValueError, OverflowError):
            return pd.to_datetime(pd.Series(values, dtype=object))
    return pd.Series(values, dtype=object)


def _of_numbers(values: list[Any], *, n_known: int) -> "pd.Series":
    import pandas as pd

    values = [whole(value) for value in values]
    inexact = n_known < len(values) or float in {type(value) for value in values}
    if any(isinstance(value, int) and abs(value) > (2**53 if inexact else 2**63 - 1) for value in values):
        return pd.Series([None if _is_gap(value) else str(value) for value in values], dtype=object)
    return pd.Series(values, dtype="float64" if inexact else "int64")


def whole(value: Any) -> Any:
    """Return a whole number as an int: spreadsheets know none."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53 else value


def simple_cells(column: "pd.Series") -> "tuple[pd.Series | None, list[str]]":
    """Return a column without bytes, decimals, durations and halves of letters, and notes; None: it is left out."""
    if column.dtype != object:
        return column, []
    read, notes = without_bytes(column)
    if read is None:
        return None, notes
    cells = [None if gap else cell for cell, gap in zip(read.tolist(), read.isna().tolist(), strict=True)]
    kinds = {type(cell) for cell in cells if cell is not None}
    if decimal.Decimal in kinds and kinds <= {decimal.Decimal, int, float}:
        cells, told = _from_decimals(cells)
        return typed_column(cells).set_axis(column.index), [*notes, *told]
    if kinds == {datetime.timedelta}:
        seconds = [None if cell is None else cell.total_seconds() for cell in cells]
        return typed_column(seconds).set_axis(column.index), [*notes, "durations read as seconds"]
    if str in kinds:
        cells, told = _whole_letters(cells)
        notes += told
    if not notes:
        return column, []
    import pandas as pd

    return pd.Series(cells, index=column.index, dtype=object, name=column.name), notes


def without_bytes(column: "pd.Series") -> "tuple[pd.Series | None, list[str]]":
    """Return a column with texts for bytes, and notes; None: it is left out, since its bytes are no text."""
    import pandas as pd

    if column.dtype != object or not any(isinstance(cell, _BYTES) for cell in column.tolist()):
        return column, []
    try:
        cells = [bytes(cell).decode() if isinstance(cell, _BYTES) else cell for cell in column.tolist()]
    except UnicodeDecodeError:
        return None, ["left out, since its cells are bytes that are not text in UTF-8 (pictures, sounds?)"]
    return pd.Series(cells, index=column.index, dtype=object, name=column.name), ["bytes read as text in UTF-8"]


def as_words(column: "pd.Series") -> "pd.Series[str] | None":
    """Return the cells of a column as words, numbers and times too; None if there is no word, or something else."""
    import pandas as pd

    if not pd.api.types.is_object_dtype(column) and not isinstance(column.dtype, pd.StringDtype):
        return None
    known = column.notna().to_numpy(bool)
    kinds = {type(cell) for cell in column[known].tolist()}
    if not kinds & {str, datetime.time} or not kinds <= {str, int, float, datetime.time}:
        return None
    words = [str(whole(cell)) if there else "" for cell, there in zip(column.tolist(), known, strict=True)]
    return pd.Series(words, index=column.index, dtype=object)


def words_of(column: "pd.Series") -> "pd.Series[str]":
    """Return the cells of a column, which has no gaps, as words that can be written."""
    import pandas as pd

    words = [without_half_letters(str(cell)) for cell in column.tolist()]
    return pd.Series(words, index=column.index, name=column.name, dtype=object)


def without_half_letters(text: str) -> str:
    """Return a text with U+FFFD for each half of a letter (a lone surrogate), which no file can hold.

    Examples
    --------
    >>> without_half_letters("so nice " + chr(0xD83D)) == "so nice " + chr(0xFFFD)
    True
    """
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def exact_integers(frame: "pd.DataFrame", table: Any) -> "pd.DataFrame":
    """Return what pandas made of an Arrow table with long whole numbers exact: beside gaps they are floats."""
    import pandas as pd
    from pyarrow import compute, types

    exact = {}
    for place, field in enumerate(table.schema):
        column = table.column(place)
        if field.name not in frame or not types.is_integer(field.type) or not column.null_count:
            continue
        ends = compute.min_max(column)
        if any(each is not None and abs(each) > 2**53 for each in (ends["min"].as_py(), ends["max"].as_py())):
            cells = [None if cell is None else str(cell) for cell in column.to_pylist()]
            exact[field.name] = pd.Series(cells, index=frame.index, dtype=object)
    return frame.assign(**exact) if exact else frame


def without_doubled_index(frame: "pd.DataFrame") -> "tuple[pd.DataFrame, list[str]]":
    """Return a frame without the parts of its index that are called as a column is, and notes."""
    columns = {str(name) for name in frame.columns}
    doubled = [name for name in frame.index.names if name is not None and str(name) in columns]
    notes = [f"the index {name!r} is left out, since a column has its name" for name in doubled]
    if len(doubled) == frame.index.nlevels:
        return (frame.reset_index(drop=True) if doubled else frame), notes
    return (frame.droplevel(doubled) if doubled else frame), notes


def json_value(value: Any) -> Any:
    """Return what JSON held with U+FFFD for each half of a letter, in texts and names of fields."""
    if isinstance(value, str):
        return without_half_letters(value)
    if isinstance(value, list):
        return [json_value(each) for each in value]
    if isinstance(value, dict):
        return {without_half_letters(name): json_value(each) for name, each in value.items()}
    return value


def _is_gap(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _from_decimals(cells: list[Any]) -> tuple[list[Any], list[str]]:
    """Return decimals as whole numbers where all are, else as floats."""
    known = [cell for cell in cells if cell is not None]
    if all(
        cell == cell.to_integral_value() for cell in known if isinstance(cell, decimal.Decimal) and cell.is_finite()
    ):
        return [cell if not _is_finite(cell) else int(cell) for cell in cells], []
    floats = [None if cell is None else float(cell) for cell in cells]
    inexact = sum(
        isinstance(cell, decimal.Decimal) and cell.is_finite() and decimal.Decimal(repr(number)) != cell
        for cell, number in zip(cells, floats, strict=True)
    )
    return floats, [f"{inexact} decimals are rounded to 17 digits"] if inexact else []


def _is_finite(cell: Any) -> bool:
    return cell is not None and bool(math.isfinite(cell))


def _whole_letters(cells: list[Any]) -> tuple[list[Any], list[str]]:
    if all(is_encodable(cell) for cell in cells if isinstance(cell, str)):
        return cells, []
    mended = [without_half_letters(cell) if isinstance(cell, str) else cell for cell in cells]
    rows = [row for row, (before, after) in enumerate(zip(cells, mended, strict=True), 1) if before != after]
    more = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
    return mended, [f"half a letter (a lone surrogate) in row {rows[0]}{more}, read as U+FFFD"]


def is_encodable(text: str) -> bool:
    """Whether a text holds no half of a letter."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
