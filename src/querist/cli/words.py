"""Results as lines on a terminal."""

import csv
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


def split_at_commas(names: str | None) -> tuple[str, ...]:
    """Split at commas; a name that holds one stands in double quotes.

    Examples
    --------
    >>> split_at_commas('spam, "a, b"'), split_at_commas(None)
    (('spam', 'a, b'), ())
    """
    if names is None:
        return ()
    return tuple(name.strip() for name in next(csv.reader([names], skipinitialspace=True), []) if name.strip())
