"""BADGE and strategies of coverage beside scikit-activeml and plain code: ``python benchmarks/speed/diverse.py``.

CPU seconds of one thread, the median of three queries after a first one (of queries that take long the first).
scikit-activeml runs in its own environment (``run.py setup``), its row is left out where there is none; plain code are
the definitions in numpy and scikit-learn. Two draw at random, so which rows are chosen is compared by what they are
chosen for: for BADGE the sum of squared distances to the nearest gradient of the batch, for MaxHerding the mean cover
of the pool in percent, for the others the number of groups (the pool is of 30) with a question. In slices:
``--tasks MaxHerding``; rows of other tasks stay.

It writes DIVERSE.md.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

HERE = Path(__file__).resolve().parent
PAGE = HERE / "DIVERSE.md"


def badge_task(n_rows=20_000):
    """Return a pool of 64 columns, 200 labelled rows of ten classes, and a model."""
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_rows, 64))
    y = (X @ rng.standard_normal((64, 10))).argmax(axis=1)
    rows = np.arange(200)
    return X, rows, y[rows], LogisticRegression(max_iter=1000).fit(X[rows], y[rows])


def typiclust_task(n_rows=10_000):
    """Return a pool of 30 groups in 64 columns, and the group of each row."""
    rng = np.random.default_rng(1)
    of = rng.integers(0, 30, n_rows)
    return rng.standard_normal((n_rows, 64)) + 3.0 * rng.standard_normal((30, 64))[of], of


def querist_badge(X, rows, labels, model, n, seed):
    """Querist."""
    from querist.strategies import Badge

    return Badge().query(X, rows, labels, model=model, batch_size=n, random_state=seed)


def plain_badge(X, rows, labels, model, n, seed):
    """The authors' way: gradients written out, one pass for each row of the batch."""
    free = np.setdiff1d(np.arange(len(X)), rows)
    factors = model.predict_proba(X[free])
    factors[np.arange(free.size), factors.argmax(axis=1)] -= 1
    vectors = (factors[:, :, None] * X[free][:, None, :]).reshape(free.size, -1)
    rng = np.random.default_rng(seed)
    lengths = (vectors**2).sum(axis=1)
    chosen = [int(lengths.argmax())]
    nearest = np.full(free.size, np.inf)
    while True:
        squared = lengths + lengths[chosen[-1]] - 2 * vectors @ vectors[chosen[-1]]
        nearest = np.minimum(nearest, np.maximum(squared, 0))
        nearest[chosen] = 0
        if len(chosen) == n:
            return free[chosen]
        chosen.append(int(rng.choice(free.size, p=nearest / nearest.sum())))


def activeml_badge(X, rows, labels, model, n, seed):
    """scikit-activeml."""
    from skactiveml.classifier import SklearnClassifier
    from skactiveml.pool import Badge

    y = np.full(len(X), np.nan)
    y[rows] = labels
    clf = SklearnClassifier(model, classes=np.unique(labels))
    clf.fit(X[rows], labels)
    return Badge(random_state=seed).query(X=X, y=y, clf=clf, batch_size=n, fit_clf=False)


def querist_typiclust(X, n, seed):
    """Querist."""
    from querist.strategies import TypiClust

    return TypiClust().query(X, [], [], batch_size=n, random_state=seed)


def plain_typiclust(X, n, seed):
    """k-means as scikit-learn has it, all distances within each cluster."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import pairwise_distances

    of = KMeans(n, n_init=1, random_state=seed).fit(X).labels_
    chosen = []
    for cluster in np.argsort(-np.bincount(of), kind="stable"):
        members = np.flatnonzero(of == cluster)
        gaps = np.sort(pairwise_distances(X[members]), axis=1)[:, 1:21].mean(axis=1)
        chosen.append(members[gaps.argmin()])
    return np.array(chosen)


def activeml_typiclust(X, n, seed):
    """scikit-activeml."""
    from skactiveml.pool import TypiClust

    return TypiClust(random_state=seed).query(X=X, y=np.full(len(X), np.nan), batch_size=n)


def querist_prob_cover(X, n, seed):
    """Querist."""
    from querist.strategies import ProbCover

    return ProbCover(radius=RADIUS).query(X, [], [], batch_size=n, random_state=seed)


def plain_prob_cover(X, n, seed):
    """The definition, from the matrix of all pairs."""
    from sklearn.metrics import pairwise_distances

    near = pairwise_distances(X) < RADIUS
    left, chosen = np.ones(len(X), bool), []
    for _ in range(n):
        counts = near[:, left].sum(axis=1)
        counts[chosen] = -1
        chosen.append(int(counts.argmax()))
        left &= ~near[chosen[-1]]
    return np.array(chosen)


def activeml_prob_cover(X, n, seed):
    """scikit-activeml."""
    from skactiveml.pool import ProbCover

    strategy = ProbCover(deltas=[RADIUS], random_state=seed, n_classes=30)
    return strategy.query(X=X, y=np.full(len(X), np.nan), batch_size=n)


def querist_max_herding(X, n, seed):
    """Querist."""
    from querist.strategies import MaxHerding

    return MaxHerding().query(X, [], [], batch_size=n, random_state=seed)


def plain_max_herding(X, n, seed):
    """The definition, from the matrix of all pairs."""
    kernel = _kernel(X, X)
    cover, chosen = np.zeros(len(X)), []
    for _ in range(n):
        gains = np.maximum(kernel - cover, 0).sum(axis=1)
        gains[chosen] = -1
        chosen.append(int(gains.argmax()))
        cover = np.maximum(cover, kernel[chosen[-1]])
    return np.array(chosen)


def activeml_max_herding(X, n, seed):
    """scikit-activeml, with the authors' width of the kernel: its own depends on the number of columns."""
    from skactiveml.pool import MaxHerding

    strategy = MaxHerding(metric_dict={"gamma": 1.0}, random_state=seed)
    return strategy.query(X=X, y=np.full(len(X), np.nan), batch_size=n)


