"""The loop with the name ``logistic_regression``: ``python benchmarks/speed/own_logistic.py`` prints it.

Seconds of CPU (`time.process_time`, one thread) of the loops (a) to (c) of `run.py`, in turns, medians. *Same* is the
share of the rows that are those of scikit-learn's classifier with a tolerance of 1e-10: whether the model or the solver
says which rows are asked. Then fits alone, from nothing and after one more label, beside scikit-learn's as it is.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import scipy.sparse
from loops import plain_by_number, querist, querist_named, querist_warm
from problems import Problem, linear, tutorial

from querist._threads import single_thread
from querist.learners import NewtonLogisticRegression

ROUNDS = 5
LOOPS = {
    "Querist, the name": querist_named,
    "Querist, scikit-learn's object": querist,
    "Querist, scikit-learn's object, warm_start=True": querist_warm,
    "plain code, row numbers": plain_by_number,
}


def main() -> None:
    """Measure and print."""
    with single_thread():
        print("| loop | | CPU seconds | times the name's | same |\n|---|---|---|---|---|")
        of_loop("(a) 1,000 x 10, 20 queries, accuracy after each", tutorial(), repeated=5)
        of_loop("(b) 100,000 x 50, 9,000 labelled, 100 queries", linear(100_000, 9_000, 100), repeated=1)
        of_loop("(c) 1,000,000 x 50, 90,000 labelled, 20 queries", linear(1_000_000, 90_000, 20), repeated=1)
        print("\n| rows | ours, ms | after one more label | scikit-learn's | tol=1e-10 |\n|---|---|---|---|---|")
        for words, X, y, C in tables():
            of_fits(words, X, y, C)


def of_loop(words: str, problem: Problem, *, repeated: int) -> None:
    """Print the rows of one loop."""
    tight = querist(problem, estimator=problem.estimator(tol=1e-10))[0]
    taken: dict[str, list[float]] = {name: [] for name in LOOPS}
    rows: dict[str, list[int]] = {}
    for _ in range(ROUNDS):
        for name, loop in LOOPS.items():
            loop(linear(500, 50, 2))
            seconds, (rows[name], _) = timed(lambda loop=loop: [loop(problem) for _ in range(repeated)][-1])
            taken[name].append(seconds / repeated)
    first = float(np.median(taken[next(iter(LOOPS))]))
    for name, seconds in taken.items():
        same = float(np.mean(np.array(rows[name]) == np.array(tight)))
        print(f"| {words} | {name} | {np.median(seconds):.4g} | {np.median(seconds) / first:.2f} | {same:.0%} |")


def of_fits(words: str, X: Any, y: Any, C: float) -> None:
    """Print the row of one table."""
    last = NewtonLogisticRegression(C=C).fit(X[:-1], y[:-1])
    fits: list[Callable[[], Any]] = [
        lambda: NewtonLogisticRegression(C=C).fit(X, y),
        lambda: NewtonLogisticRegression(C=C).start_from(last, n_same=len(y) - 1).fit(X, y),
        lambda: Problem.estimator(C=C).fit(X, y),
        lambda: Problem.estimator(C=C, tol=1e-10).fit(X, y),
    ]
    taken = [[1e3 * timed(fit)[0] for fit in fits] for _ in range(ROUNDS)]
    print(f"| {words} | {' | '.join(f'{value:.3g}' for value in np.median(taken, axis=0))} |")


def tables() -> Iterator[tuple[str, Any, Any, float]]:
    """Yield tables and texts: words, rows, labels, the inverse of the penalty."""
    rng = np.random.default_rng(0)
    for n_rows, n_features, n_classes in ((100, 10, 2), (9_000, 50, 2), (300, 10, 5), (300, 100, 10), (200, 500, 2)):
        X = rng.normal(size=(n_rows, n_features))
        y = np.digitize(X[:, 0] + rng.normal(size=n_rows), np.linspace(-1, 1, n_classes + 1)[1:-1])
        yield f"{n_rows:,} x {n_features}, {n_classes} classes", X, y, 1.0
    for n_rows, n_classes in ((200, 2), (200, 5), (1_000, 2), (1_000, 20)):
        X = scipy.sparse.random(n_rows, 30_000, density=0.002, random_state=0, format="csr")
        yield (
            f"{n_rows:,} sparse x 30,000, labels at random, {n_classes} classes",
            X,
            rng.integers(0, n_classes, n_rows),
            10.0,
        )
    for n_rows, n_classes in ((800, 6), (1_000, 20)):
        y = rng.integers(0, n_classes, n_rows)
        yield f"{n_rows:,} sparse x 30,000, words tell, {n_classes} classes", texts(y, rng), y, 10.0


def texts(y: Any, rng: np.random.Generator) -> Any:
    """Return TF-IDF of 46 words a row, of which six are of the fifty of its class and the others common to all."""
    from sklearn.feature_extraction.text import TfidfTransformer

    words = np.hstack(
        [rng.zipf(1.3, (y.size, 40)) % 30_000, 2_000 + 50 * y[:, None] + rng.integers(0, 50, (y.size, 6))]
    )
    there = np.repeat(np.arange(y.size), words.shape[1]), words.ravel()
    counts = scipy.sparse.csr_matrix((np.ones(words.size), there), shape=(y.size, 30_000))
    return TfidfTransformer(sublinear_tf=True).fit_transform(counts)


def timed(function: Callable[[], Any]) -> tuple[float, Any]:
    """Return CPU seconds and the result."""
    start = time.process_time()
    result = function()
    return time.process_time() - start, result


if __name__ == "__main__":
    main()
