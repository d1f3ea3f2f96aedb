"""Metrics agree with scikit-learn and with brute force, and are read off models in the right way."""

import math
from itertools import pairwise

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from querist.exceptions import InvalidParameterError
from querist.simulation import metrics
from querist.simulation.metrics import METRICS, Evaluator, check_metrics, check_model_can


@st.composite
def truth_and_scores(draw, most_classes=4):
    k = draw(st.integers(2, most_classes))
    n = draw(st.integers(k, 25))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    truth = rng.permutation(np.concatenate([np.arange(k), rng.integers(0, k, n - k)]))
    # A coarse grid, so that scores tie.
    raw = rng.integers(1, 5, (n, k)).astype(float)
    return truth, raw / raw.sum(axis=1, keepdims=True)


@given(truth_and_scores())
def test_label_metrics_are_those_of_scikit_learn(case):
    truth, scores = case
    predicted = scores.argmax(axis=1)
    assert metrics.accuracy(truth, predicted) == pytest.approx(sklearn.metrics.accuracy_score(truth, predicted))
    assert metrics.balanced_accuracy(truth, predicted) == pytest.approx(
        sklearn.metrics.balanced_accuracy_score(truth, predicted)
    )
    assert metrics.macro_f1(truth, predicted) == pytest.approx(
        sklearn.metrics.f1_score(truth, predicted, average="macro", zero_division=0)
    )


@given(truth_and_scores())
def test_probability_metrics_are_those_of_scikit_learn(case):
    truth, scores = case
    k = scores.shape[1]
    assert metrics.log_loss(truth, scores) == pytest.approx(sklearn.metrics.log_loss(truth, scores, labels=range(k)))
    theirs = (
        sklearn.metrics.roc_auc_score(truth, scores[:, 1])
        if k == 2
        else sklearn.metrics.roc_auc_score(truth, scores, multi_class="ovr", average="macro")
    )
    assert metrics.roc_auc(truth, scores) == pytest.approx(theirs)


@given(truth_and_scores(most_classes=2))
def test_the_area_is_the_chance_that_a_hit_scores_above_a_miss(case):
    truth, scores = case
    score = scores[:, 1]
    wins = [
        1.0 if hit > miss else 0.5 if hit == miss else 0.0 for hit in score[truth == 1] for miss in score[truth == 0]
    ]
    assert metrics.roc_auc(truth, scores) == pytest.approx(np.mean(wins))


def test_the_area_is_undefined_where_a_class_is_missing():
    assert math.isnan(metrics.roc_auc(np.array([1, 1]), np.array([[0.2, 0.8], [0.4, 0.6]])))
    assert math.isnan(metrics.roc_auc(np.array([0, 1]), np.full((2, 3), 1 / 3)))


def test_log_loss_of_a_class_never_met_is_large_and_finite():
    loss = metrics.log_loss(np.array([1]), np.array([[1.0, 0.0]]))
    assert loss == pytest.approx(-math.log(np.finfo(float).eps), rel=1e-6)


def test_a_more_confident_right_answer_loses_less():
    losses = [metrics.log_loss(np.array([0]), np.array([[p, 1 - p]])) for p in (0.1, 0.5, 0.9, 1.0)]
    assert all(later < earlier for earlier, later in pairwise(losses))


X = np.array([[-2.0], [-1.0], [1.0], [2.0], [5.0], [6.0]])
Y = np.array(["a", "a", "b", "b", "c", "c"])


def evaluator(*names, y=Y):
    classes, codes = np.unique(y, return_inverse=True)
    return Evaluator(X, codes, classes, names)


def test_values_are_those_of_the_models_own_predictions():
    model = LogisticRegression().fit(X, Y)
    acc, loss, area = evaluator("accuracy", "log_loss", "roc_auc").evaluate(model)
    proba = model.predict_proba(X)
    assert acc == model.score(X, Y)
    assert loss == pytest.approx(sklearn.metrics.log_loss(Y, proba))
    assert area == pytest.approx(sklearn.metrics.roc_auc_score(Y, proba, multi_class="ovr"))


