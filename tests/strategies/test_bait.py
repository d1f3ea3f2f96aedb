"""BAIT against objectives that are written out: from scratch at each step, and for all batches of two."""

from itertools import combinations

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from querist.exceptions import InvalidParameterError, UnsupportedModelError
from querist.selections import PowerTopK
from querist.session.session import Session
from querist.strategies import Bait, bait


def task(seed, n_rows=20, n_classes=3, n_features=2, whole=False):
    rng = np.random.default_rng(seed)
    X = rng.integers(-4, 5, size=(n_rows, n_features)).astype(float) if whole else rng.normal(size=(n_rows, n_features))
    rows = np.arange(2 * n_classes)
    labels = rows % n_classes
    return X, rows, labels, LogisticRegression().fit(X[rows], labels)


def softmax_of(model, X):
    proba = model.predict_proba(X)
    return [np.diag(p) - np.outer(p, p) for p in proba]


class WrittenOut:
    """The objective in the full space of parameters, a softmax layer with a weight for every class."""

    def __init__(self, X, rows, model, ridge=1.0, weights=None):
        self.each = [
            np.kron(inner, np.outer(z, z))
            for inner, z in zip(softmax_of(model, X), np.column_stack([X, np.ones(len(X))]), strict=True)
        ]
        weights = np.ones(len(rows)) if weights is None else weights
        self.mean = np.mean(self.each, axis=0)
        self.known = ridge * np.eye(len(self.mean)) + sum(
            w * self.each[row] for w, row in zip(weights, rows, strict=True)
        )

    def __call__(self, batch=()):
        return np.trace(np.linalg.inv(self.known + sum(self.each[row] for row in batch)) @ self.mean)

    def greedy(self, free, size):
        """Grow to twice the size and prune, everything from scratch."""
        batch = []
        for _ in range(min(2 * size, len(free)) if size > 1 else 1):
            rest = [row for row in free if row not in batch]
            batch.append(min(rest, key=lambda row: self([*batch, row])))
        while len(batch) > size:
            batch.remove(min(batch, key=lambda row: self([other for other in batch if other != row])))
        return batch


@given(seed=st.integers(0, 10_000), n_classes=st.integers(2, 4), ridge=st.sampled_from([0.01, 1.0, 30.0]))
@settings(deadline=None, max_examples=30)
def test_utilities_are_the_share_that_a_row_takes_away(seed, n_classes, ridge):
    X, rows, labels, model = task(seed, n_classes=n_classes)
    _, utilities = Bait(ridge=ridge).query(X, rows, labels, model=model, return_utilities=True)
    left = WrittenOut(X, rows, model, ridge)
    for row in range(rows.size, len(X)):
        assert utilities[row] == pytest.approx((left() - left([row])) / left(), rel=1e-6, abs=1e-9)
    assert np.isnan(utilities[rows]).all()


def test_a_case_by_hand():
    """All features are 0 and the odds even: of one intercept with the information 1/2 a row.

    Two labels and a ridge of 1 leave 1 / 2 of variance, a third 1 / 2.5, and so a fifth less.
    """
    X = np.zeros((5, 1))
    model = LogisticRegression().fit(X[:2], ["a", "b"])
    _, utilities = Bait().query(X, [0, 1], ["a", "b"], model=model, return_utilities=True)
    assert utilities[2:] == pytest.approx(0.2)


@given(seed=st.integers(0, 10_000), n_classes=st.integers(2, 3), size=st.integers(1, 9))
@settings(deadline=None, max_examples=30)
def test_every_step_is_that_of_the_definition(seed, n_classes, size):
    """Also where the batch is more than half of the rows."""
    X, rows, labels, model = task(seed, n_classes=n_classes, n_rows=16)
    chosen = Bait().query(X, rows, labels, model=model, batch_size=size, random_state=0)
    left = WrittenOut(X, rows, model)
    expected = left.greedy(list(range(rows.size, len(X))), size)
    # What is equally good may differ.
    assert chosen.tolist() == expected or left(chosen) == pytest.approx(left(expected), rel=1e-7)
    assert set(chosen.tolist()).isdisjoint(rows.tolist())


def test_batches_of_two_are_nearly_the_best_of_all():
    lost = []
    for seed in range(20):
        X, rows, labels, model = task(seed, n_rows=18)
        left = WrittenOut(X, rows, model)
        best = min(left(pair) for pair in combinations(range(rows.size, len(X)), 2))
        found = left(Bait().query(X, rows, labels, model=model, batch_size=2, random_state=0))
        assert found >= best * (1 - 1e-9)
        lost.append((found - best) / (left() - best))
    assert np.mean(lost) < 0.01


