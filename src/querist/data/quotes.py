"""Double quotes in delimited text: which enclose a cell, and which are letters."""

import csv
import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple

from querist.data.numbers import is_number

_END = re.compile(r"\r\n|\n|\r")
_SAMPLE = 200
_MOST_TOLD = 3
# With fewer lines it is chance that a column says the same again.
_FEW = 5


class Quotes(NamedTuple):
    """A delimited text whose quotes are regular: those that are letters stand doubled, in a cell that is enclosed.

    Attributes
    ----------
    text : str
        Its lines are where they were.
    notes : tuple of str
        What was decided, in words.
    line : int or None
        The first line with a quote at the beginning of a cell that encloses none.
    """

    text: str
    notes: tuple[str, ...] = ()
    line: int | None = None


def regular_quotes(text: str, delimiter: str) -> Quotes:
    r"""Make the quotes of a delimited text regular; O(n).

    A quote at the beginning of a cell encloses it if the next lone quote ends a cell; otherwise it is a letter, which
    would swallow all records up to the next. It is one, too, where the cell would span lines that are whole records by
    themselves, with values such as their columns have elsewhere.

    Examples
    --------
    >>> regular = regular_quotes('a;b\n1;"x\n2;"Great" stuff', ";")
    >>> list(csv.reader(regular.text.split("\n"), delimiter=";"))
    [['a', 'b'], ['1', '"x'], ['2', '"Great" stuff']]
    """
    if '"' not in text:
        return Quotes(text)
    blanks = " " if delimiter == "\t" else r" \t"
    enclosed = re.compile(rf'"[^"]*+(?:""[^"]*+)*+"(?=[{blanks}]*(?:[{re.escape(delimiter)}\r\n]|\Z))')
    end_of_cell = re.compile(rf"[{re.escape(delimiter)}\r\n]|\Z")
    records = _Records(text, delimiter)
    pieces: list[str] = []
    letters: list[int] = []
    doubts: list[str] = []
    place = done = 0
    while (quote := text.find('"', place)) >= 0:
        start = quote
        while start > place and text[start - 1] == " ":
            start -= 1
        place = quote + 1
        if start and text[start - 1] not in f"{delimiter}\r\n":
            continue  # within a cell it is a letter anyway
        whole = enclosed.match(text, quote)
        if start < quote:  # ` "a, b"`: only what holds the delimiter is enclosed by quotes behind a blank
            if whole is not None and delimiter in whole.group() and _END.search(whole.group()) is None:
                pieces.append(text[done:start])
                done, place = quote, whole.end()
            continue
        encloses = whole is not None
        if whole is not None and _END.search(whole.group()) is not None:
            n_lines, is_sure = records.swallowed(quote, whole.end())
            encloses = not is_sure
            if n_lines and not is_sure and len(doubts) < _MOST_TOLD:
                line = _line_of(text, quote)
                doubts.append(
                    f"line {line}: a quoted cell spans {n_lines} lines, each of which would be a whole record"
                )
        if whole is not None and encloses:
            place = whole.end()
            continue
        if whole is None and text.find('"', quote + 1) < 0 and not records.is_record(quote):
            break  # it was meant to enclose, and never does
        end = end_of_cell.search(text, quote).start()  # type: ignore[union-attr]  # the end of the text matches
        pieces += [text[done:quote], '"', text[quote:end].replace('"', '""'), '"']
        place = done = end
        letters.append(quote)
    if not letters:
        return Quotes("".join((*pieces, text[done:])), tuple(doubts))
    line = _line_of(text, letters[0])
    more = f" and in {len(letters) - 1} more cell{'s' * (len(letters) > 2)}" if len(letters) > 1 else ""
    told = (
        f"double quotes read as ordinary letters in line {line}{more}: as quotation marks they do not enclose one cell"
    )
    return Quotes("".join((*pieces, text[done:])), (told, *doubts), line)


class _Records:
    """What the columns hold in the lines that have no quote."""

    def __init__(self, text: str, delimiter: str) -> None:
        self._text, self._delimiter = text, delimiter
        self._has_lines = "\n" in text  # old files end their lines with \r alone
        first = _END.split(text.lstrip("\r\n"), maxsplit=1)[0]
        self.width = len(next(csv.reader([first], delimiter=delimiter), []))
        self._tests: list[set[str] | bool | None] | None = None

    def is_record(self, place: int) -> bool:
        """Whether the line in which a place lies is a whole record, its quotes taken for letters; not of one column."""
        line = self._lines(place, place)[0]
        return self.width > 1 and line.count(self._delimiter) + 1 == self.width

    def swallowed(self, start: int, end: int) -> tuple[int, bool]:
        """Return how many lines a cell spans if each would be a whole record, else 0; and whether its values say so."""
        lines = [line.split(self._delimiter) for line in self._lines(start, end)]
        if self.width < 2 or any(len(cells) != self.width for cells in lines):
            return 0, False
        if self._tests is None:
            self._tests = self._learned()
        told = 0
        for cells in lines:
            for test, cell in zip(self._tests, cells, strict=True):
                if test is None or '"' in cell:
                    continue
                if not (is_number(cell) if test is True else isinstance(test, set) and cell in test):
                    return 0, False  # its values say that it is one cell
                told += 1
        return len(lines), told >= len(lines)

    def _learned(self) -> list[set[str] | bool | None]:
        """Return of each column whether it holds numbers (True), which few values it holds, or None."""
        rows = list(itertools.islice(self._plain_lines(), _SAMPLE))
        tests: list[set[str] | bool | None] = []
        for cells in zip(*rows, strict=True) if rows else [()] * self.width:
            few = len(rows) >= _FEW and len(set(cells)) * 2 <= len(rows)
            tests.append(True if cells and all(map(is_number, cells)) else set(cells) if few else None)
        return tests

    def _lines(self, start: int, end: int) -> list[str]:
        """Return the whole lines in which a piece of the text lies."""
        text = self._text
        after = _END.search(text, end)
        before = text.rfind("\n", 0, start) if self._has_lines else -1
        start = max(before, text.rfind("\r", before + 1, start)) + 1
        return _END.split(text[start : len(text) if after is None else after.start()])

    def _plain_lines(self) -> Iterator[list[str]]:
        place = 0
        for found in _END.finditer(self._text):
            line = self._text[place : found.start()]
            cells = line.split(self._delimiter)
            if place and '"' not in line and len(cells) == self.width:
                yield cells
            place = found.end()


def _line_of(text: str, place: int) -> int:
    return sum(1 for _ in _END.finditer(text, 0, place)) + 1
