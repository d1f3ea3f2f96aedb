"""What tells one image from another: the bytes of its file, or its address."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from querist.labelling.intake.source import add_content
from querist.labelling.log.locations import is_address


def image_contents(paths: Sequence[Path | None], names: Sequence[str | None]) -> list[str | None]:
    """Return for each image what is the same where the files are, byte by byte.

    Parameters
    ----------
    paths : sequence of Path or None
        Where the images are; None where there is no file.
    names : sequence of str or None
        What the data calls them. On the web the address says which it is; an image that is missing is like no other.

    Notes
    -----
    Only files of equal size are read.
    """
    sizes: dict[int, list[int]] = {}
    found: list[str | None] = []
    for place, (path, name) in enumerate(zip(paths, names, strict=True)):
        address = name if name is not None and is_address(name) else None
        found.append(f"address {address}" if address else f"image {place}")
        size = None if path is None else _size(path)
        if size is not None:
            sizes.setdefault(size, []).append(place)
    for places in sizes.values():
        for place in places if len(places) > 1 else ():
            path = paths[place]
            digest = None if path is None else _digest(path)
            found[place] = found[place] if digest is None else digest
    return found


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _digest(path: Path) -> str | None:
    digest = hashlib.blake2b(digest_size=16)
    try:
        add_content(digest, path)
    except OSError:
        return None
    return digest.hexdigest()
