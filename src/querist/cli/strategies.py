"""``querist strategies``: what can be asked for by name."""

import typer

from querist.cli.friendly import friendly


@friendly
def strategies() -> None:
    """List the query strategies, selections, candidate filters and estimators."""
    import inspect

    from querist import registry

    for kind in ("strategies", "selections", "candidates", "estimators"):
        typer.echo(f"{kind.capitalize()}:")
        for name in registry.part_names(kind):
            part = registry.load_class(kind, name)
            summary = (inspect.getdoc(part) or "").partition("\n")[0]
            typer.echo(f"  {name:24s}{summary}")
        typer.echo("")
    typer.echo("Parameters go behind a colon: --strategy margin:selection=power,selection__beta=2")
