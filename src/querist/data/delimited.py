"""CSV and its relatives: encoding, delimiter and decimal comma are detected and told."""

import contextlib
import csv
import io
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from querist.data.bounds import Bounds
from querist.data.cell_rules import CellRules
from querist.data.columns import typed
from querist.data.decoding import decode
from querist.data.numbers import is_number
from querist.data.quotes import regular_quotes
from querist.data.table import Table
from querist.exceptions import DataError, FileFormatError

if TYPE_CHECKING:
    pass

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SAMPLE_RECORDS = 200
_SAMPLE_LETTERS = 1 << 20
_LONGEST_CELL = 2**31 - 1
_Quoting: TypeAlias = Literal[0, 3]  # as the csv module numbers QUOTE_MINIMAL and QUOTE_NONE


@dataclass(frozen=True)
class Delimited:
    """A delimited text, and how it is to be cut into records and cells.

    Attributes
    ----------
    text : str
    delimiter : str
    quoting : int
        As the csv module numbers it.
    names : list of str
        Of the columns, from the first record.
    notes : tuple of str
        What was detected, in words.
    misfit : FileFormatError or None
        What is wrong with the first record that has another number of cells than the header.
    """

    text: str
    delimiter: str
    quoting: _Quoting
    names: list[str]
    notes: tuple[str, ...]
    misfit: FileFormatError | None

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each record below the header, with the line of the file where it starts."""
        records = _records(self.text, self.delimiter, self.quoting)
        with _long_cells():
            next(records, None)
        while True:
            with _long_cells():  # but not while the caller does something else
                found = list(itertools.islice(records, _SAMPLE_RECORDS))
            if not found:
                return
            yield from found

    def typed(self, path: Path, records: Sequence[Sequence[str]]) -> Table:
        """Return records that fit the header as a table: words become numbers where a whole column is."""
        import pandas as pd

        frame = pd.DataFrame(records, dtype=str, columns=pd.Index(self.names))
        return typed(Table(path, frame, delimiter=self.delimiter), CellRules())


def cut(path: Path, text: str, bounds: Bounds) -> Delimited:
    """Return how a delimited text is to be cut: cells between double quotes may hold delimiters and line ends.

    Raises
    ------
    FileFormatError
        If it is empty, or a quoted cell never ends.
    DataError
        If two columns have the same name, or it unfolds to more than the bounds.
    """
    if not text.strip():
        raise FileFormatError(f"{path} is empty.")
    with _long_cells():
        delimiter = _delimiter(text, path)
        text, told, stray = regular_quotes(text, delimiter)
        _check_cells(path, text, delimiter, bounds)
        names, notes = _names(path, next(_records(text, delimiter, csv.QUOTE_MINIMAL))[1])
        quoting, misfit = _quoting(path, text, delimiter, len(names))
    notes = [f"delimiter {_DELIMITERS[delimiter]}", *notes, *told]
    if misfit is not None and stray is not None:
        misfit = FileFormatError(f"{misfit} A double quote opens in line {stray} and encloses no cell.")
    if quoting == csv.QUOTE_NONE:
        notes.append("double quotes read as ordinary letters: as quotation marks they do not fit the columns")
    return Delimited(text, delimiter, quoting, names, tuple(notes), misfit)


def read_delimited(path: Path, data: bytes, bounds: Bounds) -> Table:
    """Read a delimited file: the cells are words, see `querist.data.columns.typed`.

    Raises
    ------
    FileFormatError
        If it is binary or cannot be decoded, or a record has another number of cells than the header.
    DataError
        If two columns have the same name, or there is a header and no row.
    """
    import pandas as pd

    text, encoding = decode(path, data)
    found = cut(path, text, bounds)
    text = found.text
    if found.misfit is not None:
        raise found.misfit
    delimiter, quoting, names = found.delimiter, found.quoting, found.names
    notes = [f"{encoding}; {found.notes[0]}", *found.notes[1:]]
    try:
        frame = pd.read_csv(
            io.StringIO(text), sep=delimiter, quoting=quoting, dtype=str, keep_default_na=False,
            header=None, names=range(len(names)), index_col=False, skip_blank_lines=True,
        )  # fmt: skip
    except pd.errors.ParserError as error:
        raise FileFormatError(f"{path}: {error}. Open it in a spreadsheet program and save it as CSV anew.") from error
    frame = frame.iloc[1:].reset_index(drop=True)
    if not len(frame):
        raise DataError(f"{path} has a header but no row of data.")
    frame.columns = pd.Index(names)
    return Table(path, frame, notes=tuple(notes), delimiter=delimiter)


@contextlib.contextmanager
def _long_cells() -> Iterator[None]:
    """Lift Python's limit on the length of a cell, and put it back."""
    before = csv.field_size_limit(_LONGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _records(text: str, delimiter: str, quoting: _Quoting) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line where it starts, 1-based; blank lines are passed over."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting)
    start = 1
    for record in reader:
        if record and (len(record) > 1 or record[0] == "" or record[0].strip()):
            yield start, record
        start = reader.line_num + 1


def _check_cells(path: Path, text: str, delimiter: str, bounds: Bounds) -> None:
    """Refuse a text of more cells than the bounds."""
    most = text.count(delimiter) + text.count("\n") + 1
    if most <= bounds.cells:
        return
    if '"' not in text:  # so each of them ends a cell
        bounds.check_cells(path, most)

    def lines() -> Iterator[str]:
        start = 0
        while start < len(text):
            end = text.find("\n", start) + 1 or len(text)
            bounds.check_cells(path, text.count(delimiter, start, end))  # before a record is made of them
            yield text[start:end]
            start = end

    n_cells = 0
    for record in csv.reader(lines(), delimiter=delimiter):
        n_cells += len(record)
        bounds.check_cells(path, n_cells)


def _delimiter(text: str, path: Path) -> str:
    """Return the delimiter that cuts most records into as many cells as the header, and into most cells."""
    scores = {}
    # The last record of a cut text may be half a record; it counts for little among 200.
    sample = text[:_SAMPLE_LETTERS]
    for delimiter in _DELIMITERS:
        regular = regular_quotes(sample, delimiter).text
        records = list(itertools.islice(_records(regular, delimiter, csv.QUOTE_MINIMAL), _SAMPLE_RECORDS))
        width = len(records[0][1])
        agreeing = sum(len(record) == width for _, record in records) / len(records)
        scores[delimiter] = (width > 1 and agreeing >= 0.9, agreeing if width > 1 else 0.0, width)
    if path.name.lower().removesuffix(".gz").endswith(".tsv") and scores["\t"][2] > 1:
        return "\t"
    best = max(scores, key=lambda delimiter: scores[delimiter])
    return best if scores[best][2] > 1 else ","


def _names(path: Path, header: list[str]) -> tuple[list[str], list[str]]:
    """Return the names of the columns, and notes on them."""
    names: list[str] = []
    notes: list[str] = []
    places: dict[str, int] = {}
    for place, cell in enumerate(header, 1):
        name = cell.strip()
        if not name:
            name = f"column {place}"
            notes.append(f"column {place} has no name; it is called {name!r}")
        if name in places:
            hint = " Is the first line data? Then put a line of names above it." if is_number(name) else ""
            raise DataError(f"{path}: columns {places[name]} and {place} are both called {name!r}. Rename one.{hint}")
        places[name] = place
        names.append(name)
    numbered = [str(place) for place in range(len(names))], [str(place + 1) for place in range(len(names))]
    if all(is_number(name) for name in names) and names not in numbered:
        notes.append(
            f"the first line ({', '.join(names[:3])}, ...) was taken for the names of the columns; "
            "if it is data, put a line of names above it"
        )
    return names, notes


def _quoting(path: Path, text: str, delimiter: str, width: int) -> tuple[_Quoting, FileFormatError | None]:
    """Return how double quotes are to be read, and what is wrong with the first record that then does not fit.

    Raises
    ------
    FileFormatError
        If a quoted cell never ends.
    """
    misfit, unclosed = _shape(path, text, delimiter, width, csv.QUOTE_MINIMAL)
    doubtful = misfit is not None or unclosed is not None
    if doubtful and width > 1 and '"' in text and _shape(path, text, delimiter, width, csv.QUOTE_NONE)[0] is None:
        return csv.QUOTE_NONE, None
    if unclosed is not None and misfit is None:
        raise unclosed
    return csv.QUOTE_MINIMAL, misfit


def _shape(
    path: Path, text: str, delimiter: str, width: int, quoting: _Quoting
) -> tuple[FileFormatError | None, FileFormatError | None]:
    """Return what is wrong with the first record that does not fit, or the last."""
    start, record = 1, [""]
    for number, (start, record) in enumerate(_records(text, delimiter, quoting)):
        if len(record) != width:
            misfit = FileFormatError(
                f"{path}, line {start} (row {number}): {len(record)} cell{'s' * (len(record) > 1)}, but the header has "
                f"{width} (delimiter {_DELIMITERS[delimiter]}). "
                "Put quotes around cells that hold the delimiter, or fill in what is missing."
            )
            return misfit, None
    if quoting == csv.QUOTE_MINIMAL:
        last = "".join(itertools.islice(io.StringIO(text, newline=""), start - 1, None))
        # Within open quotes, one more record would be swallowed.
        if len(list(_records(f"{last.rstrip()}\nx", delimiter, quoting))) == 1:
            unclosed = FileFormatError(
                f"{path}, line {start}: a quoted cell begins in this record and never ends. Add the missing quote."
            )
            return None, unclosed
    return None, None
