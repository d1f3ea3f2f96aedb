"""Columns of categories and of free text, fitted."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import scipy.sparse

from querist._typing import AnyArray, BoolArray, FloatArray, IntArray
from querist.data.kinds import is_unspaced
from querist.data.latent_semantics import LatentSemantics
from querist.data.letter_groups import LetterGroups
from querist.data.row_blocks import stacked
from querist.data.text_tokens import BLOCK, Pieces
from querist.data.tfidf import PackedTfidf
from querist.exceptions import DataError

if TYPE_CHECKING:
    import pandas as pd

# From so many categories on they are encoded by their letters, into so many columns.
_MANY, _WIDTH = 40, 30
_SEED = 0
_BOOLEANS = {"true": "True", "false": "False"}


@dataclass(frozen=True)
class CategoryEncoder:
    """A column of categories: a column each up to 39, more by their letters; a gap is a category of its own.

    Of two categories one column says all. Categories that were not there when it was fitted are nowhere.

    Attributes
    ----------
    column : str
    categories : tuple of str
        Sorted.
    has_gaps, booleans : bool
        Whether cells were empty; whether all others were True or False.
    letters : Letters or None
    varied : ndarray of shape (n_features,)
        The columns that are not constant.
    """

    column: str
    categories: tuple[str, ...]
    has_gaps: bool
    booleans: bool
    letters: "Letters | None"
    varied: IntArray

    @classmethod
    def fitted(cls, column: "pd.Series") -> tuple[Self, FloatArray]:
        """Learn from a column; also return its matrix of shape (n_rows, n_features)."""
        words, known = _words(column)
        categories = tuple(sorted(set(words[known])))
        booleans = all(isinstance(cell, bool | np.bool_) for cell in column[known])
        letters, matrix = None, None
        if len(categories) >= _MANY:
            letters, matrix = Letters.fitted(words.tolist())
        draft = cls(str(column.name), categories, not known.all(), booleans, letters, np.empty(0, np.intp))
        if matrix is None:
            matrix = draft._one_hot(words, known)
        varied = np.flatnonzero((matrix != matrix[:1]).any(axis=0))
        fitted = cls(draft.column, categories, draft.has_gaps, booleans, letters, varied)
        return fitted, matrix[:, varied].astype(np.float64)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features."""
        if self.letters is not None:
            places = [str(place).zfill(len(str(self.letters.width - 1))) for place in range(self.letters.width)]
            names = [f"{self.column}_{place}" for place in places]
        else:
            gap = f"{self.column} is missing" if "nan" in self.categories else f"{self.column}_nan"
            names = [*(f"{self.column}_{word}" for word in self.categories), *([gap] if self.has_gaps else [])]
            names = names[self._first :]
        return tuple(names[place] for place in self.varied.tolist())

    def encode(self, column: "pd.Series", where: str = "") -> FloatArray:
        """Return a matrix of shape (n_rows, n_features)."""
        words, known = self._words(column)
        matrix = self._one_hot(words, known) if self.letters is None else self.letters.encode(words.tolist())
        return matrix[:, self.varied].astype(np.float64)

    def n_unseen(self, column: "pd.Series") -> int:
        """Return how many rows have a category that was not there when it was fitted."""
        words, known = self._words(column)
        return int((~np.isin(words[known].astype(str), np.array(self.categories, str))).sum())

    @property
    def _first(self) -> int:
        # Of two categories, the second column says all.
        return int(len(self.categories) + self.has_gaps == 2)

    def _words(self, column: "pd.Series") -> tuple[AnyArray, BoolArray]:
        words, known = _words(column)
        if self.booleans:
            # A column that is booleans in one file is words in another, where a cell is empty.
            words[known] = [_BOOLEANS.get(word.lower(), word) for word in words[known]]
        return words, known

    def _one_hot(self, words: AnyArray, known: BoolArray) -> FloatArray:
        place = {word: number for number, word in enumerate(self.categories)}
        width = len(self.categories) + self.has_gaps
        # One more column takes what was never seen.
        columns = np.array([place.get(word, width) for word in words.tolist()], np.intp)
        columns[~known] = len(self.categories) if self.has_gaps else width
        matrix = np.zeros((len(words), width + 1))
        matrix[np.arange(len(words)), columns] = 1.0
        return matrix[:, self._first : width]


@dataclass(frozen=True)
class Letters:
    """Words as points, similar ones near each other: TF-IDF of groups of three and four letters, then a truncated SVD.

    The same as skrub's StringEncoder.

    Attributes
    ----------
    tfidf : PackedTfidf
    components : ndarray of shape (width, n_groups), float32, or None
        None: there are so few groups that the first of them are taken as they are.
    width : int
    scale : float
        What the columns are divided by, so that their variances add up to 1.
    """

    tfidf: PackedTfidf
    components: AnyArray | None
    width: int
    scale: float

    @classmethod
    def fitted(cls, words: list[str]) -> tuple[Self, AnyArray]:
        """Learn from words; also return their matrix of shape (n_words, width), float32."""
        from sklearn.decomposition import TruncatedSVD

        tfidf = PackedTfidf(ngram_range=[3, 4], analyzer="char_wb")
        X = tfidf.fit_transform(words).astype(np.float32)
        components = None
        if min(X.shape) > _WIDTH:
            svd = TruncatedSVD(n_components=_WIDTH, random_state=_SEED)
            points = svd.fit_transform(X)
            components = svd.components_
        else:
            points = X[:, :_WIDTH].toarray()
        scale = float(np.sqrt(np.nansum(np.nanvar(points, ddof=0, axis=0))))
        # Words without a difference have no scale.
        scale = scale if scale > 10 * np.finfo(points.dtype).eps else 1.0
        points /= scale
        return cls(tfidf, components, points.shape[1], scale), points

    def encode(self, words: list[str]) -> AnyArray:
        """Return a matrix of shape (n_words, width), float32."""
        X = self.tfidf.transform(words).astype(np.float32)
        points: AnyArray = X[:, : self.width].toarray() if self.components is None else X @ self.components.T
        points /= self.scale
        return points


