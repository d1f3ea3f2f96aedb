"""What is to be labelled in a file or folder: guessed sensibly, and said in plain words."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from querist._words import listed
from querist.data.dates import HINT
from querist.data.image_folder import IMAGE_ENDINGS
from querist.data.kinds import is_text
from querist.data.loose_numbers import ID_NAME
from querist.data.numbers import is_number
from querist.data.reading import Reading
from querist.data.reference_tags import TITLE_AND_ABSTRACT, is_literature
from querist.exceptions import DataError
from querist.labelling.intake.copies import CopyGroups, copies_told, group_copies
from querist.labelling.intake.existing_labels import classes_of
from querist.labelling.intake.given_numbers import number_column, numbers_told
from querist.labelling.intake.import_plan import ImportPlan, check_images
from querist.labelling.intake.label_columns import label_column_of
from querist.labelling.intake.screening import screening_told
from querist.labelling.intake.source import Paths, Source, paths_of, read_source
from querist.labelling.intake.vectors import model_of, with_vectors
from querist.labelling.log.locations import FILE
from querist.labelling.log.numbers import NumberAsked
from querist.labelling.log.settings import CopyRule, Kind

_TEXT_NAME = re.compile(r"^(text|texts|message|review|comment|sentence|question|tweet|body|content)$", re.IGNORECASE)
_TIME = r"([T ,]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm])?( ?[A-Z]{1,4}| ?[+-]\d{2}:?\d{2})?)?"
_DATE = re.compile(f"({HINT.pattern}){_TIME}")
_IMAGE = re.compile(rf"\S.*({'|'.join(re.escape(ending) for ending in IMAGE_ENDINGS)})([?#].*)?", re.IGNORECASE)
_SAMPLE = 2000
_LONGEST_SHOWN = 40
_WHAT: dict[Kind, str] = {"text": "texts", "table": "rows", "image": "images"}


def guess_plan(
    path: Paths,
    *,
    text: Sequence[str] = (),
    image: str | None = None,
    columns: Sequence[str] = (),
    labels: Sequence[str] = (),
    label_column: str | None = None,
    id_column: str | None = None,
    images: Path | None = None,
    existing_labels: bool = True,
    copies: CopyRule = "alike",
    reading: Reading | None = None,
    embeddings: str | None = None,
    offers_goal: bool = True,
    number: NumberAsked | None = None,
) -> ImportPlan:
    """Decide what is labelled in a file or a folder of images.

    Parameters
    ----------
    path : path, or sequence of path
        A table in any format of `querist.data.read_table`, a folder of its parts, or a folder of images; several files
        make up one table.
    text : sequence of str, default=()
        Columns of text; default: those with several words that seldom repeat.
    image : str, default=None
        Column of image paths (from the file's folder) or addresses; default: guessed.
    columns : sequence of str, default=()
        Columns that the card shows; without text and image they make it a table.
    labels : sequence of str, default=()
        Names of the classes.
    label_column : str, default=None
        Column of labels already given; default: guessed.
    id_column : str, default=None
        Column of the user's own ids; default: guessed, else rows are numbered from 1.
    images : path, default=None
        Folder that image paths start from; default: the file's own.
    existing_labels : bool, default=True
        Whether labels that are there already are kept as answers; otherwise such a column is
        neither shown nor learned from.
    copies : {"alike", "exact", "off"}, default="alike"
        Which rows are asked once, as copies of each other: those whose shown and learned columns are the same, also
        if they differ in blanks and case alone, or only if they are the same to the letter; or none.
    reading : Reading, default=None
        Sheet, delimiter, names of the columns, where the file does not say so itself.
    embeddings : str, default=None
        A vector for each row, to learn from beside the columns: a file (.npy, .npz, .parquet ...); a column of
        lists, which is not shown then; or a sentence model that makes them of the texts.
    offers_goal : bool, default=True
        Whether a note offers to look for the wanted rows first, where the classes look like it.
    number : NumberAsked, default=None
        What is asked for instead of classes. A column of that name holds the numbers already given, unless
        `label_column` names another.

    Returns
    -------
    ImportPlan

    Raises
    ------
    DataError
        If the data cannot be read, or a column named does not exist or does not fit.
    """
    source = read_source(paths_of(path), reading)
    model = model_of(source, embeddings)
    source, vectors, told = with_vectors(source, embeddings)
    notes = [*source.notes, *told]
    texts, image = _shape(source, [*dict.fromkeys(text)], image, columns)
    roles = [*texts, *columns]
    for name, purpose in ((id_column, "id"), (label_column, "label")):
        if name is not None and source.named(name, purpose) in roles:
            raise DataError(
                f"Column {name!r} cannot be both shown and the {purpose} column. Name another for one of them."
            )
    id_column, told = _id_column(source, id_column, image, set(roles))
    notes += told
    taken = {name for name in (*roles, image, id_column) if name is not None}
    if number is None:
        given, withheld, said = label_column_of(
            source, label_column, taken=taken, has_text=bool(texts), labels=labels, existing=existing_labels
        )
    else:
        given, withheld, said = number_column(source, number, label_column), frozenset[str](), ()
    notes += said
    kind: Kind = "image" if image else "text" if texts else "table"
    others = columns or (
        [name for name in source.columns if name not in (id_column, given, *withheld)] if kind == "table" else ()
    )
    shown = tuple(dict.fromkeys((*texts, *others)))
    if kind == "table" and not shown:
        raise DataError(f"{source.path} has no column to show beside ids and labels. Name some with --columns.")
    plan = ImportPlan(
        source,
        kind,
        columns=shown,
        text_columns=tuple(texts),
        feature_columns={"image": (), "text": tuple(texts), "table": shown}[kind],
        image_column=image,
        id_column=id_column,
        label_column=given if existing_labels else None,
        images=(images or (source.path if source.is_folder else source.path.parent)) if image else None,
        vectors=vectors,
        model=model,
    )
    notes += [*_kind_told(plan), *check_images(plan)]
    if number is not None:
        plan = replace(plan, number=number, classes=(number.name,))
        notes += numbers_told(source, plan.label_column, number)
    else:
        given_classes = classes_of(source, plan.label_column, labels, named=label_column is not None)
        notes += given_classes.notes
        if offers_goal:
            notes += screening_told(plan.label_column, given_classes.names)
        plan = replace(plan, classes=given_classes.names, class_names=given_classes.called)
    given_labels = plan.given()
    groups = group_copies(plan.seen(), copies, given_labels)
    notes += copies_told(groups, given_labels, _WHAT[kind], largest=_largest(plan, groups))
    return replace(plan, copies=copies, groups=groups, notes=tuple(notes))


def ids_of(source: Source, column: str) -> list[str]:
    """Return the ids of the rows.

    Raises
    ------
    DataError
        If one is missing or there twice.
    """
    cells = source.columns[column]
    if None in cells:
        raise DataError(
            f"{source.path}: id column {column!r} has {cells.count(None)} empty cells, "
            f"the first in row {cells.index(None) + 1}. Fill them in."
        )
    twice = _repeated(cells)
    if twice:
        raise DataError(
            f"{source.path}: id column {column!r} holds {twice[0]!r} more than once ({len(twice)} such values). "
            "Ids must differ."
        )
    return [str(cell) for cell in cells]


def _repeated(values: Iterable[Any]) -> list[str]:
    return [value for value, count in Counter(map(str, values)).items() if count > 1]


def _shape(source: Source, text: list[str], image: str | None, columns: Sequence[str]) -> tuple[list[str], str | None]:
    """Find the text columns and the image column."""
    for name in text:
        source.named(name, "text")
    for name in columns:
        source.named(name, "shown")
    if image is not None:
        return text, source.named(image, "image")
    if source.is_folder:
        return text, FILE
    if text or columns:
        return text, None
    known = {
        name: [cell for cell in cells if isinstance(cell, str)]
        for name, cells in source.columns.items()
        if name != source.label_column
    }
    pictured = [name for name, cells in known.items() if _are_images(cells)]
    if pictured:
        return [], pictured[0]
    if is_literature(known):
        return [*TITLE_AND_ABSTRACT], None
    return [name for name, cells in known.items() if _is_prose(name, cells, len(known) == 1)], None


def _are_images(cells: list[str]) -> bool:
    sample = cells[:: max(1, len(cells) // _SAMPLE)]
    return sum(_IMAGE.fullmatch(cell.strip()) is not None for cell in sample) * 2 > len(sample)


def _is_prose(name: str, cells: list[str], only: bool) -> bool:
    if not cells:
        return False
    sample = cells[:: max(1, len(cells) // _SAMPLE)]
    if all(_DATE.fullmatch(cell.strip()) for cell in sample[:50]):
        return False
    n_distinct = len(set(cells))
    if is_text(sample, n_distinct, len(cells)):
        return True
    # Short messages are known by their name, however often they repeat, or by being all there is.
    if _TEXT_NAME.match(name) is not None:
        return n_distinct > 1 and any(not is_number(cell) for cell in sample)
    return only and n_distinct * 2 > len(cells)


def _id_column(source: Source, named: str | None, image: str | None, taken: set[str]) -> tuple[str | None, list[str]]:
    """Return the column of ids, if there is one, and notes."""
    if named is not None:
        ids_of(source, named)
        return named, []
    notes: list[str] = []
    for name, cells in source.columns.items():
        if name in taken or not ID_NAME.search(name):
            continue
        n_gaps = cells.count(None)
        twice = _repeated(cell for cell in cells if cell is not None)
        if not n_gaps and not twice:
            return name, [*notes, f"ids: column {name!r}"]
        why = f"{len(twice)} values occur more than once, such as {twice[0]!r}" if twice else f"{n_gaps} are missing"
        notes.append(f"column {name!r} looks like ids, but {why}: rows are numbered instead")
    if image is not None and None not in source.columns[image] and not _repeated(source.columns[image]):
        return image, notes
    return None, notes


def _largest(plan: ImportPlan, groups: CopyGroups) -> str:
    """Return how the texts of the largest group of copies begin."""
    if not groups.groups or plan.kind != "text":
        return ""
    row = max(groups.groups, key=len)[0]
    words = [str(cell) for name in plan.text_columns if (cell := plan.source.columns[name][row])]
    shown = words[0] if words else ""
    return shown if len(shown) <= _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}..."


def _kind_told(plan: ImportPlan) -> list[str]:
    columns, n = plan.source.columns, plan.source.n_rows
    if plan.kind == "text":
        which = ", ".join(map(repr, plan.text_columns))
        empty = sum(not any(columns[name][row] for name in plan.text_columns) for row in range(n))
        told = [f"{n} texts: column{'s' * (len(plan.text_columns) > 1)} {which}"]
        return told + ([f"{empty} of them are empty"] if empty else [])
    if plan.kind == "table":
        return [f"{n} rows of a table, shown with {len(plan.columns)} columns: {listed(list(plan.columns))}"]
    where = f"in {plan.source.path}" if plan.source.is_folder else f"named in column {plan.image_column!r}"
    return [f"{n} images {where}"]
