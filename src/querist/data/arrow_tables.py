"""Parquet and Arrow (Feather): files whose columns have types."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from querist.data.arrow_bounds import opened_arrow
from querist.data.bounds import Bounds
from querist.data.class_names import names_of_features, with_class_names
from querist.data.nested import flattened
from querist.data.parquet_bounds import opened_parquet, parquet_errors
from querist.data.reading import Reading
from querist.data.table import Table
from querist.data.typed_cells import exact_integers, typed_column, without_doubled_index
from querist.exceptions import DataError

if TYPE_CHECKING:
    import pandas as pd


def read_parquet(path: Path, data: bytes, reading: Reading, bounds: Bounds) -> Table:
    """Read a Parquet file; an index that pandas saved becomes a column if it has a name."""
    file = opened_parquet(path, data, bounds)
    with parquet_errors(path):
        table = file.read()
        table.validate(full=True)  # texts that are no UTF-8
    return _table(path, table, bounds)


def read_arrow(path: Path, data: bytes, reading: Reading, bounds: Bounds) -> Table:
    """Read an Arrow file (Feather) or stream."""
    table, notes = opened_arrow(path, data, bounds)
    return _table(path, table, bounds).told(*notes)


def _table(path: Path, table: Any, bounds: Bounds) -> Table:
    from pyarrow import types

    nested = [field.name for field in table.schema if types.is_nested(field.type)]
    check_names(path, [field.name for field in table.schema])
    with parquet_errors(path):
        frame, told = _frame(table.select([name for name in table.schema.names if name not in nested]), len(table))
        check_names(path, list(frame.columns))
        there = [name for name in table.schema.names if name in nested or name in frame]
        order = [*there, *(name for name in frame.columns if name not in there)]
        # Columns of single values hold the places of the others.
        flat, notes = flattened({name: table.column(name).to_pylist() if name in nested else [] for name in order})
    bounds.check_cells(path, len(frame) * len(flat), "with the fields of its objects")
    if nested:
        frame = frame.assign(**{name: typed_column(cells) for name, cells in flat.items() if name not in frame})
    frame = frame[list(flat)]
    classes = names_of_features((table.schema.metadata or {}).get(b"huggingface", b""))
    return with_class_names(Table(path, frame, notes=(*told, *notes)), classes)


def _frame(table: Any, n_rows: int) -> tuple["pd.DataFrame", list[str]]:
    """Return the columns of single values; an index of pandas becomes a column if it has a name."""
    import pandas as pd

    if not table.num_columns:
        return pd.DataFrame(index=pd.RangeIndex(n_rows)), []
    frame, notes = without_doubled_index(exact_integers(table.to_pandas(), table))
    named = [name for name in frame.index.names if name is not None]
    frame = frame.reset_index(level=named).reset_index(drop=True) if named else frame.reset_index(drop=True)
    frame.columns = pd.Index([str(name) for name in frame.columns])
    return frame, notes


def check_names(path: Path, names: list[str]) -> None:
    """Refuse columns of one name.

    Raises
    ------
    DataError
    """
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        places = [str(place) for place, name in enumerate(names, 1) if name == twice[0]]
        raise DataError(f"{path}: columns {' and '.join(places)} are both called {twice[0]!r}. Rename one.")
