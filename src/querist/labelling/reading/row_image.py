"""The image of a row: a file of the data's folder, or fetched from an address that stands in the data."""

import io
import threading
from dataclasses import dataclass

from querist.data.pixels import opened_image
from querist.exceptions import ImageError
from querist.labelling.log.locations import find_image, is_address
from querist.labelling.reading.open_web import OpenWeb
from querist.labelling.reading.project_view import ProjectView
from querist.labelling.reading.rows import Rows

MAX_BYTES = 50 * 2**20
# Some hundred megabytes each, at worst.
_DECODING = threading.BoundedSemaphore(2)
_WEB = OpenWeb(most_bytes=MAX_BYTES, seconds=15.0)


@dataclass(frozen=True)
class Image:
    """An image as it is sent to the page."""

    content: bytes
    media_type: str


def image(rows: Rows, row: int) -> Image:
    """Return the image of a row.

    Raises
    ------
    InvalidRowsError
        If there is no such row.
    ImageError
        If the row names no image, or it is missing, too large, no PNG, JPEG, WebP or GIF, or cannot be fetched.
    """
    project = rows.view
    item = rows.item(row)
    column = project.settings.image_column
    name = item.content.get(column) if column is not None else None
    if not isinstance(name, str) or not name:
        raise ImageError(f"Row {item.item_id} names no image. Skip it, or correct the data.")
    content = _WEB.fetch(name, accept="image/*") if is_address(name) else _read(project, item.source, name)
    media_type = _kind(content)
    if media_type is None:
        raise ImageError(f"{name} is no PNG, JPEG, WebP or GIF image. Save it as one of these.")
    _check_whole(content, name)
    return Image(content, media_type)


def _check_whole(content: bytes, name: str) -> None:
    """Refuse an image that is cut off: browsers show an empty picture, which a person would label."""
    try:
        with _DECODING, opened_image(io.BytesIO(content)) as opened:
            if opened.format == "PNG":
                opened.verify()  # its parts have checksums, so nothing need be decoded
            else:
                opened.draft(None, (1, 1))  # JPEG comes at an eighth
                opened.load()
    except Exception as error:  # what damaged files raise has no end
        raise ImageError(f"{name} cannot be decoded: {error}. Save the image anew.") from error


def _read(project: ProjectView, source: int, name: str) -> bytes:
    path = find_image(project.settings, project.store.location, source, name)
    if path is None:
        raise ImageError(f"{name} lies outside the folder of the data. Stop, and start again with --images FOLDER.")
    try:
        if path.exists() and not path.is_file():  # a pipe or a device would be read without end
            raise ImageError(f"{name} is no file. Correct the name of the image.")
        if path.stat().st_size > MAX_BYTES:
            raise ImageError(f"{name} is larger than {MAX_BYTES // 2**20} MiB. Make it smaller.")
        return path.read_bytes()
    except OSError as error:
        raise ImageError(
            f"{name} cannot be read ({error.strerror}). Was the folder moved? "
            "Stop, and start again with --images FOLDER."
        ) from error


def _kind(content: bytes) -> str | None:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    return "image/gif" if content.startswith((b"GIF87a", b"GIF89a")) else None
