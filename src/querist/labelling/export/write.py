"""`write`: records to a file, in the format that a name says."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from querist.exceptions import UnknownNameError
from querist.labelling.export.delimited import write_csv
from querist.labelling.export.excel import write_excel
from querist.labelling.export.json_lines import write_json_lines
from querist.labelling.export.label_studio import write_label_studio
from querist.labelling.export.layout import Layout
from querist.labelling.export.parquet import write_parquet
from querist.labelling.export.records import Record
from querist.labelling.export.references import write_nbib, write_ris


@dataclass(frozen=True)
class Format:
    """A format: its writer, the ending of its files, and its media type."""

    write: Callable[[Iterable[Record], BinaryIO, Layout], tuple[str, ...]]
    ending: str
    media_type: str


FORMATS: dict[str, Format] = {
    "csv": Format(write_csv, ".csv", "text/csv; charset=utf-8"),
    "jsonl": Format(write_json_lines, ".jsonl", "application/x-ndjson"),
    "parquet": Format(write_parquet, ".parquet", "application/vnd.apache.parquet"),
    "label-studio": Format(write_label_studio, ".json", "application/json"),
    "ris": Format(write_ris, ".ris", "application/x-research-info-systems"),
    "nbib": Format(write_nbib, ".nbib", "application/nbib"),
    "xlsx": Format(write_excel, ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def write(
    records: Iterable[Record],
    format: str,  # noqa: A002  # the word that users write
    target: BinaryIO,
    *,
    columns: Sequence[str],
    classes: Sequence[str],
    project_name: str,
    predictions: bool,
    text_columns: Sequence[str] = (),
    image_column: str | None = None,
    numbers: bool = False,
) -> tuple[str, ...]:
    """Write records, one at a time, in their order.

    Parameters
    ----------
    records : iterable of Record
    format : str
        A name in `FORMATS`.
    target : binary file
        Open for writing; stays open.
    columns : sequence of str
        The user's columns, in their order; they come first and keep their names.
    classes : sequence of str
        Names of the classes, in the order of their buttons.
    project_name : str
    predictions : bool
        Whether the model's guesses and confidences are written too.
    text_columns : sequence of str, default=()
        The columns that are the text, for formats that want one.
    image_column : str, default=None
        The column that is the image.
    numbers : bool, default=False
        Whether labels are numbers.

    Returns
    -------
    tuple of str
        What the format could not hold as it is, in words; empty where nothing was touched.

    Raises
    ------
    UnknownNameError
        If there is no such format.
    InvalidParameterError
        If there are more rows or columns than an Excel sheet takes.
    """
    if format not in FORMATS:
        raise UnknownNameError.of("format", format, FORMATS)
    layout = Layout(
        tuple(columns), tuple(text_columns), image_column, tuple(classes), project_name, predictions, numbers
    )
    return FORMATS[format].write(records, target, layout)
