"""How far the sheets of an old workbook (.xls) reach: its container is opened, and its records are walked through."""

import struct
from collections.abc import Iterator
from pathlib import Path

from querist.exceptions import FileFormatError

# How the container of .xls begins.
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NO_SECTOR = 0xFFFFFFFA
_ENTRY = 128
_STREAMS = ("workbook", "book")
_BOF, _EOF = (0x0809, 0x0409, 0x0209, 0x0009), 0x000A
# Records that put a value into a cell: row and column are their first fields.
_CELLS = frozenset(
    {0x0006, 0x0206, 0x0406, 0x00FD, 0x0204, 0x0203, 0x0205, 0x027E, 0x00D6, 0x0004, 0x0003, 0x0002, 0x0005}
)
# Several cells of a row, whose last column ends the record.
_MANY = 0x00BD


def old_sheets(path: Path, data: bytes) -> Iterator[tuple[int, int]]:
    """Yield the height and width of all sheets of an .xls together, since its reader lays all of them out.

    Raises
    ------
    FileFormatError
        If the container is damaged.
    """
    try:
        streams = list(_streams(data))
    except (struct.error, IndexError, ValueError) as error:
        raise FileFormatError(
            f"{path} is not a spreadsheet that can be read: its container is damaged. Save it as .xlsx."
        ) from error
    cells = widest = 0
    for stream in streams:
        for height, width in _boxes(stream):
            cells += height * width
            widest = max(widest, width)
    if widest:
        yield -(-cells // widest), widest


def _boxes(stream: bytes) -> Iterator[tuple[int, int]]:
    """Yield height and width of each sheet of a workbook's stream."""
    place, height, width = 0, 0, 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        body = place + 4
        if kind in _BOF or kind == _EOF:
            if height:
                yield height, width
            height = width = 0
        elif (kind in _CELLS or kind == _MANY) and length >= 4 and body + length <= len(stream):
            row, column = struct.unpack_from("<HH", stream, body)
            if kind == _MANY:
                column = max(column, struct.unpack_from("<H", stream, body + length - 2)[0])
            height, width = max(height, row + 1), max(width, column + 1)
        place = body + length
    if height:
        yield height, width


def _streams(data: bytes) -> Iterator[bytes]:
    """Yield the streams of a compound file that may be the workbook."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    small = 1 << struct.unpack_from("<H", data, 32)[0]
    if size not in (512, 4096) or small != 64:
        raise ValueError("sectors of another size")
    n_fat, directory = struct.unpack_from("<I", data, 44)[0], struct.unpack_from("<I", data, 48)[0]
    cutoff, small_fat, _, more, n_more = struct.unpack_from("<5I", data, 56)
    fats = list(struct.unpack_from("<109I", data, 76))
    n_sectors = len(data) // size
    for _ in range(min(n_more, n_sectors)):
        if more >= _NO_SECTOR:
            break
        words = _words(_sector(data, size, more))
        fats += words[:-1]
        more = words[-1]
    fats = [each for each in fats if each < _NO_SECTOR][: min(n_fat, n_sectors)]
    table = [word for each in fats for word in _words(_sector(data, size, each))]

    def chain(start: int) -> bytes:
        return b"".join(_sector(data, size, each) for each in _chain(table, start, n_sectors))

    listed = chain(directory)
    small_table = _words(chain(small_fat)) if small_fat < _NO_SECTOR else []
    entries = [listed[start : start + _ENTRY] for start in range(0, len(listed) - _ENTRY + 1, _ENTRY)]
    root = next((entry for entry in entries if entry[66] == 5), None)
    pool = b"" if root is None else chain(struct.unpack_from("<I", root, 116)[0])
    for entry in entries:
        name = entry[: max(struct.unpack_from("<H", entry, 64)[0] - 2, 0)].decode("utf-16-le", "replace")
        if name.lower() not in _STREAMS:
            continue
        start, length = struct.unpack_from("<II", entry, 116)
        if length < cutoff:
            numbers = _chain(small_table, start, len(pool) // small + 1)
            yield b"".join(pool[each * small : (each + 1) * small] for each in numbers)[:length]
        else:
            yield chain(start)[:length]


def _sector(data: bytes, size: int, number: int) -> bytes:
    return data[(number + 1) * size : (number + 2) * size]


def _words(data: bytes) -> list[int]:
    return [word for (word,) in struct.iter_unpack("<I", data[: len(data) // 4 * 4])]


def _chain(table: list[int], start: int, most: int) -> Iterator[int]:
    """Yield the sectors of a chain."""
    for _ in range(most + 1):
        if start >= _NO_SECTOR:
            return
        yield start
        start = table[start]
    raise ValueError("a chain without end")
