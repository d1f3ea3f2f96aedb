"""Columns of words that are numbers: decimal commas, thousands separators, leading zeros, gaps, and odd words."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from querist._typing import AnyArray, BoolArray
from querist._words import quoted
from querist.data.loose_numbers import read_loosely
from querist.data.written_numbers import INFINITE, PATTERNS, STYLES, Style, is_missing

if TYPE_CHECKING:
    import pandas as pd

_INTEGER = r"[+-]?\d+"
_LEADING_ZERO = r"[+-]?0\d+"
_LONG = r"[+-]?\d{16,}"
_HINT = re.compile(rf"[-+.,\deE]*\d[-+.,\deE]*|{INFINITE}")
_SAMPLE = 100


@dataclass
class Words:
    """A column of words, and how its cells can be read.

    Attributes
    ----------
    column : Series of str of shape (n_rows,)
    cells : ndarray of shape (n_known,)
        The cells that are not missing, without surrounding blanks; numbers without what decorates them.
    known, blank : ndarray of shape (n_rows,), bool
        The cells that hold something; those that are empty, or hold a word that was said to mean a gap.
    styles : frozenset of {"point", "comma"}
        The ways of writing numbers in which the column is one of numbers; empty for words.
    odd : dict of str to dict of str to int
        The cells that are no numbers, and how many of each there are, by style.
    told : tuple of str
        What decorates the numbers, in words.
    is_plain : bool
        Whether all cells are numbers without decoration.
    """

    column: "pd.Series[str]"
    cells: AnyArray
    known: BoolArray
    blank: BoolArray
    styles: frozenset[Style]
    odd: Mapping[Style, Counter[str]]
    told: tuple[str, ...] = ()
    is_plain: bool = True


def inspect(
    column: "pd.Series[str]",
    missing: Collection[str] = (),
    *,
    name: str = "",
    styles: tuple[Style, ...] = STYLES,
    lenient: bool = False,
) -> Words:
    """Look at a column of words; O(n).

    Parameters
    ----------
    column : Series of str
    missing : collection of str, default=()
        More words that mean a gap.
    name : str, default=""
        Of the column: where it speaks of ids, odd words are part of them.
    styles : tuple of {"point", "comma"}
        The ways of writing numbers to look for.
    lenient : bool, default=False
        Whether it is known to be a column of numbers, however many of its words are none.
    """
    import pandas as pd

    stripped = column.str.strip()
    words = set(pd.unique(stripped.dropna()))
    gaps = {word for word in words if is_missing(word) or word in missing}
    known = (stripped.notna() & ~stripped.isin(list(gaps))).to_numpy(bool)
    blank = (stripped.isna() | stripped.isin(["", *missing])).to_numpy(bool)
    cells = stripped.to_numpy(object)[known]
    if not cells.size:
        return Words(column, cells, known, blank, frozenset(), {})
    if all(_HINT.fullmatch(cell) for cell in cells[:_SAMPLE]):
        fits = frozenset(style for style in styles if _matches(cells, PATTERNS[style]).all())
        if fits:
            return Words(column, cells, known, blank, fits, {})
    found = read_loosely(cells, name, styles, lenient=lenient)
    return Words(column, found.cells, known, blank, found.styles, found.odd, found.told, is_plain=False)


def file_style(columns: list[Words], hint: Style) -> Style:
    """Return how a file writes decimals: from columns that can be read in one way only, else from the hint."""
    return evident_style(columns) or hint


def evident_style(columns: list[Words]) -> Style | None:
    """Return how most columns write decimals that can be read in one way only; None if there are none, or as many."""
    only = [column.styles for column in columns if len(column.styles) == 1]
    counts = {style: sum(style in styles for styles in only) for style in STYLES}
    if counts["point"] == counts["comma"]:
        return None
    return "point" if counts["point"] > counts["comma"] else "comma"


def is_number(word: str) -> bool:
    """Whether Python reads a word as a number."""
    try:
        float(word)
    except ValueError:
        return False
    return True


def read_words(words: Words, style: Style) -> tuple[Any, tuple[str, ...]]:
    """Return a column as numbers or booleans where its cells are, else as words; and what was decided.

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

    cells, index, blank = words.cells, words.column.index, words.blank
    if not cells.size:
        if blank.all():
            return pd.Series(np.nan, index=index), ("it is empty",)
        return words.column.mask(blank), ()
    if not words.styles:
        if words.known.all() and _matches(cells, r"(?i:true|false)").all():
            return pd.Series(np.char.lower(cells.astype(str)) == "true", index=index), ()
        return words.column.mask(blank), words.told or _doubt(words)
    chosen = style if style in words.styles else next(iter(words.styles))
    odd = words.odd.get(chosen, Counter())
    fits = _fitting(words, odd)
    numbers, known = cells[fits], words.known.copy()
    known[words.known] = fits
    reason = _why_not(numbers, gaps=not known.all())
    if reason:
        return words.column.mask(blank), (reason,)
    plain, note = _plain(numbers, chosen)
    values = _parsed(plain)
    notes = [*words.told, *([note] if note else [])]
    if not known.all():
        filled = np.full(len(index), np.nan)
        filled[known] = values
        values = filled
        gaps = sorted(set(words.column[~words.known & ~blank].str.strip()))
        notes += [f"{_few(gaps)} read as missing"] if gaps else []
        notes += [odd_told(odd, "number")] if odd else []
    return pd.Series(values, index=index), tuple(notes)


def numbers_of(words: Words, style: Style) -> Any:
    """Return the cells as floats, NaN where one is no number in this style: leading zeros and long numbers too."""
    import pandas as pd

    values = np.full(len(words.column), np.nan)
    odd = words.odd.get(style)
    if words.cells.size and (odd is None or odd.total() < len(words.cells)) and style in words.styles:
        fits = _fitting(words, odd)
        values[np.flatnonzero(words.known)[fits]] = _plain(words.cells[fits], style)[0].astype(np.float64)
    return pd.Series(values, index=words.column.index)


def _fitting(words: Words, odd: Collection[str] | None) -> BoolArray:
    """Return which of the cells that hold something are none of the odd words."""
    if not odd:
        return np.ones(len(words.cells), bool)
    given = words.column.str.strip().to_numpy(object)[words.known].astype(str)
    return ~np.isin(given, list(odd))


def odd_told(odd: Counter[str], what: str) -> str:
    """Say of odd words among numbers or dates what they were taken for."""
    n = odd.total()
    those, cells = ("are", "cells") if n > 1 else ("is", "cell")
    return (
        f"{_few([word for word, _ in odd.most_common()])} ({n} {cells}) {those} no {what}, read as missing; "
        "if its words matter, name it as a column of categories (category_columns, --category)"
    )


def _doubt(words: Words) -> tuple[str, ...]:
    """Say of a column of words that most of them are numbers."""
    odd = min(words.odd.values(), key=Counter.total, default=Counter[str]())
    n = len(words.cells)
    if not odd or odd.total() * 2 > n:
        return ()
    are = "are" if len(odd) > 1 else "is"
    return (
        f"{n - odd.total()} of {n} cells are numbers, {_few([word for word, _ in odd.most_common()])} {are} not; "
        "read as words (to read the others as numbers, name the words that stand for a missing value: missing or "
        "--missing)",
    )


def _few(words: list[str]) -> str:
    return quoted([word if len(word) < 40 else f"{word[:36]}..." for word in words], 4)


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
