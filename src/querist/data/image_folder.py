"""Folders of images: which files are images, in an order that people expect."""

import os
import re
from collections import Counter
from pathlib import Path

from querist.exceptions import DataError, FileFormatError

IMAGE_ENDINGS = (".png", ".jpg", ".jpeg", ".webp")
_DIGITS = re.compile(r"(\d+)")


def find_images(folder: Path) -> list[str]:
    """Return the images in a folder and its subfolders, as paths below it with ``/``.

    In the order of their names, where numbers count as numbers (``img2`` before ``img10``).
    Hidden files and folders are passed over.

    Raises
    ------
    FileFormatError
        If it is no folder, or may not be read.
    DataError
        If there is no image in it; the message says what there is.
    """
    if not folder.is_dir():
        raise FileFormatError(f"There is no folder {folder}. Check the spelling.")
    found: list[str] = []
    others: Counter[str] = Counter()
    for place, folders, names in os.walk(folder, onerror=_refused):
        folders[:] = [name for name in folders if not name.startswith(".")]
        below = Path(place).relative_to(folder)
        for name in names:
            if name.startswith("."):
                continue
            ending = Path(name).suffix.lower()
            if ending in IMAGE_ENDINGS:
                found.append((below / name).as_posix())
            else:
                others[ending or "no ending"] += 1
    if not found:
        there = ", ".join(f"{count} x {ending}" for ending, count in others.most_common(3)) or "no file at all"
        raise DataError(
            f"{folder} holds no image ({', '.join(IMAGE_ENDINGS)}), but {there}. "
            "Name a folder with images in it, or a file with a table."
        )
    return sorted(found, key=_by_number)


def has_images(folder: Path) -> bool:
    """Whether an image lies in a folder or its subfolders."""
    for _, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        if any(Path(name).suffix.lower() in IMAGE_ENDINGS for name in names if not name.startswith(".")):
            return True
    return False


def _refused(error: OSError) -> None:
    raise FileFormatError(f"{error.filename} may not be read: {error.strerror}. Change its permissions.") from error


def _by_number(path: str) -> list[tuple[int, int | str]]:
    # Every second part is a number; without it the path decides.
    parts = [(0, int(part)) if place % 2 else (1, part) for place, part in enumerate(_DIGITS.split(path))]
    return [*parts, (1, path)]
