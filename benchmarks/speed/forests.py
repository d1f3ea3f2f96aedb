"""Batches of ten with forests: ``python benchmarks/speed/forests.py`` prints seconds a round, ours beside plain code.

A pool of 50,000 x 20 of three classes, 500 labelled, batches of ten by the margin, 100 trees; each contestant in a
fresh process, in turns, medians over them. *CPU* is `time.process_time` with one thread for everything, *wall* the
clock with ``--threads``. Of each process the first four rounds (in which numba is loaded, if it is) are told apart
from the median of the others. scikit-activeml takes part where ``run.py setup`` has made its environment, or with
``--peer PYTHON``.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from environments import python_of

BATCH, SEED, FIRST = 10, 0, 4
FORESTS = {"extra trees": "ExtraTreesClassifier", "random forest": "RandomForestClassifier"}
Rounds = list[tuple[float, float]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--labelled", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--peer", default=None)
    parser.add_argument("--one", nargs=2, metavar=("CONTESTANT", "FOREST"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(one(options)))
    else:
        compare(options)


def one(options: argparse.Namespace) -> dict[str, Any]:
    """Run one contestant in this process; return seconds of fit and of score and choice a round, and rows."""
    import sklearn.ensemble
    from sklearn.datasets import make_classification

    name, forest = options.one
    X, y = make_classification(options.rows, 20, n_informative=8, n_classes=3, random_state=SEED)
    start = np.random.default_rng(SEED).choice(options.rows, options.labelled, replace=False)
    estimator = getattr(sklearn.ensemble, FORESTS[forest])(100, random_state=SEED)
    seconds, rows = CONTESTANTS[name](X, y, start, estimator, options.rounds, clock_for(options))
    return {"seconds": seconds, "rows": rows}


def clock_for(options: argparse.Namespace) -> Callable[[], float]:
    """Return the clock: CPU with one thread, else the wall's."""
    return time.process_time if options.threads == 1 else time.perf_counter


def plain(X: Any, y: Any, start: Any, estimator: Any, n_rounds: int, clock: Any) -> tuple[Rounds, list[int]]:
    """By hand, with row numbers, the pool in single precision from the start."""
    # What scikit-learn's trees would else convert it to in every round.
    X = X.astype(np.float32)
    free, labelled, seconds = np.ones(len(X), bool), list(map(int, start)), []
    free[labelled] = False
    for _ in range(n_rounds):
        times = [clock()]
        model = estimator.fit(X[labelled], y[labelled])
        times.append(clock())
        rows = np.flatnonzero(free)
        proba = model.predict_proba(X[rows])
        proba.sort(axis=1)
        asked = rows[np.argpartition(proba[:, -1] - proba[:, -2], BATCH)[:BATCH]]
        times.append(clock())
        labelled += asked.tolist()
        free[asked] = False
        seconds.append((times[1] - times[0], times[2] - times[1]))
    return seconds, labelled[len(start) :]


def querist(X: Any, y: Any, start: Any, estimator: Any, n_rounds: int, clock: Any) -> tuple[Rounds, list[int]]:
    """A session."""
    from querist import Session

    session = Session(X, estimator=estimator, strategy="margin", random_state=SEED)
    session.tell(start, y[start])
    seconds = []
    for _ in range(n_rounds):
        times = [clock()]
        session.fit()
        times.append(clock())
        asked = session.ask(BATCH)
        times.append(clock())
        session.tell(asked, y[asked])
        seconds.append((times[1] - times[0], times[2] - times[1]))
    return seconds, list(map(int, session.labelled))[len(start) :]


def without_numba(*arguments: Any) -> tuple[Rounds, list[int]]:
    """A session of who has not installed it."""
    sys.modules["numba"] = None  # type: ignore[assignment]
    return querist(*arguments)