def test_a_class_the_model_has_not_met_has_probability_zero():
    model = LogisticRegression().fit(X[:4], Y[:4])
    acc, loss = evaluator("accuracy", "log_loss").evaluate(model)
    assert acc == pytest.approx(4 / 6)
    known = -np.log(model.predict_proba(X[:4])[np.arange(4), [0, 0, 1, 1]])
    assert loss == pytest.approx((known.sum() + 2 * -math.log(np.finfo(float).eps)) / 6, rel=1e-6)


def test_decision_values_serve_the_area_of_two_classes():
    y = np.array(["no", "yes", "no", "yes", "yes", "yes"])
    model = SVC().fit(X, y)
    (area,) = evaluator("roc_auc", y=y).evaluate(model)
    assert area == pytest.approx(sklearn.metrics.roc_auc_score(y, model.decision_function(X)))


class Counting:
    """A model that counts its calls and whose prediction is not its likeliest class."""

    classes_ = np.array(["a", "b"])

    def __init__(self):
        self.calls = []

    def predict(self, X):
        self.calls.append("predict")
        return np.array(["a"] * len(X))

    def predict_proba(self, X):
        self.calls.append("predict_proba")
        return np.tile([0.4, 0.6], (len(X), 1))


def test_accuracy_does_not_depend_on_the_other_metrics():
    alone, both = Counting(), Counting()
    assert evaluator("accuracy").evaluate(alone)[0] == evaluator("accuracy", "log_loss").evaluate(both)[0]
    assert alone.calls == ["predict"]
    assert sorted(both.calls) == ["predict", "predict_proba"]


def test_a_forest_is_passed_through_once(monkeypatch):
    model = RandomForestClassifier(5, random_state=0).fit(X, Y)
    expected = model.score(X, Y)
    monkeypatch.setattr(RandomForestClassifier, "predict", None)
    assert evaluator("accuracy", "roc_auc").evaluate(model)[0] == expected


def test_without_a_model_all_is_undefined():
    assert np.isnan(evaluator(*METRICS).evaluate(None)).all()


@pytest.mark.parametrize(
    ("names", "word"), [([], "at least one"), (["acuracy"], "acuracy"), (["accuracy"] * 2, "more")]
)
def test_wrong_metrics_are_refused(names, word):
    with pytest.raises(InvalidParameterError, match=word):
        check_metrics(names)


@pytest.mark.parametrize(("metric", "n_classes"), [("log_loss", 2), ("roc_auc", 3)])
def test_a_metric_the_classifier_cannot_serve_is_refused(metric, n_classes):
    with pytest.raises(InvalidParameterError, match="predict_proba"):
        check_model_can(SVC(), "svc", [metric], n_classes)


def test_what_the_classifier_can_serve_is_allowed():
    check_model_can(SVC(), "svc", ["accuracy", "roc_auc"], 2)
    check_model_can(LogisticRegression(), "lr", list(METRICS), 5)


@given(st.data())
def test_figures_of_the_rarest_class_are_those_of_scikit_learn(data):
    n = data.draw(st.integers(4, 30))
    truth = np.array(data.draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)))
    predicted = np.array(data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)))
    # Few values, so that many are equal.
    scores = np.array(data.draw(st.lists(st.integers(0, 4), min_size=3 * n, max_size=3 * n)), float).reshape(n, 3)
    counts = {code: int((truth == code).sum()) for code in set(truth.tolist())}
    code = max(counts, key=lambda each: (-counts[each], each))
    assert metrics.rarest(truth) == code
    held, said = truth == code, predicted == code
    assert metrics.rare_recall(truth, predicted) == pytest.approx(sklearn.metrics.recall_score(held, said))
    assert metrics.rare_precision(truth, predicted) == pytest.approx(
        sklearn.metrics.precision_score(held, said, zero_division=0)
    )
    assert metrics.rare_average_precision(truth, scores) == pytest.approx(
        sklearn.metrics.average_precision_score(held, scores[:, code])
    )
