"""Where a project and its data lie: paths as a project keeps them, and the files of its images."""

import os
from pathlib import Path

from querist.labelling.log.settings import Settings

# The columns that a folder of images has.
FILE, FOLDER = "file", "folder"


def home_of(location: str | os.PathLike[str]) -> Path | None:
    """Return the folder of a project file; None for a database elsewhere."""
    text = os.fspath(location)
    return None if "://" in text else Path(text).absolute().parent


def from_path(path: Path, location: str | os.PathLike[str]) -> str:
    """Write a path for a project: relative to the project file where it lies below, else absolute."""
    path, home = Path(os.path.abspath(path)), home_of(location)
    return path.relative_to(home).as_posix() if home is not None and path.is_relative_to(home) else str(path)


def to_path(path: str, location: str | os.PathLike[str]) -> Path:
    """Return the path that `from_path` wrote."""
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
    folder = settings.sources[source].images if 0 <= source < len(settings.sources) else None
    if folder is None or is_address(image):
        return None
    return image_below(to_path(folder, location), image)
