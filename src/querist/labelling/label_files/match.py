"""Labels from files: each found its row by id or by content, or refused with its place."""

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from querist._typing import IntArray
from querist.data.bounds import Bounds
from querist.data.reading import Reading
from querist.data.table import nothing_in
from querist.exceptions import DataError, FileFormatError
from querist.labelling.export.excel import CUT
from querist.labelling.intake.known_rows import KnownIds, KnownRows
from querist.labelling.label_files.formats import label_rows
from querist.labelling.label_files.tasks import LabelRow, identity
from querist.labelling.log.classes import MAX_NAME

if TYPE_CHECKING:
    from querist.labelling.reading.rows import Rows

_MOST_BYTES = 256 << 20
# Small files unpack to no more than these: tables are packed ten to one, by gzip at most a thousand to one.
_UNPACKED, _UNPACKED_A_BYTE = 32 << 20, 100
# So many lines a row of the project: each may have been labelled by several people.
_LINES_A_ROW = 20
_FEWEST_LINES = 100_000
# A project's columns, and Querist's own.
_CELLS_A_LINE = 20
_ADVICE = "Leave out what is not in the project, or give it in parts."
_MOST_REFUSED = 1000
_CUT = re.compile(re.escape(CUT).replace(re.escape("{:,}"), r"[\d,]+") + r"\Z")


class LabelRead(NamedTuple):
    """A label for a row; `label` is None where the row was skipped, or only flagged or noted.

    `status` is ``model`` where the file says that the model has labelled the row.
    """

    row: int
    label: str | None
    annotator: str | None
    at: float | None
    flagged: bool
    note: str
    status: str


@dataclass(frozen=True)
class LabelsRead:
    """What a file brings.

    Attributes
    ----------
    pairs : list of LabelRead
        In the order of the file; one a row and person.
    refused : list of (str, str)
        Where, and why; at most 1,000, then one that says how many more.
    without_label : int
        Rows that the file says nothing of.
    notes : list of str
        How the file was read.
    """

    pairs: list[LabelRead] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    without_label: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def labels(self) -> list[tuple[int, str]]:
        """One label a row: that of most people, of the earliest among equals."""
        votes: dict[int, Counter[str]] = {}
        for pair in self.pairs:
            if pair.label is not None:
                votes.setdefault(pair.row, Counter())[pair.label] += 1
        return [(row, counts.most_common(1)[0][0]) for row, counts in votes.items()]

    def counts(self) -> Counter[str]:
        """Return how often each label is there."""
        return Counter(each.label for each in self.pairs if each.label is not None)

    def under(self, names: Mapping[str, str]) -> "LabelsRead":
        """Return the same with labels as the classes are called, without those that have no such name."""
        pairs = [
            each if each.label is None else each._replace(label=names[each.label])
            for each in self.pairs
            if each.label is None or each.label in names
        ]
        return replace(self, pairs=pairs)


class ItemIndex:
    """Finds the row that a line of a file means.

    Parameters
    ----------
    items : iterable of (row, item_id, content)
    columns : sequence of str
        The user's columns.
    content_columns : sequence of str, default=all of `columns`
        Those that say which row it is: the texts, the path of the image.
    id_column : str, default=None
        The user's column of ids; None where Querist has numbered the rows.
    first_of : ndarray of shape (n_rows,), default=each row itself
        The row that stands for each row: copies are labelled together.
    """

    def __init__(
        self,
        items: Iterable[tuple[int, str, dict[str, Any]]],
        *,
        columns: Sequence[str],
        content_columns: Sequence[str] = (),
        id_column: str | None = None,
        first_of: IntArray | None = None,
    ) -> None:
        self._first_of = first_of
        self.columns = tuple(columns)
        self._content_columns = tuple(content_columns) or self.columns
        self._id_column = id_column
        self._known = KnownRows()
        ids = []
        for row, item_id, content in items:
            self._known.add(row, [content.get(name) for name in self._content_columns])
            ids.append((item_id, row))
        self._ids = KnownIds(ids)

    @property
    def n_rows(self) -> int:
        """Rows of the project."""
        return self._known.n_rows

    def row_of(self, line: LabelRow) -> int | str:
        """Return the row that stands for what a line means, or in words why there is none."""
        found = self._found(line)
        return found if isinstance(found, str) else self._firsts([found])[0]

    def _firsts(self, rows: Iterable[int]) -> list[int]:
        """Return the rows that stand for rows, each once."""
        return list(dict.fromkeys(row if self._first_of is None else int(self._first_of[row]) for row in rows))

    def copies_of(self, row: int) -> bool:
        """Whether a row stands for others, too."""
        return self._first_of is not None and int((self._first_of == row).sum()) > 1

    def _found(self, line: LabelRow) -> int | str:
        cells = self._shown_by(line, line.cells)
        if line.numbers and cells is not None and not self._known.find(cells):
            cells = self._shown_by(line, line.cells | line.numbers)
        ids = [line.own_id, None if self._id_column is None else line.cells.get(self._id_column)]
        given = [identity(each) for each in ids if each is not None and each != ""]
        known = [row for each in given if each is not None and (row := self._ids.row(each)) is not None]
        fitting = known if cells is None else [row for row in known if self._known.has(row, cells)]
        if fitting:
            return fitting[0]
        if known and self._id_column is not None:
            return f"row {given[0]!r} of the project has different content; remove the data columns to go by id alone"
        # Ids that only count rows are the same in every project, so the content decides.
        rows = [] if cells is None else self._known.find(cells)
        if len(self._firsts(rows)) == 1:
            return rows[0]
        if rows:
            listed = ", ".join(str(row + 1) for row in rows[:5])
            return f"its content is that of {len(rows)} rows ({listed}{', ...' * (len(rows) > 5)}): give it an id"
        if known:
            return f"row {given[0]!r} of the project has different content, and no row has this content"
        what = f"id {given[0]!r}" if given else "this content"
        return f"no row of the project has {what}"

    def _shown_by(self, line: LabelRow, cells_of: dict[str, Any]) -> list[Any] | None:
        """Return the cells that say which row the line is; None where it does not show all, or not whole."""
        if all(name in cells_of for name in self._content_columns):
            cells = [cells_of[name] for name in self._content_columns]
        elif len(self._content_columns) == 1 and line.shown is not None:
            cells = [line.shown]
        else:
            return None
        return None if any(isinstance(cell, str) and _CUT.search(cell) for cell in cells) else cells


