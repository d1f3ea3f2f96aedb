"""Reproduce the published table of Lu, Li, Cheng and Lin (2023), arXiv 2306.08954, on twelve of its sets.

    python benchmarks/published/lu2023.py run --repeats 20 --jobs 2     # resumable: finished runs are kept
    python benchmarks/published/lu2023.py table                         # writes README.md beside this file

Protocol of the paper's code: 40 % of the rows test, 20 random initial labels (seeds whose initial set holds one class
are left out), the same splits from the same seeds 0, 1, 2 ...; features standardised; one query at a time until the pool is
empty; after each query an SVC with RBF kernel (C=1, gamma=1/d) is fitted and its accuracy measured on the test rows.
AUBC is the trapezoid area of accuracy over queries divided by (last - first + 1), the initial point left out. Uncertainty
comes from the decision function.

What makes it affordable without changing a number: the kernel matrix is computed once per set and serves all
predictions (features are standardised on all rows for that, where the paper does it on
the pool). Random and k-center choose without the model, so their whole order comes from one call; on sets of more than
1,000 pool rows they are fitted and measured at every fifth query only (the area of a curve of thousands of points).
"""

import argparse
import itertools
import json
import os
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
DATA = HERE.parents[2] / "shared" / "data" / "lu2023"
RUNS = HERE / "runs"
SMALL = ("appendicitis", "sonar", "heart", "ionosphere", "wdbc", "diabetes")
MIDDLE = ("german", "splice", "gcloudub")
LARGE = ("spambase", "banana", "phoneme")
SETS = SMALL + MIDDLE + LARGE
STRATEGIES = ("random", "least_confidence", "margin", "query_by_committee", "k_center")
WITHOUT_MODEL = ("random", "k_center")
COARSE_FROM, COARSE_STEP = 1000, 5


@dataclass(frozen=True)
class Problem:
    """One set: standardised rows, labels, and the kernel matrix of all pairs."""

    name: str
    X: np.ndarray
    y: np.ndarray
    kernel: np.ndarray


class KernelModel:
    """A fitted SVC whose decision values for all rows were computed from the kernel matrix.

    Its rows are row numbers of the set, so that a strategy asks for decision values and gets them looked up.
    """

    def __init__(self, svc, values):
        self.classes_ = svc.classes_
        self._values = values

    def decision_function(self, rows):
        """Return the decision values of some rows, given as a column of row numbers."""
        return self._values[rows[:, 0]]


def load(folder, name):
    """Read one set and standardise it."""
    from sklearn.datasets import load_svmlight_file
    from sklearn.metrics.pairwise import rbf_kernel
    from sklearn.preprocessing import StandardScaler

    X, y = load_svmlight_file(str(folder / f"{name}.svm"))
    X = StandardScaler().fit_transform(X.toarray())
    return Problem(name, X, y, rbf_kernel(X, gamma=1 / X.shape[1]))


def split(problem, repeat):
    """Return (pool rows, test rows) as the paper's seeds give them; the first 20 pool rows are the initial set."""
    seed = usable_seeds(problem.y, repeat + 1)[repeat]
    return split_of(len(problem.y), seed)


def split_of(n, seed):
    """Return (pool rows, test rows) of one seed: all rows shuffled, 60 % pool, the pool shuffled again."""
    rows = np.arange(n)
    np.random.default_rng(seed).shuffle(rows)
    n_pool = int(n * (1 - 0.4))
    pool, test = rows[:n_pool], rows[n_pool:]
    np.random.default_rng(seed).shuffle(pool)
    return pool, test


def usable_seeds(y, count):
    """Return the first seeds whose initial set holds both classes; the paper's code drops the others too."""
    seeds = (seed for seed in itertools.count() if np.unique(y[split_of(len(y), seed)[0][:20]]).size == 2)
    return list(itertools.islice(seeds, count))


def fit(problem, rows):
    """Fit the SVC on some rows; return it and its decision values for all rows."""
    from sklearn.svm import SVC

    svc = SVC(C=1.0, kernel="rbf", gamma="auto", cache_size=1000).fit(problem.X[rows], problem.y[rows])
    # The kernel matrix is symmetric, and gathering rows is much faster than gathering columns.
    values = svc.dual_coef_[0] @ problem.kernel[rows[svc.support_]] + svc.intercept_[0]
    return svc, values


def accuracy(problem, svc, values, test):
    """Return the share of test rows that the decision values put into the right class."""
    predicted = svc.classes_[(values[test] > 0).astype(int)]
    return float((predicted == problem.y[test]).mean())


