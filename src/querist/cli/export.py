"""``querist export PROJECT``: labels, the model or the log, without the page."""

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal

import typer

from querist.cli.friendly import friendly
from querist.exceptions import DataError, UnknownNameError

if TYPE_CHECKING:
    from querist.labelling.reading.accuracy_statement import AccuracyStatement

_ENDINGS = {
    "csv": ".csv",
    "jsonl": ".jsonl",
    "parquet": ".parquet",
    "label-studio": ".json",
    "xlsx": ".xlsx",
    "model": "-model.zip",
    "log": "-log.jsonl",
}


@friendly
def export(
    project: Annotated[str, typer.Argument(help="A .querist file, or postgresql://...")],
    format: Annotated[str, typer.Option(help=f"{', '.join(_ENDINGS)}.")] = "csv",  # noqa: A002
    out: Annotated[
        Path | None, typer.Option(help="Where to; - is standard output. Default: PROJECT-labels beside you.")
    ] = None,
    rows: Annotated[str, typer.Option(help="all or labelled.")] = "all",
    predictions: Annotated[bool, typer.Option("--predictions", help="Add the model's guesses.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
) -> None:
    """Write the rows with their labels, the trained model, or the whole log."""
    if format not in _ENDINGS:
        raise UnknownNameError.of("format", format, _ENDINGS)
    if rows not in ("all", "labelled"):
        raise UnknownNameError.of("choice of rows", rows, ("all", "labelled"))
    from querist.cli.words import print_notes
    from querist.labelling.reading.project_view import ProjectView

    path = out or _default(project, format)
    if format == "model":
        from querist.labelling.model_export.write import export_model

        with _target(path, overwrite) as target:
            export_model(project, target)
    else:
        chosen: Literal["all", "labelled"] = "all" if rows == "all" else "labelled"
        beside = None if str(path) == "-" or format == "log" else path.with_suffix(".accuracy.json")
        if beside is not None:
            _check_free(beside, overwrite)
        with ProjectView.read(project) as view:
            with _target(path, overwrite) as target:
                print_notes(view.export(format, target, rows=chosen, predictions=predictions))
            if beside is not None:
                _write_statement(view.statement(time.time()), beside, overwrite)
    if str(path) != "-":
        typer.echo(f"Written: {path}")


def _write_statement(statement: "AccuracyStatement", path: Path, overwrite: bool) -> None:
    """Write how good the model is, and tell it, so that the labels do not travel without it."""
    with _target(path, overwrite) as target:
        target.write((json.dumps(asdict(statement), indent=2, ensure_ascii=False) + "\n").encode())
    for each in statement.statements:
        typer.echo(f"{each.text[0].upper()}{each.text[1:]}")
    typer.echo(f"Accuracy statement: {path} {statement.note}".rstrip())


def _default(location: str, format: str) -> Path:  # noqa: A002
    name = "project" if "://" in location else Path(location).stem
    ending = _ENDINGS[format]
    return Path(f"{name}{ending}" if ending.startswith("-") else f"{name}-labels{ending}")


def _check_free(path: Path, overwrite: bool) -> None:
    if path.exists() and not overwrite:
        raise DataError(f"{path} exists already. Name another file with --out, or say --overwrite.")


@contextlib.contextmanager
def _target(path: Path, overwrite: bool) -> Iterator[BinaryIO]:
    """Give a file to write to, which is put in its place when it is complete."""
    if str(path) == "-":
        yield sys.stdout.buffer
        return
    _check_free(path, overwrite)
    draft = path.with_name(f".{path.name}.tmp-{os.getpid()}")
    try:
        with draft.open("wb") as target:
            yield target
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
