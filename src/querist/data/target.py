"""The column to predict, checked."""

import datetime
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from querist._alike import INVISIBLE, alike, told_alike
from querist._typing import AnyArray, FloatArray
from querist._words import listed
from querist.data.table import Table, no_such_column
from querist.data.typed_cells import simple_cells
from querist.data.written_numbers import is_missing
from querist.exceptions import TargetError

if TYPE_CHECKING:
    import pandas as pd

# More distinct numbers than this, not whole or seldom repeated, are measurements and not classes.
_MANY = 20
_BINNING = (
    "To predict numbers, take regressors (--estimator random_forest_regressor); to predict classes, cut the numbers "
    "into ranges first, for example with pandas.cut(values, bins=4)"
)


def column_of(table: Table, name: str, purpose: str = "target") -> "pd.Series":
    """Return a column by name.

    Raises
    ------
    TargetError
        If there is none; the message suggests the nearest name and lists all.
    """
    if table.frame is None:
        raise TargetError(
            f"{table.path} holds a matrix without named columns, so there is no column {name!r}. Leave the name out."
        )
    names = [str(each) for each in table.frame.columns]
    if name not in names:
        raise TargetError(no_such_column(table.path, name, names, purpose))
    if name in table.written:
        return table.written[name]
    return table.frame.iloc[:, names.index(name)]


def split_target(table: Table, target: str | None, *, split: bool = True) -> tuple[Table, AnyArray]:
    """Take the target out of a table.

    Parameters
    ----------
    table : Table
    target : str or None
        Name of the column; None for files that carry their labels (libsvm, NPZ).
    split : bool, default=True
        Whether the rows will be split by class into two parts; then each class needs two rows.

    Returns
    -------
    table : Table
        Without the target; its notes say how labels were read.
    labels : ndarray of shape (n_rows,)
        Of int64, str or bool: whole floats become int; up to 20 other numbers, and mixed cells, words.

    Raises
    ------
    TargetError
        If there is no such column, or it has gaps, one class only, a class of one row, or so many
        distinct values that they are measurements or names of the rows.
    """
    table, labels = take_target(table, target)
    _check_classes(labels, f"{table.path}: {_what(table, target)}", split=split)
    return table, labels


def take_target(table: Table, target: str | None) -> tuple[Table, AnyArray]:
    """Take the target out of a table, however few classes it has: see `split_target`.

    Raises
    ------
    TargetError
        If there is no such column, or a cell that is no label.
    """
    if table.frame is None:
        if target is not None and target not in ("y", "label", "target"):
            raise TargetError(f"{table.path} carries its labels itself. Leave out the target {target!r}.")
        if table.labels is None:
            raise TargetError(
                f"{table.path} holds a matrix without labels. Save both with numpy.savez(path, X=X, y=y)."
            )
        values: Any = table.labels
        rest = table
    else:
        if target is None:
            names = [str(name) for name in table.frame.columns]
            raise TargetError(f"Name the column to predict (target). {table.path} has: {listed(names)}.")
        values = column_of(table, target)
        rest = replace(table, frame=table.frame.drop(columns=values.name))
    what = _what(table, target)
    labels, notes = _labels(values, f"{table.path}: {what}")
    return rest.told(*(f"{what}: {note}" for note in notes)), labels


def take_targets(table: Table, target: str | None) -> tuple[Table, FloatArray]:
    """Take a column of numbers to predict out of a table.

    Returns
    -------
    table : Table
        Without the column.
    targets : ndarray of shape (n_rows,)
        Finite.

    Raises
    ------
    TargetError
        If there is no such column, or a cell holds no finite number.
    """
    import pandas as pd

    written: pd.Series
    if table.frame is None:
        rest, labels = take_target(table, target)
        written = column = pd.Series(labels)
    else:
        if target is None:
            names = [str(name) for name in table.frame.columns]
            raise TargetError(f"Name the column to predict (target). {table.path} has: {listed(names)}.")
        written = column_of(table, target)
        column = table.frame[written.name]
        rest = replace(table, frame=table.frame.drop(columns=written.name))
    numbers = column if getattr(column.dtype, "kind", "O") in "iuf" else pd.to_numeric(column, errors="coerce")
    found: FloatArray = np.asarray(numbers.to_numpy(np.float64, na_value=np.nan))
    if not np.isfinite(found).all():
        row = int(np.argmin(np.isfinite(found)))
        cell = written.iloc[row]
        told = "is empty" if pd.isna(cell) or not str(cell).strip() else f"holds {cell!r}, which is no finite number"
        raise TargetError(
            f"{table.path}: {_what(table, target)}, row {row + 1}, {told}. A regressor needs the target of every row: "
            "correct the cell or remove the row; use --decimal comma if numbers are written so."
        )
    return rest, found


def _what(table: Table, target: str | None) -> str:
    return "the labels" if table.frame is None else f"target column {target!r}"


def _labels(values: Any, what: str) -> tuple[AnyArray, list[str]]:
    import pandas as pd

    if isinstance(values, np.ndarray) and values.dtype.kind == "S":
        values = values.astype(object)
    column, notes = _clean(
        pd.Series(values, dtype=object if values.dtype == object else None).reset_index(drop=True), what
    )
    gaps = np.flatnonzero(column.isna().to_numpy())
    if gaps.size:
        raise TargetError(
            f"{what} has {gaps.size} missing value{'s' if gaps.size > 1 else ''}, the first in row {gaps[0] + 1}. "
            "The truth of every row is needed: fill them in or remove those rows."
        )
    labels, more = _of_cells(column.tolist(), what)
    return labels, [*notes, *more, *_alike(labels)]


