"""Which character stands between the cells of a text."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from querist.data.cutting import Dialect, sampled
from querist.data.numbers import is_number
from querist.data.packed import bare_name
from querist.data.quotes import regular_quotes
from querist.data.titles import n_titles

NAMES = {
    ",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", ":": "colon", "^": "caret", "~": "tilde",
    "\x01": r"\x01", " ": "blanks",
}  # fmt: skip
_COMMON, _RARE = (",", ";", "\t", "|"), ("\x01", "^", "~", ":")
_TABS = (".tsv", ".tab")
SAMPLE_RECORDS = 200
_SAMPLE_LETTERS = 1 << 20
# The share of lines that must have as many cells as the names.
_AGREEING = 0.9
_FEWEST_NAMED, _LONGEST_NAME = 2, 60


class Fit(NamedTuple):
    """How well a delimiter cuts a text: whether nearly all lines agree, how many do, and in how many cells."""

    fits: bool
    agreeing: float
    width: int


def delimiter_of(text: str, path: Path) -> tuple[str, Fit]:
    """Return the delimiter that cuts most lines into as many cells as the names, and into most cells.

    What is cut by blanks, or by signs that stand in prose as well, needs a column of numbers.
    """
    # The last record of a cut text may be half a record; it counts for little among 200.
    sample = text[:_SAMPLE_LETTERS]
    fits = {each: fit_of(first_records(sample, each)) for each in _COMMON}
    if Path(bare_name(path.name)).suffix.lower() in _TABS and fits["\t"].width > 1:
        return "\t", fits["\t"]
    best = max(fits, key=lambda each: fits[each])
    if fits[best].width <= 1:
        for each in (*_RARE, " "):
            rows = sampled(
                sample if each != " " else with_tabs(sample), Dialect(each if each != " " else "\t"), SAMPLE_RECORDS
            )
            found = fit_of(rows)
            if (
                found.fits
                and found.agreeing == 1
                and (each in "\x01^~" or (_has_numbers(rows) and not _one_sentence(rows)))
            ):
                return each, found
    return (best if fits[best].width > 1 else ","), fits[best]


def first_records(text: str, delimiter: str) -> list[list[str]]:
    """Return the first records of a text, its quotes made regular."""
    sample = text[:_SAMPLE_LETTERS]
    return sampled(regular_quotes(sample, delimiter).text, Dialect(delimiter), SAMPLE_RECORDS)


def fit_of(rows: Sequence[Sequence[str]]) -> Fit:
    """Return how well records agree with each other."""
    if not rows:
        return Fit(False, 0.0, 0)
    titles = n_titles(rows)
    header, body = rows[titles], rows[titles + 1 :]
    if not body:
        return Fit(len(header) > 1, 1.0 if len(header) > 1 else 0.0, len(header))
    width = Counter(map(len, body)).most_common(1)[0][0]
    if width != len(header) and not _differ_by_one(header, body, width):
        width = len(header)
    agreeing = 1 + sum(len(row) == width or (len(row) == width + 1 and not row[-1]) for row in body)
    share = agreeing / (len(body) + 1)
    is_table = len(header) > 1 and width > 1
    return Fit(is_table and share >= _AGREEING, share if is_table else 0.0, width if is_table else len(header))


def are_row_names(body: Sequence[Sequence[str]]) -> bool:
    """Whether the first cells of records name the rows, as R writes them before columns that have names."""
    first = [row[0] for row in body]
    if len(body) < _FEWEST_NAMED or len(set(first)) < len(first) or max(map(len, first)) > _LONGEST_NAME:
        return False
    if [cell.strip() for cell in first] == [str(number) for number in range(1, len(first) + 1)]:
        return True
    columns = list(zip(*(row[1:] for row in body), strict=False))
    return 2 * sum(all(is_number(cell) or cell == "NA" for cell in column) for column in columns) >= len(columns)


def _differ_by_one(header: Sequence[str], body: Sequence[Sequence[str]], width: int) -> bool:
    """Whether the names are one fewer or one more than the cells for a reason."""
    if width == len(header) + 1:
        like = [row for row in body if len(row) == width]
        return all(not row[-1] for row in like) or are_row_names(like)
    return width == len(header) - 1 and not header[-1].strip()


def with_tabs(text: str) -> str:
    """Return a text whose cells stand between blanks with tabs there; lines stay lines."""
    return "\n".join(map(_tabbed, text.splitlines()))


def _tabbed(line: str) -> str:
    if '"' not in line:
        return "\t".join(line.split())
    cells = next(csv.reader([line.strip()], delimiter=" ", skipinitialspace=True), [])
    written = io.StringIO()
    csv.writer(written, delimiter="\t", lineterminator="").writerow(cells)
    return written.getvalue()


def _one_sentence(rows: Sequence[Sequence[str]]) -> bool:
    """Whether records are the same words again and again, numbers apart: a sentence that was cut, and no table."""
    if len(rows) < 2 or len({*map(len, rows)}) > 1:
        return False
    words = [column for column in zip(*rows, strict=True) if not any(map(is_number, column))]
    return 2 * sum(column[0] in column[1:] for column in words) > len(words)


def _has_numbers(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a column below the names holds nothing but numbers."""
    body = rows[1:] if len(rows) > 1 else rows
    widths = {len(row) for row in body}
    return len(widths) == 1 and any(all(is_number(cell) for cell in column) for column in zip(*body, strict=True))
