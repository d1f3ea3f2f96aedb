"""The one query that all strategies share."""

import numpy as np
import pytest

from querist.base import CandidateFilter, QueryStrategy, Selection
from querist.exceptions import InvalidParameterError, QueristError
from querist.selections import TopK
from querist.strategies import MarginSampling, RandomSampling


class Given(QueryStrategy):
    """Utilities that the test hands over."""

    needs_model = False

    def __init__(self, *, values=(), selection=None, candidates=None, ties="random"):
        self.values = values
        self.selection = selection
        self.candidates = candidates
        self.ties = ties

    def utilities(self, context):
        self.seen = context
        return np.asarray(self.values, float)


X = np.arange(12.0).reshape(6, 2)


def test_highest_first():
    strategy = Given(values=[0.1, 0.9, 0.5])
    chosen, utilities = strategy.query(
        X, [1, 3, 4], [0, 1, 0], batch_size=2, candidates=[5, 0, 2], return_utilities=True
    )
    assert chosen.tolist() == [2, 5]
    np.testing.assert_array_equal(utilities, [0.1, np.nan, 0.9, np.nan, np.nan, 0.5])


def test_ties_first_is_the_lowest_row_and_random_is_not():
    strategy = Given(values=[1.0] * 6, ties="first")
    assert strategy.query(X, [], [], batch_size=3).tolist() == [0, 1, 2]
    strategy = Given(values=[1.0] * 6)
    firsts = {int(strategy.query(X, [], [], random_state=seed)[0]) for seed in range(60)}
    assert firsts == set(range(6))


def test_a_row_keeps_its_tie_key_whatever_stands_beside_it():
    for seed in range(30):
        whole = Given(values=[1.0] * 6).query(X, [], [], batch_size=6, random_state=seed).tolist()
        part = Given(values=[1.0] * 4).query(X, [], [], candidates=[0, 2, 3, 5], batch_size=4, random_state=seed)
        assert part.tolist() == [row for row in whole if row in {0, 2, 3, 5}]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_utilities_that_are_not_finite_are_an_error(value):
    with pytest.raises(QueristError, match="not finite for row 5"):
        Given(values=[0, 0, value]).query(X, [0, 2, 4], [0, 0, 0])


def test_utilities_of_a_wrong_shape_are_an_error():
    with pytest.raises(QueristError, match=r"shape \(2,\) for 6 candidates"):
        Given(values=[0, 0]).query(X, [], [])


def test_context_knows_the_rows_without_answers():
    strategy = Given(values=[0, 0])
    strategy.query(X, [4, 0], [1, 1], candidates=[2, 5])
    assert strategy.seen.unlabelled.tolist() == [1, 2, 3, 5]
    assert strategy.seen.candidates.tolist() == [2, 5]
    assert strategy.seen.X is X


@pytest.mark.parametrize(
    ("params", "match"),
    [
        ({"selection": "power"}, "make_strategy"),
        ({"candidates": "subsample"}, "make_strategy"),
        ({"candidates": TopK()}, "CandidateFilter"),
        ({"ties": "last"}, "random, first"),
    ],
)
def test_wrong_parts(params, match):
    with pytest.raises(InvalidParameterError, match=match):
        RandomSampling(**params).query(X, [], [])


@pytest.mark.parametrize("seed", [-1, 1.5, "0", np.random.RandomState(0), True])
def test_wrong_random_state(seed):
    with pytest.raises(InvalidParameterError, match="random_state"):
        RandomSampling().query(X, [], [], random_state=seed)


def test_none_is_fresh_entropy():
    pool = np.zeros((10_000, 1))
    assert RandomSampling().query(pool, [], [], batch_size=5).tolist() != (
        RandomSampling().query(pool, [], [], batch_size=5).tolist()
    )


def test_own_parts_are_called_with_what_the_contract_says():
    class Last(Selection):
        label = "Last"

        def select(self, utilities, *, batch_size, tie_keys, random_state, space, candidates):
            assert space.matrix is X
            return np.arange(candidates.size)[-batch_size:]

    class Even(CandidateFilter):
        label = "Even"

        def narrow(self, candidates, *, rows, batch_size, random_state, space):
            return candidates[candidates % 2 == 0]

    strategy = Given(values=[3, 2], selection=Last(), candidates=Even())
    assert strategy.query(X, [0], [1]).tolist() == [4]
    with pytest.raises(QueristError, match="returned 2 rows for a batch of 3"):
        strategy.query(X, [0], [1], batch_size=3)


def test_model_free_strategies_ignore_the_model():
    assert RandomSampling().query(X, [], [], model="anything", random_state=0).size == 1


def test_selection_parameters_are_nested():
    strategy = MarginSampling(selection=TopK())
    assert strategy.get_params()["selection"] is strategy.selection
