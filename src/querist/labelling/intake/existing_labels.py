"""Labels that data has already: which column holds them, and which classes they name."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from querist._words import listed
from querist.exceptions import DataError, InvalidParameterError
from querist.labelling.intake.source import Source
from querist.labelling.log.classes import MAX_NAME, class_name_of
from querist.labelling.log.locations import FOLDER

# The likeliest first.
_LABEL_NAMES = ("label", "labels", "class", "target", "category", "sentiment", "included", "spam", "intent", "y")
_LABEL_NAME = re.compile(r"^(label|is|target|class)_\w+$|_(label|class|category)$", re.IGNORECASE)
# More distinct values than these are no classes: words or numbers under a telling name, and words without one.
_MOST_CLASSES, _MOST_NUMBERS, _FEW_CLASSES = 500, 50, 20


def label_column_of(
    source: Source, named: str | None, *, taken: set[str], has_text: bool, labels: Sequence[str], existing: bool
) -> tuple[str | None, list[str]]:
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

    Returns
    -------
    column : str or None
    notes : list of str
    """
    if named is not None:
        if not existing:
            raise InvalidParameterError("--label-column and --no-existing-labels contradict each other. Leave out one.")
        return named, []
    columns = {name: cells for name, cells in source.columns.items() if name not in taken}
    chosen = _of_folders(columns.get(FOLDER, [])) if source.is_folder else _by_name(columns)
    chosen = source.label_column if source.label_column in columns else chosen
    if chosen is None and has_text:
        words = [name for name, cells in columns.items() if _few_words(cells)]
        # Without a telling name the classes asked for decide.
        if len(words) == 1 and (not labels or _names(columns[words[0]]) <= set(labels)):
            chosen = words[0]
    if chosen is not None and not existing:
        what = "the names of the folders look" if source.is_folder else f"column {chosen!r} looks"
        beware = " (the ids name the folders, though)" if source.is_folder else ""
        return chosen, [f"{what} like labels: neither shown nor learned from{beware}"]
    return chosen, []


def _of_folders(folders: list[str | None]) -> str | None:
    few = None not in folders and 1 < len(set(folders)) <= max(2, min(_MOST_CLASSES, len(folders) // 2))
    return FOLDER if few else None


def _by_name(columns: dict[str, list[Any]]) -> str | None:
    ranked = sorted(
        (name for name in columns if _likelihood(name) is not None), key=lambda name: _likelihood(name) or 0
    )
    return next((name for name in ranked if _few(columns[name])), None)


def _likelihood(name: str) -> int | None:
    """Rank a name of a column: the smaller, the rather it holds labels; None: it says nothing."""
    lower = name.strip().lower()
    if lower in _LABEL_NAMES:
        return _LABEL_NAMES.index(lower)
    return len(_LABEL_NAMES) if _LABEL_NAME.search(lower) else None


def _few(cells: list[Any]) -> bool:
    known = [cell for cell in cells if cell is not None]
    if any(isinstance(cell, float) and not cell.is_integer() for cell in known):
        return False
    names = _names(known)
    limit = _MOST_CLASSES if any(isinstance(cell, str) for cell in known) else _MOST_NUMBERS
    within = 0 < len(names) <= min(limit, max(_FEW_CLASSES, len(known) // 2))
    return within and all(len(name) <= MAX_NAME for name in names) and (len(names) > 1 or len(known) < len(cells))


def _few_words(cells: list[Any]) -> bool:
    known = [cell for cell in cells if cell is not None]
    if not known or not all(isinstance(cell, str) for cell in known):
        return False
    names = _names(known)
    return 1 < len(names) <= _FEW_CLASSES and len(known) >= 5 * len(names) and max(map(len, names)) <= MAX_NAME


def _names(cells: Iterable[Any]) -> set[str]:
    return {name for name in map(class_name_of, cells) if name is not None}


def classes_of(
    source: Source, column: str | None, labels: Sequence[str], *, named: bool
) -> tuple[tuple[str, ...], list[str]]:
    """Return the classes and notes on the labels already given.

    Raises
    ------
    DataError
        If there is a label that is not among the classes asked for.
    """
    wanted = tuple(label.strip() for label in labels)
    if column is None:
        return wanted, []
    given = [name for name in map(class_name_of, source.columns[column]) if name is not None]
    counts = Counter(given)
    unknown = [name for name in counts if name not in wanted] if wanted else []
    if unknown:
        hint = "" if named else ", or say --no-existing-labels if the column holds something else"
        raise DataError(
            f"{source.path}: column {column!r} holds labels that are not among --labels: {listed(unknown)}. "
            f"Add them to --labels{hint}."
        )
    some = listed([f"{name} {count}" for name, count in counts.most_common()], 5)
    what = "the names of the folders" if source.is_folder else f"column {column!r}"
    hint = "" if named else " (--no-existing-labels to leave them out)"
    notes = [f"{what}: {len(given)} labels already given ({some}); kept as answers{hint}"]
    if len(given) == source.n_rows:
        notes.append("every row has a label already: nothing is left to ask, unless labels are left out")
    return wanted or tuple(sorted(counts, key=_in_order)), notes


def _in_order(name: str) -> tuple[int, int, str]:
    return (0, int(name), name) if re.fullmatch(r"[+-]?\d{1,18}", name, re.ASCII) else (1, 0, name)
