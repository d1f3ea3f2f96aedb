"""One run of active learning with an interleaved audit, and everything that an estimator could look at."""

import numpy as np
from problems import classifier

from querist._random import derive_generator, derive_int
from querist.audit.cross_fit import cross_fit
from querist.audit.order import audit_numbers, audit_order, audit_prefix
from querist.learners.refit import Refitter
from querist.registry import make_strategy

POOL_ROWS = 2000
INITIAL = 20
STAGES = (100, 200, 400)
SHARE = 0.2


def split(problem, seed):
    """Return the pool's rows and the held-out rows; the rest of the set, at least 2,000 rows."""
    order = derive_generator(seed, "split").permutation(len(problem.y))
    return order[:POOL_ROWS], order[POOL_ROWS:]


class Learner:
    """Fits on labelled rows of the pool; the loop starts from the last solution, the folds do not."""

    def __init__(self, X, kind, n_classes, seed):
        self.X = X
        model = classifier(kind, n_classes)
        self.cold = Refitter(model, seed=seed)
        self.warm = Refitter(model, seed=seed, warm_start=kind == "logistic")

    def fit(self, rows, labels):
        """Return a model that owes nothing to any other row (for folds)."""
        return self.cold.fit(self.X[rows], labels, finite=True)

    def refit(self, rows, labels, previous):
        """Return the loop's next model."""
        return self.warm.fit(self.X[rows], labels, finite=True, previous=previous)


def play(problem, kind, strategy_name, batch, seed, *, share=SHARE, stages=STAGES):
    """Label up to the last stage; return a record of one dict per stage, and the audit draws as they came.

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
    model, carry, draws, record = None, 0.0, [], []
    for number in range(stages[-1]):
        array = np.array(rows)
        model = learner.refit(array, y[array], model)
        if len(rows) in stages:
            record.append(_stage(problem, held, X, y, learner, model, array, order, answered, audited=share > 0))
        if len(rows) >= stages[-1]:
            break
        size = min(batch, min(stage for stage in stages if stage > len(rows)) - len(rows))
        carry += share * size
        n_audit = int(carry + 1e-9)
        carry -= n_audit
        chosen = order[~answered[order]][:n_audit]
        if n_audit:
            proba = model.predict_proba(X[chosen])
            right = model.classes_[proba.argmax(axis=1)] == y[chosen]
            draws += [[len(rows), int(r), round(float(g), 4)] for r, g in zip(right, proba.max(axis=1), strict=True)]
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
    return {"stages": record, "draws": draws}


def _stage(problem, held, X, y, learner, model, rows, order, answered, *, audited):
    accuracy = float((model.predict(problem.X[held]) == problem.y[held]).mean())
    out = {"n": len(rows), "accuracy": round(accuracy, 5)}
    if not audited:
        return out
    audit = audit_prefix(order, answered).rows
    chosen = np.setdiff1d(rows, audit)
    free = np.flatnonzero(~answered)
    found = cross_fit(learner.fit, X, rows, y[rows], audit)
    z = found.predicted == y[audit]
    g_chosen = cross_fit(learner.fit, X, rows, y[rows], chosen, n_folds=5).confidence
    g_free = model.predict_proba(X[free]).max(axis=1)
    return out | {
        "z": "".join("01"[int(one)] for one in z),
        "g": np.round(found.confidence, 4).tolist(),
        "free": moments(g_free),
        "chosen": moments(g_chosen),
        "chosen_seen": moments(model.predict_proba(X[chosen]).max(axis=1)),
        "joint": _joint(learner, X, y, rows, audit, chosen),
    }


def _joint(learner, X, y, rows, audit, chosen):
    found = cross_fit(learner.fit, X, rows, y[rows], np.concatenate([audit, chosen]))
    z = found.predicted[: audit.size] == y[audit]
    g = found.confidence
    return {"z": "".join("01"[int(one)] for one in z), "g": np.round(g[: audit.size], 4).tolist(),
            "chosen": moments(g[audit.size :])}


def moments(values):
    """Return count, mean and mean square."""
    return [len(values), round(float(np.mean(values)), 6), round(float(np.mean(values**2)), 6)]
