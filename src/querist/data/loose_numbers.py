"""Words most of which are numbers: with units and other decoration, and with odd words among them."""

import re
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from querist._typing import AnyArray
from querist.data.written_numbers import CENSORED, CLOCK, INFINITE, PATTERNS, Style, Written, written_number

_SAMPLE = 100
# A column is one of numbers if nine in ten of its words are, and the others look like slips: see docs/decisions/0027.
ODD_SHARE = 0.1
_FEW_NUMBERS = 10
_CODE = re.compile(r"[^\W\d_]{1,2}|(?=.*\d)(?=.*[^\W\d_])[\w-]+")
ID_NAME = re.compile(r"(^|[_\W])(id|uuid|guid|key|index|row_?(number|id)?)$|^unnamed", re.IGNORECASE)


class Loose(NamedTuple):
    """Words of which some are no plain numbers, and how they can be read.

    Attributes
    ----------
    cells : ndarray of shape (n_known,)
        Numbers without what decorates them; other words as they are.
    styles : frozenset of {"point", "comma"}
        The ways of writing numbers in which they are numbers; empty for words.
    odd : dict of str to dict of str to int
        The words that are no numbers, and how many of each there are, by style.
    told : tuple of str
        What decorates the numbers, or why they are none, in words.
    """

    cells: AnyArray
    styles: frozenset[Style] = frozenset()
    odd: Mapping[Style, Counter[str]] = MappingProxyType({})
    told: tuple[str, ...] = ()


def read_loosely(cells: AnyArray, name: str, wanted: tuple[Style, ...], *, lenient: bool) -> Loose:
    """Read what is decorated, and count what is odd: see `querist.data.numbers.inspect` for what is given."""
    sample = cells[:: max(1, len(cells) // _SAMPLE)]
    if not lenient and sum(written_number(cell) is not None for cell in sample) * 2 < len(sample):
        return Loose(cells)
    counts = Counter(cells.tolist())
    read: dict[str, Written] = {}
    for word in counts:
        infinite = re.fullmatch(INFINITE, word) is not None
        found = Written(word) if infinite else written_number(word)
        if found is not None:
            read[word] = found
    units = Counter[str]()
    for word, found in read.items():
        units[found.unit] += counts[word]
    named = [unit for unit, _ in units.most_common() if unit]
    if CLOCK in named[:1]:
        read = {word: found for word, found in read.items() if found.unit == CLOCK}
    elif named:
        read = {word: found for word, found in read.items() if found.unit in ("", named[0])}
    odd: dict[Style, Counter[str]] = {}
    for style in wanted:
        fitting = re.compile(PATTERNS[style])
        fits = {word for word, found in read.items() if fitting.fullmatch(found.core)}
        odd[style] = Counter({word: count for word, count in counts.items() if word not in fits})
    least = min(odd[style].total() for style in wanted)
    best = [style for style in wanted if odd[style].total() == least and least < len(cells)]
    plain = np.empty(len(cells), object)
    plain[:] = [read[cell].core if cell in read else cell for cell in cells.tolist()]
    styles = best if lenient else [style for style in best if _tolerable(odd[style], read, len(cells), name)]
    if styles:
        left = {word: found for word, found in read.items() if any(word not in odd[style] for style in styles)}
        told = _decoration_told(left, counts, named[:1])
    else:
        shown = ", ".join(map(repr, named[:3]))
        told = (f"its numbers have different units ({shown}); read as words",) if len(named) > 1 else ()
    return Loose(plain, frozenset(styles), odd, told)


def _tolerable(odd: Counter[str], read: dict[str, Written], n: int, name: str) -> bool:
    """Whether so few words are no numbers that they are slips, and the column is none of codes."""
    if not odd:
        return True
    if odd.total() > n * ODD_SHARE or ID_NAME.search(name):
        return False
    if all(CENSORED.fullmatch(word) for word in odd):
        return True
    if any(_CODE.fullmatch(word) for word in odd):
        return False
    numbers = {found.core for word, found in read.items() if word not in odd}
    return len(numbers) >= _FEW_NUMBERS or any(not number.lstrip("+-").isdigit() for number in numbers)


def _decoration_told(read: dict[str, Written], counts: Counter[str], units: list[str]) -> tuple[str, ...]:
    told = []
    for unit in units:
        n = sum(counts[word] for word, found in read.items() if found.unit == unit)
        if not n:
            continue
        if unit == CLOCK:
            told.append("times read as seconds")
        else:
            share = "all" if n == sum(counts[word] for word in read) else f"{n} of {sum(counts[w] for w in read)}"
            told.append(f"{unit!r} appears with {share} of its numbers and is left out")
    ways = Counter[str]()
    for word, found in read.items():
        if found.how:
            ways[found.how] += counts[word]
    return (*told, *(f"{how} ({n} cell{'s' * (n > 1)})" for how, n in ways.most_common(3)))
