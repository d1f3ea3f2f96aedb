"""``querist audit FILE --judge NAME=COLUMN``: how right labels are that a machine made."""

from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from querist.cli.friendly import friendly
from querist.cli.reading import Decimal, Delimiter, HeaderLines, Missing, Names, NoHeader, Sheet, reading_of
from querist.exceptions import InvalidParameterError

if TYPE_CHECKING:
    from querist.audit.estimate import Estimate
    from querist.data.reading import Reading
    from querist.data.table import Table
    from querist.judging.figures import JudgeFigures


class _Judge(NamedTuple):
    name: str
    column: str
    confidence: str | None


@friendly
def audit(
    file: Annotated[Path, typer.Argument(help="A table, in any format that the other commands read.")],
    judge: Annotated[
        list[str],
        typer.Option(
            metavar="NAME=COLUMN[:COLUMN]",
            help="A judge: what to call it, the column with its labels and, behind a colon, the one with its "
            "confidences from 0 to 1. Repeat it for more judges.",
        ),
    ],
    truth: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", help="Column with people's answers, empty where nobody was asked. Who was must be random."
        ),
    ] = None,
    answers: Annotated[
        Path | None, typer.Option(help="The file that this command wrote for you to fill in (see --draw).")
    ] = None,
    draw: Annotated[int, typer.Option(min=1, help="How many random rows to write for people to answer.")] = 200,
    out: Annotated[Path | None, typer.Option(help="Where to write them. Default: FILE-to-answer.csv.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Which random rows. The same for --draw and --answers.")] = 0,
    sheet: Sheet = None,
    no_header: NoHeader = False,
    header_lines: HeaderLines = None,
    names: Names = None,
    delimiter: Delimiter = None,
    decimal: Decimal = None,
    missing: Missing = None,
) -> None:
    """Say how right labels are that a machine made, from a few random rows that people answer.

    First it draws rows and writes them without the judges' labels; fill in the column answer, and pass the file back.
    """
    judges = _judges(judge)
    if truth is not None and answers is not None:
        raise InvalidParameterError("--truth and --answers are two places for people's answers. Name one.")
    reading = reading_of(sheet, no_header, names, delimiter, decimal, missing, header_lines)
    table = _read(file, reading)
    labels = {each.name: _labels(table, each.column) for each in judges}
    sure = {each.name: _confidences(table, each.confidence) for each in judges if each.confidence is not None}
    if truth is None and answers is None:
        _write_sheet(file, table, judges, draw, out, seed)
        return
    rows, given, n_skipped = _answers(table, truth, answers, seed, reading)
    from querist.judging import compare_judges, judge_figures

    for each in judges:
        found = judge_figures(
            labels[each.name], rows, given, name=each.name, confidences=sure.get(each.name), n_skipped=n_skipped
        )
        _tell(found)
    for one, other in combinations(judges, 2):
        pair = compare_judges(labels[one.name], labels[other.name], rows, given, names=(one.name, other.name))
        typer.echo(f"{pair}\n")
    if truth is not None:
        typer.echo(f"All this holds if the {len(rows):,} rows with an answer in {truth!r} were drawn at random.")


def _judges(texts: list[str]) -> list[_Judge]:
    found = []
    for text in texts:
        name, equals, columns = text.partition("=")
        column, colon, confidence = columns.partition(":")
        if not (name.strip() and equals and column.strip()) or (colon and not confidence.strip()):
            raise InvalidParameterError(
                f"--judge {text}: write NAME=COLUMN, or NAME=COLUMN:CONFIDENCE_COLUMN, such as gpt=gpt_label:gpt_sure."
            )
        found.append(_Judge(name.strip(), column.strip(), confidence.strip() or None))
    if len({each.name for each in found}) < len(found):
        raise InvalidParameterError("Two judges have the same name. Give each a name of its own.")
    return found


def _read(file: Path, reading: "Reading") -> "Table":
    from querist.data.read import read_as

    table = read_as(file, reading)
    if table.frame is None:
        raise InvalidParameterError(
            f"{file} holds numbers without named columns. Pass a table with a column of labels."
        )
    return table


def _labels(table: "Table", column: str, purpose: str = "judge") -> list[str | None]:
    """Return a column of labels in one form, whatever type the column has; None where a cell is empty."""
    from querist.data.cell_texts import same_cell
    from querist.data.target import column_of

    cells = column_of(table, column, purpose)
    return [
        None if is_gap else same_cell(value).strip() or None
        for value, is_gap in zip(cells.tolist(), cells.isna().tolist(), strict=True)
    ]


