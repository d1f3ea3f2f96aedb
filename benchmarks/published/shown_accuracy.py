"""The accuracies that labelling tools show, beside the truth: ``python benchmarks/published/shown_accuracy.py``.

Rows are chosen by margin, ten at a time, for logistic regression on standardised tables and on texts. At 100, 200 and
400 labels four figures that tools show are computed from the rows that were chosen, and compared with the accuracy of
the same model on rows that never were in the pool. Beside them Querist's figure, from a session whose audit takes a
fifth of the labels, against the truth of its own model. Every run is one line of shown_accuracy.jsonl, written when it
ends; what is there is not run again. ``--table`` only writes shown_accuracy.md.
"""

import argparse
import json
import sys
import warnings
from pathlib import Path

import numpy as np
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.preprocessing import StandardScaler

import querist
from querist._threads import single_thread
from querist.data import read_problem, read_table

HERE = Path(__file__).parent
DATA = HERE.parents[2] / "shared" / "data"
RUNS, PAGE = HERE / "shown_accuracy.jsonl", HERE / "shown_accuracy.md"
TABLES = (
    "adult", "car", "chess", "churn", "dna", "letter", "magic", "optdigits", "page_blocks", "satimage", "segmentation",
    "wine_quality_white",
)  # fmt: skip
TEXTS = ("product_reviews", "sms_spam", "subj", "trec")
SIZES, BATCH, FIRST, N_POOL, REPEATS = (100, 200, 400), 10, 20, 2000, 3
SHOWN = {
    "training": "accuracy on the rows that it was trained on",
    "folds": "five folds of the labelled rows",
    "split": "a fifth of the labelled rows, held out",
    "confident": "the twenty rows it is surest of, looked at by a person",
    "querist": "Querist, a fifth of the labels audited",
}


def data_of(name, repeat):
    """Return the rows of a pool and their labels, and other rows with theirs."""
    folder, kind = ("text", "csv") if name in TEXTS else ("pmlb", "tsv.gz")
    path = DATA / folder / f"{name}.{kind}"
    rng = np.random.default_rng([repeat, *name.encode()])
    if name in TEXTS:
        frame = read_table(path).frame
        X, y = frame["text"].fillna("").to_numpy(), frame["label"].to_numpy()
    else:
        problem = read_problem(path, "target")
        X, y = np.asarray(problem.X, float), problem.y
    order = rng.permutation(len(y))
    n_pool = min(N_POOL, int(0.6 * len(y)))
    pool, test = order[:n_pool], order[n_pool : n_pool + N_POOL]
    steps = TfidfVectorizer(min_df=2, sublinear_tf=True) if name in TEXTS else StandardScaler()
    return steps.fit_transform(X[pool]), y[pool], steps.transform(X[test]), y[test]


def session_of(X, y, repeat, audit):
    """Return a session that has its first answers."""
    session = querist.Session(X, strategy="margin", audit=audit, random_state=repeat)
    first = np.random.default_rng(repeat).permutation(len(y))[:FIRST]
    if audit:
        # The first rows belong to the audit's order too.
        while len(session.labelled) < FIRST:
            rows = session.ask(min(BATCH, FIRST - len(session.labelled)))
            session.tell(rows, y[rows])
    else:
        session.tell(first, y[first])
    return session


def ask_up_to(session, y, size):
    """Go on until there are so many labels."""
    while len(session.labelled) < size:
        rows = session.ask(min(BATCH, size - len(session.labelled)))
        session.tell(rows, y[rows])


