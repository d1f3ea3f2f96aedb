"""The commands."""

import gc
from typing import Annotated

import typer

import querist
from querist.cli import add, audit, bench, compare, demo, export, import_labels, label, serve, simulate, strategies
from querist.cli.values import Command, Commands

app = typer.Typer(
    name="querist",
    cls=Commands,
    help="Active learning: asks for the few labels that matter, trains the model, shows honestly how good it is.",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
app.command("demo", cls=Command)(demo.demo)
app.command("label", cls=Command)(label.label)
app.command("add", cls=Command)(add.add)
app.command("serve", cls=Command)(serve.serve)
app.command("export", cls=Command)(export.export)
app.command("import-labels", cls=Command)(import_labels.import_labels)
app.command("audit", cls=Command)(audit.audit)
app.command("simulate", cls=Command)(simulate.simulate)
app.command("bench", cls=Command)(bench.bench)
app.command("compare", cls=Command)(compare.compare)
app.command("strategies", cls=Command)(strategies.strategies)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"querist {querist.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line."""
    # Modules, types and schemas live as long as the process: looking for garbage among them again and again while they
    # are loaded takes a good part of the start.
    gc.set_threshold(100_000, 20, 20)
    app()
