"""Foundation models: a stand-in with the contract of TabPFN and TabICL, shown so much and asked so much at a time."""

import pickle

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, ClassifierMixin

import querist
from querist.exceptions import InvalidParameterError
from querist.learners import InContextClassifier
from querist.learners.in_context import _quotas


class InContextStub(ClassifierMixin, BaseEstimator):
    """Nearest class means, worked out at prediction; refuses what TabPFN refuses, and keeps a tally of its calls."""

    def __init__(self, most_rows=100, most_classes=10, random_state=None):
        self.most_rows = most_rows
        self.most_classes = most_classes
        self.random_state = random_state

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        if len(X) > self.most_rows or self.classes_.size > self.most_classes:
            raise ValueError("more than it was pretrained for")
        self.n_features_in_ = X.shape[1]
        self.context_, self.labels_, self.calls_ = X, np.asarray(y), []
        return self

    def predict_proba(self, X):
        self.calls_.append(len(X))
        known, asked = np.asarray(self.context_, float), np.asarray(X, float)
        means = np.array([known[self.labels_ == label].mean(axis=0) for label in self.classes_])
        proba = np.exp(-((asked[:, np.newaxis] - means) ** 2).sum(axis=2))
        return proba / proba.sum(axis=1, keepdims=True)

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


RNG = np.random.default_rng(0)
TRUTH = np.repeat(["a", "b", "c"], [380, 15, 5])
X = RNG.normal(size=(400, 4)) + 3 * np.unique(TRUTH, return_inverse=True)[1][:, np.newaxis]


@given(st.lists(st.integers(1, 60), min_size=1, max_size=8).filter(lambda counts: sum(counts) > 9), st.integers(0, 30))
def test_each_class_keeps_its_share_and_no_less_than_an_even_one(counts, more):
    counts = np.array(counts)
    most = counts.size + more
    assume(most < counts.sum())
    quotas = _quotas(counts, most)
    assert quotas.sum() == most
    assert (quotas <= counts).all()
    assert (quotas >= np.minimum(counts, most // counts.size)).all()


def test_it_is_shown_no_more_than_the_cap_and_asked_for_no_more_than_a_block():
    model = InContextClassifier(InContextStub(), max_context=60, block_rows=150).fit(X, TRUTH)
    assert model.estimator_.labels_.size == 60
    assert dict(zip(*np.unique(model.estimator_.labels_, return_counts=True), strict=True)) == {
        "a": 40,
        "b": 15,
        "c": 5,
    }
    np.testing.assert_array_equal(model.estimator_.context_, X[model.context_])
    proba = model.predict_proba(X)
    assert model.estimator_.calls_ == [150, 150, 100]
    whole = InContextStub(most_rows=400).fit(X[model.context_], TRUTH[model.context_]).predict_proba(X)
    np.testing.assert_array_equal(proba, whole)
    assert (model.predict(X) == TRUTH).mean() > 0.9


def test_few_rows_are_shown_as_they_are():
    model = InContextClassifier(InContextStub()).fit(X[:90], np.r_[TRUTH[:45], TRUTH[-45:]])
    assert model.context_.tolist() == list(range(90))


def test_a_later_answer_takes_the_place_of_one_row_of_the_context_at_most():
    one = InContextClassifier(InContextStub(), max_context=50).fit(X[:300], np.r_[["b"] * 10, TRUTH[10:300]])
    two = InContextClassifier(InContextStub(), max_context=50).fit(X[:301], np.r_[["b"] * 10, TRUTH[10:301]])
    assert len(set(one.context_) - set(two.context_)) <= 1


def test_frames_stay_frames():
    frame = pd.DataFrame(X, columns=list("pqrs"))
    model = InContextClassifier(InContextStub(), max_context=60).fit(frame, TRUTH)
    assert isinstance(model.estimator_.context_, pd.DataFrame)
    assert model.predict_proba(frame).shape == (400, 3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"max_classes": 2}, "InContextStub takes up to 2 classes, and there are 3"),
        ({"max_context": 2}, "max_context is 2, and there are 3 classes"),
        ({"block_rows": 0}, "block_rows"),
        ({"max_context": 1.5}, "max_context"),
    ],
)
def test_what_cannot_be_is_refused(change, message):
    with pytest.raises(InvalidParameterError, match=message):
        InContextClassifier(InContextStub(), **change).fit(X, TRUTH)


def test_sparse_rows_are_refused():
    with pytest.raises(TypeError, match=r"(?i)sparse"):
        InContextClassifier(InContextStub()).fit(scipy.sparse.csr_matrix(X), TRUTH)


def test_a_session_asks_by_it_goes_on_when_loaded_and_refuses_weights(tmp_path):
    def begun():
        estimator = InContextClassifier(InContextStub(), max_context=30, block_rows=64)
        session = querist.Session(X, estimator=estimator, strategy="margin", random_state=0)
        session.tell([0, 1, 385, 386, 396], TRUTH[[0, 1, 385, 386, 396]])
        for _ in range(6):
            rows = session.ask(8)
            session.tell(rows, TRUTH[rows])
        return session

    session = begun()
    assert session.fit().context_.size == 30
    session.save(tmp_path / "session.json")
    estimator = InContextClassifier(InContextStub(), max_context=30, block_rows=64)
    again = querist.Session.load(tmp_path / "session.json", X, estimator=estimator)
    assert again.ask(5).tolist() == session.ask(5).tolist()
    with pytest.raises(InvalidParameterError, match="cannot be trained with weights"):
        session.tell(session.outstanding[:1], ["a"], sample_weight=2.0)


def test_it_survives_pickling():
    model = InContextClassifier(InContextStub(), max_context=60).fit(X, TRUTH)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).predict_proba(X), model.predict_proba(X))
