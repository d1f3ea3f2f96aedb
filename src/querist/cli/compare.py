"""``querist compare OUT OUT ...``: average ranks over data sets."""

from pathlib import Path
from typing import Annotated

import typer

from querist.cli.friendly import friendly
from querist.exceptions import InvalidParameterError


@friendly
def compare(
    folders: Annotated[list[Path], typer.Argument(help="Two or more result folders of querist simulate.")],
    name: Annotated[
        list[str] | None,
        typer.Option(
            help="What to call a data set. Repeat it for each folder, in the same order. Default: as simulated."
        ),
    ] = None,
    report: Annotated[Path, typer.Option(help="Where to write the report.")] = Path("querist-comparison.html"),
) -> None:
    """Compare strategies across several simulated data sets."""
    if len(folders) < 2:
        raise InvalidParameterError(
            f"compare needs two or more folders, got one: {folders[0]}. Its own results are in its report.html."
        )
    if name and len(name) != len(folders):
        raise InvalidParameterError(
            f"There are {len(folders)} folders and {len(name)} names: give --name once for each."
        )
    if not report.absolute().parent.is_dir():
        raise InvalidParameterError(f"There is no folder {report.absolute().parent} for the report. Make it first.")
    from querist.simulation.comparison import check_distinct

    check_distinct(name or [])
    from querist.simulation import Simulation
    from querist.simulation import compare as over_data_sets

    comparison = over_data_sets([Simulation.load(folder) for folder in folders], names=name)
    typer.echo(comparison.ranks().to_string(index=False))
    comparison.report(report)
    typer.echo(f"\nReport: {report.resolve()}")
