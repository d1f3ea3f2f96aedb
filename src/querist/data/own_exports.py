"""Querist's own exports of tables, read as what they are: the user's columns, and the labels."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from querist.data.dialects import BY_MODEL, told_by_model
from querist.data.own_columns import own_names
from querist.data.table import Table


def as_exported(table: Table, cells_of: Callable[[str], Sequence[Any]]) -> Table:
    """Return a table without the columns that Querist has put beside the user's; any other table as it is.

    Parameters
    ----------
    table : Table
        With a frame.
    cells_of : callable
        Returns the cells of a column as they stand in the file: a class called "1.50" is no number.
    """
    import pandas as pd

    if table.frame is None:
        return table
    names = own_names([str(name) for name in table.frame.columns])
    if not names:
        return table
    by_model = (table.frame[names["status"]] == BY_MODEL).tolist()
    label = names["label"]
    cells = [
        None if guessed or cell is None or cell == "" or cell != cell else cell  # noqa: PLR0124  # NaN
        for cell, guessed in zip(cells_of(label), by_model, strict=True)
    ]
    labelled = any(cell is not None for cell in cells)
    left_out = [name for name in names.values() if name != label or not labelled]
    frame = table.frame.drop(columns=left_out)
    if labelled:
        frame = frame.assign(**{label: pd.Series(cells, dtype=object, index=frame.index)})
    notes = [f"written by Querist: its own columns are left out ({', '.join(left_out)})"]
    notes += [told_by_model(sum(by_model))] if any(by_model) else []
    return replace(table, frame=frame, label_column=label if labelled else None).told(*notes)
