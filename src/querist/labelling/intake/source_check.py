"""Data of a project: found again when it has moved, told when it has changed."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from querist._words import command
from querist.exceptions import DataError, QueristError
from querist.labelling.intake.known_rows import KnownRows
from querist.labelling.intake.source import fingerprint, is_of, read_source
from querist.labelling.log.locations import FILE, from_path, home_of, image_file, is_address, to_path
from querist.labelling.log.settings import Settings, SourceInfo
from querist.store import Store

# Larger files are not read on opening.
_MOST_BYTES = 2 << 20


def check_sources(store: Store, images: Path | None = None) -> list[str]:
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


def _checked(source: SourceInfo, store: Store) -> tuple[SourceInfo, list[str]]:
    path = to_path(source.path, store.location)
    what = "folder" if source.folder else "file"
    if path.exists():
        if _holds(path, source):
            return source, _images_gone(source, store)
        if _has_same_rows(path, source, store):
            digest, size = fingerprint(path)
            told = f"{path} was saved again since its rows were imported, with the same rows; the project has noted it."
            return replace(source, hash=digest, size=size), [told, *_images_gone(source, store)]
        kept = (
            f"{path} has changed since its rows were imported. The project keeps the rows as they were; "
            f"`{command('querist', 'add', shown(store), path)}` adds the rows that are new."
        )
        return source, [kept, *_images_gone(source, store)]
    elsewhere = _same_content(source, store)
    if elsewhere is not None:
        place = from_path(elsewhere, store.location)
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


def _has_same_rows(path: Path, source: SourceInfo, store: Store) -> bool:
    """Whether a small file that was saved anew, by a spreadsheet perhaps, still holds just the rows of the project."""
    if source.folder or path.is_dir() or path.stat().st_size > _MOST_BYTES:
        return False
    try:
        read = read_source(path)
    except (QueristError, OSError):
        return False
    items = store.items(list(range(source.first_row, source.first_row + source.n_rows)))
    names = list(items[0].content) if items else []
    if read.n_rows != source.n_rows or set(names) != set(read.columns):
        return False
    for item, cells in zip(items, zip(*(read.columns[name] for name in names), strict=True), strict=True):
        known = KnownRows()
        known.add(item.row, [item.content.get(name) for name in names])
        if not known.find(cells):
            return False
    return True


def _images_gone(source: SourceInfo, store: Store) -> list[str]:
    if source.images is None or to_path(source.images, store.location).is_dir():
        return []
    return [
        f"The folder of the images, {to_path(source.images, store.location)}, is gone: images cannot be shown. "
        f"Say where they are now: {command('querist', 'label', shown(store), '--images', 'FOLDER')}"
    ]


def _same_content(source: SourceInfo, store: Store) -> Path | None:
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
        # The size first: what else lies there, a pipe among it, is not read.
        if not source.folder and not path.is_dir() and (not path.is_file() or path.stat().st_size != source.size):
            return False
        return is_of(path, source.hash, source.size)
    except (DataError, OSError):  # emptied, or closed to us: not what it was
        return False


def _moved(store: Store, settings: Settings, source: SourceInfo, images: Path) -> SourceInfo:
    rows = range(source.first_row, source.first_row + min(source.n_rows, 1000))
    names = [item.content.get(settings.image_column or FILE) for item in store.items(list(rows))]
    local = [name for name in names if isinstance(name, str) and not is_address(name)]
    there = [name for name in local if (path := image_file(images, name)) is not None and path.is_file()]
    if local and not there:
        raise DataError(
            f"{images} holds none of the images; it lacks {local[0]}, for example. Name their folder with --images."
        )
    place = from_path(images, store.location)
    return replace(source, images=place, path=place if source.folder else source.path)


def shown(store: Store) -> str:
    """Return a project as it is named in a command; the address of a database may hold a password."""
    return os.fspath(store.location) if home_of(store.location) is not None else "LOCATION"
