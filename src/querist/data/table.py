"""What a file holds once it is read."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from querist._typing import AnyArray, Pool
from querist._words import listed

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Table:
    """A table with named columns, or a matrix with labels (libsvm, NPZ).

    Attributes
    ----------
    path : Path
    frame : DataFrame or None
        The columns; None where the file holds a matrix.
    matrix : ndarray or CSR matrix of shape (n_rows, n_features), or None
    labels : ndarray of shape (n_rows,), or None
        The labels that came with the matrix.
    first_feature : int
        The number that the file gives its first feature: 0 or 1 in libsvm files.
    notes : tuple of str
        What was detected, in words.
    label_column : str or None
        The column of labels, where the file itself says which it is.
    lacks_zeros : bool
        Whether the file leaves out zeros, and with them trailing features that no row has (libsvm).
    delimiter : str or None
        What stands between the cells of a file whose cells are all words; None where they have types.
    style : {"point", "comma"} or None
        How the file writes decimals, where it shows.
    written : dict of str to Series
        What stood in the columns in which something was left out to read numbers, such as "<5" or "12%".
    parts : tuple of (Path, int)
        The files or folders that were named, and how many rows each has; empty where one was.
    """

    path: Path
    frame: "pd.DataFrame | None" = None
    matrix: Pool | None = None
    labels: AnyArray | None = None
    first_feature: int = 0
    notes: tuple[str, ...] = ()
    label_column: str | None = None
    lacks_zeros: bool = False
    delimiter: str | None = None
    style: Literal["point", "comma"] | None = None
    written: "dict[str, pd.Series]" = field(default_factory=dict)
    parts: tuple[tuple[Path, int], ...] = ()

    @property
    def n_rows(self) -> int:
        """Rows of data."""
        held: Any = self.matrix if self.frame is None else self.frame
        return int(held.shape[0])

    def as_written(self) -> "pd.DataFrame | None":
        """Return the columns with what stood in them, where something was left out to read numbers."""
        return self.frame if self.frame is None else self.frame.assign(**self.written)

    def told(self, *notes: str) -> "Table":
        """Return the table with more notes."""
        return replace(self, notes=(*self.notes, *notes))


def no_such_column(path: Path, name: str, names: Iterable[str], purpose: str) -> str:
    """Say that a column does not exist: suggest the nearest name and list all."""
    known = list(names)
    lower = {each.lower(): each for each in reversed(known)}
    near = [lower[found] for found in difflib.get_close_matches(name.lower(), lower, n=1, cutoff=0.5)]
    hint = f" Did you mean {near[0]!r}?" if near else ""
    what = f"{purpose} column".strip()
    return f"{path} has no {what} {name!r}.{hint} It has: {listed(known)}."


def nothing_in(path: Path | str) -> str:
    """Say that a file is empty."""
    return f"{path} is empty. Name a file with rows, or write it again."


def only_a_header(path: Path) -> str:
    """Say that a file holds names of columns and nothing below."""
    return (
        f"{path} has a header but no row of data. Add rows; if its first line is one, use --no-header (header=False)."
    )
