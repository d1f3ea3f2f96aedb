"""``querist simulate FILE --target COL``: says what active learning would have saved."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from querist.audit.design import PRICE
from querist.cli.friendly import INTERRUPTED, friendly
from querist.cli.reading import Decimal, Delimiter, HeaderLines, Missing, Names, NoHeader, Sheet, reading_of
from querist.exceptions import AlikeLabelsWarning, InvalidParameterError

if TYPE_CHECKING:
    from querist.data import Problem
    from querist.simulation import Simulation

_File: TypeAlias = Annotated[
    list[Path],
    typer.Argument(
        help="A labelled table (CSV, Excel, Parquet, JSONL, ARFF, libsvm, NPZ ...); several files, or a folder, are "
        "its parts."
    ),
]
_Target: TypeAlias = Annotated[str | None, typer.Option(help="The column to predict; libsvm and NPZ need none.")]
_Strategy: TypeAlias = Annotated[
    list[str] | None, typer.Option(help="NAME[:key=value,...]; repeat for several. random is always included.")
]
_Estimator: TypeAlias = Annotated[
    list[str] | None, typer.Option(help="NAME[:key=value,...]; repeat for several. Default: auto.")
]
_Repeats: TypeAlias = Annotated[int, typer.Option(help="Paired repeats.")]
_Budget: TypeAlias = Annotated[
    int | None, typer.Option(help="Labels in total, the initial set included. Default: 200, at most the pool.")
]
_BatchSize: TypeAlias = Annotated[int, typer.Option(help="Labels per round.")]
_Initial: TypeAlias = Annotated[int, typer.Option(help="Labels before the first question.")]
_InitialSet: TypeAlias = Annotated[str, typer.Option(help="random or stratified.")]
_Test: TypeAlias = Annotated[Path | None, typer.Option(help="A file with the test rows, instead of a random split.")]
_TestSize: TypeAlias = Annotated[float, typer.Option(help="Share of the rows for testing, or their number.")]
_Group: TypeAlias = Annotated[
    str | None, typer.Option(help="Column whose values must not be split between pool and test.")
]
_Weight: TypeAlias = Annotated[
    str | None, typer.Option(help="Column of numbers above 0: what each row weighs in the training; not learned from.")
]
_Cost: TypeAlias = Annotated[
    str | None, typer.Option(help="Column of numbers above 0: what each row's label costs; not learned from.")
]
_Drop: TypeAlias = Annotated[list[str] | None, typer.Option(help="Column to leave out; repeat for several.")]
_Text: TypeAlias = Annotated[list[str] | None, typer.Option(help="Column to read as free text; repeat for several.")]
_Category: TypeAlias = Annotated[
    list[str] | None, typer.Option(help="Column to read as categories, such as codes; repeat for several.")
]
_DayFirst: TypeAlias = Annotated[
    bool, typer.Option("--day-first", help="Days come before months in dates that can be read either way.")
]
_Metric: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(help="accuracy, balanced_accuracy, macro_f1, log_loss, roc_auc; the first is the main one."),
]
_Duplicates: TypeAlias = Annotated[
    str, typer.Option(help="ask_once (rows with the same features are asked once) or keep.")
]
_ColdStart: TypeAlias = Annotated[str, typer.Option(help="Strategy until two classes have answers.")]
_QueryEstimator: TypeAlias = Annotated[str | None, typer.Option(help="Another estimator to do the asking.")]
_WarmStart: TypeAlias = Annotated[bool, typer.Option("--warm-start", help="Start each fit from the last solution.")]
_Audit: TypeAlias = Annotated[
    str,
    typer.Option(
        help="Share of the questions drawn at random, for honest figures (0.2); 0: no audit; measure: a fifth, and all "
        "answers teach the model that asks, so that figures are approximate. " + PRICE
    ),
]
_Stop: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        help="Stopping rule NAME[:key=value,...], any(RULE, ...) or all(RULE, ...); repeat for several. Nothing is "
        "stopped: the report says what stopping would have cost."
    ),
]
_LabelCost: TypeAlias = Annotated[float, typer.Option(help="What an answer costs; stopping rules are judged by it.")]
_ErrorCost: TypeAlias = Annotated[float, typer.Option(help="What a wrong prediction costs, in the same unit.")]
_NFuture: TypeAlias = Annotated[float, typer.Option(help="How many rows the model will be used on.")]
_Goal: TypeAlias = Annotated[
    str | None,
    typer.Option(
        help="screening: how soon all relevant records are found, read in the order of relevance from title and "
        "abstract; two classes."
    ),
]
_Seed: TypeAlias = Annotated[int, typer.Option(help="Everything random derives from it.")]
_Jobs: TypeAlias = Annotated[int, typer.Option(help="Processes; -1 uses every core.")]
_Name: TypeAlias = Annotated[
    str | None,
    typer.Option(
        help="What tables and reports call the data. Default: the file without its ending; +1 if two make it up."
    ),
]
_Out: TypeAlias = Annotated[
    Path | None, typer.Option(help="Folder of the results. Default: querist-simulation-<name> beside you.")
]


@friendly
def simulate(
    file: _File,
    target: _Target = None,
    goal: _Goal = None,
    strategy: _Strategy = None,
    estimator: _Estimator = None,
    repeats: _Repeats = 20,
    budget: _Budget = None,
    batch_size: _BatchSize = 10,
    initial: _Initial = 20,
    initial_set: _InitialSet = "random",
    test: _Test = None,
    test_size: _TestSize = 0.25,
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
    missing: Missing = None,
    decimal: Decimal = None,
    day_first: _DayFirst = False,
    metric: _Metric = None,
    duplicates: _Duplicates = "ask_once",
    cold_start: _ColdStart = "random",
    query_estimator: _QueryEstimator = None,
    warm_start: _WarmStart = False,
    audit: _Audit = "0",
    stop: _Stop = None,
    label_cost: _LabelCost = 1.0,
    error_cost: _ErrorCost = 1.0,
    n_future: _NFuture = 10_000,
    seed: _Seed = 0,
    jobs: _Jobs = -1,
    name: _Name = None,
    out: _Out = None,
) -> None:
    """Simulate active learning on a labelled file, and report what it would have saved.

    Interrupt it whenever you like: the same command resumes.
    """
    from querist.cli.words import print_findings, print_notes
    from querist.data import read_problem
    from querist.simulation.options import Options

    called = name if name is not None else _name_of(file[0]) + (f"+{len(file) - 1}" if len(file) > 1 else "")
    folder = out or Path(f"querist-simulation-{_as_file_name(called)}")
    if goal is not None:
        from querist.cli.screening import simulate_screening
        from querist.registry.goals import goal_of

        goal_of(goal)
        _refuse_beside_goal(strategy=strategy, budget=budget, test=test, metric=metric, stop=stop)
        simulate_screening(
            file, target, text=text or [], repeats=repeats, batch_size=batch_size, seed=seed, out=folder,
            estimator=None if not estimator else estimator[0],
            reading=reading_of(sheet, no_header, names, delimiter, decimal, missing, header_lines),
        )  # fmt: skip
        return
    options: dict[str, Any] = {
        "strategies": strategy or ["margin"], "estimators": estimator or ["auto"], "repeats": repeats, "budget": budget,
        "batch_size": batch_size, "initial": initial, "initial_set": initial_set,
        "test_size": int(test_size) if test_size >= 1 else test_size, "metrics": metric or ["accuracy"],
        "duplicates": duplicates, "query_estimator": query_estimator, "cold_start": cold_start,
        "warm_start": warm_start, "audit": audit, "stop": stop or None, "label_cost": label_cost,
        "error_cost": error_cost, "n_future": n_future, "random_state": seed, "n_jobs": jobs, "name": called,
    }  # fmt: skip
    # What is wrong with them shall not be told after minutes of reading.
    Options.checked(**options)
    if test is not None and group is not None:
        raise InvalidParameterError("--group says how to split, and --test is a split: give one of them.")
    problem = read_problem(
        file, target, test=test, group=group, weight=weight, cost=cost, drop=drop or [], text_columns=text or [],
        category_columns=category or [], day_first=day_first,
        reading=reading_of(sheet, no_header, names, delimiter, decimal, missing, header_lines),
    )  # fmt: skip
    print_notes(problem.notes)
    simulation = _simulated(problem, file[0].name, folder, options)
    print_notes(simulation.notes)
    print_findings(simulation)
    typer.echo(f"\nReport: {(folder / 'report.html').resolve()}")


def _refuse_beside_goal(**given: Any) -> None:
    named = [f"--{name}" for name, value in given.items() if value]
    if named:
        raise InvalidParameterError(f"--goal says how records are read to the end: leave out {', '.join(named)}.")


def _simulated(problem: "Problem", title: str, folder: Path, options: dict[str, Any]) -> "Simulation":
    """Run a simulation with a bar of its progress; what is finished when it is interrupted stays in the folder."""
    from querist.cli.progress import progress_bar
    from querist.simulation import simulate as run

    data: dict[str, Any] = {
        "X_test": problem.X_test, "y_test": problem.y_test, "groups": problem.groups, "sample_weight": problem.weights,
        "costs": problem.costs,
    }  # fmt: skip
    try:
        with progress_bar(title) as progress, warnings.catch_warnings():
            warnings.simplefilter("ignore", AlikeLabelsWarning)  # told in the notes on the file
            return run(problem.X, problem.y, **data, **options, out=folder, progress=progress)
    except KeyboardInterrupt:
        typer.echo(f"\nStopped. Finished runs are kept in {folder}; run the same command again to go on.", err=True)
        raise typer.Exit(INTERRUPTED) from None


def _name_of(file: Path) -> str:
    """Return the name of a file without the endings that say how it is packed and what it is; a folder's as it is."""
    from querist.data.packed import bare_name

    name = file.name or file.resolve().name  # of `.`, too
    return name if file.is_dir() else Path(bare_name(name)).stem


def _as_file_name(name: str) -> str:
    """Return a name as part of a folder's name, which holds no slash."""
    return name.replace("/", "-").replace("\\", "-")
