"""Groups of letters, beside scikit-learn's own count of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from querist.data import letter_groups, text_tokens
from querist.data.letter_groups import LetterGroups
from querist.data.row_blocks import stacked
from querist.data.text_tokens import Pieces

WORDS = ["good", "goods", "Füße", "fuse", "кот", "a", "is", "x\u0301", "\ud800odd", "l'eau", "2.50", "\n"]
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join), min_size=2, max_size=12)


def fitted(texts):
    return LetterGroups.fitted(Pieces.of(texts))


def encoded(groups, texts):
    return stacked(groups.encode(Pieces.of(texts)), len(texts))


def counted(texts):
    """Return the groups that stand in two texts or more, and their TF-IDF, as scikit-learn counts them."""
    counts = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, strip_accents="unicode", min_df=2, norm=None
    )
    try:
        values = counts.fit_transform(texts).toarray()
    except ValueError:  # no text, or no group that two share
        return [], None
    return counts.get_feature_names_out().tolist(), normalize(values)


@given(TEXTS)
def test_they_are_those_of_scikit_learn(texts):
    names, expected = counted(texts)
    groups = fitted(texts)
    if groups is None:
        assert not names
        return
    assert sorted(groups.names.tolist()) == sorted(names)
    places = [names.index(name) for name in groups.names.tolist()]
    found = encoded(groups, texts).toarray()
    np.testing.assert_allclose(found, expected[:, places], atol=1e-6)
    # A text alone gives what it gave among the others.
    np.testing.assert_array_equal(encoded(groups, texts[1:2]).toarray(), found[1:2])


def test_blocks_of_texts_do_not_show(monkeypatch):
    texts = [f"{word} {other}" for word in WORDS[:5] for other in WORDS[3:9]]
    whole = fitted(texts)
    expected = encoded(whole, texts)
    monkeypatch.setattr(text_tokens, "BLOCK", 4)
    monkeypatch.setattr(letter_groups, "_NAMED_AT_ONCE", 3)
    again = fitted(texts)
    assert (again.hashes.tolist(), again.names.tolist()) == (whole.hashes.tolist(), whole.names.tolist())
    np.testing.assert_array_equal(encoded(again, texts).toarray(), expected.toarray())


def test_the_commonest_are_kept(monkeypatch):
    texts = ["cat dog"] * 3 + ["cat"] * 4 + ["emu", "emu"]
    monkeypatch.setattr(letter_groups, "_MOST", 6)
    assert sorted(fitted(texts).names.tolist()) == sorted([" ca", "cat", "at ", " cat", "cat ", " cat "])


@pytest.mark.parametrize("texts", [["", " "], ["abc", "xyz"], ["a"]])
def test_texts_that_share_nothing_have_none(texts):
    assert fitted(texts) is None


def test_what_was_never_seen_is_nothing():
    groups = fitted(["cat", "cat dog"])
    assert encoded(groups, ["zzz", ""]).nnz == 0
