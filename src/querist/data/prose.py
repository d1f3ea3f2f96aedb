"""Files of one text a line."""

import re
from pathlib import Path

from querist.data.bounds import Bounds
from querist.data.decoding import decode
from querist.data.delimited import read_delimited
from querist.data.delimiters import delimiter_of
from querist.data.libsvm import looks_like_libsvm, read_libsvm
from querist.data.numbers import is_number
from querist.data.reading import Reading
from querist.data.references import looks_like_references, read_references
from querist.data.table import Table

_NAME = re.compile(r"[^\W\d]\w{0,29}")
_SAMPLE = 200
# Marks within sentences.
_MARKS = ",;:"
_FEWEST_LINES, _WORDS_OF_A_LINE, _ALL_BUT = 2, 4, 0.9


def read_text(path: Path, data: bytes, reading: Reading, bounds: Bounds) -> Table:
    """Read a .txt: a delimited table, lines of libsvm, records of literature, or one text a line (column ``text``).

    Raises
    ------
    FileFormatError, DataError
        See `read_delimited`.
    """
    if reading.delimiter is None and reading.header and looks_like_libsvm(data):
        return read_libsvm(path, data, reading, bounds).told("its lines are those of libsvm")
    text, encoding = decode(path, data)
    if reading.delimiter is None and reading.header and looks_like_references(text):
        return read_references(path, data, reading, bounds)
    if reading.delimiter is not None or not _is_prose(path, text):
        return read_delimited(path, data, reading, bounds)
    import pandas as pd

    bounds.check_cells(path, text.count("\n") + text.count("\r"))
    lines = [line.strip() for line in re.split(r"\r\n|\r|\n", text) if line.strip()]
    has_name = reading.header and len(lines) > 1 and _is_name(lines)
    name = lines[0] if has_name else reading.names[0] if reading.names else "text"
    told = f"{encoding}; one text per line" + ("" if has_name else f", called {name!r}")
    return Table(path, pd.DataFrame({name: pd.Series(lines[has_name:], dtype=object)}), notes=(told,))


def read_data(path: Path, data: bytes, reading: Reading, bounds: Bounds) -> Table:
    """Read a file whose ending says little (.data, .dat): a delimited table, or lines of libsvm."""
    if reading.delimiter is None and looks_like_libsvm(data):
        return read_libsvm(path, data, reading, bounds).told("its lines are those of libsvm")
    return read_delimited(path, data, reading, bounds)


def _is_prose(path: Path, text: str) -> bool:
    """Whether no delimiter cuts the lines into columns; a table with a few bad lines is still a table."""
    if not text.strip():
        return False
    lines = [line.strip() for line in text[: 1 << 18].splitlines() if line.strip()][:_SAMPLE]
    quoted = sum(line.startswith('"') and line.endswith('"') for line in lines)
    delimiter, fit = delimiter_of(text, path)
    if fit.fits and fit.width > 1 and _are_sentences(lines, delimiter):
        return True
    return not fit.fits and (fit.width <= 1 or fit.agreeing <= 0.5) and quoted * 2 <= len(lines)


def _are_sentences(lines: list[str], delimiter: str) -> bool:
    """Whether a delimiter is the mark within sentences that all happen to have as many: a blank follows it.

    A first line of names, which are words alone, tells a table; and so does a column of numbers.
    """
    if delimiter not in _MARKS or len(lines) < _FEWEST_LINES:
        return False
    rows = [line.split(delimiter) for line in lines]
    followed = sum(cell.startswith(" ") or not cell for row in rows for cell in row[1:])
    long = sum(len(line.split()) >= _WORDS_OF_A_LINE for line in lines)
    columns = list(zip(*rows, strict=False))
    return (
        followed >= _ALL_BUT * sum(len(row) - 1 for row in rows)
        and long >= _ALL_BUT * len(lines)
        and any(" " in cell.strip() for cell in rows[0])
        and not any(all(is_number(cell.strip()) for cell in column[1:]) for column in columns)
    )


def _is_name(lines: list[str]) -> bool:
    """Whether the first line names the others: one word above texts of several."""
    several = sum(" " in line for line in lines[1:])
    return _NAME.fullmatch(lines[0]) is not None and several * 2 > len(lines) - 1
