"""BALD against the definition of mutual information, from an array, a model that offers draws, and a committee."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import LinearSVC

import querist
from querist.exceptions import InvalidParameterError, UnsupportedModelError
from querist.strategies import Bald, QueryByCommittee


def draws(seed, n_samples=4, n_rows=9, n_classes=3):
    """Return samples of which some are certain, so that there are zeros."""
    samples = np.random.default_rng(seed).dirichlet(np.full(n_classes, 0.3), size=(n_samples, n_rows))
    samples[0, 0] = np.eye(n_classes)[0]
    return samples


def mutual_information(samples, row):
    """Return sum over draws and classes of p(m, c) log(p(m, c) / (p(m) p(c))), term by term."""
    n_samples, _, n_classes = samples.shape
    total = 0.0
    for m in range(n_samples):
        for c in range(n_classes):
            joint = samples[m, row, c] / n_samples
            marginal = sum(samples[k, row, c] for k in range(n_samples)) / n_samples
            total += joint * math.log(joint / (marginal / n_samples)) if joint > 0 else 0.0
    return total


@given(st.integers(0, 10_000))
def test_utilities_are_the_mutual_information_with_the_draws(seed):
    samples = draws(seed)
    _, utilities = Bald(samples=samples).query(np.zeros((9, 1)), [4], ["a"], return_utilities=True)
    assert utilities == pytest.approx(
        [np.nan if row == 4 else mutual_information(samples, row) for row in range(9)], abs=1e-13, nan_ok=True
    )


def test_a_case_by_hand():
    """Sure of opposite classes: log 2. Three classes, two draws, one half unsure: log 2 / 2 more than nothing."""
    samples = np.array([[[1.0, 0, 0], [0.5, 0.5, 0]], [[0, 0, 1.0], [0, 0.5, 0.5]]])
    _, utilities = Bald(samples=samples).query(np.zeros((2, 1)), [], [], return_utilities=True)
    # H(1/4, 1/2, 1/4) = 3/2 log 2, and each draw has log 2.
    assert utilities == pytest.approx([math.log(2), math.log(2) / 2])


def test_blocks_and_orders_of_rows_change_nothing(monkeypatch):
    samples, X = draws(1, n_rows=60), np.zeros((60, 1))
    strategy = Bald(samples=samples)
    _, whole = strategy.query(X, [], [], return_utilities=True)
    monkeypatch.setattr("querist.learners.samples._CACHED_VALUES", 40)
    monkeypatch.setattr("querist.measures.disagreement._CACHED_VALUES", 30)
    some = np.array([0, 1, 2, 7, 30, 31, 59])
    for candidates in (None, some):
        _, utilities = strategy.query(X, [], [], candidates=candidates, return_utilities=True)
        seen = np.flatnonzero(~np.isnan(utilities))
        assert seen.tolist() == (list(range(60)) if candidates is None else some.tolist())
        np.testing.assert_allclose(utilities[seen], whole[seen], atol=1e-15)


class Offering(GaussianNB):
    """Naive Bayes that says what its parameters might be: its own probabilities, made flatter by chance."""

    def sample_proba(self, X, n_samples, random_state):
        powers = np.random.default_rng(random_state).random(n_samples)
        proba = self.predict_proba(X)[None] ** powers[:, None, None]
        return proba / proba.sum(axis=2, keepdims=True)


@pytest.fixture
def problem(rng):
    X = rng.standard_normal((40, 3))
    labels = np.array(["x", "y", "z"])[(X[:, 0] > -0.5).astype(int) + (X[:, 1] > 0.5)]
    rows = np.concatenate([np.flatnonzero(labels == label)[:4] for label in "zxy"])
    return X, rows, labels[rows]


def test_a_model_that_offers_draws_is_asked_for_them(problem, monkeypatch):
    X, rows, labels = problem
    model = Offering().fit(X[rows], labels)
    strategy = Bald(n_members=7)
    _, utilities = strategy.query(X, rows, labels, model=model, random_state=2, return_utilities=True)
    free = np.isfinite(utilities)
    rng = np.random.default_rng(2)
    rng.integers(2**63)  # the seed of ties
    samples = model.sample_proba(X, 7, int(rng.integers(2**31)))
    np.testing.assert_allclose(
        utilities[free], [mutual_information(samples, row) for row in np.flatnonzero(free)], atol=1e-13
    )
    # All blocks are of the same draws.
    monkeypatch.setattr("querist._blocks._MAX_ROWS", 5)
    _, again = strategy.query(X, rows, labels, model=model, random_state=2, return_utilities=True)
    np.testing.assert_allclose(again[free], utilities[free], atol=1e-13)


def test_of_a_committee_it_is_the_divergence_from_the_consensus(problem):
    X, rows, labels = problem
    model = LogisticRegression().fit(X[rows], labels)
    for options in ({"n_members": 4}, {"committee": [LogisticRegression(), LogisticRegression(C=0.1)]}):
        (one, ours), (other, theirs) = (
            kind.query(X, rows, labels, model=model, random_state=0, return_utilities=True)
            for kind in (Bald(**options), QueryByCommittee(method="kl", **options))
        )
        assert one.tolist() == other.tolist()
        np.testing.assert_array_equal(ours, theirs)


def changed(place, value):
    samples = draws(0)
    samples[place] = value
    return samples


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        (changed((2, 5, 1), np.nan), r"samples\[2, 5\] holds .*nan"),
        (changed((2, 5), [0.5, 0.6, -0.1]), r"samples\[2, 5\] holds 0.5, 0.6, -0.1, .* at least 0"),
        (changed((3, 8), [0.5, 0.1, 0.1]), r"samples\[3, 8\]"),
        (draws(0)[:, :8], r"\(n_samples, 9, the rows of X, n_classes\).* got shape \(4, 8, 3\)"),
        (draws(0)[0], r"got shape \(9, 3\)"),
        (draws(0)[:1], r"at least two samples"),
        (draws(0).astype(str), r"probabilities of shape"),
    ],
)
def test_samples_are_checked_at_the_door(samples, words):
    with pytest.raises(InvalidParameterError, match=words):
        Bald(samples=samples).query(np.zeros((9, 1)), [4], ["a"])


def test_rounded_samples_are_taken():
    X = np.zeros((9, 1))
    _, exact = Bald(samples=draws(0)).query(X, [], [], return_utilities=True)
    _, rounded = Bald(samples=draws(0).round(2)).query(X, [], [], return_utilities=True)
    assert rounded == pytest.approx(exact, abs=0.05)


def test_what_cannot_be_asked_is_refused(problem):
    X, rows, labels = problem
    with pytest.raises(InvalidParameterError, match="both given"):
        Bald(samples=draws(0), committee=[GaussianNB(), GaussianNB()]).query(np.zeros((9, 1)), [], [])
    with pytest.raises(UnsupportedModelError, match="CalibratedClassifierCV"):
        Bald(n_members=2).query(X, rows, labels, model=LinearSVC().fit(X[rows], labels))

    class Turned(Offering):
        def sample_proba(self, X, n_samples, random_state):
            return super().sample_proba(X, n_samples, random_state).transpose(1, 0, 2)

    with pytest.raises(InvalidParameterError, match=r"Turned.sample_proba returned shape \(40, 10, 3\)"):
        Bald().query(X, rows, labels, model=Turned().fit(X[rows], labels))


def test_samples_ask_from_the_first_question_of_a_session_on(tmp_path):
    X, samples = np.zeros((9, 1)), draws(3)
    session = querist.Session(X, strategy=Bald(samples=samples), classes=["a", "b", "c"], random_state=0)
    best = sorted(range(9), key=lambda row: -mutual_information(samples, row))
    assert session.ask(3).tolist() == best[:3]
    session.save(tmp_path / "session.json")
    assert (
        querist.Session.load(tmp_path / "session.json", X, strategy=Bald(samples=samples)).ask(2).tolist() == best[3:5]
    )
