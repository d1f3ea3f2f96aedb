"""Names that could be taken for another's."""

# ruff: noqa: RUF001

import contextlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.exceptions import InvalidParameterError
from querist.labelling.serving.look_alikes import LOOK_ALIKES
from querist.labelling.serving.person_names import check_person_name

ALIKE = {
    "case": ("Ann", "ann"),
    "case of another script": ("Вова", "ВОВА"),
    "sharp s": ("Strauß", "STRAUSS"),
    "blanks": ("Ann Marie", "  Ann   Marie "),
    "no-break space": ("Ann Marie", "Ann\u00a0Marie"),
    "no blank": ("Ann Marie", "AnnMarie"),
    "hyphen": ("Ann-Marie", "Ann\u2011Marie"),
    "full stop": ("Bea", "Bea."),
    "full width": ("Bea", "\uff22\uff45\uff41"),
    "bold": ("Bea", "\U0001d401\U0001d41e\U0001d41a"),
    "circled": ("Bea", "\u24b7\u24d4\u24d0"),
    "small capitals": ("Bea", "\u0299\u1d07\u1d00"),
    "squared": ("BEA", "\U0001f171\U0001f174\U0001f170"),
    "flags": ("Bea", "\U0001f1e7\U0001f1ea\U0001f1e6"),
    "composed and not": ("Bj\u00f6rn", "Bjo\u0308rn"),
    "all in Cyrillic": ("copa", "\u0441\u043e\u0440\u0430"),
    "all in Greek": ("NINA", "\u039d\u0399\u039d\u0391"),
    "all in Cherokee": ("DEB", "\u13a0\u13ac\u13f4"),
    "all in Lisu": ("BOB", "\ua4d0\ua4f3\ua4d0"),
    "one and l": ("Al", "A1"),
    "I and l": ("Al", "AI"),
    "zero and o": ("Bob", "B0b"),
    "rn and m": ("Arnold", "Amold"),
    "variation selector": ("\u2764", "\u2764\ufe0f"),
    "joiner in Persian": ("\u0639\u0644\u06cc\u0631\u0636\u0627", "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627"),
}
NO_NAMES = {
    "nothing": "",
    "blanks": " \t\u2003 ",
    "punctuation": "-. -",
    "too long": "x" * 201,
    "zero width": "Be\u200ba",
    "joiner": "Be\u200da",
    "byte order mark": "\ufeffBea",
    "right to left": "\u202eaeB",
    "isolate": "Bea\u2066",
    "soft hyphen": "Be\u00ada",
    "tag": "Bea\U000e0061",
    "Hangul filler": "Bea\u3164",
    "blank of Braille": "Bea\u2800",
    "grapheme joiner": "Be\u034fa",
    "variation selector": "Bea\ufe0f",
    "another selector": "Bea\U000e0101",
    "control": "Be\x07a",
    "NUL": "Be\0a",
    "half a pair": "Be\ud800a",
    "private": "Be\ue000a",
    "left-to-right mark": "Bea\u200e",
    "Cyrillic a": "Be\u0430",
    "Greek o": "B\u03bfb",
    "Armenian o": "B\u0585b",
    "import": "import",
    "Import": " IMPORT ",
    "im port": "im port",
    "model": "model",
    "mode1": "mode1",
    "m0del": "m0del",
    "you": "You",
    "a marked name": "Ada (you)",
    "a number": "person 3",
}
NAMES = [
    "Bea",
    "me",
    "root",
    "José",
    "Jose",
    "Anne-Marie d'Arc",
    "O\u2019Neill, Jr.",
    "Анна Петрова",
    "Νίκος",
    "毛泽东",
    "ヤマダ太郎",
    "Kim 민준",
    "J様",
    "علی\u200cرضا",
    "প্রিয়া",
    "Bea 2",
    "Bee \U0001f41d",
    "\U0001f469\u200d\U0001f52c",
    "42",
]


@pytest.mark.parametrize(("first", "second"), ALIKE.values(), ids=ALIKE)
def test_names_that_look_alike_are_refused(first, second):
    for taken, asked in ((first, second), (second, first)):
        with pytest.raises(InvalidParameterError, match="Somebody is already called"):
            check_person_name(asked, ["somebody else", taken])


@pytest.mark.parametrize("name", NO_NAMES.values(), ids=NO_NAMES)
def test_what_is_no_name_of_a_person(name):
    with pytest.raises(InvalidParameterError):
        check_person_name(name, [])


def test_names_of_many_scripts_stand_beside_each_other():
    taken = []
    for name in NAMES:
        taken.append(check_person_name(name, taken))
    assert taken == NAMES


@given(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=3))
def test_any_text_is_a_name_or_refused_in_words(name, others):
    with contextlib.suppress(InvalidParameterError):
        kept = check_person_name(name, others)
        assert kept == " ".join(name.split())
        # A second one of that name is refused, also shouted.
        for again in (kept, kept.upper(), kept.title(), unicodedata.normalize("NFD", kept)):
            with pytest.raises(InvalidParameterError):
                check_person_name(again, [*others, kept])


@given(st.text("ABCDEFGHJKLMNOPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789", min_size=1, max_size=8), st.data())
def test_any_name_with_letters_from_elsewhere_is_refused(name, data):
    other = "".join(data.draw(st.sampled_from([letter, *LOOK_ALIKES.get(letter, "")])) for letter in name)
    with pytest.raises(InvalidParameterError):
        check_person_name(other, [name])


def test_names_from_before_are_taken_as_they_are():
    """Earlier versions let in what is refused now: such people keep their names, and nobody imitates them."""
    with pytest.raises(InvalidParameterError, match="Somebody is already called"):
        check_person_name("Bea", ["Be\u200ba"])
