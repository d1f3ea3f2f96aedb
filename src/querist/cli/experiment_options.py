"""The options of every command that runs experiments: what is compared, by which protocol, on how many processes."""

from typing import Annotated, TypeAlias

import typer

Strategy: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        help="Query strategy, as NAME[:key=value,...]. Repeat it to compare several; random is always among them. "
        "Default: auto."
    ),
]
Estimator: TypeAlias = Annotated[
    list[str] | None, typer.Option(help="Model, as NAME[:key=value,...]. Repeat it to compare several. Default: auto.")
]
Repeats: TypeAlias = Annotated[
    int, typer.Option(help="How often to repeat it, each time with the same split for every strategy.")
]
BatchSize: TypeAlias = Annotated[int, typer.Option(help="Labels asked for in each round.")]
Initial: TypeAlias = Annotated[int, typer.Option(help="Labels given before the first question.")]
InitialSet: TypeAlias = Annotated[str, typer.Option(help="How those first rows are drawn.")]
TestSize: TypeAlias = Annotated[float, typer.Option(help="Share of the rows to test on, or their number.")]
Metric: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        help="accuracy, balanced_accuracy, macro_f1, log_loss, roc_auc, or, of the rarest class, rare_recall, "
        "rare_precision, rare_average_precision; with regressors rmse, mae, r2. Can be repeated; the first leads the "
        "report."
    ),
]
Duplicates: TypeAlias = Annotated[
    str, typer.Option(help="Whether rows with the same features are asked once, or each by itself.")
]
ColdStart: TypeAlias = Annotated[str, typer.Option(help="Strategy to use until two classes have been found.")]
QueryEstimator: TypeAlias = Annotated[
    str | None, typer.Option(help="A second model that chooses the questions. Default: the model itself.")
]
WarmStart: TypeAlias = Annotated[bool, typer.Option("--warm-start", help="Let each fit start from the last one.")]
Seed: TypeAlias = Annotated[int, typer.Option(help="Seed of everything random.")]
Jobs: TypeAlias = Annotated[int, typer.Option(help="Number of processes; -1 uses every core.")]
Dask: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Scheduler of a Dask cluster whose workers do the runs, such as tcp://host:8786. Querist must be "
        "installed there, with the same versions.",
    ),
]
