"""Variance of committees of regressors."""

from typing import ClassVar

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsRegressor

from querist.exceptions import InvalidParameterError, ModelMismatchWarning, NotEnoughLabelsError
from querist.strategies import CommitteeVariance

RNG = np.random.default_rng(0)
X = RNG.standard_normal((30, 2))
ROWS = np.arange(8)
Y = X[ROWS, 0] - 2 * X[ROWS, 1] + 0.3 * RNG.standard_normal(8)
FREE = np.arange(8, 30)


def utilities_of(strategy, model=None, seed=0):
    return strategy.query(X, ROWS, Y, model=model, random_state=seed, return_utilities=True)[1][FREE]


def test_a_committee_of_ones_own_is_fitted_on_all_answers():
    members = [Ridge(), LinearRegression(), KNeighborsRegressor(3)]
    predictions = [clone(member).fit(X[ROWS], Y).predict(X[FREE]) for member in members]
    found = utilities_of(CommitteeVariance(committee=members))
    np.testing.assert_allclose(found, np.var(predictions, axis=0), atol=1e-12)
    assert not hasattr(members[0], "coef_")


class Recording(Ridge):
    """Ridge regression that remembers what its copies were fitted on."""

    seen: ClassVar[list] = []

    def fit(self, X, y):
        self.seen.append((X, y))
        return super().fit(X, y)


def test_members_of_a_bootstrap_know_as_many_answers_drawn_with_replacement():
    model = Recording().fit(X[ROWS], Y)
    Recording.seen.clear()
    found = utilities_of(CommitteeVariance(n_members=20), model)
    assert len(Recording.seen) == 20
    drawn = [[int(np.flatnonzero(target == Y)[0]) for target in targets] for _, targets in Recording.seen]
    assert {len(rows) for rows in drawn} == {8}
    # Of eight draws with replacement five are distinct, more or less; and the samples differ.
    assert 3.5 < np.mean([len(set(rows)) for rows in drawn]) < 6.5
    assert len({tuple(rows) for rows in drawn}) == 20
    predictions = [Ridge().fit(X[rows], Y[rows]).predict(X[FREE]) for rows in drawn]
    np.testing.assert_allclose(found, np.var(predictions, axis=0), atol=1e-12)


def test_constant_targets_leave_nothing_to_differ_about():
    model = Ridge().fit(X[ROWS], np.ones(8))
    found = CommitteeVariance().query(X, ROWS, np.ones(8), model=model, return_utilities=True)[1][FREE]
    np.testing.assert_allclose(found, 0.0, atol=1e-20)


def test_unset_random_states_are_drawn_and_the_model_stays():
    model = RandomForestRegressor(3).fit(X[ROWS], Y)
    strategy = CommitteeVariance(n_members=3)
    np.testing.assert_array_equal(utilities_of(strategy, model, 1), utilities_of(strategy, model, 1))
    assert (utilities_of(strategy, model, 1) != utilities_of(strategy, model, 2)).any()
    assert model.random_state is None


def test_what_is_no_committee_of_regressors_is_refused():
    model = Ridge().fit(X[ROWS], Y)
    for committee, words in (([Ridge()], "at least two regressors"), ([Ridge(), LogisticRegression()], "a regressor")):
        with pytest.raises(InvalidParameterError, match=words):
            utilities_of(CommitteeVariance(committee=committee), model)
    with pytest.raises(InvalidParameterError, match="n_members"):
        utilities_of(CommitteeVariance(n_members=1), model)
    with pytest.warns(ModelMismatchWarning, match="Ridge"):
        utilities_of(CommitteeVariance(committee=[LinearRegression(), KNeighborsRegressor(2)]), model)
    with pytest.raises(NotEnoughLabelsError, match="needs answers"):
        CommitteeVariance(committee=[Ridge(), Ridge(2.0)]).query(X, [], [])


def test_an_error_of_a_member_says_which_it_was():
    model = KNeighborsRegressor(9).fit(X[:9], np.zeros(9))
    model.set_params(n_neighbors=-1)
    with pytest.raises(ValueError, match="n_neighbors") as told:
        utilities_of(CommitteeVariance(), model)
    assert "1 of 5 bootstrap members on 8 labelled rows" in told.value.__notes__[0]
