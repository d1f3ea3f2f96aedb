"""``querist demo``: the tutorial's experiment, what it is made of, and the same loop on real data."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from querist.cli.display import has_display
from querist.cli.friendly import friendly
from querist.cli.offer import offer_page

if TYPE_CHECKING:
    from querist.simulation.tutorial import TutorialRun

_DIGITS_REPEATS = 10


@friendly
def demo(
    out: Annotated[Path, typer.Option(help="Folder for the pictures and reports.")] = Path("querist-demo"),
    repeats: Annotated[
        int,
        typer.Option(
            min=2, help="How often to repeat the comparison with random labelling (at most 10 times for the digits)."
        ),
    ] = 100,
    jobs: Annotated[int, typer.Option(help="Number of processes; -1 uses every core.")] = -1,
    show: Annotated[bool, typer.Option(help="Open the pictures if there is a display.")] = True,
) -> None:
    """Watch active learning at work: the tutorial, an honest comparison, and real data."""
    out.mkdir(parents=True, exist_ok=True)
    run = _tutorial(out)
    pictures = [out / "tutorial.png", _honest(out, run, repeats, jobs), _digits(out, repeats, jobs)]
    typer.echo("\nThe pictures are in:")
    for picture in pictures:
        typer.echo(f"  {picture.resolve()}")
    typer.echo(f"  {(out / 'digits.html').resolve()}  (the report)")
    if show and has_display():
        typer.launch(str(pictures[0].resolve()))
        typer.launch(str((out / "digits.html").resolve()))
    typer.echo("\nNext: querist simulate YOUR_FILE.csv --target COLUMN   (what would it have saved on your data?)")
    offer_page(out / "digits")


def _tutorial(out: Path) -> "TutorialRun":
    from querist.simulation.tutorial import plot_tutorial, run_tutorial

    typer.echo("1. The tutorial: 1,000 synthetic rows, 100 of them for testing; logistic regression;")
    typer.echo("   90 labels at the start, then 20 queries, each about the least confident row.\n")
    typer.echo("   labels  test accuracy  uncertainty of the row asked")

    def line(n_labels: int, accuracy: float, uncertainty: float | None) -> None:
        asked = "(baseline)" if uncertainty is None else f"{uncertainty:.4f}"
        typer.echo(f"   {n_labels:6d}  {accuracy:13.4f}  {asked}")

    run = run_tutorial(line)
    typer.echo(
        f"\n   Baseline {run.accuracy[0]:.4f} with {run.n_labels[0]} labels, "
        f"{run.accuracy[-1]:.4f} with {run.n_labels[-1]}: {100 * (run.accuracy[-1] - run.accuracy[0]):+.1f} points."
    )
    typer.echo("   (The tutorial's text speaks of 100 to 120 labels; its code gives 90 to 110.)\n")
    plot_tutorial(run, out / "tutorial.png")
    return run


def _honest(out: Path, run: "TutorialRun", repeats: int, jobs: int) -> Path:
    from querist.cli.progress import progress_bar
    from querist.simulation import simulate
    from querist.simulation.tutorial import N_QUERIES, split_gain, tutorial_model, tutorial_problem

    typer.echo(f"2. The honest part: the same experiment {repeats} times, with new splits, against random rows.")
    X, y = tutorial_problem()
    with progress_bar("repeating") as progress:
        simulation = simulate(
            X,
            y,
            strategies=["least_confidence"],
            estimators={"logistic regression": tutorial_model()},
            repeats=repeats,
            initial=90,
            initial_set="stratified",
            budget=90 + N_QUERIES,
            batch_size=1,
            test_size=100,
            n_jobs=jobs,
            name="tutorial",
            progress=progress,
        )
    split = split_gain(run, simulation.table)
    inside = abs(split.better_choice) <= split.better_choice_margin
    typer.echo(
        f"\n   Of the tutorial's {100 * split.gain:.2f} points, {100 * split.more_labels:.2f} come from having "
        f"{N_QUERIES} more labels (random rows gain that much),\n"
        f"   {100 * split.better_choice:.2f} ± {100 * split.better_choice_margin:.2f} from choosing them better"
        f"{' (within the noise)' if inside else ''}, and {100 * split.luck:.2f} are the luck of one run "
        f"(means of {split.n_repeats} paired repeats).\n"
    )
    path = out / "tutorial_repeated.png"
    simulation.plot(path)
    return path


def _digits(out: Path, repeats: int, jobs: int) -> Path:
    from sklearn.datasets import load_digits

    from querist.cli.progress import progress_bar
    from querist.cli.words import print_findings
    from querist.simulation import simulate

    typer.echo("3. Real data: 1,797 handwritten digits, 10 classes, batches of 10, extra trees.")
    X, y = load_digits(return_X_y=True)
    with progress_bar("digits") as progress:
        simulation = simulate(
            X,
            y,
            strategies=["margin"],
            estimators=["extra_trees"],
            repeats=min(repeats, _DIGITS_REPEATS),
            initial=20,
            budget=200,
            batch_size=10,
            n_jobs=jobs,
            name="digits",
            progress=progress,
        )
    print_findings(simulation)
    simulation.report(out / "digits.html")
    path = out / "digits.png"
    simulation.plot(path)
    return path
