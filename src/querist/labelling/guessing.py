"""What is to be labelled in a file or folder: guessed sensibly, and said in plain words."""

import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from querist.data.dates import HINT
from querist.data.image_folder import IMAGE_ENDINGS
from querist.data.kinds import ID_NAME, is_text
from querist.data.table import listed, no_such_column
from querist.exceptions import DataError, InvalidParameterError
from querist.labelling.classes import MAX_NAME
from querist.labelling.settings import Kind, Settings
from querist.labelling.sources import FILE, FOLDER, Source, image_below, is_address, read_source

_TEXT_NAME = re.compile(r"^(text|texts|message|review|comment|sentence|question|tweet|body|content)$", re.IGNORECASE)
# The likeliest first.
_LABEL_NAMES = ("label", "labels", "class", "target", "category", "sentiment", "included", "spam", "intent", "y")
_LABEL_NAME = re.compile(r"^(label|is|target|class)_\w+$|_(label|class|category)$", re.IGNORECASE)
_TIME = r"([T ,]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm])?( ?[A-Z]{1,4}| ?[+-]\d{2}:?\d{2})?)?"
_DATE = re.compile(f"({HINT.pattern}){_TIME}")
_IMAGE = re.compile(rf"\S.*({'|'.join(re.escape(ending) for ending in IMAGE_ENDINGS)})([?#].*)?", re.IGNORECASE)
_SAMPLE = 2000
# More distinct values than these are no classes: under a name that says so, and without one.
_MOST_CLASSES, _FEW_CLASSES = 500, 20


@dataclass(frozen=True)
class ImportPlan:
    """What will be imported, and how it was read.

    Attributes
    ----------
    source : Source
    kind : {"text", "table", "image"}
    columns : tuple of str
        Shown on the card.
    text_columns, feature_columns : tuple of str
    image_column, id_column, label_column : str or None
    images : Path or None
        The folder that image paths start from.
    id_prefix : str
        Stands before the ids of these rows.
    classes : tuple of str
        Names of the classes, in the order of their buttons.
    notes : tuple of str
        Everything that was guessed, in plain words.
    """

    source: Source
    kind: Kind
    columns: tuple[str, ...] = ()
    text_columns: tuple[str, ...] = ()
    feature_columns: tuple[str, ...] = ()
    image_column: str | None = None
    id_column: str | None = None
    label_column: str | None = None
    images: Path | None = None
    id_prefix: str = ""
    classes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def settings(self) -> Settings:
        """Return the settings of a new project; its sources are added on import."""
        return Settings(
            kind=self.kind,
            columns=self.columns,
            text_columns=self.text_columns,
            feature_columns=self.feature_columns,
            image_column=self.image_column,
            id_column=self.id_column,
            label_column=self.label_column,
            notes=self.notes,
        )


@dataclass
class _Guess:
    """The parts of a plan while they are found."""

    source: Source
    notes: list[str] = field(default_factory=list)

    def check(self, name: str, purpose: str) -> str:
        if name not in self.source.columns:
            raise DataError(no_such_column(self.source.path, name, self.source.columns, purpose))
        return name


def guess_plan(
    path: str | os.PathLike[str],
    *,
    text: Sequence[str] = (),
    image: str | None = None,
    columns: Sequence[str] = (),
    labels: Sequence[str] = (),
    label_column: str | None = None,
    id_column: str | None = None,
    images: Path | None = None,
    existing_labels: bool = True,
) -> ImportPlan:
    """Decide what is labelled in a file or a folder of images.

    Parameters
    ----------
    path : path
        A table in any format of `querist.data.read_table`, or a folder of images.
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

    Returns
    -------
    ImportPlan

    Raises
    ------
    DataError
        If the data cannot be read, or a column named does not exist or does not fit.
    """
    source = read_source(Path(path))
    guess = _Guess(source, list(source.notes))
    texts, image = _shape(guess, [*dict.fromkeys(text)], image, [*dict.fromkeys(columns)])
    if columns and (label_column in columns or id_column in columns):
        raise DataError(f"Column {label_column or id_column!r} cannot be both shown and the label or id column.")
    id_column = _id_column(guess, id_column, image, {*texts, *columns})
    taken = {name for name in (*texts, image, id_column, *columns) if name is not None}
    found_labels = _label_column(guess, label_column, taken, bool(texts), labels, existing_labels)
    left = [name for name in source.columns if name not in (id_column, found_labels)]
    kind: Kind = "image" if image else "text" if texts else "table"
    shown = tuple(columns) if columns else (*texts,) if kind != "table" else (*left,)
    shown = (*texts, *(name for name in shown if name not in texts))
    if kind == "table" and not shown:
        raise DataError(f"{source.path} has no column to show beside ids and labels. Name some with --columns.")
    plan = ImportPlan(
        source, kind, shown, (*texts,), {"image": (), "text": (*texts,), "table": shown}[kind], image, id_column,
        found_labels if existing_labels else None,
        images=(images or (source.path if source.is_folder else source.path.parent)) if image else None,
    )  # fmt: skip
    _tell_kind(guess, plan)
    guess.notes += check_images(plan)
    classes = _classes(guess, plan, labels, named=label_column is not None)
    return replace(plan, classes=classes, notes=tuple(guess.notes))


