"""What scikit-learn's metrics would cost a simulated round, beside the ones that simulate uses.

    python benchmarks/speed/metrics_cost.py

Both give the same numbers (tests/simulation/test_metrics.py); this is about time. A round is: ask, tell, fit, predict
on the test part, measure; the last column is the difference as a share of the whole round.
"""

import time
import warnings

import numpy as np
import sklearn.metrics
from sklearn.datasets import make_classification

from querist.simulation import metrics, simulate

CALLS = 200


def seconds(function, *arguments):
    """Return the seconds of one call, the best of five means."""
    function(*arguments)
    best = np.inf
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(CALLS // 5):
            function(*arguments)
        best = min(best, (time.perf_counter() - start) / (CALLS // 5))
    return best


def pairs(truth, predicted, proba):
    """Yield each metric: its name, what it takes, ours and scikit-learn's."""
    k = proba.shape[1]
    scores, several = (proba[:, 1], {}) if k == 2 else (proba, {"multi_class": "ovr"})
    yield "balanced_accuracy", (truth, predicted), metrics.balanced_accuracy, sklearn.metrics.balanced_accuracy_score
    yield (
        "macro_f1",
        (truth, predicted),
        metrics.macro_f1,
        lambda t, p: sklearn.metrics.f1_score(t, p, average="macro", zero_division=0),
    )
    yield "log_loss", (truth, proba), metrics.log_loss, lambda t, p: sklearn.metrics.log_loss(t, p, labels=range(k))
    yield "roc_auc", (truth, proba), metrics.roc_auc, lambda t, p: sklearn.metrics.roc_auc_score(t, scores, **several)


def main():
    """Print the table."""
    warnings.simplefilter("ignore")
    print("rows  classes  metric             own, us  sklearn, us   round, us   slower by")
    for rows, k in ((100, 2), (1000, 2), (1000, 10)):
        X, y = make_classification(4 * rows, 10, n_informative=6, n_classes=k, random_state=0)
        rng = np.random.default_rng(0)
        truth = np.arange(rows) % k
        proba = rng.dirichlet(np.ones(k), rows)
        predicted = proba.argmax(axis=1)
        for name, arguments, own, theirs in pairs(truth, predicted, proba):
            run = simulate(
                X, y, strategies=["margin"], estimators=["naive_bayes"], repeats=1, budget=200, batch_size=10,
                metrics=[name], n_jobs=1, test_size=rows,
            )  # fmt: skip
            timings = run.timings[run.timings["strategy"] == "margin"]
            rounds = len(run.table[run.table["strategy"] == "margin"])
            whole = timings[["fit_seconds", "ask_seconds", "evaluate_seconds"]].to_numpy().sum() / rounds
            mine, other = seconds(own, *arguments), seconds(theirs, *arguments)
            print(
                f"{rows:5d} {k:7d}  {name:18s}{1e6 * mine:8.0f}{1e6 * other:13.0f}{1e6 * whole:12.0f}"
                f"{100 * (other - mine) / whole:10.1f} %"
            )


if __name__ == "__main__":
    main()
