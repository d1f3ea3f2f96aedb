"""Whether what a session says of its accuracy holds, and what that costs: `Session.accuracy` beside held-out rows.

python benchmarks/audit/held.py run --repeats 300     # resumable: finished runs are kept
python benchmarks/audit/held.py table

Each run is a session with ``audit=0.2``, one with ``audit="measure"`` and one without an audit, from the same seed. The
sets of `set_aside` are not among these.
"""

import argparse
import json
import os
import warnings
from collections import defaultdict
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
import problems  # noqa: E402
from coverage_table import holdout_width  # noqa: E402
from designs import SETS  # noqa: E402
from fast import FastDiscriminant, FastLogistic  # noqa: E402
from sklearn.base import BaseEstimator, ClassifierMixin  # noqa: E402

from querist import Session  # noqa: E402
from querist._random import derive_generator  # noqa: E402

RUNS = Path(__file__).parent / "runs" / "held.jsonl"
STAGES = (50, 100, 200, 400)
POOL_ROWS = 2_000
AUDITS = {"0.2": 0.2, "measure": "measure", "none": 0.0}
CELLS = tuple((name, strategy) for name in SETS for strategy in ("margin", "weighted_k_means"))


class Fast(ClassifierMixin, BaseEstimator):
    """Logistic regression of two classes, linear discriminant analysis of more, in about a millisecond."""

    def __init__(self, many=False):
        self.many = many

    def fit(self, X, y):
        """Fit."""
        self.model_ = (FastDiscriminant if self.many else FastLogistic)().fit(X, y)
        self.classes_ = self.model_.classes_
        return self

    def predict_proba(self, X):
        """Return the probabilities of the classes."""
        return self.model_.predict_proba(X)

    def predict(self, X):
        """Return the likeliest class."""
        return self.model_.predict(X)


def play(problem, strategy, audit, seed):
    """Label up to the last stage with one session; return one dict per stage."""
    order = derive_generator(seed, "split").permutation(len(problem.y))
    pool, held = np.split(order, [min(POOL_ROWS, len(order) * 2 // 3)])
    X, y = problem.X[pool], problem.y[pool]
    estimator = Fast(many=bool(np.unique(problem.y).size > 2))
    session = Session(X, estimator=estimator, strategy=strategy, audit=audit, random_state=seed)
    found = []
    for stage in STAGES:
        while (n := session.labelled.size) < stage:
            rows = session.ask(min(10, stage - n))
            session.tell(rows, y[rows])
        truth = float((session.predict(problem.X[held]) == problem.y[held]).mean())
        told = session.accuracy() if audit else None
        shown = {} if told is None else {"value": told.value, "low": told.low, "high": told.high, "m": told.n}
        found.append({"n": stage, "truth": truth} | shown)
    return found


def run(repeats):
    """Do the runs that are missing, repeat by repeat over all cells."""
    RUNS.parent.mkdir(exist_ok=True, parents=True)
    have = {tuple(json.loads(line)["key"]) for line in RUNS.read_text().splitlines()} if RUNS.exists() else set()
    loaded = {name: problems.load(name) for name in SETS}
    with RUNS.open("a") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for repeat in range(repeats):
            for name, strategy in CELLS:
                for design, audit in AUDITS.items():
                    if (name, strategy, design, repeat) not in have:
                        seed = repeat * 1_000_003 + sum(map(ord, name))
                        stages = play(loaded[name], strategy, audit, seed)
                        file.write(json.dumps({"key": [name, strategy, design, repeat], "stages": stages}) + "\n")
                        file.flush()


def table():
    """Return the means by number of labels, then one line per cell."""
    found = defaultdict(dict)
    for line in RUNS.read_text().splitlines():
        each = json.loads(line)
        name, strategy, design, repeat = each["key"]
        for stage in each["stages"]:
            found[name, strategy, design, stage["n"]][repeat] = stage
    lines, means = [], defaultdict(list)
    for name, strategy in CELLS:
        for n in STAGES:
            here, there = found[name, strategy, "0.2", n], found[name, strategy, "measure", n]
            ours, old = _cell(here), _cell(there)
            if ours is None or old is None:
                continue
            price = 100 * np.mean([there[at]["truth"] - here[at]["truth"] for at in here if at in there])
            means[n].append(
                (ours["coverage"], abs(ours["bias"]), ours["width"], price, old["coverage"], abs(old["bias"]))
            )
            lines.append(
                f"| {name} | {strategy} | {n} | {ours['runs']} | {ours['accuracy']:.1f} % | {ours['m']:.0f} | "
                f"{ours['coverage']:.0f} % | {ours['bias']:+.1f} ± {ours['error']:.1f} | {ours['width']:.2f} | "
                f"{price:+.2f} | {old['coverage']:.0f} % | {old['bias']:+.1f} |"
            )
    whole = [_mean(n, cells) for n, cells in means.items()]
    return "\n".join([
        "| set | strategy | labels | runs | accuracy | audit rows | coverage | bias, points | width / hold-out's | "
        "price, points | measure: coverage | measure: bias |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
        *whole,
        *lines,
    ])  # fmt: skip


def _mean(n, cells):
    coverage, bias, width, price, old_coverage, old_bias = np.mean(cells, axis=0)
    return (
        f"| **mean** | | {n} | | | | {coverage:.1f} % | absolute {bias:.1f} | {width:.2f} | {price:+.2f} | "
        f"{old_coverage:.1f} % | absolute {old_bias:.1f} |"
    )


def _cell(stages):
    told = [stage for stage in stages.values() if stage.get("value") is not None]
    if len(told) < 5:
        return None
    off = np.array([stage["value"] - stage["truth"] for stage in told])
    return {
        "runs": len(told),
        "accuracy": 100 * np.mean([stage["truth"] for stage in told]),
        "m": np.mean([stage["m"] for stage in told]),
        "coverage": 100 * np.mean([stage["low"] <= stage["truth"] <= stage["high"] for stage in told]),
        "bias": 100 * off.mean(),
        "error": 100 * off.std() / np.sqrt(off.size),
        "width": np.mean(
            [(stage["high"] - stage["low"]) / holdout_width(stage["m"], stage["truth"]) for stage in told]
        ),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("command", choices=("run", "table"))
    parser.add_argument("--repeats", type=int, default=300)
    chosen = parser.parse_args()
    if chosen.command == "run":
        run(chosen.repeats)
    else:
        print(table())
