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
    """Return the tables of all finished runs: the same model let go before and now, the offers, and what plans said."""
    by_cell = {cell: [run for run in done(path).values() if tuple(run["key"][:-1]) == cell] for cell in CELLS}
    by_cell = {cell: runs for cell, runs in by_cell.items() if runs}
    lines = [
        "| set, classifier, labels before | target | runs | right: of the rest, of its surest half | passed | "
        "released of the rest, mean | labels of a pass | labels of a failure (stage by stage to the end) | "
        "refused at once | promise kept now |",
        "|---|---|---|---|---|---|---|---|---|---|",
        *(_row(cell, runs) for cell, runs in by_cell.items()),
        "",
        "| set | target that was refused or failed | offers tried | passed | target, mean | released, mean | "
        "labels, mean |",
        "|---|---|---|---|---|---|---|",
        *(_offers(cell, runs) for cell, runs in by_cell.items() if any("offer" in run for run in runs)),
        "",
        *_said([run for runs in by_cell.values() for run in runs]),
    ]
    return "\n".join(lines)


def _row(cell, runs):
    before, now = [run["before"] for run in runs], [run["now"] for run in runs]
    right, half = (100 * np.mean([each[name] for each in before]) for name in ("accuracy", "surest_half"))
    to_the_end = _mean(_of(before, "to_the_end", passed=False), "({:.0f})")
    return _line(
        f"{cell.set}, {'logistic regression' if cell.classifier == 'logistic' else cell.classifier}, {cell.n_labels}",
        f"{cell.target:.0%}",
        len(runs),
        f"{right:.1f} %, {half:.1f} %",
        _both(_percent([each["released"] > 0 for each in found]) for found in (before, now)),
        _both(
            _percent([each["released"] / run["before"]["rest"] for each, run in zip(found, runs, strict=True)])
            for found in (before, now)
        ),
        _both(_mean(_of(found, "labels", passed=True)) for found in (before, now)),
        _both(
            f"{_mean(_of(found, 'labels', passed=False))}{more}".strip()
            for found, more in ((before, f" {to_the_end}"), (now, ""))
        ),
        _both(_percent([each["refused"] for each in found]) for found in (before, now)),
        _percent([each["error"] <= 1 - cell.target + 1e-9 for each in now]),
    )


def _offers(cell, runs):
    tried = [(run["offer"], run["before"]["rest"]) for run in runs if "offer" in run]
    return _line(
        cell.set,
        f"{cell.target:.0%}",
        len(tried),
        _percent([each["released"] > 0 for each, _ in tried]),
        f"{100 * np.mean([each['target'] for each, _ in tried]):.0f} %",
        _percent([each["released"] / rest for each, rest in tried]),
        _mean([each["labels"] for each, _ in tried]),
    )


def _said(runs):
    """Return what all plans that began had said, beside what came of them."""
    tried = [run[name] for run in runs for name in ("now", "offer") if name in run and not run[name]["refused"]]
    kept = [
        run[name]["error"] <= 1 - target + 1e-9
        for run in runs
        for name, target in (("now", run["key"][3]), ("offer", run.get("offer", {}).get("target")))
        if name in run
    ]
    broken = len(kept) - sum(kept)
    yield f"Of {len(kept)} attempts, offers among them, {broken} broke their promise. What plans had said:"
    yield ""
    yield (
        "| chance to pass, as planned | attempts | said, mean | passed | labels of a pass: said, used | "
        "of a failure: said, used |"
    )
    yield "|---|---|---|---|---|---|"
    for low, high in ((0, 0.5), (0.5, 0.7), (0.7, 1.01)):
        mine = [each for each in tried if low <= each["chance"] < high]
        if mine:
            yield _line(
                f"{low:.0%} to {min(high, 1):.0%}",
                len(mine),
                _percent([each["chance"] for each in mine]),
                _percent([each["released"] > 0 for each in mine]),
                *(
                    f"{_mean(_of(mine, said, passed=passed))}, {_mean(_of(mine, 'labels', passed=passed))}"
                    for passed, said in ((True, "if_passed"), (False, "if_failed"))
                ),
            )


def _of(found, name, *, passed):
    return [each[name] for each in found if not each["refused"] and (each["released"] > 0) == passed]


def _both(pair):
    return " → ".join(pair)


def _mean(values, form="{:.0f}"):
    return form.format(np.mean(values)) if len(values) else "none"


def _percent(shares):
    return f"{100 * np.mean(shares):.0f} %"


def _line(*cells):
    return "| " + " | ".join(str(cell) for cell in cells).replace("%", " %").replace("  %", " %") + " |"


if __name__ == "__main__":
    main()
