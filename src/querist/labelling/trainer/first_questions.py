"""The first questions, before there is a model: rows that stand for many others, and differ from each other."""

import warnings

import numpy as np
import scipy.sparse

from querist import _random
from querist._threads import single_thread
from querist._typing import AnyArray, IntArray, Pool
from querist._validation import n_rows, take_rows

# The clusters are of a sample, in few dimensions: the first questions are to be there at once.
_SAMPLE = 5000
_DIMENSIONS = 50
# Numbers of clusters, one after the other: coarse differences first.
_CLUSTERS = (10, 30, 90)


def initial_order(X: Pool, *, seed: int) -> IntArray:
    """Return all rows, first the most typical one of each of ever more clusters, then the others in random order.

    Parameters
    ----------
    X : ndarray or CSR matrix of shape (n_rows, n_features)
    seed : int

    Returns
    -------
    ndarray of shape (n_rows,), int64
        A pure function of `X` and `seed`.
    """
    shuffled = _random.derive_generator(seed, "initial order").permutation(n_rows(X)).astype(np.int64)
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
    """Return rows in few dimensions; texts (sparse rows) by their direction alone."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.preprocessing import normalize

    is_sparse = scipy.sparse.issparse(X)
    features: AnyArray = X
    if X.shape[1] > _DIMENSIONS:
        features = TruncatedSVD(min(_DIMENSIONS, X.shape[0]), n_iter=2, random_state=seed).fit_transform(X)
    elif is_sparse:
        features = X.toarray()
    return normalize(features) if is_sparse else features


def _typical(features: AnyArray, n_clusters: int, seed: int) -> IntArray:
    """Return the row nearest to the centre of each cluster, that of the largest cluster first."""
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        # Fewer distinct rows than clusters: then there are fewer typical rows.
        warnings.simplefilter("ignore", ConvergenceWarning)
        clustering = KMeans(n_clusters, n_init=1, random_state=seed).fit(features)
    distances = ((features - clustering.cluster_centers_[clustering.labels_]) ** 2).sum(axis=1)
    # By cluster, the nearest row first in each.
    order = np.lexsort((distances, clustering.labels_))
    clusters, starts, sizes = np.unique(clustering.labels_[order], return_index=True, return_counts=True)
    nearest: IntArray = order[starts]
    return nearest[np.lexsort((clusters, -sizes))]
