"""Strategies of diversity and combination: ``python benchmarks/labels/diversity.py`` runs what is missing.

Logistic regression on tables, ten random rows, then ten at a time to 150 labels; judged on rows that are never asked,
by accuracy and by the mean over the classes of the share that is found (balanced accuracy). Every run is one line of
diversity.jsonl, written when it ends; DIVERSITY.md is the page. In slices: ``--sets car --repeats 0 1``.
"""

import argparse
import json
import warnings
from pathlib import Path

import numpy as np
from protocol import DATA
from sklearn.metrics import balanced_accuracy_score

from querist import Session
from querist._threads import single_thread
from querist.data import read_problem

HERE = Path(__file__).parent
RUNS, PAGE = HERE / "diversity.jsonl", HERE / "DIVERSITY.md"
SETS = ("car", "churn", "letter", "magic", "optdigits", "page_blocks", "satimage", "segmentation", "yeast")
STRATEGIES = (
    "margin",
    "random",
    "weighted_k_means",
    "cluster_margin",
    "max_herding",
    "bait",
    "prob_cover",
    "typiclust",
    "density_weighted",
    "k_center",
    "rank_aggregation:members=margin+density_weighted",
    "rank_aggregation:members=margin+k_center",
    "rank_aggregation:members=margin+max_herding",
    "margin:candidates=anchors,candidates__size=300",
    "margin:candidates=neighbors,candidates__n_neighbors=20",
    "margin:selection=class_balanced",
)
N_POOL, N_TEST, FIRST, BATCH, LAST = 1500, 1000, 10, 10, 150
FIGURES = ("accuracy", "balanced accuracy")


def run(name, strategy, repeat):
    """Return the counts of labels and both figures at each."""
    whole = read_problem(DATA / "pmlb" / f"{name}.tsv.gz", "target")
    rng = np.random.default_rng([repeat, *name.encode()])
    order = rng.permutation(len(whole.y))
    n_pool = min(N_POOL, int(0.7 * order.size))
    pool, test = order[:n_pool], order[n_pool : n_pool + N_TEST]
    X, y, X_test, y_test = whole.X[pool], whole.y[pool], whole.X[test], whole.y[test]
    first = FIRST
    while np.unique(y[:first]).size < 2:
        first += 1
    session = Session(X, estimator="logistic_regression", strategy=strategy, random_state=repeat)
    session.tell(np.arange(first), y[:first])
    counts, figures = [], []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        while True:
            predicted = session.predict(X_test)
            counts.append(len(session.labelled))
            figures.append([float((predicted == y_test).mean()), float(balanced_accuracy_score(y_test, predicted))])
            if counts[-1] >= LAST:
                return counts, figures
            rows = session.ask(min(BATCH, LAST - counts[-1]))
            session.tell(rows, y[rows])


def finished():
    """Return the runs that are there."""
    return [json.loads(line) for line in RUNS.read_text(encoding="utf-8").splitlines()] if RUNS.exists() else []


def mean_to(line, figure, last):
    """Return the mean of a figure from 20 labels to `last`, in points."""
    values = np.array(line["figures"])[:, figure]
    return 100 * float(np.interp(np.arange(20, last + 1, 10), line["counts"], values).mean())


def told(points):
    """Return a mean with its interval; cells count as independent, which makes it too narrow."""
    if points.size < 3:
        return "-"
    return f"{points.mean():+.2f} ± {1.96 * points.std(ddof=1) / np.sqrt(points.size):.2f}"


def page(runs):
    """Return DIVERSITY.md."""
    of = {(each["set"], each["repeat"], each["strategy"]): each for each in runs}
    lines = [
        "# Strategies of diversity and combination",
        "",
        "Written by `python benchmarks/labels/diversity.py`: logistic regression on tables, pools of 1,500, ten",
        "random rows, then ten at a time to 150 labels. Points against margin on the same split and first rows: means",
        "over the curve from 20 labels on, with 95 % intervals over (set, repeat) that take these as independent.",
        "*Balanced*: the mean over the classes of the share of the class that is found. The members that",
        "`rank_aggregation` has by default were chosen by these runs, nothing else was.",
        "",
        "| strategy | cells | accuracy | to 50 labels | balanced | balanced, to 50 | sets lost |",
        "|---|---|---|---|---|---|---|",
    ]
    for strategy in STRATEGIES[1:]:
        pairs = [key for key in of if key[2] == strategy and (*key[:2], "margin") in of]
        cells = [
            np.array([mean_to(of[key], f, last) - mean_to(of[(*key[:2], "margin")], f, last) for key in pairs])
            for f in (0, 1)
            for last in (LAST, 50)
        ]
        by_set = {name: [p for p, key in zip(cells[0], pairs, strict=True) if key[0] == name] for name in SETS}
        lost = sum(np.mean(points) < 0 for points in by_set.values() if points)
        n_sets = sum(1 for points in by_set.values() if points)
        row = [f"`{strategy}`", str(len(pairs)), *(told(points) for points in cells), f"{lost} of {n_sets}"]
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines) + "\n"


def main():
    """Run what is missing, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sets", nargs="*", default=SETS)
    parser.add_argument("--repeats", nargs="*", type=int, default=range(3))
    given = parser.parse_args()
    done = {(each["set"], each["repeat"], each["strategy"]) for each in finished()}
    for repeat in given.repeats:
        for name in given.sets:
            for strategy in STRATEGIES:
                if (name, repeat, strategy) in done:
                    continue
                with single_thread():
                    counts, figures = run(name, strategy, repeat)
                line = {"set": name, "repeat": repeat, "strategy": strategy, "counts": counts, "figures": figures}
                with RUNS.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(line) + "\n")
    PAGE.write_text(page(finished()), encoding="utf-8")


if __name__ == "__main__":
    main()
