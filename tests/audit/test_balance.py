"""What an accuracy stands beside: always answering the largest class, and figures that show a rare one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression

from querist import Session
from querist.audit import assess, audit_prefix
from querist.audit.balance import beside, rare_classes


class Never(ClassifierMixin, BaseEstimator):
    """Always answers the first class."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


def assessed(truth):
    truth = np.array(truth, object)
    n = truth.size
    return assess(
        lambda X, labels: Never().fit(X, labels),
        np.arange(n, dtype=float)[:, None],
        np.arange(n),
        truth,
        order=np.arange(n),
        prefix=audit_prefix(np.arange(n), np.ones(n, bool)),
        truth=truth,
        confidence_of=lambda rows: None,
    )


def test_a_useless_model_of_a_rare_class_is_not_praised():
    found = assessed(["ham"] * 196 + ["spam"] * 12)
    assert found.accuracy.value == pytest.approx(196 / 208)
    assert found.always_largest.value == pytest.approx(196 / 208)
    assert [each.quantity for each in found.headline] == ["recall of 'spam'", "precision of 'spam'"]
    assert found.headline[0].value == 0.0
    assert str(found).startswith("recall of 'spam': 0.0%")
    assert "always answering 'ham': 94.2%" in str(found)
    assert beside(found.classes) == (
        "Always answering 'ham' would be right 94.2% of the time. There are few rows of 'spam', so accuracy says "
        "little about it: look at recall and precision."
    )


def test_of_more_classes_it_is_macro_f1_also_while_it_is_not_known():
    found = assessed(["a"] * 60 + ["b"] * 36 + ["c"] * 4)
    assert [(each.quantity, each.value) for each in found.headline] == [("macro F1", None)]


def test_where_no_class_is_rare_the_accuracy_is_the_figure():
    found = assessed(["a"] * 30 + ["b"] * 30)
    assert found.headline == (found.accuracy,)
    assert beside(found.classes) == "Always answering 'a' would be right 50.0% of the time."


def test_without_a_sample_nothing_is_said():
    found = assessed(["a"] * 4 + ["b"] * 4)
    assert (found.always_largest, beside(found.classes), found.headline) == (None, "", (found.accuracy,))


@given(st.lists(st.integers(0, 30), min_size=40, max_size=60))
def test_of_many_classes_those_that_a_small_sample_misses_by_chance_are_not_rare(labels):
    """With 31 classes of equal size, none lies below half its share for sure in 60 rows."""
    found = assessed(labels)
    assert all(each.prevalence.high < 1 / len(found.classes) for each in rare_classes(found.classes))


def test_of_ten_equal_classes_one_is_seldom_called_rare(rng):
    called = [bool(rare_classes(assessed(rng.integers(0, 10, 50).tolist()).classes)) for _ in range(60)]
    assert np.mean(called) < 0.15
    assert rare_classes(assessed([0] * 60 + list(range(1, 10)) * 10 + [10]).classes)[0].label == 10


def test_a_session_says_it_beside_its_accuracy():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(600, 3))
    y = np.where(X[:, 0] > 1.9, "spam", "ham")
    session = Session(X, estimator=LogisticRegression(), audit=0.5, random_state=0)
    for _ in range(5):
        rows = session.ask(40)
        session.tell(rows, y[rows])
    told = session.accuracy()
    assert "Always answering 'ham' would be right" in told.note
    assert "There are few rows of 'spam'" in str(told)
    assert session.estimates().headline[0].quantity == "recall of 'spam'"
