"""What a session's promises are planned by, and what is offered where one is out of reach."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

import querist
from querist.exceptions import OutOfReachError
from querist.session.second_opinion import SecondOpinion


class Says(ClassifierMixin, BaseEstimator):
    """Learns nothing: the first column is its prediction, always as sure."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return X[:, 0].astype(int)

    def predict_proba(self, X):
        found = np.full((len(X), 2), 0.03)
        found[np.arange(len(X)), X[:, 0].astype(int)] = 0.97
        return found


def said(seed, n, n_wrong):
    """Return a session with a model that gets so many rows wrong, and the truth."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, n)
    wrong = rng.permutation(n) < n_wrong
    X = np.column_stack([np.where(wrong, 1 - truth, truth), rng.random(n)])
    session = querist.Session(X, estimator=Says(), strategy="random", audit=0.5, random_state=seed)
    while session.labelled.size < 20:
        answer(session, truth, session.ask(10))
    return session, truth


def answer(session, truth, rows):
    session.tell(rows, truth[rows])


def finish(session, truth, task):
    while (rows := task.ask()).size:
        answer(session, truth, rows)
    session.release()
    return task.result()


def coded(rng, n=1500):
    """Return categories in columns of 0 and 1, and classes of which a line between them misses one kind of rows."""
    a, b, c = rng.integers(0, 4, (3, n))
    X = np.column_stack([each == code for each in (a, b, c) for code in range(4)]).astype(float)
    return X, np.where((a == 3) & (b == 3) & (c < 2), 1 - (a > 1), a > 1).astype(int)


def test_a_second_model_orders_the_rows_where_the_confidence_does_not(rng):
    X, truth = coded(rng)
    session = querist.Session(X, estimator=LogisticRegression(C=0.1), strategy="margin", audit=0.5, random_state=0)
    while session.labelled.size < 200:
        answer(session, truth, session.ask(20))
    task = session.auto_label(0.97, most_labels=250)
    assert "second" in task.plan.order
    assert task.plan.expected.chance >= 0.5
    result = finish(session, truth, task)
    assert result.rows.size > 300
    assert (result.labels == truth[result.rows]).mean() >= 0.97


TEXTS = ["red wine", "white wine", "red beer", "white beer"] * 10


@pytest.mark.parametrize(
    ("X", "estimator", "is_there"),
    [
        (np.eye(40), LogisticRegression(), True),
        (np.eye(40, dtype=np.int64), "logistic_regression", True),
        (np.eye(40), ExtraTreesClassifier(5), False),
        (np.eye(40), RandomForestClassifier(5), False),
        (np.eye(40), "auto", False),
        (scipy.sparse.csr_matrix(np.eye(40)), LogisticRegression(), False),
        (pd.DataFrame(np.eye(40)), LogisticRegression(), False),
        (TEXTS, make_pipeline(CountVectorizer(), MultinomialNB()), False),
        (np.where(np.eye(40) > 0, np.nan, 1.0), "gradient_boosting", False),
    ],
)
def test_who_has_a_second_opinion(X, estimator, is_there):
    session = querist.Session(X, estimator=estimator, random_state=0)
    assert SecondOpinion(session._journal, session._trained).is_there == is_there


def test_probabilities_from_outside_have_no_second_opinion():
    session = querist.Session(np.eye(4), probabilities=np.full((4, 2), 0.5), classes=["a", "b"], random_state=0)
    assert not SecondOpinion(session._journal, session._trained).is_there


def test_a_label_that_the_second_model_does_not_know_is_impossible():
    session = querist.Session(np.eye(6), estimator=LogisticRegression(), classes=["a", "b", "c"], random_state=0)
    session.tell([0, 1, 2, 3], ["a", "b", "a", "b"])
    second = SecondOpinion(session._journal, session._trained)
    found = second.chances(np.array([0, 1, 4]), np.array(["a", "a", "c"]))
    assert found[0] > 0.5 > found[1]
    assert found[2] == 0


def test_a_certificate_that_fails_offers_a_smaller_one():
    session, truth = said(0, 600, 90)
    certificate = session.certify(0.93, guess=0.98)
    told = finish(session, truth, certificate)
    assert not told.passed
    assert told.offer.target < 0.9
    assert str(told).endswith(str(told.offer))
    assert certificate.rows.size > session.labelled.size - 20 > 0  # it ended early
    again = session.certify(told.offer.target)
    assert again.attempt == 2
    assert finish(session, truth, again).passed


def test_labels_by_the_model_that_fail_offer_less_and_what_they_showed_is_known():
    session, truth = said(4, 1500, 150)
    task = session.auto_label(0.95, most_labels=200)
    told = finish(session, truth, task)
    assert not told.rows.size
    assert told.offer.target < 0.95
    assert str(told).endswith(str(told.offer))
    with pytest.raises(OutOfReachError, match="is expected to pass with about"):
        session.auto_label(0.95, most_labels=200)
    again = session.auto_label(told.offer.target, most_labels=200)
    result = finish(session, truth, again)
    assert result.rows.size
    assert result.offer is None
    assert (result.labels == truth[result.rows]).mean() >= told.offer.target


def test_a_promise_that_passes_offers_nothing():
    session, truth = said(2, 600, 6)
    assert finish(session, truth, session.certify(0.9)).offer is None
    assert finish(session, truth, session.auto_label(0.9, most_labels=150)).offer is None
