"""Terms counted: the words of texts and their pairs, numbers all the way, since most pairs are too rare to be kept.

As scikit-learn's `CountVectorizer(ngram_range=(1, 2), min_df=2, max_features=...)` counts them, to the last bit and in
the order in which it stores them. That one makes a string of each pair, and sorts them all before it drops the rare.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, Self

import numpy as np
import scipy.sparse

from querist._typing import AnyArray
from querist.data.row_blocks import stacked
from querist.data.text_tokens import Pieces, folded

_WORD = re.compile(r"\w\w+")
_WIDE_BLANK = re.compile(r"\s\s+")
_MOST_BITS = 24
_ROWS = 20_000


@dataclass(frozen=True, eq=False)
class Words:
    """Texts as numbers of words.

    Attributes
    ----------
    words : list of str
        Sorted.
    ids : ndarray of shape (n_tokens,)
        The words of all texts, by their places in `words`.
    ends : ndarray of shape (n_texts + 1,)
        Text i has the words from ``ends[i]`` to ``ends[i + 1]``.
    joint : str
        What stands between the words of a pair.
    """

    words: list[str]
    ids: AnyArray
    ends: AnyArray
    joint: str

    @property
    def n_texts(self) -> int:
        """How many texts they are."""
        return int(self.ends.size - 1)


def cut_into_words(pieces: Pieces) -> Words:
    """Cut texts into words of two letters or more, small and without accents."""
    places: defaultdict[str, int] = defaultdict()
    places.default_factory = places.__len__
    # A piece such as "well-known" holds several words, and one of signs none.
    cut = [_WORD.findall(piece) for piece in folded(pieces.distinct)]
    held = np.fromiter(map(len, cut), np.int32, len(cut))
    of_pieces = np.fromiter(map(places.__getitem__, chain.from_iterable(cut)), np.int32, int(held.sum()))
    words = sorted(places)
    ranks = np.empty(len(words), np.int32)
    ranks[[places[word] for word in words]] = np.arange(len(words), dtype=np.int32)
    of_pieces, starts = ranks[of_pieces], np.cumsum(held, dtype=np.int64) - held
    each = held[pieces.which]
    ends = np.append(0, np.cumsum(each, dtype=np.int64))[pieces.ends]
    ids = np.empty(int(ends[-1]), np.int32)
    for start, stop in _row_blocks(pieces.n_texts):
        at = slice(pieces.ends[start], pieces.ends[stop])
        ids[ends[start] : ends[stop]] = of_pieces[_ranges(starts[pieces.which[at]], each[at])]
    return Words(words, ids, ends, " ")


def cut_into_letters(texts: list[str]) -> Words:
    """Cut texts into small letters and signs; several blanks count as one."""
    lines = [_WIDE_BLANK.sub(" ", text.lower()) for text in texts]
    letters = np.frombuffer("".join(lines).encode("utf-32-le", "surrogatepass"), np.uint32)
    distinct, ids = np.unique(letters, return_inverse=True)
    ends = np.append(0, np.cumsum(np.fromiter(map(len, lines), np.int64, len(lines))))
    return Words([chr(letter) for letter in distinct.tolist()], ids.astype(np.int32), ends, "")


def count_terms(found: Words, *, least: int, most: int) -> tuple[list[str], Any]:
    """Return the terms that are kept, sorted, and how often each stands in each text.

    Parameters
    ----------
    found : Words
    least : int
        Terms that fewer texts hold are dropped.
    most : int
        Of more terms the most frequent are kept.

    Returns
    -------
    terms : list of str
    counts : CSR matrix of shape (n_texts, n_terms), float32
        The entries of a row stand in the order in which the terms were first seen.

    Raises
    ------
    ValueError
        If no term is left.

    Notes
    -----
    O(n_tokens log n_tokens) time; about 40 bytes a token.
    """
    width = len(found.words) + 1
    pairs = _Pairs.within(found)
    word_texts = _texts_with(found)
    words, runs = np.flatnonzero(word_texts >= least), np.flatnonzero(pairs.n_texts >= least)
    # In this order the terms are sorted as strings are: what stands between two words comes before all letters.
    keys = np.concatenate([words.astype(np.int64) * width, pairs.keys[runs]])
    order = np.argsort(keys, kind="stable")
    if not order.size:
        raise ValueError("no term is left")
    of_words = np.bincount(found.ids, minlength=width)[words]
    totals = np.concatenate([of_words, pairs.totals[runs]]).astype(np.float32)[order]
    if order.size > most:
        # Not a stable sort: which of several that are as frequent are kept is that of scikit-learn.
        order = order[np.sort((-totals).argsort()[:most])]
    places = np.full(keys.size, -1, np.int32)
    places[order] = np.arange(order.size, dtype=np.int32)
    word_places, run_places = np.full(width, -1, np.int32), np.full(pairs.keys.size, -1, np.int32)
    word_places[words], run_places[runs] = places[: words.size], places[words.size :]
    counts = _counted(found, word_places, pairs.places(run_places), order.size)
    return _named(found, keys[order], width), counts


@dataclass(frozen=True, eq=False)
class _Pairs:
    """The distinct pairs that stand in more than one place, by rising keys, and which of them stands at each place.

    Attributes
    ----------
    keys, totals, n_texts : ndarrays of shape (n_pairs,)
        Of each pair a number, how often it occurs, and in how many texts.
    at, of : ndarrays of shape (n_places,)
        Which word each begins with, and which pair it is.
    n_tokens : int
    """

    keys: AnyArray
    totals: AnyArray
    n_texts: AnyArray
    at: AnyArray
    of: AnyArray
    n_tokens: int

    @classmethod
    def within(cls, found: Words) -> Self:
        width = np.int64(len(found.words) + 1)
        goes_on = np.ones(max(found.ids.size - 1, 0), bool)
        borders = found.ends[1:-1]
        goes_on[borders[(borders > 0) & (borders < found.ids.size)] - 1] = False
        at = np.flatnonzero(goes_on).astype(np.int32)
        keys = found.ids[at].astype(np.int64) * width + found.ids[at + 1] + 1
        several = _seen_twice(keys)
        at, keys = at[several], keys[several]
        # Stable: the places of a pair stay in the order of the texts.
        order = np.argsort(keys, kind="stable").astype(np.int32)
        keys, texts = keys[order], _text_of(found, at[order])
        begins = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])) if keys.size else np.empty(0, np.int64)
        totals = np.diff(np.append(begins, keys.size))
        run = np.repeat(np.arange(begins.size, dtype=np.int32), totals)
        again = np.append(False, (texts[1:] == texts[:-1]) & (run[1:] == run[:-1])) if keys.size else np.empty(0, bool)
        n_texts = totals - np.bincount(run[again], minlength=begins.size)
        of = np.empty(at.size, np.int32)
        of[order] = run
        return cls(keys[begins], totals, n_texts, at, of, found.ids.size)

    def places(self, of_pairs: AnyArray) -> AnyArray:
        """Return for each word the place of the pair that it begins; -1 where there is none."""
        found = np.full(self.n_tokens, -1, np.int32)
        found[self.at] = of_pairs[self.of]
        return found


def _seen_twice(keys: AnyArray) -> AnyArray:
    """Return which keys may be there twice: those whose hash is."""
    bits = min(int(keys.size).bit_length() + 1, _MOST_BITS)
    hashes = ((keys.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - bits)).astype(np.int32)
    return np.bincount(hashes, minlength=1 << bits)[hashes] > 1


def _texts_with(found: Words) -> AnyArray:
    """Return in how many texts each word stands."""
    n_texts = np.zeros(len(found.words) + 1, np.int64)
    for start, stop in _row_blocks(found.n_texts):
        ends = found.ends[start : stop + 1]
        ids = found.ids[ends[0] : ends[-1]].copy()  # they are sorted in their place
        ones, shape = np.ones(ids.size, np.float32), (stop - start, n_texts.size)
        counts = scipy.sparse.csr_matrix((ones, ids, ends - ends[0]), shape)
        counts.sum_duplicates()
        n_texts += np.bincount(counts.indices, minlength=n_texts.size)
    return n_texts


def _counted(found: Words, word_places: AnyArray, pair_places: AnyArray, n_terms: int) -> Any:
    """Return the counts of the terms with a place, in the order in which they were first seen."""

    def seen(start: int, stop: int) -> tuple[AnyArray, AnyArray, AnyArray, AnyArray]:
        lowest, highest = int(found.ends[start]), int(found.ends[stop])
        texts = np.repeat(np.arange(start, stop), np.diff(found.ends[start : stop + 1]))
        return texts, np.arange(lowest, highest), word_places[found.ids[lowest:highest]], pair_places[lowest:highest]

    never = np.iinfo(np.int64).max
    first = np.full(n_terms, never)
    for start, stop in _row_blocks(found.n_texts):
        texts, tokens, words, pairs = seen(start, stop)
        # A text gives its words, and then its pairs.
        for at, moment in ((words, tokens + found.ends[texts]), (pairs, tokens + found.ends[texts + 1])):
            known = np.flatnonzero(at >= 0)[::-1]
            fresh = np.full(n_terms, never)
            fresh[at[known]] = moment[known]
            np.minimum(first, fresh, out=first)
    order = np.argsort(first, kind="stable").astype(np.int32)
    rank = np.empty(n_terms, np.int32)
    rank[order] = np.arange(n_terms, dtype=np.int32)

    def parts() -> Iterator[Any]:
        for start, stop in _row_blocks(found.n_texts):
            texts, _, *kinds = seen(start, stop)
            rows = np.concatenate([texts[at >= 0] for at in kinds]) - start
            columns = np.concatenate([rank[at[at >= 0]] for at in kinds])
            ones = np.ones(rows.size, np.float32)
            part = scipy.sparse.coo_matrix((ones, (rows, columns)), (stop - start, n_terms)).tocsr()
            part.indices = order[part.indices]
            part.has_sorted_indices = False
            yield part

    return stacked(parts(), found.n_texts)


def _named(found: Words, keys: AnyArray, width: int) -> list[str]:
    firsts, seconds = np.divmod(keys, width)
    words = found.words
    return [
        words[first] if not second else f"{words[first]}{found.joint}{words[second - 1]}"
        for first, second in zip(firsts.tolist(), seconds.tolist(), strict=True)
    ]


def _row_blocks(n_texts: int) -> list[tuple[int, int]]:
    return [(start, min(start + _ROWS, n_texts)) for start in range(0, max(n_texts, 1), _ROWS)]


def _text_of(found: Words, tokens: AnyArray) -> AnyArray:
    """Return the text of each token."""
    texts = np.repeat(np.arange(found.n_texts, dtype=np.int32), np.diff(found.ends))
    return texts[tokens]


def _ranges(starts: AnyArray, sizes: AnyArray) -> AnyArray:
    """Return the numbers from each start on, so many of them, one range behind the other."""
    ends = np.cumsum(sizes)
    return np.repeat(starts - ends + sizes, sizes) + np.arange(int(ends[-1]) if ends.size else 0)
