"""Labels that data has already: what the cells of their column say, and which classes they name."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from querist._words import listed
from querist.data.label_cells import label_in
from querist.exceptions import DataError
from querist.labelling.intake.source import Source
from querist.labelling.log.class_names import ClassNames
from querist.labelling.log.classes import class_name_of


def labels_of(source: Source, column: str | None) -> list[str | None]:
    """Return the labels already given, one a row; of no column: none.

    Raises
    ------
    DataError
        If a cell holds several labels, or an object that names none.
    """
    if column is None:
        return [None] * source.n_rows
    # A file of Querist's says which column it is; its classes may well be called "[1]".
    read = [label_in(cell, written=column != source.label_column) for cell in source.columns[column]]
    wrong = next(((row, problem) for row, (_, problem) in enumerate(read, 1) if problem), None)
    if wrong is not None:
        raise DataError(f"{source.path}: column {column!r}, row {wrong[0]}: {wrong[1]}. Correct the file.")
    return [class_name_of(label) for label, _ in read]


class GivenClasses(NamedTuple):
    """The classes of a new project, how labels are called that are written otherwise, and notes."""

    names: tuple[str, ...]
    called: dict[str, str]
    notes: list[str]


def classes_of(source: Source, column: str | None, labels: Sequence[str], *, named: bool) -> GivenClasses:
    """Return the classes of a new project and what is to be said of the labels already given.

    Raises
    ------
    DataError
        If there is a label that is not among the classes asked for.
    """
    wanted = tuple(label.strip() for label in labels)
    if column is None:
        return GivenClasses(wanted, {}, [])
    given = Counter(name for name in labels_of(source, column) if name is not None)
    found = ClassNames(wanted).find(given)
    unknown = [name for name in given if name in found.refused or found.names[name] in found.new] if wanted else []
    if unknown:
        hint = "" if named else ", or use --no-existing-labels if the column holds something else"
        raise DataError(
            f"{source.path}: column {column!r} holds labels that are not among --labels: {listed(unknown)}. "
            f"Add them to --labels{hint}."
        )
    counts: Counter[str] = Counter()
    for name, count in given.items():
        counts[found.names[name]] += count
    some = listed([f"{name} {count}" for name, count in counts.most_common()], 5)
    what = "the names of the folders" if source.is_folder else f"column {column!r}"
    hint = "" if named else " (--no-existing-labels to leave them out)"
    notes = [f"{what}: {given.total()} labels already given ({some}); kept as answers{hint}", *found.notes]
    if given.total() == source.n_rows:
        notes.append("every row already has a label: there is nothing left to ask, unless you leave the labels out")
    called = {name: meant for name, meant in found.names.items() if name != meant}
    return GivenClasses(wanted or tuple(sorted(counts, key=_in_order)), called, notes)


def _in_order(name: str) -> tuple[int, int, str]:
    return (0, int(name), name) if re.fullmatch(r"[+-]?\d{1,18}", name, re.ASCII) else (1, 0, name)
