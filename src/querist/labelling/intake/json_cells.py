"""A table as JSON values: numbers stay numbers, gaps are None, dates are ISO texts."""

import datetime
import decimal
import math
from typing import TYPE_CHECKING, Any

from querist.data.bounds import Bounds
from querist.data.table import Table
from querist.data.typed_cells import whole, without_bytes
from querist.exceptions import DataError

if TYPE_CHECKING:
    import pandas as pd

Columns = dict[str, list[Any]]

# A card with more fields than this is read by nobody.
_WIDEST_MATRIX = 1000


def columns_of(table: Table, bounds: Bounds | None = None) -> tuple[Columns, list[str]]:
    """Return the columns of a table as lists of JSON values, and notes.

    The features of a matrix are called ``feature 1``, ``feature 2`` ... and its labels ``label``. Bytes are texts, or
    their column is left out.

    Parameters
    ----------
    table : Table
    bounds : Bounds, default=those of its file
        How many cells a matrix may have with all its zeros.

    Raises
    ------
    DataError
        If a matrix is too wide to be read by people, or no column is left.
    """
    if table.frame is None:
        return _of_matrix(table, bounds or Bounds.of_size(table.path.stat().st_size)), []
    columns: Columns = {}
    notes = []
    frame: Any = table.as_written()
    for name in frame.columns:
        column, told = without_bytes(frame[name])
        notes += [f"column {name!r}: {note}" for note in told]
        if column is not None:
            columns[str(name)], note = _of_column(str(name), column)
            notes += [note] if note else []
    if not columns:
        raise DataError(f"{table.path} has no column that can be read: {'; '.join(notes)}. Correct the file.")
    return columns, notes


def _of_matrix(table: Table, bounds: Bounds) -> Columns:
    matrix: Any = table.matrix
    width = matrix.shape[1]
    if width > _WIDEST_MATRIX:
        raise DataError(
            f"{table.path} has {width} features; people cannot read more than {_WIDEST_MATRIX} on a card. "
            "Label the texts or images that the features were made from."
        )
    bounds.check_cells(table.path, matrix.shape[0] * width, "with all its zeros")
    dense = matrix.toarray() if hasattr(matrix, "toarray") else matrix
    columns = {f"feature {place}": _numbers(dense[:, place - 1].tolist()) for place in range(1, width + 1)}
    return columns if table.labels is None else columns | {"label": _numbers(table.labels.tolist())}


def _of_column(name: str, column: "pd.Series") -> tuple[list[Any], str]:
    import pandas as pd

    kind = column.dtype.kind if hasattr(column.dtype, "kind") else "O"
    if kind == "M":
        return _dates(column), ""
    cells = column.astype(object).where(column.notna(), None).tolist()
    if kind in "iub":
        return cells, ""
    if kind == "f":
        n_infinite = sum(cell is not None and math.isinf(cell) for cell in cells)
        note = f"column {name!r}: {n_infinite} infinite numbers are kept as words" if n_infinite else ""
        return _numbers(cells), note
    if isinstance(column.dtype, pd.StringDtype):
        return cells, ""
    return [_value(cell) for cell in cells], ""


def _numbers(cells: list[Any]) -> list[Any]:
    """Gaps turn whole numbers into floats when a table is read; here they become whole again."""
    known = [cell for cell in cells if not _is_gap(cell)]
    gaps = len(known) < len(cells)
    whole = gaps and all(float(cell).is_integer() and abs(cell) <= 2**53 for cell in known)

    def value(cell: Any) -> Any:
        if _is_gap(cell):
            return None
        if isinstance(cell, float) and math.isinf(cell):
            return "inf" if cell > 0 else "-inf"  # JSON has no infinite numbers
        return int(cell) if whole else cell

    return [value(cell) for cell in cells]


def _is_gap(cell: Any) -> bool:
    return cell is None or (isinstance(cell, float) and math.isnan(cell))


def _dates(column: "pd.Series") -> list[Any]:
    known = column.dropna()
    whole_days = column.dt.tz is None and bool((known == known.dt.normalize()).all())
    dates = [None if gap else date for date, gap in zip(column.tolist(), column.isna().tolist(), strict=True)]
    return [None if date is None else (date.date() if whole_days else date).isoformat() for date in dates]


def _value(cell: Any) -> Any:
    if cell is None or isinstance(cell, str | bool | int):
        return cell
    if isinstance(cell, float):
        # Beside a word: of such columns spreadsheets keep the numbers, and theirs are all floats.
        return whole(_numbers([cell])[0])
    if isinstance(cell, decimal.Decimal):
        return int(cell) if cell == cell.to_integral_value() else float(cell)
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)
