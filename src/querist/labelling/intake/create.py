"""Rows into a project: all of them or none."""

import os
import time
import uuid
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from querist._random import fresh_seed
from querist._typing import FloatArray
from querist.audit.order import audit_numbers
from querist.labelling.intake.copies import CopyGroups
from querist.labelling.intake.import_plan import ImportPlan
from querist.labelling.intake.new_project import new_project
from querist.labelling.intake.source import fingerprint
from querist.labelling.intake.vectors import keep
from querist.labelling.log.classes import added
from querist.labelling.log.deeds import Answered
from querist.labelling.log.events import ClassesChanged, RowsAdded, event
from querist.labelling.log.locations import from_path
from querist.labelling.log.settings import Settings, SourceInfo
from querist.store import EventRow, ItemRow, ProjectInfo, Writing

Progress = Callable[[int, int, str], None]

_CHUNK = 5000


def import_rows(
    plan: ImportPlan,
    destination: str | os.PathLike[str],
    *,
    settings: Settings | None = None,
    seed: int | None = None,
    progress: Progress | None = None,
) -> None:
    """Make a project from a plan.

    A project file is written beside its place under another name, and renamed when it is complete;
    in a database everything is one transaction.

    Parameters
    ----------
    plan : ImportPlan
    destination : path or URL
        The project file, or a PostgreSQL database without a project.
    settings : Settings, default=None
        Default: those of the plan.
    seed : int, default=None
        Everything random derives from it; default: from the operating system.
    progress : callable, default=None
        Called with (rows written, rows in all, what is done).

    Raises
    ------
    StoreError
        If there is something at the destination already, or it cannot be written.
    """
    settings = plan.settings() if settings is None else settings
    settings = replace(settings, sources=source_infos(plan, destination, first_row=0))
    info = ProjectInfo(
        project_id=str(uuid.uuid4()),
        name=plan.source.path.absolute().name.partition(".")[0] or "project",
        kind=plan.kind,
        created_at=time.time(),
        seed=fresh_seed() if seed is None else seed,
        settings=settings.to_dict(),
    )
    with new_project(destination, info) as store, store.writing() as tx:
        _write(tx, plan, info.seed, progress or silent)
        keep(plan.vectors, os.fspath(destination), first_row=0)


def source_infos(plan: ImportPlan, location: str | os.PathLike[str], *, first_row: int) -> tuple[SourceInfo, ...]:
    """Return what a project notes about where rows came from: of each file that has some."""
    images = None if plan.images is None else from_path(plan.images, location)
    infos = []
    for path, n_rows in plan.source.each_part:
        if n_rows:
            digest, size = fingerprint(path)
            place = from_path(path, location)
            infos.append(SourceInfo(place, digest, size, n_rows, first_row, plan.source.is_folder, images))
        first_row += n_rows
    return tuple(infos)


def added_rows(plan: ImportPlan, *, source: int) -> list[EventRow]:
    """Return the events that say which rows came, the files of a plan being numbered from `source`."""
    counts = [n_rows for _, n_rows in plan.source.each_part if n_rows]
    now = time.time()
    return [event(RowsAdded(n_rows=n_rows, source=number), at=now) for number, n_rows in enumerate(counts, source)]


def item_rows(plan: ImportPlan, numbers: FloatArray, *, first_row: int, source: int) -> Iterator[ItemRow]:
    """Yield the rows of a plan as the store takes them, its files being numbered from `source`."""
    names = list(plan.source.columns)
    searched = plan.text_columns if plan.kind == "text" else tuple(names)
    joint = "\n\n" if plan.kind == "text" else " "
    cells = zip(*plan.source.columns.values(), strict=True)
    counts = [n_rows for _, n_rows in plan.source.each_part if n_rows]
    sources = np.repeat(np.arange(source, source + len(counts)), counts).tolist()
    for place, (values, number, own) in enumerate(zip(cells, numbers.tolist(), sources, strict=True)):
        content = dict(zip(names, values, strict=True))
        row = first_row + place
        item_id = str(row + 1) if plan.id_column is None else f"{plan.id_prefix}{content[plan.id_column]}"
        words = joint.join(str(content[name]) for name in searched if content[name] is not None)
        yield ItemRow(row, item_id, content, words, number, own)


def group_events(groups: CopyGroups) -> list[EventRow]:
    """Return the event that says which rows are copies of others, if some are."""
    told = groups.event()
    return [] if told is None else [event(told, at=time.time())]


def answer_events(
    plan: ImportPlan, ids: dict[str, int], *, first_row: int, class_version: int, done: Collection[int] = ()
) -> list[EventRow]:
    """Return the labels already given as answers by nobody in particular; of copies one, to the first row.

    Rows in `done` have their label.
    """
    if plan.label_column is None:
        return []
    now = time.time()
    first_of = plan.groups.first_of()
    given: dict[int, Any] = {}
    for row, answer in enumerate(plan.given(), first_row):
        first = first_of.get(row, row)
        if answer is not None and first not in done:
            given.setdefault(first, answer)
    answers = [
        (row, Answered(how="import", class_version=class_version, **_as_answer(plan, ids, answer)))
        for row, answer in given.items()
    ]
    return [event(answer, at=now, row=row) for row, answer in answers]


def _as_answer(plan: ImportPlan, ids: dict[str, int], answer: Any) -> dict[str, Any]:
    if plan.number is not None:
        return {"class_id": ids[plan.number.name], "number": answer}
    return {"class_id": ids[answer]}


def _write(tx: Writing, plan: ImportPlan, seed: int, progress: Progress) -> None:
    n_rows = plan.source.n_rows
    classes = added(plan.classes)
    tx.append(added_rows(plan, source=0))
    if classes:
        listed = ClassesChanged(version=1, classes=classes, change={"op": "import"})
        tx.append([event(listed, at=time.time())])
    tx.append(group_events(plan.groups))
    rows = item_rows(plan, audit_numbers(seed, np.arange(n_rows)), first_row=0, source=0)
    tx.add_items(0, watched(rows, n_rows, progress))
    ids = {each.name: each.id for each in classes}
    answers = answer_events(plan, ids, first_row=0, class_version=1)
    for start in range(0, len(answers), _CHUNK):
        progress(start, len(answers), "labels")
        tx.append(answers[start : start + _CHUNK])


def watched(rows: Iterator[ItemRow], n_rows: int, progress: Progress) -> Iterator[ItemRow]:
    """Yield rows, and say how many have passed."""
    for place, row in enumerate(rows):
        if place % 1000 == 0:
            progress(place, n_rows, "rows")
        yield row
    progress(n_rows, n_rows, "rows")


def silent(done: int, total: int, label: str) -> None:
    """Say nothing about progress."""