def shown_by_tools(session, X, y, repeat):
    """Return the figures that tools show of a session's labels."""
    rows = np.asarray(session.labelled)
    free = np.setdiff1d(np.arange(len(y)), rows)
    model = clone(querist.make_estimator("logistic_regression"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of classes with fewer rows than folds
        folds = float(np.mean(cross_val_score(clone(model), X[rows], y[rows], cv=5)))
        train, test = train_test_split(rows, test_size=0.2, random_state=repeat)
        split = float(clone(model).fit(X[train], y[train]).score(X[test], y[test]))
    sure = free[session.predict_proba()[free].max(axis=1).argsort()[::-1][:20]]
    predicted = session.predict()
    return {
        "training": float((predicted[rows] == y[rows]).mean()),
        "folds": folds,
        "split": split,
        "confident": float((predicted[sure] == y[sure]).mean()),
    }


def run(name, repeat):
    """Return a record for each number of labels."""
    X, y, X_test, y_test = data_of(name, repeat)
    plain, audited = session_of(X, y, repeat, 0.0), session_of(X, y, repeat, 0.2)
    records = []
    for size in SIZES:
        ask_up_to(plain, y, size)
        ask_up_to(audited, y, size)
        figure = audited.accuracy()
        truths = [float((session.predict(X_test) == y_test).mean()) for session in (plain, audited)]
        records.append(
            {"set": name, "repeat": repeat, "labels": size, "truth": truths[0], "truth_querist": truths[1]}
            | shown_by_tools(plain, X, y, repeat)
            | {"querist": figure.value, "low": figure.low, "high": figure.high}
        )
    return records


def table():
    """Write what was found."""
    import pandas as pd

    found = pd.DataFrame([json.loads(line) for line in RUNS.read_text().splitlines()])
    lines = [
        "# The accuracies that labelling tools show",
        "",
        "Written by `python benchmarks/published/shown_accuracy.py`: logistic regression, margin, ten rows at a time, "
        f"pools of up to {N_POOL:,} rows, {found['set'].nunique()} sets, {found['repeat'].nunique()} repeats. *Error* "
        "is the figure minus the accuracy on rows that never were in the pool, in points.",
        "",
        "| what is shown | labels | mean error | mean absolute error | error of the worst set "
        "| runs 5 points or more too high | runs 5 points or more too low |",
        "|---|---|---|---|---|---|---|",
    ]
    for kind, words in SHOWN.items():
        for size in SIZES:
            part = found[found["labels"] == size]
            error = 100 * (part[kind] - part["truth_querist" if kind == "querist" else "truth"])
            worst = error.groupby(part["set"]).mean()
            worst = worst.loc[[worst.abs().idxmax()]]
            lines.append(
                f"| {words} | {size} | {error.mean():+.1f} | {error.abs().mean():.1f} "
                f"| {worst.iloc[0]:+.1f} ({worst.index[0]}) | {(error >= 5).mean():.0%} | {(error <= -5).mean():.0%} |"
            )
    lines += [
        "",
        "Querist's intervals (95 %):",
        "",
        "| labels | hold the truth | mean half width, points |",
        "|---|---|---|",
    ]
    for size in SIZES:
        part = found[found["labels"] == size]
        held = (part["low"] <= part["truth_querist"]) & (part["truth_querist"] <= part["high"])
        lines.append(f"| {size} | {held.mean():.1%} | {50 * (part['high'] - part['low']).mean():.1f} |")
    price = 100 * (found["truth_querist"] - found["truth"]).groupby(found["labels"]).mean()
    told = ", ".join(f"{value:+.1f} at {size}" for size, value in price.items())
    lines += [
        "",
        f"What the audit costs: the model is so many points better or worse than the one without: {told}.",
        "",
    ]
    PAGE.write_text("\n".join(lines))


def main():
    """Run what is missing."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--repeats", type=int, default=REPEATS)
    options = parser.parse_args()
    done = set()
    if RUNS.exists():
        done = {(each["set"], each["repeat"]) for each in map(json.loads, RUNS.read_text().splitlines())}
    for repeat in range(0 if options.table else options.repeats):
        for name in (*TABLES, *TEXTS):
            if (name, repeat) not in done:
                with single_thread():
                    records = run(name, repeat)
                with RUNS.open("a") as file:
                    file.writelines(json.dumps(record) + "\n" for record in records)
                print(name, repeat, file=sys.stderr, flush=True)
    table()


if __name__ == "__main__":
    main()
