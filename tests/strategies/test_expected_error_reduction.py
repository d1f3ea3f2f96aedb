"""Expected error reduction against loops that train the model for every row and class."""

import math

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import LinearSVC

import querist
from querist.exceptions import InvalidParameterError, UnsupportedModelError
from querist.learners import NewtonLogisticRegression
from querist.strategies import ExpectedErrorReduction

LOSSES = {
    "zero_one": lambda p: 1 - max(p),
    "log": lambda p: -sum(q * math.log(q) for q in p if q > 0),
}


def task(seed, n_classes=3, n_rows=26):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n_rows, 3))
    names = np.array(["ham", "spam", "eggs"])
    labels = names[(X @ rng.standard_normal((3, n_classes))).argmax(axis=1)]
    labels[: 2 * n_classes] = np.tile(names[:n_classes], 2)
    return X, np.arange(10), labels[:10]


def by_loops(X, rows, labels, made, loss):
    """Return the utilities, as the definition says."""
    model = made().fit(X[rows], labels)
    found = np.full(len(X), np.nan)
    free = [row for row in range(len(X)) if row not in rows]
    for row in free:
        others = [other for other in free if other != row]
        now = sum(LOSSES[loss](p) for p in model.predict_proba(X[others]).tolist()) / len(others)
        then = 0.0
        for chance, label in zip(model.predict_proba(X[[row]])[0], model.classes_, strict=True):
            again = made().fit(X[[*rows, row]], [*labels, label])
            then += chance * sum(LOSSES[loss](p) for p in again.predict_proba(X[others]).tolist()) / len(others)
        found[row] = now - then
    return found


def asked(strategy, X, rows, labels, model, **options):
    return strategy.query(X, rows, labels, model=model, random_state=0, return_utilities=True, **options)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("made", [GaussianNB, NewtonLogisticRegression])
def test_exact_updates_are_the_definition(loss, n_classes, made):
    X, rows, labels = task(n_classes, n_classes)
    expected = by_loops(X, rows, labels, made, loss)
    chosen, utilities = asked(
        ExpectedErrorReduction(loss=loss, updates="exact"), X, rows, labels, made().fit(X[rows], labels)
    )
    np.testing.assert_allclose(utilities, expected, atol=1e-7)
    assert chosen[0] == np.nanargmax(expected)


@pytest.mark.parametrize("loss", LOSSES)
def test_steps_find_the_same_row_mostly_and_one_as_good_else(loss):
    same, lost = [], []
    for seed in range(8):
        X, rows, labels = task(seed, 2 + seed % 2)
        model = NewtonLogisticRegression().fit(X[rows], labels)
        (ours, _), (theirs, utilities) = (
            asked(ExpectedErrorReduction(loss=loss, updates=updates), X, rows, labels, model)
            for updates in ("auto", "exact")
        )
        same.append(ours[0] == theirs[0])
        best, middle = np.nanmax(utilities), np.nanmedian(utilities)
        lost.append((best - utilities[ours[0]]) / (best - middle))
    assert np.mean(same) >= 0.75
    assert np.mean(lost) < 0.02


class Shares(BaseEstimator):
    """Says of every row how often each class was told."""

    def fit(self, X, y):
        self.classes_, counts = np.unique(y, return_counts=True)
        self.shares_ = counts / counts.sum()
        return self

    def predict_proba(self, X):
        return np.tile(self.shares_, (len(X), 1))

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


def test_a_case_by_hand():
    """One answer of each class: p = (1/2, 1/2); whatever comes next, it is (1/3, 2/3) or the other way round."""
    X, model = np.zeros((6, 1)), Shares().fit([[0], [0]], ["a", "b"])
    _, errors = asked(ExpectedErrorReduction(loss="zero_one"), X, [0, 1], ["a", "b"], model)
    assert errors[2:] == pytest.approx(1 / 2 - 1 / 3)
    _, losses = asked(ExpectedErrorReduction(loss="log"), X, [0, 1], ["a", "b"], model)
    assert losses[2:] == pytest.approx(math.log(2) - (math.log(3) / 3 + 2 / 3 * math.log(1.5)))
    # The last row has no others that could be better known.
    _, last = asked(ExpectedErrorReduction(), X[:3], [0, 1], ["a", "b"], model)
    assert last[2] == 0


def test_losses_are_averaged_over_some_rows_where_there_are_many():
    X, rows, labels = task(4, 2, n_rows=400)
    model = NewtonLogisticRegression().fit(X[rows], labels)
    _, every = asked(ExpectedErrorReduction(), X, rows, labels, model)
    _, some = asked(ExpectedErrorReduction(n_evaluated=150), X, rows, labels, model)
    assert not np.array_equal(every, some, equal_nan=True)
    assert np.corrcoef(every[10:], some[10:])[0, 1] > 0.95


def test_blocks_change_nothing(monkeypatch):
    X, rows, labels = task(5)
    model = LogisticRegression().fit(X[rows], labels)
    _, whole = asked(ExpectedErrorReduction(), X, rows, labels, model)
    monkeypatch.setattr("querist.strategies.expected_error_reduction._CACHED_VALUES", 300)
    _, parts = asked(ExpectedErrorReduction(), X, rows, labels, model)
    np.testing.assert_allclose(parts, whole, atol=1e-12)


def test_random_models_are_trained_with_the_same_seed():
    """Else the luck of a seed would be taken for an answer's effect."""
    X, rows, labels = task(6, 2)
    model = RandomForestClassifier(n_estimators=3).fit(X[rows], labels)
    strategy = ExpectedErrorReduction()
    once, again = (asked(strategy, X, rows, labels, model, candidates=[12, 15])[1] for _ in range(2))
    np.testing.assert_array_equal(once, again)


def test_too_many_trainings_are_refused_before_they_begin():
    X, rows, labels = task(0)
    with pytest.raises(InvalidParameterError, match=r"16 candidates of 3 classes would take 48 .*RandomSubsample"):
        ExpectedErrorReduction(max_refits=47).query(X, rows, labels, model=GaussianNB().fit(X[rows], labels))
    wide = np.random.default_rng(0).standard_normal((80, 700))
    model = NewtonLogisticRegression().fit(wide[rows], labels)
    with pytest.raises(InvalidParameterError, match=r"no shorter way \(features times classes must be at most 600"):
        ExpectedErrorReduction(max_refits=100).query(wide, rows, labels, model=model)


@pytest.mark.parametrize(
    ("params", "model", "error", "words"),
    [
        ({"loss": "hinge"}, GaussianNB(), InvalidParameterError, "zero_one, log"),
        ({"updates": "fast"}, GaussianNB(), InvalidParameterError, "auto, newton, exact"),
        ({"n_evaluated": 0}, GaussianNB(), InvalidParameterError, "n_evaluated"),
        ({"updates": "newton"}, GaussianNB(), UnsupportedModelError, "GaussianNB is no logistic regression"),
        ({}, LinearSVC(), UnsupportedModelError, "CalibratedClassifierCV"),
    ],
)
def test_wrong_parameters(params, model, error, words):
    X, rows, labels = task(1)
    with pytest.raises(error, match=words):
        ExpectedErrorReduction(**params).query(X, rows, labels, model=model.fit(X[rows], labels))


def test_by_name_in_a_session():
    X, rows, labels = task(2)
    session = querist.Session(
        X, strategy="expected_error_reduction:loss=zero_one,candidates=subsample,candidates__size=5", random_state=0
    )
    session.tell(rows, labels)
    assert session.ask(2).size == 2
