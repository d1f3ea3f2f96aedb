"""A table of labels: which column holds what, and what a row says."""

import datetime
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from querist._alike import looks
from querist._words import quoted
from querist.data.label_cells import label_in
from querist.data.own_columns import querist_names
from querist.data.table import no_such_column
from querist.exceptions import DataError
from querist.labelling.label_files.tasks import LabelRow, identity, seconds_of, words
from querist.labelling.log.classes import class_name_of

_TRUE = (True, "true", "TRUE", "True", "1", 1)
_SHOWN = 20


class LabelTable:
    """Columns of a table of labels.

    Parameters
    ----------
    path : Path
        Of the file, for messages.
    columns : sequence of str
        The user's columns in the project.
    header : sequence of str
        The names of the columns of the file.
    label_column : str, default=None
        The column of labels; None: Querist's own, or one called "label".

    Attributes
    ----------
    notes : tuple of str

    Raises
    ------
    DataError
        If there is no such column, or several could be meant.
    """

    def __init__(
        self, path: Path, columns: Iterable[str], header: Iterable[str], label_column: str | None = None
    ) -> None:
        columns, header = list(columns), list(header)
        self._names = querist_names(columns)
        there = set(header)
        # Names of columns are read without the blanks around them.
        self._columns = {name: name if name in there else name.strip() for name in columns}
        self._is_own = self._names["id"] in there
        self.label, self.notes = _label_column(path, header, self._names["label"], label_column)

    def read(self, where: str, cells: dict[str, Any], *, numbers: Mapping[str, Any] = MappingProxyType({})) -> LabelRow:
        """Return what one row says; a row without the column of labels has no label."""

        def own(key: str) -> Any:
            value = cells.get(self._names[key])
            return None if value == "" else value

        # A class of a project may well be called "[1]", and its own files say so.
        given, problem = label_in(plain(cells.get(self.label)), written=not self._is_own)
        label = class_name_of(given)
        return LabelRow(
            where,
            own_id=identity(own("id")),
            cells={name: plain(cells[there]) for name, there in self._columns.items() if there in cells},
            numbers={name: plain(numbers[there]) for name, there in self._columns.items() if there in numbers},
            shown=words(cells.get("text", cells.get("image"))),
            label=label,
            skipped=label is None and own("status") == "skipped",
            annotator=words(own("annotator")),
            at=seconds_of(own("labelled_at")),
            flagged=own("flagged") in _TRUE,
            note=words(own("note")) or "",
            problem=problem,
            by_model=own("status") == "model",
        )


def _label_column(path: Path, header: list[str], own: str, named: str | None) -> tuple[str, tuple[str, ...]]:
    wanted = [own, "label"] if named is None else [named]
    for name in wanted:
        if name in header:
            return name, ()
    alike = list(dict.fromkeys(name for name in header if looks(name) == looks(wanted[-1])))
    if len(alike) == 1:
        return alike[0], (f"labels: column {alike[0]!r}",)
    if named is not None:
        raise DataError(no_such_column(path, named, header, "label"))
    if alike:
        raise DataError(
            f"{path} has {len(alike)} columns that may hold the labels: {quoted(alike)}. Name one of them "
            "(--label-column NAME; on the page: Label column)."
        )
    raise DataError(
        f"{path} has no column 'label'. It has: {quoted(header, _SHOWN)}. "
        "Name the one that holds the labels (--label-column NAME; on the page: Label column), or rename it."
    )


def plain(value: Any) -> Any:
    """Return a cell as JSON holds it: dates as texts, NaN as a gap."""
    if isinstance(value, float) and math.isnan(value):
        return None
    if value is None or isinstance(value, str | int | float | list | dict):
        return value
    if isinstance(value, datetime.datetime) and value.tzinfo is None and value.time() == datetime.time():
        value = value.date()
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)
