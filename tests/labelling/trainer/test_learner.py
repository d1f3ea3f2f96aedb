"""One training: who is asked next, and what the model thinks."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse
from sklearn.datasets import load_digits

from querist.exceptions import UnknownNameError
from querist.labelling.trainer.learner import Learner, Lesson


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    return X, y.astype(np.int32) + 40  # class ids need not count from 0


def lesson(rows, y, *, skipped=(), estimator="logistic_regression:C=0.01", strategy="margin", batch_size=10):
    rows = np.array(rows, np.int64)
    return Lesson(rows, y[rows], np.array(skipped, np.int64), estimator, strategy, batch_size)


def test_without_two_classes_the_first_questions_are_asked(digits):
    X, y = digits
    learner = Learner(X, seed=0)
    learned = learner.learn(lesson([], y))
    assert learned.strategy == "initial"
    assert learned.model is None
    np.testing.assert_array_equal(np.sort(learned.ranking.order), np.arange(len(y)))
    assert (learned.ranking.prediction == -1).all()
    assert np.isnan(learned.ranking.confidence).all()
    first = int(learned.ranking.order[0])
    again = learner.learn(lesson([first], y, skipped=[5]))
    np.testing.assert_array_equal(
        again.ranking.order, [row for row in learned.ranking.order.tolist() if row not in (first, 5)]
    )


def test_from_two_classes_on_the_strategy_asks(digits):
    X, y = digits
    rows = list(range(100))
    learned = Learner(X, seed=0).learn(lesson(rows, y, skipped=[200, 201]))
    ranking = learned.ranking
    assert learned.strategy == "margin"
    expected = sorted(set(range(len(y))) - set(rows) - {200, 201})
    np.testing.assert_array_equal(np.sort(ranking.order), expected)
    assert (np.diff(ranking.utility[ranking.order]) <= 0).all()
    assert np.isnan(ranking.utility[[0, 99, 200]]).all()
    assert (ranking.prediction == y).mean() > 0.8
    probabilities = learned.model.predict_proba(X)
    np.testing.assert_allclose(ranking.confidence, probabilities.max(axis=1), rtol=1e-6)
    sorted_probabilities = np.sort(probabilities, axis=1)
    narrow = np.argmin((sorted_probabilities[:, -1] - sorted_probabilities[:, -2])[expected])
    assert ranking.order[0] == expected[narrow]


def test_the_batch_of_the_strategy_comes_first(digits):
    X, y = digits
    rows = list(range(60))
    learned = Learner(X, seed=0).learn(lesson(rows, y, strategy="weighted_k_means", batch_size=20))
    order, utility = learned.ranking.order, learned.ranking.utility
    assert not set(order[:20]) & set(order[20:])
    assert (np.diff(utility[order[:20]]) <= 0).all()
    assert (np.diff(utility[order[20:]]) <= 0).all()
    assert utility[order[20]] > utility[order[19]]  # diversity costs utility


def test_rows_that_a_strategy_did_not_look_at_come_last(digits):
    X, y = digits
    learned = Learner(X, seed=0).learn(lesson(range(60), y, strategy="margin:candidates=subsample,candidates__size=50"))
    order, utility = learned.ranking.order, learned.ranking.utility
    assert order.size == len(y) - 60
    assert np.isfinite(utility[order[:50]]).all()
    assert np.isnan(utility[order[50:]]).all()


def test_random_asks_at_random_from_the_start(digits):
    X, y = digits
    learner = Learner(X, seed=0)
    learned = learner.learn(lesson([], y, strategy="random"))
    assert learned.strategy == "random"
    assert (learned.ranking.prediction == -1).all()
    assert learner.learn(lesson(range(40), y, strategy="random")).model is not None


def test_the_same_labels_give_the_same_ranking(digits):
    X, y = digits
    one, other = (
        Learner(X, seed=3).learn(lesson(range(50), y, estimator="auto", strategy="weighted_k_means")).ranking
        for _ in range(2)
    )
    assert one.to_bytes() == other.to_bytes()


def test_a_model_without_probabilities(digits):
    X, y = digits
    learned = Learner(X / 16, seed=0).learn(lesson(range(100), y, estimator="svc"))
    assert (learned.ranking.prediction == y).mean() > 0.8
    assert np.isnan(learned.ranking.confidence).all()


def test_when_everything_is_labelled(digits):
    X, y = digits
    learned = Learner(X[:30], seed=0).learn(lesson(range(28), y, skipped=[28, 29]))
    assert learned.ranking.order.size == 0
    assert (learned.ranking.prediction[:28] == y[:28]).all()


def test_sparse_pools(digits):
    X, y = digits
    sparse = scipy.sparse.csr_matrix(X, dtype=np.float32)
    learned = Learner(sparse, seed=0).learn(lesson(range(200), y, estimator="auto"))
    assert (learned.ranking.prediction == y).mean() > 0.7


def test_unknown_names_are_told(digits):
    X, y = digits
    with pytest.raises(UnknownNameError, match="margin"):
        Learner(X, seed=0).learn(lesson(range(20), y, strategy="margn"))


def test_a_classifier_that_takes_more_labels_is_waited_for(digits):
    X, y = digits
    learner = Learner(X, seed=0)
    two = [int(np.flatnonzero(y == label)[0]) for label in (40, 41)]
    early = learner.learn(lesson(two, y, estimator="k_neighbors:plain=True"))
    assert (early.strategy, early.model, early.waits) == ("initial", None, True)
    rows = np.flatnonzero((y == 40) | (y == 41))[:40].tolist()
    late = [*rows, int(np.flatnonzero(y == 42)[0])]
    boosted = "gradient_boosting:early_stopping=True,max_iter=2"
    learned = learner.learn(lesson(late, y, estimator=boosted))
    assert learned.waits
    assert learned.model.classes_.tolist() == [40, 41]
    assert set(np.unique(learned.ranking.prediction)) <= {40, 41}
    assert not learner.learn(lesson(range(200), y, estimator=boosted)).waits


@pytest.mark.parametrize("strategy", ["margin", "weighted_k_means", "k_center"])
def test_the_model_that_asks_does_not_know_what_was_set_aside(digits, strategy):
    X, y = digits
    rows = list(range(80))
    turned = y.copy()
    turned[60:80] = np.roll(y[60:80], 1)
    given = {"strategy": strategy, "estimator": "logistic_regression:C=0.01"}
    known, other = (
        Learner(X, seed=0).learn(replace(lesson(rows, truth, **given), reserve=np.arange(60, 120)))
        for truth in (y, turned)
    )
    np.testing.assert_array_equal(known.ranking.order, other.ranking.order)
    np.testing.assert_array_equal(known.ranking.utility, other.ranking.utility)
    assert not set(known.ranking.order.tolist()) & set(range(120))
    # The model that is used learns from all.
    assert (known.ranking.prediction != other.ranking.prediction).any()
    whole = Learner(X, seed=0).learn(lesson(rows, y, **given))
    np.testing.assert_array_equal(whole.ranking.prediction, known.ranking.prediction)


def test_where_the_model_that_asks_has_one_class_the_first_questions_go_on(digits):
    X, y = digits
    one = np.flatnonzero(y == 40)[:5]
    others = np.flatnonzero(y == 41)[:3]
    learned = Learner(X, seed=0).learn(replace(lesson([*one, *others], y), reserve=others))
    assert learned.model is not None
    assert np.isnan(learned.ranking.utility).all()
    assert learned.ranking.order.size == len(y) - 8
