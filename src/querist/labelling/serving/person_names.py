"""Names of people: none must look like another, nor like what the product says of nobody in particular.

Two names are alike if they are the same without case, or the same to the eye: compatible forms, letters of other
scripts and small capitals that look like Latin ones (`look_alikes`), 1, I and l, 0 and O, rn and m, blanks,
punctuation, symbols and what is invisible make no difference. That follows the skeletons of Unicode Technical Standard
39, without its pairs within other scripts. Accents do make one (Jose, José), and so do letters that are merely similar
(Müller, Miller): two people may be called so, and how alike they look is for the owner to see.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

from querist.exceptions import InvalidParameterError
from querist.labelling.log.classes import MAX_NAME
from querist.labelling.serving.look_alikes import LOOK_ALIKES

# What pages and exports write where no person is meant; numbers stand for people whose name is not known.
_RESERVED = ("import", "model", "nobody", "everybody", "you", "querist")
_NUMBERED = re.compile(r"person \d+|.*\(you\)", re.IGNORECASE)
# Letters and marks that show nothing, beside those of the category of formats: fillers, joiners of marks.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
_UNSHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d")
_VARIANTS = frozenset("\ufe0e\ufe0f")
# Scripts whose words may need a joiner between two letters, and those that are written beside Latin letters in a word.
_JOINED = re.compile(
    "ARABIC|SYRIAC|MONGOLIAN|DEVANAGARI|BENGALI|GURMUKHI|GUJARATI|ORIYA|TAMIL|TELUGU|KANNADA|MALAYALAM|SINHALA|TIBETAN|"
    "MYANMAR|KHMER"
)
_EAST_ASIAN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC"})
_WORDS = re.compile(r"[^\s\-'.,()\u2019]+")
_AS_LATIN = re.compile(r"(?:LATIN|INDICATOR)\b.* LETTER (?:SMALL CAPITAL )?([A-Z])$")


#: What is said of a number that nobody has.
NO_PERSON = "There is no person {}. Load the page again: it lists everybody."


def check_person_name(name: str, others: Iterable[str]) -> str:
    """Return a name as it is kept: with single blanks between its words.

    Raises
    ------
    InvalidParameterError
        If it is no name, imitates one, is reserved, or looks like that of another person.
    """
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME:
        raise InvalidParameterError(f"A name has 1 to {MAX_NAME} characters.")
    for place, letter in enumerate(name):
        if not _is_shown(name, place):
            raise InvalidParameterError(
                f"The name holds a character that nobody sees (U+{ord(letter):04X}). Leave it out."
            )
    if not any(unicodedata.category(letter)[0] in "LNS" for letter in name):
        raise InvalidParameterError("A name must have letters or digits.")
    for word in _WORDS.findall(name):
        scripts = sorted(_scripts(word))
        if len(scripts) > 1:
            mixed = " and ".join(each.capitalize() for each in scripts)
            raise InvalidParameterError(f"{word!r} mixes letters of {mixed}. Write a word with those of one script.")
    keys = _keys(name)
    if _NUMBERED.fullmatch(name) or any(keys & _keys(word) for word in _RESERVED):
        raise InvalidParameterError(f"{name!r} is a name that Querist itself uses. Take another name.")
    same = next((each for each in others if each == name or keys & _keys(each)), None)
    if same is not None:
        raise InvalidParameterError(
            f"Somebody is already called {same!r}. Take another name; if that is you, ask an owner for a "
            "personal link, which signs you in again."
        )
    return name


def _is_shown(name: str, place: int) -> bool:
    letter = name[place]
    around = name[max(place - 1, 0) : place] + name[place + 1 : place + 2]
    if letter in _JOINERS:
        return len(around) == 2 and all(
            _JOINED.match(unicodedata.name(each, "")) or unicodedata.category(each) == "So" for each in around
        )
    if letter in _VARIANTS:
        return unicodedata.category(name[place - 1]) == "So" if place else False
    return (
        unicodedata.category(letter) not in _UNSHOWN
        and letter not in _INVISIBLE
        and not 0xFE00 <= ord(letter) <= 0xFE0F
        and not 0xE0100 <= ord(letter) <= 0xE01EF
    )


def _scripts(word: str) -> Iterator[str]:
    """Yield the scripts of a word's letters; those of East Asia, which go together, and with Latin, as none."""
    found = set()
    for letter in unicodedata.normalize("NFKC", word):
        if unicodedata.category(letter) in ("Lu", "Ll", "Lt", "Lo"):
            found.add(unicodedata.name(letter, "").split(" ")[0])
    if found & _EAST_ASIAN:
        found -= _EAST_ASIAN | {"LATIN"}
        found.add("EAST ASIAN")
    yield from found


def _keys(name: str) -> frozenset[str]:
    """Return what a name is known by; two that share a key are alike."""
    plain = _bare(unicodedata.normalize("NFKC", name))
    seen = _bare("".join(map(_as_latin, unicodedata.normalize("NFKD", name))))
    shape = seen.replace("I", "l").replace("1", "l").replace("0", "O").replace("rn", "m").replace("vv", "w")
    return frozenset({plain.casefold(), f"seen {seen.casefold()}", f"shape {shape.casefold()}"})


def _bare(text: str) -> str:
    """Leave out all but letters, digits and their marks; of a name without any, all but blanks."""
    kept = [each for each in text if unicodedata.category(each)[0] in "LNM" and each not in _INVISIBLE | _VARIANTS]
    return "".join(kept) or "".join(each for each in text if not each.isspace() and each not in _VARIANTS)


@cache
def _table() -> dict[str, str]:
    return {alike: letter for letter, each in LOOK_ALIKES.items() for alike in each}


@cache
def _as_latin(letter: str) -> str:
    if letter.isascii():
        return letter
    if letter in _table():
        return _table()[letter]
    named = _AS_LATIN.search(unicodedata.name(letter, ""))
    return letter if named is None else named[1].lower()
