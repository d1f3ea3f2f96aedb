"""Texts that are nearly the same, against each pair compared."""

import numpy as np
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st

from querist.labelling.trainer.near_copies import LIKENESS, near_copies, words_of

TEXTS = st.lists(st.sets(st.integers(0, 14), max_size=8), max_size=12)


def matrix_of(texts, n_words=15):
    dense = np.zeros((len(texts), n_words))
    for row, words in enumerate(texts):
        dense[row, list(words)] = 0.5
    return scipy.sparse.csr_matrix(dense)


@given(texts=TEXTS)
def test_every_row_of_a_group_is_near_another_of_it(texts):
    for group in near_copies(matrix_of(texts)):
        for row in group:
            assert max(shared(texts[row], texts[other]) for other in group if other != row) >= LIKENESS


@given(texts=TEXTS.filter(any), copies=st.lists(st.integers(0, 11), min_size=1, max_size=5))
def test_texts_of_the_same_words_stand_together(texts, copies):
    texts = [*texts, *(texts[each % len(texts)] for each in copies)]
    groups = near_copies(matrix_of(texts))
    group_of = {row: number for number, group in enumerate(groups) for row in group}
    for row, words in enumerate(texts):
        twins = [other for other, others in enumerate(texts) if others == words and words]
        assert len(twins) < 2 or len({group_of[twin] for twin in twins}) == 1, row


def test_nearly_all_pairs_of_long_texts_are_found():
    rng = np.random.default_rng(0)
    texts = [set(rng.choice(4000, 40, replace=False).tolist()) for _ in range(300)]
    # One word in ten is another.
    texts += [words - set(list(words)[:4]) | set(range(4000, 4004)) for words in texts]
    groups = near_copies(matrix_of(texts, 4004))
    assert groups == [[row, row + 300] for row in range(300)]


def test_a_template_sent_a_thousand_times_is_one_group():
    texts = [{*range(20), 100 + row} for row in range(1000)]
    assert near_copies(matrix_of(texts, 1100)) == [list(range(1000))]


def test_texts_without_blanks_and_rare_words_are_told_apart():
    lines = ["请问我的银行卡什么时候能够寄到呢", "请问我的银行卡什么时候能够寄到啊", "今天的天气非常好我们一起去公园玩"]
    assert near_copies(words_of(lines)) == [[0, 1]]
    assert near_copies(words_of(["the walrus", "the carpenter", "", " ", "the  Walrus!"])) == [[0, 4]]


def test_no_words_and_no_rows():
    assert near_copies(matrix_of([set(), set(), {1}])) == []
    assert near_copies(scipy.sparse.csr_matrix((0, 5))) == []


def shared(left, right):
    return len(left & right) / len(left | right) if left | right else 0.0
