"""Random, least confidence, margin, entropy, relevance: utilities row by row."""

import math

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.naive_bayes import GaussianNB

import querist
import querist.registry
from querist.exceptions import InvalidParameterError, NotEnoughLabelsError, UnsupportedModelError
from querist.strategies import EntropySampling, LeastConfidence, MarginSampling, RandomSampling, RelevanceSampling
from querist.strategies import random as random_sampling

FORMULAS = {
    LeastConfidence: lambda row: 1 - max(row),
    MarginSampling: lambda row: 1 - (sorted(row)[-1] - sorted(row)[-2]),
    EntropySampling: lambda row: -sum(p * math.log(p) for p in row if p > 0),
}


class Told:
    """A model whose probabilities are the features."""

    classes_ = np.array(["a", "b", "c"])

    def predict_proba(self, X):
        return X


@pytest.mark.parametrize("kind", FORMULAS)
def test_utilities_follow_the_formula(kind, rng):
    X = rng.dirichlet(np.ones(3), size=30)
    rows, utilities = kind().query(X, [4, 7], ["a", "b"], model=Told(), batch_size=6, return_utilities=True)
    expected = np.array([FORMULAS[kind](row) for row in X.tolist()])
    expected[[4, 7]] = np.nan
    np.testing.assert_allclose(utilities, expected, atol=1e-12)
    assert rows.tolist() == np.argsort(-np.nan_to_num(expected, nan=-1), kind="stable")[:6].tolist()


def test_four_rows_by_hand():
    X = np.array([[0.5, 0.5, 0.0], [0.4, 0.3, 0.3], [0.9, 0.1, 0.0], [0.6, 0.2, 0.2]])
    assert MarginSampling().query(X, [], [], model=Told(), batch_size=4).tolist() == [0, 1, 3, 2]
    assert LeastConfidence().query(X, [], [], model=Told(), batch_size=4).tolist() == [1, 0, 3, 2]
    assert EntropySampling().query(X, [], [], model=Told(), batch_size=4).tolist() == [1, 3, 0, 2]


@pytest.mark.parametrize("kind", FORMULAS)
def test_binary_decision_values_order_by_closeness(kind, rng):
    X = rng.standard_normal((20, 2))
    model = RidgeClassifier().fit(X, X[:, 0] > 0)
    chosen = kind().query(X, [], [], model=model, batch_size=20)
    assert (np.diff(np.abs(model.decision_function(X[chosen]))) >= 0).all()


@pytest.mark.parametrize("kind", [LeastConfidence, EntropySampling])
def test_many_classes_without_probabilities_name_the_remedy(kind, rng):
    X = rng.standard_normal((20, 2))
    model = RidgeClassifier().fit(X, np.arange(20) % 3)
    with pytest.raises(UnsupportedModelError, match="CalibratedClassifierCV"):
        kind().query(X, [], [], model=model)
    assert MarginSampling().query(X, [], [], model=model).size == 1


def test_random_is_uniform():
    """Each row first equally often: chi-square over fixed seeds, 3 degrees of freedom."""
    X = np.zeros((4, 1))
    counts = np.zeros(4)
    for seed in range(2000):
        counts[RandomSampling().query(X, [], [], random_state=seed)] += 1
    assert ((counts - 500) ** 2 / 500).sum() < 16.3


