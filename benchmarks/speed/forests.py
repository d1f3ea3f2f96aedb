"""Batches of ten with forests: ``python benchmarks/speed/forests.py`` prints seconds a round, ours beside plain code.

A pool of 50,000 x 20 of three classes, 500 labelled, batches of ten by the margin, 100 trees. All contestants run in
one process, a round of each in turn, since a busy machine is slower at one time than at another; medians over rounds.
*CPU* is `time.process_time` with one thread for everything, *wall* the clock with ``--threads``. The first four rounds,
in which numba is loaded, are told apart. scikit-activeml takes part, beside plain code in a process of its own, where
``run.py setup`` has made its environment, or with ``--peer PYTHON``.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from environments import python_of

BATCH, SEED, FIRST = 10, 0, 4
FORESTS = {"extra trees": "ExtraTreesClassifier", "random forest": "RandomForestClassifier"}
Rounds = Iterator[tuple[float, float, list[int]]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--labelled", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=16)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--peer", default=None)
    parser.add_argument("--one", nargs=2, metavar=("CONTESTANTS", "FOREST"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(one(options)))
    else:
        compare(options)


def one(options: argparse.Namespace) -> dict[str, Any]:
    """Run contestants in this process; return of each seconds of fit and of score and choice a round, and its rows."""
    import sklearn.ensemble
    from sklearn.datasets import make_classification

    names, forest = options.one[0].split(";"), options.one[1]
    X, y = make_classification(options.rows, 20, n_informative=8, n_classes=3, random_state=SEED)
    start = np.random.default_rng(SEED).choice(options.rows, options.labelled, replace=False)
    made = getattr(sklearn.ensemble, FORESTS[forest])
    running = {name: CONTESTANTS[name](X, y, start, made(100, random_state=SEED), clock_for(options)) for name in names}
    found: dict[str, Any] = {name: {"seconds": [], "rows": []} for name in names}
    for _ in range(options.rounds):
        for name, rounds in running.items():
            fit, score, rows = next(rounds)
            found[name]["seconds"].append((fit, score))
            found[name]["rows"] += rows
    return found


def clock_for(options: argparse.Namespace) -> Callable[[], float]:
    """Return the clock: CPU with one thread, else the wall's."""
    return time.process_time if options.threads == 1 else time.perf_counter


def plain(X: Any, y: Any, start: Any, estimator: Any, clock: Any) -> Rounds:
    """By hand, with row numbers, the pool in single precision from the start."""
    # What scikit-learn's trees would else convert it to in every round.
    X = X.astype(np.float32)
    free, labelled = np.ones(len(X), bool), list(map(int, start))
    free[labelled] = False
    while True:
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
        yield times[1] - times[0], times[2] - times[1], asked.tolist()


def querist(X: Any, y: Any, start: Any, estimator: Any, clock: Any, **patches: Any) -> Rounds:
    """A session, in which names of the module that scores forests may stand for something else."""
    from querist import Session
    from querist.base import forest_scoring

    session = Session(X, estimator=estimator, strategy="margin", random_state=SEED)
    session.tell(start, y[start])
    while True:
        before = {name: getattr(forest_scoring, name) for name in patches}
        vars(forest_scoring).update(patches)
        times = [clock()]
        session.fit()
        times.append(clock())
        asked = session.ask(BATCH)
        times.append(clock())
        vars(forest_scoring).update(before)
        session.tell(asked, y[asked])
        yield times[1] - times[0], times[2] - times[1], asked.tolist()


def without_numba(*arguments: Any) -> Rounds:
    """A session of who has not installed it."""
    return querist(*arguments, _kernel=lambda work: None)


def scored_by_scikit_learn(*arguments: Any) -> Rounds:
    """A session in which forests answer for themselves: the same rows, and the time of before."""
    return querist(*arguments, _is_plain=lambda forest, block: False)


def scikit_activeml(X: Any, y: Any, start: Any, estimator: Any, clock: Any) -> Rounds:
    """scikit-activeml's strategy, told not to fit a second time."""
    from skactiveml.classifier import SklearnClassifier
    from skactiveml.pool import UncertaintySampling
    from skactiveml.utils import MISSING_LABEL

    model = SklearnClassifier(estimator, classes=[0, 1, 2], random_state=SEED)
    strategy = UncertaintySampling(method="margin_sampling", random_state=SEED)
    known = np.full(len(y), MISSING_LABEL)
    known[start] = y[start]
    while True:
        times = [clock()]
        model.fit(X, known)
        times.append(clock())
        asked = strategy.query(X=X, y=known, clf=model, fit_clf=False, batch_size=BATCH)
        times.append(clock())
        known[asked] = y[asked]
        yield times[1] - times[0], times[2] - times[1], asked.tolist()


CONTESTANTS: dict[str, Callable[..., Rounds]] = {
    "Querist, numba": querist,
    "Querist, without numba": without_numba,
    "Querist, scikit-learn's scoring": scored_by_scikit_learn,
    "plain code": plain,
    "scikit-activeml": scikit_activeml,
}


def compare(options: argparse.Namespace) -> None:
    """Run all contestants and print a row of each."""
    what = "CPU, one thread" if options.threads == 1 else f"wall, {options.threads} threads"
    print(f"{options.rows:,} x 20, {options.labelled:,} labelled, seconds a round ({what}), {options.rounds} rounds\n")
    print("| forest | | fit | score and choose | round | times plain code | first four rounds | same rows |")
    print("|---|---|---|---|---|---|---|---|")
    *ours, peer = CONTESTANTS
    for forest in FORESTS:
        for found in (run(ours, forest, sys.executable, options), run(["plain code", peer], forest, None, options)):
            if found is None:
                continue
            whole = {name: np.array(each["seconds"]) for name, each in found.items()}
            base = np.median(whole["plain code"][FIRST:].sum(axis=1))
            for name, seconds in whole.items():
                if name == "plain code" and peer in found:
                    continue
                fit, score = np.median(seconds[FIRST:], axis=0)
                both, first = np.median(seconds[FIRST:].sum(axis=1)), seconds[:FIRST].sum()
                same = found[name]["rows"] == found.get(ours[2], {}).get("rows")
                print(
                    f"| {forest} | {name} | {fit:.3f} | {score:.3f} | {both:.3f} | {base / both:.2f} | {first:.2f} | "
                    f"{'yes' if same else 'ties decide'} |",
                    flush=True,
                )


def run(names: list[str], forest: str, python: str | None, options: argparse.Namespace) -> dict[str, Any] | None:
    """Run contestants in a process of their own; None where its environment is not there."""
    if python is None:
        try:
            python = options.peer or str(python_of("scikit-activeml"))
        except FileNotFoundError:
            return None
    told = [f"--{key}={getattr(options, key)}" for key in ("rows", "labelled", "rounds", "threads")]
    environment = os.environ | {key: str(options.threads) for key in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    command = [python, __file__, *told, "--one", ";".join(names), forest]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    main()
