"""What JSON unfolds to, found out before it is parsed: an empty list of two letters takes sixty bytes as an object."""

from collections.abc import Iterator
from pathlib import Path

from querist.data.bounds import Bounds

_BLOCK = 1 << 16


def check_json(path: Path, data: bytes, bounds: Bounds) -> None:
    """Refuse JSON of more values than the bounds have cells.

    Raises
    ------
    DataError
    """
    n_values = values_beyond(data, bounds.cells)
    if n_values:
        bounds.check_cells(path, n_values, "its lists, objects and what stands in them, as far as it was read")


def values_beyond(data: bytes, most: int) -> int:
    """Return how many values JSON holds, as far as it had to be read to find more than `most`; 0 if there are no more.

    Each list and object counts, and each comma. Cost: O(bytes), whatever is sent.
    """
    if _values(data) <= most:
        return 0  # also if no comma stood in a text
    n_values = 0
    for block in _without_texts(data):
        n_values += _values(block)
        if n_values > most:
            return n_values
    return 0


def _values(data: bytes) -> int:
    return data.count(b",") + data.count(b"[") + data.count(b"{")


def _without_texts(data: bytes) -> Iterator[bytes]:
    """Yield what stands outside of texts, block by block."""
    within, start = 0, 0
    while start < len(data):
        block = data[start : start + _BLOCK]
        if (len(block) - len(block.rstrip(b"\\"))) % 2:
            block = data[start : start + _BLOCK + 1]  # a backslash says something of the next letter
        start += len(block)
        pieces = block.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')
        yield b"".join(pieces[within::2])
        within = (within + len(pieces) - 1) % 2
