"""Messages between processes: a JSON header and bytes, framed by their lengths."""

import json
import struct
from dataclasses import asdict
from typing import IO, Any

from querist.exceptions import QueristError

_MAGIC = b"QFR1"
_LENGTHS = struct.Struct("<4sIQ")


class FrameError(QueristError):
    """What was read is no message: the other side is broken, or something else writes into the stream."""


def write_frame(stream: IO[bytes], header: dict[str, Any], blob: bytes = b"") -> None:
    """Write one message and flush; dataclasses in its header go as their fields."""
    words = json.dumps(header, allow_nan=False, default=asdict).encode()
    stream.write(_LENGTHS.pack(_MAGIC, len(words), len(blob)) + words)
    stream.write(blob)
    stream.flush()


def read_frame(stream: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    """Read one message; None at the end of the stream.

    Raises
    ------
    FrameError
        If the stream ends within a message, or holds something else.
    """
    lengths = stream.read(_LENGTHS.size)
    if not lengths:
        return None
    if len(lengths) < _LENGTHS.size:
        raise FrameError("The stream ends within a message.")
    magic, n_words, n_bytes = _LENGTHS.unpack(lengths)
    if magic != _MAGIC:
        raise FrameError(f"A message was expected, got {lengths!r}.")
    words, blob = stream.read(n_words), stream.read(n_bytes)
    if len(words) < n_words or len(blob) < n_bytes:
        raise FrameError("The stream ends within a message.")
    header: dict[str, Any] = json.loads(words)
    return header, blob
