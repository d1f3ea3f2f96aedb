"""Folders of images: which files are images, in an order that people expect."""

import os
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from querist._words import listed
from querist.exceptions import DataError, FileFormatError

IMAGE_ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff")
# Those that were collected before there were others, and links to folders were followed.
FIRST_ENDINGS = (".png", ".jpg", ".jpeg", ".webp")
_DIGITS = re.compile(r"(\d+)")
_SHOWN = 6


@dataclass(frozen=True)
class ImageFolder:
    """What a folder of images holds: their paths below it, other files by ending, links that lead back into it."""

    names: list[str]
    others: Counter[str]
    links: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out, in words."""
        told = []
        if self.others:
            ends = listed([f"{count} {ending}" for ending, count in self.others.most_common()], _SHOWN)
            told.append(f"{self.others.total()} other files left out: {ends} (images are {', '.join(IMAGE_ENDINGS)})")
        if self.links:
            told.append(f"links that lead to folders of the same images left out: {listed(self.links, _SHOWN)}")
        return tuple(told)


def look_into(folder: Path, *, endings: Collection[str] = IMAGE_ENDINGS, follow: bool = True) -> ImageFolder:
    """Return the images in a folder and its subfolders, and what else is there.

    In the order of their names, where numbers count as numbers (``img2`` before ``img10``). Hidden files and folders
    are passed over. Links to folders elsewhere are followed.

    Raises
    ------
    FileFormatError
        If it is no folder, or may not be read.
    """
    if not folder.is_dir():
        raise FileFormatError(f"There is no folder {folder}. Check the spelling.")
    found: list[str] = []
    others: Counter[str] = Counter()
    links: list[str] = []
    for place, names in _walk(folder, links if follow else None):
        below = place.relative_to(folder)
        for name in names:
            if name.startswith("."):
                continue
            ending = Path(name).suffix.lower()
            if ending in endings:
                found.append((below / name).as_posix())
            else:
                others[ending or "without an extension"] += 1
    return ImageFolder(sorted(found, key=_by_number), others, tuple(links))


def find_images(folder: Path) -> list[str]:
    """Return the images in a folder and its subfolders, as paths below it with ``/``: see `look_into`.

    Raises
    ------
    FileFormatError
        If it is no folder, or may not be read.
    DataError
        If there is no image in it; the message says what there is.
    """
    return some_in(folder, look_into(folder)).names


def some_in(folder: Path, found: ImageFolder) -> ImageFolder:
    """Return what was found where there is an image.

    Raises
    ------
    DataError
        If there is none; the message says what there is.
    """
    if not found.names:
        there = ", ".join(f"{count} x {ending}" for ending, count in found.others.most_common(3)) or "no file at all"
        raise DataError(
            f"{folder} holds no image ({', '.join(IMAGE_ENDINGS)}), but {there}. "
            "Name a folder with images in it, or a file with a table."
        )
    return found


def has_images(folder: Path) -> bool:
    """Whether an image lies in a folder or its subfolders."""
    return any(
        Path(name).suffix.lower() in IMAGE_ENDINGS
        for _, names in _walk(folder, [], refuse=False)
        for name in names
        if not name.startswith(".")
    )


def _walk(folder: Path, links: list[str] | None, *, refuse: bool = True) -> Iterator[tuple[Path, list[str]]]:
    """Yield folders and the names of their files; links that would bring the same files again go to `links`.

    None: no link is followed.
    """
    top = os.path.realpath(folder)
    seen = {top}
    for place, folders, names in os.walk(folder, onerror=_refused if refuse else None, followlinks=links is not None):
        yield Path(place), names
        kept = []
        for name in sorted(folders):
            path = os.path.join(place, name)
            if name.startswith("."):
                continue
            real = os.path.realpath(path)
            if links is not None and os.path.islink(path) and (real in seen or _holds(real, top) or _holds(top, real)):
                links.append(Path(path).relative_to(folder).as_posix())
            elif real not in seen:
                seen.add(real)
                kept.append(name)
        folders[:] = kept


def _holds(outer: str, inner: str) -> bool:
    return inner == outer or inner.startswith(outer.rstrip(os.sep) + os.sep)


def _refused(error: OSError) -> None:
    raise FileFormatError(f"{error.filename} may not be read: {error.strerror}. Change its permissions.") from error


def _by_number(path: str) -> list[tuple[int, int | str]]:
    # Every second part is a number; without it the path decides.
    parts = [(0, int(part)) if place % 2 else (1, part) for place, part in enumerate(_DIGITS.split(path))]
    return [*parts, (1, path)]