def read_labels(
    source: str | os.PathLike[str] | bytes,
    name: str | None = None,
    *,
    known: ItemIndex,
    bounds: Bounds | None = None,
    reading: Reading | None = None,
    label_column: str | None = None,
) -> LabelsRead:
    """Read labels from a file that Querist, Prodigy, Label Studio or a spreadsheet wrote.

    A row is found by Querist's id, by the user's id, or by identical content (text, path of the
    image, all cells of a table); where the file shows content it must be that of the row. What
    fits no row, or several, is refused and not guessed.

    Parameters
    ----------
    source : path or bytes
    name : str, default=the name of the file
        Its ending says the format: any of `querist.data.read_table`, packed too.
    known : ItemIndex
        The rows of the project.
    bounds : Bounds, default=`label_bounds` of the rows known
        Files that unfold to more are refused before they take memory.
    reading : Reading, default=None
        Sheet, delimiter, names of the columns, where the file does not say so itself.
    label_column : str, default=None
        The column of labels of a table; None: Querist's own, or one called "label".

    Returns
    -------
    LabelsRead

    Raises
    ------
    FileFormatError
        If the file is missing, of unknown kind, or not what its ending says.
    DataError
        If it is too large, or no column holds labels.
    """
    data, name = _content(source, name, _MOST_BYTES if bounds is None else bounds.bytes)
    bounds = label_bounds(known.n_rows, len(data)) if bounds is None else bounds
    read = LabelsRead()
    seen: dict[tuple[int, str | None], str | None] = {}
    n_refused = 0
    lines = label_rows(
        data, name, known.columns, bounds=bounds, reading=reading or Reading(), label_column=label_column,
        notes=read.notes,
    )  # fmt: skip
    for line in lines:
        said = line.label is not None or line.skipped or line.flagged or bool(line.note)
        found: int | str = line.problem or (known.row_of(line) if said else "")
        if not said and not line.problem:
            read = replace(read, without_label=read.without_label + 1)
            continue
        if line.label is not None and len(line.label) > MAX_NAME:
            found = f"its label has {len(line.label):,} characters; the name of a class has at most {MAX_NAME}"
        if isinstance(found, int) and seen.setdefault((found, line.annotator), line.label) != line.label:
            copies = ", which has copies that are labelled with it," if known.copies_of(found) else ""
            found = f"the file has two labels for row {found + 1}{copies} by the same person"
        if isinstance(found, str):
            n_refused += 1
            if n_refused <= _MOST_REFUSED:
                read.refused.append((line.where, found))
            continue
        labelled = "model" if line.by_model else "labelled"
        status = labelled if line.label is not None else "skipped" if line.skipped else "unlabelled"
        read.pairs.append(LabelRead(found, line.label, line.annotator, line.at, line.flagged, line.note, status))
    if n_refused > _MOST_REFUSED:
        read.refused.append((name, f"and {n_refused - _MOST_REFUSED:,} more lines"))
    return read


def label_bounds(n_rows: int, size: int) -> Bounds:
    """Return the bounds of a file of labels of so many bytes, for a project of so many rows."""
    lines = max(_FEWEST_LINES, _LINES_A_ROW * n_rows)
    unpacked = min(_MOST_BYTES, max(_UNPACKED, _UNPACKED_A_BYTE * size))
    return Bounds(lines, _CELLS_A_LINE * lines, unpacked, _ADVICE)


def read_labels_for(
    rows: "Rows",
    source: str | os.PathLike[str] | bytes,
    name: str | None = None,
    *,
    reading: Reading | None = None,
    label_column: str | None = None,
) -> LabelsRead:
    """Read labels for the rows of a project; see `read_labels`."""
    settings, columns = rows.view.settings, rows.columns()
    shown = settings.text_columns if settings.image_column is None else (settings.image_column,)
    known = ItemIndex(
        ((item.row, item.item_id, item.content) for item in rows.view.store.all_items()),
        columns=columns,
        # Of a table every cell counts but the labels, which may be what has changed.
        content_columns=shown or [each for each in columns if each != settings.label_column],
        id_column=settings.id_column,
        first_of=rows.view.board.copies.first_of,
    )
    return read_labels(source, name, known=known, reading=reading, label_column=label_column)


def _content(source: str | os.PathLike[str] | bytes, name: str | None, most: int) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        data, name = source, name or "labels"
    else:
        path = Path(source)
        name = name or path.name
        if not path.is_file():
            raise FileFormatError(f"There is no file {path}. Check the spelling, and the folder.")
        with path.open("rb") as file:
            data = file.read(most + 1)
    if len(data) > most:
        raise DataError(f"{name} has more than {most:,} bytes. {_ADVICE}")
    if not data.strip():
        raise FileFormatError(nothing_in(name))
    return data, name
