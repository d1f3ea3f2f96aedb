"""``querist simulate FILE --target COL --goal screening``: how soon all relevant records would have been found."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from querist.exceptions import InvalidParameterError

if TYPE_CHECKING:
    from querist._typing import BoolArray, Label
    from querist.data import Reading
    from querist.simulation.screening import Screening

_SHOWN = ("atd", "wss_95", "rrf_10")


def simulate_goal(
    goal: str,
    files: Sequence[Path],
    target: str | None,
    apart: Mapping[str, Any],
    *,
    text: Sequence[str] | None,
    reading: "Reading",
    repeats: int,
    batch_size: int,
    estimator: Sequence[str] | None,
    seed: int,
    out: Path,
) -> None:
    """Replay what serves a goal; `apart` are options that say something else, which must not be given."""
    from querist.registry.goals import goal_of

    named = goal_of(goal).relevant
    idle = [f"--{name}" for name, value in apart.items() if value]
    if idle:
        raise InvalidParameterError(f"--goal says how records are read to the end. Leave out {', '.join(idle)}.")
    if estimator and len(estimator) > 1:
        raise InvalidParameterError("With --goal one estimator is replayed at a time. Give --estimator once.")
    if repeats < 1 or batch_size < 1:
        raise InvalidParameterError(f"--repeats and --batch-size must be at least 1, got {repeats} and {batch_size}.")
    _screening(
        files, target, text=text or (), reading=reading, repeats=repeats, batch_size=batch_size,
        estimator=estimator[0] if estimator else None, seed=seed, out=out, named=named,
    )  # fmt: skip


def _screening(
    files: Sequence[Path],
    target: str | None,
    *,
    text: Sequence[str],
    reading: "Reading",
    repeats: int,
    batch_size: int,
    estimator: str | None,
    seed: int,
    out: Path,
    named: "Label | None",
) -> None:
    """Replay screening, from one relevant and one other record, drawn anew in each repeat, and print the figures."""
    import numpy as np

    from querist._files import replacing
    from querist.cli.progress import progress_bar
    from querist.cli.words import print_notes
    from querist.data.literature_features import literature_features, record_texts
    from querist.data.read import read_as
    from querist.data.target import split_target
    from querist.session.parts import resolve_estimator
    from querist.simulation.screening import priors, screen
    from querist.simulation.screening_report import screening_report

    table, labels = split_target(read_as(list(files) if len(files) > 1 else files[0], reading), target)
    if table.frame is None:
        raise InvalidParameterError(f"{table.path} holds numbers and no texts. Name a file with titles and abstracts.")
    relevant, told = _relevant(labels, named)
    print_notes([*table.notes, told])
    model = None if estimator is None else resolve_estimator(estimator)
    X = literature_features(record_texts(table.frame, text))
    runs = []
    with progress_bar("screening") as progress:
        for repeat in range(repeats):
            known = priors(relevant, seed + repeat)
            runs.append(
                screen(X, relevant, known=known, batch_size=batch_size, estimator=model, random_state=seed + repeat)
            )
            progress(repeat + 1, repeats, "")
    figures = {name: np.array([run.figures[name] for run in runs]) for name in runs[0].figures}
    typer.echo("")
    for line in _lines(figures, relevant):
        typer.echo(f"   {line}")
    out.mkdir(parents=True, exist_ok=True)
    with replacing(out / "screening.csv", overwrite=True) as written:
        written.write(_csv(runs).encode())
    with replacing(out / "report.html", overwrite=True) as written:
        written.write(screening_report(runs, table.path.name, told).encode())
    typer.echo(f"\nReport: {(out / 'report.html').resolve()}")
    typer.echo(f"Each run, record by record: {(out / 'screening.csv').resolve()}")


def _relevant(labels: Any, named: "Label | None") -> "tuple[BoolArray, str]":
    """Return which records are relevant, and how that is known."""
    import numpy as np

    from querist.data.relevant_classes import which_is_relevant

    words = np.array([str(label) for label in np.asarray(labels).tolist()], dtype=object)
    names, counts = np.unique(words, return_counts=True)
    place, how = which_is_relevant(names.tolist(), named=named, counts=counts.tolist())
    told = f"{names[place]!r} is taken for relevant, {how}: {counts[place]:,} of {words.size:,} records"
    return words == names[place], told


def _lines(figures: dict[str, Any], relevant: "BoolArray") -> list[str]:
    n_runs = figures["atd"].size
    from querist.simulation.screening_report import FIGURES

    lines = [f"{int(relevant.sum())} of {relevant.size:,} records are relevant; {n_runs} runs from one of each kind."]
    for name in _SHOWN:
        title, values = FIGURES[name], figures[name]
        spread = f" (lowest {values.min():.1%}, highest {values.max():.1%})" if n_runs > 1 else ""
        lines.append(f"{title}: {values.mean():.1%}{spread}")
    for share in (95, 100):
        read = figures[f"read_until_{share}"]
        lines.append(f"{share} % of the relevant records were found after {read.mean():,.0f} records on average.")
    lines.append("These runs know all labels. Whoever screens does not: draw records at random before you stop.")
    return lines


def _csv(runs: "Sequence[Screening]") -> str:
    lines = ["repeat,read,row,relevant,found"]
    for repeat, run in enumerate(runs):
        found = run.relevant.cumsum()
        lines += [
            f"{repeat},{place + 1},{row + 1},{int(run.relevant[place])},{found[place]}"
            for place, row in enumerate(run.order.tolist())
        ]
    return "\n".join(lines) + "\n"
