"""Committees: the members, what they see, and their disagreement."""

import math
import warnings
from collections import Counter

import numpy as np
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from querist.exceptions import InvalidParameterError, ModelMismatchWarning, NotEnoughLabelsError, UnsupportedModelError
from querist.learners.committee import bootstrap
from querist.strategies import QueryByCommittee

FITS = []


class Recorder(GaussianNB):
    """Remembers what it is fitted on."""

    def fit(self, X, y):
        FITS.append((np.asarray(X).copy(), list(y)))
        return super().fit(X, y)


class Constant(BaseEstimator):
    """Gives the same probabilities to every row, for the classes it has met; the largest is its vote."""

    def __init__(self, weights=(0.5, 0.5), forgets=None):
        self.weights = weights
        self.forgets = forgets

    def fit(self, X, y):
        self.classes_ = np.array(sorted(set(y) - {self.forgets}))
        return self

    def predict_proba(self, X):
        return np.tile(np.array(self.weights), (len(X), 1))

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


class WrongBias(LogisticRegression):
    def fit(self, X, y):
        raise ZeroDivisionError("this fit fails")


@pytest.fixture
def problem(rng):
    X = rng.standard_normal((60, 3))
    y = np.array(["x", "y", "z"])[(X[:, 0] > -0.5).astype(int) + (X[:, 1] > 0.5)]
    rows = np.concatenate([np.flatnonzero(y == label)[:6] for label in "zxy"])
    return X, rows, y[rows]


def own(problem, committee, **options):
    X, rows, labels = problem
    strategy = QueryByCommittee(committee=committee, **options)
    return strategy.query(X, rows, labels, random_state=0, return_utilities=True)


def test_vote_entropy_of_own_members_by_counter(problem):
    X, rows, labels = problem
    committee = [GaussianNB(), LogisticRegression(), DecisionTreeClassifier(random_state=0), SVC()]
    votes = [clone(member).fit(X[rows], labels).predict(X) for member in committee]
    expected = [
        -sum(count / 4 * math.log(count / 4) for count in Counter(row).values()) for row in zip(*votes, strict=True)
    ]
    _, utilities = own(problem, committee)
    free = np.isfinite(utilities)
    assert free.sum() == len(X) - len(rows)
    np.testing.assert_allclose(utilities[free], np.array(expected)[free], atol=1e-12)
    assert len(set(expected)) > 1


def test_kl_of_own_members_by_loops(problem):
    X, rows, labels = problem
    committee = [GaussianNB(), LogisticRegression(), RandomForestClassifier(n_estimators=5, random_state=0)]
    proba = [clone(member).fit(X[rows], labels).predict_proba(X) for member in committee]
    expected = np.zeros(len(X))
    for row in range(len(X)):
        for member in proba:
            for column in range(3):
                p, mean = member[row, column], sum(other[row, column] for other in proba) / 3
                expected[row] += p * math.log(p / mean) / 3 if p > 0 else 0
    _, utilities = own(problem, committee, method="kl")
    free = np.isfinite(utilities)
    np.testing.assert_allclose(utilities[free], expected[free], rtol=1e-9, atol=1e-13)


def test_members_that_miss_a_class_are_aligned_by_value(problem):
    """One member knows z and x only, the other all three: columns must not be matched by position."""
    committee = [Constant((0.0, 1.0), forgets="y"), Constant((0.0, 1.0, 0.0))]
    _, votes = own(problem, committee)
    _, divergence = own(problem, committee, method="kl")
    np.testing.assert_allclose(votes[np.isfinite(votes)], math.log(2))
    np.testing.assert_allclose(divergence[np.isfinite(divergence)], math.log(2))
    agreeing = [Constant((0.0, 1.0), forgets="y"), Constant((0.0, 0.0, 1.0))]
    for method in ("vote_entropy", "kl"):
        _, utilities = own(problem, agreeing, method=method)
        assert (utilities[np.isfinite(utilities)] == 0).all()


def test_bootstrap_members_see_every_class_and_only_labelled_rows(problem):
    X, rows, labels = problem
    FITS.clear()
    model = Recorder().fit(X[rows], labels)
    FITS.clear()
    QueryByCommittee(n_members=7).query(X, rows, labels, model=model, random_state=3)
    assert len(FITS) == 7
    known = {tuple(X[row]): label for row, label in zip(rows, labels, strict=True)}
    for seen, answers in FITS:
        assert len(answers) == len(rows)
        assert set(answers) == {"x", "y", "z"}
        assert [known[tuple(row)] for row in seen] == answers
    assert len({tuple(map(tuple, seen)) for seen, _ in FITS}) > 1


