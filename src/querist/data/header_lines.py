"""The lines that name the columns: one, or two, or one with the units below it."""

import re
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from querist._words import listed
from querist.data.reading import Reading
from querist.data.typed_cells import whole
from querist.data.written_numbers import is_missing, is_unit, written_number

# With fewer numbers in a column it is chance that a word stands above them.
_FEWEST = 3
_BRACKETS = re.compile(r"\(.{1,12}\)|\[.{0,12}\]|<.{1,12}>")
_SHOWN = 3
_WORDS_OF_A_TEXT, _LONGEST_SHOWN = 3, 80
# What is said where two names are the same.
SEVERAL_LINES = " If several lines hold the names, say how many: --header-lines 2 (header_lines=2)."


def told_like_a_row(names: Sequence[str], columns: Sequence[Sequence[Any]]) -> list[str]:
    """Return a note where names look like one more row: a text above texts, or a word that its column repeats.

    Parameters
    ----------
    names : sequence of str
    columns : sequence of sequence
        The cells below each name, or some of them.
    """
    like = False
    for name, cells in zip(names, columns, strict=True):
        words = [cell.strip() for cell in cells if isinstance(cell, str) and cell.strip()]
        n_words = sum(len(word.split()) for word in words)
        is_text = words and n_words >= _WORDS_OF_A_TEXT * len(words)
        if is_text and len(name.split()) < _WORDS_OF_A_TEXT:
            return []  # that is a name
        like = like or name in words or (bool(is_text) and not name.endswith("?"))
    if not like:
        return []
    some = ", ".join(names[:_SHOWN])
    shown = some if len(some) <= _LONGEST_SHOWN else f"{some[:_LONGEST_SHOWN]} ..."
    return [
        f"the first line ({shown}) was taken for the column names, though it looks like the others; if it is data, "
        "use --no-header (header=False)"
    ]


class Header(NamedTuple):
    """What names the columns.

    Attributes
    ----------
    cells : list
        One a column; blank where it has no name.
    n_lines : int
        How many lines, from that of the names on, are no rows.
    notes : list of str
    """

    cells: list[Any]
    n_lines: int
    notes: list[str]


def header_of(rows: Sequence[Sequence[Any]], lines: Sequence[int], reading: Reading) -> Header:
    """Return the names of the columns, given the first lines of a table from the names on, and their numbers.

    A line below the names that stands above columns of numbers and holds none itself is no row: it holds units, or more
    names. It is passed over; names are joined where those of the first line are blank or repeat, as above groups of
    columns.
    """
    if reading.header_lines is not None or len(rows) < 2:
        n_lines = min(reading.header_lines or 1, len(rows))
        return Header(_joined(rows[:n_lines]), n_lines, [])
    what = _second_line(rows)
    if not what:
        return Header(list(rows[0]), 1, [])
    shown = listed([str(cell).strip() for cell in rows[1] if not _is_blank(cell)], _SHOWN)
    if what == "names" and _is_grouped(rows[0]):
        told = (
            f"lines {lines[0]} and {lines[1]} both name the columns, and are joined ({shown}); if line {lines[1]} is "
            "data, use --header-lines 1 (header_lines=1)"
        )
        return Header(_joined(rows[:2]), 2, [told])
    holds = "holds units" if what == "units" else "looks like more names"
    told = (
        f"line {lines[1]} {holds} ({shown}), skipped; if it is data, use --header-lines 1 (header_lines=1); to make "
        "it part of the names, --header-lines 2"
    )
    return Header(list(rows[0]), 2, [told])


def _second_line(rows: Sequence[Sequence[Any]]) -> Literal["units", "names", ""]:
    """Return what the line below the names holds, if it is no row."""
    names, second, body = rows[0], rows[1], rows[2:]
    if len(second) != len(names):
        return ""
    columns = [
        [row[place] for row in body if place < len(row) and not _is_gap(row[place])] for place in range(len(names))
    ]
    numeric = [place for place, cells in enumerate(columns) if len(cells) >= _FEWEST and all(map(_is_number, cells))]
    above = [second[place] for place in numeric if not _is_blank(second[place])]
    if not above or any(_is_number(cell) or _is_gap(cell) or not isinstance(cell, str) for cell in above):
        return ""
    others = [cell for place, cell in enumerate(second) if place not in numeric]
    if all(map(_looks_like_unit, above)) and all(_is_gap(cell) or _looks_like_unit(cell) for cell in others):
        return "units"
    words = [str(cell).strip() for cell in second if not _is_blank(cell)]
    repeats = any(
        str(cell).strip() in {str(each).strip() for each in held} for cell, held in zip(second, columns, strict=True)
    )
    if repeats:
        return ""
    if _is_grouped(names):
        pairs = _joined(rows[:2])
        return "names" if len(above) > 1 and all(pairs) and len(set(pairs)) == len(pairs) else ""
    whole_line = len(above) == len(numeric) > 1 and len(words) >= len(names) - 1
    return "names" if whole_line and len(set(words)) == len(words) else ""


def _is_grouped(names: Sequence[Any]) -> bool:
    """Whether names are blank or repeat, as those above groups of columns."""
    words = [str(name).strip() for name in names]
    return len(set(words)) < len(words)


def _joined(rows: Sequence[Sequence[Any]]) -> list[Any]:
    """Join lines of names; above the last one, a blank goes on with the name left of it, as merged cells do."""
    if len(rows) == 1:
        return list(rows[0])
    width = max(map(len, rows))
    parts: list[list[str]] = [[] for _ in range(width)]
    for number, row in enumerate(rows):
        last = ""
        for place in range(width):
            cell = row[place] if place < len(row) else ""
            word = "" if _is_blank(cell) else str(whole(cell)).strip()
            if number < len(rows) - 1:
                word = last = word or last
            if word and word not in parts[place]:
                parts[place].append(word)
    return [" ".join(each) for each in parts]


def _looks_like_unit(cell: Any) -> bool:
    return isinstance(cell, str) and (is_unit(cell.strip()) or _BRACKETS.fullmatch(cell.strip()) is not None)


def _is_number(cell: Any) -> bool:
    if isinstance(cell, str):
        return written_number(cell.strip()) is not None
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _is_gap(cell: Any) -> bool:
    return _is_blank(cell) or (isinstance(cell, str) and is_missing(cell.strip()))


def _is_blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())
