"""The second class of each row."""

import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier

from querist.labelling.trainer.messages import RunnerUp
from querist.labelling.trainer.runners_up import runners_up

X = np.array([[0.0], [1.0], [2.0], [3.0]])


def test_the_second_class_and_its_probability():
    model = LogisticRegression().fit(X, [7, 7, 3, 3])
    found = runners_up(X, model, np.array([3, 0]))
    assert {row: each.class_id for row, each in found.items()} == {3: 7, 0: 3}
    assert found[3].probability == round(model.predict_proba(X[[3]])[0].min(), 4)


def test_classes_that_are_equally_likely_are_two():
    model = DummyClassifier(strategy="uniform").fit(X, [0, 0, 5, 5])
    assert runners_up(X, model, np.array([1])) == {1: RunnerUp(5, 0.5)}


def test_a_model_without_probabilities_has_none():
    assert runners_up(X, RidgeClassifier().fit(X, [0, 0, 1, 1]), np.array([1])) == {}
    assert runners_up(X, LogisticRegression().fit(X, [0, 0, 1, 1]), np.empty(0, np.int64)) == {}
