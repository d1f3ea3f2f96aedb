"""``querist bench DATA DATA ...``: the same strategies and estimators on many data sets."""

from pathlib import Path
from typing import Annotated, Any

import typer

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


@friendly
def bench(
    data: Annotated[
        list[str],
        typer.Argument(
            help="Two or more data sets: FILE or FILE:COLUMN, a FOLDER of files, sklearn:NAME (iris, wine, "
            "breast_cancer or digits), openml:NUMBER. NAME=... says what one is called."
        ),
    ],
    target: Annotated[
        str | None,
        typer.Option(help="Column to predict of files for which none is named. Default: target."),
    ] = None,
    strategy: Strategy = None,
    estimator: Estimator = None,
    repeats: Repeats = 20,
    budget: Annotated[
        int | None,
        typer.Option(help="Labels in total, first ones included; all rows where there are fewer. Default: 200."),
    ] = None,
    batch_size: BatchSize = 10,
    initial: Initial = 20,
    initial_set: InitialSet = "random",
    test_size: TestSize = 0.25,
    metric: Metric = None,
    duplicates: Duplicates = "ask_once",
    cold_start: ColdStart = "random",
    query_estimator: QueryEstimator = None,
    warm_start: WarmStart = False,
    seed: Seed = 0,
    jobs: Jobs = -1,
    dask: Dask = None,
    out: Annotated[Path, typer.Option(help="Folder for the results.")] = Path("querist-bench"),
) -> None:
    """Compare strategies and estimators on several data sets, by paired repeats on each.

    Interrupt it whenever you like: the same command resumes, and goes on with more data sets.
    """
    from querist.cli.cluster import on_dask
    from querist.cli.progress import progress_bar
    from querist.cli.words import print_notes
    from querist.simulation import bench as over_data_sets

    options: dict[str, Any] = {
        "strategies": strategy or ["auto"], "estimators": estimator or ["auto"], "repeats": repeats, "budget": budget,
        "batch_size": batch_size, "initial": initial, "initial_set": initial_set,
        "test_size": int(test_size) if test_size >= 1 else test_size, "metrics": metric or None,
        "duplicates": duplicates, "cold_start": cold_start, "query_estimator": query_estimator,
        "warm_start": warm_start, "random_state": seed, "n_jobs": jobs,
    }  # fmt: skip

    def print_note(note: str) -> None:
        print_notes([note])

    with resumable(out), on_dask(dask), progress_bar("data sets") as progress:
        comparison = over_data_sets(data, out=out, target=target, progress=progress, told=print_note, **options)
    for sentence in comparison.findings():
        typer.echo(f"   {sentence}")
    typer.echo(f"\nReport: {(out / 'report.html').resolve()}")
