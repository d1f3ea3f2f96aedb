"""Which class a name in a file means: as classes are called, were called, look, or were rewritten by a spreadsheet."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from querist._alike import looks, shown_apart, told_alike, unmarked
from querist._words import listed
from querist.labelling.log.classes import active

if TYPE_CHECKING:
    from querist.labelling.log.board import Board

# Numbers as a spreadsheet leaves them, and as it takes them for one when it reads them.
_PLAIN = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?|\d\.\d\dE[+-]\d+")
_READ = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(%?)")
_LONGEST_NUMBER = 40
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = "|".join(_MONTHS)
# 2-Jan, Jan-02, 2024-01-02, 01/02/2024
_DAY_MONTH = re.compile(rf"(\d{{1,2}})[- ]({_MONTH})", re.IGNORECASE)
_MONTH_DAY = re.compile(rf"({_MONTH})[- ](\d{{1,2}})", re.IGNORECASE)
_ISO = re.compile(r"\d{4}-(\d\d)-(\d\d)")
_SLASHED = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.]\d{4}")
_TWO_NUMBERS = re.compile(r"(\d{1,2})[-/.](\d{1,2})")
_WORD_AND_NUMBER = re.compile(r"([a-z]+)[- ]?(\d{1,2})|(\d{1,2})[- ]?([a-z]+)", re.IGNORECASE)
# The words for true and false of the languages that spreadsheets speak.
_TRUTH = {
    "wahr": "true", "vrai": "true", "vero": "true", "verdadero": "true", "verdadeiro": "true", "waar": "true",
    "falsch": "false", "faux": "false", "falso": "false", "onwaar": "false",
}  # fmt: skip
_SHOWN = 5

_How = Literal["former", "alike", "spreadsheet"]
_TOLD: dict[_How, str] = {
    "former": "labels that are earlier names of classes: {}",
    "alike": "labels that differ from a class only in case, spaces or invisible characters: {}",
    "spreadsheet": "labels that a spreadsheet has rewritten: {}",
}


@dataclass(frozen=True)
class Found:
    """What the names in a file mean.

    Attributes
    ----------
    names : dict of str to str
        The class of each name, as it is called; of new ones, too. A name that is refused is not there.
    new : tuple of str
        Names of the classes that do not exist yet.
    refused : dict of str to str
        Names that may mean several classes, and what to do.
    notes : tuple of str
        Which names were taken for a class that is called otherwise.
    """

    names: dict[str, str]
    new: tuple[str, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


class ClassNames:
    """Names of classes, and what else is said for them.

    Parameters
    ----------
    names : iterable of str
        Of the classes.
    former : mapping of str to set of str, default=None
        Names that are in use no more, and the classes that they stand for now.
    """

    def __init__(self, names: Iterable[str], former: Mapping[str, set[str]] | None = None) -> None:
        self._names = tuple(dict.fromkeys(names))
        self._known = frozenset(self._names)
        self._former = former or {}
        self._unmarked = _grouped(self._names, unmarked)
        self._looks = _grouped(self._names, looks)

    @classmethod
    def of(cls, board: "Board") -> "ClassNames":
        """Return the names of a project's classes; renamed and merged ones lead to what they became."""
        called = {each.id: each.name for each in active(board.classes)}
        ever: dict[str, set[int]] = {}
        for each in board.classes:
            ever.setdefault(each.name, set()).add(each.id)
        for change in board.class_history.changes:
            told = [*change.names.items(), *((class_id, info.name) for class_id, info in change.added.items())]
            for class_id, name in told:
                ever.setdefault(name, set()).add(class_id)
        former = {
            name: {called[lead] for each in ids if (lead := board.label_of(each)) >= 0} for name, ids in ever.items()
        }
        return cls(called.values(), {name: leads for name, leads in former.items() if leads})

    def find(self, counts: Mapping[str, int]) -> Found:
        """Return what names mean.

        Parameters
        ----------
        counts : mapping of str to int
            Names as `querist.labelling.log.classes.class_name_of` gives them, and how often each is there.
        """
        names: dict[str, str] = {}
        refused: dict[str, str] = {}
        taken: dict[_How, list[tuple[str, str]]] = {}
        unknown = []
        for name in counts:
            if name in self._known:
                names[name] = name
                continue
            how, meant = self._meant(name)
            if not meant:
                unknown.append(name)
            elif len(meant) > 1:
                refused[name] = f"it may mean {' or '.join(map(repr, sorted(meant)))}: write the name of the class"
            else:
                names[name] = meant[0]
                taken.setdefault(how, []).append((name, meant[0]))
        joined, notes = one_form({name: counts[name] for name in unknown})
        names |= joined
        told = [_TOLD[how].format(_listed(pairs)) for how, pairs in taken.items()]
        return Found(names, tuple(dict.fromkeys(joined.values())), refused, (*told, *notes))

    def _meant(self, name: str) -> tuple[_How, list[str]]:
        former = self._former.get(name)
        if former:
            return "former", sorted(former)
        found = self._unmarked.get(unmarked(name)) or self._looks.get(looks(name))
        if found:
            return "alike", found
        return "spreadsheet", [each for each in self._names if is_reading_of(name, each)]