def _clean(given: "pd.Series", what: str) -> "tuple[pd.Series, list[str]]":
    """Bring labels that look the same to one form: blanks around a name are no part of it, nor how accents are kept."""
    import pandas as pd

    column, notes = simple_cells(given)
    if column is None:
        raise TargetError(f"{what} is {notes[0]}. Name another column.")
    if not {type(cell) for cell in column.tolist()} & {str}:
        return column, notes
    forms: dict[str, str | None] = {}
    for cell in column.unique():
        if isinstance(cell, str):
            forms[cell] = unicodedata.normalize("NFC", cell.strip().strip(INVISIBLE).strip()) or None
    changed = {cell: form for cell, form in forms.items() if form not in (cell, None)}
    blank = [cell for cell, form in forms.items() if form is None]
    if not changed and not blank:
        return column, notes
    cells = column.astype(object).tolist()
    n_changed = sum(isinstance(cell, str) and cell in changed for cell in cells)
    shown = ", ".join(f"{cell!r} as {form!r}" for cell, form in list(changed.items())[:3])
    if changed:
        notes = [
            *notes,
            f"{n_changed} cells read without spaces around them and with accents encoded in one way ({shown})",
        ]
    read = [forms[cell] if isinstance(cell, str) else cell for cell in cells]
    return pd.Series(read, dtype=object), notes


def _alike(labels: AnyArray) -> list[str]:
    """Say of classes that look alike."""
    if labels.dtype.kind != "U":
        return []
    return [told_alike(words) for words in alike(np.unique(labels).tolist())][:5]


def _of_cells(cells: list[Any], what: str) -> tuple[AnyArray, list[str]]:
    kinds = {type(cell) for cell in cells}
    if any(issubclass(kind, datetime.date | datetime.time | datetime.timedelta) for kind in kinds):
        raise TargetError(f"{what} holds dates. Querist predicts classes: name another column.")
    if kinds <= {int, float} and float in kinds:
        return _from_numbers(np.asarray(cells, np.float64), what)
    if kinds == {bool}:
        return np.asarray(cells, bool), []
    if kinds == {int}:
        if max(abs(cell) for cell in cells) < 2**63:
            return np.asarray(cells, np.int64), []
        return np.asarray([str(cell) for cell in cells]), []
    return _from_words(cells)


def _from_numbers(numbers: AnyArray, what: str) -> tuple[AnyArray, list[str]]:
    wrong = np.flatnonzero(~np.isfinite(numbers) | (np.abs(numbers) > 2**53))
    if wrong.size:
        raise TargetError(f"{what}, row {wrong[0] + 1}, holds {numbers[wrong[0]]:g}, which is not a class. Correct it.")
    if (numbers == np.round(numbers)).all():
        return numbers.astype(np.int64), []
    distinct = np.unique(numbers)
    if distinct.size > _MANY or distinct.size > numbers.size // 2:
        raise TargetError(
            f"{what} has {distinct.size} distinct numbers in {numbers.size} rows, such as "
            f"{distinct[distinct % 1 != 0][0]:g}: it looks continuous. {_BINNING}."
        )
    return np.asarray([f"{number:.17g}" if float(f"{number:g}") != number else f"{number:g}" for number in numbers]), [
        f"its {distinct.size} numbers are read as names of classes"
    ]


def _from_words(cells: list[Any]) -> tuple[AnyArray, list[str]]:
    notes = []
    kinds = sorted({type(cell).__name__ for cell in cells})
    if len(kinds) > 1:
        notes.append(f"it mixes cells of type {' and '.join(kinds)}; read as words")
    words = [str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell) for cell in cells]
    for word in sorted(set(words)):
        if is_missing(word):
            count = words.count(word)
            notes.append(f"{word!r} ({count} rows) is taken for a class; leave the cell empty if it means missing")
    return np.asarray(words), notes


def _check_classes(labels: AnyArray, what: str, *, split: bool) -> None:
    classes, first, counts = np.unique(labels, return_index=True, return_counts=True)
    if classes.size == 1:
        raise TargetError(
            f"{what} has only one class, {classes[0].item()!r}. There is nothing to learn: name another column."
        )
    if labels.dtype.kind == "i" and classes.size > max(_MANY, labels.size // 5):
        raise TargetError(
            f"{what} has {classes.size} distinct numbers in {labels.size} rows: it looks continuous. {_BINNING}."
        )
    if classes.size > max(_MANY, labels.size // 2):
        raise TargetError(
            f"{what} has {classes.size} distinct values in {labels.size} rows: these are names of rows or texts, "
            "not classes. Name another column."
        )
    if split and (counts == 1).any():
        lone = np.flatnonzero(counts == 1)
        others = f" (and {lone.size - 1} more such classes)" if lone.size > 1 else ""
        raise TargetError(
            f"{what}: class {classes[lone[0]].item()!r} has a single row, row {first[lone[0]] + 1}{others}. A class "
            "needs two, one to learn from and one to test on: remove the row or merge the class with another."
        )
