"""Where rows come from: files and folders, found again when they have moved, told when they have changed."""

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from querist.data.image_folder import find_images
from querist.data.table import no_such_column
from querist.exceptions import DataError
from querist.labelling.log.settings import Settings, SourceInfo

if TYPE_CHECKING:
    from querist.labelling.intake.json_cells import Columns
    from querist.store import Store

# The columns that a folder of images has.
FILE, FOLDER = "file", "folder"
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


def home_of(location: str | os.PathLike[str]) -> Path | None:
    """Return the folder of a project file; None for a database elsewhere."""
    text = os.fspath(location)
    return None if "://" in text else Path(text).absolute().parent


def written(path: Path, location: str | os.PathLike[str]) -> str:
    """Write a path for a project: relative to the project file where it lies below, else absolute."""
    path, home = Path(os.path.abspath(path)), home_of(location)
    return path.relative_to(home).as_posix() if home is not None and path.is_relative_to(home) else str(path)


def found(path: str, location: str | os.PathLike[str]) -> Path:
    """Return the path that `written` wrote."""
    return (home_of(location) or Path()) / path


def is_address(image: str) -> bool:
    """Whether an image lies on the web."""
    return image.lower().startswith(("http://", "https://"))


def image_below(folder: Path, image: str) -> Path | None:
    """Return the file of an image, or None where it would lie outside the folder."""
    # By its words, not by where links lead: links were made by the owner of the folder.
    top = os.path.abspath(folder)
    path = Path(os.path.normpath(os.path.join(top, image)))
    return path if path.is_relative_to(top) else None


def find_image(settings: Settings, location: str | os.PathLike[str], source: int, image: str) -> Path | None:
    """Return the file of an image of a project; None where it has none or it lies outside the data's folder.

    Parameters
    ----------
    settings : Settings
    location : path or URL
        Of the project.
    source : int
        Which source the row came from.
    image : str
        The value in the image column.
    """
    folder = settings.sources[source].images
    if folder is None or is_address(image):
        return None
    return image_below(found(folder, location), image)


def check_sources(store: "Store", images: Path | None = None) -> list[str]:
    """Look whether the data of a project is where it was, and what it was.

    What is found under another name beside the project is noted there. Texts and tables live
    in the project itself: only images need their folder.

    Parameters
    ----------
    store : Store
        Open for writing.
    images : path, default=None
        The folder where the images are now.

    Returns
    -------
    list of str
        What the person should know, and what to do.

    Raises
    ------
    DataError
        If no image of the project is in the folder `images`.
    """
    settings = Settings.from_dict(store.info.settings)
    warnings: list[str] = []
    checked = []
    for source in settings.sources:
        fresh, told = _checked(source, store)
        if images is not None and source.images is not None:
            fresh, told = _moved(store, settings, fresh, images), []
        checked.append(fresh)
        warnings += told
    if tuple(checked) != settings.sources:
        with store.writing() as tx:
            tx.set_info(settings=replace(settings, sources=tuple(checked)).to_dict())
    return warnings


def _checked(source: SourceInfo, store: "Store") -> tuple[SourceInfo, list[str]]:
    path = found(source.path, store.location)
    what = "folder" if source.folder else "file"
    if path.exists():
        if _holds(path, source):
            return source, _images_gone(source, store)
        kept = (
            f"{path} has changed since its rows were imported. The project keeps the rows as they were; "
            f"`querist add {_shown(store)} {path}` brings rows that are new."
        )
        return source, [kept, *_images_gone(source, store)]
    elsewhere = _same_content(source, store)
    if elsewhere is not None:
        place = written(elsewhere, store.location)
        was_root = source.images == source.path
        moved = replace(source, path=place, images=place if was_root else source.images)
        return moved, [
            f"The {what} {path.name} is now {elsewhere} (same content); the project has noted it.",
            *_images_gone(moved, store),
        ]
    if source.images is None:
        return source, [
            f"The {what} {path} is gone. Labelling goes on, since the project holds its {source.n_rows} rows."
        ]
    return source, _images_gone(source, store) or [
        f"The {what} {path} is gone. Labelling goes on: rows are in the project, images are where they were."
    ]


def _images_gone(source: SourceInfo, store: "Store") -> list[str]:
    if source.images is None or found(source.images, store.location).is_dir():
        return []
    return [
        f"The folder of the images, {found(source.images, store.location)}, is gone: images cannot be shown. "
        f"Say where they are now: querist label {_shown(store)} --images FOLDER"
    ]


def _same_content(source: SourceInfo, store: "Store") -> Path | None:
    """Look beside the project for the same content under another name."""
    home = home_of(store.location)
    if home is None or not home.is_dir():
        return None
    first: Any = None
    if source.folder:
        item = store.items([source.first_row])[0]
        first = item.content.get(FILE)
    for path in sorted(home.iterdir()):
        if source.folder:
            plausible = path.is_dir() and first is not None and (path / first).is_file()
        else:
            plausible = path.is_file() and path.stat().st_size == source.size
        if plausible and _holds(path, source):
            return path
    return None


def _holds(path: Path, source: SourceInfo) -> bool:
    try:
        return fingerprint(path) == (source.hash, source.size)
    except (DataError, OSError):  # emptied, or closed to us: not what it was
        return False


def _moved(store: "Store", settings: Settings, source: SourceInfo, images: Path) -> SourceInfo:
    rows = range(source.first_row, source.first_row + min(source.n_rows, 1000))
    names = [item.content.get(settings.image_column or FILE) for item in store.items(list(rows))]
    local = [name for name in names if isinstance(name, str) and not is_address(name)]
    there = [name for name in local if (path := image_below(images, name)) is not None and path.is_file()]
    if local and not there:
        raise DataError(f"{images} holds none of the images; it lacks {local[0]}, for example.")
    place = written(images, store.location)
    return replace(source, images=place, path=place if source.folder else source.path)


def _shown(store: "Store") -> str:
    return os.path.basename(store.location) if home_of(store.location) is not None else "LOCATION"
