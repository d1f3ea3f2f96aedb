"""Read a file, whatever its format, and say what was detected."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from querist.data.arff import read_arff
from querist.data.array_files import read_npy
from querist.data.arrow_tables import read_arrow, read_parquet
from querist.data.bounds import Bounds
from querist.data.cell_rules import CellRules
from querist.data.class_names import beside, with_class_names
from querist.data.columns import typed
from querist.data.delimited import read_delimited
from querist.data.libsvm import read_libsvm
from querist.data.matrices import read_npz
from querist.data.own_exports import as_exported
from querist.data.packed import check_ending, unpacked
from querist.data.parts import joined, parts_of, with_keys
from querist.data.prose import read_data, read_text
from querist.data.reading import Reading
from querist.data.records import read_json, read_json_lines
from querist.data.references import read_references
from querist.data.sheets import read_spreadsheet
from querist.data.table import Table, nothing_in, only_a_header
from querist.data.titles import told_total
from querist.exceptions import DataError, FileFormatError

Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]


def read_table(
    path: Paths,
    *,
    sheet: str | None = None,
    header: bool = True,
    names: Sequence[str] | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    missing: Sequence[str] = (),
    header_lines: int | None = None,
    like: Table | None = None,
) -> Table:
    r"""Read a table.

    Parameters
    ----------
    path : path, or sequence of path
        By its ending: .csv, .tsv, .tab, .txt, .data, .dat (any delimiter; encoding, delimiter and decimal comma are
        detected; a .txt may hold one text a line), .xlsx, .xls, .ods, .parquet, .feather, .arrow, .jsonl, .ndjson,
        .json, .arff, .ris, .nbib (a .txt may hold these too), .svm, .libsvm, .svmlight, .npz (arrays X and y, or a
        sparse matrix), .npy; each also with .gz, .bz2, .xz, .zst or .zip behind it. A folder, several files, or a zip
        of several, are the parts of one table: their columns must agree. Folders in a folder that are called
        ``key=value`` give a column ``key``.
    sheet : str, default=None
        Sheet of a spreadsheet; None takes the first.
    header : bool, default=True
        Whether the first line of a delimited file or a sheet holds the names of the columns; if not, they are called
        ``column 1``, ``column 2``, ...
    names : sequence of str, default=None
        Names of the columns of a file that has no line of names.
    delimiter : str, default=None
        What stands between the cells of a delimited file (a blank: any number of blanks and tabs). None: detected.
    decimal : {"point", "comma"}, default=None
        How numbers are written; None: as the file shows.
    missing : sequence of str, default=()
        Words that mean a gap, in every column.
    header_lines : int, default=None
        How many lines of a delimited file or a sheet hold the names, to be joined. None: one, and a line below it that
        looks like units or more names is no row, which is told.
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
        expect: unpacked to over 256 MiB and 200 times its bytes, or read to over 2,000,000 cells and ten a byte; if
        the columns of several parts differ.
    InvalidParameterError
        If names repeat or the delimiter is not one character.

    Notes
    -----
    An empty cell counts as missing. In a column of numbers so do words such as NA, null, missing, marks such as
    "?" and "--", and the errors of spreadsheets; in a column of words these are words, since "None" may well be an
    answer. Numbers may have units, currencies, percent signs, blanks or apostrophes between thousands. A column is one
    of numbers if nine in ten of its cells are and the others look like no codes; those are gaps, and told. All formats
    are read so (docs/decisions/0027-cells.md). Numbers with leading zeros, and whole numbers too long to be exact,
    stay words.
    Cells of several values do not stop a file: the fields of objects become columns
    (``meta.source``), lists become JSON texts. What other labelling programs and Querist itself have exported is
    recognised. "Row 1" in messages is the first row below the header; "line 1" is the first line of the file.
    """
    reading = Reading.of(
        sheet=sheet, header=header, names=names, delimiter=delimiter, decimal=decimal, missing=missing,
        header_lines=header_lines,
    )  # fmt: skip
    return read_as(path, reading, like=like)


def read_as(path: Paths, reading: Reading, *, like: Table | None = None) -> Table:
    """Read a table in the way that `reading` says: see `read_table`."""
    given = [Path(path)] if isinstance(path, str | os.PathLike) else [Path(each) for each in path]
    tables = [_folder(each, reading) if each.is_dir() else _read(each, reading) for each in given]
    table = joined(tables) if len(tables) != 1 else tables[0]
    # Parts of one table are typed together: one cell may decide how numbers are written.
    table = typed(table, CellRules.of(decimal=reading.decimal, missing=reading.missing, like=like))
    table = with_class_names(table, beside(table.path))
    return table if table.frame is None else table.told(*told_total(table.frame))


def _folder(folder: Path, reading: Reading) -> Table:
    """Read the parts of a table that lie in a folder; folders called key=value give columns."""
    parts = [with_keys(_read(each, reading), folder, each) for each in parts_of(folder, READERS)]
    return replace(joined(parts, folder), parts=())


def _read(path: Path, reading: Reading) -> Table:
    if not path.exists():
        near = sorted(item.name for item in path.parent.glob(f"*{path.suffix}"))[:5] if path.parent.is_dir() else []
        hint = f" There is {', '.join(near)}." if near else ""
        raise FileFormatError(f"There is no file {path}.{hint}")
    kind = check_ending(path, READERS)
    if kind:
        reading.check(path, kind)
    try:
        data = path.read_bytes()
    except PermissionError:
        raise FileFormatError(f"{path} may not be read. Change its permissions.") from None
    tables = [as_exported(table) for table in read_content(path, data, reading, Bounds.of_size(len(data)))]
    return tables[0] if len(tables) == 1 else replace(joined(tables, path), parts=())


def read_content(path: Path, data: bytes, reading: Reading, bounds: Bounds) -> list[Table]:
    """Return the table that a file holds, its cells as they stand there; of an archive of several, each.

    Raises
    ------
    FileFormatError, DataError
        See `read_table`.
    """
    tables = []
    for member in unpacked(path, data, READERS, bounds):
        own = path if member.name is None else path / member.name
        reading.check(path, member.kind)
        if not member.data.strip():
            raise FileFormatError(nothing_in(own))
        table = READERS[member.kind](own, member.data, reading, bounds)
        if table.n_rows == 0:
            raise DataError(only_a_header(own))
        tables.append(table.told(member.note) if member.note else table)
    return tables


READERS: dict[str, Callable[[Path, bytes, Reading, Bounds], Table]] = {
    ".csv": read_delimited,
    ".tsv": read_delimited,
    ".tab": read_delimited,
    ".txt": read_text,
    ".data": read_data,
    ".dat": read_data,
    ".xlsx": read_spreadsheet,
    ".xls": read_spreadsheet,
    ".ods": read_spreadsheet,
    ".parquet": read_parquet,
    ".feather": read_arrow,
    ".arrow": read_arrow,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".json": read_json,
    ".arff": read_arff,
    ".ris": read_references,
    ".nbib": read_references,
    ".svm": read_libsvm,
    ".libsvm": read_libsvm,
    ".svmlight": read_libsvm,
    ".npz": read_npz,
    ".npy": read_npy,
}
