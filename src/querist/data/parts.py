"""A table that several files make up: their columns must agree."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from querist._words import listed
from querist.data.packed import bare_name
from querist.data.table import Table
from querist.data.typed_cells import typed_column
from querist.exceptions import DataError, FileFormatError

if TYPE_CHECKING:
    import pandas as pd

# What Spark and Hive call a gap.
_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
_KEY = re.compile(r"([^=/]+)=([^=/]*)")
# What programs put beside the parts of a table.
_BESIDE = ("dataset_info.json", "dataset_dict.json", "state.json", "metadata.json")


def parts_of(folder: Path, known: Collection[str]) -> list[Path]:
    """Return the files of a folder that make up a table, in the order of their names.

    Hidden files, those that begin with an underscore, and descriptions of data sets are passed over. Folders called
    ``key=value`` are looked into, as Spark, Hive and others write them.

    Raises
    ------
    FileFormatError
        If there is none, or they are of several kinds.
    """
    found = parts_by_kind(folder, known)
    if not found:
        folders = [each.name for each in sorted(folder.iterdir()) if each.is_dir() and each.name[0] not in "._"]
        there = f" It has the folders {listed(folders, 5)}: name one." if folders else ""
        raise FileFormatError(f"{folder} is a folder without a table in it. Name a file.{there}")
    if len(found) > 1:
        kinds = ", ".join(f"{len(parts)} x {kind}" for kind, parts in found.items())
        raise FileFormatError(f"{folder} holds tables of several kinds ({kinds}). Name the files that make up one.")
    return next(iter(found.values()))


def parts_by_kind(folder: Path, known: Collection[str]) -> dict[str, list[Path]]:
    """Return the tables that lie in a folder, by the endings that say their format."""
    found: dict[str, list[Path]] = {}
    for each in sorted(folder.iterdir()):
        if each.is_dir() and _KEY.fullmatch(each.name):
            for kind, parts in parts_by_kind(each, known).items():
                found.setdefault(kind, []).extend(parts)
        kind = Path(bare_name(each.name)).suffix.lower()
        if kind in known and each.is_file() and each.name[0] not in "._" and each.name not in _BESIDE:
            found.setdefault(kind, []).append(each)
    return found


def with_keys(table: Table, folder: Path, part: Path) -> Table:
    """Return the table of a part with the columns that the names of its folders, ``key=value``, say."""
    import pandas as pd

    keys = [_KEY.fullmatch(name) for name in part.relative_to(folder).parts[:-1]]
    if table.frame is None or not keys:
        return table
    frame, notes = table.frame, []
    for found in keys:
        name, value = (unquote(each) for each in found.groups()) if found is not None else ("", "")
        if name in frame:
            notes.append(f"column {name!r} is taken from the files; the names of the folders repeat it")
            continue
        told = None if value == _NO_VALUE else value
        frame = frame.assign(**{name: pd.Series([told] * len(frame), dtype=object, index=frame.index)})
        notes.append(f"the names of the folders ({name}=...) are the column {name!r}")
    return replace(table, frame=frame).told(*notes)


def joined(parts: Sequence[Table], path: Path | None = None) -> Table:
    """Return one table of several, row after row.

    Parameters
    ----------
    parts : sequence of Table
    path : Path, default=that of the first
        What the table is called in messages.

    Raises
    ------
    DataError
        If there is no part, a part holds a matrix, or the columns of two differ.
    """
    import pandas as pd

    if not parts:
        raise DataError("No file is named to read a table from. Name one or more.")
    first = parts[0]
    if len(parts) == 1:
        return first if path is None else replace(first, path=path)
    if first.frame is None or any(part.frame is None for part in parts):
        raise DataError(
            f"{first.path} and the others hold matrices without named columns; only tables are joined. Name one file."
        )
    told = {part.label_column for part in parts if part.label_column is not None}
    if len(told) == 1:
        parts = [_with_label(part, *told) for part in parts]
        first = parts[0]
    names = list(first.frame.columns) if first.frame is not None else []
    frames: list[Any] = []
    for part in parts:
        _check_columns(first.path, names, part)
        frames.append(part.frame)
    columns = {name: _column([frame[name] for frame in frames]) for name in names}
    frame = pd.DataFrame(columns)
    notes = [f"{len(parts)} files read as one table: {listed([part.path.name for part in parts], 5)}"]
    for part in parts:
        notes += [f"{part.path.name}: {note}" for note in part.notes if part is first or note not in first.notes]
    label = first.label_column if all(part.label_column == first.label_column for part in parts) else None
    named = tuple((part.path, part.n_rows) for part in parts)
    return replace(first, path=path or first.path, frame=frame, notes=tuple(notes), label_column=label, parts=named)


def _with_label(part: Table, name: str) -> Table:
    """Return a part that says itself which column holds labels, as others do: one without labels has only gaps."""
    import pandas as pd

    if part.frame is None or name in part.frame:
        return part
    gaps = pd.Series([None] * len(part.frame), dtype=object, index=part.frame.index)
    return replace(part, frame=part.frame.assign(**{name: gaps}), label_column=name)


def _check_columns(path: Path, names: list[str], part: Table) -> None:
    own = [] if part.frame is None else list(part.frame.columns)
    lacking, more = [name for name in names if name not in own], [name for name in own if name not in names]
    if lacking or more:
        told = [f"lacks {listed(lacking, 5)}"] if lacking else []
        told += [f"has {listed(more, 5)} in addition"] if more else []
        raise DataError(f"{part.path} {' and '.join(told)}; the columns must be those of {path}.")


def _column(parts: "list[pd.Series]") -> "pd.Series":
    import pandas as pd

    if len({part.dtype for part in parts}) == 1:
        return pd.concat(parts, ignore_index=True)
    cells = [None if gap else cell for part in parts for cell, gap in zip(part.tolist(), part.isna(), strict=True)]
    return typed_column(cells)
