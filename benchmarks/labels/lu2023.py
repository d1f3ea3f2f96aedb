"""`auto` in the protocol of Lu, Li, Cheng and Lin (2023), beside their table. ``python benchmarks/labels/lu2023.py``.

Splits, initial sets and the area under the curve are those of ``benchmarks/published``, whose own table checks them
against the published runs. The learner is `auto` instead of their SVC. Every run is one line of lu2023.jsonl, written
when it ends: what is stopped goes on where it was. ``--table`` only writes lu2023.md.
"""

import argparse
import json
import sys
import warnings
from pathlib import Path

import numpy as np

from querist import Session
from querist._threads import single_thread

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "published"))

from lu2023_protocol import N_INITIAL, SETS, aubc, draw, published, published_seeds, read_set  # noqa: E402

DATA = HERE.parents[2] / "shared" / "data" / "lu2023"
RUNS = HERE / "lu2023.jsonl"
# Questions one by one up to so many labels; then so large a share of them at once, where one answer changes little.
ONE_BY_ONE, SHARE = 120, 0.02

HEAD = f"""\
# `auto` beside the published table of Lu et al. (2023)

Written by `python benchmarks/labels/lu2023.py`. Points of mean AUBC (arXiv:2306.08954; their Uniform and US-C are an
SVC asked at random and by its own margin). `auto` asks by its own margin, one question at a time up to {ONE_BY_ONE}
labels, then {SHARE:.0%} of the labels at once until the pool is empty; the curve is interpolated between. The published
means are over seeds 0 to 99 (0 to 9 on spambase, banana, phoneme), ours over the seeds that are told, so differences
from Uniform carry the noise of few splits; those from US-C are paired with the authors' own runs of the same seeds.

| set | runs | auto | Uniform | US-C | auto - Uniform | auto - US-C, same seeds |
|---|---|---|---|---|---|---|
"""


def accuracies(task, seed):
    """Return the test accuracy after each label beyond the initial ones."""
    X_test, y_test = task.X[task.n_pool :], task.y[task.n_pool :]
    session = Session(task.pool, estimator="auto", strategy="margin", random_state=seed)
    session.tell(np.arange(N_INITIAL), task.y[:N_INITIAL])
    counts, measured, n_labels = [], [], N_INITIAL
    while n_labels < task.n_pool:
        n = 1 if n_labels < ONE_BY_ONE else min(int(SHARE * n_labels), task.n_pool - n_labels)
        rows = session.ask(n)
        session.tell(rows, task.y[rows])
        n_labels += len(rows)
        counts.append(n_labels)
        measured.append(float(np.mean(session.predict(X_test) == y_test)))
    return np.interp(np.arange(N_INITIAL + 1, task.n_pool + 1), counts, measured)


def finished():
    """Return the runs that are there."""
    return [json.loads(line) for line in RUNS.read_text(encoding="utf-8").splitlines()] if RUNS.exists() else []


def table(runs):
    """Return the page."""
    means, own = published(), published_seeds()
    lines, gains, behind = [], [], []
    for name in SETS:
        of = {run["seed"]: run["aubc"] for run in runs if run["set"] == name}
        if not of:
            continue
        uniform, svc = means[name, "Uniform"][0], means[name, "US-C"][0]
        gain = 100 * (np.mean(list(of.values())) - uniform)
        paired = [100 * (value - own[name, seed]) for seed, value in of.items() if (name, seed) in own]
        shown = "" if not paired else f"{np.mean(paired):+.1f}"
        mark = "**" if paired and np.mean(paired) < -1 else ""
        gains.append(gain)
        behind += [np.mean(paired)] if paired else []
        lines.append(
            f"| {name} | {len(of)} | {np.mean(list(of.values())):.4f} | {uniform:.4f} | {svc:.4f} | {gain:+.1f} |"
            f" {mark}{shown}{mark} |"
        )
    end = f"\n\nMean over {len(gains)} sets: {np.mean(gains):+.2f} above Uniform, median {np.median(gains):+.2f}; "
    return HEAD + "\n".join(lines) + end + f"against US-C {np.mean(behind):+.2f}, the worst set {min(behind):+.2f}.\n"


def main():
    """Run and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sets", nargs="*", default=SETS)
    parser.add_argument("--seeds", nargs="*", type=int, default=list(range(10)))
    parser.add_argument("--table", action="store_true")
    given = parser.parse_args()
    done = {(each["set"], each["seed"]) for each in finished()}
    for seed in [] if given.table else given.seeds:
        for name in (each for each in given.sets if (each, seed) not in done):
            task = draw(*read_set(DATA, name), name=name, seed=seed)
            if not task.has_both_classes:
                continue
            with single_thread(), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                area = aubc(accuracies(task, seed))
            with RUNS.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"set": name, "seed": seed, "aubc": round(area, 5)}) + "\n")
            print(name, seed, round(area, 4), flush=True)
    (HERE / "lu2023.md").write_text(table(finished()), encoding="utf-8")


if __name__ == "__main__":
    main()
