"""Labels by the model: whether the promise is kept, what it releases, and what its labels cost.

nice -n 19 python benchmarks/audit/auto_label.py run --repeats 20   # resumable
python benchmarks/audit/auto_label.py table

Each run is a session that has labelled by margin sampling with ``audit=0.2``, and the same frozen model is then let go
twice: with rows ordered by its confidence alone, as before, and by `Session.auto_label`, which judges the order first;
where that refuses or fails, the smaller promise that it offers is tried as well. The sets of `set_aside` are not among
these.
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
from held import Fast  # noqa: E402
from sklearn.base import clone  # noqa: E402
from sklearn.ensemble import ExtraTreesClassifier  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402

from querist import Session  # noqa: E402
from querist._random import derive_generator  # noqa: E402
from querist.audit.auto_label import auto_labels  # noqa: E402
from querist.audit.auto_label_plan import plan_auto_label  # noqa: E402
from querist.audit.cross_fitting import cross_fit  # noqa: E402
from querist.audit.order import promise_numbers  # noqa: E402
from querist.audit.outcomes import OPEN, RIGHT, WRONG  # noqa: E402
from querist.audit.past import Frozen  # noqa: E402
from querist.audit.promise import standing  # noqa: E402
from querist.audit.promise_planning import model_labels_promise  # noqa: E402
from querist.exceptions import OutOfReachError  # noqa: E402

RUNS = Path(__file__).parent / "runs" / "auto_label.jsonl"
POOL_ROWS = 5_000
# Their numbers are codes: each value becomes a column.
CODED = ("car", "connect_4", "dna", "titanic")
problems.FILES |= {name: f"pmlb/{name}.tsv.gz" for name in (*CODED, "churn", "page_blocks")}


class Cell(NamedTuple):
    """A set, a classifier, the labels when its model is frozen, the target, and the most fresh labels."""

    set: str
    classifier: str
    n_labels: int
    target: float
    most: int = 500


CELLS = (
    Cell("car", "logistic", 400, 0.95),
    Cell("car", "logistic", 400, 0.98),
    Cell("dna", "logistic", 400, 0.98),
    Cell("churn", "fast", 400, 0.95),
    Cell("page_blocks", "fast", 400, 0.98),
    Cell("pendigits", "fast", 400, 0.98),
    Cell("magic", "fast", 400, 0.95),
    Cell("connect_4", "logistic", 400, 0.9),
    Cell("titanic", "logistic", 400, 0.9),
    Cell("spambase", "fast", 800, 0.98, 800),
    Cell("sms_spam", "fast", 400, 0.98),
    Cell("trec", "fast", 400, 0.9),
)


def classifier(kind, n_classes):
    """Return the unfitted classifier of a cell."""
    if kind == "fast":
        return Fast(many=n_classes > 2)
    return LogisticRegression(max_iter=1000) if kind == "logistic" else ExtraTreesClassifier(100)


def loaded(name):
    """Return a set; of coded categories with a column for each value."""
    if name not in CODED:
        return problems.load(name)
    from querist.data import read_problem

    problem = read_problem(problems.DATA / problems.FILES[name], "target")
    X = np.asarray(problem.X, float)
    X = np.hstack([(column[:, None] == np.unique(column)).astype(float) for column in X.T])
    return problems.Problem(X, np.unique(np.asarray(problem.y), return_inverse=True)[1])


def labelled(problem, cell, seed):
    """Return a session on a part of the set that has its labels, and the truth."""
    order = derive_generator(seed, "split").permutation(len(problem.y))[:POOL_ROWS]
    X, y = problem.X[order], problem.y[order]
    session = Session(
        X, estimator=classifier(cell.classifier, np.unique(y).size), strategy="margin", audit=0.2, random_state=seed
    )
    while session.labelled.size < cell.n_labels:
        rows = session.ask(10)
        session.tell(rows, y[rows])
    return session, X, y


def by_confidence(session, X, y, cell, seed):
    """Let the model go as it was before: rows ordered by its confidence, the audit's rows as their past."""
    rows, labels = session.labelled, session.labels
    how = session.reasons(rows)
    drawn = rows[(how["how"] == "audit").to_numpy()]
    model = clone(classifier(cell.classifier, np.unique(y).size))
    past = cross_fit(lambda r, v: clone(model).fit(X[r], v), X, rows, labels, drawn)
    rest = np.setdiff1d(np.arange(len(y)), rows)
    sure, right = session.predict_proba(X[rest]).max(axis=1), session.predict(X[rest]) == y[rest]
    numbers = promise_numbers(seed, rest, 1)
    plan = plan_auto_label(
        rest, sure, numbers, target=cell.target, past_confidence=past.sure, past_correct=past.predicted == y[drawn],
        most_labels=cell.most,
    )  # fmt: skip
    half = np.argsort(-sure)[: rest.size // 2]
    told = {"rest": int(rest.size), "accuracy": float(right.mean()), "surest_half": float(right[half].mean())}
    if plan is None:
        return told | {"released": 0, "labels": 0, "to_the_end": 0, "error": 0.0, "refused": True}
    is_right = np.zeros(len(y), bool)
    is_right[rest] = right
    result = auto_labels(plan, is_right[plan.sample])
    promise = model_labels_promise(plan, Frozen(rest, numbers, sure), attempt=1)
    outcome = np.full(plan.sample.size, OPEN, np.int8)
    while (where := standing(promise, outcome)).open.size:
        asked = np.isin(plan.sample, where.open[:10])
        outcome[asked] = np.where(is_right[plan.sample[asked]], RIGHT, WRONG)
    reached = promise.inside <= where.stage
    return told | {
        "released": int(result.rows.size),
        "labels": int((outcome != OPEN).sum()),
        "to_the_end": int(reached.sum()),
        "error": float((~is_right[result.rows]).mean()) if result.rows.size else 0.0,
        "refused": False,
    }


def attempt(session, y, target, most):
    """Return what one attempt of the session's own gives, and the target that it offers where it gives nothing."""
    try:
        task = session.auto_label(target, most_labels=most)
    except OutOfReachError as error:
        return {"released": 0, "labels": 0, "error": 0.0, "refused": True, "offered": error.offered}
    labels = 0
    while (rows := task.ask()).size:
        session.tell(rows, y[rows])
        labels += rows.size
    result, expected = task.result(), task.plan.expected
    return {
        "released": int(result.rows.size),
        "labels": labels,
        "error": float((result.labels != y[result.rows]).mean()) if result.rows.size else 0.0,
        "refused": False,
        "offered": None if result.offer is None else result.offer.target,
        "order": task.plan.order,
        "chance": expected.chance,
        "if_passed": expected.labels_if_passed,
        "if_failed": expected.labels_if_failed,
    }


def one(problem, cell, seed):
    """Carry out one run."""
    session, X, y = labelled(problem, cell, seed)
    found = {"before": by_confidence(session, X, y, cell, seed), "now": attempt(session, y, cell.target, cell.most)}
    offered = found["now"]["offered"]
    if offered is not None:
        found["offer"] = {"target": offered} | attempt(session, y, offered, cell.most)
    return found


def main():
    """Parse the command line and do what it says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("command", choices=("run", "table"))
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--runs", type=Path, default=RUNS)
    parser.add_argument("--only", nargs="*", help="sets")
    chosen = parser.parse_args()
    if chosen.command == "run":
        chosen.runs.parent.mkdir(exist_ok=True)
        have = done(chosen.runs)
        cells = [cell for cell in CELLS if not chosen.only or cell.set in chosen.only]
        sets = {name: loaded(name) for name in dict.fromkeys(cell.set for cell in cells)}
        with chosen.runs.open("a") as file:
            for repeat in range(chosen.repeats):
                for cell in cells:
                    if (*cell, repeat) not in have:
                        run = one(sets[cell.set], cell, seed_of(cell.set, repeat))
                        file.write(json.dumps({"key": [*cell, repeat], **run}) + "\n")
                        file.flush()
    else:
        print(table(chosen.runs))


def table(path):
    """Return the table of all finished runs: before and now side by side, and what became of the offers."""
    lines = [
        "| set | classifier | labels before | target | runs | right, of the rest; of its surest half | "
        "before: passed | released | fresh labels, of a pass; of a failure | "
        "now: passed | released | fresh labels, of a pass; of a failure | refused at once | promise kept | "
        "the offer after a refusal or failure: tried, passed, target, released, labels |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    runs = list(done(path).values())
    for cell in CELLS:
        mine = [run for run in runs if tuple(run["key"][:-1]) == cell]
        if mine:
            lines.append(_row(cell, mine))
    return "\n".join(lines)


def _row(cell, runs):
    before, now = [run["before"] for run in runs], [run["now"] for run in runs]
    offers = [run["offer"] for run in runs if "offer" in run]
    limits = [(each["error"], cell.target) for each in now] + [(each["error"], each["target"]) for each in offers]
    kept = np.mean([error <= 1 - target + 1e-9 for error, target in limits if error or target])
    right, half = (100 * np.mean([each[name] for each in before]) for name in ("accuracy", "surest_half"))
    rest = [each["rest"] for each in before]
    return " | ".join(
        [
            f"| {cell.set} | {cell.classifier.replace('_', ' ')} | {cell.n_labels} | {cell.target:.0%}".replace(
                "%", " %"
            ),
            f"{len(runs)} | {right:.1f} %; {half:.1f} %",
            _shares(before, rest),
            _shares(now, rest),
            f"{_percent([each['refused'] for each in now])} | {100 * kept:.1f} % | {_offers(offers, rest)} |",
        ]
    )


def _percent(shares):
    return f"{100 * np.mean(shares):.0f} %" if len(shares) else "none"


def _shares(found, rest):
    passed = [each["released"] > 0 for each in found]
    labels = [
        [each["labels"] for each in found if not each["refused"] and (each["released"] > 0) == good]
        for good in (True, False)
    ]
    told = "; ".join(f"{np.mean(each):.0f}" if each else "none" for each in labels)
    return (
        f"{_percent(passed)} | {_percent([each['released'] / n for each, n in zip(found, rest, strict=True)])} | {told}"
    )


def _offers(offers, rest):
    if not offers:
        return "none"
    passed = [each for each in offers if each["released"] > 0]
    target = np.mean([each["target"] for each in offers])
    released = np.mean([each["released"] for each in offers]) / np.mean(rest)
    labels = np.mean([each["labels"] for each in offers])
    return f"{len(offers)}, {len(passed)}, {100 * target:.0f} %, {100 * released:.0f} %, {labels:.0f}"


if __name__ == "__main__":
    main()
