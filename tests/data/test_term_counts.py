"""Words and pairs of words, beside scikit-learn's own count of them: to the last bit, in the same order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from querist.data import term_counts
from querist.data.term_counts import count_terms, cut_into_letters, cut_into_words
from querist.data.text_tokens import Pieces

WORDS = [
    "good", "goods", "gooda", "Füße", "fuse", "кот", "a", "is", "x\u0301", "\ud800odd", "l'eau", "2.50", "\n", "\x1c",
    "go\u00a0on", "\u00b4x", "ΟΔΟΣ", "ὈΔΟΣ", "Σ", "well-known", "ﬁne", "İx", "a_b", "日本", "日本語", "!",
]  # fmt: skip
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join), min_size=1, max_size=14)


def expected(texts, most, **options):
    counts = CountVectorizer(ngram_range=(1, 2), min_df=2, max_features=most, dtype=np.float32, **options)
    try:
        return counts.fit_transform(texts), counts.get_feature_names_out().tolist()
    except ValueError:  # no term is left
        return None, []


def check(found, texts, most, **options):
    matrix, names = expected(texts, most, **options)
    if matrix is None:
        with pytest.raises(ValueError, match="no term"):
            count_terms(found, least=2, most=most)
        return
    terms, counts = count_terms(found, least=2, most=most)
    assert terms == names
    assert counts.shape == matrix.shape
    for part in ("data", "indices", "indptr"):
        np.testing.assert_array_equal(getattr(counts, part), getattr(matrix, part))
        assert getattr(counts, part).dtype == getattr(matrix, part).dtype


@given(TEXTS, st.sampled_from([1, 4, 100_000]))
def test_words_and_pairs_are_those_of_scikit_learn(texts, most):
    check(cut_into_words(Pieces.of(texts)), texts, most, strip_accents="unicode")


@given(TEXTS, st.sampled_from([1, 4, 100_000]))
def test_letters_and_pairs_are_those_of_scikit_learn(texts, most):
    check(cut_into_letters(texts), texts, most, analyzer="char")


def test_of_equally_frequent_terms_the_same_are_kept():
    draw = np.random.default_rng(0)
    texts = [" ".join(f"w{number}" for number in draw.integers(0, 60, 12)) for _ in range(300)]
    for most in (5, 50, 200, 400):
        check(cut_into_words(Pieces.of(texts)), texts, most, strip_accents="unicode")


def test_blocks_of_texts_do_not_show(monkeypatch):
    texts = [f"{word} {other} {word}" for word in WORDS for other in WORDS[3:9]]
    monkeypatch.setattr(term_counts, "_ROWS", 7)
    check(cut_into_words(Pieces.of(texts)), texts, 100, strip_accents="unicode")


def test_counting_changes_no_words():
    found = cut_into_words(Pieces.of(["bb aa bb", "aa bb aa", "bb"]))
    before = found.ids.copy()
    count_terms(found, least=2, most=10)
    np.testing.assert_array_equal(found.ids, before)
