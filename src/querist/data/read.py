"""Read a file, whatever its format, and say what was detected."""

import gzip
import io
import os
import struct
import zlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from querist.data.bounds import Bounds
from querist.data.cell_rules import CellRules
from querist.data.columns import typed
from querist.data.delimited import read_delimited
from querist.data.matrices import read_libsvm, read_npz
from querist.data.records import read_json, read_json_lines, read_parquet, read_spreadsheet
from querist.data.table import Table
from querist.exceptions import DataError, FileFormatError


def read_table(
    path: str | os.PathLike[str],
    *,
    sheet: str | None = None,
    decimal: str | None = None,
    missing: Sequence[str] = (),
    like: Table | None = None,
) -> Table:
    """Read a table.

    Parameters
    ----------
    path : path
        By its ending: .csv, .tsv, .txt (any delimiter; encoding, delimiter and decimal comma are
        detected), .xlsx, .xls, .ods, .parquet, .jsonl, .ndjson, .json (a list of objects), .svm,
        .libsvm, .npz (arrays X and y); each also with .gz behind it.
    sheet : str, default=None
        Sheet of a spreadsheet; None takes the first.
    decimal : {"point", "comma"}, default=None
        How numbers are written; None: as the file shows.
    missing : sequence of str, default=()
        Words that mean a gap, in every column.
    like : Table, default=None
        The file to learn from, where this one is tested on: numbers are read as they are written there.

    Returns
    -------
    Table

    Raises
    ------
    FileFormatError
        If it is missing, empty, of unknown kind, or not what its ending says; the message names the place.
    DataError
        If two columns have the same name, or there is a header and no row; if it unfolds to far more than its size lets
        expect: unpacked to over 256 MiB and 200 times its bytes, or read to over 2,000,000 cells and ten a byte.

    Notes
    -----
    An empty cell counts as missing. In a column of numbers so do words such as NA, null, missing, marks such as
    "?" and "--", and the errors of spreadsheets; in a column of words these are words, since "None" may well be an
    answer. Numbers may have units, currencies, percent signs, blanks or apostrophes between thousands. A column is one
    of numbers if nine in ten of its cells are and the others look like no codes; those are gaps, and told. All formats
    are read so (docs/decisions/0027-cells.md). Numbers with leading zeros, and whole numbers too long to be exact,
    stay words. "Row 1" in messages is the first row below the header; "line 1" is the
    first line of the file.
    """
    rules = CellRules.of(decimal=decimal, missing=missing, like=like)
    path = Path(path)
    if path.is_dir():
        raise FileFormatError(f"{path} is a folder. Name a file in it.")
    if not path.exists():
        near = sorted(item.name for item in path.parent.glob(f"*{path.suffix}"))[:5] if path.parent.is_dir() else []
        hint = f" There is {', '.join(near)}." if near else ""
        raise FileFormatError(f"There is no file {path}.{hint}")
    kind, packed = file_kind(path, _READERS)
    if sheet is not None and kind not in _SPREADSHEETS:
        raise FileFormatError(f"{path} is not a spreadsheet, so it has no sheet {sheet!r}.")
    try:
        data = path.read_bytes()
    except PermissionError:
        raise FileFormatError(f"{path} may not be read. Change its permissions.") from None
    bounds = Bounds.of_size(len(data))
    if packed:
        data = unpack(path, data, bounds)
    if not data.strip():
        raise FileFormatError(f"{path} is empty.")
    table = typed(_READERS[kind](path, data, sheet, bounds), rules)
    if table.n_rows == 0:
        raise DataError(f"{path} has a header but no row of data.")
    return table.told("unpacked gzip") if packed else table


def file_kind(path: Path, known: Iterable[str]) -> tuple[str, bool]:
    """Return the ending that says the format, and whether the file is packed by gzip.

    Raises
    ------
    FileFormatError
        If the ending is none of those known.
    """
    name = path.name.lower()
    packed = name.endswith(".gz")
    kind = Path(name.removesuffix(".gz")).suffix
    if kind not in known:
        raise FileFormatError(
            f"{path}: the ending {kind or path.suffix!r} is not known. Known: {', '.join(known)}, and .gz behind these."
        )
    return kind, packed


def unpack(path: Path, data: bytes, bounds: Bounds) -> bytes:
    """Return what gzip has packed.

    Raises
    ------
    FileFormatError
        If it is not gzip, or not complete.
    DataError
        If it is more than the bounds; then it takes no memory.
    """
    # gzip says at its end how much it is; it may say less, so it is counted, too.
    told = struct.unpack("<I", data[-4:])[0] if data[:2] == b"\x1f\x8b" and len(data) >= 18 else 0
    bounds.check_bytes(path, told)
    size = 0
    try:
        with gzip.open(io.BytesIO(data)) as file:
            while block := file.read(_BLOCK):
                size += len(block)
                bounds.check_bytes(path, size)
        return gzip.decompress(data)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise FileFormatError(f"{path} cannot be unpacked: {error}. Is it gzip, and complete?") from error


def _delimited(path: Path, data: bytes, sheet: str | None, bounds: Bounds) -> Table:
    return read_delimited(path, data, bounds)


_BLOCK = 1 << 18
_SPREADSHEETS = (".xlsx", ".xls", ".ods")
_READERS: dict[str, Callable[[Path, bytes, str | None, Bounds], Table]] = {
    ".csv": _delimited,
    ".tsv": _delimited,
    ".txt": _delimited,
    ".xlsx": read_spreadsheet,
    ".xls": read_spreadsheet,
    ".ods": read_spreadsheet,
    ".parquet": read_parquet,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".json": read_json,
    ".svm": read_libsvm,
    ".libsvm": read_libsvm,
    ".npz": read_npz,
}