def label_of(value: Any) -> str | None:
    """Return the name of a class as a cell holds it; None for a gap."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip() or None


def repeated(values: Iterable[Any]) -> list[str]:
    """Return what cannot be the ids of rows: values that occur twice, in order."""
    return [str(value) for value, count in Counter(map(str, values)).items() if count > 1]


def _shape(guess: _Guess, text: list[str], image: str | None, columns: list[str]) -> tuple[list[str], str | None]:
    """Find the text columns and the image column."""
    for name in text:
        guess.check(name, "text")
    for name in columns:
        guess.check(name, "shown")
    if image is not None:
        return text, guess.check(image, "image")
    if guess.source.is_folder:
        return text, FILE
    if text or columns:
        return text, None
    known = {name: [cell for cell in cells if isinstance(cell, str)] for name, cells in guess.source.columns.items()}
    pictured = [name for name, cells in known.items() if _are_images(cells)]
    if pictured:
        return [], pictured[0]
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
    # Short messages are known by their name, or by being all there is.
    return (only or _TEXT_NAME.match(name) is not None) and n_distinct * 2 > len(cells)


def _id_column(guess: _Guess, named: str | None, image: str | None, taken: set[str]) -> str | None:
    columns = guess.source.columns
    if named is not None:
        cells = columns[guess.check(named, "id")]
        gaps = [row for row, cell in enumerate(cells, 1) if cell is None]
        twice = repeated(cell for cell in cells if cell is not None)
        if gaps:
            raise DataError(
                f"{guess.source.path}: id column {named!r} has {len(gaps)} gaps, the first in row {gaps[0]}. "
                "Fill them in, or leave out --id: rows are then numbered."
            )
        if twice:
            raise DataError(
                f"{guess.source.path}: id column {named!r} holds {twice[0]!r} more than once "
                f"({len(twice)} such values). Name a column whose values all differ."
            )
        return named
    for name, cells in columns.items():
        if name in taken or not ID_NAME.search(name):
            continue
        n_gaps = cells.count(None)
        twice = repeated(cell for cell in cells if cell is not None)
        if not n_gaps and not twice:
            guess.notes.append(f"ids: column {name!r}")
            return name
        why = f"{len(twice)} values occur more than once, such as {twice[0]!r}" if twice else f"{n_gaps} are missing"
        guess.notes.append(f"column {name!r} looks like ids, but {why}: rows are numbered instead")
    if image is not None and None not in columns[image] and not repeated(columns[image]):
        return image
    return None


def _label_column(
    guess: _Guess, named: str | None, taken: set[str], has_text: bool, labels: Sequence[str], existing: bool
) -> str | None:
    """Find the labels that are there already."""
    if named is not None:
        if not existing:
            raise InvalidParameterError("--label-column and --no-existing-labels contradict each other. Leave out one.")
        return guess.check(named, "label")
    columns = {name: cells for name, cells in guess.source.columns.items() if name not in taken}
    if guess.source.is_folder:
        folders = columns.get(FOLDER, [])
        few = None not in folders and 1 < len(set(folders)) <= max(2, min(_MOST_CLASSES, len(folders) // 2))
        return FOLDER if few else None
    ranked = sorted(columns, key=_likelihood)
    chosen = next((name for name in ranked if _likelihood(name) < len(_LABEL_NAMES) + 1 and _few(columns[name])), None)
    if chosen is None and has_text:
        words = [name for name, cells in columns.items() if _few_words(cells)]
        # Beside an only column of few words without a telling name, the classes asked for decide.
        if len(words) == 1 and (not labels or _names(columns[words[0]]) <= set(labels)):
            chosen = words[0]
    if chosen is not None and not existing:
        guess.notes.append(f"column {chosen!r}, which looks like labels, is neither shown nor learned from")
    return chosen


def _likelihood(name: str) -> int:
    """Rank a name of a column: the smaller, the rather it holds labels."""
    lower = name.strip().lower()
    if lower in _LABEL_NAMES:
        return _LABEL_NAMES.index(lower)
    return len(_LABEL_NAMES) + (0 if _LABEL_NAME.search(lower) else 1)


def _few(cells: list[Any]) -> bool:
    known = [cell for cell in cells if cell is not None]
    if any(isinstance(cell, float) and not cell.is_integer() for cell in known):
        return False
    names = _names(known)
    limit = _MOST_CLASSES if any(isinstance(cell, str) for cell in known) else 50
    within = 0 < len(names) <= min(limit, max(_FEW_CLASSES, len(known) // 2))
    return within and all(len(name) <= MAX_NAME for name in names) and (len(names) > 1 or len(known) < len(cells))


def _few_words(cells: list[Any]) -> bool:
    known = [cell for cell in cells if cell is not None]
    if not known or not all(isinstance(cell, str) for cell in known):
        return False
    names = _names(known)
    return 1 < len(names) <= _FEW_CLASSES and len(known) >= 5 * len(names) and max(map(len, names)) <= MAX_NAME


def _names(cells: Iterable[Any]) -> set[str]:
    return {name for name in map(label_of, cells) if name is not None}


def _classes(guess: _Guess, plan: ImportPlan, labels: Sequence[str], named: bool) -> tuple[str, ...]:
    """Return the classes, and tell about labels already given."""
    wanted = [label.strip() for label in labels]
    if plan.label_column is None:
        return tuple(wanted)
    column = plan.label_column
    given = [name for name in map(label_of, plan.source.columns[column]) if name is not None]
    counts = Counter(given)
    if wanted:
        unknown = [name for name in counts if name not in wanted]
        if unknown:
            hint = "" if named else ", or say --no-existing-labels if the column holds something else"
            raise DataError(
                f"{plan.source.path}: column {column!r} holds labels that are not among --labels: "
                f"{listed(unknown)}. Add them to --labels{hint}."
            )
    shown = ", ".join(f"{name} {count}" for name, count in counts.most_common(5))
    more = f" and {len(counts) - 5} more" if len(counts) > 5 else ""
    what = "the names of the folders" if plan.source.is_folder else f"column {column!r}"
    guess.notes.append(
        f"{what}: {len(given)} labels already given ({shown}{more}); kept as answers"
        f"{'' if named else ' (--no-existing-labels to leave them out)'}"
    )
    if len(given) == plan.source.n_rows:
        guess.notes.append("every row has a label already: nothing is left to ask, unless labels are left out")
    return tuple(wanted) if wanted else tuple(sorted(counts, key=_by_number))


def _by_number(name: str) -> tuple[int, int, str]:
    return (0, int(name), name) if re.fullmatch(r"[+-]?\d{1,18}", name, re.ASCII) else (1, 0, name)


def _tell_kind(guess: _Guess, plan: ImportPlan) -> None:
    columns, n = plan.source.columns, plan.source.n_rows
    if plan.kind == "text":
        which = ", ".join(map(repr, plan.text_columns))
        empty = sum(not any(columns[name][row] for name in plan.text_columns) for row in range(n))
        guess.notes.append(f"{n} texts: column{'s' * (len(plan.text_columns) > 1)} {which}")
        if empty:
            guess.notes.append(f"{empty} of them are empty")
    elif plan.kind == "table":
        guess.notes.append(f"{n} rows of a table, shown with {len(plan.columns)} columns: {listed(list(plan.columns))}")
    else:
        where = f"in {plan.source.path}" if plan.source.is_folder else f"named in column {plan.image_column!r}"
        guess.notes.append(f"{n} images {where}")


def check_images(plan: ImportPlan) -> list[str]:
    """Look whether images are there, and within the folder that will be served; return notes.

    Raises
    ------
    DataError
        If an image lies outside the folder, or none is there.
    """
    if plan.image_column is None or plan.images is None or plan.source.is_folder:
        return []
    cells = plan.source.columns[plan.image_column]
    missing = []
    for row, cell in enumerate(cells, 1):
        if cell is not None and is_address(str(cell)):
            continue
        path = plan.images if cell is None else image_below(plan.images, str(cell))
        if path is None:
            raise DataError(
                f"{plan.source.path}, row {row}: the image {cell} lies outside {plan.images}. "
                "Only images of one folder are served: name a folder that holds them all with --images."
            )
        if not path.is_file():
            missing.append(f"row {row} ({cell or 'no name'})")
    if len(missing) == len(cells):
        raise DataError(
            f"{plan.source.path}: none of the images in column {plan.image_column!r} is there; looked in "
            f"{plan.images} for {next((cell for cell in cells if cell), 'nothing')}. "
            "Name their folder with --images, or the right column with --image."
        )
    some = f"{', '.join(missing[:3])}{', ...' * (len(missing) > 3)}"
    return [f"{len(missing)} images are missing: {some}; they can be skipped"] if missing else []
