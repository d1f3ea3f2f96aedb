"""Whether what a session says of its model holds, and what that costs: its figures beside those of held-out rows.

python benchmarks/audit/held.py run --repeats 300     # resumable: finished runs are kept
python benchmarks/audit/held.py table                 # accuracy
python benchmarks/audit/held.py prices                # what an audit costs in accuracy, by its share
python benchmarks/audit/held.py figures               # recall, precision, macro F1, balanced accuracy, Brier score
python benchmarks/audit/held.py report                # writes held.md; opens the sets that nobody has looked at

Each run is a session with ``audit=0.2``; the first repeats also one with ``audit="measure"``, one without an audit, and
one each with a tenth and two fifths, from the same seed. What is kept are the audit's rows as the session saw them, so
that the tables take the library's figures of the same rows without playing again.
"""

import argparse
import json
import os
import warnings
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
import problems  # noqa: E402
from designs import SETS  # noqa: E402
from fast import FastDiscriminant, FastLogistic  # noqa: E402
from set_aside import set_aside  # noqa: E402
from sklearn.base import BaseEstimator, ClassifierMixin  # noqa: E402
from sklearn.ensemble import ExtraTreesClassifier  # noqa: E402

from querist import Session  # noqa: E402
from querist._random import derive_generator  # noqa: E402
from querist.audit import assessment  # noqa: E402
from querist.audit.metrics import brier_values  # noqa: E402

RUNS = Path(__file__).parent / "runs" / "held.jsonl"
STAGES = (50, 100, 200, 400)
POOL_ROWS = 2_000
AUDITS = {"0.2": 0.2, "measure": "measure", "none": 0.0, "0.1": 0.1, "0.4": 0.4}
# In how many repeats each is played, unless in all.
COMPARED = {"measure": 12, "none": 12, "0.1": 8, "0.4": 8}
problems.FILES |= {name: f"pmlb/{name}.tsv.gz" for name in ("adult", "chess", "segmentation")}
problems.FILES["banking77"] = "text/banking77.csv"
# Set, strategy, learner, batch.
CELLS = (
    *((name, strategy, "fast", 10) for name in SETS for strategy in ("margin", "weighted_k_means")),
    *((name, "margin", "extra_trees", 10) for name in ("satimage", "phoneme", "spambase", "waveform_40")),
    *((name, "margin", "fast", 1) for name in ("sms_spam", "spambase", "satimage")),
)
ASIDE = tuple((name, strategy, "fast", 10) for name in set_aside() for strategy in ("margin", "weighted_k_means"))
# Cells that take seconds are played in every sixth repeat.
SLOW = 6


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


def play(problem, strategy, audit, seed, learner="fast", batch=10):
    """Label up to the last stage with one session; return one dict per stage."""
    order = derive_generator(seed, "split").permutation(len(problem.y))
    pool, held = np.split(order, [min(POOL_ROWS, len(order) * 2 // 3)])
    X, y = problem.X[pool], problem.y[pool]
    estimator = Fast(many=bool(np.unique(problem.y).size > 2))
    if learner == "extra_trees":
        estimator = ExtraTreesClassifier(25, random_state=0)
    session = Session(X, estimator=estimator, strategy=strategy, audit=audit, random_state=seed)
    found = []
    for stage in STAGES:
        while (n := session.labelled.size) < stage:
            rows = session.ask(min(batch, stage - n))
            session.tell(rows, y[rows])
        # A rare class may be met late: before that there is no model.
        if np.unique(session.labels).size < 2:
            continue
        found.append(
            {"n": stage} | _truth(session, problem.X[held], problem.y[held]) | (_told(session) if audit else {})
        )
    return found


def _truth(session, X, y):
    """Return how good the session's model is on the held-out rows."""
    predicted, p = session.predict(X), session.predict_proba(X)
    # Columns follow the classes in the order in which the session met them; one that it has not met has none.
    column = {label: at for at, label in enumerate(session.classes)}
    at = np.array([column.get(label, -1) for label in y.tolist()])
    hit = np.where(at < 0, 0, p[np.arange(len(y)), at])
    pairs, counts = np.unique(np.column_stack([y, predicted]), axis=0, return_counts=True)
    return {
        "truth": float((predicted == y).mean()),
        "brier": float(((p**2).sum(axis=1) + 1 - 2 * hit).mean()),
        "sure": float(p.max(axis=1).mean()),
        "pairs": np.column_stack([pairs, counts]).tolist(),
    }


def _told(session):
    """Return what the session says, and what it is made of."""
    caught = {}
    others, accuracy = assessment._others, assessment.model_accuracy

    def catch_others(truth, folds, confidence):
        caught["t"], caught["p"], caught["classes"] = truth.tolist(), folds.predicted.tolist(), folds.classes.tolist()
        if folds.probabilities is not None:
            classes = np.union1d(folds.classes, np.unique(truth))
            caught["b"] = np.round(brier_values(truth, folds.over(classes), classes), 5).tolist()
        return others(truth, folds, confidence)

    def catch_accuracy(correct, sure=None, pool=None, **options):
        if sure is not None:
            caught["g"], caught["pool"] = np.round(sure, 5).tolist(), [pool.size, float(pool.mean())]
        return accuracy(correct, sure, pool, **options)

    assessment._others, assessment.model_accuracy = catch_others, catch_accuracy
    try:
        told = session.accuracy()
    finally:
        assessment._others, assessment.model_accuracy = others, accuracy
    shown = {} if told.value is None else {"value": told.value, "low": told.low, "high": told.high}
    return shown | {"m": told.n} | caught


def run(repeats):
    """Do the runs that are missing, repeat by repeat over all cells."""
    RUNS.parent.mkdir(exist_ok=True, parents=True)
    have = {tuple(json.loads(line)["key"]) for line in RUNS.read_text().splitlines()} if RUNS.exists() else set()
    cells = (*CELLS, *ASIDE)
    loaded = {name: problems.load(name) for name in dict.fromkeys(cell[0] for cell in cells)}
    with RUNS.open("a") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for repeat in range(repeats):
            for name, strategy, learner, batch in cells:
                if (learner != "fast" or batch == 1) and repeat % SLOW:
                    continue
                for design, audit in AUDITS.items():
                    key = (name, strategy, learner, batch, design, repeat)
                    if key not in have and repeat < COMPARED.get(design, repeats):
                        seed = repeat * 1_000_003 + sum(map(ord, name))
                        stages = play(loaded[name], strategy, audit, seed, learner, batch)
                        file.write(json.dumps({"key": key, "stages": stages}) + "\n")
                        file.flush()


if __name__ == "__main__":
    import held_table

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("command", choices=("run", "table", "prices", "figures", "report"))
    parser.add_argument("--repeats", type=int, default=300)
    chosen = parser.parse_args()
    if chosen.command == "run":
        run(chosen.repeats)
    elif chosen.command == "report":
        (Path(__file__).parent / "held.md").write_text(held_table.report(RUNS, CELLS, ASIDE), encoding="utf-8")
    else:
        tables = {"table": held_table.accuracy, "prices": held_table.prices, "figures": held_table.figures}
        print(tables[chosen.command](RUNS, CELLS))
