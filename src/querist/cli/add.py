"""``querist add PROJECT FILE``: more rows."""

from pathlib import Path
from typing import Annotated

import typer

from querist.cli.friendly import friendly
from querist.cli.reading import Decimal, Delimiter, HeaderLines, Missing, Names, NoHeader, Sheet, reading_of


@friendly
def add(
    project: Annotated[str, typer.Argument(help="A .querist file, or postgresql://...")],
    file: Annotated[
        list[Path], typer.Argument(help="A table with the project's columns, several tables, or a folder.")
    ],
    sheet: Sheet = None,
    no_header: NoHeader = False,
    header_lines: HeaderLines = None,
    names: Names = None,
    delimiter: Delimiter = None,
    decimal: Decimal = None,
    missing: Missing = None,
    embeddings: Annotated[
        str | None,
        typer.Option(help="A vector for each row, where those of the project have some: a file, or a column of lists."),
    ] = None,
) -> None:
    """Add rows to a project. Rows that it already has are reported and left as they are."""
    from querist.cli.progress import progress_bar
    from querist.cli.words import print_notes
    from querist.labelling.intake.add import add_file

    reading = reading_of(sheet, no_header, names, delimiter, decimal, missing, header_lines)
    with progress_bar("rows") as progress:
        added = add_file(project, file, progress=progress, reading=reading, embeddings=embeddings)
    print_notes(added.notes)
    known = f"; {added.n_known} were already there" if added.n_known else ""
    typer.echo(f"{added.n_added} rows added{known}. The project has {added.n_rows} rows.")
