"""How far the sheets of a workbook reach, found out before they are laid out as rows and columns.

A workbook says where each of its cells stands, or how often one is repeated, and its reader makes a grid of all that
lies between: two cells in a file of a kilobyte can span billions. Here the file is only walked through.
"""

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.parsers import expat

from querist.data.bounds import Bounds
from querist.data.old_workbook import OLD_WORKBOOK, old_sheets
from querist.exceptions import FileFormatError

_BLOCK = 1 << 16
_CELL = re.compile(r"([A-Za-z]{1,7})(\d{1,10})")
# Tags of cells and rows, and as all programs write them: the place is the first attribute.
_CELL_TAG, _ROW_TAG = re.compile(rb"<c[\s/>]"), re.compile(rb"<row[\s/>]")
_CELL_AT = re.compile(rb"""<c\s+r\s*=\s*["']([A-Za-z]{1,7})(\d{1,10})["']""")
_ROW_AT = re.compile(rb"""<row\s+r\s*=\s*["'](\d{1,10})["']""")
# What makes them hard to find: names with colons, comments, sections of plain text, letters of two bytes.
_HARD = re.compile(rb":(?:c|row)[\s/>]|<!|\0")
_LONGEST_TAG = 1 << 20
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What makes a cell of .ods hold something.
_VALUES = frozenset(
    f"{prefix}:{name}"
    for prefix, names in {
        "office": ("value", "value-type", "string-value", "date-value", "time-value", "boolean-value"),
        "table": ("formula",),
    }.items()
    for name in names
)


def check_sheets(path: Path, data: bytes, bounds: Bounds) -> None:
    """Refuse a workbook that unfolds to more than the bounds.

    Parameters
    ----------
    path : Path
        For the message.
    data : bytes
        Of .xlsx, .ods or .xls.
    bounds : Bounds

    Raises
    ------
    DataError
        If its parts unpack to too many bytes, or a sheet spans too many cells.
    FileFormatError
        If it cannot be walked through, or is a binary workbook (.xlsb).
    """
    if data.startswith(OLD_WORKBOOK):
        _check(path, old_sheets(path, data), bounds)
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return  # the reader says what else it is
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_parts(path, archive, bounds)
            for name in _sheets_of(path, archive):
                sheet = _repeated if name.lower() == "content.xml" else _placed
                _check(path, sheet(path, archive, name), bounds)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, zlib.error, struct.error) as error:
        raise FileFormatError(f"{path} is not a spreadsheet that can be read: {error}. Save it again.") from error


def _check(path: Path, boxes: "Iterator[tuple[int, int]]", bounds: Bounds) -> None:
    for height, width in boxes:
        if height * width > bounds.cells:
            what = f"a sheet reaches from A1 to {_letters(width)}{height}"
            bounds.check_cells(path, height * width, f"{what}; delete what lies far from the table, or is repeated")


def _check_parts(path: Path, archive: zipfile.ZipFile, bounds: Bounds) -> None:
    """Count what the parts of a workbook unpack to: what they say of themselves need not be true."""
    parts = archive.infolist()
    names = [part.filename.lower() for part in parts]
    if len(set(names)) < len(names):
        raise FileFormatError(
            f"{path} is not a spreadsheet that can be read: a part of it is there twice. Save it again."
        )
    if "xl/workbook.bin" in names:
        raise FileFormatError(f"{path} is a binary workbook (.xlsb). Save it as .xlsx.")
    bounds.check_bytes(path, sum(part.file_size for part in parts))
    size = 0
    for part in parts:
        if part.compress_type not in _PACKED:
            raise FileFormatError(
                f"{path} is not a spreadsheet that can be read: {part.filename} is packed oddly. Save it again."
            )
        for block in _unpacked(archive, part):
            size += len(block)
            bounds.check_bytes(path, size)


