"""``querist simulate FILE --target COL``: says what active learning would have saved."""

import functools
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from querist.audit.design import PRICE
from querist.cli.experiment_options import (
    BatchSize,
    ColdStart,
    Dask,
    Duplicates,
    Estimator,
    Initial,
    InitialSet,
    Jobs,
    Metric,
    QueryEstimator,
    Repeats,
    Seed,
    Strategy,
    TestSize,
    WarmStart,
)
from querist.cli.friendly import friendly, resumable
from querist.cli.reading import Decimal, Delimiter, HeaderLines, Missing, Names, NoHeader, Sheet, reading_of
from querist.exceptions import AlikeLabelsWarning, InvalidParameterError

if TYPE_CHECKING:
    from collections.abc import Callable

    from querist._typing import Task
    from querist.data import Problem
    from querist.data.reading import Reading
    from querist.simulation import Simulation

_File: TypeAlias = Annotated[
    list[Path],
    typer.Argument(
        help="A table with labels (CSV, Excel, Parquet, JSONL, ARFF, libsvm, NPZ ...). Several files, or a folder, are "
        "read as parts of one table."
    ),
]
_Target: TypeAlias = Annotated[str | None, typer.Option(help="Column to predict. Not needed for libsvm and NPZ files.")]
_Labels: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        help="A file with the label of each row, in its order, where FILE is a pool of numbers (.npy, sparse .npz, "
        "Parquet or a folder of it), which then stays on disk. --target names its column if there are several."
    ),
]
_Budget: TypeAlias = Annotated[
    int | None, typer.Option(help="Labels in total, first ones included. Default: 200, or all rows if there are fewer.")
]
_Test: TypeAlias = Annotated[Path | None, typer.Option(help="File with the test rows, instead of a random split.")]
_Group: TypeAlias = Annotated[
    str | None,
    typer.Option(help="Rows with the same value in this column stay together, in the pool or in the test rows."),
]
_Weight: TypeAlias = Annotated[
    str | None,
    typer.Option(help="Column that says how much each row counts in training (numbers above 0). Not learned from."),
]
_Cost: TypeAlias = Annotated[
    str | None, typer.Option(help="Column that says what each row's label costs (numbers above 0). Not learned from.")
]
_Drop: TypeAlias = Annotated[list[str] | None, typer.Option(help="Column to leave out. Can be repeated.")]
_Text: TypeAlias = Annotated[list[str] | None, typer.Option(help="Column to read as text. Can be repeated.")]
_Category: TypeAlias = Annotated[
    list[str] | None, typer.Option(help="Column to read as categories, such as codes. Can be repeated.")
]
_Embeddings: TypeAlias = Annotated[
    str | None,
    typer.Option(
        help="A vector for each row, to learn from beside its columns: a file (.npy, .npz, .parquet ...), a column of "
        "lists, or a sentence model (its folder or name) that makes them of the texts."
    ),
]
_TestEmbeddings: TypeAlias = Annotated[str | None, typer.Option(help="The vectors of the rows of --test.")]
_DayFirst: TypeAlias = Annotated[
    bool, typer.Option("--day-first", help="In dates that can be read either way, the day comes first.")
]
_Audit: TypeAlias = Annotated[
    str,
    typer.Option(
        help="Share of the questions drawn at random to measure the accuracy, such as 0.2. 0 draws none. measure draws "
        "a fifth and lets the asking model learn from them too, which makes the figures approximate. " + PRICE
    ),
]
_Stop: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        help="Stopping rule to judge: NAME[:key=value,...], any(RULE, ...) or all(RULE, ...). Can be repeated. The "
        "simulation goes on; the report says what stopping would have cost."
    ),
]
_LabelCost: TypeAlias = Annotated[float, typer.Option(help="What a label costs; stopping rules are judged by it.")]
_ErrorCost: TypeAlias = Annotated[float, typer.Option(help="What a wrong prediction costs, in the same unit.")]
_NFuture: TypeAlias = Annotated[float, typer.Option(help="How many rows the model will be used on.")]
_Goal: TypeAlias = Annotated[
    str | None,
    typer.Option(
        help="screening: how soon all relevant records are found, read in the order of relevance from title and "
        "abstract; two classes."
    ),
]
_Name: TypeAlias = Annotated[
    str | None,
    typer.Option(help="What to call the data in tables and reports. Default: the name of the file."),
]
_Out: TypeAlias = Annotated[
    Path | None, typer.Option(help="Folder for the results. Default: querist-simulation-NAME in the current folder.")
]


