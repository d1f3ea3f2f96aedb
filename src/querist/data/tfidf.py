"""TF-IDF of words or letters, fitted once, and kept in little space."""

import warnings
from typing import Any

import numpy as np

from querist._typing import AnyArray
from querist.data.term_counts import count_terms, cut_into_letters, cut_into_words
from querist.data.text_tokens import Pieces

# What is counted without a string for each pair of words, which says the same (`querist.data.term_counts`).
_COUNTED = {"sublinear_tf": True, "ngram_range": [1, 2], "dtype": "float32", "min_df": 2}


class PackedTfidf:
    """scikit-learn's TfidfVectorizer; saved, it is an array of letters and one of weights.

    Its dictionary of words takes more than a hundred bytes a word in a model file, ten times what the words do.

    Parameters
    ----------
    **options
        Of the vectorizer, as JSON takes them.

    Examples
    --------
    >>> tfidf = PackedTfidf(ngram_range=[1, 2])
    >>> tfidf.fit_transform(["red apple", "green apple"]).shape
    (2, 5)
    >>> tfidf.words
    ('apple', 'green', 'green apple', 'red', 'red apple')
    """

    def __init__(self, **options: Any) -> None:
        self._options = options
        self._vectorizer: Any = None

    def fit_transform(self, texts: list[str], pieces: Pieces | None = None) -> Any:
        """Learn words and weights; return a CSR matrix of shape (n_texts, n_words).

        Parameters
        ----------
        texts : list of str
        pieces : Pieces, default=None
            The same texts, where they are cut already.

        Raises
        ------
        ValueError
            If no word is left.
        """
        options = {name: value for name, value in self._options.items() if name != "max_features"}
        most = self._options.get("max_features")
        if most is not None and options == _COUNTED | {"strip_accents": "unicode"}:
            return self._fitted(*count_terms(cut_into_words(pieces or Pieces.of(texts)), least=2, most=most))
        if most is not None and options == _COUNTED | {"analyzer": "char"}:
            return self._fitted(*count_terms(cut_into_letters(texts), least=2, most=most))
        vectorizer = self._made()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that letters need no token pattern
            matrix = vectorizer.fit_transform(texts)
        self._vectorizer = vectorizer
        return matrix

    def _fitted(self, terms: list[str], counts: Any) -> Any:
        """Weigh counts."""
        from sklearn.feature_extraction.text import TfidfTransformer

        weights = TfidfTransformer(sublinear_tf=True)
        matrix = weights.fit(counts).transform(counts, copy=False)
        self._vectorizer = self._made(vocabulary=terms)
        self._vectorizer.idf_ = weights.idf_
        return matrix

    def transform(self, texts: list[str]) -> Any:
        """Return a CSR matrix of shape (n_texts, n_words)."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self._vectorizer.transform(texts)

    @property
    def words(self) -> tuple[str, ...]:
        """The words, in the order of the columns."""
        return tuple(self._vectorizer.get_feature_names_out().tolist())

    def _made(self, **more: Any) -> Any:
        from sklearn.feature_extraction.text import TfidfVectorizer

        options = self._options | more
        options["ngram_range"] = tuple(options["ngram_range"])
        options["dtype"] = np.dtype(options.get("dtype", "float64")).type
        return TfidfVectorizer(**options)

    def __getstate__(self) -> dict[str, Any]:
        encoded = [word.encode("utf-8", "surrogatepass") for word in self.words]
        return {
            "options": self._options,
            "letters": np.frombuffer(b"".join(encoded), np.uint8),
            "lengths": np.array([len(word) for word in encoded], np.int32),
            "weights": self._vectorizer.idf_,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._options = state["options"]
        self._vectorizer = self._made(vocabulary=_words(state["letters"], state["lengths"]))
        self._vectorizer.idf_ = state["weights"]


def _words(letters: AnyArray, lengths: AnyArray) -> list[str]:
    blob = letters.tobytes()
    ends = np.cumsum(lengths).tolist()
    return [
        blob[end - length : end].decode("utf-8", "surrogatepass")
        for end, length in zip(ends, lengths.tolist(), strict=True)
    ]