def test_bootstrap_draws_all_rows_alike_beyond_one_of_each_class(rng):
    """One answer of class 1 among nine of class 0: its chances are 1 + 8/10 draws a sample."""
    answers = np.array([0] * 9 + [1])
    counts = np.zeros(10)
    for _ in range(2000):
        drawn = bootstrap(answers, 2, rng)
        assert drawn.size == 10
        counts += np.bincount(drawn, minlength=10)
    expected = 2000 * np.array([1 / 9 + 0.8] * 9 + [1.8])
    assert ((counts - expected) ** 2 / expected).sum() < 30


def test_own_members_see_all_labelled_rows_and_stay_unfitted(problem):
    X, rows, labels = problem
    FITS.clear()
    committee = [Recorder(), GaussianNB()]
    QueryByCommittee(committee=committee).query(X, rows, labels)
    assert len(FITS) == 1
    np.testing.assert_array_equal(FITS[0][0], X[rows])
    assert not any(hasattr(member, "classes_") for member in committee)


def test_unset_random_states_come_from_the_generator(problem):
    """A forest without seed gives repeatable utilities, and others for another seed."""
    X, rows, labels = problem
    strategy = QueryByCommittee(
        committee=[make_pipeline(StandardScaler(), RandomForestClassifier(n_estimators=3)) for _ in range(3)],
        method="kl",
    )
    answers = [strategy.query(X, rows, labels, random_state=seed, return_utilities=True)[1] for seed in (0, 0, 1)]
    np.testing.assert_array_equal(answers[0], answers[1])
    assert not np.array_equal(answers[0], answers[2], equal_nan=True)


def test_mismatch_is_warned_of(problem):
    X, rows, labels = problem
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(X[rows], labels)
    with pytest.warns(ModelMismatchWarning, match="LogisticRegression"):
        QueryByCommittee(committee=[GaussianNB(), SVC()]).query(X, rows, labels, model=model)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        QueryByCommittee(committee=[GaussianNB(), LogisticRegression()]).query(X, rows, labels, model=model)


def test_failing_fits_surface(problem):
    with pytest.raises(ZeroDivisionError, match="this fit fails") as caught:
        own(problem, [GaussianNB(), WrongBias()])
    assert any("committee[1]" in note for note in caught.value.__notes__)


def test_kl_needs_probabilities(problem):
    with pytest.raises(UnsupportedModelError, match=r"RidgeClassifier.*CalibratedClassifierCV"):
        own(problem, [GaussianNB(), RidgeClassifier()], method="kl")


@pytest.mark.parametrize(
    ("params", "match"),
    [
        ({"committee": [GaussianNB()]}, "at least two"),
        ({"committee": GaussianNB()}, "list of at least two"),
        ({"committee": [GaussianNB(), GaussianNB]}, r"committee\[1\]"),
        ({"committee": [GaussianNB(), "svc"]}, r"committee\[1\]"),
        ({"n_members": 1}, "n_members"),
        ({"n_members": 2.5}, "n_members"),
        ({"method": "variance"}, "vote_entropy, kl"),
    ],
)
def test_wrong_parameters(problem, params, match):
    X, rows, labels = problem
    model = GaussianNB().fit(X[rows], labels)
    with pytest.raises(InvalidParameterError, match=match):
        QueryByCommittee(**params).query(X, rows, labels, model=model)


def test_needs_model_only_for_a_bootstrap():
    assert QueryByCommittee().needs_model
    assert not QueryByCommittee(committee=[GaussianNB(), SVC()]).needs_model


def test_one_class_cannot_disagree(problem):
    X, rows, _ = problem
    with pytest.raises(NotEnoughLabelsError, match="two classes"):
        QueryByCommittee(committee=[GaussianNB(), SVC()]).query(X, rows, ["a"] * len(rows))


def test_mixed_labels_in_descending_classes(problem):
    """Classes need not be sorted by the member: positions follow its classes_."""

    class Descending(Constant):
        def fit(self, X, y):
            super().fit(X, y)
            self.classes_ = self.classes_[::-1]
            return self

    _, utilities = own(problem, [Descending((1.0, 0.0, 0.0)), Constant((0.0, 0.0, 1.0))])
    assert (utilities[np.isfinite(utilities)] == 0).all()
