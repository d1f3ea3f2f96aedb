"""The image of a row: a file of the data's folder, or fetched from an address that stands in the data."""

import io
import ipaddress
import socket
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from typing import IO, Any
from urllib.parse import urlsplit

from querist.data.pixels import opened_image
from querist.exceptions import ImageError
from querist.labelling.log.locations import find_image, is_address
from querist.labelling.reading.project_view import ProjectView
from querist.labelling.reading.rows import Rows

MAX_BYTES = 50 * 2**20
_PATIENCE = 15.0


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
        raise ImageError(f"Row {item.item_id} names no image.")
    content = _fetched(name) if is_address(name) else _read(project, item.source, name)
    media_type = _kind(content)
    if media_type is None:
        raise ImageError(f"{name} is no PNG, JPEG, WebP or GIF image.")
    _check_whole(content, name)
    return Image(content, media_type)


def _check_whole(content: bytes, name: str) -> None:
    """Refuse an image that is cut off: browsers show an empty picture, which a person would label."""
    try:
        with opened_image(io.BytesIO(content)) as opened:
            opened.load()
    except Exception as error:  # what damaged files raise has no end
        raise ImageError(f"{name} cannot be decoded: {error}.") from error


def _read(project: ProjectView, source: int, name: str) -> bytes:
    path = find_image(project.settings, project.store.location, source, name)
    if path is None:
        raise ImageError(f"{name} lies outside the folder of the data.")
    try:
        if path.exists() and not path.is_file():  # a pipe or a device would be read without end
            raise ImageError(f"{name} is no file.")
        if path.stat().st_size > MAX_BYTES:
            raise ImageError(f"{name} is larger than {MAX_BYTES // 2**20} MiB.")
        return path.read_bytes()
    except OSError as error:
        raise ImageError(
            f"{name} cannot be read ({error.strerror}). Was the folder moved? "
            "Stop, and start again with --images FOLDER."
        ) from error


def _fetched(address: str) -> bytes:
    """Fetch an image, from the open web only: an address in the data must not reach into the local network."""
    _check_address(address)
    request = urllib.request.Request(address, headers={"User-Agent": "querist", "Accept": "image/*"})
    try:
        with urllib.request.build_opener(_CheckedRedirects).open(request, timeout=_PATIENCE) as answer:
            content: bytes = answer.read(MAX_BYTES + 1)
    except (OSError, ValueError, HTTPException) as error:
        raise ImageError(f"{address} cannot be fetched: {error}.") from error
    if len(content) > MAX_BYTES:
        raise ImageError(f"{address} is larger than {MAX_BYTES // 2**20} MiB.")
    return content


class _CheckedRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, request: urllib.request.Request, file: IO[bytes], code: int, message: str, headers: Any, url: str
    ) -> urllib.request.Request | None:
        _check_address(url)
        return super().redirect_request(request, file, code, message, headers, url)


def _check_address(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ImageError(f"{address} is no http or https address.")
    try:
        found = socket.getaddrinfo(parts.hostname, None)
    except OSError as error:
        raise ImageError(f"{address} cannot be fetched: {error}.") from error
    for *_, where in found:
        if not ipaddress.ip_address(str(where[0]).split("%")[0]).is_global:
            raise ImageError(f"{address} lies in a local network, and is not fetched from there.")


def _kind(content: bytes) -> str | None:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    return "image/gif" if content.startswith((b"GIF87a", b"GIF89a")) else None