def _kernel(X, others):
    X, others = (rows / np.linalg.norm(rows, axis=1)[:, None] for rows in (X, others))
    return np.exp(2.0 * (X @ others.T) - 2.0)


TASKS = {
    "BADGE 20,000 x 64, 10 classes, batch of 100": {
        "Querist": querist_badge,
        "plain code": plain_badge,
        "scikit-activeml": activeml_badge,
    },
    "TypiClust 10,000 x 64, batch of 50": {
        "Querist": querist_typiclust,
        "plain code": plain_typiclust,
        "scikit-activeml": activeml_typiclust,
    },
    "ProbCover 10,000 x 64, batch of 50": {
        "Querist": querist_prob_cover,
        "plain code": plain_prob_cover,
        "scikit-activeml": activeml_prob_cover,
    },
    "MaxHerding 10,000 x 64, batch of 50": {
        "Querist": querist_max_herding,
        "plain code": plain_max_herding,
        "scikit-activeml": activeml_max_herding,
    },
}
SIZES, RADIUS = (100, 50, 50, 50), 9.0
# Queries of more seconds are asked once.
LONG = 15.0


def worth(task, chosen, data):
    """Return what the batch is chosen for."""
    if task == 3:
        return round(100 * float(_kernel(data[0], data[0][chosen]).max(axis=1).mean()), 3)
    if task:
        return len(set(data[1][chosen].tolist()))
    X, rows, _, model = data
    free = np.setdiff1d(np.arange(len(X)), rows)
    factors = model.predict_proba(X)
    factors[np.arange(len(X)), factors.argmax(axis=1)] -= 1
    vectors = (factors[:, :, None] * X[:, None, :]).reshape(len(X), -1)
    lengths = (vectors**2).sum(axis=1)
    squared = lengths[free, None] + lengths[chosen] - 2 * vectors[free] @ vectors[chosen].T
    return round(float(np.maximum(squared.min(axis=1), 0).sum()), 1)


def measured(who, wanted):
    """Return task, library, median CPU seconds and the median of what the batches are worth."""
    lines = []
    for task, (name, libraries) in enumerate(TASKS.items()):
        if wanted and name.partition(" ")[0] not in wanted:
            continue
        data = typiclust_task() if task else badge_task()
        given = data[:1] if task else data
        for library in (each for each in libraries if each in who):
            seconds, worths = [], []
            for seed in (99, 0, 1, 2):
                start = time.process_time()
                chosen = libraries[library](*given, SIZES[task], seed)
                seconds.append(time.process_time() - start)
                worths.append(worth(task, np.asarray(chosen), data))
                if seconds[0] > LONG:
                    break
            # The first one loads and warms up, unless it is the only one.
            seconds, worths = seconds[1:] or seconds, worths[1:] or worths
            lines.append([name, library, float(np.median(seconds)), float(np.median(worths))])
    return lines


def main():
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--peer", action="store_true", help="scikit-activeml alone, as JSON")
    parser.add_argument("--tasks", nargs="*", default=[], help="first words of tasks; all if left out")
    given = parser.parse_args()
    if given.peer:
        print(json.dumps(measured({"scikit-activeml"}, given.tasks)))
        return
    from environments import python_of

    lines = measured({"Querist", "plain code"}, given.tasks)
    try:
        python = python_of("scikit-activeml")
    except FileNotFoundError as error:
        print(error)
    else:
        command = [python, __file__, "--peer", "--tasks", *given.tasks]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        lines += json.loads(told.splitlines()[-1])
    table = [
        "# BADGE, TypiClust, ProbCover and MaxHerding",
        "",
        "Written by `python benchmarks/speed/diverse.py`: CPU seconds of one thread, median of three. *Worth*: what a",
        "batch is chosen for, of BADGE the sum of squared distances to the nearest gradient of the batch (smaller is",
        "better), of MaxHerding the mean cover of the pool in percent, of the others how many of 30 groups get a",
        "question. Wished: 15, 3, 10 and 20 times scikit-activeml's speed. k-means alone takes two fifths of",
        "TypiClust, all pairs of rows most of ProbCover and MaxHerding.",
        "",
        "| task | library | seconds | ratio | worth |",
        "|---|---|---|---|---|",
    ]
    before = PAGE.read_text(encoding="utf-8").splitlines() if PAGE.exists() else []
    for name in TASKS:
        rows = [line for line in lines if line[0] == name]
        own = next((seconds for _, library, seconds, _ in rows if library == "Querist"), 1.0)
        table += [
            f"| {name} | {library} | {seconds:.3g} | {seconds / own:.3g} | {value:g} |"
            for _, library, seconds, value in rows
        ] or [line for line in before if line.startswith(f"| {name} |")]
    PAGE.write_text("\n".join(table) + "\n", encoding="utf-8")
    print("\n".join(table[9:]))


if __name__ == "__main__":
    sys.exit(main())
