"""Results as lines on a terminal."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from querist.simulation import Simulation


def print_notes(notes: Iterable[str]) -> None:
    """Print what was detected or decided, one line each."""
    for note in notes:
        typer.echo(f"   note: {note}", err=True)


def print_findings(simulation: "Simulation") -> None:
    """Print what was found: of each strategy, then of the audit and of each stopping rule."""
    typer.echo("")
    for sentence in simulation.findings():
        typer.echo(f"   {sentence}")
