"""Lines of a file that a project has already: which rows they are, and what labels they bring."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from querist._words import command
from querist.labelling.intake.guess import ids_of
from querist.labelling.intake.import_plan import ImportPlan
from querist.labelling.intake.known_rows import KnownIds, KnownRows
from querist.labelling.intake.source_check import shown
from querist.labelling.log.board import Board
from querist.labelling.log.class_names import ClassNames
from querist.labelling.log.classes import active
from querist.store import Store


def without_known(plan: ImportPlan, store: Store) -> tuple[ImportPlan, dict[int, int], list[str]]:
    """Leave out the rows that the project has already; return these by their place in the file, and notes."""
    source = plan.source
    names = [name for name in store.items([0])[0].content if name in source.columns and name != plan.label_column]
    known, ids = KnownRows(), []
    for item in store.all_items():
        known.add(item.row, [item.content.get(name) for name in names])
        ids.append((item.item_id, item.row))
    lines = list(zip(*(source.columns[name] for name in names), strict=True))
    rows, notes = (
        _by_content(lines, known)
        if plan.id_column is None
        else _by_id([plan.id_prefix + own for own in ids_of(source, plan.id_column)], lines, known, KnownIds(ids))
    )
    fresh = [place for place in range(source.n_rows) if place not in rows]
    columns = {name: [cells[place] for place in fresh] for name, cells in source.columns.items()}
    ends = np.searchsorted(fresh, np.cumsum([0, *(n_rows for _, n_rows in source.each_part)]))
    counted = zip(source.each_part, np.diff(ends).tolist(), strict=True)
    own = replace(source, columns=columns, parts=tuple((path, n_rows) for (path, _), n_rows in counted))
    vectors = None if plan.vectors is None else plan.vectors[fresh]
    return replace(plan, source=own, vectors=vectors), rows, notes


def _by_content(lines: Sequence[Sequence[Any]], known: KnownRows) -> tuple[dict[int, int], list[str]]:
    rows = {place: same[0] for place, cells in enumerate(lines) if (same := known.same(cells))}
    # What a line of the file is exactly, no other line is meant to be.
    exact = set(rows.values())
    alike = {
        place: found[0]
        for place, cells in enumerate(lines)
        if place not in rows and (found := [row for row in known.alike(cells) if row not in exact])
    }
    told = (
        f"{len(alike)} rows differ from rows of the project only in line ends or in how accents are encoded: "
        "taken to be the same rows"
    )
    return rows | alike, [told] if alike else []


def _by_id(
    given: Sequence[str], lines: Sequence[Sequence[Any]], known: KnownRows, ids: KnownIds
) -> tuple[dict[int, int], list[str]]:
    rows = {place: row for place, own in enumerate(given) if (row := ids.row(own)) is not None}
    differing = sum(not known.has(row, lines[place]) for place, row in rows.items())
    told = f"{differing} rows have the id of an earlier row but different content; the earlier rows stay"
    return rows, [told] if differing else []


def labels_told(
    given: Sequence[Hashable | None], rows: Mapping[int, int], plan: ImportPlan, board: Board, store: Store
) -> list[str]:
    """Say which labels a file brings for rows that were there already: they are not taken here."""
    if plan.number is not None:
        n_more = sum(given[place] is not None and board.labels[row] < 0 for place, row in rows.items())
        told = f"{n_more} rows that are already in the project have a number in the file and none there; it stays out"
        return [told] if n_more else []
    names = {place: str(name) for place in rows if (name := given[place]) is not None}
    found = ClassNames.of(board).find(Counter(names.values()))
    ids = {each.name: each.id for each in active(board.classes)}
    more = other = 0
    for place, name in names.items():
        before = int(board.labels[rows[place]])
        if before < 0:
            more += 1
        else:
            other += ids.get(found.names.get(name, ""), -1) != before
    if not more and not other:
        return []
    counted = [f"new in the file: {more}"] if more else []
    counted += [f"other than in the project: {other}"] if other else []
    told = f"labels of rows that are already in the project, {', '.join(counted)}; they are not imported here"
    if plan.source.is_folder:
        return [f"{told}: label them on the page"]
    option = () if plan.label_column == "label" else ("--label-column", plan.label_column)
    file = "FILE" if len(plan.source.parts) > 1 else plan.source.path
    return [f"{told}. To import them: {command('querist', 'import-labels', shown(store), file, *option)}"]