def scored_by_scikit_learn(*arguments: Any) -> tuple[Rounds, list[int]]:
    """A session in which forests answer for themselves: the same rows, and the time of before."""
    from querist.base import scoring

    scoring.forest_probabilities = lambda *_: None
    return querist(*arguments)


def scikit_activeml(X: Any, y: Any, start: Any, estimator: Any, n_rounds: int, clock: Any) -> tuple[Rounds, list[int]]:
    """scikit-activeml's strategy, told not to fit a second time."""
    from skactiveml.classifier import SklearnClassifier
    from skactiveml.pool import UncertaintySampling
    from skactiveml.utils import MISSING_LABEL

    model = SklearnClassifier(estimator, classes=[0, 1, 2], random_state=SEED)
    strategy = UncertaintySampling(method="margin_sampling", random_state=SEED)
    known, seconds, rows = np.full(len(y), MISSING_LABEL), [], []
    known[start] = y[start]
    for _ in range(n_rounds):
        times = [clock()]
        model.fit(X, known)
        times.append(clock())
        asked = strategy.query(X=X, y=known, clf=model, fit_clf=False, batch_size=BATCH)
        times.append(clock())
        known[asked] = y[asked]
        rows += asked.tolist()
        seconds.append((times[1] - times[0], times[2] - times[1]))
    return seconds, rows


CONTESTANTS: dict[str, Callable[..., tuple[Rounds, list[int]]]] = {
    "Querist, numba": querist,
    "Querist, without numba": without_numba,
    "Querist, scikit-learn's scoring": scored_by_scikit_learn,
    "plain code": plain,
    "scikit-activeml": scikit_activeml,
}


def compare(options: argparse.Namespace) -> None:
    """Run all contestants in turns and print a row of each."""
    what = "CPU, one thread" if options.threads == 1 else f"wall, {options.threads} threads"
    print(f"{options.rows:,} x 20, {options.labelled:,} labelled, seconds a round ({what}), {options.turns} turns\n")
    print("| forest | | fit | score and choose | round | times plain code | first four rounds | same rows |")
    print("|---|---|---|---|---|---|---|---|")
    for forest in FORESTS:
        found: dict[str, list[dict[str, Any]]] = {}
        for _ in range(options.turns):
            for name in CONTESTANTS:
                result = run(name, forest, options)
                if result is not None:
                    found.setdefault(name, []).append(result)
        table = {name: row(results) for name, results in found.items()}
        rows = {name: results[0]["rows"] for name, results in found.items()}
        for name, (fit, score, whole, first) in table.items():
            same = "yes" if rows[name] == rows["Querist, scikit-learn's scoring"] else "ties decide"
            ratio = table["plain code"][2] / whole
            print(f"| {forest} | {name} | {fit:.3f} | {score:.3f} | {whole:.3f} | {ratio:.2f} | {first:.2f} | {same} |")


def row(results: list[dict[str, Any]]) -> tuple[float, float, float, float]:
    """Return medians over rounds and processes: fit, score, both; and the sum of the first rounds."""
    each = np.array([result["seconds"] for result in results])
    steady, first = each[:, FIRST:].reshape(-1, 2), each[:, :FIRST].sum(axis=(1, 2))
    fit, score = np.median(steady, axis=0)
    return float(fit), float(score), float(np.median(steady.sum(axis=1))), float(np.median(first))


def run(name: str, forest: str, options: argparse.Namespace) -> dict[str, Any] | None:
    """Run one contestant in a process of its own; None where its environment is not there."""
    python = sys.executable
    if name == "scikit-activeml":
        try:
            python = options.peer or str(python_of("scikit-activeml"))
        except FileNotFoundError:
            return None
    told = [f"--{key}={getattr(options, key)}" for key in ("rows", "labelled", "rounds", "threads")]
    # scikit-learn's forests take jobs, and ours what OpenMP has.
    environment = os.environ | {key: str(options.threads) for key in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    command = [python, __file__, *told, "--one", name, forest]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    main()
