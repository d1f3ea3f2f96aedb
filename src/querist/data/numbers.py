"""Columns of words that are numbers: decimal commas, thousands separators, leading zeros, words for "missing"."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from querist._typing import AnyArray, BoolArray

if TYPE_CHECKING:
    import pandas as pd

# What stands for "missing" in a column of numbers; in a column of words only the empty cell does.
MISSING_WORDS = frozenset({"", "na", "n/a", "#n/a", "<na>", "nan", "null", "none", "?", "-", "."})

Style = Literal["point", "comma"]
_INTEGER = r"[+-]?\d+"
_EXPONENT = r"([eE][+-]?\d+)?"
_INFINITE = r"[+-]?(?i:inf|infinity)"
_POINT = rf"[+-]?(\d+\.?\d*|\.\d+){_EXPONENT}|{_INFINITE}"
_COMMA = rf"[+-]?(\d+,?\d*|,\d+){_EXPONENT}|{_INFINITE}"
_POINT_GROUPS = r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?"  # 1,234.5
_COMMA_GROUPS = r"[+-]?\d{1,3}(\.\d{3})+(,\d*)?"  # 1.234,5
_LEADING_ZERO = r"[+-]?0\d+"
_LONG = r"[+-]?\d{16,}"
_HINT = re.compile(rf"[-+.,\deE]*\d[-+.,\deE]*|{_INFINITE}")
_SAMPLE = 100


@dataclass
class Words:
    """A column of a text file, and how its cells can be read.

    Attributes
    ----------
    column : Series of str of shape (n_rows,)
    cells : ndarray of shape (n_known,)
        The cells that are not missing, without surrounding blanks.
    known : ndarray of shape (n_rows,), bool
    styles : frozenset of {"point", "comma"}
        The ways of writing numbers in which all cells are numbers; empty for words.
    """

    column: "pd.Series[str]"
    cells: AnyArray
    known: BoolArray
    styles: frozenset[Style]


def inspect(column: "pd.Series[str]") -> Words:
    """Look at a column of words; O(n)."""
    stripped = column.str.strip()
    known = ~stripped.str.lower().isin(MISSING_WORDS).to_numpy(bool)
    cells = stripped.to_numpy(object)[known]
    if not cells.size or not all(_HINT.fullmatch(cell) for cell in cells[:_SAMPLE]):
        return Words(column, cells, known, frozenset())
    fits: tuple[tuple[Style, str], ...] = (
        ("point", f"{_POINT}|{_POINT_GROUPS}"),
        ("comma", f"{_COMMA}|{_COMMA_GROUPS}"),
    )
    return Words(column, cells, known, frozenset(style for style, pattern in fits if _matches(cells, pattern).all()))


def file_style(columns: list[Words], delimiter: str) -> Style:
    """Return how a file writes decimals: from columns that can be read in one way only, else from the delimiter.

    Programs separate cells by semicolons where the comma is taken by the decimals.
    """
    only = [column.styles for column in columns if len(column.styles) == 1]
    counts = {style: sum(style in styles for styles in only) for style in ("point", "comma")}
    if counts["point"] != counts["comma"]:
        return "point" if counts["point"] > counts["comma"] else "comma"
    return "comma" if delimiter == ";" else "point"


def is_number(word: str) -> bool:
    """Whether Python reads a word as a number."""
    try:
        float(word)
    except ValueError:
        return False
    return True


def read_words(words: Words, style: Style) -> tuple[Any, tuple[str, ...]]:
    """Return a column as numbers or booleans where all its cells are, else as words; and what was decided.

    Parameters
    ----------
    words : Words
    style : {"point", "comma"}
        How the file writes decimals, for columns that can be read in both ways.

    Returns
    -------
    column : Series of int64, float64, bool or str
        Gaps are NaN.
    notes : tuple of str
    """
    import pandas as pd

    cells, index = words.cells, words.column.index
    blank = words.column.str.strip() == ""
    if not cells.size:
        if blank.all():
            return pd.Series(np.nan, index=index), ("it is empty",)
        return words.column.mask(blank), ()
    if not words.styles:
        if words.known.all() and _matches(cells, r"(?i:true|false)").all():
            return pd.Series(np.char.lower(cells.astype(str)) == "true", index=index), ()
        return words.column.mask(blank), ()
    reason = _why_not(cells, gaps=not words.known.all())
    if reason:
        return words.column.mask(blank), (reason,)
    chosen = style if style in words.styles else next(iter(words.styles))
    plain, note = _plain(cells, chosen)
    numbers = _parsed(plain)
    notes = [note] if note else []
    if not words.known.all():
        filled = np.full(len(index), np.nan)
        filled[words.known] = numbers
        numbers = filled
        odd = sorted(set(words.column[~words.known & ~blank.to_numpy(bool)].str.strip()))
        notes += [f"{', '.join(map(repr, odd))} read as missing"] if odd else []
    return pd.Series(numbers, index=index), tuple(notes)


def _why_not(cells: AnyArray, *, gaps: bool) -> str:
    """Return why a column of digits is better kept as words, or nothing."""
    zeros = _matches(cells, _LEADING_ZERO)
    if zeros.any():
        return f"kept as words, since numbers would lose leading zeros ({cells[zeros][0]})"
    long = cells[_matches(cells, _LONG)]
    # Beside gaps whole numbers become floats, exact up to 2**53 only.
    limit = 2**53 if gaps or not _matches(cells, _INTEGER).all() else 2**63 - 1
    lost = [cell for cell in long if abs(int(cell)) > limit]
    return f"kept as words, since its numbers are too long to be exact ({lost[0]})" if lost else ""


def _plain(cells: AnyArray, style: Style) -> tuple[AnyArray, str]:
    """Write numbers with a decimal point and without thousands separators."""
    marks = {"point": (",", "."), "comma": (".", ",")}[style]
    grouped = any(marks[0] in cell for cell in cells)
    decimals = style == "comma" and any("," in cell for cell in cells)
    if not grouped and not decimals:
        return cells, ""
    table = str.maketrans({marks[0]: None, marks[1]: "."})
    plain = np.empty(cells.size, object)
    plain[:] = [cell.translate(table) for cell in cells]
    told = [*(["decimal comma"] if decimals else []), *([f"{marks[0]!r} separates thousands"] if grouped else [])]
    return plain, ", ".join(told)


def _parsed(cells: AnyArray) -> AnyArray:
    # Python's own conversions round correctly; the fast ones of table readers may be off by one bit.
    return cells.astype(np.int64 if _matches(cells, _INTEGER).all() else np.float64)


def _matches(cells: AnyArray, pattern: str) -> BoolArray:
    import pyarrow as pa
    from pyarrow import compute

    found = compute.match_substring_regex(pa.array(cells, pa.large_string()), pattern=f"^(?:{pattern})$")
    return np.asarray(found.to_numpy(zero_copy_only=False), bool)
