"""Draws in proportion to a power of the utilities."""

import numpy as np
import pytest
from scipy.stats import chisquare
from sklearn.linear_model import LogisticRegression

from querist.base.space import Space
from querist.base.ties import keys_of_rows
from querist.exceptions import InvalidParameterError
from querist.registry import make_strategy
from querist.selections import PowerTopK


def select(utilities, beta, batch_size, seed, ties="random"):
    utilities = np.array(utilities, float)
    rng = np.random.default_rng(seed)
    candidates = np.arange(utilities.size)
    return PowerTopK(beta=beta).select(
        utilities,
        batch_size=batch_size,
        tie_keys=keys_of_rows(ties, rng),
        random_state=rng,
        space=Space(np.zeros((utilities.size, 1))),
        candidates=candidates,
    )


@pytest.mark.parametrize("beta", [0.0, 0.5, 1.0, 3.0])
def test_first_pick_is_proportional_to_the_power(beta):
    utilities = np.array([0.9, 0.5, 0.3, 0.8, 0.1])
    counts = np.bincount([select(utilities, beta, 1, seed)[0] for seed in range(4000)], minlength=5)
    chances = utilities**beta / (utilities**beta).sum()
    assert chisquare(counts, 4000 * chances).pvalue > 1e-3


def test_second_pick_is_proportional_among_those_left():
    utilities = np.array([0.9, 0.5, 0.3])
    draws = np.array([select(utilities, 1.0, 2, seed) for seed in range(6000)])
    chances = np.array([[0, 0.5 / 0.8, 0.3 / 0.8], [0.9 / 1.2, 0, 0.3 / 1.2], [0.9 / 1.4, 0.5 / 1.4, 0]])
    chances *= (utilities / utilities.sum())[:, np.newaxis]
    counts = np.zeros((3, 3))
    np.add.at(counts, (draws[:, 0], draws[:, 1]), 1)
    off = ~np.eye(3, dtype=bool)
    assert chisquare(counts[off], 6000 * chances[off]).pvalue > 1e-3


def test_the_check_itself_can_fail():
    """The same test refuses chances of another power."""
    utilities = np.array([0.9, 0.5, 0.3, 0.8, 0.1])
    counts = np.bincount([select(utilities, 1.0, 1, seed)[0] for seed in range(4000)], minlength=5)
    chances = utilities**1.5 / (utilities**1.5).sum()
    assert chisquare(counts, 4000 * chances).pvalue < 1e-6


def test_zero_utilities_come_last_in_the_order_of_their_keys():
    for seed in range(20):
        chosen = select([0.0, 1e-300, 0.0, 2.0, 0.0], 1.0, 5, seed, ties="first")
        assert set(chosen[:2].tolist()) == {1, 3}
        assert chosen[2:].tolist() == [0, 2, 4]
    orders = {tuple(select([0.0] * 4, 1.0, 4, seed)) for seed in range(20)}
    assert len(orders) > 5


def test_large_beta_is_the_plain_top_k():
    assert select([0.1, 0.9, 0.5, 0.7], 1e6, 3, 0).tolist() == [1, 3, 2]


def test_negative_utilities_are_refused_with_the_value_and_the_remedy():
    with pytest.raises(InvalidParameterError, match=r"-0\.5.*never negative"):
        select([0.1, -0.5], 1.0, 1, 0)


@pytest.mark.parametrize("beta", [-1, "1", None, np.nan])
def test_wrong_beta(beta):
    with pytest.raises(InvalidParameterError, match="beta"):
        select([0.1, 0.5], beta, 1, 0)


def test_power_sampling_draws_by_its_uncertainty():
    X = np.array([[-1.0], [1.0], [0.1], [0.5], [-0.9]])
    model = LogisticRegression(C=100).fit(X[:2], [0, 1])
    counts = np.zeros(5)
    for seed in range(3000):
        chosen, utilities = make_strategy("power", beta=2.0).query(
            X, [0, 1], [0, 1], model=model, random_state=seed, return_utilities=True
        )
        counts[chosen] += 1
    powers = utilities[2:] ** 2
    assert chisquare(counts[2:], 3000 * powers / powers.sum()).pvalue > 1e-3
