"""Texts cut at blanks, each distinct piece once: what is made of pieces is then made once for many texts."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, Self

import numpy as np
import scipy.sparse

from querist._typing import AnyArray

# Rows that are encoded at once: what is made of them stays in the caches of a processor.
BLOCK = 2000
_CUT_AT_ONCE = 10_000


@dataclass(frozen=True, eq=False)
class Pieces:
    """What stands between blanks in some texts.

    Attributes
    ----------
    distinct : list of str
        In the order of their first place.
    which : ndarray of shape (n_pieces,), int32
        All pieces of all texts, by their places in `distinct`.
    ends : ndarray of shape (n_texts + 1,)
        Text i has the pieces from ``ends[i]`` to ``ends[i + 1]``.
    """

    distinct: list[str]
    which: AnyArray
    ends: AnyArray

    @classmethod
    def of(cls, texts: list[str]) -> Self:
        """Cut texts."""
        places: defaultdict[str, int] = defaultdict()
        places.default_factory = places.__len__
        which, sizes = [np.empty(0, np.int32)], [np.zeros(1, np.int64)]
        for start in range(0, len(texts), _CUT_AT_ONCE):
            cut = [text.split() for text in texts[start : start + _CUT_AT_ONCE]]
            sizes.append(np.fromiter(map(len, cut), np.int64, len(cut)))
            pieces = map(places.__getitem__, chain.from_iterable(cut))
            which.append(np.fromiter(pieces, np.int32, int(sizes[-1].sum())))
        return cls(list(places), np.concatenate(which), np.cumsum(np.concatenate(sizes)))

    @property
    def n_texts(self) -> int:
        """How many texts they are."""
        return int(self.ends.size - 1)

    def blocks(self) -> Iterator[Any]:
        """Yield how often each piece stands in each text, CSR of shape (n_texts, n_distinct), in blocks of texts.

        A piece may come twice in a row.
        """
        for start in range(0, max(self.n_texts, 1), BLOCK):
            ends = self.ends[start : start + BLOCK + 1]
            which = self.which[ends[0] : ends[-1]]
            ones, shape = np.ones(which.size, np.float32), (ends.size - 1, len(self.distinct))
            yield scipy.sparse.csr_matrix((ones, which, ends - ends[0]), shape=shape)


def folded(texts: list[str]) -> list[str]:
    """Return texts in small letters, without accents."""
    from sklearn.feature_extraction.text import strip_accents_unicode

    return [strip_accents_unicode(text.lower()) for text in texts]
