"""``querist export PROJECT``: labels, the model or the log, without the page."""

import contextlib
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, BinaryIO, Literal

import typer

from querist._files import replacing
from querist.cli.friendly import friendly
from querist.exceptions import DataError, UnknownNameError

_ENDINGS = {
    "csv": ".csv",
    "jsonl": ".jsonl",
    "parquet": ".parquet",
    "label-studio": ".json",
    "xlsx": ".xlsx",
    "ris": ".ris",
    "nbib": ".nbib",
    "model": "-model.zip",
    "log": "-log.jsonl",
    "agreement": "-agreement.csv",
}


@friendly
def export(
    project: Annotated[str, typer.Argument(help="A .querist file, or postgresql://...")],
    format: Annotated[str, typer.Option(help=f"One of {', '.join(_ENDINGS)}.")] = "csv",  # noqa: A002  # the word that users write
    out: Annotated[
        Path | None,
        typer.Option(help="File to write; - writes to standard output. Default: PROJECT-labels in the current folder."),
    ] = None,
    rows: Annotated[str, typer.Option(help="Which rows to write.")] = "all",
    predictions: Annotated[bool, typer.Option("--predictions", help="Add the model's guesses.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it exists.")] = False,
) -> None:
    """Write the labelled rows, the trained model, the whole log, or what each person answered."""
    if format not in _ENDINGS:
        raise UnknownNameError.of("format", format, _ENDINGS)
    if rows not in ("all", "labelled"):
        raise UnknownNameError.of("choice of rows", rows, ("all", "labelled"))
    path = out or _default(project, format)
    if format == "model":
        from querist.labelling.model_export.write import export_model

        with _target(path, overwrite) as target:
            export_model(project, target)
    elif format == "agreement":
        _write_agreement(project, path, overwrite=overwrite)
    else:
        _write_labels(
            project, format, path, rows="all" if rows == "all" else "labelled", guesses=predictions, overwrite=overwrite
        )
    if str(path) != "-":
        typer.echo(f"Written: {path}")


def _write_labels(
    project: str,
    kind: str,
    path: Path,
    *,
    rows: Literal["all", "labelled"],
    guesses: bool,
    overwrite: bool,
) -> None:
    """Write the labels or the log, and how good the model is, so that the labels do not travel without it."""
    from querist.cli.words import print_notes
    from querist.labelling.reading.accuracy_statement import accuracy_statement, is_statement_of
    from querist.labelling.reading.exports import export as write_export
    from querist.labelling.reading.project_view import ProjectView

    with ProjectView.read(project) as view:
        if str(path) == "-" or kind == "log":
            with _target(path, overwrite) as target:
                print_notes(write_export(view, kind, target, rows=rows, predictions=guesses))
            return
        beside = path.with_suffix(".accuracy.json")
        # An earlier export has left it there, in another format perhaps: nothing of anybody's is lost with it.
        renewed = overwrite or is_statement_of(beside, view.info.name)
        # Neither file takes its place before both are written.
        with _target(path, overwrite) as target, _target(beside, renewed) as told:
            print_notes(write_export(view, kind, target, rows=rows, predictions=guesses))
            statement = accuracy_statement(view.board, view.info.name, now=time.time())
            told.write((json.dumps(asdict(statement), indent=2, ensure_ascii=False) + "\n").encode())
    for each in statement.statements:
        typer.echo(f"{each.text[0].upper()}{each.text[1:]}")
    typer.echo(f"Accuracy statement: {beside} {statement.note}".rstrip())


def _write_agreement(project: str, path: Path, *, overwrite: bool) -> None:
    """Write what several people answered, and say how far they agree."""
    from querist.labelling.reading.agreement import Agreements
    from querist.labelling.reading.agreement_table import agreement_table
    from querist.labelling.reading.project_view import ProjectView
    from querist.labelling.reading.rows import Rows

    with ProjectView.read(project) as view:
        agreements = Agreements(view)
        with _target(path, overwrite) as target:
            target.write(agreement_table(Rows(view), agreements.answers()))
        if str(path) != "-":
            typer.echo(agreements.reply().sentence)


def _default(location: str, format: str) -> Path:  # noqa: A002  # the word that users write
    name = "project" if "://" in location else Path(location).stem
    ending = _ENDINGS[format]
    return Path(f"{name}{ending}" if ending.startswith("-") else f"{name}-labels{ending}")


@contextlib.contextmanager
def _target(path: Path, overwrite: bool) -> Iterator[BinaryIO]:
    """Give a file to write to, which is put in its place when it is complete."""
    if str(path) == "-":
        yield sys.stdout.buffer
        return
    try:
        if path.exists() and not overwrite:
            raise FileExistsError  # before anything is computed
        with replacing(path, overwrite=overwrite) as target:
            yield target
    except FileExistsError:
        raise DataError(f"{path} already exists. Name another file with --out, or use --overwrite.") from None
