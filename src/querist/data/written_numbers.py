"""Numbers as people and programs write them: with units, currencies, percent signs, blanks, other digits and signs."""

import re
import unicodedata
from typing import Literal, NamedTuple

Style = Literal["point", "comma"]
STYLES: tuple[Style, ...] = ("point", "comma")
_EXPONENT = r"([eE][+-]?\d+)?"
INFINITE = r"[+-]?(?i:inf|infinity)"
_POINT = rf"[+-]?(\d+\.?\d*|\.\d+){_EXPONENT}|{INFINITE}"
_COMMA = rf"[+-]?(\d+,?\d*|,\d+){_EXPONENT}|{INFINITE}"
_POINT_GROUPS = r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?"  # 1,234.5
_COMMA_GROUPS = r"[+-]?\d{1,3}(\.\d{3})+(,\d*)?"  # 1.234,5
# A number without decoration, by how decimals are written.
PATTERNS: dict[Style, str] = {"point": f"{_POINT}|{_POINT_GROUPS}", "comma": f"{_COMMA}|{_COMMA_GROUPS}"}

# What stands for "missing" in a column of numbers or dates; in a column of words only the empty cell does.
MISSING_WORDS = frozenset(
    {
        "", "na", "n/a", "n.a.", "n.a", "#n/a", "#na", "<na>", "nan", "nat", "nd", "n.d.", "null", "(null)", "nil",
        "none", "missing", "undefined", "not available", "not applicable", "no data", "\\n", "(blank)", "(missing)",
        "(empty)",
    }
)  # fmt: skip
# Marks alone, such as -- or ?, and the errors of spreadsheets.
_MARKS = re.compile(r"[-\u2010-\u2015\u2212.?*_/\\~]{1,5}|#[A-Za-z0/]+[!?]?")
CENSORED = re.compile(r"(?:[<>\u2264\u2265~\u2248]=?|ca\.?|under|over|above|below) ?(?=.*\d).+", re.IGNORECASE)

_SIGNS = str.maketrans(
    {
        "\u2212": "-", "\u2012": "-", "\u2013": "-", "\ufe63": "-",
        "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2007": " ", "\u2008": " ", "\u3000": " ",
        "\u2019": "'", "\u02bc": "'", "\u066b": ".", "\u066c": ",", "\u066a": "%",
    }
)  # fmt: skip
_CURRENCY = (
    r"(?:US|A|C|R|HK|NZ|S)?[$]|[\u00a3\u00a5\u20a0-\u20bf]|(?:USD|EUR|GBP|JPY|CHF|CAD|AUD|NZD|CNY|RMB|INR|Rs\.?|"
    r"SEK|NOK|DKK|PLN|CZK|HUF|BRL|ZAR|KRW|MXN|TRY|RUB)"
)
_UNITS = (
    "kg|g|mg|ug|\u00b5g|\u03bcg|t|lbs?|oz|km|m|cm|mm|nm|\u00b5m|\u03bcm|ft|in|mi|yd|s|sec|secs|ms|us|\u00b5s|ns|min|mins|h|hr|hrs|"
    "d|days?|y|yrs?|l|L|ml|mL|dl|cl|cc|Hz|kHz|MHz|GHz|W|kW|MW|kWh|V|mV|kV|mA|Ah|mAh|J|kJ|cal|kcal|N|Pa|hPa|kPa|bar|mmHg|"
    "K|B|kB|KB|MB|GB|TB|px|pt|dB|ppm|ppb|mph|kmh|bpm|rpm|hp|PS|ha|mol|mmol|nmol|IU|m2|m3|cm2|cm3|m\u00b2|m\u00b3|km\u00b2|"
    "\u00b0C?|\u00b0F|\u00baC|\u00baF"
)
_MONTHS = r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|am|pm|[ap]\.m"
_PART = r"[A-Za-z\u00b5\u03bc\u00b0\u00ba\u00c0-\u024f]{1,12}[\u00b2\u00b323]?"
_NUMBER = re.compile(
    rf"(?P<open>\()?(?P<sign>[-+])? ?(?P<before>{_CURRENCY})? ?(?P<sign2>[-+])? ?"
    r"(?P<number>(?:\d{1,3}(?:[ ']\d{3})+(?:[.,]\d*)?|\d[\d.,]*|[.,]\d+)(?:[eE][-+]?\d+)?)"
    rf"(?P<behind>(?: ?(?:%|\u2030|{_CURRENCY}))|(?:{_UNITS})(?:/{_PART})?| (?!(?:{_MONTHS})){_PART}(?:/{_PART})?)?"
    r"(?P<minus>-)?(?P<close>\))?",
    re.IGNORECASE,
)
_UNIT = re.compile(rf"%|\u2030|{_CURRENCY}|(?:{_UNITS})(?:/{_PART})?(?:\^?-?[123])?")
_CLOCK = re.compile(
    r"(?P<minus>-)?(?:(?P<days>\d{1,6}) days?,? )?\+?(?P<h>\d{1,3}):(?P<m>[0-5]\d)(?::(?P<s>[0-5]\d(?:\.\d{1,9})?))?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?"
)
CLOCK = "clock"


