"""Files that are packed: gzip, bzip2, xz, Zstandard, and a zip archive of one file or of the parts of one table.

What they unpack to is counted first and then unpacked: a file of a few kilobytes may hold gigabytes.
"""

import bz2
import gzip
import io
import lzma
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from querist._words import listed
from querist.data.bounds import Bounds
from querist.exceptions import DataError, FileFormatError

_BLOCK = 1 << 18
# What an unpacker of xz may take for its dictionary; the strongest preset wants 65 MiB.
_XZ_MEMORY = 1 << 27
_ZIP_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
_ENCRYPTED = 1
_ABOUT = re.compile(r"(read.?me|licen[cs]e|copying|changelog|citation|about|notes?)\b|.*[._-]info\.", re.IGNORECASE)


class Unpacked(NamedTuple):
    """The content of a file: the ending that says its format, its bytes, and in words how it was packed, if it was.

    `name` is that within an archive of several files.
    """

    kind: str
    data: bytes
    note: str
    name: str | None = None


def bare_name(name: str) -> str:
    """Return the name of a file without the endings that say how it is packed.

    Examples
    --------
    >>> bare_name("a.csv.gz"), bare_name("a.b.csv"), bare_name(".zip")
    ('a.csv', 'a.b.csv', '.zip')
    """
    ending = Path(name).suffix
    return name.removesuffix(ending) if ending.lower() in _PACKINGS else name


def title_of(path: Path) -> str:
    """Return the name of a file without the endings that say how it is packed and what it is; a folder's as it is.

    Examples
    --------
    >>> title_of(Path("data/iris.tsv.gz"))
    'iris'
    """
    name = path.name or path.resolve().name  # of `.`, too
    return name if path.is_dir() else Path(bare_name(name)).stem


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
        f"{path}: the extension {kind or path.suffix!r} is not known. Known: {', '.join(known)}, and "
        f"{', '.join(packings[:-1])} or {packings[-1]} behind these."
    )


def unpacked(path: Path, data: bytes, known: Iterable[str], bounds: Bounds) -> list[Unpacked]:
    """Return what a file holds, unpacked if it is packed: one content, or of an archive of several files each.

    Raises
    ------
    FileFormatError
        If its ending is none of those known, or it is not packed as the ending says, or not complete; if an archive
        holds files of several kinds.
    DataError
        If it is more than the bounds; then it takes no memory.
    """
    known = list(known)
    kind = check_ending(path, known)
    packing = path.suffix.lower()
    if bare_name(path.name) == path.name:
        return [Unpacked(kind, data, "")]
    name, blocks = _PACKINGS[packing]
    try:
        if packing == ".zip":
            return _unzipped(path, data, known, kind, bounds)
        _check_size(path, [blocks(data)], bounds)
        return [Unpacked(kind, b"".join(blocks(data)), f"unpacked {name}")]
    except DataError:
        raise
    except Exception as error:  # each unpacker has errors of its own
        raise FileFormatError(f"{path} cannot be unpacked: {error}. Check that it is {name}, and complete.") from error


def _check_size(path: Path, contents: Iterable[Iterable[bytes]], bounds: Bounds) -> None:
    size = 0
    for blocks in contents:
        for block in blocks:
            size += len(block)
            bounds.check_bytes(path, size)


def _read(file: io.BufferedIOBase) -> Iterator[bytes]:
    while block := file.read(_BLOCK):
        yield block


def _gzip(data: bytes) -> Iterator[bytes]:
    with gzip.open(io.BytesIO(data)) as file:
        yield from _read(file)


def _whole(data: bytes) -> Iterator[bytes]:
    yield data


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


def _unzipped(path: Path, data: bytes, known: list[str], kind: str, bounds: Bounds) -> list[Unpacked]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members, left_out = _tables_in(path, archive, known, kind)

        def content(member: zipfile.ZipInfo) -> Iterator[bytes]:
            with archive.open(member) as file:
                while block := file.read(_BLOCK):
                    yield block

        _check_size(path, map(content, members), bounds)
        note = "unpacked zip"
        if left_out:
            note += f"; other files in it are left out: {listed(left_out, 5)}"
        several = len(members) > 1
        return [
            Unpacked(
                kind if kind and not several else Path(each.filename).suffix.lower(),
                b"".join(content(each)),
                note,
                each.filename if several else None,
            )
            for each in members
        ]


def _members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the files of an archive, without what macOS and other systems put beside them."""
    return [
        each
        for each in archive.infolist()
        if not each.is_dir() and not Path(each.filename).name.startswith(".") and "__MACOSX" not in each.filename
    ]


def _tables_in(
    path: Path, archive: zipfile.ZipFile, known: list[str], kind: str
) -> tuple[list[zipfile.ZipInfo], list[str]]:
    """Return the files of an archive that make up a table, and the names of the others."""
    members = _members(archive)
    names = [each.filename for each in members]
    if not members:
        raise FileFormatError(f"{path} holds no file. Pack one.")
    chosen = members
    if len(members) > 1:
        chosen = [each for each in members if _is_table(each.filename, known)]
        kinds = {Path(each.filename).suffix.lower() for each in chosen}
        if len(kinds) != 1:
            what = "of several kinds" if kinds else "none of them a table"
            raise FileFormatError(
                f"{path} holds {len(members)} files, {what}: {listed(names, 10)}. Unpack it, and name the file (or the "
                "folder of parts) you mean."
            )
    for member in chosen:
        if member.flag_bits & _ENCRYPTED:
            raise FileFormatError(f"{path} is locked with a password. Unpack it first.")
        if member.compress_type not in _ZIP_METHODS:
            raise FileFormatError(
                f"{path}: {member.filename} is compressed in a way that cannot be read. Unpack it first."
            )
        ending = Path(member.filename).suffix.lower()
        if kind not in known and ending not in known:
            raise FileFormatError(
                f"{path} holds {member.filename}, whose extension {ending!r} is not known. Known: {', '.join(known)}."
            )
    return chosen, [name for name in names if name not in {each.filename for each in chosen}]


def _is_table(name: str, known: list[str]) -> bool:
    """Whether a file among others in an archive may be part of a table, rather than words about it."""
    path = Path(name)
    return Path(bare_name(path.name)).suffix.lower() in known and _ABOUT.match(path.name) is None


_PACKINGS: dict[str, tuple[str, Callable[[bytes], Iterator[bytes]]]] = {
    ".gz": ("gzip", _gzip),
    ".bz2": ("bzip2", _bzip2),
    ".xz": ("xz", _xz),
    ".zst": ("Zstandard", _zstandard),
    ".zip": ("zip", _whole),  # its members are taken one by one
}
