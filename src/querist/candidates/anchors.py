"""Look near a few labelled rows of each class."""

from typing import Any, ClassVar

import numpy as np

from querist._typing import IntArray
from querist._validation import check_positive_int
from querist.base.candidates import CandidateFilter
from querist.base.space import Space
from querist.candidates.nearest import nearest_candidates
from querist.candidates.subsample import filled_up, sample_rows
from querist.measures.geometry import as_float


class ClassAnchors(CandidateFilter):
    """The rows nearest to a few labelled rows of each class, equally many of all classes (AnchorAL).

    For large pools in which some classes are rare: where `NeighborsOfLabelled` looks mostly around the common classes,
    which have most labels, each class here has as many anchors, drawn anew at each query so that no region is looked
    at for ever. Not before each class has a labelled row, for what is unlike all that is labelled is never looked at:
    from ten labels on margin lost 7 points by it on tables, most where many classes were still unseen
    (``benchmarks/labels/DIVERSITY.md``).

    Parameters
    ----------
    n_anchors : int, default=10
        Labelled rows of each class, at most; at least 1.
    n_neighbors : int, default=50
        Rows that are fetched for each anchor; at least 1.
    size : int, default=1000
        Rows to look at: of all that were fetched those that are nearest; at least 1. A larger batch raises it.

    Notes
    -----
    Anchors lie far apart: they are drawn as k-means++ draws its centres. A row that several anchors have fetched
    counts by its mean distance to these, as in the paper. Distances are Euclidean (after all steps but the last if the
    model is a ``Pipeline``); the paper has cosines, which order rows of length 1 the same. If fewer rows were fetched
    than the batch has, rows drawn at random fill it up; without labelled rows a random sample of `size` rows is looked
    at.

    Exact search, block by block: O(n_candidates * n_classes * n_anchors * n_dimensions) time at each query,
    O(n_classes * n_anchors * n_neighbors) memory. The paper searches an index of the pool, which misses some.

    References
    ----------
    .. [1] P. Lesci, A. Vlachos, "AnchorAL: computationally efficient active learning for large and imbalanced
       datasets", NAACL 2024, arXiv:2404.05623.

    Examples
    --------
    >>> import numpy as np
    >>> from querist.strategies import RandomSampling
    >>> X = np.arange(10.0).reshape(-1, 1)
    >>> strategy = RandomSampling(candidates=ClassAnchors(n_anchors=1, n_neighbors=2))
    >>> rows, utilities = strategy.query(X, [0, 6], ["a", "b"], random_state=0, return_utilities=True)
    >>> np.flatnonzero(np.isfinite(utilities))
    array([1, 2, 5, 7])
    """

    measures_distances: ClassVar[bool] = True

    def __init__(self, n_anchors: int = 10, n_neighbors: int = 50, size: int = 1000) -> None:
        self.n_anchors = n_anchors
        self.n_neighbors = n_neighbors
        self.size = size

    def narrow(
        self,
        candidates: IntArray,
        *,
        rows: IntArray,
        batch_size: int,
        random_state: np.random.Generator,
        space: Space,
    ) -> IntArray:
        """See `CandidateFilter.narrow`.

        Raises
        ------
        InvalidParameterError
            If a parameter is not a positive integer.
        UnsupportedModelError
            If the pool is not numeric and no pipeline makes it so.
        """
        n_anchors = check_positive_int(self.n_anchors, "n_anchors")
        n_neighbors = check_positive_int(self.n_neighbors, "n_neighbors")
        size = max(check_positive_int(self.size, "size"), batch_size)
        if not rows.size:
            return sample_rows(candidates, size, random_state)
        anchors = np.concatenate(
            [_far_apart(space.matrix, of_class, n_anchors, random_state) for of_class in _by_class(rows, space)]
        )
        gaps, places = nearest_candidates(space.matrix, candidates, anchors, n_neighbors)
        near, numbers, counts = np.unique(places, return_inverse=True, return_counts=True)
        means = np.bincount(numbers.ravel(), weights=gaps.ravel()) / counts
        near = np.sort(near[np.argsort(means, kind="stable")[:size]])
        return filled_up(candidates, near, batch_size, random_state)


def _by_class(rows: IntArray, space: Space) -> list[IntArray]:
    """Return the labelled rows of each class, classes by first appearance: their names must decide nothing."""
    labels = space.labels.tolist()
    of: dict[Any, list[int]] = {label: [] for label in labels}
    for row, label in zip(rows.tolist(), labels, strict=True):
        of[label].append(row)
    return [np.array(members, np.int64) for members in of.values()]


def _far_apart(matrix: Any, rows: IntArray, n: int, rng: np.random.Generator) -> IntArray:
    """Return `n` of the rows, or all, drawn as k-means++ draws centres."""
    from sklearn.cluster import kmeans_plusplus

    if rows.size <= n:
        return rows
    seed = int(rng.integers(2**31))
    # Of equal rows one may be drawn twice.
    drawn: IntArray = np.unique(kmeans_plusplus(as_float(matrix[rows]), n, random_state=seed)[1])
    return rows[drawn]
