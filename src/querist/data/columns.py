"""The columns of a table by one set of rules, whatever the format: which cells are numbers, gaps, words.

A file whose cells are all words (CSV) and one whose cells have types (Excel, JSON, Parquet) go the same way here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from querist._words import listed
from querist.data.cell_rules import CellRules
from querist.data.numbers import Words, evident_style, inspect, read_words
from querist.data.table import Table
from querist.data.typed_cells import as_words, simple_cells
from querist.data.written_numbers import STYLES, Style
from querist.exceptions import DataError

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 6


@dataclass
class _Column:
    """A column on its way: as it stands in the file, with simple cells, and what its words may be."""

    name: str
    given: "pd.Series"
    simple: "pd.Series"
    words: Words | None
    notes: list[str] = field(default_factory=list)


def typed(table: Table, rules: CellRules) -> Table:
    """Return a table whose words are numbers where a column is one of numbers, with notes on what was decided.

    Columns in which something was left out for it keep what stood there in `Table.written`: targets, groups and the
    people who label get that.

    Raises
    ------
    DataError
        If most cells of a column are no numbers as the file to learn from writes them, or no column can be read.
    """
    import pandas as pd

    if table.frame is None:
        return table
    columns, left_out = [], []
    for name in table.frame.columns:
        column = _looked_at(table, str(name), rules)
        if column.simple is None:
            left_out += [f"column {column.name!r}: {note}" for note in column.notes]
        else:
            columns.append(column)
    if not columns:
        why = "; ".join(left_out)
        raise DataError(f"{table.path}: no column can be read. {why[0].upper()}{why[1:]}. Correct the file.")
    words = [column.words for column in columns if column.words is not None]
    evident = rules.style or evident_style(words)
    style: Style = evident or ("comma" if table.delimiter == ";" else "point")
    read = {column.name: _read(column, style, all_words=table.delimiter is not None) for column in columns}
    written = {column.name: column.given for column in columns if _has_lost(column, read[column.name], table)}
    notes = (*table.notes, *_grouped(columns), *left_out)
    return replace(table, frame=pd.DataFrame(read), written=written, style=evident, notes=notes)


def read_as_numbers(column: "pd.Series", style: Style) -> "pd.Series | None":
    """Return a column of words as numbers, gaps where a word is none; None if it is no column of numbers.

    Parameters
    ----------
    column : Series
    style : {"point", "comma"}
        How numbers are written that can be read in both ways.
    """
    return _as_numbers(column, style)[0]


def told_as_numbers(column: "pd.Series", style: Style) -> tuple[str, ...]:
    """Return what is to be said of a column of words that is read as numbers."""
    return _as_numbers(column, style)[1]


def style_of(columns: "Iterable[pd.Series]") -> Style:
    """Return how columns of words write decimals."""
    words = (as_words(column) for column in columns)
    return evident_style([inspect(each) for each in words if each is not None]) or "point"


def _as_numbers(column: "pd.Series", style: Style) -> "tuple[pd.Series | None, tuple[str, ...]]":
    from pandas.api import types

    words = as_words(column)
    if words is None:
        return None, ()
    found = inspect(words, name=str(column.name))
    if not found.styles:
        return None, ()
    numbers, notes = read_words(found, style)
    if not types.is_numeric_dtype(numbers):
        return None, ()
    return numbers, notes


def _looked_at(table: Table, name: str, rules: CellRules) -> Any:
    frame: Any = table.frame
    given = frame[name]
    if name == table.label_column:  # "1.50" is a class, and no number
        return _Column(name, given, given, None)
    if table.delimiter is not None:
        notes: list[str] = []
        simple, words = given, given
    else:
        simple, notes = simple_cells(given)
        words = None if simple is None else as_words(simple)
    column = _Column(name, given, simple, None, notes)
    if words is None:
        return column
    there = _kind_there(rules.like, name)
    styles = STYLES if rules.style is None else (rules.style,)
    column.words = inspect(words, rules.missing, name=name, styles=styles, lenient=there == "numbers")
    if there == "numbers":
        _check_like(table, column, rules)
    elif there == "words":
        column.words = replace(column.words, styles=frozenset(), odd={})
    return column


def _kind_there(like: Table | None, name: str) -> Literal["numbers", "words", ""]:
    """Return what a column is in the file to learn from."""
    from pandas.api import types

    if like is None or like.frame is None or name not in like.frame:
        return ""
    column = like.frame[name]
    if types.is_bool_dtype(column) or not column.notna().any():
        return ""
    return "numbers" if types.is_numeric_dtype(column) else "words"


def _check_like(table: Table, column: _Column, rules: CellRules) -> None:
    words: Any = column.words
    like: Any = rules.like
    odd = [sum(each.values()) for each in words.odd.values()] or [0 if words.styles else len(words.cells)]
    if min(odd) * 2 > len(words.cells):
        style = {None: "", "point": ", with a decimal point", "comma": ", with a decimal comma"}[rules.style]
        first = next(cell for cell in words.column.str.strip() if cell and (not words.odd or cell in _odd_words(words)))
        raise DataError(
            f"{table.path}: column {column.name!r} holds {first!r}, and {min(odd)} of its {len(words.cells)} cells are "
            f"no numbers as in {like.path}{style}. Write both files in one way."
        )


def _odd_words(words: Words) -> set[str]:
    return {word for each in words.odd.values() for word in each}


def _read(column: _Column, style: Style, *, all_words: bool) -> "pd.Series":
    from pandas.api import types

    if column.words is None:
        return column.simple
    read, notes = read_words(column.words, style)
    is_number = types.is_numeric_dtype(read) and not types.is_bool_dtype(read) and bool(column.words.cells.size)
    if is_number and not all_words and column.words.is_plain:
        notes = ("numbers written as text", *notes)
    elif not is_number and not all_words:
        gaps = column.words.blank & column.simple.notna().to_numpy(bool)
        read = column.simple.where(~gaps, None) if gaps.any() else column.simple
        notes = tuple(note for note in notes if column.words.cells.size)
    column.notes += notes
    numbers: pd.Series = read
    return numbers


def _has_lost(column: _Column, read: Any, table: Table) -> bool:
    if table.delimiter is None or column.words is None:
        return read is not column.given
    return column.words is not None and not column.words.is_plain and read.dtype != column.given.dtype


def _grouped(columns: list[_Column]) -> list[str]:
    """Return the notes, one for all columns of which the same is to be said."""
    grouped: dict[str, list[str]] = {}
    for column in columns:
        for note in column.notes:
            grouped.setdefault(note, []).append(repr(column.name))
    return [f"column{'s' * (len(which) > 1)} {listed(which, _SHOWN)}: {note}" for note, which in grouped.items()]
