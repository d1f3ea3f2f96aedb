"""More rows for a project that exists."""

import math
import os
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from querist._words import command, listed
from querist.audit.order import audit_numbers
from querist.data.numbers import is_number
from querist.data.reading import Reading
from querist.data.table import no_such_column
from querist.exceptions import DataError
from querist.labelling.intake.copies import copies_told, group_copies, seen_cells
from querist.labelling.intake.create import (
    Progress,
    added_rows,
    answer_events,
    group_events,
    item_rows,
    silent,
    source_infos,
    watched,
)
from querist.labelling.intake.import_plan import ImportPlan, check_images
from querist.labelling.intake.known_lines import labels_told, without_known
from querist.labelling.intake.label_columns import is_label_name
from querist.labelling.intake.source import Paths, Source, paths_of, read_source
from querist.labelling.intake.source_check import shown
from querist.labelling.intake.vectors import check_more, keep, with_vectors
from querist.labelling.log.board import Board
from querist.labelling.log.class_names import ClassNames
from querist.labelling.log.classes import active
from querist.labelling.log.locations import FOLDER, find_image, to_path
from querist.labelling.log.settings import Settings
from querist.store import Store


@dataclass(frozen=True)
class Added:
    """What came of adding rows.

    Attributes
    ----------
    n_added, n_known : int
        New rows; rows that the project had already, which stay as they are.
    n_rows : int
        All rows of the project now.
    notes : tuple of str
    """

    n_added: int
    n_known: int
    n_rows: int
    notes: tuple[str, ...]


def add_file(
    location: str | Path,
    path: Paths,
    *,
    progress: Progress | None = None,
    reading: Reading | None = None,
    embeddings: str | None = None,
) -> Added:
    """Open a project and append the rows of a file, several files or a folder to it: see `add_rows`.

    Raises
    ------
    StoreError
        If there is no project, or another process has it open.
    """
    with Store.open(location) as store:
        return add_rows(store, path, progress=progress, reading=reading, embeddings=embeddings)


def add_rows(
    store: Store,
    path: Paths,
    *,
    progress: Progress | None = None,
    reading: Reading | None = None,
    embeddings: str | None = None,
) -> Added:
    """Append the rows of a file, several files or a folder that a project does not have yet: all of them or none.

    A row is known by its id where the project has an id column, else by its whole content. `reading` says what the file
    does not say itself: sheet, delimiter, names of the columns. `embeddings` names the vectors of the rows, a file or a
    column, where those of the project have some.

    Raises
    ------
    DataError
        If the columns differ, ids are missing or repeated, a label is no class of the project, or embeddings are
        missing or of another length.
    """
    progress = progress or silent
    settings = Settings.from_dict(store.info.settings)
    source, vectors, told = with_vectors(read_source(paths_of(path), reading), embeddings, models=False)
    check_more(source, vectors, settings, store)
    notes = [*source.notes, *told]
    first_row = store.n_items
    source, more = _fitting(source, settings, store)
    plan = ImportPlan(
        source,
        settings.kind,
        settings.columns,
        settings.text_columns,
        settings.feature_columns,
        settings.image_column,
        settings.id_column,
        settings.label_column if settings.label_column in source.columns else None,
        number=settings.number_asked,
        images=_images(source, settings, store),
        id_prefix=_prefix(source, settings, store),
        vectors=vectors,
    )
    notes += [*more, *check_images(plan)]
    given = plan.given()
    needed = plan.label_column is not None or settings.copies != "off"
    board = Board.of(store.events(), n_items=lambda: first_row) if needed else Board()
    plan, known, told = without_known(plan, store)
    notes += told
    if plan.label_column is not None:
        notes += labels_told(given, known, plan, board, store)
    n_rows = plan.source.n_rows
    if n_rows:
        ids, told = _class_ids(plan, board)
        notes += told
        plan, told = _grouped(plan, ids, board, settings, store)
        notes += told
        number = len(settings.sources)
        infos = source_infos(plan, store.location, first_row=first_row)
        numbers = audit_numbers(store.info.seed, np.arange(first_row, first_row + n_rows))
        rows = item_rows(plan, numbers, first_row=first_row, source=number)
        keep(plan.vectors, os.fspath(store.location), first_row=first_row)
        with store.writing() as tx:
            tx.add_items(first_row, watched(rows, n_rows, progress))
            tx.append(added_rows(plan, source=number))
            tx.append(group_events(plan.groups))
            tx.append(
                answer_events(
                    plan,
                    ids,
                    first_row=first_row,
                    class_version=board.class_version,
                    done=set(np.flatnonzero(board.labels >= 0).tolist()),
                )
            )
            tx.set_info(settings=replace(settings, sources=(*settings.sources, *infos)).to_dict())
    return Added(n_rows, len(known), first_row + n_rows, tuple(notes))


