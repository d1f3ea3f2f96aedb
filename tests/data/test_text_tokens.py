"""Texts cut at blanks."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from querist.data import text_tokens
from querist.data.text_tokens import Pieces, folded

TEXTS = st.lists(st.text("ab \t\u00a0é\x1f", max_size=9), max_size=9)


@given(TEXTS)
def test_each_text_has_its_pieces_in_order(texts):
    pieces = Pieces.of(texts)
    assert pieces.n_texts == len(texts)
    assert len(set(pieces.distinct)) == len(pieces.distinct)
    for text, start, stop in zip(texts, pieces.ends[:-1], pieces.ends[1:], strict=True):
        assert [pieces.distinct[place] for place in pieces.which[start:stop]] == text.split()


def test_blocks_hold_the_counts_of_all_texts(monkeypatch):
    monkeypatch.setattr(text_tokens, "BLOCK", 2)
    monkeypatch.setattr(text_tokens, "_CUT_AT_ONCE", 2)
    blocks = [block.toarray() for block in Pieces.of(["a b a", "", "b", "c c", "a"]).blocks()]
    np.testing.assert_array_equal(np.concatenate(blocks), [[2, 1, 0], [0, 0, 0], [0, 1, 0], [0, 0, 2], [1, 0, 0]])
    assert [len(block) for block in blocks] == [2, 2, 1]


def test_no_texts_are_one_empty_block():
    (block,) = Pieces.of([]).blocks()
    assert block.shape == (0, 0)


def test_case_and_accents_are_folded():
    assert folded(["Füße", "ΣΑΣ", "e\u0301"]) == ["fuße", "σας", "e"]
