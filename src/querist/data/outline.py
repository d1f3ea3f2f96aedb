"""What of a delimited text is the table: the line of names, what stands above and below, what lines end with.

Nothing is cut out: what is no row becomes blank lines, so that messages can name the lines of the file.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from querist.data.cutting import Dialect, long_cells, records, sampled
from querist.data.delimiters import are_row_names, delimiter_of, first_records, with_tabs
from querist.data.header_lines import header_of
from querist.data.reading import Reading, names_given
from querist.data.titles import n_titles, told_titles
from querist.exceptions import DataError

# Excel writes and reads it: which delimiter the lines below have.
_SEP = re.compile(r"\s*\"?sep=(.)\"?[ \t]*\r?\n", re.IGNORECASE)
_COMMENTS = ("#", "%", "//")
_FOOTER = re.compile(
    r"[#%*]|\(?\d+ rows?\b|(source|note|notes|generated|exported|created|copyright|©)\b", re.IGNORECASE
)
_MOST_FOOTERS = 5
_ROW_NAMES = "row id"
_LONGEST = 60
_HEAD = 1 << 16
_PLAIN_NAME = re.compile(r"\s*[A-Za-z_]\w*\s*")


@dataclass(frozen=True)
class Outline:
    """A text, and where its table is.

    Attributes
    ----------
    text : str
        What is no row of the table is blank.
    delimiter : str
    named : str
        The delimiter of the file, where the text was written anew with another.
    header : list of str or None
        The cells of the line of names, without what a last delimiter ends; None: the file has no such line.
    names : list of str
        Of the columns; an empty one has no name.
    notes : list of str
    """

    text: str
    delimiter: str
    named: str
    header: list[str] | None
    names: list[str]
    notes: list[str]


def outlined(path: Path, text: str, reading: Reading) -> Outline:
    """Return where the table of a text is.

    Raises
    ------
    DataError
        If there are more names than columns.
    """
    notes: list[str] = []
    delimiter = reading.delimiter
    if "\n" not in text:
        text = text.replace("\r", "\n")  # old Macintosh
    found = _SEP.match(text)
    if found is not None and text[found.end() :].strip():
        text = _blanked(text, 0, found.end())
        delimiter = delimiter or found[1]
        notes.append("its first line says which delimiter it has")
    text, told = _without_comments(text)
    notes += told
    if delimiter is None:
        delimiter, _ = delimiter_of(text, path)
    named = delimiter
    if delimiter == " ":
        text, delimiter = with_tabs(text), "\t"
    rows = first_records(text, delimiter)
    titles = n_titles(rows) if reading.header and (reading.header_lines or 1) == 1 else 0
    if titles:
        text = _without_first(text, titles, delimiter)
        notes.append(told_titles(rows[:titles]))
        rows = rows[titles:]
    if not reading.header:
        width = max(len(row) - (len(row) > 1 and not row[-1] and _ends(rows)) for row in rows)
        return Outline(text, delimiter, named, None, names_given(path, reading, width), notes)
    first = _first_lines(text, delimiter, reading.header_lines or 2)
    header = header_of(rows, [*first, *[0] * len(rows)], reading)
    if header.n_lines > 1:
        text = _without_records(text, first, header.n_lines)
        rows = [list(header.cells), *rows[header.n_lines :]]
    names, told = _names(rows)
    return Outline(text, delimiter, named, rows[0], names, [*notes, *header.notes, *told])


def without_tail(text: str, delimiter: str, width: int) -> tuple[str, list[str]]:
    """Blank out what stands below the rows: lines of nothing but delimiters, and remarks; return notes on it."""
    n_empty = 0
    remarks: list[str] = []
    end = len(text.rstrip("\r\n"))
    while end > 0 and len(remarks) < _MOST_FOOTERS:
        start = text.rfind("\n", 0, end) + 1
        line = text[start:end].strip("\r\n")
        if start and delimiter in line and not line.strip(f'{delimiter} "\t'):
            n_empty += 1
        elif start and width > 1 and _is_remark(line, delimiter, text[:start]):
            remarks.append(line.strip(f"{delimiter} "))
        elif line.strip():
            break
        end = start
        while end > 0 and text[end - 1] in "\r\n":
            end -= 1
    if not n_empty and not remarks:
        return text, []
    notes = [f"{n_empty} lines of nothing but delimiters at the end left out"] if n_empty else []
    notes += [f"below the table, left out: {line[:_LONGEST]!r}" for line in reversed(remarks)]
    return text[:end] + "\n", notes


def _is_remark(line: str, delimiter: str, before: str) -> bool:
    words = line.strip(f"{delimiter} \t")
    if delimiter in words or not re.search(r"[^\W\d]", words) or '"' in words:
        return False
    apart = re.search(r"\n[ \t\r]*\n\s*$", before) is not None and re.search(r"[ :]", words) is not None
    return _FOOTER.match(words) is not None or apart


def _names(rows: Sequence[Sequence[str]]) -> tuple[list[str], list[str]]:
    """Return the names of the columns, given those of the first line and the widths of the others."""
    header, body = list(rows[0]), rows[1:]
    widths = {len(row) for row in body}
    if widths == {len(header) - 1} and len(header) > 2 and not header[-1].strip():
        return header[:-1], ["the line of names ends with a delimiter"]
    if widths == {len(header) + 1} and not _ends(body) and are_row_names(body):
        return [_ROW_NAMES, *header], [f"the first column has no name, as R writes names of rows: {_ROW_NAMES!r}"]
    longer = [row for row in body if len(row) == len(header) + 1]
    return header, ["lines end with a delimiter"] if longer and _ends(longer) else []


def _ends(rows: Sequence[Sequence[str]]) -> bool:
    """Whether lines end with a delimiter."""
    return all(len(row) > 1 and not row[-1] for row in rows)


def _without_comments(text: str) -> tuple[str, list[str]]:
    """Blank out lines of remarks above the table, unless the line of names is one of them."""
    start = 0
    lines: list[tuple[int, int]] = []
    while text.startswith(_COMMENTS, start) or (lines and text[start : start + 1] in "\r\n" and start < len(text)):
        end = text.find("\n", start) + 1
        if not end:
            return text, []
        lines.append((start, end))
        start = end
    lines = [(first, last) for first, last in lines if text[first:last].strip()]
    if lines and _is_header(text[lines[-1][0] :][:_HEAD]):
        lines.pop()
    if not lines:
        return text, []
    words = text[lines[0][0] : lines[0][1]].strip()[:_LONGEST]
    return _blanked(text, 0, lines[-1][1]), [f"{len(lines)} lines of remarks above the table skipped: {words!r}"]


def _is_header(text: str) -> bool:
    """Whether the first line, though it begins like a remark, holds the names of the columns (``#id,name``)."""
    for delimiter in ",;\t|":
        rows = sampled(text, Dialect(delimiter), 2)
        if len(rows) == 2 and len(rows[0]) == len(rows[1]) > 1:
            return not all(map(_PLAIN_NAME.fullmatch, rows[1]))  # then these are the names
    return False


def _without_first(text: str, n: int, delimiter: str) -> str:
    """Blank out the first records."""
    with long_cells():
        for place, (line, _) in enumerate(records(text, Dialect(delimiter))):
            if place == n:
                start = 0
                for _ in range(line - 1):
                    start = text.index("\n", start) + 1
                return _blanked(text, 0, start)
    raise DataError("The text has no line of names below its titles. Add one.")  # n_titles leaves one


def _first_lines(text: str, delimiter: str, n: int) -> list[int]:
    """Return the lines where the first records begin, and one more."""
    with long_cells():
        return [line for line, _ in itertools.islice(records(text, Dialect(delimiter)), n + 1)]


def _without_records(text: str, lines: Sequence[int], n: int) -> str:
    """Blank out all but the first of so many records, which begin in these lines."""
    places = [0]
    for line in lines[1 : n + 1]:
        start = places[0]
        for _ in range(line - 1):
            start = text.index("\n", start) + 1
        places.append(start)
    end = places[n] if n < len(places) else len(text)
    return _blanked(text, places[1], end)


def _blanked(text: str, start: int, end: int) -> str:
    return text[:start] + "\n" * text.count("\n", start, end) + text[end:]
