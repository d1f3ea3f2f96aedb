"""One run of active learning with an interleaved audit, and everything that an estimator could look at."""

import numpy as np
from fast import FastDiscriminant, FastLogistic
from sklearn.ensemble import ExtraTreesClassifier

from querist._random import derive_generator, derive_int
from querist.audit.cross_fitting import cross_fit
from querist.audit.order import audit_numbers, audit_order, audit_prefix
from querist.registry import make_strategy

POOL_ROWS = 2000
# The session asks at random until two classes have answers: one batch of ten, as a rule.
INITIAL = 10
STAGES = (100, 200, 400)
SHARE = 0.2


def split(problem, seed):
    """Return the pool's rows and the held-out rows; the rest of the set, at least 2,000 rows."""
    order = derive_generator(seed, "split").permutation(len(problem.y))
    return order[:POOL_ROWS], order[POOL_ROWS:]


class Learner:
    """Fits on labelled rows of the pool: "fast" for the whole table, "extra_trees" to see a very different model."""

    def __init__(self, X, kind, n_classes, seed):
        self.X, self.kind, self.seed = X, kind, seed
        self.fast = FastLogistic if n_classes == 2 else FastDiscriminant

    def fit(self, rows, labels, start=None):
        """Return a fitted model; `start` saves time and leaves no trace."""
        if self.kind == "fast":
            return self.fast().fit(self.X[rows], labels, start=start)
        return ExtraTreesClassifier(20, random_state=self.seed).fit(self.X[rows], labels)


def play(problem, kind, strategy_name, batch, seed, *, share=SHARE, stages=STAGES):
    """Label up to the last stage; return one dict per stage.

    The first labels are the first rows of the audit order. A batch takes its audit rows first.
    """
    pool, held = split(problem, seed)
    X, y = problem.X[pool], problem.y[pool]
    learner = Learner(X, kind, np.unique(problem.y).size, derive_int(seed, "fits"))
    strategy = make_strategy(strategy_name)
    order = audit_order(audit_numbers(seed, np.arange(len(y))))
    answered = np.zeros(len(y), bool)
    n_first = INITIAL
    while np.unique(y[order[:n_first]]).size < 2:
        n_first += 1
    rows = list(order[:n_first])
    answered[rows] = True
    model, carry, drawn, record = None, 0.0, {}, []
    for number in range(stages[-1]):
        array = np.array(rows)
        model = learner.fit(array, y[array], model)
        if len(rows) in stages:
            record.append(
                _stage(problem, held, X, y, learner, model, array, order, answered, drawn, n_first)
                if share
                else _score(problem, held, model, array)
            )
        if len(rows) >= stages[-1]:
            break
        size = min(batch, min(stage for stage in stages if stage > len(rows)) - len(rows))
        carry += share * size
        n_audit = int(carry + 1e-9)
        carry -= n_audit
        chosen = order[~answered[order]][:n_audit]
        if n_audit:
            right = model.predict(X[chosen]) == y[chosen]
            drawn |= {row: (len(rows), int(hit)) for row, hit in zip(chosen.tolist(), right, strict=True)}
        answered[chosen] = True
        if size > n_audit:
            generator = derive_generator(seed, "ask", number)
            asked = strategy.query(
                X,
                rows,
                y[rows],
                model=model,
                candidates=np.flatnonzero(~answered),
                batch_size=size - n_audit,
                random_state=generator,
            )
            chosen = np.concatenate([chosen, asked])
            answered[asked] = True
        rows += chosen.tolist()
    return record


def _score(problem, held, model, rows):
    accuracy = float((model.predict(problem.X[held]) == problem.y[held]).mean())
    return {"n": len(rows), "accuracy": round(accuracy, 5)}


def _stage(problem, held, X, y, learner, model, rows, order, answered, drawn, n_first):
    audit = audit_prefix(order, answered).rows
    chosen = np.setdiff1d(rows, audit)
    free = np.flatnonzero(~answered)

    def fit(train, labels):
        # A class that only the held rows have is missing from a fold: no warm start then.
        same = np.unique(labels).size == model.classes_.size
        return learner.fit(train, labels, model if same else None)

    found = cross_fit(fit, X, rows, y[rows], audit, n_folds=20)
    z = found.predicted == y[audit]
    out = {}
    if len(rows) <= 200 and learner.kind == "fast":
        # One row per fold, to see what more folds would bring where labels are few.
        single = cross_fit(fit, X, rows, y[rows], audit, n_folds=10**6)
        out["single"] = {
            "z": "".join("01"[int(one)] for one in single.predicted == y[audit]),
            "g": np.round(single.confidence, 4).tolist(),
        }
    g_chosen = cross_fit(fit, X, rows, y[rows], chosen, n_folds=5).confidence
    g_free = model.predict_proba(X[free]).max(axis=1)
    return (
        _score(problem, held, model, rows)
        | out
        | {
            "z": "".join("01"[int(one)] for one in z),
            "g": np.round(found.confidence, 4).tolist(),
            "free": moments(g_free),
            "chosen": moments(g_chosen),
            "chosen_seen": moments(model.predict_proba(X[chosen]).max(axis=1)),
            # When each audit row was drawn (0: with the first labels; -1: the strategy had asked before), and if the
            # model of that moment was right.
            "drawn": [0 if place < n_first else drawn.get(row, (-1,))[0] for place, row in enumerate(audit.tolist())],
            "then": "".join(str(drawn.get(row, (0, "-"))[1]) for row in audit.tolist()),
        }
    )


def moments(values):
    """Return count, mean and mean square."""
    return [len(values), round(float(np.mean(values)), 6), round(float(np.mean(values**2)), 6)]