class TestRelevance:
    X = np.array([[0.2, 0.8], [0.9, 0.1], [0.4, 0.6], [0.5, 0.5]])

    class Two:
        classes_ = np.array(["no", "yes"])

        def predict_proba(self, X):
            return X

    def query(self, target, labels):
        rows = list(range(4 - len(labels), 4))
        strategy = RelevanceSampling(target=target)
        return strategy.query(self.X, rows, labels, model=self.Two(), return_utilities=True)

    def test_utility_is_the_probability_of_the_target(self):
        rows, utilities = self.query("no", [])
        np.testing.assert_array_equal(utilities, self.X[:, 0])
        assert rows.tolist() == [1]

    @pytest.mark.parametrize(
        ("labels", "column"),
        [
            (["no", "no", "yes"], 1),
            (["yes", "no", "yes"], 0),
            (["no", "yes"], 1),
            (["yes", "no"], 0),
            ([], 1),
        ],
    )
    def test_default_is_the_rarer_class_then_the_later_met(self, labels, column):
        _, utilities = self.query(None, labels)
        free = slice(0, 4 - len(labels))
        np.testing.assert_array_equal(utilities[free], self.X[free, column])

    @pytest.mark.parametrize("target", ["yes", "no"])
    def test_the_least_likely_are_the_others_in_the_other_order(self, target):
        made = querist.make_strategy("relevance", target=target, least=True, ties="first")
        rows, utilities = made.query(self.X, [], [], model=self.Two(), batch_size=4, return_utilities=True)
        np.testing.assert_array_equal(utilities, 1 - self.X[:, ["no", "yes"].index(target)])
        most = RelevanceSampling(target=target, ties="first")
        assert rows.tolist() == most.query(self.X, [], [], model=self.Two(), batch_size=4).tolist()[::-1]

    @pytest.mark.parametrize("target", [True, False])
    def test_the_least_likely_by_decision_values(self, rng, target):
        X = rng.standard_normal((20, 2))
        model = RidgeClassifier().fit(X, X[:, 0] > 0)
        chosen = [
            RelevanceSampling(target=target, least=least).query(X, [], [], model=model, batch_size=20).tolist()
            for least in (True, False)
        ]
        assert chosen[0] == chosen[1][::-1]

    def test_least_is_no_word(self):
        name, params = querist.registry.parse_spec("relevance:target=yes,least=true")
        with pytest.raises(InvalidParameterError, match="least must be True or False, got 'true'"):
            querist.make_strategy(name, **params).query(self.X, [], [], model=self.Two())

    def test_unknown_target_lists_the_classes(self):
        with pytest.raises(InvalidParameterError, match=r"'maybe'.*\['no', 'yes'\]"):
            self.query("maybe", [])

    def test_many_classes_need_a_target(self, rng):
        X = rng.dirichlet(np.ones(3), size=5)
        with pytest.raises(InvalidParameterError, match=r"needs a target.*\['a', 'b', 'c'\]"):
            RelevanceSampling().query(X, [], [], model=Told())
        _, utilities = RelevanceSampling(target="b").query(X, [], [], model=Told(), return_utilities=True)
        np.testing.assert_array_equal(utilities, X[:, 1])

    @pytest.mark.parametrize(("target", "sign"), [(True, 1), (False, -1)])
    def test_decision_values_keep_their_order(self, rng, target, sign):
        X = rng.standard_normal((20, 2))
        model = RidgeClassifier().fit(X, X[:, 0] > 0)
        strategy = RelevanceSampling(target=target)
        chosen, utilities = strategy.query(X, [], [], model=model, batch_size=20, return_utilities=True)
        assert (np.diff(sign * model.decision_function(X[chosen])) <= 0).all()
        assert ((utilities > 0) & (utilities < 1)).all()

    def test_many_classes_without_probabilities(self, rng):
        X = rng.standard_normal((9, 2))
        model = RidgeClassifier().fit(X, np.arange(9) % 3)
        with pytest.raises(UnsupportedModelError, match="CalibratedClassifierCV"):
            RelevanceSampling(target=1).query(X, [], [], model=model)

    def test_one_class_is_not_enough(self):
        X = np.zeros((3, 1))
        with pytest.raises(NotEnoughLabelsError, match="only the class"):
            RelevanceSampling().query(X, [0], [7], model=GaussianNB().fit(X[:1], [7]))

    def test_integer_target(self, rng):
        X = rng.standard_normal((20, 2))
        model = LogisticRegression().fit(X, np.where(X[:, 0] > 0, -1, 3))
        _, utilities = RelevanceSampling(target=-1).query(X, [], [], model=model, return_utilities=True)
        np.testing.assert_array_equal(utilities, model.predict_proba(X)[:, 0])


@pytest.mark.parametrize("batch_size", [1, 7, 300])
def test_random_rows_are_those_of_the_highest_of_all_numbers_though_few_are_kept(batch_size, monkeypatch):
    monkeypatch.setattr(
        random_sampling, "row_blocks", lambda total, width: (slice(a, a + 50) for a in range(0, total, 50))
    )
    X, known = np.zeros((1000, 1)), np.arange(0, 1000, 3)
    rows = RandomSampling().query(X, known, known, batch_size=batch_size, random_state=5)
    chosen, utilities = RandomSampling().query(
        X, known, known, batch_size=batch_size, random_state=5, return_utilities=True
    )
    assert rows.tolist() == chosen.tolist()
    assert sorted(utilities[rows]) == sorted(utilities[~np.isnan(utilities)])[-batch_size:]
