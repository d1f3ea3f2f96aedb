"""The first questions, before there is a model: rows that stand for many others, and differ from each other.

Of texts they are rows drawn at random: clusters of words cost three points in the first sixty labels
(``docs/decisions/0041-texts.md``).
"""

import numpy as np
import scipy.sparse

from querist import _random
from querist._threads import single_thread
from querist._typing import AnyArray, IntArray, Pool
from querist._validation import n_rows, take_rows
from querist.base.clusters import k_means

# The clusters are of a sample, in few dimensions: the first questions are to be there at once.
_SAMPLE = 5000
_DIMENSIONS = 50
# Numbers of clusters, one after the other: coarse differences first.
_CLUSTERS = (10, 30, 90)


def initial_order(X: Pool, *, seed: int) -> IntArray:
    """Return all rows in random order; of dense ones the most typical one of each of ever more clusters first.

    Parameters
    ----------
    X : ndarray or CSR matrix of shape (n_rows, n_features)
    seed : int

    Returns
    -------
    ndarray of shape (n_rows,), int64
        A pure function of `X` and `seed`.
    """
    shuffled: IntArray = _random.derive_generator(seed, "initial order").permutation(n_rows(X)).astype(np.int64)
    if scipy.sparse.issparse(X):
        return shuffled
    sample = np.sort(shuffled[:_SAMPLE])
    chosen: dict[int, None] = {}
    with single_thread():
        features = _few_dimensions(take_rows(X, sample), _random.derive_int(seed, "initial dimensions"))
        for n_clusters in _CLUSTERS:
            if n_clusters >= sample.size:
                break
            places = _typical(features, n_clusters, _random.derive_int(seed, "initial clusters", n_clusters))
            chosen |= dict.fromkeys(sample[places].tolist())
    first = np.fromiter(chosen, np.int64, len(chosen))
    return np.concatenate([first, shuffled[~np.isin(shuffled, first)]])


def in_turn(rows: IntArray, order: IntArray) -> IntArray:
    """Return an order that begins with one of `rows`, then one of its own, and so on, each once.

    Two classes are wanted before there is a model, and rows like the examples are likely all of one.
    """
    rest = order[~np.isin(order, rows)]
    n = min(rows.size, rest.size)
    pairs = np.column_stack([rows[:n], rest[:n]]).ravel()
    return np.concatenate([pairs, rows[n:], rest[n:]])


def _few_dimensions(X: Pool, seed: int) -> AnyArray:
    from sklearn.decomposition import TruncatedSVD

    few: AnyArray = X
    if X.shape[1] > _DIMENSIONS:
        few = TruncatedSVD(min(_DIMENSIONS, X.shape[0]), n_iter=2, random_state=seed).fit_transform(X)
    return few


def _typical(features: AnyArray, n_clusters: int, seed: int) -> IntArray:
    """Return the row nearest to the centre of each cluster, that of the largest cluster first."""
    found = k_means(features, n_clusters, seed=seed)
    distances = ((features - found.centres[found.of]) ** 2).sum(axis=1)
    # By cluster, the nearest row first in each; fewer where there are fewer distinct rows.
    order = np.lexsort((distances, found.of))
    clusters, starts, sizes = np.unique(found.of[order], return_index=True, return_counts=True)
    nearest: IntArray = order[starts]
    return nearest[np.lexsort((clusters, -sizes))]
