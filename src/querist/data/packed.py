"""Files that are packed: gzip, bzip2, xz, Zstandard, and a zip archive of one file.

What they unpack to is counted first and then unpacked: a file of a few kilobytes may hold gigabytes.
"""

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from querist.data.bounds import Bounds
from querist.data.table import listed
from querist.exceptions import DataError, FileFormatError

_BLOCK = 1 << 18
# What an unpacker of xz may take for its dictionary; the strongest preset wants 65 MiB.
_XZ_MEMORY = 1 << 27
_ZIP_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
_ENCRYPTED = 1


class Unpacked(NamedTuple):
    """The content of a file: the ending that says its format, its bytes, and in words how it was packed, if it was."""

    kind: str
    data: bytes
    note: str


def bare_name(name: str) -> str:
    """Return the name of a file without the endings that say how it is packed.

    Examples
    --------
    >>> bare_name("a.csv.gz"), bare_name("a.b.csv"), bare_name(".zip")
    ('a.csv', 'a.b.csv', '.zip')
    """
    ending = Path(name).suffix
    return name.removesuffix(ending) if ending.lower() in _PACKINGS else name


def check_ending(path: Path, known: Iterable[str]) -> str:
    """Return the ending that says the format of a file; empty where only the archive can tell.

    Raises
    ------
    FileFormatError
        If the ending is none of those known.
    """
    kind = Path(bare_name(path.name)).suffix.lower()
    if kind in known:
        return kind
    if path.suffix.lower() == ".zip" and bare_name(path.name) != path.name:
        return ""
    packings = list(_PACKINGS)
    raise FileFormatError(
        f"{path}: the ending {kind or path.suffix!r} is not known. Known: {', '.join(known)}, and "
        f"{', '.join(packings[:-1])} or {packings[-1]} behind these."
    )


def unpacked(path: Path, data: bytes, known: Iterable[str], bounds: Bounds) -> Unpacked:
    """Return what a file holds, unpacked if it is packed.

    Raises
    ------
    FileFormatError
        If its ending is none of those known, or it is not packed as the ending says, or not complete.
    DataError
        If it is more than the bounds; then it takes no memory.
    """
    known = list(known)
    kind = check_ending(path, known)
    packing = path.suffix.lower()
    if bare_name(path.name) == path.name:
        return Unpacked(kind, data, "")
    name, blocks = _PACKINGS[packing]
    try:
        if packing == ".zip":
            member = _only_member(path, data, known)
            kind = kind or Path(member).suffix.lower()
        size = 0
        for block in blocks(data):
            size += len(block)
            bounds.check_bytes(path, size)
        return Unpacked(kind, b"".join(blocks(data)), f"unpacked {name}")
    except DataError:
        raise
    except Exception as error:  # each unpacker has errors of its own
        raise FileFormatError(f"{path} cannot be unpacked: {error}. Check that it is {name}, and complete.") from error


def _read(file: io.BufferedIOBase) -> Iterator[bytes]:
    while block := file.read(_BLOCK):
        yield block


def _gzip(data: bytes) -> Iterator[bytes]:
    with gzip.open(io.BytesIO(data)) as file:
        yield from _read(file)


def _bzip2(data: bytes) -> Iterator[bytes]:
    with bz2.open(io.BytesIO(data)) as file:
        yield from _read(file)


def _xz(data: bytes) -> Iterator[bytes]:
    rest = data
    while rest.strip(b"\0"):
        stream = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
        yield stream.decompress(rest, _BLOCK)
        while not stream.eof:
            if stream.needs_input:
                raise EOFError("it ends too early")
            yield stream.decompress(b"", _BLOCK)
        rest = stream.unused_data.lstrip(b"\0")


def _zstandard(data: bytes) -> Iterator[bytes]:
    import pyarrow as pa

    with pa.CompressedInputStream(pa.BufferReader(data), "zstd") as file:
        while block := file.read(_BLOCK):
            yield block


def _zip(data: bytes) -> Iterator[bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(_members(archive)[0]) as file:
        while block := file.read(_BLOCK):
            yield block


def _members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the files of an archive, without what macOS and other systems put beside them."""
    return [
        each
        for each in archive.infolist()
        if not each.is_dir() and not Path(each.filename).name.startswith(".") and "__MACOSX" not in each.filename
    ]


def _only_member(path: Path, data: bytes, known: list[str]) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = _members(archive)
    names = [each.filename for each in members]
    if len(members) != 1:
        held = f"{len(members)} files: {listed(names, 10)}" if members else "no file"
        raise FileFormatError(f"{path} holds {held}. Unpack it, and name the file (or the folder of parts) you mean.")
    member = members[0]
    if member.flag_bits & _ENCRYPTED:
        raise FileFormatError(f"{path} is locked with a password. Unpack it first.")
    if member.compress_type not in _ZIP_METHODS:
        raise FileFormatError(f"{path}: {names[0]} is packed in a way that is not read. Unpack it first.")
    ending = Path(names[0]).suffix.lower()
    if Path(bare_name(path.name)).suffix.lower() not in known and ending not in known:
        raise FileFormatError(
            f"{path} holds {names[0]}, whose ending {ending!r} is not known. Known: {', '.join(known)}."
        )
    return names[0]


_PACKINGS: dict[str, tuple[str, Callable[[bytes], Iterator[bytes]]]] = {
    ".gz": ("gzip", _gzip),
    ".bz2": ("bzip2", _bzip2),
    ".xz": ("xz", _xz),
    ".zst": ("Zstandard", _zstandard),
    ".zip": ("zip", _zip),
}