def strategy_of(name):
    """Return the Querist strategy for a row of the table."""
    import querist

    if name != "query_by_committee":
        return querist.make_strategy(name)
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import SVC

    # The committee of the paper's code, by votes.
    committee = [
        LogisticRegression(C=1.0),
        SVC(kernel="linear", C=1.0),
        SVC(kernel="rbf", C=1.0, gamma="auto"),
        LinearDiscriminantAnalysis(),
    ]
    return querist.make_strategy("query_by_committee", committee=committee, method="vote_entropy")


def run(problem, name, repeat):
    """Return the AUBC of one run and the number of its queries."""
    pool, test = split(problem, repeat)
    strategy = strategy_of(name)
    n = len(problem.y)
    rng = np.random.default_rng(np.random.SeedSequence([zlib.crc32(b"ask"), repeat]))
    if name in WITHOUT_MODEL:
        rest = np.sort(pool[20:])
        asked = strategy.query(
            problem.X, pool[:20], problem.y[pool[:20]], candidates=rest, batch_size=rest.size, random_state=rng
        )
        order = np.concatenate([pool[:20], asked])
        step = COARSE_STEP if pool.size > COARSE_FROM else 1
        counts = sorted({*range(21, pool.size + 1, step), pool.size})
        scores = [accuracy(problem, *fit(problem, order[:count]), test) for count in counts]
        return aubc(counts, scores), len(counts)
    features = problem.X if name == "query_by_committee" else np.arange(n).reshape(-1, 1)
    labelled = list(pool[:20])
    free = np.zeros(n, bool)
    free[pool[20:]] = True
    counts, scores = [], []
    svc, values = fit(problem, np.asarray(labelled))
    while free.any():
        rows = np.asarray(labelled)
        chosen = strategy.query(
            features,
            rows,
            problem.y[rows],
            model=KernelModel(svc, values) if name != "query_by_committee" else None,
            candidates=np.flatnonzero(free),
            random_state=rng,
        )[0]
        labelled.append(chosen)
        free[chosen] = False
        svc, values = fit(problem, np.asarray(labelled))
        counts.append(len(labelled))
        scores.append(accuracy(problem, svc, values, test))
    return aubc(counts, scores), len(counts)


def aubc(counts, scores):
    """Return the area under the curve as the paper's code defines it."""
    return float(np.trapezoid(scores, counts) / (counts[-1] - counts[0] + 1))


def path_of(name, strategy, repeat):
    """Return where a run is kept."""
    return RUNS / name / f"{strategy}-{repeat:03d}.json"


def work(folder, name, tasks):
    """Do some runs of one set, each written whole when it ends."""
    import sklearn
    import threadpoolctl

    problem = load(folder, name)
    with threadpoolctl.threadpool_limits(1), sklearn.config_context(assume_finite=True):
        for strategy, repeat in tasks:
            path = path_of(name, strategy, repeat)
            if path.exists():
                continue
            value, queries = run(problem, strategy, repeat)
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_suffix(f".{os.getpid()}.tmp")
            temporary.write_text(json.dumps({"aubc": value, "measured": queries}))
            temporary.replace(path)
            print(f"{name:13s} {strategy:20s} {repeat:3d}  {value:.4f}", flush=True)


def run_all(arguments):
    """Do all missing runs, the repeats of one (set, strategy) in chunks over processes."""
    from joblib import Parallel, delayed

    jobs = []
    for name in arguments.sets:
        missing = [
            (strategy, repeat)
            for repeat in range(arguments.repeats)
            for strategy in arguments.strategies
            if not path_of(name, strategy, repeat).exists()
        ]
        parts = max(arguments.jobs, 1)
        jobs += [(name, missing[part::parts]) for part in range(parts) if missing[part::parts]]
    Parallel(n_jobs=arguments.jobs)(delayed(work)(arguments.data, name, tasks) for name, tasks in jobs)


def main():
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    runner = commands.add_parser("run")
    runner.add_argument("--data", type=Path, default=DATA)
    runner.add_argument("--sets", nargs="+", default=SETS, choices=SETS)
    runner.add_argument("--strategies", nargs="+", default=STRATEGIES, choices=STRATEGIES)
    runner.add_argument("--repeats", type=int, default=20)
    runner.add_argument("--jobs", type=int, default=2)
    tabler = commands.add_parser("table")
    tabler.add_argument("--data", type=Path, default=DATA)
    arguments = parser.parse_args()
    if arguments.command == "run":
        run_all(arguments)
    else:
        from table import write_table

        write_table(arguments.data, RUNS, HERE / "README.md")


if __name__ == "__main__":
    main()