def test_pruning_finds_what_growing_does_not():
    """Over many pools, the batch is worth more than its first rows would have been."""
    grown, pruned = 0.0, 0.0
    for seed in range(20):
        X, rows, labels, model = task(seed, n_rows=30)
        left = WrittenOut(X, rows, model)
        free, batch = range(rows.size, len(X)), []
        for _ in range(4):
            batch.append(min((row for row in free if row not in batch), key=lambda row: left([*batch, row])))
        grown += left(batch)
        pruned += left(Bait().query(X, rows, labels, model=model, batch_size=4, random_state=0))
    assert pruned < grown


def test_no_row_is_missed_for_the_bound(monkeypatch):
    X, rows, labels, model = task(1, n_rows=300, n_classes=4, n_features=5)
    for ridge in (1e-3, 1.0):
        whole = Bait(ridge=ridge).query(X, rows, labels, model=model, batch_size=12, random_state=0)
        with monkeypatch.context() as patch:
            patch.setattr(bait, "_FRONT", 1)
            few = Bait(ridge=ridge).query(X, rows, labels, model=model, batch_size=12, random_state=0)
        assert whole.tolist() == few.tolist()


def test_equal_rows_are_equally_good_wherever_they_are():
    """Ties in blocks of their own are told apart by their keys alone."""
    X, rows, labels, model = task(2, n_rows=40, whole=True)
    many = np.concatenate([X, np.tile(X[6:], (60, 1))])
    _, utilities = Bait().query(many, rows, labels, model=model, return_utilities=True, random_state=0)
    for row in range(6, 40):
        alike = (many == many[row]).all(axis=1) & ~np.isnan(utilities)
        assert np.unique(utilities[alike]).size == 1
    chosen = Bait(ties="first").query(many, rows, labels, model=model, batch_size=2)
    assert chosen.max() < 40 + 34


def test_many_rows_in_several_blocks(monkeypatch):
    X, rows, labels, model = task(3, n_rows=900, n_features=4)
    whole = Bait().query(X, rows, labels, model=model, batch_size=6, random_state=0)
    monkeypatch.setattr("querist._blocks._MAX_ROWS", 100)
    assert whole.tolist() == Bait().query(X, rows, labels, model=model, batch_size=6, random_state=0).tolist()
    for convert in (scipy.sparse.csr_array, scipy.sparse.csr_matrix):
        sparse = Bait().query(convert(X), rows, labels, model=model, batch_size=6, random_state=0)
        assert whole.tolist() == sparse.tolist()


def test_features_are_those_behind_a_pipeline():
    X, rows, labels, _ = task(5, n_features=4)
    X[:, 0] *= 1000
    model = make_pipeline(StandardScaler(), PCA(2), LogisticRegression()).fit(X[rows], labels)
    through = Bait().query(X, rows, labels, model=model, batch_size=4, random_state=1)
    alone = Bait().query(model[:-1].transform(X), rows, labels, model=model[-1], batch_size=4, random_state=1)
    assert through.tolist() == alone.tolist()


def test_answers_weigh_what_they_weigh_in_a_session():
    X, rows, labels, _ = task(6)
    weights = np.linspace(0.5, 4.0, rows.size)
    session = Session(X, strategy=Bait(), estimator=LogisticRegression(), random_state=0)
    session.tell(rows, labels, sample_weight=weights)
    session.fit()
    chosen = session.ask(1)
    left = WrittenOut(X, rows, session.model, weights=weights)
    assert chosen.tolist() == left.greedy(range(rows.size, len(X)), 1)


def test_with_a_selection_the_shares_are_utilities():
    X, rows, labels, model = task(7)
    chosen, utilities = Bait(selection=PowerTopK(beta=1000.0)).query(
        X, rows, labels, model=model, batch_size=2, random_state=0, return_utilities=True
    )
    # So high a power all but takes the highest.
    assert utilities[chosen[0]] == np.nanmax(utilities)


def test_columns_of_very_different_scale_end_in_a_batch():
    X, rows, labels, model = task(8, n_rows=60)
    X = X * [1e7, 1e-3]
    for ridge in (1e-6, 1.0):
        chosen = Bait(ridge=ridge).query(X, rows, labels, model=model, batch_size=9, random_state=0)
        assert np.unique(chosen).size == 9


def test_what_it_cannot_do_is_refused_in_words(monkeypatch):
    X, rows, labels, model = task(0)
    with pytest.raises(UnsupportedModelError, match="CalibratedClassifierCV"):
        Bait().query(X, rows, labels, model=LinearSVC().fit(X[rows], labels))
    with pytest.raises(InvalidParameterError, match="ridge must be in"):
        Bait(ridge=0.0).query(X, rows, labels, model=model)
    wide = np.zeros((9, 2048))
    with pytest.raises(UnsupportedModelError, match=r"2048 features for 2 classes has 2049.*TruncatedSVD"):
        Bait().query(wide, [0, 1], [0, 1], model=LogisticRegression().fit(wide[:2], [0, 1]))
    monkeypatch.setattr(bait, "_MOST_VALUES", 10)
    with pytest.raises(InvalidParameterError, match=r"14 candidates with 3 classes have 56.*subsample"):
        Bait().query(X, rows, labels, model=model)
