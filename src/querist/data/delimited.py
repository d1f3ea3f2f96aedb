"""CSV and its relatives: encoding, delimiter and decimal comma are detected and told."""

import csv
import io
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from querist.data.bounds import Bounds
from querist.data.cell_rules import CellRules
from querist.data.columns import typed
from querist.data.cutting import Dialect, long_cells, records
from querist.data.decoding import decode
from querist.data.delimiters import NAMES, SAMPLE_RECORDS
from querist.data.header_lines import SEVERAL_LINES, told_like_a_row
from querist.data.numbers import is_number
from querist.data.outline import Outline, outlined, without_tail
from querist.data.quotes import regular_quotes
from querist.data.reading import Reading
from querist.data.table import Table, nothing_in, only_a_header
from querist.exceptions import DataError, FileFormatError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Delimited:
    """A delimited text, and how it is to be cut into records and cells.

    Attributes
    ----------
    text : str
    dialect : Dialect
    has_header : bool
        Whether the first record holds the names of the columns.
    names : list of str
        Of the columns.
    unnamed : frozenset of int
        Places of columns to which a name was given.
    notes : tuple of str
        What was detected, in words.
    misfit : FileFormatError or None
        What is wrong with the first record that has another number of cells than there are names. One more that is
        empty is none: the line ends with a delimiter.
    """

    text: str
    dialect: Dialect
    has_header: bool
    names: list[str]
    unnamed: frozenset[int]
    notes: tuple[str, ...]
    misfit: FileFormatError | None = None

    @property
    def delimiter(self) -> str:
        """What stands between the cells."""
        return self.dialect.delimiter

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each record below the names, with the line of the file where it starts."""
        width = len(self.names)
        found = records(self.text, self.dialect)
        with long_cells():
            if self.has_header:
                next(found, None)
        while True:
            with long_cells():  # but not while the caller does something else
                some = list(itertools.islice(found, SAMPLE_RECORDS))
            if not some:
                return
            for line, cells in some:
                yield line, cells[:-1] if len(cells) == width + 1 and not cells[-1] else cells

    def words(self) -> "pd.DataFrame":
        """Return all records, which fit the names, as a table of words; its columns are numbered."""
        import pandas as pd

        width, dialect = len(self.names), self.dialect
        if "\0" in self.text:
            # The parser of pandas 2 would end a cell at a zero byte.
            return pd.DataFrame([cells for _, cells in self.records()], dtype=str, columns=range(width))
        # Lines may end with a delimiter; that of the names may have one more than the others.
        frame = pd.read_csv(
            io.StringIO(self.text), sep=dialect.delimiter, quoting=dialect.quoting, dtype=str, keep_default_na=False,
            header=None, names=range(width + 1), index_col=False, skip_blank_lines=True, na_filter=False,
            skipinitialspace=dialect.skip_blanks, escapechar=dialect.escape, doublequote=dialect.escape is None,
        )  # fmt: skip
        return frame.iloc[int(self.has_header) :, :width].reset_index(drop=True)

    def typed(self, path: Path, rows: Sequence[Sequence[str]]) -> Table:
        """Return records that fit the names as a table: words become numbers where a whole column is."""
        import pandas as pd

        frame = pd.DataFrame(rows, dtype=str, columns=pd.Index(self.names))
        return typed(Table(path, frame, delimiter=self.delimiter), CellRules())


def cut(path: Path, text: str, bounds: Bounds, reading: Reading = Reading()) -> Delimited:  # noqa: B008  # frozen
    """Return how a delimited text is to be cut: cells between double quotes may hold delimiters and line ends.

    Raises
    ------
    FileFormatError
        If it is empty, or a quoted cell never ends.
    DataError
        If two columns have the same name, or it unfolds to more than the bounds.
    """
    if not text.strip():
        raise FileFormatError(nothing_in(path))
    outline = outlined(path, text, reading)
    _check_cells(path, outline.text, outline.delimiter, bounds)
    text, told = without_tail(outline.text, outline.delimiter, len(outline.names))
    names, unnamed, more = _names(path, outline)
    notes = [f"delimiter {NAMES.get(outline.named, repr(outline.named))}", *outline.notes, *told, *more]
    found = Delimited(text, Dialect(outline.delimiter), outline.header is not None, names, unnamed, tuple(notes))
    with long_cells():
        return _quoted(path, found)


def read_delimited(path: Path, data: bytes, reading: Reading, bounds: Bounds) -> Table:
    """Read a delimited file: the cells are words, which become numbers where a whole column is numeric.

    Raises
    ------
    FileFormatError
        If it is binary or cannot be decoded, or a record has another number of cells than there are names.
    DataError
        If two columns have the same name, or there is a header and no row.
    """
    import pandas as pd

    text, encoding = decode(path, data)
    found = cut(path, text, bounds, reading)
    if found.misfit is not None:
        raise found.misfit
    notes = [f"{encoding}; {found.notes[0]}", *found.notes[1:]]
    try:
        words = found.words()
    except pd.errors.ParserError as error:
        raise FileFormatError(f"{path}: {error}. Open it in a spreadsheet program and save it as CSV again.") from error
    if not len(words):
        raise DataError(only_a_header(path))
    return _table(path, found, words, notes)


def _table(path: Path, found: Delimited, words: "pd.DataFrame", notes: Sequence[str]) -> Table:
    """Return all columns but those that have neither a name nor a cell."""
    import pandas as pd

    nothing = [place for place in found.unnamed if (words[place].str.strip() == "").all()]
    if len(nothing) == len(found.names):
        nothing = []
    gone = [found.names[place] for place in nothing]
    notes = [note for note in notes if note not in map(_unnamed_told, gone)]
    notes += [f"left out, since it has neither name nor cells: {', '.join(gone)}"] if gone else []
    if found.has_header and not any("--no-header" in note for note in notes):
        notes += told_like_a_row(found.names, [words[place].head(SAMPLE_RECORDS).tolist() for place in words.columns])
    words.columns = pd.Index(found.names)
    return Table(path, words.drop(columns=gone), notes=tuple(notes), delimiter=found.delimiter)


def _unnamed_told(name: str) -> str:
    """Return the note on a column to which a name was given."""
    return f"{name} has no name; it is called {name!r}"


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
    with long_cells():
        for record in csv.reader(lines(), delimiter=delimiter):
            n_cells += len(record)
            bounds.check_cells(path, n_cells)


def _names(path: Path, outline: Outline) -> tuple[list[str], frozenset[int], list[str]]:
    """Return the names of the columns, the places of those that have none in the file, and notes."""
    names: list[str] = []
    notes: list[str] = []
    places: dict[str, int] = {}
    unnamed = set()
    for place, cell in enumerate(outline.names, 1):
        name = cell.strip()
        if not name:
            name = f"column {place}"
            unnamed.add(place - 1)
            notes.append(_unnamed_told(name))
        if name in places:
            is_data = " If the first line is data, use --no-header (header=False)."
            hint = is_data if is_number(name) else SEVERAL_LINES
            raise DataError(f"{path}: columns {places[name]} and {place} are both called {name!r}. Rename one.{hint}")
        places[name] = place
        names.append(name)
    if outline.header is not None and _like_data(names):
        notes.append(
            f"the first line ({', '.join(names[:3])}, ...) was taken for the column names; if it is data, use "
            "--no-header (header=False)"
        )
    return names, frozenset(unnamed), notes


def _like_data(names: list[str]) -> bool:
    """Whether names look like the cells of a row: all are numbers, or one is no whole number."""
    numbered = [str(place) for place in range(len(names))], [str(place + 1) for place in range(len(names))]
    numbers = [name for name in names if is_number(name)]
    fractions = [name for name in numbers if not name.lstrip("+-").isdecimal()]
    return (len(numbers) == len(names) and names not in numbered) or bool(fractions)


def _quoted(path: Path, found: Delimited) -> Delimited:
    """Return how double quotes are to be read, and what is wrong with the first record that then does not fit.

    Raises
    ------
    FileFormatError
        If a quoted cell never ends.
    """
    for dialect, note in _other_quotes(found):
        if _shape(path, found, dialect) == (None, None):
            return replace(found, dialect=dialect, notes=(*found.notes, note))
    text, told, stray = regular_quotes(found.text, found.delimiter)
    found = replace(found, text=text, notes=(*found.notes, *told))
    # A quotation mark that encloses nothing may leave an empty cell behind, which ends no line then.
    misfit, unclosed = _shape(path, found, found.dialect, may_end=stray is None)
    letters = replace(found.dialect, quoting=csv.QUOTE_NONE)
    doubtful = misfit is not None or unclosed is not None
    if doubtful and len(found.names) > 1 and '"' in text and _shape(path, found, letters, may_end=False)[0] is None:
        note = "double quotes read as ordinary letters: as quotation marks they do not fit the columns"
        return replace(found, dialect=letters, notes=(*found.notes, note))
    if unclosed is not None and misfit is None:
        raise unclosed
    if misfit is not None and stray is not None:
        misfit = FileFormatError(
            f"{misfit} A double quote opens in line {stray} and encloses no cell. Remove it, or write it twice."
        )
    return replace(found, misfit=misfit)


def _other_quotes(found: Delimited) -> list[tuple[Dialect, str]]:
    """Return other ways of quoting that the text speaks for, and the notes on them."""
    text, plain = found.text, found.dialect
    mark = re.escape(plain.delimiter)
    ways = []
    if re.search(rf'\\"(?=[^"\r\n{mark}])', text):
        ways.append((replace(plain, escape="\\"), r"\" read as a quotation mark within a quoted cell"))
    # Where the names are written so, too, the blanks are no part of cells.
    first = text.lstrip().partition("\n")[0]
    if first.count(plain.delimiter) == first.count(f"{plain.delimiter} ") > 0 and re.search(f'{mark} +"', text):
        ways.append((replace(plain, skip_blanks=True), "spaces between delimiter and quotation mark skipped"))
    return ways


def _shape(
    path: Path, found: Delimited, dialect: Dialect, *, may_end: bool = True
) -> tuple[FileFormatError | None, FileFormatError | None]:
    """Return what is wrong with the first record that does not fit, or the last."""
    start, record, width = 1, [""], len(found.names)
    for place, (start, record) in enumerate(records(found.text, dialect)):
        is_header = found.has_header and not place
        number = place + (not found.has_header)
        ended = may_end and len(record) == width + 1 and not record[-1]
        if len(record) != width and not is_header and not ended:
            what = f"the header has {width}" if found.has_header else f"there are {width} columns"
            misfit = FileFormatError(
                f"{path}, line {start} (row {number}): {len(record)} cell{'s' * (len(record) > 1)}, but {what} "
                f"(delimiter {NAMES.get(dialect.delimiter, repr(dialect.delimiter))}). "
                "Put quotes around cells that hold the delimiter, or fill in what is missing."
            )
            return misfit, None
    if dialect.quoting == csv.QUOTE_MINIMAL:
        last = "".join(itertools.islice(io.StringIO(found.text, newline=""), start - 1, None))
        # Within open quotes, one more record would be swallowed.
        if len(list(records(f"{last.rstrip()}\nx", dialect))) == 1:
            unclosed = FileFormatError(
                f"{path}, line {start}: a quoted cell begins in this record and never ends. Add the missing quote."
            )
            return None, unclosed
    return None, None
