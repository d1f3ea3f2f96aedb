"""Clusters for batches from tables, the highest utilities else."""

import numpy as np
import pytest
import scipy.sparse

from querist.base.space import Space
from querist.base.ties import keys_of_rows
from querist.exceptions import UnsupportedModelError
from querist.selections import AutoSelection, TopK, WeightedKMeansSelection

X = np.random.default_rng(0).normal(size=(60, 3))
UTILITIES = np.random.default_rng(1).random(60)


def select(selection, pool, batch_size):
    rng = np.random.default_rng(5)
    candidates = np.arange(60)
    return selection.select(
        UTILITIES,
        batch_size=batch_size,
        tie_keys=keys_of_rows("first", rng),
        random_state=rng,
        space=Space(pool),
        candidates=candidates,
    ).tolist()


@pytest.mark.parametrize(
    ("pool", "batch_size", "same"),
    [
        (X, 1, TopK()),
        (X, 4, TopK()),
        (X, 5, WeightedKMeansSelection(prefilter=3)),
        (X, 12, WeightedKMeansSelection(prefilter=3)),
        (scipy.sparse.csr_matrix(X), 12, TopK()),
    ],
)
def test_it_is_what_the_pool_and_the_batch_want(pool, batch_size, same):
    assert select(AutoSelection(prefilter=3), pool, batch_size) == select(same, pool, batch_size)


def test_few_rows_of_a_pool_of_words_can_be_asked():
    words = np.array([f"text {number}" for number in range(60)], object)
    assert select(AutoSelection(), words, 4) == select(TopK(), X, 4)
    with pytest.raises(UnsupportedModelError):
        select(AutoSelection(), words, 5)
