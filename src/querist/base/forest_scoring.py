"""Probabilities of scikit-learn's forests to the last bit, on all cores, and faster where numba is installed."""

import importlib.util
import sys
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import joblib
import numpy as np

from querist._threads import openmp_threads
from querist._typing import AnyArray, FloatArray, Model, Pool
from querist.base.forest_arrays import WORDS, Group, grouped

_BLOCK = 64 * WORDS
# All of these are numbers of rows times trees, of which scikit-learn does some ten million in a second. Below the first
# nothing is gained; a thread wants so many of its own; after the last it would have been worth it to load numba.
_MANY, _OF_A_THREAD, _LOADS = 200_000, 250_000, 15_000_000
# Each row visits all nodes of a tree here, and with scikit-learn a few: beyond it that is as fast.
_MOST_LEAVES = 2_000

Add = Callable[[AnyArray, FloatArray], None]
_groups: weakref.WeakKeyDictionary[Any, tuple[tuple[Any, ...], list[Group]]] = weakref.WeakKeyDictionary()


def forest_probabilities(forest: Model, block: Pool) -> AnyArray | None:
    """Return what ``predict_proba`` of a fitted forest returns; None where that is to be asked.

    Parameters
    ----------
    forest : classifier
        Fitted. Random forests and extra trees of scikit-learn itself, with one output, are answered for here.
    block : pool of shape (n_rows, n_features)
        Answered for are arrays of numbers without gaps.

    Returns
    -------
    ndarray of shape (n_rows, n_classes) or None
        float64. The trees are added up in their order, as scikit-learn does with one job: the same bits whatever the
        number of threads, where scikit-learn with several adds them as they come.

    Notes
    -----
    Rows are shared out to as many threads as OpenMP may use here, or ``n_jobs`` of the forest where it is set. With
    numba, and up to two thousand leaves a tree, trees are walked 64 rows at a time: O(n_rows * n_leaves / 64) a tree in
    place of O(n_rows * depth), and much less for each step. Numba takes a second to load and must compile once on a
    machine, so it waits until scikit-learn has worked for about a second.
    """
    if not _is_plain(forest, block):
        return None
    work = block.shape[0] * len(forest.estimators_)
    if work < _MANY:
        return None
    jobs = openmp_threads() if forest.n_jobs is None else joblib.effective_n_jobs(forest.n_jobs)
    threads = max(min(jobs, work // _OF_A_THREAD), 1)
    kernel = _kernel(work) if _has_few_leaves(forest) else None
    if kernel is None and threads == 1:
        return None
    add: Add = partial(_add_trees, forest) if kernel is None else partial(_add_groups, kernel, _groups_of(forest))
    out = np.zeros((block.shape[0], forest.n_classes_))
    if not _in_parts(partial(_add_finite, add, block, out), block.shape[0], threads):
        return None
    out /= len(forest.estimators_)
    return out


def _is_plain(forest: Model, block: Pool) -> bool:
    # A forest is there only where this module is loaded.
    ensemble = sys.modules.get("sklearn.ensemble")
    return (
        ensemble is not None
        and type(forest) in (ensemble.RandomForestClassifier, ensemble.ExtraTreesClassifier)
        and forest.n_outputs_ == 1
        and isinstance(block, np.ndarray)
        and block.ndim == 2
        and block.dtype.kind in "fiub"
        and block.shape[1] == forest.n_features_in_
        # It warns of arrays.
        and not hasattr(forest, "feature_names_in_")
    )


def _has_few_leaves(forest: Model) -> bool:
    leaves = sum(int(tree.tree_.n_leaves) for tree in forest.estimators_)
    return leaves <= _MOST_LEAVES * len(forest.estimators_)


class _Waited:
    """How much has been left to scikit-learn in this process."""

    work = 0


def _kernel(work: int) -> Any:
    """Return the module of the compiled loops; None where it is not installed, or not yet worth its start."""
    if "numba" not in sys.modules:
        _Waited.work += work
        if _Waited.work <= _LOADS or importlib.util.find_spec("numba") is None:
            return None
    from querist.base import forest_kernel

    return forest_kernel if forest_kernel.COMPILED else None


def _groups_of(forest: Model) -> list[Group]:
    trees = tuple(forest.estimators_)
    known = _groups.get(forest)
    # A forest that is fitted again has other trees.
    if known is None or len(known[0]) != len(trees) or any(a is not b for a, b in zip(known[0], trees, strict=True)):
        known = _groups[forest] = (trees, grouped(forest))
    return known[1]


def _in_parts(do: Callable[[slice], bool], n_rows: int, threads: int) -> bool:
    """Do something for all rows, shared out to threads; return whether it could be done for all."""
    step = -(-n_rows // threads)
    step += -step % _BLOCK
    parts = [slice(start, min(start + step, n_rows)) for start in range(0, n_rows, step)]
    if len(parts) == 1:
        return do(parts[0])
    with ThreadPoolExecutor(len(parts)) as pool:
        return all(pool.map(do, parts))


def _add_finite(add: Add, block: AnyArray, out: FloatArray, rows: slice) -> bool:
    """Add up the trees for some rows, in single precision; return whether all their values are finite there."""
    with np.errstate(over="ignore", invalid="ignore"):
        part = np.ascontiguousarray(block[rows], np.float32)
        # Of other rows scikit-learn is to say what is wrong, or to answer if the forest has learnt from gaps.
        finite = bool(np.isfinite(part.sum(dtype=np.float64)))
    if finite:
        add(part, out[rows])
    return finite


def _add_trees(forest: Model, part: AnyArray, out: FloatArray) -> None:
    for tree in forest.estimators_:
        out += tree.predict_proba(part, check_input=False)


def _add_groups(kernel: Any, groups: list[Group], part: AnyArray, out: FloatArray) -> None:
    n_classes = out.shape[1]
    for group in groups:
        trees = group.trees
        table = np.empty((group.thresholds.size, WORDS), np.uint64)
        columns, found = np.zeros((group.features.size, _BLOCK), np.float32), np.empty(_BLOCK, np.uint32)
        sets, votes = np.empty((group.most_nodes, WORDS), np.uint64), np.empty((n_classes, WORDS), np.uint64)
        counters = np.empty((n_classes, trees.digits.size.bit_length(), WORDS), np.uint64)
        planes = np.empty((int(trees.digits.max()), WORDS), np.uint64)
        for start in range(0, len(part), _BLOCK):
            rows, told = part[start : start + _BLOCK], out[start : start + _BLOCK]
            # Beyond the last row stands what was there before; nobody asks for it.
            columns[:, : len(rows)] = rows[:, group.features].T
            kernel.conditions(columns, group.thresholds, group.starts, table, found)
            if group.votes:
                kernel.count_votes(table, trees, sets, votes, counters, told)
            else:
                kernel.add_values(table, trees, sets, planes, found, told)