def _unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield all that a part unpacks to; `ZipFile.open` stops where the part says that it ends."""
    file: Any = archive.fp
    if part.header_offset < 0:
        raise zipfile.BadZipFile(f"{part.filename} is not where it should be")
    file.seek(part.header_offset)
    head = file.read(30)
    if len(head) < 30 or head[:4] != b"PK\x03\x04":
        raise zipfile.BadZipFile(f"{part.filename} is not where it should be")
    n_name, n_extra = struct.unpack("<HH", head[26:30])
    file.seek(n_name + n_extra, io.SEEK_CUR)
    left = part.compress_size
    unpack = zlib.decompressobj(-15) if part.compress_type == zipfile.ZIP_DEFLATED else None
    while left > 0 and (block := file.read(min(left, _BLOCK))):
        left -= len(block)
        if unpack is None:
            yield block
            continue
        while block:
            yield unpack.decompress(block, _BLOCK)
            block = unpack.unconsumed_tail


def _sheets_of(path: Path, archive: zipfile.ZipFile) -> list[str]:
    """Return the parts that may be sheets: those that the workbook names, whatever they are called."""
    wanted = {"content.xml"}

    def linked(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "Relationship":
            wanted.add(posixpath.basename(attributes.get("Target", "").replace("\\", "/")).lower())

    names = archive.namelist()
    for name in names:
        if name.lower() == "xl/_rels/workbook.xml.rels":
            _walk(path, archive, name, linked)
    return [name for name in names if posixpath.basename(name.replace("\\", "/")).lower() in wanted and _is_text(name)]


def _is_text(name: str) -> bool:
    return not name.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".emf", ".wmf", ".bin"))


def _placed(path: Path, archive: zipfile.ZipFile, name: str) -> Iterator[tuple[int, int]]:
    """Yield height and width of the sheet in a part of .xlsx."""
    yield _told(archive, name) or _walked(path, archive, name)


def _told(archive: zipfile.ZipFile, name: str) -> tuple[int, int] | None:
    """Return height and width, if all rows and cells begin with their places; None where the part has to be parsed."""
    height = width = 0
    rest = b""
    for block in _unpacked(archive, archive.getinfo(name)):
        # The last tag may end in the next block.
        head, bracket, tail = (rest + block).rpartition(b"<")
        rest = bracket + tail
        cells, rows = _CELL_AT.findall(head), _ROW_AT.findall(head)
        n_tags = len(_CELL_TAG.findall(head)), len(_ROW_TAG.findall(head))
        if n_tags != (len(cells), len(rows)) or _HARD.search(head) or len(rest) > _LONGEST_TAG:
            return None
        height = max(height, *map(int, {row for _, row in cells} | {*rows, b"0"}))
        width = max(width, *(_number(letters.decode()) for letters in {letters for letters, _ in cells} | {b""}))
    last = _HARD.search(rest) or _CELL_TAG.search(rest) or _ROW_TAG.search(rest)
    return None if last else (height, width)


def _walked(path: Path, archive: zipfile.ZipFile, name: str) -> tuple[int, int]:
    row = column = height = width = 0

    def started(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, height, width
        tag = _local(tag)
        if tag == "c":
            found = _CELL.fullmatch(attributes.get("r", ""))
            if found is not None:
                column, height = _number(found[1]), max(height, int(found[2]))
            else:
                column += 1
            width = max(width, column)
            height = max(height, row)
        elif tag == "row":
            given = attributes.get("r", "")
            row = int(given) if given.isascii() and given.isdigit() and len(given) < 11 else row + 1
            column = 0

    _walk(path, archive, name, started)
    return height, width


def _repeated(path: Path, archive: zipfile.ZipFile, name: str) -> Iterator[tuple[int, int]]:
    """Yield height and width of all sheets of .ods, which are read together; repeated blanks count as cells."""
    table = _Repeats()
    _walk(path, archive, name, table.started)
    table.end_row()
    yield table.height, table.width
    yield 1, table.blanks


class _Repeats:
    """The rows of a table that is told by repeats: empty ones behind the last that holds something are none."""

    def __init__(self) -> None:
        self.height = self.width = self.blanks = 0
        self._waiting = 0  # empty rows, which count once another follows
        self._n_rows = self._column = self._held = 0

    def started(self, tag: str, attributes: dict[str, str]) -> None:
        """Take notice of an element."""
        if tag == "table:table-row":
            self.end_row()
            self._n_rows = _times(attributes, "table:number-rows-repeated")
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            self._column += _times(attributes, "table:number-columns-repeated")
            if not _VALUES.isdisjoint(attributes):
                self._held = self._column
        elif tag == "text:s":
            self.blanks += _times(attributes, "text:c")

    def end_row(self) -> None:
        """Count the row that has ended."""
        if self._held:
            self.height += self._waiting + self._n_rows
            self.width = max(self.width, self._held)
            self._waiting = 0
        else:
            self._waiting += self._n_rows
        self._n_rows = self._column = self._held = 0


def _times(attributes: dict[str, str], name: str) -> int:
    given = attributes.get(name, "1").lstrip("+")
    return int(given[:20]) if given.isascii() and given.isdigit() else 1


def _walk(path: Path, archive: zipfile.ZipFile, name: str, started: Callable[[str, dict[str, str]], None]) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = started

    def refuse(*told: object) -> None:
        # Entities unfold, too, and no spreadsheet program writes any.
        raise FileFormatError(
            f"{path} is not a spreadsheet that can be read: {name} declares a document type. Save it again."
        )

    parser.StartDoctypeDeclHandler = refuse
    try:
        for block in _unpacked(archive, archive.getinfo(name)):
            parser.Parse(block, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise FileFormatError(
            f"{path} is not a spreadsheet that can be read: {name}: {error}. Save it again."
        ) from error


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - 64
    return number


def _letters(number: int) -> str:
    letters = ""
    while number > 0:
        number, digit = divmod(number - 1, 26)
        letters = chr(65 + digit) + letters
    return letters
