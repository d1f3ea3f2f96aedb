"""Which column of a file holds labels, and which might give the answer away without being taken for them."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from querist._words import command
from querist.data.label_cells import label_in
from querist.exceptions import InvalidParameterError
from querist.labelling.intake.source import Source
from querist.labelling.log.classes import MAX_NAME, class_name_of
from querist.labelling.log.locations import FOLDER

# The likeliest first.
_LABEL_NAMES = ("label", "labels", "class", "target", "category", "sentiment", "included", "spam", "intent", "y")
_LABEL_NAME = re.compile(r"^(label|is|target|class)_\w+$|_(label|class|category)$", re.IGNORECASE)
# Columns that are called so are something else too often to be left out.
_OFTEN_OTHER = frozenset({"category"})
# More distinct values than these are no classes: words or numbers under a telling name, and words without one.
_MOST_CLASSES, _MOST_NUMBERS, _FEW_CLASSES = 500, 50, 20


class LabelColumn(NamedTuple):
    """Which column holds labels, which others are neither shown nor learned from, and notes."""

    name: str | None
    withheld: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


def label_column_of(
    source: Source, named: str | None, *, taken: set[str], has_text: bool, labels: Sequence[str], existing: bool
) -> LabelColumn:
    """Find the column of labels that are there already.

    Parameters
    ----------
    source : Source
    named : str or None
        What a person says it is.
    taken : set of str
        Columns that are something else.
    has_text : bool
        Whether texts are labelled; then a lone column of few words is taken for labels, too.
    labels : sequence of str
        The classes asked for.
    existing : bool
        Whether labels are wanted; the column is looked for anyway, since it gives the answer away.
    """
    if named is not None and not existing:
        raise InvalidParameterError("--label-column and --no-existing-labels contradict each other. Leave out one.")
    columns = {name: cells for name, cells in source.columns.items() if name not in taken}
    chosen = named or _chosen(source, columns, has_text=has_text, labels=labels)
    withheld, notes = [], []
    if not source.is_folder:
        for name, cells in columns.items():
            if name == chosen or not _is_telling(name, source.columns):
                continue
            withheld.append(name)
            kept = "" if has_text else ": neither shown nor learned from, since it may give the answer away"
            why = _why_not(cells) or f"column {chosen!r} holds the labels"
            show = "" if has_text else "; to show it, name it with the others: --columns"
            option = command("--label-column", name)
            notes.append(f"column {name!r} is not taken for labels ({why}){kept}. If it holds them: {option}{show}")
    if chosen is not None and not existing:
        what = "the names of the folders look" if source.is_folder else f"column {chosen!r} looks"
        beware = " (the ids name the folders, though)" if source.is_folder else ""
        notes = [f"{what} like labels: neither shown nor learned from{beware}", *notes]
    return LabelColumn(chosen, frozenset(withheld), tuple(notes))


def is_label_name(name: str) -> bool:
    """Whether a column is called as labels are."""
    return _likelihood(name) is not None


def _chosen(source: Source, columns: dict[str, list[Any]], *, has_text: bool, labels: Sequence[str]) -> str | None:
    if source.label_column in columns:
        return source.label_column
    chosen = _of_folders(columns.get(FOLDER, [])) if source.is_folder else _by_name(columns)
    if chosen is None and has_text:
        words = [name for name, cells in columns.items() if _few_words(cells)]
        # Without a telling name the classes asked for decide.
        if len(words) == 1 and (not labels or _names(columns[words[0]]) <= set(labels)):
            return words[0]
    return chosen


def _of_folders(folders: list[str | None]) -> str | None:
    few = None not in folders and 1 < len(set(folders)) <= max(2, min(_MOST_CLASSES, len(folders) // 2))
    return FOLDER if few else None


def _by_name(columns: dict[str, list[Any]]) -> str | None:
    ranked = sorted(
        (name for name in columns if _likelihood(name) is not None), key=lambda name: _likelihood(name) or 0
    )
    return next((name for name in ranked if not _why_not(columns[name])), None)


def _likelihood(name: str) -> int | None:
    """Rank a name of a column: the smaller, the rather it holds labels; None: it says nothing."""
    lower = name.strip().lower()
    if lower in _LABEL_NAMES:
        return _LABEL_NAMES.index(lower)
    return len(_LABEL_NAMES) if _LABEL_NAME.search(lower) else None


def _is_telling(name: str, names: Iterable[str]) -> bool:
    """Whether a column is called so that it had better not be learned from; y beside x is a coordinate."""
    lower = name.strip().lower().partition(".")[0]  # a field of an object, too
    if lower == "y" and any(other.strip().lower() == "x" for other in names):
        return False
    return lower in _LABEL_NAMES and lower not in _OFTEN_OTHER


def _why_not(cells: list[Any]) -> str:
    """Return why cells are hardly labels; empty where they may be."""
    read = [label_in(cell) for cell in cells if cell is not None]
    wrong = next((problem for _, problem in read if problem), None)
    if wrong is not None:
        return wrong
    known = [label for label, _ in read if label is not None]
    if any(isinstance(cell, float) and not cell.is_integer() for cell in known):
        return "it holds fractions"
    names = _names(known)
    limit = _MOST_CLASSES if any(isinstance(cell, str) for cell in known) else _MOST_NUMBERS
    if not names:
        return "it is empty"
    if len(names) > min(limit, max(_FEW_CLASSES, len(known) // 2)):
        return f"it holds {len(names)} different values"
    if any(len(name) > MAX_NAME for name in names):
        return f"it holds texts of more than {MAX_NAME} characters"
    return f"all its rows hold {min(names)!r}" if len(names) == 1 and len(known) == len(cells) else ""


def _few_words(cells: list[Any]) -> bool:
    known = [cell for cell in cells if cell is not None]
    if not known or not all(isinstance(cell, str) for cell in known):
        return False
    names = _names(known)
    return 1 < len(names) <= _FEW_CLASSES and len(known) >= 5 * len(names) and max(map(len, names)) <= MAX_NAME


def _names(cells: Iterable[Any]) -> set[str]:
    return {name for name in map(class_name_of, cells) if name is not None}