def _confidences(table: "Table", column: str) -> list[float]:
    import pandas as pd

    from querist.data.target import column_of

    cells = column_of(table, column, "judge")
    numbers = pd.to_numeric(cells, errors="coerce")
    wrong = numbers.isna() & cells.notna()
    if wrong.any():
        place = int(wrong.to_numpy().argmax())
        raise InvalidParameterError(
            f"{table.path}, column {column!r}: the confidence in row {place + 1} is {cells.iloc[place]!r}, and must be "
            "a number from 0 to 1."
        )
    found: list[float] = numbers.to_numpy(float).tolist()
    return found


def _write_sheet(file: Path, table: "Table", judges: list[_Judge], draw: int, out: Path | None, seed: int) -> None:
    from querist._files import replacing
    from querist._words import command
    from querist.judging.sheet import blind_sheet, drawn_rows

    frame = table.frame
    assert frame is not None
    out = file.with_name(f"{file.stem}-to-answer.csv") if out is None else out
    if out.exists():
        raise InvalidParameterError(
            f"{out} is there already, perhaps with answers. To use them: --answers {out}. To draw anew, name another "
            "file with --out."
        )
    rows = drawn_rows(len(frame), min(draw, len(frame)), seed)
    hidden = {name for each in judges for name in (each.column, each.confidence) if name is not None}
    sheet = blind_sheet(frame, rows, hidden)
    with replacing(out) as part:
        part.write(sheet.to_csv(index=False).encode())
    told = [
        f"--judge={each.name}={each.column}" + ("" if each.confidence is None else f":{each.confidence}")
        for each in judges
    ]
    again = command("querist", "audit", file, *told, "--answers", out, *(["--seed", seed] if seed else []))
    typer.echo(
        f"{len(rows):,} random rows of {len(frame):,} are in {out}, without the judges' labels. Fill in the column "
        "answer from the top; leave it empty where nobody can tell, and stop at any row. Then:\n\n"
        f"    {again}"
    )


def _answers(
    table: "Table", truth: str | None, answers: Path | None, seed: int, reading: "Reading"
) -> tuple[list[int], list[str], int]:
    """Return rows with people's answers, these, and how many of the draw nobody could answer."""
    assert table.frame is not None
    if truth is not None:
        known = [(row, label) for row, label in enumerate(_labels(table, truth, "truth")) if label is not None]
        return [row for row, _ in known], [label for _, label in known], 0
    from querist.judging.sheet import ANSWER, read_sheet

    assert answers is not None
    filled = _read(answers, reading)
    assert filled.frame is not None
    found = read_sheet(filled.frame, _labels(filled, ANSWER, "answers"), len(table.frame), seed)
    return found.rows.tolist(), [str(label) for label in found.answers], found.n_skipped


def _tell(found: "JudgeFigures") -> None:
    """Print the figures of a judge: a sentence, then a line for each class."""
    accuracy = found.accuracy
    if accuracy.value is None:
        typer.echo(f"{found.name}: no figure yet. {accuracy.note}\n")
        return
    typer.echo(
        f"{found.name}: {_percent(accuracy)} of its {found.n_rows:,} labels are right, from {accuracy.n:,} random rows."
    )
    if found.n_unlabelled:
        typer.echo(f"   {found.n_unlabelled:,} rows have no label from it, and count as wrong.")
    if found.kappa.value is not None:
        typer.echo(f"   Agreement with people beyond chance (kappa): {found.kappa.value:.2f}")
    if found.overconfidence is not None and found.overconfidence.value is not None:
        typer.echo(f"   Its confidence is {_points(found.overconfidence)}.")
    header = ("class", "by the judge", "corrected", "interval", "recall", "precision")
    lines = [
        (
            str(one.label), f"{one.judged_share:.1%}", _value(one.share), _interval(one.share), _value(one.recall),
            _value(one.precision),
        )
        for one in found.classes
    ]  # fmt: skip
    widths = [max(map(len, column)) for column in zip(header, *lines, strict=True)]
    for line in (header, *lines):
        cells = [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)]
        typer.echo("   " + "  ".join([line[0].ljust(widths[0]), *cells]).rstrip())
    typer.echo()


def _percent(figure: "Estimate") -> str:
    return f"{_value(figure)} ({figure.confidence:.0%} interval {_interval(figure)})"


def _points(figure: "Estimate") -> str:
    assert figure.value is not None
    assert figure.low is not None
    assert figure.high is not None
    points = round(100 * figure.value)
    told = (
        "as high as its accuracy"
        if not points
        else f"{abs(points)} points {'above' if points > 0 else 'below'} its accuracy"
    )
    return f"{told} ({figure.confidence:.0%} interval {100 * figure.low:+.0f} to {100 * figure.high:+.0f})"


def _value(figure: "Estimate") -> str:
    return "too few" if figure.value is None else f"{figure.value:.1%}"


def _interval(figure: "Estimate") -> str:
    if figure.low is None or figure.high is None:
        return ""
    return f"{figure.low:.1%} to {figure.high:.1%}"