@friendly
def simulate(
    file: _File,
    target: _Target = None,
    labels: _Labels = None,
    goal: _Goal = None,
    strategy: Strategy = None,
    estimator: Estimator = None,
    repeats: Repeats = 20,
    budget: _Budget = None,
    batch_size: BatchSize = 10,
    initial: Initial = 20,
    initial_set: InitialSet = "random",
    test: _Test = None,
    test_size: TestSize = 0.25,
    group: _Group = None,
    weight: _Weight = None,
    cost: _Cost = None,
    drop: _Drop = None,
    text: _Text = None,
    sheet: Sheet = None,
    no_header: NoHeader = False,
    header_lines: HeaderLines = None,
    names: Names = None,
    delimiter: Delimiter = None,
    category: _Category = None,
    embeddings: _Embeddings = None,
    test_embeddings: _TestEmbeddings = None,
    missing: Missing = None,
    decimal: Decimal = None,
    day_first: _DayFirst = False,
    metric: Metric = None,
    duplicates: Duplicates = "ask_once",
    cold_start: ColdStart = "random",
    query_estimator: QueryEstimator = None,
    warm_start: WarmStart = False,
    audit: _Audit = "0",
    stop: _Stop = None,
    label_cost: _LabelCost = 1.0,
    error_cost: _ErrorCost = 1.0,
    n_future: _NFuture = 10_000,
    seed: Seed = 0,
    jobs: Jobs = -1,
    dask: Dask = None,
    name: _Name = None,
    out: _Out = None,
) -> None:
    """Simulate active learning on a labelled file and report what it would have saved.

    Interrupt it whenever you like: the same command resumes.
    """
    from querist.cli.screening import simulate_goal
    from querist.cli.words import print_notes
    from querist.simulation.options import Options

    called = _name_of(file) if name is None else name
    folder = out or Path(f"querist-simulation-{_as_file_name(called)}")
    reading = reading_of(sheet, no_header, names, delimiter, decimal, missing, header_lines)
    if goal is not None:
        apart = {"strategy": strategy, "budget": budget, "test": test, "metric": metric, "stop": stop}
        protocol: dict[str, Any] = {"repeats": repeats, "batch_size": batch_size, "seed": seed, "estimator": estimator}
        simulate_goal(goal, file, target, apart, text=text, reading=reading, out=folder, **protocol)
        return
    task = _task(estimator)
    options: dict[str, Any] = {
        "strategies": strategy or ["igs" if task == "regression" else _default_strategy(folder)],
        "estimators": estimator or ["auto"],
        "repeats": repeats, "budget": budget, "batch_size": batch_size, "initial": initial,
        "initial_set": initial_set, "test_size": int(test_size) if test_size >= 1 else test_size,
        "metrics": metric or None, "duplicates": duplicates, "query_estimator": query_estimator,
        "cold_start": cold_start, "warm_start": warm_start, "audit": audit, "stop": stop or None,
        "label_cost": label_cost, "error_cost": error_cost, "n_future": n_future, "random_state": seed,
        "n_jobs": jobs, "name": called,
    }  # fmt: skip
    Options.checked(**options)  # before minutes of reading
    if test is not None and group is not None:
        raise InvalidParameterError("--group and --test are two ways to split the rows. Give only one of them.")
    asked: dict[str, Any] = {
        "test": test, "group": group, "weight": weight, "cost": cost, "drop": drop or [], "text_columns": text or [],
        "category_columns": category or [], "day_first": day_first, "embeddings": embeddings,
        "test_embeddings": test_embeddings,
    }  # fmt: skip
    problem = _problem(file, target, labels, asked, reading, folder, task)
    print_notes(problem.notes)
    _tell(_simulated(problem, file[0].name, folder, options, dask), folder)


