"""``querist simulate FILE --target COL``: says what active learning would have saved."""

from pathlib import Path
from typing import Annotated

import typer

from querist.cli.friendly import INTERRUPTED, friendly


@friendly
def simulate(
    file: Annotated[
        Path, typer.Argument(help="A labelled table: CSV, TSV, Excel, Parquet, JSONL, libsvm, NPZ, or gzip.")
    ],
    target: Annotated[str | None, typer.Option(help="The column to predict; libsvm and NPZ need none.")] = None,
    strategy: Annotated[
        list[str] | None, typer.Option(help="NAME[:key=value,...]; repeat for several. random is always included.")
    ] = None,
    estimator: Annotated[
        list[str] | None, typer.Option(help="NAME[:key=value,...]; repeat for several. Default: auto.")
    ] = None,
    repeats: Annotated[int, typer.Option(help="Paired repeats.")] = 20,
    budget: Annotated[
        int | None, typer.Option(help="Labels in total, the initial set included. Default: 200, at most the pool.")
    ] = None,
    batch_size: Annotated[int, typer.Option(help="Labels per round.")] = 10,
    initial: Annotated[int, typer.Option(help="Labels before the first question.")] = 20,
    initial_set: Annotated[str, typer.Option(help="random or stratified.")] = "random",
    test: Annotated[Path | None, typer.Option(help="A file with the test rows, instead of a random split.")] = None,
    test_size: Annotated[float, typer.Option(help="Share of the rows for testing, or their number.")] = 0.25,
    group: Annotated[
        str | None, typer.Option(help="Column whose values must not be split between pool and test.")
    ] = None,
    drop: Annotated[list[str] | None, typer.Option(help="Column to leave out; repeat for several.")] = None,
    text: Annotated[list[str] | None, typer.Option(help="Column to read as free text; repeat for several.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of an Excel file.")] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(help="accuracy, balanced_accuracy, macro_f1, log_loss, roc_auc; the first is the main one."),
    ] = None,
    duplicates: Annotated[
        str, typer.Option(help="ask_once (rows with the same features are asked once) or keep.")
    ] = "ask_once",
    cold_start: Annotated[str, typer.Option(help="Strategy until two classes have answers.")] = "random",
    query_estimator: Annotated[str | None, typer.Option(help="Another estimator to do the asking.")] = None,
    warm_start: Annotated[bool, typer.Option("--warm-start", help="Start each fit from the last solution.")] = False,
    audit: Annotated[
        float, typer.Option(help="Share of the questions drawn at random, for honest figures (0.2); 0: no audit.")
    ] = 0.0,
    stop: Annotated[
        list[str] | None,
        typer.Option(
            help="Stopping rule NAME[:key=value,...], any(RULE, ...) or all(RULE, ...); repeat for several. Nothing is "
            "stopped: the report says what stopping would have cost."
        ),
    ] = None,
    label_cost: Annotated[float, typer.Option(help="What an answer costs; stopping rules are judged by it.")] = 1.0,
    error_cost: Annotated[float, typer.Option(help="What a wrong prediction costs, in the same unit.")] = 1.0,
    n_future: Annotated[float, typer.Option(help="How many rows the model will be used on.")] = 10_000,
    seed: Annotated[int, typer.Option(help="Everything random derives from it.")] = 0,
    jobs: Annotated[int, typer.Option(help="Processes; -1 uses every core.")] = -1,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the results. Default: querist-simulation-<file> beside you.")
    ] = None,
) -> None:
    """Simulate active learning on a labelled file, and report what it would have saved.

    Interrupt it whenever you like: the same command resumes.
    """
    from querist.cli.progress import progress_bar
    from querist.cli.words import print_findings, print_notes
    from querist.data import read_problem
    from querist.simulation import simulate as run

    folder = out or Path(f"querist-simulation-{file.name.partition('.')[0]}")
    problem = read_problem(file, target, test=test, group=group, drop=drop or [], text_columns=text or [], sheet=sheet)
    print_notes(problem.notes)
    try:
        with progress_bar(file.name) as progress:
            simulation = run(
                problem.X,
                problem.y,
                strategies=strategy or ["margin"],
                estimators=estimator or ["auto"],
                repeats=repeats,
                budget=budget,
                batch_size=batch_size,
                initial=initial,
                initial_set=initial_set,  # type: ignore[arg-type]  # checked by the call
                test_size=int(test_size) if test_size >= 1 else test_size,
                X_test=problem.X_test,
                y_test=problem.y_test,
                groups=problem.groups,
                metrics=metric or ["accuracy"],
                duplicates=duplicates,  # type: ignore[arg-type]
                query_estimator=query_estimator,
                cold_start=cold_start,
                warm_start=warm_start,
                audit=audit,
                stop=stop or None,
                label_cost=label_cost,
                error_cost=error_cost,
                n_future=n_future,
                random_state=seed,
                n_jobs=jobs,
                name=file.name.partition(".")[0],
                out=folder,
                progress=progress,
            )
    except KeyboardInterrupt:
        typer.echo(f"\nStopped. Finished runs are kept in {folder}; the same command goes on from there.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    print_notes(simulation.notes)
    print_findings(simulation)
    typer.echo(f"\nReport: {(folder / 'report.html').resolve()}")
