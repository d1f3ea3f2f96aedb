"""Which columns an exported file has: the user's own, kept as they are, then Querist's."""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from querist.data.cell_texts import as_text
from querist.data.own_columns import querist_names
from querist.labelling.export.records import Record


def utc(at: float | None) -> str | None:
    """Return seconds since 1970 as ISO 8601 in UTC, to the millisecond.

    Examples
    --------
    >>> utc(0.0015)
    '1970-01-01T00:00:00.002Z'
    """
    if at is None:
        return None
    moment = datetime.datetime.fromtimestamp(round(at, 3), datetime.UTC)
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def _agreement(record: Record) -> float | None:
    # How far apart numbers are, no share of equal ones tells.
    if len(record.answers) < 2 or isinstance(record.label, float):
        return None
    agreeing = sum(bool(answer["label"] == record.label) for answer in record.answers)
    return round(agreeing / len(record.answers), 4)


_GIVEN: dict[str, Callable[[Record], Any]] = {
    "label": lambda record: record.label,
    "status": lambda record: record.status,
    "annotator": lambda record: record.annotator,
    "labelled_at": lambda record: utc(record.answered_at),
    "seconds": lambda record: _rounded(record.seconds),
    "how": lambda record: record.how,
    "first_label": lambda record: record.first_label,
    "n_answers": lambda record: len(record.answers),
    "agreement": _agreement,
    "adjudicated_by": lambda record: record.adjudicated_by,
    "adjudicated_at": lambda record: utc(record.adjudicated_at),
    "flagged": lambda record: record.flagged,
    "note": lambda record: record.note or None,
    "copy_of": lambda record: record.copy_of,
}
_PREDICTED: dict[str, Callable[[Record], Any]] = {
    "prediction": lambda record: record.prediction,
    "confidence": lambda record: None if record.confidence is None else round(record.confidence, 4),
}


@dataclass(frozen=True)
class Layout:
    """What is written, and how it is called.

    Attributes
    ----------
    columns : tuple of str
        The user's, in their order.
    text_columns : tuple of str
        Those that are read as prose.
    image_column : str or None
    classes : tuple of str
        Names of the classes, in the order of their buttons.
    project_name : str
    predictions : bool
        Whether the model's guesses are written too.
    numbers : bool
        Whether labels are numbers, as the project asks for one; then there are no classes.
    """

    columns: tuple[str, ...]
    text_columns: tuple[str, ...]
    image_column: str | None
    classes: tuple[str, ...]
    project_name: str
    predictions: bool
    numbers: bool = False

    @property
    def fields(self) -> dict[str, Callable[[Record], Any]]:
        """Querist's columns, by what they hold: how each is found in a record."""
        return _GIVEN | (_PREDICTED if self.predictions else {}) | {"id": lambda record: record.item_id}

    @property
    def header(self) -> list[str]:
        """Names of all columns."""
        names = querist_names(self.columns)
        return [*self.columns, *(names[key] for key in self.fields)]

    def rows(self, records: Iterable[Record]) -> Iterable[list[Any]]:
        """Yield one list of cells a record, as `header` says."""
        columns, getters = self.columns, tuple(self.fields.values())
        for record in records:
            values = record.columns
            yield [*(values.get(name) for name in columns), *(get(record) for get in getters)]

    @property
    def shown_column(self) -> str | None:
        """The one column that is the text or the image; None where there are several or none."""
        if self.image_column is not None:
            return self.image_column
        return self.text_columns[0] if len(self.text_columns) == 1 else None


def shown_text(columns: dict[str, Any], text_columns: Sequence[str]) -> str:
    """Return what other programs show of a row: its text, several texts with a blank line between, or all cells."""
    if text_columns:
        return "\n\n".join(words for name in text_columns if (words := as_text(columns.get(name))))
    return "\n".join(f"{name}: {as_text(value)}" for name, value in columns.items())


def told_halves(count: int, what: str) -> tuple[str, ...]:
    """Return the note on halves of characters, where there are any."""
    if not count:
        return ()
    return (rf"{count} halves of characters (lone surrogates) are written as \udXXX: {what} cannot hold them.",)
