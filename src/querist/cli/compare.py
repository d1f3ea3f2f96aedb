"""``querist compare OUT OUT ...``: average ranks over data sets."""

from pathlib import Path
from typing import Annotated

import typer

from querist.cli.friendly import friendly


@friendly
def compare(
    folders: Annotated[list[Path], typer.Argument(help="Result folders of querist simulate, at least two.")],
    report: Annotated[Path, typer.Option(help="Where to write the report.")] = Path("querist-comparison.html"),
) -> None:
    """Compare strategies over several simulated data sets."""
    from querist.simulation import Simulation
    from querist.simulation import compare as over_data_sets

    comparison = over_data_sets([Simulation.load(folder) for folder in folders])
    typer.echo(comparison.ranks().to_string(index=False))
    comparison.report(report)
    typer.echo(f"\nReport: {report.resolve()}")
