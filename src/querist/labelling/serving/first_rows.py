"""The very first questions, before the trainer has read the rows: roughly typical ones that differ from each other.

The trainer's own order (`querist.labelling.trainer.first_questions`) takes all rows as numbers, for which it loads
heavy libraries. Who opens a project is asked at once; this looks at a few hundred rows and at which values they share.
"""

import zlib

import numpy as np

from querist import _random
from querist._typing import FloatArray, IntArray
from querist.labelling.log.ranking import Ranking
from querist.labelling.log.settings import Settings
from querist.store.rows import ItemRow
from querist.store.store import Store

_SAMPLE, _CHOSEN = 400, 60
# What a row adds that equals another is rounding.
_LEAST = 1e-6
# Values are told apart by so many numbers.
_BUCKETS = 1024


def rough_ranking(store: Store, settings: Settings, *, seed: int) -> Ranking:
    """Return an order of all rows, a few chosen ones first, the others at random, and no predictions.

    Parameters
    ----------
    store : Store
    settings : Settings
        What is learned from. Of images and texts nothing is read: their order is random.
    seed : int
        Of the project.

    Notes
    -----
    Costs reading 400 rows and the product of 400 by 400 vectors: some 30 ms.
    """
    n_rows = store.n_items
    shuffled = _random.derive_generator(seed, "first rows").permutation(n_rows)
    sample = np.sort(shuffled[:_SAMPLE]).tolist()
    chosen: list[int] = []
    if settings.kind != "image" and not settings.text_columns and n_rows > 1:
        items = store.items(sample)
        chosen = [items[place].row for place in spread(_vectors(items, settings), _CHOSEN).tolist()]
    order = np.concatenate([np.array(chosen, np.int64), shuffled[~np.isin(shuffled, chosen)]])
    nothing = np.full(n_rows, np.nan, np.float32)
    return Ranking(order.astype(np.int32), np.full(n_rows, -1, np.int16), nothing, nothing.copy())


def spread(vectors: FloatArray, n: int) -> IntArray:
    """Return up to `n` rows that stand for as many others as they can, one after the other.

    Each next one raises most how like, on average, a row is to the nearest of those chosen (greedy k-medoids). Rows
    that equal an earlier one do not come.

    Parameters
    ----------
    vectors : ndarray of shape (n_rows, n_features)
        At least 0, of length 1 or 0.
    n : int
    """
    alike = vectors @ vectors.T
    nearest = np.zeros(len(vectors))
    chosen: list[int] = []
    while len(chosen) < min(n, len(vectors)):
        gains = np.maximum(alike - nearest, 0).sum(axis=1)
        best = int(gains.argmax())
        if gains[best] < _LEAST:
            break
        chosen.append(best)
        nearest = np.maximum(nearest, alike[best])
    return np.array(chosen, np.int64)


def _vectors(items: list[ItemRow], settings: Settings) -> FloatArray:
    names = settings.feature_columns or settings.columns
    found = np.zeros((len(items), _BUCKETS))
    for place, item in enumerate(items):
        for name in names:
            for word in _words(name, item.content.get(name)):
                found[place, zlib.crc32(word.encode("utf-8", "replace")) % _BUCKETS] = 1
    # A word that half of the rows have tells them apart less than one that ten have.
    found *= np.log(1 + len(items) / np.maximum(1, found.sum(axis=0)))
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    vectors: FloatArray = found / np.maximum(lengths, 1e-12)
    return vectors


def _words(name: str, value: object) -> list[str]:
    if value is None:
        return []
    # Numbers are alike if they are of the same size.
    if isinstance(value, int | float) and not isinstance(value, bool) and np.isfinite(value):
        return [f"{name}={np.sign(value):g}e{round(2 * np.log10(max(1e-9, abs(value))))}"]
    return [f"{name}={value}"]