@dataclass(frozen=True)
class TextEncoder:
    """A column of text: words, groups of letters and latent semantics, a block each, whose rows have length 1.

    Words are TF-IDF of the words and pairs of words that occur in two rows or more; scripts that put no blanks between
    words are cut into letters and pairs of letters, and have no groups of letters besides.
    """

    column: str
    tfidf: PackedTfidf
    # None in those that were saved before there were such blocks.
    letters: LetterGroups | None = None
    semantics: LatentSemantics | None = None

    @classmethod
    def fitted(cls, column: "pd.Series", *, words_only: bool = False) -> tuple[Self, Any]:
        """Learn from a column; also return its CSR matrix of shape (n_rows, n_features), float32.

        Raises
        ------
        DataError
            If it holds no words.
        """
        texts = _texts(column)
        options: dict[str, Any] = {"sublinear_tf": True, "ngram_range": [1, 2], "dtype": "float32"}
        unspaced = is_unspaced([text for text in texts if text])
        options |= {"analyzer": "char"} if unspaced else {"strip_accents": "unicode"}
        pieces = Pieces.of(texts)
        attempts = ({"min_df": 2, "max_features": 100_000}, {"token_pattern": r"(?u)\b\w+\b"})  # single letters, once
        for attempt in attempts:
            tfidf = PackedTfidf(**options, **attempt)
            try:
                words = tfidf.fit_transform(texts, pieces)
            except ValueError:  # no word is left
                continue
            if words_only:
                return cls(str(column.name), tfidf), words
            draft = cls(str(column.name), tfidf, None if unspaced else LetterGroups.fitted(pieces))
            sample = LatentSemantics.sample_of(len(texts))
            matrix = draft._beside(words[sample], Pieces.of([texts[row] for row in sample.tolist()]))
            fitted = replace(draft, semantics=LatentSemantics.fitted(matrix, len(texts)))
            return fitted, fitted._beside(words, pieces)
        raise DataError(f"Column {column.name!r} is read as text, but holds no words. Leave it out.")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features, words first."""
        words = (f"{self.column}: {word}" for word in self.tfidf.words)
        groups = () if self.letters is None else self.letters.names.tolist()
        n_points = 0 if self.semantics is None else self.semantics.centre.size
        points = (f"{self.column}: semantics {place:02d}" for place in range(n_points))
        return (*words, *(f"{self.column}: letters {group!r}" for group in groups), *points)

    @property
    def n_illegible(self) -> int:
        """How many of the features, the last ones, are no words that could be told to a person."""
        n_groups = 0 if self.letters is None else self.letters.hashes.size
        return n_groups + (0 if self.semantics is None else self.semantics.centre.size)

    def encode(self, column: "pd.Series", where: str = "") -> Any:
        """Return a CSR matrix of shape (n_rows, n_features), float32."""
        texts = _texts(column)
        return self._beside(self.tfidf.transform(texts), Pieces.of(texts))

    def _beside(self, words: Any, pieces: Pieces) -> Any:
        """Return all features of texts of which the words are known."""
        if self.letters is None and self.semantics is None:
            return words
        return stacked(self._blocks(words, pieces), pieces.n_texts)

    def _blocks(self, words: Any, pieces: Pieces) -> Iterator[Any]:
        """Yield them in blocks of texts."""
        letters = None if self.letters is None else self.letters.encode(pieces)
        for start in range(0, max(pieces.n_texts, 1), BLOCK):
            matrix = words[start : start + BLOCK]
            if letters is not None:
                matrix = _side_by_side(matrix, next(letters))
            if self.semantics is not None:
                matrix = _side_by_side(matrix, self.semantics.encode(matrix))
            yield matrix


def _side_by_side(left: Any, right: Any) -> Any:
    return scipy.sparse.hstack([left, right], format="csr", dtype=np.float32)


def _texts(column: "pd.Series") -> list[str]:
    return ["" if gap else str(cell) for cell, gap in zip(column, column.isna(), strict=True)]


def _words(column: "pd.Series") -> tuple[AnyArray, BoolArray]:
    """Return the cells of a column as texts, empty where there is none, and where there is one."""
    known = column.notna().to_numpy(bool)
    cells = column.astype(object)
    words = np.full(len(column), "", object)
    words[known] = [_word(cell) for cell in cells[known]]
    return words, known


def _word(cell: Any) -> str:
    # A column with gaps holds its whole numbers as floats: 1.0 and 1 are one category.
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
