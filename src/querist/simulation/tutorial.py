"""The tutorial's experiment, exactly, and what its three points of accuracy are made of."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from querist._files import replacing
from querist._typing import AnyArray, IntArray
from querist.registry import make_strategy
from querist.session import Session

if TYPE_CHECKING:
    import pandas as pd

N_QUERIES = 20


@dataclass(frozen=True)
class TutorialData:
    """The synthetic set, split as the tutorial splits it; row numbers are of `X_pool`."""

    X_pool: AnyArray
    y_pool: AnyArray
    X_test: AnyArray
    y_test: AnyArray
    labelled: IntArray


@dataclass(frozen=True)
class TutorialRun:
    """One line per fitted model: the baseline, then one after each query."""

    n_labels: list[int]
    accuracy: list[float]
    # Of the rows asked, so one fewer than the models.
    uncertainty: list[float]
    rows: list[int]


@dataclass(frozen=True)
class GainSplit:
    """What the accuracy gained in the one run consists of; the three parts add up to it."""

    gain: float
    more_labels: float
    better_choice: float
    # Half the width of the 95 % interval of `better_choice`, from the paired repeats.
    better_choice_margin: float
    luck: float
    n_repeats: int


def tutorial_model() -> Any:
    """Return the tutorial's classifier."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(random_state=42, max_iter=2000)


def tutorial_problem() -> tuple[AnyArray, AnyArray]:
    """Return the tutorial's 1,000 rows and their labels."""
    from sklearn.datasets import make_classification

    X, y = make_classification(
        n_samples=1000,
        n_features=10,
        n_informative=5,
        n_redundant=0,
        n_classes=2,
        n_clusters_per_class=1,
        flip_y=0.1,
        random_state=42,
    )
    return X, y


def tutorial_data() -> TutorialData:
    """Return the tutorial's data: 900 rows of pool, 100 of test, 90 labelled at the start.

    The tutorial splits arrays; splitting row numbers with the same seed gives the same
    rows in the same order, and keeps their numbers.
    """
    from sklearn.model_selection import train_test_split

    X, y = tutorial_problem()
    X_pool, X_test, y_pool, y_test = train_test_split(X, y, test_size=0.10, random_state=42, stratify=y)
    labelled, _ = train_test_split(np.arange(len(y_pool)), test_size=0.9, random_state=42, stratify=y_pool)
    return TutorialData(X_pool, y_pool, X_test, y_test, labelled)


def run_tutorial(report: Callable[[int, float, float | None], None] | None = None) -> TutorialRun:
    """Run the experiment: 20 times, ask about the least confident row, refit, evaluate.

    Parameters
    ----------
    report : callable, default=None
        Receives (labels, test accuracy, uncertainty of the row just asked or None) after each fit.
    """
    data = tutorial_data()
    # The tutorial takes numpy's argmax over unlabelled rows in the order of its split; with
    # ascending row numbers ties are the only difference, and there are none.
    session = Session(
        data.X_pool,
        estimator=tutorial_model(),
        strategy=make_strategy("least_confidence", ties="first"),
        random_state=42,
    )
    session.tell(data.labelled, data.y_pool[data.labelled])
    run = TutorialRun([], [], [], [])
    for query in range(N_QUERIES + 1):
        if query:
            rows = session.ask()
            session.tell(rows, data.y_pool[rows])
            run.rows.append(int(rows[0]))
            run.uncertainty.append(float(session.reasons(rows)["utility"].item()))
        run.n_labels.append(len(session.labelled))
        run.accuracy.append(float((session.predict(data.X_test) == data.y_test).mean()))
        if report is not None:
            report(run.n_labels[-1], run.accuracy[-1], run.uncertainty[-1] if query else None)
    return run


def split_gain(run: TutorialRun, table: "pd.DataFrame") -> GainSplit:
    """Split the gain of one run into more labels, better choice and luck.

    Parameters
    ----------
    run : TutorialRun
    table : DataFrame
        `Simulation.table` of the same experiment, repeated, with the strategies
        ``random`` and ``least_confidence``.

    Returns
    -------
    GainSplit
        In accuracy (0.01 is one point). More labels: the mean gain of random rows.
        Better choice: the mean gain of least confidence beyond it, with the half-width of
        its 95 % interval (paired over repeats). Luck: the rest of this run's gain.
    """
    import scipy.stats

    accuracy = table[table["metric"] == "accuracy"]
    ends = accuracy[accuracy["n_labels"].isin([run.n_labels[0], run.n_labels[-1]])]
    wide = ends.pivot_table(index="repeat", columns=["strategy", "n_labels"], values="value")
    gains = {
        name: wide[name][run.n_labels[-1]] - wide[name][run.n_labels[0]] for name in ("random", "least_confidence")
    }
    better = gains["least_confidence"] - gains["random"]
    gain = run.accuracy[-1] - run.accuracy[0]
    spread = float(better.std(ddof=1) / np.sqrt(len(better)))
    return GainSplit(
        gain=gain,
        more_labels=float(gains["random"].mean()),
        better_choice=float(better.mean()),
        better_choice_margin=float(scipy.stats.t.ppf(0.975, len(better) - 1)) * spread,
        luck=gain - float(gains["least_confidence"].mean()),
        n_repeats=len(better),
    )


def plot_tutorial(run: TutorialRun, path: Path) -> None:
    """Draw accuracy against labels, the final accuracy as a dashed line."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.2), layout="constrained")
    axes = figure.subplots()
    axes.plot(run.n_labels, run.accuracy, marker="o", color="#0072B2", label="least confidence, one run")
    axes.axhline(run.accuracy[-1], linestyle="--", color="#555555", label=f"final accuracy {run.accuracy[-1]:.2f}")
    axes.set(xlabel="labels", ylabel="test accuracy", title="The tutorial: 20 queries by least confidence")
    axes.set_xticks(run.n_labels[::5])
    axes.grid(alpha=0.25)
    axes.legend(loc="lower right", frameon=False)
    with replacing(path) as file:
        figure.savefig(file, format=path.suffix.removeprefix("."), dpi=150, metadata={"Software": None})
