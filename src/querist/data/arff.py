"""ARFF, as Weka and OpenML write it: columns with declared kinds, rows of cells or of what is not zero."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from querist.data.bounds import Bounds
from querist.data.decoding import decode
from querist.data.reading import Reading
from querist.data.records import table_of
from querist.data.table import Table
from querist.data.typed_cells import typed_column
from querist.exceptions import DataError, FileFormatError

_ATTRIBUTE = re.compile(r"@attribute\s+('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\S+)\s+(.+)", re.IGNORECASE | re.DOTALL)
_CELL = re.compile(r"""\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^,]*?))\s*(,|$)""", re.DOTALL)
_PAIR = re.compile(r"\s*(\d+)\s+(.*)", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r"}
_NUMBERS = ("numeric", "real", "integer")


class _Attribute:
    """A column as its declaration says."""

    def __init__(self, name: str, kind: str) -> None:
        self.name = name
        self.is_number = kind.lower() in _NUMBERS
        self.values = _cells(kind[1:-1]) if kind.startswith("{") and kind.endswith("}") else None
        # In rows that name only what is not zero, a nominal column has its first value elsewhere.
        self.zero: Any = "0" if self.is_number else self.values[0] if self.values else None


def read_arff(path: Path, data: bytes, reading: Reading, bounds: Bounds) -> Table:
    """Read an ARFF file: numbers are numbers, words and nominal values words, ``?`` is missing.

    Raises
    ------
    FileFormatError
        If a declaration or a row is not written as ARFF is; the message names the line.
    DataError
        If two columns have the same name, or it unfolds to more than the bounds.
    """
    text, encoding = decode(path, data)
    lines = enumerate(text.split("\n"), 1)
    attributes = _declared(path, lines)
    twice = [
        each.name for place, each in enumerate(attributes) if each.name in {one.name for one in attributes[:place]}
    ]
    if twice:
        raise DataError(f"{path}: two columns are both called {twice[0]!r}. Rename one.")
    columns: list[list[Any]] = [[] for _ in attributes]
    for n_rows, (number, cells) in enumerate(_rows(path, lines, attributes), 1):
        bounds.check_cells(path, n_rows * len(attributes))
        for column, attribute, cell in zip(columns, attributes, cells, strict=True):
            column.append(_value(path, number, attribute, cell))
    named = {each.name: typed_column(column) for each, column in zip(attributes, columns, strict=True)}
    return table_of(path, named, [f"ARFF, {encoding}"])


def _declared(path: Path, lines: Iterator[tuple[int, str]]) -> list[_Attribute]:
    attributes: list[_Attribute] = []
    for number, line in lines:
        word = line.strip()
        if not word or word.startswith("%") or word.lower().startswith("@relation"):
            continue
        if word.lower() == "@data":
            if attributes:
                return attributes
            break
        found = _ATTRIBUTE.fullmatch(word)
        if found is None:
            raise FileFormatError(f"{path}, line {number}: expected @attribute NAME KIND or @data, got {word[:60]!r}.")
        attributes.append(_Attribute(_unquoted(found[1]), found[2].strip()))
    raise FileFormatError(
        f"{path} is not ARFF: it has no line @data with attributes declared above it. "
        "Write @attribute NAME KIND for each column, then @data."
    )


def _rows(
    path: Path, lines: Iterator[tuple[int, str]], attributes: Sequence[_Attribute]
) -> Iterator[tuple[int, list[str | None]]]:
    for number, line in lines:
        word = line.strip()
        if not word or word.startswith("%"):
            continue
        if word.startswith("{"):
            yield number, _sparse(path, number, word, attributes)
            continue
        cells = _cells(word)
        if len(cells) == len(attributes) + 1 and "{" in word:
            cells.pop()  # a weight of the row
        if len(cells) != len(attributes):
            raise FileFormatError(
                f"{path}, line {number}: {len(cells)} cells, but {len(attributes)} attributes are declared. "
                "Correct the line, or put quotes around cells that hold a comma."
            )
        yield number, cells


def _sparse(path: Path, number: int, word: str, attributes: Sequence[_Attribute]) -> list[str | None]:
    row = [each.zero for each in attributes]
    inner = word[1 : word.rindex("}")] if "}" in word else word[1:]
    for place, each in enumerate(re.split(r",(?=\s*\d+\s)", inner)):
        if not each.strip() and not place:
            continue
        pair = _PAIR.fullmatch(each)
        if pair is None or int(pair[1][:9]) >= len(attributes):
            raise FileFormatError(f"{path}, line {number}: expected {{INDEX VALUE, ...}}, got {each.strip()[:40]!r}.")
        row[int(pair[1])] = _cells(pair[2])[0]
    return row


def _cells(text: str) -> list[str | None]:
    """Cut a line at its commas; an unquoted ``?`` is missing."""
    cells: list[str | None] = []
    place = 0
    while True:
        found = _CELL.match(text, place)
        if found is None:  # a quote within a word
            end = text.find(",", place)
            end = len(text) if end < 0 else end
            cells.append(text[place:end].strip())
            place, more = end + 1, end < len(text)
        else:
            plain = found[3]
            quoted = found[1] if found[1] is not None else found[2]
            cells.append((None if plain == "?" else plain) if quoted is None else _letters(quoted))
            place, more = found.end(), found[4] == ","
        if not more:
            return cells


def _value(path: Path, number: int, attribute: _Attribute, cell: str | None) -> Any:
    if cell is None or (cell == "" and attribute.is_number):
        return None
    if not attribute.is_number:
        return cell
    try:
        return int(cell) if re.fullmatch(r"[+-]?\d{1,18}", cell) else float(cell)
    except ValueError:
        raise FileFormatError(
            f"{path}, line {number}: column {attribute.name!r} is declared numeric, but holds {cell[:40]!r}. "
            "Correct it, or write ? for a missing value."
        ) from None


def _unquoted(word: str) -> str:
    return _letters(word[1:-1]) if word[:1] in "'\"" and len(word) > 1 and word[-1] == word[0] else word


def _letters(word: str) -> str:
    return _ESCAPE.sub(lambda found: _LETTERS.get(found[1], found[1]), word)
