"""The probabilities with which rows are drawn, against all sequences of draws from pools of eight rows."""

import itertools

import numpy as np
import pytest
from scipy.stats import chisquare

import querist
from querist.base.selection import Chances, TopK
from querist.base.space import Space
from querist.base.ties import keys_of_rows
from querist.registry import make_strategy
from querist.selections import PowerTopK, WeightedKMeansSelection
from querist.strategies import KCenter, MarginSampling, RandomSampling

UTILITIES = np.array([0.9, 0.5, 0.3, 0.8, 0.1, 1e-3, 0.6, 0.2])


@pytest.mark.parametrize("beta", [0.0, 0.5, 1.0, 4.0])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_all_sequences_have_the_probability_one_and_rows_their_share(beta, size):
    shares = np.zeros(8)
    total = 0.0
    for batch in itertools.permutations(range(8), size):
        found = PowerTopK(beta=beta).chances(UTILITIES, np.array(batch))
        left = UTILITIES**beta
        expected = []
        for row in batch:
            expected.append(left[row] / left.sum())
            left[row] = 0
        np.testing.assert_allclose(found.probabilities, expected, rtol=1e-9)
        assert found.n_possible == 8
        total += np.prod(expected)
        shares[list(batch)] += np.prod(expected)
    assert total == pytest.approx(1)
    assert shares.sum() == pytest.approx(size)
    # What is really drawn.
    counts = np.zeros(8)
    keys = keys_of_rows("first", np.random.default_rng(0))
    for seed in range(2000):
        counts[
            PowerTopK(beta=beta).select(
                UTILITIES, batch_size=size, tie_keys=keys, random_state=np.random.default_rng(seed),
                space=Space(np.zeros((8, 1))), candidates=np.arange(8),
            )
        ] += 1  # fmt: skip
    rare = shares < 0.01
    table, expected = (np.append(each[~rare], each[rare].sum()) for each in (counts, 2000 * shares))
    assert chisquare(table[expected > 0], expected[expected > 0]).pvalue > 1e-3


def test_rounding_does_not_drown_what_is_left_after_heavy_rows():
    found = PowerTopK(beta=4.0).chances(np.array([1.0, 1e-80, 2e-80]), np.array([0, 2]))
    np.testing.assert_allclose(found.probabilities, [1, 16 / 17], rtol=1e-9)


def test_rows_without_weight_are_no_part_of_the_draw():
    utilities = np.array([0.5, 0.0, 0.5, 0.0])
    assert PowerTopK().chances(utilities, np.array([2, 0])) == Chances(pytest.approx([0.5, 1.0]), 2)
    assert PowerTopK().chances(utilities, np.array([2, 1])) is None
    assert PowerTopK(beta=0.0).chances(utilities, np.array([1])).n_possible == 4


@pytest.mark.parametrize(
    "strategy",
    [
        MarginSampling(),
        make_strategy("weighted_k_means"),
        KCenter(),
        RandomSampling(selection=WeightedKMeansSelection()),
    ],
)
def test_what_is_not_drawn_has_no_probability(strategy):
    assert strategy.chances(UTILITIES, np.array([0, 3])) is None


@pytest.mark.parametrize(
    ("strategy", "beta"),
    [
        (make_strategy("power", beta=2.0), 2.0),
        (MarginSampling(selection=PowerTopK(beta=0.5)), 0.5),
        (KCenter(selection=PowerTopK()), 1.0),
        (RandomSampling(selection=PowerTopK()), 1.0),
    ],
)
def test_strategies_have_those_of_their_selection(strategy, beta):
    found = strategy.chances(UTILITIES, np.array([0, 3]))
    np.testing.assert_allclose(found.probabilities, PowerTopK(beta=beta).chances(UTILITIES, [0, 3]).probabilities)


@pytest.mark.parametrize("selection", [None, TopK()])
def test_random_rows_are_even_draws(selection):
    strategy = RandomSampling(selection=selection)
    found = strategy.chances(UTILITIES, np.array([3, 1, 2]))
    np.testing.assert_allclose(found.probabilities, [1 / 8, 1 / 7, 1 / 6])
    # Every ordered pair is as likely.
    X = np.zeros((4, 1))
    pairs = [tuple(strategy.query(X, [], [], batch_size=2, random_state=seed)) for seed in range(2400)]
    counts = [pairs.count(pair) for pair in itertools.permutations(range(4), 2)]
    assert chisquare(counts).pvalue > 1e-3


def test_a_strategy_with_a_batch_of_its_own_says_nothing_unless_it_can():
    class Own(MarginSampling):
        def select(self, utilities, context):
            return np.arange(context.batch_size)

    assert Own(selection=PowerTopK()).chances(UTILITIES, np.array([0])) is None


def test_a_session_logs_them(rng):
    X = rng.standard_normal((8, 2))
    y = np.array(["a", "b"] * 4)
    session = querist.Session(X, strategy=make_strategy("power", beta=2.0), audit="measure:share=0.5", random_state=4)
    first = session.ask(2)  # one by the audit, one by the cold start
    session.tell(first, y[first])
    session.tell([row for row in range(8) if row not in first][:2], ["a", "b"])
    rows = session.ask(2)
    audit, chosen = session.events[-2:]
    assert (audit.how, audit.n_possible, audit.probabilities.tolist()) == ("audit", 4, [0.25])
    left = np.setdiff1d(np.arange(8), [*session.labelled, *audit.rows])
    proba = np.sort(session.fit().predict_proba(X[left]), axis=1)
    weights = (1 - (proba[:, -1] - proba[:, -2])) ** 2
    assert chosen.n_possible == 3
    assert chosen.probabilities == pytest.approx(weights[left == chosen.rows[0]] / weights.sum())
    assert sorted(rows) == sorted([*chosen.rows, *audit.rows])
    told = session.reasons([*chosen.rows, *audit.rows])["probability"].tolist()
    assert told == pytest.approx([chosen.probabilities[0], 0.25])
