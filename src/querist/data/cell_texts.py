"""A cell as text: as exports write it, and in the one form by which the same cell is known again in any file."""

import re
import unicodedata
from typing import Any

_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WHOLE = re.compile(r"-?\d{16,}")
_LONGEST_NUMBER = 40
# ISO 8601 with a time, as exports and spreadsheets write it: with a T or a blank, with Z or an offset.
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?")
_LONGEST_MOMENT = 40
_NO_CHARACTER = re.compile("[\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n?")


def as_text(value: Any) -> str:
    """Return a JSON value as a cell of a text file; a gap is empty.

    Examples
    --------
    >>> as_text(None), as_text(True), as_text(0.1), as_text([1, "é"])
    ('', 'true', '0.1', '[1, "é"]')
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    import json

    return json.dumps(value, ensure_ascii=False)


def visible(text: str) -> tuple[str, int]:
    r"""Write halves of characters (lone surrogates), which UTF-8 cannot, as ``\ud800``; and return how many there are.

    Examples
    --------
    >>> visible("a\ud800")
    ('a\\ud800', 1)
    """
    return _NO_CHARACTER.subn(lambda found: f"\\u{ord(found.group()):04x}", text)


def same_cell(value: Any) -> str:
    """Return what is the same of a cell whatever type its column has: 1, 1.0 and "1"; True and "TRUE"; dates.

    "01" is another cell than "1". A day at midnight is the day: a column of dates in which one has a time gives all of
    them one.

    Examples
    --------
    >>> {same_cell(cell) for cell in (1, 1.0, "1", "1.0")}, same_cell("01"), same_cell("TRUE")
    ({'1'}, '01', 'true')
    >>> same_cell("2024-01-02 00:00:00") == same_cell("2024-01-02")
    True
    """
    if isinstance(value, str) and not value[:1].isdigit() and value[:1] not in "-tTfF\ud800":
        return value if value.isascii() else visible(value)[0]
    words = visible(as_text(value))[0]
    if len(words) <= _LONGEST_NUMBER and _NUMBER.fullmatch(words):
        # More digits Excel does not keep; whole numbers that long are ids, which it gets as words.
        return words if _WHOLE.fullmatch(words) else f"{float(words):.15g}"
    if len(words) <= _LONGEST_MOMENT and (found := _MOMENT.fullmatch(words)):
        return _moment(*found.groups())
    return words.lower() if words.lower() in ("true", "false") else words


def alike_cell(value: Any) -> str:
    r"""Return what is the same of a cell that other programs have saved anew: how its lines end, how it keeps accents.

    Examples
    --------
    >>> alike_cell("one\r\ntwo") == alike_cell("one\ntwo"), alike_cell("cafe\u0301") == alike_cell("caf\u00e9")
    (True, True)
    """
    words = same_cell(value)
    if "\r" in words:
        words = _LINE_ENDS.sub("\n", words)
    return words if words.isascii() else unicodedata.normalize("NFC", words)


def _moment(day: str, time: str, zone: str | None) -> str:
    clock = time if len(time) > 5 else f"{time}:00"
    clock = clock.rstrip("0").rstrip(".") if "." in clock else clock
    if zone is None and clock == "00:00:00":
        return day
    zone = "" if zone is None else "+00:00" if zone == "Z" else zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
    return f"{day}T{clock}{zone}"
