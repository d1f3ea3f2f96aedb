"""The rows of a project and what is known of them, written as a file."""

from typing import BinaryIO, Literal

from querist.labelling.export import write, write_log
from querist.labelling.export.records import iterate
from querist.labelling.log.classes import active
from querist.labelling.log.numbers import refuse_classes
from querist.labelling.reading.project_view import ProjectView
from querist.labelling.reading.rows import Rows

# Formats of programs that know classes, and no numbers.
_OF_CLASSES = {"label-studio": "Label Studio", "ris": "reference managers", "nbib": "reference managers"}


def export(
    view: ProjectView,
    format: str,  # noqa: A002  # the word that users write
    target: BinaryIO,
    *,
    rows: Literal["all", "labelled"] = "all",
    predictions: bool = False,
) -> tuple[str, ...]:
    """Write the rows and what is known of them.

    Parameters
    ----------
    view : ProjectView
    format : str
        One of `querist.labelling.export.FORMATS`, or ``log``: every event as JSON Lines.
    target : binary file
    rows : {"all", "labelled"}, default="all"
    predictions : bool, default=False
        Add the model's guesses.

    Returns
    -------
    tuple of str
        What the format could not hold as it is, in words.

    Raises
    ------
    InvalidParameterError
        If the project asks for a number, and the format holds classes alone.
    """
    if format == "log":
        write_log(view.store.events(), target)
        return ()
    if format in _OF_CLASSES:
        refuse_classes(view.settings.number_asked, f"Files for {_OF_CLASSES[format]}")
    ranking = view.current.ranking if predictions and view.current is not None else None
    return write(
        iterate(view.store, view.board, ranking, rows=rows),
        format,
        target,
        columns=Rows(view).columns(),
        classes=[] if view.settings.number else [each.name for each in active(view.board.classes)],
        numbers=view.settings.number != "",
        project_name=view.info.name,
        predictions=predictions,
        text_columns=view.settings.text_columns,
        image_column=view.settings.image_column,
    )
