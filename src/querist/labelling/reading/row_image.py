"""The image of a row: a file of the data's folder, or fetched from an address that stands in the data."""

import io
import threading
from dataclasses import dataclass

from querist.data.pixels import is_as_shown, opened_image, upright_image
from querist.exceptions import ImageError
from querist.labelling.log.locations import find_image, is_address
from querist.labelling.reading.open_web import OpenWeb
from querist.labelling.reading.project_view import ProjectView
from querist.labelling.reading.rows import Rows

MAX_BYTES = 50 * 2**20
# Some hundred megabytes each, at worst.
_DECODING = threading.BoundedSemaphore(2)
# What browsers show, and what PNG holds.
_BROWSERS = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
_PNG_MODES = frozenset({"1", "L", "LA", "P", "RGB", "RGBA"})
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
        If the row names no image, or it is missing, too large, no PNG, JPEG, WebP, GIF, BMP or TIFF, or cannot be
        fetched.
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
        raise ImageError(f"{name} is not a PNG, JPEG, WebP, GIF, BMP or TIFF image. Save it as one of these.")
    try:
        with _DECODING:
            return _as_seen(content, media_type)
    except ImageError as error:
        raise ImageError(f"{name} cannot be shown: {error}. Make it smaller.") from error
    except Exception as error:  # what damaged files raise has no end
        raise ImageError(f"{name} cannot be decoded: {error}. Save the image again.") from error


def _as_seen(content: bytes, media_type: str) -> Image:
    """Return an image as the model sees it: as it is, where browsers show it so.

    One that is cut off is refused: browsers show an empty picture, which a person would label.
    """
    with opened_image(io.BytesIO(content)) as opened:
        as_it_is = media_type in _BROWSERS and is_as_shown(opened)
    if as_it_is:
        with opened_image(io.BytesIO(content)) as opened:
            if opened.format == "PNG":
                opened.verify()  # its parts have checksums, so nothing need be decoded
            else:
                opened.draft(None, (1, 1))  # JPEG comes at an eighth
                opened.load()
        return Image(content, media_type)
    seen = upright_image(io.BytesIO(content))
    target = io.BytesIO()
    (seen if seen.mode in _PNG_MODES else seen.convert("RGB")).save(target, "PNG", compress_level=1)
    return Image(target.getvalue(), "image/png")


def _read(project: ProjectView, source: int, name: str) -> bytes:
    path = find_image(project.settings, project.store.location, source, name)
    if path is None:
        raise ImageError(f"{name} lies outside the folder of the data. Stop, and start again with --images FOLDER.")
    try:
        if path.exists() and not path.is_file():  # a pipe or a device would be read without end
            raise ImageError(f"{name} is not a file. Correct the name of the image.")
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
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if content.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return "image/tiff"
    return "image/bmp" if content.startswith(b"BM") else None
