"""The options of every command that reads a table: how it is read where the file does not say so itself."""

from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from querist.cli.words import split_at_commas

if TYPE_CHECKING:
    from querist.data.reading import Reading

# Where `--help` lists these.
_PANEL = "Reading the file"
Sheet: TypeAlias = Annotated[
    str | None, typer.Option(help="Sheet of a spreadsheet. Default: the first.", rich_help_panel=_PANEL)
]
NoHeader: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--no-header",
        help="The file has no header line; columns are called 'column 1', 'column 2' ...",
        rich_help_panel=_PANEL,
    ),
]
Names: TypeAlias = Annotated[
    str | None,
    typer.Option(
        help="Names for the columns of a file without a header line, separated by commas.", rich_help_panel=_PANEL
    ),
]
HeaderLines: TypeAlias = Annotated[
    int | None,
    typer.Option(
        min=0,
        help="How many header lines there are; their names are joined. Default: one. Units or a second line of names "
        "below it are recognised.",
        rich_help_panel=_PANEL,
    ),
]
Delimiter: TypeAlias = Annotated[
    str | None,
    typer.Option(
        help=r"What separates the cells, such as ';' or '\t'; ' ' means any number of spaces. Default: guessed.",
        rich_help_panel=_PANEL,
    ),
]
Decimal: TypeAlias = Annotated[
    str | None,
    typer.Option(help="Decimal sign in numbers. Default: guessed from the file.", rich_help_panel=_PANEL),
]
Missing: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(help="Word that stands for a missing value. Can be repeated.", rich_help_panel=_PANEL),
]


def reading_of(
    sheet: str | None,
    no_header: bool,
    names: str | None,
    delimiter: str | None,
    decimal: str | None = None,
    missing: list[str] | None = None,
    header_lines: int | None = None,
) -> "Reading":
    """Return how a table is to be read."""
    from querist.data.reading import Reading

    given = None if names is None else split_at_commas(names)
    return Reading.of(
        sheet=sheet, header=not no_header, names=given, delimiter=delimiter, decimal=decimal, missing=missing or (),
        header_lines=header_lines,
    )  # fmt: skip
