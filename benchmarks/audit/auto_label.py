"""Auto-labelling with a promise: whether it is kept, and how much is released.

nice -n 15 python benchmarks/audit/auto_label.py run --repeats 200   # resumable
python benchmarks/audit/auto_label.py table
"""

import argparse
import json
import os
from pathlib import Path
from typing import NamedTuple

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
import problems  # noqa: E402
from coverage_runs import done, seed_of  # noqa: E402
from fast import FastDiscriminant, FastLogistic  # noqa: E402
from sklearn.ensemble import ExtraTreesClassifier  # noqa: E402

from querist._random import derive_generator  # noqa: E402
from querist.audit.auto_label import auto_labels, plan_auto_label  # noqa: E402
from querist.audit.cross_fitting import cross_fit  # noqa: E402
from querist.audit.order import audit_numbers, audit_order, promise_numbers  # noqa: E402
from querist.strategies import MarginSampling  # noqa: E402

HERE = Path(__file__).parent
RUNS = HERE / "runs" / "auto_label.jsonl"
# set, classifier, labels when the model is frozen, most fresh labels
CELLS = (
    ("optdigits", "extra_trees", 400, 500),
    ("sms_spam", "fast", 400, 500),
    ("spambase", "extra_trees", 800, 800),
    ("spambase", "extra_trees", 1200, 800),
    ("spambase", "extra_trees", 1600, 800),
    ("trec", "fast", 400, 500),
)
TARGET = 0.98


def model_of(kind, n_classes, X, y, seed):
    """Return a fitted model."""
    if kind == "extra_trees":
        return ExtraTreesClassifier(100, random_state=seed % 2**31).fit(X, y)
    return (FastLogistic if n_classes == 2 else FastDiscriminant)().fit(X, y)


class Frozen(NamedTuple):
    """A model at the end of a run of active learning, and what is known of it.

    Attributes
    ----------
    rest : ndarray of shape (n,)
        Rows without an answer.
    confidence, right : ndarray of shape (n,)
        What the model says of them, and whether it is right.
    past_confidence, past_correct : ndarray of shape (m,)
        Of rows that the audit drew, by models that were not trained on them.
    """

    rest: np.ndarray
    confidence: np.ndarray
    right: np.ndarray
    past_confidence: np.ndarray
    past_correct: np.ndarray


def frozen(problem, kind, n_labels, seed):
    """Label by margin with an audit share of 0.2 in batches of ten, and freeze the model."""
    X, y = problem.X, problem.y
    n_classes = np.unique(y).size
    # The loop asks with a fast model whatever is frozen at the end: only the end is looked at here.
    order = audit_order(audit_numbers(seed, np.arange(len(y))))
    answered = np.zeros(len(y), bool)
    # Twenty rows, or as many as it takes to meet two classes.
    rows = order[: max(20, 1 + np.flatnonzero(y[order] != y[order[0]])[0])].tolist()
    drawn = list(rows)
    answered[rows] = True
    for number in range(10**6):
        if len(rows) >= n_labels:
            break
        model = model_of("fast", n_classes, X[rows], y[rows], seed)
        chosen = order[~answered[order]][:2]
        answered[chosen] = True
        asked = MarginSampling().query(
            X,
            rows,
            y[rows],
            model=model,
            candidates=np.flatnonzero(~answered),
            batch_size=8,
            random_state=derive_generator(seed, "ask", number),
        )
        answered[asked] = True
        drawn += chosen.tolist()
        rows += [*chosen.tolist(), *asked.tolist()]
    rows, drawn = np.array(rows), np.array(drawn)
    model = model_of(kind, n_classes, X[rows], y[rows], seed)
    past = cross_fit(lambda r, v: model_of(kind, n_classes, X[r], v, seed), X, rows, y[rows], drawn, n_folds=10)
    rest = np.flatnonzero(~answered)
    proba = model.predict_proba(X[rest])
    right = model.classes_[proba.argmax(axis=1)] == y[rest]
    return Frozen(rest, proba.max(axis=1), right, past.confidence, past.predicted == y[drawn])


def one(problem, kind, n_labels, most, seed):
    """Let a frozen model label the rest."""
    state = frozen(problem, kind, n_labels, seed)
    plan = plan_auto_label(
        state.rest,
        state.confidence,
        promise_numbers(seed, state.rest, 1),
        target=TARGET,
        past_confidence=state.past_confidence,
        past_correct=state.past_correct,
        most_labels=most,
    )
    found = {"pool": len(problem.y), "rest": len(state.rest), "accuracy": round(float(state.right.mean()), 4)}
    if plan is None:
        return found | {"released": 0, "labels": 0, "error": 0.0, "planned": False}
    right = np.zeros(len(problem.y), bool)
    right[state.rest] = state.right
    result = auto_labels(plan, right[plan.sample])
    reached = min(result.n_regions, len(plan.regions) - 1)
    labels = int(np.isin(plan.sample, plan.regions[reached]).sum())
    error = float((~right[result.rows]).mean()) if result.rows.size else 0.0
    return found | {
        "released": int(result.rows.size),
        "labels": labels,
        "error": round(error, 5),
        "planned": True,
        "first": plan.labels[0],
        "most": plan.labels[1],
        "regions": [len(r) for r in plan.regions],
    }


def main():
    """Parse the command line and do what it says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("command", choices=("run", "table"))
    parser.add_argument("--repeats", type=int, default=200)
    parser.add_argument("--runs", type=Path, default=RUNS)
    chosen = parser.parse_args()
    if chosen.command == "run":
        chosen.runs.parent.mkdir(exist_ok=True)
        have = done(chosen.runs)
        loaded = {name: problems.load(name) for name in dict.fromkeys(cell[0] for cell in CELLS)}
        with chosen.runs.open("a") as file:
            for repeat in range(chosen.repeats):
                for cell in CELLS:
                    if (*cell, repeat) not in have:
                        run = one(loaded[cell[0]], *cell[1:], seed_of(cell[0], repeat))
                        file.write(json.dumps({"key": [*cell, repeat], **run}) + "\n")
                        file.flush()
    else:
        print(table(chosen.runs))


def table(path):
    """Return the table of all finished runs."""
    lines = [
        "| set | classifier | labels before | at most fresh | runs | accuracy on the rest | fresh labels used, mean | "
        "released of the rows left, mean | more than half of these | promise kept |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    runs = list(done(path).values())
    for cell in CELLS:
        mine = [run for run in runs if tuple(run["key"][:-1]) == cell]
        if mine:
            share = np.array([run["released"] / run["rest"] for run in mine])
            kept = np.mean([run["error"] <= 1 - TARGET + 1e-9 for run in mine])
            accuracy, labels = (np.mean([run[what] for run in mine]) for what in ("accuracy", "labels"))
            lines.append(
                f"| {' | '.join(str(each) for each in cell)} | {len(mine)} | {100 * accuracy:.1f} % | {labels:.0f} | "
                f"{100 * share.mean():.0f} % | {100 * np.mean(share > 0.5):.0f} % | {100 * kept:.1f} % |"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
