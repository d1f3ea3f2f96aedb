"""``querist import-labels PROJECT FILE``: labels that were given elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from querist.cli.friendly import FAILED, friendly
from querist.cli.reading import Delimiter, HeaderLines, Names, NoHeader, Sheet, reading_of

_SHOWN = 10


@friendly
def import_labels(
    project: Annotated[str, typer.Argument(help="A .querist file, or postgresql://...")],
    file: Annotated[
        Path,
        typer.Argument(
            help="A table with labels, in any format that the other commands read, or JSON from Label Studio."
        ),
    ],
    label_column: Annotated[
        str | None, typer.Option(help="Column with the labels. Default: the one that Querist writes, or 'label'.")
    ] = None,
    sheet: Sheet = None,
    no_header: NoHeader = False,
    header_lines: HeaderLines = None,
    names: Names = None,
    delimiter: Delimiter = None,
) -> None:
    """Take labels from a file. Rows are matched by id or by content; labels that match no row are reported."""
    from querist.cli.words import print_notes
    from querist.labelling.label_files.match import read_labels_for
    from querist.labelling.log.class_names import told_new
    from querist.labelling.serving.project import Project

    reading = reading_of(sheet, no_header, names, delimiter, header_lines=header_lines)
    with Project.open(project, train=False) as opened:
        read = read_labels_for(opened.rows, file, reading=reading, label_column=label_column)
        found = opened.bulk.import_labels(read, source=file.name).result()
    replaced = f" ({found.n_replaced} replaced another label)" if found.n_replaced else ""
    print_notes([*read.notes, *found.notes])
    typer.echo(f"{found.n_changed} labels imported{replaced}; {found.n_same} were already there.")
    if found.new_classes:
        typer.echo(f"{told_new(found.new_classes)}.")
    if found.n_kept:
        typer.echo(
            f"Rows that keep another label: {found.n_kept}. A reviewer decided it, several opinions count, or the "
            "file only says that they were skipped."
        )
    refused = [*found.refused, *read.refused]
    if refused:
        typer.echo("Refused:" if found.refused else f"{len(refused)} lines were refused:", err=True)
        for where, why in refused[:_SHOWN]:
            typer.echo(f"   {where}: {why}", err=True)
        if len(refused) > _SHOWN:
            typer.echo(f"   and {len(refused) - _SHOWN} more", err=True)
        raise typer.Exit(FAILED)
