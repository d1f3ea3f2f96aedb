"""k-means, as strategies, selections and first questions want it."""

import warnings
from typing import Any, Literal, NamedTuple

import numpy as np

from querist._threads import single_thread
from querist._typing import FloatArray, IntArray


class Clusters(NamedTuple):
    """A clustering.

    Attributes
    ----------
    of : ndarray of shape (n_rows,)
        The cluster of each row.
    centres : ndarray of shape (n_clusters, n_dimensions)
    """

    of: IntArray
    centres: FloatArray


def k_means(
    rows: Any,
    n_clusters: int,
    *,
    seed: int | None = None,
    start: Any = None,
    restarts: int = 1,
    weights: FloatArray | None = None,
    algorithm: Literal["lloyd", "elkan"] = "lloyd",
    sample: int | None = None,
) -> Clusters:
    """Cluster rows on one thread, so that the number of cores decides nothing.

    Where there are fewer distinct rows than clusters some centres coincide.

    Parameters
    ----------
    rows : ndarray or CSR matrix of shape (n_rows, n_dimensions)
    n_clusters : int
    seed : int, default=None
        Of the k-means++ starts.
    start : ndarray of shape (n_clusters, n_dimensions), default=None
        Where centres start; None: k-means++.
    restarts : int, default=1
        The best of so many runs counts.
    weights : ndarray of shape (n_rows,), default=None
    algorithm : {"lloyd", "elkan"}, default="lloyd"
        Elkan's is faster where clusters lie apart, and holds n_rows * n_clusters numbers.
    sample : int, default=None
        By mini-batches of so many rows; None: by all rows.

    Returns
    -------
    Clusters

    Notes
    -----
    O(n_rows * n_clusters * n_dimensions) an iteration; scikit-learn centres a copy of dense rows.
    """
    from sklearn.cluster import KMeans, MiniBatchKMeans
    from sklearn.exceptions import ConvergenceWarning

    how: dict[str, Any] = {"n_init": restarts, "random_state": seed, "init": "k-means++" if start is None else start}
    if sample is None:
        # Elkan's bounds are between centres: scikit-learn warns where there is one.
        how["algorithm"] = "lloyd" if n_clusters == 1 else algorithm
    else:
        how["batch_size"] = sample
    with single_thread(), warnings.catch_warnings():
        # Fewer distinct rows than clusters.
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = (KMeans if sample is None else MiniBatchKMeans)(n_clusters, **how).fit(rows, sample_weight=weights)
    return Clusters(np.asarray(found.labels_, np.int64), found.cluster_centers_)
