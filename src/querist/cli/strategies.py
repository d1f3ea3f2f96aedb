"""``querist strategies``: what can be asked for by name."""

import typer

from querist.cli.friendly import friendly
from querist.exceptions import InvalidParameterError

_TITLES = {
    "strategies": "Strategies",
    "selections": "Selections",
    "candidates": "Candidates",
    "estimators": "Estimators",
    "regressors": "Regressors (estimators of numbers)",
    "stopping": "Stopping rules",
}


@friendly
def strategies() -> None:
    """List the query strategies, selections, candidate filters, estimators, regressors and stopping rules.

    Those that installed packages bring are among them, with the package.
    """
    import inspect
    import warnings

    from querist import registry
    from querist.cli.words import print_notes

    for kind, title in _TITLES.items():
        typer.echo(f"{title}:")
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            names = registry.part_names(kind)
        notes = [str(each.message) for each in told]
        for name in names:
            try:
                part = registry.load(kind, name)
            except InvalidParameterError as error:  # of an installed package; the others are there all the same
                notes.append(str(error))
                continue
            summary = (inspect.getdoc(part) or "").partition("\n")[0]
            package = registry.package_of(kind, name)
            if kind == "strategies" and "regression" in (tasks := registry.tasks_of(name) or ()):
                summary += " [classes and numbers]" if len(tasks) > 1 else " [numbers]"
            typer.echo(f"  {name:24s} {summary}{f' (from {package})' if package else ''}")
        print_notes(dict.fromkeys(notes))
        typer.echo("")
    typer.echo(
        "Strategies marked [numbers] ask on behalf of regressors, those without a mark on behalf of classifiers."
    )
    typer.echo("Parameters follow a colon: --strategy margin:selection=power,selection__beta=2")
    typer.echo("all and any combine stopping rules: --stop 'any(default, budget:labels=300)'")
