"""Learning curves on tables, kept one line a run, for the claims of other people's papers.

Every run is one line of a file, written when it ends; what is there is not run again. Splits and first rows are those
of `querist.simulate`, shared by all strategies and learners of a repeat.
"""

import json
import sys
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from shown_accuracy import DATA, TABLES

import querist
from querist.data import read_problem
from querist.simulation.protocol import FULL_DATA
from querist.simulation.statistics import area_under_curve, difference_interval, signed_rank_p

N_ROWS = 3000
SETS = TABLES


class Cell(NamedTuple):
    """What one call of `simulate` runs: all strategies with one learner on one split."""

    repeat: int
    batch: int
    estimator: str
    set: str


def finished(path: Path) -> list[dict[str, Any]]:
    """Return the runs that are there."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def run_missing(path: Path, cells: Iterable[Cell], strategies: Sequence[str], **protocol: Any) -> None:
    """Run what is not there; `protocol` are parameters of `simulate`."""
    done = {(Cell(line["repeat"], line["batch"], line["estimator"], line["set"]), line["strategy"])
            for line in finished(path)}  # fmt: skip
    for cell in cells:
        missing = [strategy for strategy in strategies if (cell, strategy) not in done]
        if not missing:
            continue
        lines = [line for line in _runs(cell, missing, protocol) if line["strategy"] in missing]
        with path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)
        print(*cell, file=sys.stderr, flush=True)


def _runs(cell: Cell, strategies: Sequence[str], protocol: dict[str, Any]) -> list[dict[str, Any]]:
    whole = read_problem(DATA / "pmlb" / f"{cell.set}.tsv.gz", "target")
    rows = np.random.default_rng([cell.repeat, *cell.set.encode()]).permutation(len(whole.y))[:N_ROWS]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of solvers and of classes with one row
        found = querist.simulate(
            whole.X[rows], whole.y[rows], strategies=list(strategies), estimators=[cell.estimator], repeats=1,
            batch_size=cell.batch, random_state=cell.repeat, n_jobs=1, name=cell.set, **protocol,
        )  # fmt: skip
    lines = []
    for strategy, part in found.table.groupby("strategy", sort=False):
        if strategy != FULL_DATA:
            points = part.sort_values("n_labels")
            curve = {"counts": points["n_labels"].tolist(), "accuracy": points["value"].round(5).tolist()}
            lines.append(cell._asdict() | {"strategy": strategy} | curve)
    return lines


def height(line: dict[str, Any]) -> float:
    """Return the mean height of a learning curve, in points."""
    return 100 * float(area_under_curve(line["counts"], line["accuracy"]))


def told(points: Any) -> str:
    """Return the mean of differences of sets, in points, with its 95 % interval over the sets."""
    points = np.asarray(points, float)
    low, high = difference_interval(points, 100)
    return f"{points.mean():+.2f} ({low:+.2f} to {high:+.2f})"


def tally(points: Any) -> str:
    """Return on how many sets differences are above and below 0, and the signed-rank p over the sets."""
    points = np.asarray(points, float)
    return f"{(points > 0).sum()} / {(points < 0).sum()} | {signed_rank_p(points):.3f}"


def signed(value: float) -> str:
    """Return a difference in points, in bold where it is a loss."""
    return f"{value:+.2f}" if value >= 0 else f"**{value:+.2f}**"
