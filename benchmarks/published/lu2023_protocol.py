"""The protocol of the benchmark of Lu, Li, Cheng and Lin (2023): data, splits, the area under the curve.

The paper leaves open how the rows are split and scaled; the numbers of its table come
from the draws below. With them a deterministic strategy gives the authors' own value in
every single run (``lu2023_seeds.csv``), not only on average.

References
----------
.. [1] P.-Y. Lu, C.-L. Li, Y.-C. Cheng, H.-T. Lin, "Re-benchmarking pool-based active
   learning for binary classification", 2023, arXiv:2306.08954. Table and raw results:
   https://github.com/ariapoy/active-learning-benchmark (MIT).
"""

import csv
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_svmlight_file
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).resolve().parent
# Fewest rows first, so that an interrupted run has finished whole sets.
SETS = (
    *("appendicitis", "sonar", "heart", "ionosphere", "wdbc", "diabetes"),
    *("gcloudub", "german", "splice", "spambase", "banana", "phoneme"),
)
LARGE = frozenset({"spambase", "banana", "phoneme"})
TEST_SHARE = 0.4
N_INITIAL = 20

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Task:
    """One split of one set; the pool's rows are numbered in the order of the draw.

    Attributes
    ----------
    X : ndarray of shape (n_rows, n_features)
        Standardised; first the pool, then the test part.
    y : ndarray of shape (n_rows,), int
        -1 or 1.
    n_pool : int
        The rows below are the pool. The first `N_INITIAL` of them are the initial set.
    """

    name: str
    seed: int
    X: Floats
    y: Ints
    n_pool: int

    @property
    def pool(self) -> Floats:
        """The features of the pool, a view."""
        return self.X[: self.n_pool]

    @property
    def has_both_classes(self) -> bool:
        """Whether the initial set knows both; runs where it does not are left out, as in the paper."""
        return np.unique(self.y[:N_INITIAL]).size == 2

    def kernel(self) -> Floats:
        """Return the RBF kernel of all rows with scikit-learn's ``gamma="auto"``; O(n_rows^2) memory."""
        kernel: Floats = rbf_kernel(self.X, gamma=1.0 / self.X.shape[1])
        return kernel

    def generator(self, strategy: str) -> np.random.Generator:
        """Return the generator of one run: what a strategy draws, ties included, comes from it."""
        key = (zlib.crc32(self.name.encode()), zlib.crc32(strategy.encode()), self.seed)
        return np.random.default_rng(np.random.SeedSequence(2023, spawn_key=key))


def read_set(folder: Path, name: str) -> tuple[Floats, Ints]:
    """Return the features and labels (-1 or 1) of one set.

    Raises
    ------
    FileNotFoundError
        If the folder does not hold it.
    """
    path = folder / f"{name}.svm"
    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist; pass the folder of the *.svm files with --data.")
    X, y = load_svmlight_file(str(path))
    return X.toarray(), y.astype(np.int64)


def draw(X: Floats, y: Ints, *, name: str, seed: int) -> Task:
    """Return the split and initial set of run number `seed`.

    Rows are shuffled and the last 40 % are the test part; the others are shuffled again
    by a generator that starts from the same seed, and the first 20 are the initial set.
    Features are standardised by the pool's means and deviations (labels are not used).
    """
    order = np.random.default_rng(seed).permutation(len(y))
    n_pool = int(len(y) * (1 - TEST_SHARE))
    pool = np.random.default_rng(seed).permutation(order[:n_pool])
    rows = np.concatenate([pool, order[n_pool:]])
    scaled = StandardScaler().fit(X[pool]).transform(X[rows])
    return Task(name, seed, np.ascontiguousarray(scaled), y[rows], n_pool)


def aubc(accuracy: Any) -> float:
    """Return the area under the budget curve.

    Parameters
    ----------
    accuracy : array-like of shape (n_queries,)
        Test accuracy after each query; the one before the first query does not count.

    Returns
    -------
    float
        Trapezoids over n_queries - 1 intervals divided by n_queries, as published. (A
        constant curve a therefore has area a (n_queries - 1) / n_queries.)
    """
    values = np.asarray(accuracy, np.float64)
    return float(np.trapezoid(values) / values.size)


def published() -> dict[tuple[str, str], tuple[float, float]]:
    """Return mean and standard deviation of the published table, by (set, method)."""
    with (HERE / "lu2023_published.csv").open(newline="", encoding="utf-8") as file:
        return {(row["set"], row["method"]): (float(row["mean"]), float(row["sd"])) for row in csv.DictReader(file)}


def published_seeds() -> dict[tuple[str, int], float]:
    """Return the authors' own AUBC of margin sampling (least confidence), by (set, seed)."""
    with (HERE / "lu2023_seeds.csv").open(newline="", encoding="utf-8") as file:
        return {(row["set"], int(row["seed"])): float(row["aubc"]) for row in csv.DictReader(file)}
