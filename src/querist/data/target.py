"""The column to predict, checked."""

import difflib
from typing import TYPE_CHECKING, Any

import numpy as np

from querist._typing import AnyArray
from querist.data.table import Table
from querist.exceptions import TargetError

if TYPE_CHECKING:
    import pandas as pd

# More distinct numbers than this, most of them not whole or seldom repeated, are measurements and not classes.
_MANY = 20


def column_of(table: Table, name: str, purpose: str = "target") -> "pd.Series":  # type: ignore[type-arg]
    """Return a column by name.

    Raises
    ------
    TargetError
        If there is none; the message suggests the nearest name and lists all.
    """
    if table.frame is None:
        raise TargetError(f"{table.path} holds a matrix without named columns, so there is no column {name!r}.")
    names = [str(column) for column in table.frame.columns]
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        listed = ", ".join(names[:30]) + (" ..." if len(names) > 30 else "")
        raise TargetError(f"{table.path} has no {purpose} column {name!r}.{hint} It has: {listed}.")
    return table.frame.iloc[:, names.index(name)]


def split_target(table: Table, target: str | None) -> tuple[Table, AnyArray]:
    """Take the target out of a table.

    Parameters
    ----------
    table : Table
    target : str or None
        Name of the column; None for files that carry their labels (libsvm, NPZ).

    Returns
    -------
    table : Table
        Without the target.
    labels : ndarray of shape (n_rows,)
        Of int, str, bool or float.

    Raises
    ------
    TargetError
        If there is no such column, or it has gaps, one class only, a class of one row, or too many distinct numbers.
    """
    from dataclasses import replace

    if table.frame is None:
        if target is not None and target not in ("y", "label", "target"):
            raise TargetError(f"{table.path} carries its labels itself. Leave out the target.")
        return table, as_classes(np.asarray(table.labels), str(table.path), "the labels")
    if target is None:
        listed = ", ".join(str(name) for name in table.frame.columns)
        raise TargetError(f"Name the column to predict with --target (target=...). {table.path} has: {listed}.")
    column = column_of(table, target)
    return replace(table, frame=table.frame.drop(columns=column.name)), as_classes(
        column, str(table.path), f"column {target!r}"
    )


def as_classes(values: Any, path: str, what: str) -> AnyArray:
    """Return values as class labels, whole floats as int.

    Raises
    ------
    TargetError
        As in `split_target`.
    """
    import pandas as pd

    column = pd.Series(values).reset_index(drop=True)
    gaps = np.flatnonzero(column.isna().to_numpy())
    if gaps.size:
        raise TargetError(
            f"{path}: {what} has {gaps.size} missing value{'s' if gaps.size > 1 else ''}, the first in row "
            f"{gaps[0] + 1}. Simulation needs the truth of every row: fill them in or remove those rows."
        )
    labels: AnyArray = np.asarray(column.tolist())
    if labels.dtype.kind not in "biufU":
        labels = np.asarray([str(item) for item in column.tolist()])
    if labels.dtype.kind == "f" and np.all(labels == np.round(labels)) and np.all(np.abs(labels) < 2**53):
        labels = labels.astype(np.int64)
    _check_classes(labels, path, what)
    return labels


def _check_classes(labels: AnyArray, path: str, what: str) -> None:
    classes, first, counts = np.unique(labels, return_index=True, return_counts=True)
    if classes.size == 1:
        raise TargetError(f"{path}: {what} has only one class, {classes[0].item()!r}. There is nothing to learn.")
    numbers = labels.dtype.kind in "iuf"
    if classes.size > _MANY and (labels.dtype.kind == "f" or (numbers and classes.size > labels.size // 5)):
        raise TargetError(
            f"{path}: {what} has {classes.size} distinct numbers in {labels.size} rows: it looks continuous. Querist "
            "predicts classes: cut the numbers into ranges first, for example with pandas.cut."
        )
    if classes.size > labels.size // 2:
        raise TargetError(
            f"{path}: {what} has {classes.size} distinct values in {labels.size} rows: these are names or numbers of "
            "rows, not classes. Name another column."
        )
    if (counts == 1).any():
        odd = int(np.flatnonzero(counts == 1)[0])
        raise TargetError(
            f"{path}: in {what} class {classes[odd].item()!r} has a single row (row {first[odd] + 1}). A class needs two, "
            "one to learn from and one to test on: remove the row or merge the class with another."
        )
