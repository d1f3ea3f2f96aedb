"""Where a project and its data lie: paths as a project keeps them, and the files of its images."""

import functools
import hashlib
import os
import re
import unicodedata
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from querist.labelling.log.settings import Settings

# The columns that a folder of images has.
FILE, FOLDER = "file", "folder"


def home_of(location: str | os.PathLike[str]) -> Path | None:
    """Return the folder of a project file; None for a database elsewhere."""
    text = os.fspath(location)
    return None if "://" in text else Path(text).absolute().parent


def embeddings_home(location: str | os.PathLike[str]) -> Path:
    """Return the folder where the vectors of a project's rows are kept: beside its file.

    Of a database elsewhere: in the user's folder of data, under a name that says nothing of the address's password.
    """
    if home_of(location) is not None:
        path = Path(location).absolute()
        return path.with_name(f"{path.name}-embeddings")
    import platformdirs

    address = urlsplit(os.fspath(location))
    options = [f"{name}={value}" for name, value in parse_qsl(address.query) if name != "password"]
    told = f"{address.hostname}:{address.port}{address.path}?{'&'.join(sorted(options))}"
    name = hashlib.blake2b(told.encode(), digest_size=8).hexdigest()
    return Path(platformdirs.user_data_dir("querist")) / "embeddings" / name


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


def image_file(folder: Path, image: str) -> Path | None:
    """Return the file of an image, or None where it would lie outside the folder.

    Where there is no file of just that name, the only one is taken whose path is the same but for blanks around it,
    backslashes, upper and lower case, and forms of accents (Unicode C and D).
    """
    path = image_below(folder, image)
    if path is not None and path.is_file():
        return path
    parts = [part for part in re.split(r"[\\/]", image.strip()) if part not in ("", ".")]
    # One that begins with a slash or a drive lies elsewhere.
    if image.strip()[:1] in ("/", "\\") or ".." in parts or not parts:
        return path
    found = [Path(os.path.abspath(folder))]
    for part in parts:
        found = [below / name for below in found for name in _alike(below, part)]
    files = [each for each in found if each.is_file()]
    return files[0] if len(files) == 1 else path


def _alike(folder: Path, name: str) -> tuple[str, ...]:
    """Return what lies in a folder and is called so, or nearly so."""
    try:
        changed = folder.stat().st_mtime_ns
    except OSError:
        return ()
    return _names_of(str(folder), changed).get(_form(name), ())


@functools.lru_cache(maxsize=64)
def _names_of(folder: str, changed: int) -> dict[str, tuple[str, ...]]:
    """Return the names in a folder by their form, as long as it has not changed."""
    names: dict[str, tuple[str, ...]] = {}
    try:
        for name in os.listdir(folder):
            names[_form(name)] = (*names.get(_form(name), ()), name)
    except OSError:
        return {}
    return names


def _form(name: str) -> str:
    return unicodedata.normalize("NFC", name.strip()).casefold()


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
    return image_file(to_path(folder, location), image)