def _fitting(source: Source, settings: Settings, store: Store) -> tuple[Source, list[str]]:
    """Check that the columns are those of the project; columns that come in addition are kept."""
    if source.is_folder != settings.sources[0].folder:
        kinds = ("a file with a table", "a folder of images")
        raise DataError(
            f"{source.path} is {kinds[source.is_folder]}, but the project holds {kinds[not source.is_folder]}. "
            "Make a project of its own: querist label FILE --project NAME.querist"
        )
    known = list(store.items([0])[0].content)
    free = {settings.label_column, FOLDER if source.is_folder else None}
    for name in known:
        if name not in source.columns and name not in free:
            what = no_such_column(source.path, name, source.columns, "")
            raise DataError(f"{what} The project's rows have: {listed(known)}.")
    extra = [name for name in source.columns if name not in known and name not in free]
    ordered = {name: source.columns[name] for name in (*known, *extra) if name in source.columns}
    _check_numbers(source, settings, store)
    notes = [f"columns that earlier rows lack, kept with the new ones: {listed(extra)}"] if extra else []
    unknown = settings.label_column is None and not settings.number
    named = next((name for name in extra if unknown and is_label_name(name)), None)
    if named is not None:
        option = () if named == "label" else ("--label-column", named)
        hint = command("querist", "import-labels", shown(store), source.path, *option)
        notes.append(f"column {named!r} may hold labels; to import them too: {hint}")
    return replace(source, columns=ordered), notes


def _check_numbers(source: Source, settings: Settings, store: Store) -> None:
    """Learning from a column of numbers ends where a word stands among them."""
    sample = store.items(list(range(min(1000, store.n_items))))
    for name in settings.feature_columns if settings.kind == "table" else ():
        before = [item.content.get(name) for item in sample]
        cells = source.columns[name]
        if not any(value is not None for value in before) or any(isinstance(value, str) for value in before):
            continue
        # One word turns the numbers of a text file into words too; the word is what is wrong.
        words = [row for row, cell in enumerate(cells, 1) if isinstance(cell, str)]
        row = next((row for row in words if not is_number(cells[row - 1])), words[0] if words else None)
        if row is not None:
            raise DataError(
                f"{source.path}: column {name!r}, row {row} holds {cells[row - 1]!r}, but the project's rows hold "
                "numbers there. Correct it, or leave the cell empty."
            )


def _images(source: Source, settings: Settings, store: Store) -> Path | None:
    first = settings.sources[0]
    if settings.image_column is None or first.images is None:
        return None
    if source.is_folder:
        return source.path
    # A file from the same folder as the first may share its images.
    same = to_path(first.path, store.location).parent == source.path.absolute().parent
    return to_path(first.images, store.location) if same else source.path.parent


def _prefix(source: Source, settings: Settings, store: Store) -> str:
    """Images of another folder than the first bear its name in their ids, so that two of one name stay two."""
    first = to_path(settings.sources[0].path, store.location)
    is_first = first.exists() and first.samefile(source.path)
    return f"{source.path.absolute().name}/" if source.is_folder and not is_first else ""


def _grouped(
    plan: ImportPlan, ids: dict[str, int], board: Board, settings: Settings, store: Store
) -> tuple[ImportPlan, list[str]]:
    """Let new rows join the groups of the rows that are there, and return what is to be said of it."""
    if settings.copies == "off":
        return plan, []
    names = tuple(dict.fromkeys((*settings.columns, *settings.feature_columns, *filter(None, [settings.image_column]))))
    cells: dict[str, list[Any]] = {name: [] for name in names}
    paths: list[Path | None] = []
    for item in store.all_items():
        for name, column in cells.items():
            column.append(item.content.get(name))
        if settings.image_column is not None:
            image = item.content.get(settings.image_column)
            paths.append(None if image is None else find_image(settings, store.location, item.source, str(image)))
    n_known = board.n_rows
    for name, column in cells.items():
        column.extend(plan.source.columns[name])
    paths += plan.image_paths()
    labels: list[Hashable | None]
    if plan.number is not None:
        labels = [None if math.isnan(number) else number for number in board.numbers.tolist()] + plan.given()
    else:
        labels = [label if label >= 0 else None for label in board.labels.tolist()]
        labels += [None if name is None else ids[str(name)] for name in plan.given()]
    contents = seen_cells(settings.columns, settings.feature_columns, settings.image_column, cells, paths)
    groups = group_copies(contents, settings.copies, labels, known=board.copies.first_of)
    notes = copies_told(groups, labels, "new rows", first_row=n_known)
    n_done = sum(labels[rows[0]] is not None for rows in groups.groups if rows[0] < n_known for _ in rows[1:])
    if n_done:
        notes.append(f"{n_done:,} of the new rows are copies of rows that have a label: they get it too")
    return replace(plan, copies=settings.copies, groups=groups), notes


def _class_ids(plan: ImportPlan, board: Board) -> tuple[dict[str, int], list[str]]:
    """Return the class of each label in the file, and which were taken for a class that is called otherwise."""
    if plan.number is not None:
        return {each.name: each.id for each in active(board.classes)}, []
    counts = Counter(str(name) for name in plan.given() if name is not None)
    found = ClassNames.of(board).find(counts)
    unknown = [name for name in counts if name in found.refused or found.names[name] in found.new]
    if unknown:
        raise DataError(
            f"{plan.source.path}: column {plan.label_column!r} holds labels that are not classes of the project: "
            f"{listed(unknown)}. Add these classes on the page first, or correct the file."
        )
    ids = {each.name: each.id for each in active(board.classes)}
    return {name: ids[meant] for name, meant in found.names.items()}, list(found.notes)
