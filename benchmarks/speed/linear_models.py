"""Committees of linear models, and BAIT, beside others' code: ``python benchmarks/speed/linear_models.py``.

CPU seconds of one thread, the median of five queries after a first one (of queries that take long the first). The
members of a committee are the same for all, and fitted before the clock starts: Querist fits a committee at every
query, so its members are given their solutions; to clone them and to take these over is a part of its time. Others
run in their own environments (``run.py setup``); their rows are left out where there is none. No library of the
comparison has BAIT; plain code is the authors' way in numpy.

It writes LINEAR_MODELS.md.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from sklearn.linear_model import LogisticRegression

HERE = Path(__file__).resolve().parent
PAGE = HERE / "LINEAR_MODELS.md"
COMMITTEE = "committee of 10, 100,000 x 50, {} classes, {}"
BAIT = "BAIT 2,000 x 16, 4 classes, batch of 20"
FIT = LogisticRegression.fit
# Queries of more seconds are asked once.
LONG = 15.0


def taken_over(members):
    """Return unfitted members that take the solutions of fitted ones over when they are fitted.

    They are scikit-learn's own class: libraries look at it. Their number is the seed, which a clone keeps.
    """

    def fit(self, X, y, sample_weight=None):
        solved = members[self.random_state]
        self.classes_, self.coef_, self.intercept_ = solved.classes_, solved.coef_, solved.intercept_
        self.n_features_in_ = X.shape[1]
        return self

    LogisticRegression.fit = fit
    return [LogisticRegression(random_state=number) for number in range(len(members))]


def task(n_classes, n_rows=100_000, n_features=50):
    """Return a pool, its labels, the labelled rows, and fitted members."""
    LogisticRegression.fit = FIT
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_rows, n_features))
    y = (X @ rng.standard_normal((n_features, n_classes)) + rng.standard_normal((n_rows, n_classes))).argmax(axis=1)
    rows = np.arange(200)
    members = []
    for _ in range(10):
        drawn = np.concatenate([rows[: 5 * n_classes], rng.choice(rows, rows.size)])
        members.append(LogisticRegression(max_iter=1000).fit(X[drawn], y[drawn]))
    return X, y, rows, members


def querist_committee(n_classes, method):
    """Querist."""
    from querist.strategies import QueryByCommittee

    X, y, rows, members = task(n_classes)
    strategy = QueryByCommittee(
        committee=taken_over(members), method={"vote entropy": "vote_entropy", "KL": "kl"}[method]
    )
    return lambda: strategy.query(X, rows, y[rows], batch_size=10, random_state=0)


def activeml_committee(n_classes, method):
    """scikit-activeml."""
    from skactiveml.classifier import SklearnClassifier
    from skactiveml.pool import QueryByCommittee

    X, y, rows, members = task(n_classes)
    known = np.full(len(X), np.nan)
    known[rows] = y[rows]
    ensemble = [
        SklearnClassifier(each, classes=np.arange(n_classes)).fit(X[rows], y[rows]) for each in taken_over(members)
    ]
    strategy = QueryByCommittee(method={"vote entropy": "vote_entropy", "KL": "KL_divergence"}[method], random_state=0)
    return lambda: strategy.query(X=X, y=known, ensemble=ensemble, fit_ensemble=False, batch_size=10)


def plain_committee(n_classes, method):
    """Member by member, in numpy."""
    from scipy.special import entr

    X, _, rows, members = task(n_classes)
    free = np.arange(rows.size, len(X))

    def query():
        pool = X[free]
        if method == "KL":
            proba = np.stack([each.predict_proba(pool) for each in members])
            values = entr(proba.mean(axis=0)).sum(axis=1) - entr(proba).sum(axis=2).mean(axis=0)
        else:
            votes = np.stack([each.predict(pool) for each in members])
            shares = np.stack([(votes == code).mean(axis=0) for code in range(n_classes)])
            values = entr(shares).sum(axis=0)
        return free[np.argpartition(-values, 10)[:10]]

    return query


def bait_task():
    """Return a pool, its labels, the labelled rows and a model."""
    LogisticRegression.fit = FIT
    rng = np.random.default_rng(0)
    X = rng.standard_normal((2000, 16))
    y = (X @ rng.standard_normal((16, 4))).argmax(axis=1)
    rows = np.arange(40)
    return X, y, rows, LogisticRegression(max_iter=1000).fit(X[rows], y[rows])


def querist_bait():
    """Querist."""
    from querist.strategies import Bait

    X, y, rows, model = bait_task()
    return lambda: Bait().query(X, rows, y[rows], model=model, batch_size=20, random_state=0)


def plain_bait():
    """The authors' way: vectors of all parameters for each row and class; the sums are those of Querist."""
    X, _, rows, model = bait_task()
    vectors, wanted, known = written_out(X, rows, model)

    def query():
        free, chosen = np.arange(rows.size, len(X)), []
        inverse = np.linalg.inv(known)

        def traces(places, sign):
            some = vectors[places]
            moved = some @ inverse
            inner = np.linalg.inv(sign * np.eye(some.shape[1]) + moved @ some.transpose(0, 2, 1))
            return np.einsum("nij,nji->n", moved @ wanted @ moved.transpose(0, 2, 1), inner), moved, inner

        for sign, n_steps in ((1.0, 40), (-1.0, 20)):
            for _ in range(n_steps):
                places = free if sign > 0 else np.array(chosen)
                values, moved, inner = traces(places, sign)
                if sign > 0:
                    values[np.isin(places, chosen)] = -np.inf
                best = int(values.argmax())
                inverse = inverse - moved[best].T @ inner[best] @ moved[best]
                if sign > 0:
                    chosen.append(int(places[best]))
                else:
                    del chosen[best]
        return np.array(chosen)

    return query