def one_form(counts: Mapping[str, int]) -> tuple[dict[str, str], list[str]]:
    r"""Return one form for names that look the same, the most frequent one, and notes.

    Names that differ in case alone are kept apart, and told.

    Examples
    --------
    >>> one_form({"spam": 2, "spam\u200b": 1, "ham": 1})[0]
    {'spam': 'spam', 'spam\u200b': 'spam', 'ham': 'ham'}
    """
    names: dict[str, str] = {}
    joined: list[tuple[str, str]] = []
    for form, group in _grouped(counts, unmarked).items():
        most = max(group, key=lambda name: (counts[name], name == form))
        names |= dict.fromkeys(group, most)
        joined += [(name, most) for name in group if name != most]
    notes = [f"labels that look the same are one class: {_listed(joined)}"] if joined else []
    apart = _grouped(dict.fromkeys(names.values()), looks).values()
    return {name: names[name] for name in counts}, notes + [
        f"classes look alike: {told_alike(group)}" for group in apart if len(group) > 1
    ]


def told_new(names: Iterable[str]) -> str:
    """Return which classes are new.

    Examples
    --------
    >>> told_new(["spam"]), told_new(["a", "b"])
    ("1 new class: 'spam'", "2 new classes: 'a', 'b'")
    """
    known = list(names)
    return f"{len(known)} new class{'es' * (len(known) > 1)}: {listed(list(map(repr, known)), 20)}"


def is_reading_of(label: str, name: str) -> bool:
    """Whether a label is what a spreadsheet makes of the name of a class when it opens and saves a file.

    It reads numbers ("01" becomes 1, "1E5" 100000, "50%" 0.5), dates ("1-2" becomes 02-Jan, "MARCH5" 5-Mar) and words
    for true and false.

    Examples
    --------
    >>> [is_reading_of(*pair) for pair in (("1", "01"), ("02-Jan", "1-2"), ("WAHR", "true"), ("01", "1"), ("2", "1"))]
    [True, True, True, False, False]
    """
    if _TRUTH.get(label.lower(), "") == name.lower():
        return True
    if _PLAIN.fullmatch(label):
        number = _number(name)
        return number is not None and number == _number(label)
    days = _days(label)
    return bool(days) and bool(days & _read_as_days(name))


def _number(word: str) -> float | None:
    found = _READ.fullmatch(word) if len(word) <= _LONGEST_NUMBER else None
    return None if found is None else float(f"{float(found[1]) / (100 if found[2] else 1):.15g}")


def _days(label: str) -> set[tuple[int, int]]:
    """Return the month and day that a spreadsheet may mean by a word for a date; two where months may come first."""
    if found := _DAY_MONTH.fullmatch(label):
        return {(_month(found[2]), int(found[1]))}
    if found := _MONTH_DAY.fullmatch(label):
        return {(_month(found[1]), int(found[2]))}
    if found := _ISO.fullmatch(label):
        return {(int(found[1]), int(found[2]))}
    if found := _SLASHED.fullmatch(label):
        return {(int(found[1]), int(found[2])), (int(found[2]), int(found[1]))}
    return set()


def _read_as_days(name: str) -> set[tuple[int, int]]:
    """Return the month and day that spreadsheets read a name as, here or there."""
    if found := _TWO_NUMBERS.fullmatch(name):
        first, second = int(found[1]), int(found[2])
        return {(month, day) for month, day in ((first, second), (second, first)) if 1 <= month <= 12 and day <= 31}
    if found := _WORD_AND_NUMBER.fullmatch(name):
        word, number = found[1] or found[4], int(found[2] or found[3])
        is_month = len(word) >= 3 and _FULL.get(word[:3].lower(), "").startswith(word.lower())
        return {(_month(word), number)} if is_month and number <= 31 else set()
    return set()


_FULL = {
    name[:3]: name
    for name in (
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    )
}  # fmt: skip


def _month(word: str) -> int:
    return _MONTHS.index(word[:3].lower()) + 1


def _grouped(names: Iterable[str], form: Callable[[str], str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(form(name), []).append(name)
    return groups


def _listed(pairs: list[tuple[str, str]]) -> str:
    told = [" taken for ".join(shown_apart(pair)) for pair in pairs]
    return listed(told, _SHOWN)
