"""Querist's own exports of tables, read as what they are: the user's columns, and the labels."""

from dataclasses import replace
from typing import Any

from querist.data.dialects import BY_MODEL, told_by_model
from querist.data.own_columns import own_names, restore
from querist.data.table import Table


def as_exported(table: Table) -> Table:
    """Return a table without the columns that Querist has put beside the user's; any other table as it is.

    Its cells are as they stand in the file: a class called "1.50" is no number.
    """
    import pandas as pd

    if table.frame is None:
        return table
    frame = table.frame
    if table.delimiter is not None:
        header = [restore(str(name)) for name in frame.columns]
        if not own_names(header):
            return table
        # Only Querist's own files have had apostrophes put before what looks like a formula.
        frame = frame.map(_restored).set_axis(header, axis=1)
    names = own_names([str(name) for name in frame.columns])
    if not names:
        return table
    by_model = (frame[names["status"]] == BY_MODEL).tolist()
    label = names["label"]
    cells = [
        None if guessed or gap or cell == "" else cell
        for cell, gap, guessed in zip(frame[label].tolist(), frame[label].isna().tolist(), by_model, strict=True)
    ]
    labelled = any(cell is not None for cell in cells)
    left_out = [name for name in names.values() if name != label or not labelled]
    frame = frame.drop(columns=left_out)
    if labelled:
        frame = frame.assign(**{label: pd.Series(cells, dtype=object, index=frame.index)})
    notes = [f"written by Querist: its own columns are left out ({', '.join(left_out)})"]
    notes += [told_by_model(sum(by_model))] if any(by_model) else []
    return replace(table, frame=frame, label_column=label if labelled else None).told(*notes)


def _restored(cell: Any) -> Any:
    return restore(cell) if isinstance(cell, str) else cell
