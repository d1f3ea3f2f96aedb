"""Which mixture learns most from rows drawn at random? ``python benchmarks/labels/learners.py`` runs what is missing.

All 18 tables, 30, 100 and 300 labels, three splits; accuracy and log loss on 800 other rows. It decided what ``auto``
mixes, and in which shares. Finished sets are kept in learners.json; ``run.py --table`` writes the page.
"""

import json
from pathlib import Path

import numpy as np
from protocol import DATA, SETS
from sklearn.ensemble import ExtraTreesClassifier

from querist._threads import single_thread
from querist.data import read_problem
from querist.learners import KernelMachine

KEPT = Path(__file__).parent / "learners.json"
COUNTS, REPEATS = (30, 100, 300), (4, 5, 6)
# Shares of trees that look at the square root and at half of the columns, and of the two kernel machines together.
MIXTURES = {
    "extra trees": (1, 0, 0),
    "extra trees, half of the columns": (0, 1, 0),
    "both trees": (1 / 2, 1 / 2, 0),
    "extra trees 1/2, kernels 1/2": (1 / 2, 0, 1 / 2),
    "extra trees 5/8, kernels 3/8": (5 / 8, 0, 3 / 8),
    "half of the columns 5/8, kernels 3/8": (0, 5 / 8, 3 / 8),
    "both trees 1/2, kernels 1/2": (1 / 4, 1 / 4, 1 / 2),
    "both trees 5/8, kernels 3/8": (5 / 16, 5 / 16, 3 / 8),
    "both trees 3/4, kernels 1/4 (auto, with twice its trees)": (3 / 8, 3 / 8, 1 / 4),
}


def models():
    """Return the members: two kinds of 100 trees, and two kernel machines."""
    return [
        ExtraTreesClassifier(random_state=0),
        ExtraTreesClassifier(max_features=0.5, random_state=0),
        KernelMachine(),
        KernelMachine(columns="quantiles"),
    ]


def measured(name, repeat):
    """Yield, for each number of labels, accuracy and log loss of each mixture."""
    problem = read_problem(DATA / "pmlb" / f"{name}.tsv.gz", "target")
    classes, y = np.unique(problem.y, return_inverse=True)
    order = np.random.default_rng(100 + repeat).permutation(y.size)
    n_pool = min(1500, int(0.7 * y.size))
    pool, test = order[:n_pool], order[n_pool : n_pool + 800]
    for count in COUNTS:
        rows = pool[:count]
        if np.unique(y[rows]).size < 2:
            continue
        members = []
        for model in models():
            proba = np.zeros((test.size, classes.size))
            model.fit(problem.X[rows], y[rows])
            proba[:, model.classes_] = model.predict_proba(problem.X[test])
            members.append(proba)
        members[2:] = [(members[2] + members[3]) / 2]
        found = {}
        for mixture, shares in MIXTURES.items():
            proba = sum(share * member for share, member in zip(shares, members, strict=True))
            given = np.maximum(proba[np.arange(test.size), y[test]], 1e-6)
            found[mixture] = [float((proba.argmax(axis=1) == y[test]).mean()), float(-np.log(given).mean())]
        yield {"set": name, "repeat": repeat, "labels": count, "mixtures": found}


def main():
    """Measure."""
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else []
    done = {(each["set"], each["repeat"]) for each in kept}
    for name in SETS["tables"]:
        for repeat in REPEATS:
            if (name, repeat) not in done:
                with single_thread():
                    kept += measured(name, repeat)
                lines = ",\n".join(json.dumps(each) for each in kept)
                KEPT.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
                print(name, repeat, flush=True)


if __name__ == "__main__":
    main()
