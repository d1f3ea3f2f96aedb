"""Where rows come from: a file or folder, read, and known again by its content."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from querist.data.image_folder import FIRST_ENDINGS, find_images, has_images, look_into, some_in
from querist.data.parts import parts_by_kind
from querist.data.reading import Reading
from querist.data.table import no_such_column
from querist.exceptions import DataError
from querist.labelling.log.locations import FILE, FOLDER

if TYPE_CHECKING:
    from querist.labelling.intake.json_cells import Columns

_BLOCK = 1 << 20
Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]


def paths_of(given: Paths) -> Path | list[Path]:
    """Return the file or folder that is meant, or the several."""
    return Path(given) if isinstance(given, str | os.PathLike) else [Path(each) for each in given]


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
    label_column : str or None
        The column of labels, where the file itself says which it is.
    is_folder : bool
        Whether it is a folder of images.
    parts : tuple of (Path, int)
        The files that were named, and how many rows each has; empty where one was.
    """

    path: Path
    columns: "Columns"
    notes: tuple[str, ...] = ()
    label_column: str | None = None
    is_folder: bool = False
    parts: tuple[tuple[Path, int], ...] = ()

    @property
    def n_rows(self) -> int:
        """Rows of data."""
        return len(next(iter(self.columns.values())))

    @property
    def each_part(self) -> tuple[tuple[Path, int], ...]:
        """The files that were named, one or several, and how many rows each has."""
        return self.parts or ((self.path, self.n_rows),)

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


def read_source(path: Path | Sequence[Path], reading: Reading | None = None) -> Source:
    """Read a table (a file, or a folder or several files that are its parts), or the names of the images in a folder.

    Raises
    ------
    DataError
        If it cannot be read; see `querist.data.read_table` and `querist.data.image_folder.find_images`.
    """
    from querist.data.read import read_as
    from querist.labelling.intake.json_cells import columns_of

    paths = [path] if isinstance(path, Path) else list(path)
    if len(paths) == 1 and paths[0].is_dir() and not _table_parts(paths[0]):
        path = paths[0]
        found = some_in(path, look_into(path))
        names = found.names
        folders = [Path(name).parent.name or None for name in names]
        return Source(path, {FILE: names} | ({FOLDER: folders} if any(folders) else {}), found.notes, is_folder=True)
    table = read_as(paths if len(paths) > 1 else paths[0], reading or Reading())
    columns, notes = columns_of(table)
    return Source(paths[0], columns, (*table.notes, *notes), table.label_column, parts=table.parts)


def _table_parts(folder: Path) -> list[Path]:
    """Return the files of a folder that make up a table; none where images lie in it."""
    from querist.data.read import READERS

    if has_images(folder):
        return []
    return [each for parts in parts_by_kind(folder, READERS).values() for each in parts]


def fingerprint(path: Path) -> tuple[str, int]:
    """Return hash and size: of a file its content and bytes, of a folder its images' sizes or its tables."""
    digest = hashlib.blake2b(digest_size=16)
    if path.is_dir():
        parts = _table_parts(path)
        names = [each.relative_to(path).as_posix() for each in parts] or find_images(path)
        for name in names:
            digest.update(f"{name}\0{(path / name).stat().st_size}\n".encode("utf-8", "surrogateescape"))
        for part in parts:
            add_content(digest, part)
        return digest.hexdigest(), len(names)
    add_content(digest, path)
    return digest.hexdigest(), path.stat().st_size


def is_of(path: Path, digest: str, size: int) -> bool:
    """Whether a file or folder holds what `fingerprint` once said, of this version or an earlier one.

    Raises
    ------
    DataError, OSError
        If it cannot be read.
    """
    if fingerprint(path) == (digest, size):
        return True
    if not path.is_dir() or _table_parts(path):
        return False
    names = look_into(path, endings=FIRST_ENDINGS, follow=False).names
    return (_of_images(path, names), len(names)) == (digest, size)


def _of_images(folder: Path, names: Sequence[str]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for name in names:
        digest.update(f"{name}\0{(folder / name).stat().st_size}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def add_content(digest: "hashlib.blake2b", path: Path) -> None:
    """Add the bytes of a file to a hash."""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
