"""``querist strategies``: what can be asked for by name."""

import typer

from querist.cli.friendly import friendly

_TITLES = {
    "strategies": "Strategies",
    "selections": "Selections",
    "candidates": "Candidates",
    "estimators": "Estimators",
    "stopping": "Stopping rules",
}


@friendly
def strategies() -> None:
    """List the query strategies, selections, candidate filters, estimators and stopping rules."""
    import inspect

    from querist import registry

    for kind, title in _TITLES.items():
        typer.echo(f"{title}:")
        for name in registry.part_names(kind):
            part = registry.load(kind, name)
            summary = (inspect.getdoc(part) or "").partition("\n")[0]
            typer.echo(f"  {name:24s}{summary}")
        typer.echo("")
    typer.echo("Parameters follow a colon: --strategy margin:selection=power,selection__beta=2")
    typer.echo("all and any combine stopping rules: --stop 'any(default, budget:labels=300)'")