class Written(NamedTuple):
    """A number as it was written.

    Attributes
    ----------
    core : str
        Sign, digits, and points or commas.
    unit : str
        What stands before or behind it; ``"clock"`` for a time of day, whose core counts seconds.
    how : str
        What else was not plain, in words.
    """

    core: str
    unit: str = ""
    how: str = ""


def is_missing(word: str) -> bool:
    """Whether a word, without blanks around it, says that there is no number and no date.

    Examples
    --------
    >>> [is_missing(word) for word in ("NA", "--", "#DIV/0!", "<5")]
    [True, True, True, False]
    """
    return word.lower() in MISSING_WORDS or _MARKS.fullmatch(word) is not None


def is_unit(word: str) -> bool:
    """Whether a word, without blanks around it, is a unit by itself.

    Examples
    --------
    >>> [is_unit(word) for word in ("kg", "m/s", "%", "EUR", "a", "name")]
    [True, True, True, True, False, False]
    """
    return _UNIT.fullmatch(word) is not None


def written_number(word: str) -> Written | None:
    """Return what a word without blanks around it says as a number, or None.

    Examples
    --------
    >>> written_number("12 %").core, written_number("(1 234,5)").core, written_number("09:30").core
    ('12', '-1234,5', '34200')
    >>> written_number("A4")
    """
    text = word if word.isascii() else _in_ascii(word)
    found = _NUMBER.fullmatch(text)
    if found is None:
        return _clock(text)
    signs = [each for each in (found["sign"], found["sign2"], found["minus"], found["open"]) if each]
    unit = (found["before"] or found["behind"] or "").strip()
    if len(signs) > 1 or bool(found["open"]) != bool(found["close"]) or (found["before"] and found["behind"]):
        return None
    how = []
    if found["open"]:
        how.append("brackets mean minus")
    if found["minus"]:
        how.append("a minus behind the number")
    number = found["number"]
    if " " in number or "'" in number:
        how.append("blanks separate thousands" if " " in number else "apostrophes separate thousands")
        number = number.replace(" ", "").replace("'", "")
    if text != word and not any(each in word for each in "\u20ac\u00a3\u00a5") and not how and not unit:
        how.append("other signs or digits than those of ASCII")
    sign = "-" if found["open"] or "-" in signs else ""
    return Written(sign + number, unit, ", ".join(how))


def _in_ascii(word: str) -> str:
    letters = []
    for letter in word.translate(_SIGNS):
        if letter.isdecimal():
            letters.append(str(unicodedata.decimal(letter)))
        elif "\uff01" <= letter <= "\uff5e":  # full width
            letters.append(chr(ord(letter) - 0xFEE0))
        else:
            letters.append(letter)
    return "".join(letters)


def _clock(text: str) -> Written | None:
    """Read a time of day, or a duration as pandas writes it, in seconds."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    hours = int(found["h"])
    if found["half"]:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + 12 * (found["half"] in "Pp")
    seconds = float(found["s"] or 0) + 60 * int(found["m"]) + 3600 * hours + 86_400 * int(found["days"] or 0)
    return Written(f"{'-' if found['minus'] else ''}{seconds:.15g}", CLOCK)
