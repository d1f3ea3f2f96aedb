"""Which rows of the data are copies of each other: found on import, asked once, labelled together.

Two rows are copies if all that a person sees of them and a model learns from is the same, as
`querist.data.find_duplicates` says: it is what simulations take for the same, too.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from querist._typing import IntArray
from querist._words import command
from querist.data.cell_texts import same_cell
from querist.labelling.intake.image_contents import image_contents
from querist.labelling.log.copies import Grouped
from querist.labelling.log.settings import CopyRule


@dataclass(frozen=True)
class CopyGroups:
    """Rows that are copies, by their numbers in the project.

    Attributes
    ----------
    groups : tuple of tuple of int
        The row that is asked, then its copies that are new.
    apart : tuple of tuple of int
        Rows of one content that stay apart because their labels differ.
    n_alike : int
        Copies that differ from the first row of their group in blanks and case.
    """

    groups: tuple[tuple[int, ...], ...] = ()
    apart: tuple[tuple[int, ...], ...] = ()
    n_alike: int = 0

    @property
    def n_copies(self) -> int:
        """Rows that are copies of another."""
        return sum(len(rows) - 1 for rows in self.groups)

    def first_of(self) -> dict[int, int]:
        """Return the first row of each new copy."""
        return {row: rows[0] for rows in self.groups for row in rows[1:]}

    def event(self) -> Grouped | None:
        """Return what the log says of it; None where there is nothing to say."""
        told = Grouped(groups=[list(rows) for rows in self.groups], apart=[list(rows) for rows in self.apart])
        return told if told.groups or told.apart else None


def seen_cells(
    columns: Sequence[str],
    feature_columns: Sequence[str],
    image_column: str | None,
    cells: Mapping[str, list[Any]],
    paths: Sequence[Path | None],
) -> dict[str, list[Any]]:
    """Return the cells by which rows are copies of each other.

    Parameters
    ----------
    columns, feature_columns : sequence of str
        What is shown, and what is learned from.
    image_column : str or None
    cells : mapping of str to list
        Of all columns.
    paths : sequence of Path or None
        Where the image of each row is; empty where there are no images.
    """
    found = {name: cells[name] for name in dict.fromkeys((*columns, *feature_columns)) if name != image_column}
    if image_column is not None:
        names = [None if cell is None else str(cell) for cell in cells[image_column]]
        found[image_column] = image_contents(paths or [None] * len(names), names)
    return found


def group_copies(
    cells: Mapping[str, Sequence[Any]],
    rule: CopyRule,
    labels: Sequence[Hashable | None],
    *,
    known: IntArray | None = None,
) -> CopyGroups:
    """Find out which rows are copies.

    Rows of one content whose labels differ are not grouped: which of the labels is right is for people to say.

    Parameters
    ----------
    cells : mapping of str to sequence
        Columns of all rows of the project, those that are there already first.
    rule : {"alike", "exact", "off"}
    labels : sequence
        One a row; None where there is none.
    known : ndarray, default=None
        For each row that is there already the first row of its group; such rows are in no other group afterwards.

    Returns
    -------
    CopyGroups

    Notes
    -----
    Costs O(n d) for n rows of d cells.
    """
    n_rows, n_known = len(labels), 0 if known is None else known.size
    if rule == "off" or n_rows < 2:
        return CopyGroups()
    from querist.data import find_duplicates

    table = _table(cells, n_rows)
    exact = find_duplicates(table)
    firsts = exact
    if rule == "alike":
        # Of what is the same to the letter one row is enough.
        distinct, place = np.unique(exact, return_inverse=True)
        firsts = distinct[find_duplicates(table[distinct], alike=True)][place]
    group_of, to_the_letter = [] if known is None else known.tolist(), exact.tolist()
    groups: list[tuple[int, ...]] = []
    apart: list[tuple[int, ...]] = []

    def joined(rows: list[int]) -> list[int]:
        """Group rows of one content, if they can be; return what then stands for them."""
        new = [row for row in rows if row >= n_known]
        old = {group_of[row] for row in rows[: len(rows) - len(new)]}
        if len(old) > 1 or len({label for row in rows if (label := labels[row]) is not None}) > 1:
            return sorted({*old, *new})
        first = min(old, default=rows[0])
        copies = [row for row in new if row != first]
        if copies:
            groups.append((first, *copies))
        return [first]

    for rows in _several(firsts, n_known):
        if len(joined_rows := joined(rows)) == 1:
            continue
        # What is the same to the letter may still be of one mind.
        parts = [joined(part) for part in _split(rows, to_the_letter)] if firsts is not exact else [joined_rows]
        apart.append(tuple(sorted({row for part in parts for row in part})))
    n_alike = sum(to_the_letter[row] != to_the_letter[rows[0]] for rows in groups for row in rows)
    return CopyGroups(tuple(groups), tuple(apart), n_alike)


def _table(cells: Mapping[str, Sequence[Any]], n_rows: int) -> Any:
    table = np.empty((n_rows, len(cells)), object)
    for place, column in enumerate(cells.values()):
        # In the form in which a cell is known again in any file.
        table[:, place] = [None if cell is None else same_cell(cell) for cell in column]
    return table


def _several(firsts: IntArray, n_known: int) -> list[list[int]]:
    """Return the rows of each content that has several, new ones among them."""
    order = np.argsort(firsts, kind="stable")
    starts = np.flatnonzero(np.concatenate([[True], np.diff(firsts[order]) != 0]))
    ends = np.append(starts[1:], order.size)
    wanted = (ends - starts > 1) & (order[ends - 1] >= n_known)
    return [order[start:end].tolist() for start, end in zip(starts[wanted], ends[wanted], strict=True)]


def _split(rows: list[int], content: list[int]) -> list[list[int]]:
    parts: dict[int, list[int]] = {}
    for row in rows:
        parts.setdefault(content[row], []).append(row)
    return list(parts.values())


def copies_told(
    found: CopyGroups, labels: Sequence[Hashable | None], what: str, *, first_row: int = 0, largest: str = ""
) -> list[str]:
    """Return notes on copies.

    Parameters
    ----------
    found : CopyGroups
    labels : sequence
        One a row of the project, as `group_copies` takes them.
    what : str
        What the rows are: texts, rows, images.
    first_row : int, default=0
        Rows before it were there already; then nothing can be chosen any more.
    largest : str, default=""
        How the rows of the largest group begin.
    """
    notes = []
    if found.groups:
        differ = "differs" if found.n_alike == 1 else "differ"
        alike = f" ({found.n_alike:,} {differ} in spaces or case)" if found.n_alike else ""
        n, verb = found.n_copies, "is a copy" if found.n_copies == 1 else "are copies"
        told = (
            f"{n:,} of the {what} {verb} of others{alike}: each is asked once, and its label counts for all its copies"
        )
        if largest:
            told += f"; the most frequent is {largest!r}, {max(map(len, found.groups)):,} times"
        options = [command("--copies", rule) for rule in (["exact", "off"] if found.n_alike else ["off"])]
        notes.append(told if first_row else f"{told} (otherwise: {' or '.join(options)})")
    given = [rows for rows in found.groups if any(labels[row] is not None for row in rows)]
    # What joins rows that have a label is another matter.
    given = [rows for rows in given if rows[0] >= first_row or labels[rows[0]] is None]
    n_more = sum(labels[row] is None for rows in given for row in rows)
    if n_more:
        notes.append(f"labels given to one of several copies count for the others too: {n_more:,} rows more")
    if found.apart:
        n_rows = sum(map(len, found.apart))
        notes.append(
            f"{n_rows:,} {what} have the same content as another but a different label: they do not count as copies; "
            "Explore finds them under Copies"
        )
    return notes