def _problem(
    file: list[Path],
    target: str | None,
    labels: Path | None,
    asked: dict[str, Any],
    reading: "Reading",
    folder: Path,
    task: "Task",
) -> "Problem":
    """Read the file, or open the pool that it is."""
    from querist.cli.progress import watched
    from querist.data import read_problem

    with watched("embeddings" if labels is None else "pool") as watch:
        if labels is not None:
            return _pool_problem(file, labels, target, asked, reading=reading, watch=watch, task=task)
        read = functools.partial(read_problem, file, target, **asked, reading=reading, watch=watch, task=task)
        return _as_begun(read, folder)


def _pool_problem(
    file: list[Path], labels: Path, target: str | None, asked: dict[str, Any], **options: Any
) -> "Problem":
    """Open a pool whose labels stand in a file of their own; refuse what is about columns of a table."""
    from querist.data import read_pool_problem

    for name, value in asked.items():
        if value:
            option = f"--{name.removesuffix('_columns').replace('_', '-')}"
            raise InvalidParameterError(
                f"{option} is about the columns of a table, and with --labels the rows are numbers as they are. Leave "
                f"{option} out, or put the labels into the table and leave out --labels."
            )
    if len(file) > 1:
        raise InvalidParameterError(
            f"With --labels there is one pool, and {len(file)} files are given. Put its parts into a folder of Parquet."
        )
    return read_pool_problem(file[0], labels, target, **options)


def _as_begun(read: "Callable[..., Problem]", folder: Path) -> "Problem":
    """Return the data, with texts as words alone where an earlier version began the folder so."""
    from querist.simulation.record import described_in

    problem, there = read(), described_in(folder)
    data = there.get("data") if isinstance(there, dict) else None
    n_then = data.get("n_features") if isinstance(data, dict) else None
    if n_then is None or getattr(problem.X, "format", None) != "csr" or problem.X.shape[1] == n_then:
        return problem
    before = read(words_only=True)
    if before.X.shape[1] != n_then:
        return problem
    told = f"texts are words alone, as when {folder} was begun; in another folder they are more (docs/simulation.md)"
    return replace(before, notes=(*before.notes, told))


def _task(estimators: list[str] | None) -> "Task":
    """Return what is predicted: numbers where the estimators are regressors."""
    if not estimators:
        return "classification"
    from querist.base.contract import task_of
    from querist.simulation.parts import resolve_estimators

    return task_of(next(iter(resolve_estimators(estimators).values())))


def _default_strategy(folder: Path) -> str:
    """Return ``auto``; in a folder that an earlier version began, the default of then."""
    from querist.simulation.record import described_in

    there = described_in(folder)
    begun = there.get("strategies") if isinstance(there, dict) else None
    return "margin" if isinstance(begun, dict) and set(begun) == {"random", "margin"} else "auto"


def _simulated(problem: "Problem", title: str, folder: Path, options: dict[str, Any], dask: str | None) -> "Simulation":
    """Run a simulation with a bar of its progress; what is finished when it is interrupted stays in the folder."""
    from querist.cli.cluster import on_dask
    from querist.cli.progress import progress_bar
    from querist.simulation import simulate as run

    data: dict[str, Any] = {
        "X_test": problem.X_test, "y_test": problem.y_test, "groups": problem.groups, "sample_weight": problem.weights,
        "costs": problem.costs,
    }  # fmt: skip
    with resumable(folder), on_dask(dask), progress_bar(title) as progress, warnings.catch_warnings():
        warnings.simplefilter("ignore", AlikeLabelsWarning)  # told in the notes on the file
        return run(problem.X, problem.y, **data, **options, out=folder, progress=progress)


def _tell(simulation: "Simulation", folder: Path) -> None:
    from querist.cli.words import print_findings, print_notes

    print_notes(simulation.notes)
    print_findings(simulation)
    typer.echo(f"\nReport: {(folder / 'report.html').resolve()}")


def _name_of(files: list[Path]) -> str:
    from querist.data.packed import title_of

    return title_of(files[0]) + (f"+{len(files) - 1}" if len(files) > 1 else "")


def _as_file_name(name: str) -> str:
    """Return a name as part of a folder's name, which holds no slash."""
    return name.replace("/", "-").replace("\\", "-")
