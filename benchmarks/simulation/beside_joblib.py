"""`querist.bench` beside the loop that one would write by hand: ``python benchmarks/simulation/beside_joblib.py``.

Eight strategies, two learners, the same rows, sizes of splits, fits, predictions and measurements: by `querist.bench`,
and by forty lines of numpy and scikit-learn under `joblib.Parallel`. Each side is a process of its own, with two
workers; CPU seconds are those of the process and all its workers, imports included. What bench does beside (every run
kept on disk, copies of rows asked once, tables, tests, a report) is in its time. Prints the lines of README.md.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
DATA = HERE.parents[2] / "shared" / "data" / "pmlb"
SETS = ("car", "chess", "churn", "segmentation", "yeast", "page_blocks")
STRATEGIES = (
    "random", "least_confidence", "margin", "entropy", "power", "expected_model_change", "k_center", "weighted_k_means",
)  # fmt: skip
N_ROWS, FIRST, BATCH, LAST, N_JOBS = 2000, 20, 10, 100, 2


def learners():
    """Return the two learners; both sides get these objects."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import GaussianNB
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return {
        "logistic regression": make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
        "naive Bayes": GaussianNB(),
    }


def choose(strategy, model, X, rows, labelled, rng):
    """Return the batch; the utilities are those of the papers."""
    if strategy == "random":
        return rng.choice(rows, BATCH, replace=False)
    if strategy == "k_center":
        from sklearn.metrics import pairwise_distances

        nearest = pairwise_distances(X[rows], X[labelled]).min(axis=1)
        chosen = []
        for _ in range(BATCH):
            chosen.append(int(nearest.argmax()))
            nearest = np.minimum(nearest, pairwise_distances(X[rows], X[rows[chosen[-1:]]])[:, 0])
        return rows[chosen]
    proba = model.predict_proba(X[rows])
    two = np.sort(proba, axis=1)[:, -2:]
    margin = 1 - (two[:, 1] - two[:, 0])
    if strategy == "weighted_k_means":
        from sklearn.cluster import KMeans

        unsure = np.argsort(-margin)[: 10 * BATCH]
        close = KMeans(BATCH, n_init=1, random_state=0).fit(X[rows[unsure]], sample_weight=margin[unsure] + 1e-9)
        distances = close.transform(X[rows[unsure]])
        # Two clusters may have the same nearest row.
        chosen = dict.fromkeys(distances.argmin(axis=0).tolist())
        chosen |= dict.fromkeys(range(unsure.size))
        return rows[unsure[list(chosen)[:BATCH]]]
    if strategy == "least_confidence":
        utility = 1 - two[:, 1]
    elif strategy == "entropy":
        utility = -(proba * np.log(np.clip(proba, 1e-300, None))).sum(axis=1)
    elif strategy == "power":
        utility = np.log(np.clip(margin, 1e-300, None)) + rng.gumbel(size=margin.size)
    elif strategy == "expected_model_change":
        length = np.sqrt(1 + (X[rows] ** 2).sum(axis=1))
        square = (proba**2).sum(axis=1, keepdims=True)
        utility = length * (proba * np.sqrt(np.clip(square - 2 * proba + 1, 0, None))).sum(axis=1)
    else:
        utility = margin
    return rows[np.argsort(-utility)[:BATCH]]


def play(X, y, strategy, model, repeat):
    """Return the accuracies of one run; without a strategy that of all labels."""
    from sklearn.base import clone
    from sklearn.model_selection import train_test_split

    warnings.simplefilter("ignore")
    rng = np.random.default_rng(repeat)
    train, test = train_test_split(np.arange(len(y)), test_size=0.25, stratify=y, random_state=repeat)
    if strategy is None:
        return [float(clone(model).fit(X[train], y[train]).score(X[test], y[test]))]
    order = np.random.default_rng(repeat).permutation(train)
    first = FIRST
    while np.unique(y[order[:first]]).size < 2:
        first += 1
    labelled, rows, values = order[:first], order[first:], []
    while True:
        fitted = clone(model).fit(X[labelled], y[labelled])
        values.append(float((fitted.predict(X[test]) == y[test]).mean()))
        if labelled.size >= LAST:
            return values
        asked = choose(strategy, fitted, X, rows, labelled, rng)
        labelled, rows = np.concatenate([labelled, asked]), np.setdiff1d(rows, asked)


def by_hand(data, repeats):
    """Run all by joblib, and write the accuracies."""
    from joblib import Parallel, delayed

    tasks = [
        delayed(play)(X, y, strategy, model, repeat)
        for X, y in data.values()
        for model in learners().values()
        for strategy in (*STRATEGIES, None)
        for repeat in range(repeats)
    ]
    Path("curves.json").write_text(json.dumps(Parallel(n_jobs=N_JOBS)(tasks)))


def by_bench(data, repeats):
    """Run all by `bench`."""
    import querist

    warnings.simplefilter("ignore")
    querist.bench(
        data, out="out", strategies=list(STRATEGIES), estimators=learners(), repeats=repeats, initial=FIRST,
        batch_size=BATCH, budget=LAST, n_jobs=N_JOBS,
    )  # fmt: skip


SIDES = {"by hand": by_hand, "querist.bench": by_bench}


def timed(side, folder, repeats):
    """Return the CPU and wall seconds of one side, in a process of its own."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, str(Path(__file__).resolve()), "--side", side, "--data", str(folder)]
        child = subprocess.Popen([*command, "--repeats", str(repeats)], cwd=place)
        _, status, used = os.wait4(child.pid, 0)
    if status:
        raise RuntimeError(f"{side} failed.")
    return used.ru_utime + used.ru_stime, time.perf_counter() - start


def main():
    """Time both sides in turn."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sets", type=int, default=len(SETS))
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--data", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.side:
        data = {path.stem: tuple(np.load(path).values()) for path in sorted(given.data.glob("*.npz"))}
        SIDES[given.side](data, given.repeats)
        return
    from querist.data import read_problem

    seconds = {side: [] for side in SIDES}
    with tempfile.TemporaryDirectory() as folder:
        for name in SETS[: given.sets]:
            whole = read_problem(DATA / f"{name}.tsv.gz", "target")
            rows = np.random.default_rng(0).permutation(len(whole.y))[:N_ROWS]
            # Classes of a row or two cannot be split.
            classes, counts = np.unique(whole.y[rows], return_counts=True)
            rows = rows[np.isin(whole.y[rows], classes[counts >= 5])]
            np.savez(Path(folder) / f"{name}.npz", X=np.asarray(whole.X[rows], float), y=whole.y[rows])
        for _ in range(given.turns):
            for side, kept in seconds.items():
                kept.append(timed(side, folder, given.repeats))
                print(side, *(f"{each:.1f}" for each in kept[-1]), file=sys.stderr, flush=True)
    cpu, wall = ({side: np.median(np.array(kept)[:, of]) for side, kept in seconds.items()} for of in (0, 1))
    turns = [one[0] / other[0] for one, other in zip(seconds["querist.bench"], seconds["by hand"], strict=True)]
    n_runs = given.sets * given.repeats * len(learners()) * (len(STRATEGIES) + 1)
    print(f"| {len(STRATEGIES)} x {len(learners())} x {given.sets} x {given.repeats} ({n_runs:,} runs) "
          f"| {cpu['querist.bench'] / cpu['by hand']:.2f} ({min(turns):.2f} to {max(turns):.2f}) "
          f"| {wall['querist.bench'] / wall['by hand']:.2f} |")  # fmt: skip


if __name__ == "__main__":
    main()
