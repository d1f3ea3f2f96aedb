"""Where rows come from: a file or folder, read, and known again by its content."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from querist.data.image_folder import find_images
from querist.data.table import no_such_column
from querist.exceptions import DataError
from querist.labelling.log.locations import FILE, FOLDER

if TYPE_CHECKING:
    from querist.labelling.intake.json_cells import Columns

_BLOCK = 1 << 20


@dataclass(frozen=True)
class Source:
    """A file or folder, read.

    Attributes
    ----------
    path : Path
    columns : dict of str to list
        JSON values; all columns have the same length.
    notes : tuple of str
        What was detected on reading.
    """

    path: Path
    columns: "Columns"
    notes: tuple[str, ...] = ()

    @property
    def n_rows(self) -> int:
        """Rows of data."""
        return len(next(iter(self.columns.values())))

    def named(self, column: str, purpose: str) -> str:
        """Return the name of a column that exists.

        Raises
        ------
        DataError
            If it does not; the message suggests the nearest.
        """
        if column not in self.columns:
            raise DataError(no_such_column(self.path, column, self.columns, purpose))
        return column

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder of images."""
        return self.path.is_dir()


def read_source(path: Path) -> Source:
    """Read a file with a table, or the names of the images in a folder.

    Raises
    ------
    DataError
        If it cannot be read; see `querist.data.read_table` and `querist.data.image_folder.find_images`.
    """
    if path.is_dir():
        names = find_images(path)
        folders = [Path(name).parent.name or None for name in names]
        return Source(path, {FILE: names} | ({FOLDER: folders} if any(folders) else {}))
    from querist.data.read import read_table
    from querist.labelling.intake.json_cells import columns_of

    table = read_table(path)
    columns, notes = columns_of(table)
    return Source(path, columns, (*table.notes, *notes))


def fingerprint(path: Path) -> tuple[str, int]:
    """Return hash and size: of a file its content and bytes; of a folder the names and sizes of its images."""
    digest = hashlib.blake2b(digest_size=16)
    if path.is_dir():
        names = find_images(path)
        for name in names:
            digest.update(f"{name}\0{(path / name).stat().st_size}\n".encode("utf-8", "surrogateescape"))
        return digest.hexdigest(), len(names)
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest(), path.stat().st_size
