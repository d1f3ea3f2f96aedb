"""Which leaf of each tree rows end in, 64 rows to a word: plain loops, compiled by numba where it is installed.

Import this module only where the loops are wanted: numba takes half a second.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from querist._typing import FloatArray, IntArray
from querist.base.forest_arrays import WORDS, Trees

numba: Any
try:
    numba = import_module("numba")
except ImportError:
    numba = None

Words = npt.NDArray[np.uint64]
Places = npt.NDArray[np.uint32]
Singles = npt.NDArray[np.float32]
COMPILED: bool = numba is not None


def _compiled(function: Callable[..., None]) -> Any:
    """Return a function that is compiled when it is first called; as it is without numba."""
    if numba is None:
        return function
    try:
        return numba.njit(nogil=True, error_model="numpy", cache=True)(function)
    except RuntimeError:
        # Nowhere to keep machine code: it is made anew in each process.
        return numba.njit(nogil=True, error_model="numpy")(function)


@_compiled
def conditions(columns: Singles, thresholds: Singles, starts: IntArray, table: Words, found: Places) -> None:
    """Find for each condition of a forest which rows fulfil it.

    Parameters
    ----------
    columns : ndarray of shape (n_features, n_rows)
        The features that occur in conditions, in single precision as scikit-learn compares them; n_rows is 64 times the
        words of `table`.
    thresholds : ndarray of shape (n_conditions,)
        Condition i is ``column <= thresholds[i]``. Ascending within each feature.
    starts : ndarray of shape (n_features + 1,)
        Where the thresholds of each feature start.
    table : ndarray of shape (n_conditions, WORDS)
        Written: bit r of word w tells of row 64 * w + r.
    found : ndarray of shape (n_rows,)
        Overwritten.

    Notes
    -----
    Whoever fulfils a condition fulfils those of the same feature with larger thresholds. So one bit a value is set,
    at the first threshold that is not below it, and the rest follows by "or" from one condition to the next.
    """
    one = np.uint64(1)
    table[:] = 0
    for feature in range(starts.size - 1):
        column, bounds = columns[feature], thresholds[starts[feature] : starts[feature + 1]]
        bits = table[starts[feature] : starts[feature + 1]]
        found[:] = 0
        # A search by halves, of all rows at a time: without branches that would be guessed wrongly.
        size = bounds.size
        while size > 1:
            half = size >> 1
            for row in range(column.size):
                place = found[row]
                found[row] = place + (half if bounds[place + half - 1] < column[row] else 0)
            size -= half
        for row in range(column.size):
            place = found[row] + (1 if bounds[found[row]] < column[row] else 0)
            if place < bounds.size:
                bits[place, row >> 6] |= one << np.uint64(row & 63)
        for place in range(1, bounds.size):
            for word in range(WORDS):
                bits[place, word] |= bits[place - 1, word]


@_compiled
def _walk(table: Words, trees: Trees, tree: int, sets: Words) -> None:
    """Find which rows reach each node of a tree."""
    # Flat arrays, a length that is known and numbers without a sign: half of the time.
    words, nodes, holds = np.uint64(WORDS), sets.reshape(-1), table.reshape(-1)
    sets[0] = ~np.uint64(0)
    for inner in range(trees.inner_starts[tree], trees.inner_starts[tree + 1]):
        node = np.uint64(inner)
        whole, left = trees.inner[node] * words, trees.left[node] * words
        right, condition = trees.right[node] * words, trees.condition[node] * words
        for each in range(WORDS):
            word = np.uint64(each)
            rows = nodes[whole + word]
            kept = rows & holds[condition + word]
            nodes[left + word] = kept
            nodes[right + word] = rows ^ kept


@_compiled
def count_votes(table: Words, trees: Trees, sets: Words, votes: Words, counters: Words, out: FloatArray) -> None:
    """Add to `out` how many trees name each class, where each leaf names one.

    Parameters
    ----------
    table : ndarray of shape (n_conditions, WORDS)
        From `conditions`.
    trees : Trees
    sets : ndarray of shape (most nodes of a tree, WORDS)
        Overwritten.
    votes : ndarray of shape (n_classes, WORDS)
        Overwritten.
    counters : ndarray of shape (n_classes, n_digits, WORDS)
        Overwritten; ``2 ** n_digits`` exceeds the number of trees.
    out : ndarray of shape (at most 64 * WORDS, n_classes)
    """
    one = np.uint64(1)
    counters[:] = 0
    for tree in range(trees.inner_starts.size - 1):
        _walk(table, trees, tree, sets)
        votes[:] = 0
        for place in range(trees.leaf_starts[tree], trees.leaf_starts[tree + 1]):
            told, reached = votes[trees.code[place]], sets[trees.leaf[place]]
            for word in range(WORDS):
                told[word] |= reached[word]
        for label in range(votes.shape[0]):
            # Binary counters of 64 rows at a time: digit by digit, with what is carried.
            for word in range(WORDS):
                carried = votes[label, word]
                for digit in range(counters.shape[1]):
                    before = counters[label, digit, word]
                    counters[label, digit, word] = before ^ carried
                    carried &= before
    for label in range(votes.shape[0]):
        for digit in range(counters.shape[1]):
            for row in range(out.shape[0]):
                bit = (counters[label, digit, row >> 6] >> np.uint64(row & 63)) & one
                out[row, label] += np.float64(bit << np.uint64(digit))


@_compiled
def add_values(table: Words, trees: Trees, sets: Words, planes: Words, places: Places, out: FloatArray) -> None:
    """Add to `out` what the leaves say, tree by tree in their order.

    Parameters
    ----------
    table : ndarray of shape (n_conditions, WORDS)
        From `conditions`.
    trees : Trees
    sets : ndarray of shape (most nodes of a tree, WORDS)
        Overwritten.
    planes : ndarray of shape (n_digits, WORDS)
        Overwritten; ``2 ** n_digits`` is at least the number of values of any tree.
    places : ndarray of shape (64 * WORDS,)
        Overwritten.
    out : ndarray of shape (at most 64 * WORDS, n_classes)
    """
    one = np.uint64(1)
    for tree in range(trees.inner_starts.size - 1):
        _walk(table, trees, tree, sets)
        # The number of each row's value, digit by digit.
        planes[:] = 0
        for place in range(trees.leaf_starts[tree], trees.leaf_starts[tree + 1]):
            reached = sets[trees.leaf[place]]
            for digit in range(trees.digits[tree]):
                if (trees.code[place] >> digit) & 1:
                    told = planes[digit]
                    for word in range(WORDS):
                        told[word] |= reached[word]
        places[:] = trees.value_starts[tree]
        for digit in range(trees.digits[tree]):
            for word in range(WORDS):
                rows = planes[digit, word]
                some = places[64 * word : 64 * word + 64]
                for row in range(64):
                    some[row] += np.uint32(((rows >> np.uint64(row)) & one) << np.uint64(digit))
        for row in range(out.shape[0]):
            for label in range(out.shape[1]):
                out[row, label] += trees.values[places[row], label]
