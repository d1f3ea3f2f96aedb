"""A table that several files make up: their columns must agree."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from querist.data.packed import bare_name
from querist.data.table import Table, listed
from querist.data.typed_cells import typed_column
from querist.exceptions import DataError, FileFormatError

if TYPE_CHECKING:
    import pandas as pd

# What programs put beside the parts of a table.
_BESIDE = ("dataset_info.json", "dataset_dict.json", "state.json", "metadata.json")


def parts_of(folder: Path, known: Collection[str]) -> list[Path]:
    """Return the files of a folder that make up a table, in the order of their names.

    Hidden files, those that begin with an underscore, and descriptions of data sets are passed over.

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
        kind = Path(bare_name(each.name)).suffix.lower()
        if kind in known and each.is_file() and each.name[0] not in "._" and each.name not in _BESIDE:
            found.setdefault(kind, []).append(each)
    return found


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
    names = list(first.frame.columns)
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
    return replace(first, path=path or first.path, frame=frame, notes=tuple(notes), label_column=label)


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
