"""Ranks of several strategies, together."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

import querist
from querist.base.strategy import QueryStrategy
from querist.exceptions import InvalidParameterError, NotEnoughLabelsError
from querist.selections import PowerTopK
from querist.strategies import KCenter, MarginSampling, RandomSampling, RankAggregation


class Given(QueryStrategy):
    """Utilities that are known."""

    needs_model = False

    def __init__(self, *, values, selection=None, candidates=None, ties="random"):
        super().__init__(selection=selection, candidates=candidates, ties=ties)
        self.values = values

    def utilities(self, context):
        assert not context.scratch
        context.scratch["mine"] = True
        return np.asarray(self.values, float)[context.candidates]


def utilities_of(members, **params):
    X = np.zeros((len(members[0]), 1))
    strategy = RankAggregation(members=[Given(values=values) for values in members], **params)
    return strategy.query(X, [], [], return_utilities=True)[1]


def test_a_case_by_hand():
    """Row 1 is second and first of four, row 0 first and last, rows 2 and 3 tie with the first member."""
    utilities = utilities_of([[9.0, 5.0, 1.0, 1.0], [0.1, 0.9, 0.3, 0.2]])
    np.testing.assert_allclose(8 * utilities, [3.5 + 0.5, 2.5 + 3.5, 1 + 2.5, 1 + 1.5])
    np.testing.assert_allclose(
        12 * utilities_of([[9.0, 5.0, 1.0, 1.0], [0.1, 0.9, 0.3, 0.2]], weights=[2, 1]),
        [7 + 0.5, 5 + 3.5, 2 + 2.5, 2 + 1.5],
    )


values = st.lists(st.sampled_from([-7.5, -1e-12, 0.0, 1e-12, 0.3, 1e9]), min_size=1, max_size=12)


@settings(deadline=None, max_examples=40)
@given(values, st.randoms(use_true_random=False))
def test_only_the_order_of_a_members_utilities_counts(drawn, random):
    other = [random.random() for _ in drawn]
    stretched = [float(np.sign(value) * abs(value) ** 0.5 * 3 + 2e3 * (value >= 0.3)) for value in drawn]
    np.testing.assert_allclose(utilities_of([drawn, other]), utilities_of([stretched, other]))


def test_it_needs_what_its_members_need(rng):
    X = rng.standard_normal((30, 3))
    both = RankAggregation(members=[MarginSampling(), KCenter()])
    assert (both.needs_model, both.measures_distances, both.stochastic, both.refits_model) == (True, True, False, False)
    assert RankAggregation(members=[RandomSampling()]).stochastic
    with pytest.raises(NotEnoughLabelsError, match="RankAggregation needs a fitted model"):
        both.query(X, [], [])
    model = LogisticRegression().fit(X[:6], [0, 1] * 3)
    alone = MarginSampling(ties="first").query(X, range(6), [0, 1] * 3, model=model, batch_size=24)
    ranked = RankAggregation(members=[MarginSampling()], ties="first")
    assert ranked.query(X, range(6), [0, 1] * 3, model=model, batch_size=24).tolist() == alone.tolist()


def test_by_name_in_a_session_that_is_saved(tmp_path, rng):
    X = rng.standard_normal((40, 3))
    session = querist.Session(X, strategy="rank_aggregation:members=margin+k_center,weights=2+1", random_state=0)
    rows = session.ask(8)
    session.tell(rows, np.arange(8) % 2)
    session.save(tmp_path / "saved")
    assert querist.Session.load(tmp_path / "saved", X).ask(3).tolist() == session.ask(3).tolist()
    named = querist.make_strategy("rank_aggregation", members=["density_weighted:beta=2", KCenter()], selection="power")
    assert (named.members[0].beta, named.selection.beta) == (2, 1.0)


def test_members_and_weights_are_checked():
    X = np.zeros((3, 1))
    for members in ([], None, ["margin"], [Given(values=[1, 1, 1]), object()]):
        with pytest.raises(InvalidParameterError, match="members must be one or more"):
            RankAggregation(members=members).query(X, [], [])
    with pytest.raises(InvalidParameterError, match="Give these to RankAggregation"):
        RankAggregation(members=[RandomSampling(selection=PowerTopK())]).query(X, [], [])
    for weights, match in (([1, 2], "one for each of the 1"), ([0], "each of weights")):
        with pytest.raises(InvalidParameterError, match=match):
            RankAggregation(members=[RandomSampling()], weights=weights).query(X, [], [])
    with pytest.raises(InvalidParameterError, match="numbers with"):
        querist.make_strategy("rank_aggregation", weights="heavy")
