"""What stands above and below a table and is none of its rows: titles, sums."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from querist.data.numbers import is_number

if TYPE_CHECKING:
    import pandas as pd

_MOST_TITLES = 10
_PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_CUT = re.compile(r"[^\s,;|]+([,;|\t][^\s,;|]+)+")
_LONGEST = 60
_TOTAL = re.compile(
    r"(grand |sub)?(totals?|sum|average|mean|summe|gesamt|insgesamt|somme|suma|totale|totaal)\b.{0,20}", re.IGNORECASE
)


def n_titles(rows: Sequence[Sequence[Any]]) -> int:
    """Return how many of the first rows are titles above the names of the columns.

    Rows with fewer cells than the table has columns, above one that looks like names.
    """
    filled = [sum(not _is_blank(cell) for cell in row) for row in rows]
    wide = [count for count in filled if count > 1]
    if not wide:
        return 0
    width = Counter(wide).most_common(1)[0][0]
    for place, count in enumerate(filled[: _MOST_TITLES + 1]):
        if count >= max(2, width - 1):
            found = place if place and _are_names(rows, place) and _stand_above(rows, place, width) else 0
            return found or _n_cut_titles(rows)
    return _n_cut_titles(rows)


def _n_cut_titles(rows: Sequence[Sequence[Any]]) -> int:
    """Return how many of the first rows are titles that hold the delimiter: shorter than all below, which have numbers.

    Without numbers it might as well be the line of names that lacks some.
    """
    widths = [len(row) for row in rows]
    place = next((place for place, width in enumerate(widths[: _MOST_TITLES + 1]) if width >= max(widths)), 0)
    names, below = rows[place], rows[place + 1 :]
    if not place or {*widths[place:]} != {len(names)} or not _are_names(rows, place) or any(map(_is_blank, names)):
        return 0
    if not any(isinstance(cell, str) and " " in cell.strip() for row in rows[:place] for cell in row):
        return 0
    return place if any(all(map(_is_number, cells)) for cells in zip(*below, strict=True)) else 0


def _stand_above(rows: Sequence[Sequence[Any]], place: int, width: int) -> bool:
    """Whether rows above names are titles: of several words, unless the columns below the names are numbers.

    A lone word above lines of words may well be the name of a single column, and those lines be texts.
    """
    titles, names, below = rows[:place], rows[place], rows[place + 1 :]
    if any(map(_is_cut_elsewhere, titles)):
        return False
    columns = [[row[column] for row in below if column < len(row)] for column in range(len(names))]
    if any(cells and all(map(_is_number, cells)) for cells in columns):
        return True
    words = [cell for row in titles for cell in row if not _is_blank(cell)]
    if not any(isinstance(cell, str) and " " in cell.strip() for cell in words):
        return False
    padded = all(len(row) >= width for row in titles)
    repeating = any(2 * len({*map(str, cells)}) <= len(cells) for cells in columns)
    return padded or repeating or all(_is_blank(name) or _PLAIN_NAME.fullmatch(str(name)) for name in names)


def _is_number(cell: Any) -> bool:
    return not isinstance(cell, bool) and (isinstance(cell, int | float) or (isinstance(cell, str) and is_number(cell)))


def _are_names(rows: Sequence[Sequence[Any]], place: int) -> bool:
    """Whether a row names the columns of those below: words that none of its column repeats."""
    names, below = rows[place], rows[place + 1 :]
    cells = [{row[column] for row in below if column < len(row)} for column in range(len(names))]
    return (
        bool(below)
        and looks_like_names(names)
        and not any(name in held for name, held in zip(names, cells, strict=True))
    )


def _is_cut_elsewhere(row: Sequence[Any]) -> bool:
    """Whether a row is one word with signs in it that may be delimiters: names of columns rather than a title."""
    words = [cell for cell in row if not _is_blank(cell)]
    return len(words) == 1 and isinstance(words[0], str) and _CUT.fullmatch(words[0]) is not None


def told_titles(rows: Sequence[Sequence[Any]]) -> str:
    """Return the note on titles."""
    words = next((str(cell).strip() for row in rows for cell in row if not _is_blank(cell)), "")
    what = f"{len(rows)} lines" if len(rows) > 1 else "a line"
    return f"{what} above the column names skipped: {words[:_LONGEST]!r}"


def looks_like_names(row: Sequence[Any]) -> bool:
    """Whether the cells of a row can be names of columns: words that differ."""
    words = [cell for cell in row if not _is_blank(cell)]
    return all(isinstance(cell, str) and not is_number(cell) for cell in words) and len({*map(str, words)}) == len(
        words
    )


def told_total(frame: "pd.DataFrame") -> tuple[str, ...]:
    """Return a note where the last row looks like a sum of those above."""
    if len(frame) < 3 or frame.shape[1] < 2:
        return ()
    cells = [cell for cell in frame.iloc[-1].tolist() if not _is_blank(cell)]
    if cells and isinstance(cells[0], str) and _TOTAL.fullmatch(cells[0].strip()):
        return (
            f"row {len(frame)}, the last, begins with {cells[0]!r}: remove it from the file if it sums up the others",
        )
    return ()


def _is_blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip()) or cell != cell  # noqa: PLR0124  # NaN
