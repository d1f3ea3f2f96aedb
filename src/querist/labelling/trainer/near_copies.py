"""Texts that are nearly the same: templates, re-posts, texts with one word changed."""

import numpy as np
import scipy.sparse
import scipy.sparse.csgraph

from querist._typing import AnyArray, IntArray
from querist.data.kinds import is_unspaced

# Two texts of 20 words that differ in one share four fifths of their words and pairs of words, of 12 words two thirds.
LIKENESS = 0.65
# Of so many hashes the least of each text's words is kept. Two texts are compared where all of one band are equal: that
# is missed for one pair in fifty at the likeness asked for, and for one in several thousand at 0.8.
_BANDS, _IN_A_BAND = 20, 4
_SEED = 0
_PRIME = (1 << 31) - 1


def words_of(texts: list[str]) -> scipy.sparse.csr_matrix:
    """Return which words and pairs of words each text has, of shape (n_texts, 2**22); rare words count like others.

    Words are numbered by a hash: two of a hundred thousand may share a number. Scripts that put no blanks between words
    are cut into letters and pairs of letters.
    """
    from sklearn.feature_extraction.text import HashingVectorizer

    unspaced = is_unspaced([text for text in texts if text])
    how = {"analyzer": "char"} if unspaced else {"token_pattern": r"(?u)\w+"}
    options = {"ngram_range": (1, 2), "n_features": 2**22, "binary": True, "alternate_sign": False, "norm": None}
    return scipy.sparse.csr_matrix(HashingVectorizer(**how, **options, dtype=np.float32).transform(texts))


def near_copies(words: scipy.sparse.csr_matrix, likeness: float = LIKENESS) -> list[list[int]]:
    """Return the groups of texts that are nearly the same.

    Two are if the words that they share are at least `likeness` of all words of the two (Jaccard); a group holds what
    is joined by a chain of such pairs. Pairs are found by MinHash [1]_, and each is then compared exactly: what is
    returned is right, a pair at the edge may be missed.

    Parameters
    ----------
    words : CSR matrix of shape (n_texts, n_words)
        Which words a text has (`words_of`): whatever is stored and not 0. Texts without words are in no group.
    likeness : float, default=0.65
        In (0, 1].

    Returns
    -------
    list of list of int
        Groups of at least two rows; rows ascending, groups by their first row.

    Notes
    -----
    O(stored entries * 80) time, O(stored entries) memory. Rows of one bucket are compared with its first and with their
    neighbours in it, not each with each, so that ten thousand texts of one template stay ten thousand comparisons.

    References
    ----------
    .. [1] A. Z. Broder, "On the resemblance and containment of documents", SEQUENCES 1997.

    Examples
    --------
    >>> words = scipy.sparse.csr_matrix([[1, 1, 1, 1, 0], [0, 0, 1, 0, 1], [1, 1, 1, 0, 0]])
    >>> near_copies(words)
    [[0, 2]]
    """
    pattern = scipy.sparse.csr_matrix(words, copy=True)
    pattern.eliminate_zeros()
    pattern.sort_indices()
    pairs = _candidates(pattern)
    pairs = pairs[_jaccard(pattern, pairs) >= likeness]
    graph = scipy.sparse.coo_matrix((np.ones(len(pairs), bool), pairs.T), shape=(pattern.shape[0],) * 2)
    group = scipy.sparse.csgraph.connected_components(graph, directed=False)[1]
    rows = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[rows], prepend=-1))
    groups = [each.tolist() for each in np.split(rows, starts[1:]) if each.size > 1]
    return sorted(groups)


def _candidates(pattern: scipy.sparse.csr_matrix) -> IntArray:
    """Return pairs of rows that have a band of hashes in common, of shape (n_pairs, 2)."""
    filled = np.flatnonzero(np.diff(pattern.indptr))
    if filled.size < 2:
        return np.empty((0, 2), np.int64)
    rng = np.random.default_rng(_SEED)
    found = []
    for _ in range(_BANDS):
        band = np.zeros(filled.size, np.uint64)
        for _ in range(_IN_A_BAND):
            # A permutation of the words, by (a * word + b) mod p.
            factor, shift = rng.integers(1, _PRIME, 2)
            hashed = (pattern.indices.astype(np.int64) * factor + shift) % _PRIME
            least = np.minimum.reduceat(hashed, pattern.indptr[filled].astype(np.intp))
            band = (band * np.uint64(0x9E3779B97F4A7C15)) ^ least.astype(np.uint64)
        order = np.argsort(band, kind="stable")
        rows, key = filled[order], band[order]
        same = np.flatnonzero(key[1:] == key[:-1])
        # The first row of each bucket, for every row of it.
        begins = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
        first = rows[begins[np.searchsorted(begins, same + 1, side="right") - 1]]
        found += [np.column_stack([rows[same], rows[same + 1]]), np.column_stack([first, rows[same + 1]])]
    return np.unique(np.sort(np.concatenate(found).astype(np.int64), axis=1), axis=0)


def _jaccard(pattern: scipy.sparse.csr_matrix, pairs: IntArray, block: int = 20_000) -> AnyArray:
    """Return the share of words that each pair has in common."""
    sizes = np.diff(pattern.indptr).astype(np.float64)
    binary = scipy.sparse.csr_matrix((np.ones(pattern.nnz, np.float32), pattern.indices, pattern.indptr), pattern.shape)
    shares = np.empty(len(pairs))
    for start in range(0, len(pairs), block):
        left, right = pairs[start : start + block].T
        common = np.asarray(binary[left].multiply(binary[right]).sum(axis=1)).ravel()
        shares[start : start + block] = common / (sizes[left] + sizes[right] - common)
    return shares
