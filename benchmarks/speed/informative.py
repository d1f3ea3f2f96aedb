"""Strategies that ask what an answer would do, beside others' code: ``python benchmarks/speed/informative.py``.

CPU seconds of one thread, the median of three queries after a first one (of modAL: one query). Others run in their own
environments (``run.py setup``); their rows are left out where there is none. It also counts how often expected error
reduction without trainings asks the row that trainings find.

It writes INFORMATIVE.md.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

HERE = Path(__file__).resolve().parent
PAGE = HERE / "INFORMATIVE.md"
BALD = "BALD, 20 samples of 10,000 rows, 10 classes"
BATCH = "BatchBALD, the same, batches of 10, {} ways to answer"
WAYS = (20, 200, 1000)
EER = "expected error reduction (log), 500 rows, 2 classes"


def samples():
    """Return probabilities of shape (n_samples, n_rows, n_classes)."""
    return np.random.default_rng(0).dirichlet(np.ones(10), size=(20, 10_000))


def table(seed=0, n=500, n_classes=2):
    """Return a pool of ten columns, its labels, and rows that are labelled."""
    from sklearn.datasets import make_classification

    X, y = make_classification(n, 10, n_informative=6, n_classes=n_classes, flip_y=0.1, random_state=seed)
    return X, y, np.concatenate([np.flatnonzero(y == code)[:10] for code in range(n_classes)])


def querist_bald():
    """Querist."""
    from querist.strategies import Bald

    given, X = samples(), np.zeros((10_000, 1))
    strategy = Bald(samples=given)
    return lambda: strategy.query(X, [], [], random_state=0)


def small_text_bald():
    """small-text."""
    from small_text.query_strategies.bayesian import _bald

    given = np.ascontiguousarray(samples().transpose(1, 0, 2))
    return lambda: _bald(given).argmax()


def activeml_bald():
    """scikit-activeml."""
    from skactiveml.pool import batch_bald

    given = samples()
    return lambda: batch_bald(given, 1, random_state=0).argmax()


def querist_batch(n_ways):
    """Querist."""
    from querist.strategies import BatchBald

    given, X = samples(), np.zeros((10_000, 1))
    strategy = BatchBald(samples=given, n_configurations=n_ways)
    return lambda: strategy.query(X, [], [], batch_size=10, random_state=0)


def activeml_batch(n_ways):
    """scikit-activeml, whose default are as many ways as draws."""
    from skactiveml.pool import batch_bald

    given = samples()
    return lambda: np.nanargmax(batch_bald(given, 10, n_MC_samples=n_ways, random_state=0), axis=1)


def told_by(rows, n_ways=100_000):
    """Return the information of a batch about the draw, in nats, with so many ways to answer it drawn."""
    from querist.strategies.batch_bald import _Ways

    given = samples()
    ways, total = _Ways(len(given), n_ways, np.random.default_rng(1)), 0.0
    for row in rows:
        total += float(ways.gains(given[:, [row]])[0])
        ways.extend(given[:, row])
    return total


def querist_eer():
    """Querist."""
    from querist.learners import NewtonLogisticRegression
    from querist.strategies import ExpectedErrorReduction

    X, y, rows = table()
    model = NewtonLogisticRegression().fit(X[rows], y[rows])
    return lambda: ExpectedErrorReduction().query(X, rows, y[rows], model=model, random_state=0)


def modal_eer():
    """Of modAL."""
    # It names what newer versions of numpy have no longer.
    np.float = float  # noqa: NPY001
    from modAL.expected_error import expected_error_reduction
    from modAL.models import ActiveLearner
    from sklearn.linear_model import LogisticRegression

    X, y, rows = table()
    learner = ActiveLearner(LogisticRegression(), X_training=X[rows], y_training=y[rows])
    free = np.setdiff1d(np.arange(len(X)), rows)
    return lambda: expected_error_reduction(learner, X[free], loss="log")


TASKS = {
    BALD: {"Querist": querist_bald, "small-text": small_text_bald, "scikit-activeml": activeml_bald},
    **{
        BATCH.format(n): {"Querist": partial(querist_batch, n), "scikit-activeml": partial(activeml_batch, n)}
        for n in WAYS
    },
    EER: {"Querist": querist_eer, "modal": modal_eer},
}


def measured(who):
    """Return task, library and median CPU seconds."""
    lines = []
    for task, libraries in TASKS.items():
        if who in libraries:
            query = libraries[who]()
            repeats = 1 if who == "modal" else 3
            if repeats > 1:
                query()
            seconds = []
            for _ in range(repeats):
                start = time.process_time()
                query()
                seconds.append(time.process_time() - start)
            asked = np.asarray(query()).tolist() if task.startswith("BatchBALD") else []
            lines.append([task, who, float(np.median(seconds)), asked])
    return lines


def agreement(n_classes, loss, n_pools=8):
    """Return how often steps and trainings ask the same row, and what part of the gain over a middling one is lost."""
    from querist.learners import NewtonLogisticRegression
    from querist.strategies import ExpectedErrorReduction

    same, lost = [], []
    for seed in range(n_pools):
        X, y, rows = table(seed, 100, n_classes)
        model = NewtonLogisticRegression().fit(X[rows], y[rows])
        (ours, _), (theirs, utilities) = (
            ExpectedErrorReduction(loss=loss, updates=updates).query(
                X, rows, y[rows], model=model, random_state=0, return_utilities=True
            )
            for updates in ("newton", "exact")
        )
        same.append(ours[0] == theirs[0])
        best = np.nanmax(utilities)
        lost.append((best - utilities[ours[0]]) / (best - np.nanmedian(utilities)))
    return float(np.mean(same)), float(np.mean(lost))


def main():
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--peer", help="one library alone, as JSON")
    given = parser.parse_args()
    if given.peer:
        print(json.dumps(measured(given.peer)))
        return
    from environments import python_of

    lines = measured("Querist")
    for peer in ("small-text", "scikit-activeml", "modal"):
        try:
            python = python_of(peer)
        except FileNotFoundError as error:
            print(error)
            continue
        told = subprocess.run([python, __file__, "--peer", peer], check=True, capture_output=True, text=True).stdout
        lines += json.loads(told.splitlines()[-1])
    page = [
        "# Strategies that ask what an answer would do to the model",
        "",
        "Written by `python benchmarks/speed/informative.py`: CPU seconds of one thread, median of three. "
        "Wished: twice",
        "small-text's speed for BALD, 5 times scikit-activeml's for BatchBALD, 50 times modAL's for expected error "
        "reduction.",
        "",
        "| task | library | seconds | ratio |",
        "|---|---|---|---|",
    ]
    for name in TASKS:
        own = next(seconds for task, library, seconds, _ in lines if (task, library) == (name, "Querist"))
        page += [f"| {task} | {who} | {s:.3g} | {s / own:.3g} |" for task, who, s, _ in lines if task == name]
    page += ["", f"What the batches of ten tell of the draw, in nats (log 20 = {np.log(20):.4f}):", ""]
    page += ["| task | library | told |", "|---|---|---|"]
    page += [f"| {task} | {who} | {told_by(asked):.4f} |" for task, who, _, asked in lines if asked]
    page += [
        "",
        'Expected error reduction without trainings against trainings (`updates="exact"`), 8 pools of 100 rows, ten',
        "labels of each class: how often the first row is the same, and what part of the way from a middling row to "
        "the best is lost.",
        "",
        "| classes | loss | same row | lost |",
        "|---|---|---|---|",
    ]
    for n_classes in (2, 3):
        for loss in ("zero_one", "log"):
            same, lost = agreement(n_classes, loss)
            page.append(f"| {n_classes} | {loss} | {same:.0%} | {lost:.1%} |")
    PAGE.write_text("\n".join(page) + "\n", encoding="utf-8")
    print("\n".join(page))


if __name__ == "__main__":
    sys.exit(main())
