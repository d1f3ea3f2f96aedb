"""The trees of a fitted forest as a few arrays, in the order in which they are walked."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from querist._typing import BoolArray, FloatArray, IntArray, Model

# Of 64 rows each: the rows that are walked together.
WORDS = 8
# Conditions of trees that are walked together: with 64 bytes each for a block of rows they stay in a cache.
_MOST_CONDITIONS = 32_000


class Trees(NamedTuple):
    """Some trees. Nodes are numbered within their tree; a parent comes before its children.

    Attributes
    ----------
    inner_starts : ndarray of shape (n_trees + 1,)
        Where the inner nodes of each tree start.
    inner, left, right, condition : ndarray of shape (n_inner,)
        Each inner node, where rows go that fulfil its condition and where the others go, and which condition it is.
    leaf_starts : ndarray of shape (n_trees + 1,)
        Where the leaves of each tree start.
    leaf, code : ndarray of shape (n_leaves,)
        Each leaf, and which of the values of its tree it says.
    digits : ndarray of shape (n_trees,)
        Binary digits of the codes.
    value_starts : ndarray of shape (n_trees,)
        Where the values of each tree start.
    values : ndarray of shape (n_values, n_classes)
        Distinct ones of each tree.
    """

    inner_starts: IntArray
    inner: npt.NDArray[np.uint32]
    left: npt.NDArray[np.uint32]
    right: npt.NDArray[np.uint32]
    condition: npt.NDArray[np.uint32]
    leaf_starts: IntArray
    leaf: npt.NDArray[np.uint32]
    code: npt.NDArray[np.uint32]
    digits: IntArray
    value_starts: IntArray
    values: FloatArray


class Group(NamedTuple):
    """Trees that are walked together, and their conditions.

    Attributes
    ----------
    features : ndarray of shape (n_features,)
        Those that occur, ascending.
    thresholds : ndarray of shape (n_conditions,)
        Distinct ones, ascending within each feature.
    starts : ndarray of shape (n_features + 1,)
        Where the thresholds of each feature start.
    trees : Trees
    most_nodes : int
        Of a tree.
    votes : bool
        Whether each leaf says one class and nothing else; codes are then classes.
    """

    features: IntArray
    thresholds: npt.NDArray[np.float32]
    starts: IntArray
    trees: Trees
    most_nodes: int
    votes: bool


def grouped(forest: Model) -> list[Group]:
    """Return all trees of a fitted forest of scikit-learn, in their order.

    Parameters
    ----------
    forest : RandomForestClassifier or ExtraTreesClassifier
        With one output.

    Notes
    -----
    Costs a few microseconds a node, much less than a fit.
    """
    trees = [each.tree_ for each in forest.estimators_]
    # Of all nodes about half are inner ones.
    sizes = np.cumsum([tree.node_count // 2 for tree in trees])
    cuts = [0]
    for place, size in enumerate(sizes):
        if place > cuts[-1] and size - (sizes[cuts[-1] - 1] if cuts[-1] else 0) > _MOST_CONDITIONS:
            cuts.append(place)
    return [_group(trees[start:stop], forest.n_classes_) for start, stop in pairwise([*cuts, len(trees)])]


def _group(trees: list[Model], n_classes: int) -> Group:
    counts = np.array([tree.node_count for tree in trees])
    left, right, feature = (
        np.concatenate([getattr(tree, name) for tree in trees])
        for name in ("children_left", "children_right", "feature")
    )
    threshold = at_most_single(np.concatenate([tree.threshold for tree in trees]))
    values = np.concatenate([tree.value[:, 0, :n_classes] for tree in trees])
    number = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    is_inner: BoolArray = left >= 0
    features, thresholds, condition = _conditions(feature[is_inner], threshold[is_inner])
    leaf_starts = _starts(counts, ~is_inner)
    votes = bool(np.isin(values[~is_inner], (0.0, 1.0)).all() and (values[~is_inner].sum(axis=1) == 1.0).all())
    told = _votes(values[~is_inner], counts.size) if votes else _distinct(values[~is_inner], leaf_starts)
    return Group(
        features=features,
        thresholds=np.concatenate([np.empty(0, np.float32), *thresholds]),
        starts=np.cumsum([0, *(each.size for each in thresholds)]),
        trees=Trees(
            _starts(counts, is_inner),
            number[is_inner].astype(np.uint32),
            left[is_inner].astype(np.uint32),
            right[is_inner].astype(np.uint32),
            condition,
            leaf_starts,
            number[~is_inner].astype(np.uint32),
            *told,
        ),
        most_nodes=int(counts.max()),
        votes=votes,
    )


def at_most_single(values: FloatArray) -> npt.NDArray[np.float32]:
    """Return the largest float32 that is not above each value: a float32 is below both or above both.

    scikit-learn compares features in single with thresholds in double precision.
    """
    with np.errstate(over="ignore"):
        single = values.astype(np.float32)
    return np.where(single > values, np.nextafter(single, np.float32(-np.inf)), single)


def _starts(counts: IntArray, mask: BoolArray) -> IntArray:
    """Return where the masked nodes of each tree start among all that are masked."""
    before = np.concatenate([[0], np.cumsum(mask)])
    starts: IntArray = before[np.concatenate([[0], np.cumsum(counts)])]
    return starts


def _conditions(
    feature: IntArray, threshold: npt.NDArray[np.float32]
) -> tuple[IntArray, list[npt.NDArray[np.float32]], npt.NDArray[np.uint32]]:
    """Return the features, the distinct thresholds of each, and each node's number among all of these."""
    order = np.argsort(feature, kind="stable")
    features, first = np.unique(feature[order], return_index=True)
    condition, thresholds, n_before = np.empty(feature.size, np.uint32), [], 0
    for nodes in np.split(order, first[1:]) if features.size else []:
        distinct, inverse = np.unique(threshold[nodes], return_inverse=True)
        condition[nodes] = n_before + inverse
        thresholds.append(distinct)
        n_before += distinct.size
    return features.astype(np.int64), thresholds, condition


def _votes(values: FloatArray, n_trees: int) -> tuple[npt.NDArray[np.uint32], IntArray, IntArray, FloatArray]:
    n_classes = values.shape[1]
    digits = np.full(n_trees, (n_classes - 1).bit_length())
    return values.argmax(axis=1).astype(np.uint32), digits, np.zeros(n_trees, np.int64), np.eye(n_classes)


def _distinct(values: FloatArray, starts: IntArray) -> tuple[npt.NDArray[np.uint32], IntArray, IntArray, FloatArray]:
    """Return which of its tree's distinct values each leaf says, their digits, where they start, and the values."""
    code, kept = np.empty(len(values), np.uint32), []
    for start, stop in pairwise(starts):
        distinct, inverse = np.unique(values[start:stop], axis=0, return_inverse=True)
        code[start:stop] = inverse.reshape(-1)
        kept.append(distinct)
    sizes = np.array([len(each) for each in kept])
    digits = np.array([int(size - 1).bit_length() for size in sizes])
    return code, digits, np.cumsum(sizes) - sizes, np.concatenate(kept)
