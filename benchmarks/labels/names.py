"""What do registered names gain with few labels? ``python benchmarks/labels/names.py`` writes NAMES.md.

It runs what is missing: each name as it is, and with ``plain=True``, on rows drawn at random, 20, 50, 100 and 200
labels of eight tables and four texts, three splits; accuracy, balanced accuracy and log loss on 800 other rows. Every
cell is one line of names.jsonl.
"""

import argparse
import json
import warnings
from pathlib import Path

import numpy as np
import scipy.sparse
from protocol import DATA
from sklearn.metrics import balanced_accuracy_score

from querist import estimator_names, make_estimator
from querist._threads import single_thread
from querist.data import read_problem

HERE = Path(__file__).parent
RUNS, PAGE = HERE / "names.jsonl", HERE / "NAMES.md"
SETS = {
    "tables": ("adult", "car", "churn", "letter", "optdigits", "page_blocks", "satimage", "yeast"),
    "texts": ("product_reviews", "sms_spam", "subj", "trec"),
}
# What ranks only, and what is the same with and without.
NAMES = sorted(set(estimator_names()) - {"relevance_svc", "auto"})
COUNTS, REPEATS = (20, 50, 100, 200), (0, 1, 2)


def split(kind, name, repeat):
    """Return pool and test rows with their labels; at least two classes are among the first twenty."""
    folder, ending, target = ("pmlb", "tsv.gz", "target") if kind == "tables" else ("text", "csv", "label")
    # Texts as words alone: what names had when they were compared first, and what all of them take.
    more = {} if kind == "tables" else {"words_only": True}
    whole = read_problem(DATA / folder / f"{name}.{ending}", target, **more)
    rng = np.random.default_rng([repeat, *name.encode()])
    order = rng.permutation(len(whole.y))
    while np.unique(whole.y[order[: COUNTS[0]]]).size < 2:
        order = rng.permutation(order)
    pool, test = order[: COUNTS[-1]], order[COUNTS[-1] :][:800]
    return whole.X[pool], whole.y[pool], whole.X[test], whole.y[test]


def judged(model, X, y, X_test, y_test):
    """Return accuracy, balanced accuracy, log loss (None: no probabilities) and whether one class is said of all."""
    model.set_params(**{key: 0 for key in model.get_params() if key.rpartition("__")[2] == "random_state"})
    said = model.fit(X, y).predict(X_test)
    loss = None
    if hasattr(model, "predict_proba"):
        proba, place = model.predict_proba(X_test), {label: column for column, label in enumerate(model.classes_)}
        columns = np.array([place.get(label, -1) for label in y_test.tolist()])
        given = np.where(columns >= 0, proba[np.arange(len(y_test)), columns], 0.0)
        loss = round(float(-np.log(np.maximum(given, 1e-6)).mean()), 5)
    accuracy, balanced = float((said == y_test).mean()), balanced_accuracy_score(y_test, said)
    return [round(accuracy, 5), round(balanced, 5), loss, bool(np.unique(said).size == 1)]


def cells(kind, name, repeat, names):
    """Yield a line for each name that takes the rows, and number of labels."""
    X, y, X_test, y_test = split(kind, name, repeat)
    for each in names:
        sparse_only, dense_only = each == "complement_naive_bayes", each in ("gradient_boosting", "naive_bayes")
        if (dense_only and scipy.sparse.issparse(X)) or (sparse_only and not scipy.sparse.issparse(X)):
            continue
        for count in COUNTS:
            ways = {}
            for way, plain in (("name", False), ("plain", True)):
                model = make_estimator(each, plain=plain)
                try:
                    ways[way] = judged(model, X[:count], y[:count], X_test, y_test)
                except ValueError:  # gaps in tables, as the plain classifier takes none
                    ways[way] = None
            yield {"kind": kind, "set": name, "repeat": repeat, "estimator": each, "labels": count} | ways


def page(runs):
    """Return NAMES.md."""
    lines = [
        "# Registered names with few labels",
        "",
        "Written by `python benchmarks/labels/names.py`. Rows drawn at random from eight tables and four texts (words",
        "alone), three splits; judged on 800 other rows. By how many points a name is above scikit-learn's class alone",
        "(`plain=True`): accuracy / balanced accuracy, then log loss (below 0 is better), then in how many cells of a",
        "hundred one class was said of all rows, before and with the name. What is lost is in bold.",
        "",
        f"| name | rows | {' | '.join(f'{count} labels' for count in COUNTS)} |",
        "|---" * (len(COUNTS) + 2) + "|",
    ]
    for each in NAMES:
        for kind in SETS:
            told = [line for line in runs if (line["estimator"], line["kind"]) == (each, kind)]
            told = [line for line in told if line["name"] and line["plain"]]
            if told:
                by_count = ([line for line in told if line["labels"] == count] for count in COUNTS)
                lines.append(f"| {each} | {kind} | {' | '.join(map(cell, by_count))} |")
    return "\n".join(lines) + "\n"


def cell(lines):
    """Return what one cell says."""
    ours, plain = ([line[way] for line in lines] for way in ("name", "plain"))
    said = []
    for column in (0, 1):
        points = 100 * float(np.mean([a[column] - b[column] for a, b in zip(ours, plain, strict=True)]))
        said.append(f"**{points:+.1f}**" if round(points, 1) < 0 else f"{points:+.1f}")
    losses = [a[2] - b[2] for a, b in zip(ours, plain, strict=True) if a[2] is not None]
    loss = f"{np.mean(losses):+.2f}" if losses else "-"
    loss = f"**{loss}**" if losses and round(float(np.mean(losses)), 2) > 0 else loss
    one = [f"{100 * np.mean([each[3] for each in way]):.0f}" for way in (plain, ours)]
    return f"{' / '.join(said)}, {loss}, {one[0]} to {one[1]}"


def finished():
    """Return the cells that are there."""
    return [json.loads(line) for line in RUNS.read_text(encoding="utf-8").splitlines()] if RUNS.exists() else []


def main():
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--names", nargs="*", default=NAMES)
    given = parser.parse_args()
    done = {(line["kind"], line["set"], line["repeat"], line["estimator"]) for line in finished()}
    warnings.simplefilter("ignore")
    for repeat in () if given.table else REPEATS:
        for kind, sets in SETS.items():
            for name in sets:
                missing = [each for each in given.names if (kind, name, repeat, each) not in done]
                with single_thread(), RUNS.open("a", encoding="utf-8") as file:
                    for line in cells(kind, name, repeat, missing) if missing else ():
                        file.write(json.dumps(line) + "\n")
                print(kind, name, repeat, flush=True)
    PAGE.write_text(page(finished()), encoding="utf-8")


if __name__ == "__main__":
    main()
