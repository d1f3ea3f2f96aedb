"""Groups of letters within words, weighed by TF-IDF: what words that are written alike have in common."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import scipy.sparse

from querist._typing import AnyArray
from querist.data.text_tokens import Pieces, folded

# From three letters on, a blank before or after a word among them, to five.
_LENGTHS = (3, 4, 5)
# Of these the commonest: rarer ones hardly ever occur in the few labelled rows, and only lengthen the others.
_MOST = 4096
_BITS = 22
_NAMED_AT_ONCE = 5000
_BLANK, _LINE = ord(" "), ord("\n")


@dataclass(frozen=True, eq=False)
class LetterGroups:
    """The commonest groups of three to five letters of the words of some texts.

    As scikit-learn's ``TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True,
    strip_accents="unicode", min_df=2, max_features=4096)`` counts them, the features being those that occur in most
    texts. Groups are known by hashes of 22 bits: no text is cut into strings to count them. What stands between two
    blanks is looked at once for thousands of texts.

    Attributes
    ----------
    hashes : ndarray of shape (n_groups,), int32
        Ascending.
    weights : ndarray of shape (n_groups,), float32
        The inverse document frequencies.
    names : ndarray of shape (n_groups,), str
        For each hash a group that has it.
    """

    hashes: AnyArray
    weights: AnyArray
    names: AnyArray

    @classmethod
    def fitted(cls, pieces: Pieces) -> Self | None:
        """Learn from texts; None if no group occurs in two of them."""
        hashes, ends = _hashes(_letters(pieces.distinct))
        distinct, columns = np.unique(hashes, return_inverse=True)
        of_pieces = _counts(columns, ends, distinct.size)
        frequencies = np.zeros(distinct.size, np.int64)
        for in_texts in pieces.blocks():
            frequencies += np.bincount((in_texts @ of_pieces).indices, minlength=distinct.size)
        shared = np.flatnonzero(frequencies > 1)
        if not shared.size:
            return None
        kept = np.sort(shared[np.argsort(-frequencies[shared], kind="stable")][:_MOST])
        weights = (np.log((1 + pieces.n_texts) / (1 + frequencies[kept])) + 1).astype(np.float32)
        kept_hashes = distinct[kept].astype(np.int32)
        return cls(kept_hashes, weights, _named(pieces.distinct, _places(kept_hashes), kept.size))

    def encode(self, pieces: Pieces) -> Iterator[Any]:
        """Yield CSR matrices of shape (n_texts, n_groups), float32, in blocks of texts; rows have length 1, or 0."""
        hashes, ends = _hashes(_letters(pieces.distinct))
        columns = _places(self.hashes)[hashes]
        known = columns >= 0
        of_pieces = _counts(columns[known], np.append(0, np.cumsum(known))[ends], self.hashes.size)
        for in_texts in pieces.blocks():
            # By way of columns, so that those of a row ascend: values are added up in that order.
            yield self._weighed((in_texts @ of_pieces).tocsc().tocsr())

    def _weighed(self, counts: Any) -> Any:
        values = self.weights[counts.indices]
        several = np.flatnonzero(counts.data > 1)
        values[several] *= 1 + np.log(counts.data[several])
        rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        lengths = np.sqrt(np.bincount(rows, np.square(values, dtype=np.float64), minlength=counts.shape[0]))
        counts.data = (values / lengths[rows]).astype(np.float32)
        return counts


def _places(hashes: AnyArray) -> AnyArray:
    """Return a table that says where each hash stands; -1 where it does not."""
    places = np.full(1 << _BITS, -1, np.int32)
    places[hashes] = np.arange(hashes.size, dtype=np.int32)
    return places


def _counts(columns: AnyArray, ends: AnyArray, width: int) -> Any:
    """Return how often each column occurs in each text, CSR; text i has the columns from ends[i] on."""
    ones = np.ones(columns.size, np.float32)
    counts = scipy.sparse.csr_matrix((ones, columns, ends), shape=(ends.size - 1, width))
    counts.sum_duplicates()
    return counts


def _hashes(letters: AnyArray) -> tuple[AnyArray, AnyArray]:
    """Return the hashes of the groups of some texts, and where those of each text end, beginning with 0."""
    found = _at_each_letter(letters)
    kept = found >= 0
    so_far = np.append(0, np.cumsum(kept.sum(axis=1)))
    return found[kept], np.concatenate([[0], so_far[np.flatnonzero(letters == _LINE)]])


def _at_each_letter(letters: AnyArray) -> AnyArray:
    """Return the hashes of the groups that begin with each letter, one of each length; -1 where it is no group."""
    n = letters.size
    padded = np.concatenate([letters, np.full(max(_LENGTHS), _LINE, np.uint32)])
    longest = _longest(letters)
    found = np.full((n, len(_LENGTHS)), -1, np.int32)
    state = np.full(n, 2166136261, np.uint32)
    for length in range(1, max(_LENGTHS) + 1):
        # FNV-1a over code points, stirred.
        state = (state ^ padded[length - 1 : length - 1 + n]) * np.uint32(16777619)
        state ^= state >> np.uint32(15)
        if length in _LENGTHS:
            hashes = (state * np.uint32(2654435769)) >> np.uint32(32 - _BITS)
            found[:, _LENGTHS.index(length)] = np.where(longest >= length, hashes.astype(np.int32), -1)
    return found


def _letters(texts: list[str]) -> AnyArray:
    """Return the code points of all texts: each word between blanks, and a line end behind each text."""
    lines = [f" {' '.join(text.split())} \n" for text in folded(texts)]
    return np.frombuffer("".join(lines).encode("utf-32-le", "surrogatepass"), np.uint32)


def _longest(letters: AnyArray) -> AnyArray:
    """Return how long a group within one word is at most that begins with each letter; a blank begins the next word."""
    n = letters.size
    blanks = np.where(letters == _BLANK, np.arange(n), n)
    next_blank = np.append(np.minimum.accumulate(blanks[::-1])[::-1][1:], n)
    longest = next_blank - np.arange(n) + 1
    # Nothing begins with the last blank of a text, or with a line end.
    line = letters == _LINE
    longest[line | np.append(line[1:], True)] = 0
    return longest


def _named(texts: list[str], places: AnyArray, n: int) -> AnyArray:
    """Return for each place the first group of letters whose hash stands there."""
    names = np.full(n, "", f"U{max(_LENGTHS)}")
    for start in range(0, len(texts), _NAMED_AT_ONCE):
        letters = _letters(texts[start : start + _NAMED_AT_ONCE])
        found = _at_each_letter(letters)
        at = np.where(found >= 0, places[found], -1)
        starts, which = np.nonzero(at >= 0)
        first = np.full(n, -1)
        first[at[starts, which][::-1]] = np.arange(starts.size)[::-1]
        for place in np.flatnonzero((first >= 0) & (names == "")).tolist():
            begin = starts[first[place]]
            group = letters[begin : begin + _LENGTHS[which[first[place]]]]
            names[place] = group.tobytes().decode("utf-32-le", "surrogatepass")
        if (names != "").all():
            break
    return names