def written_out(X, rows, model):
    """Return the vectors of each row, the mean information of the pool, and what is known."""
    Z = np.column_stack([X, np.ones(len(X))])
    proba = model.predict_proba(X)
    roots = np.sqrt(proba)[:, :, None] * (np.eye(proba.shape[1]) - proba[:, None])
    vectors = (roots[:, :, :, None] * Z[:, None, None]).reshape(len(X), proba.shape[1], -1)
    flat = vectors.reshape(-1, vectors.shape[2])
    known = vectors[rows].reshape(-1, vectors.shape[2])
    return vectors, flat.T @ flat / len(X), np.eye(vectors.shape[2]) + known.T @ known


def left_by(chosen):
    """Return what share of the trace a batch leaves."""
    X, _, rows, model = bait_task()
    vectors, wanted, known = written_out(X, rows, model)
    added = vectors[chosen].reshape(-1, vectors.shape[2])
    after, before = (np.trace(np.linalg.solve(each, wanted)) for each in (known + added.T @ added, known))
    return float(after / before)


TASKS = {
    **{
        COMMITTEE.format(n, method): {
            "Querist": partial(querist_committee, n, method),
            "plain code": partial(plain_committee, n, method),
            "scikit-activeml": partial(activeml_committee, n, method),
        }
        for n in (2, 10)
        for method in ("vote entropy", "KL")
    },
    BAIT: {"Querist": querist_bait, "plain code": plain_bait},
}


def measured(who):
    """Return task, library, median CPU seconds and what was asked."""
    lines = []
    for name, libraries in TASKS.items():
        for library in (each for each in libraries if each in who):
            query, seconds = libraries[library](), []
            for _ in range(6):
                start = time.process_time()
                asked = query()
                seconds.append(time.process_time() - start)
                if seconds[0] > LONG:
                    break
            # The first one loads and warms up, unless it is the only one.
            lines.append([name, library, float(np.median(seconds[1:] or seconds)), np.asarray(asked).tolist()])
    return lines


def main():
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--peer", action="store_true", help="scikit-activeml alone, as JSON")
    given = parser.parse_args()
    if given.peer:
        print(json.dumps(measured({"scikit-activeml"})))
        return
    from environments import python_of

    lines = measured({"Querist", "plain code"})
    try:
        python = python_of("scikit-activeml")
    except FileNotFoundError as error:
        print(error)
    else:
        told = subprocess.run([python, __file__, "--peer"], check=True, capture_output=True, text=True).stdout
        lines += json.loads(told.splitlines()[-1])
    page = [
        "# Committees of linear models, and BAIT",
        "",
        "Written by `python benchmarks/speed/linear_models.py`: CPU seconds of one thread, median of five. Members of",
        "committees are fitted before the clock starts. Wished: twice the speed of the fastest peer for committees. No",
        "library of the comparison has BAIT.",
        "",
        "| task | library | seconds | ratio |",
        "|---|---|---|---|",
    ]
    for name in TASKS:
        rows = [line for line in lines if line[0] == name]
        own = next(seconds for _, library, seconds, _ in rows if library == "Querist")
        page += [f"| {name} | {library} | {seconds:.3g} | {seconds / own:.3g} |" for _, library, seconds, _ in rows]
    page += ["", "What share of the trace the batches of BAIT leave:", "", "| library | left |", "|---|---|"]
    page += [f"| {library} | {left_by(asked):.6f} |" for name, library, _, asked in lines if name == BAIT]
    PAGE.write_text("\n".join(page) + "\n", encoding="utf-8")
    print("\n".join(page))


if __name__ == "__main__":
    sys.exit(main())
