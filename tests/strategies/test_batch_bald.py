"""BatchBALD against the joint mutual information, summed over every way to answer the batch."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import querist
from querist.exceptions import InvalidParameterError
from querist.strategies import Bald, BatchBald


def draws(seed, n_samples=4, n_rows=7, n_classes=3):
    """Return samples of which some are certain, so that there are zeros."""
    samples = np.random.default_rng(seed).dirichlet(np.full(n_classes, 0.3), size=(n_samples, n_rows))
    samples[0, 0] = np.eye(n_classes)[0]
    return samples


def joint_information(samples, rows):
    """Return I(y_rows; m) = H(y_rows) - mean_m sum_r H(p_m(y_r)), way by way."""
    n_samples, _, n_classes = samples.shape
    total = 0.0
    for way in itertools.product(range(n_classes), repeat=len(rows)):
        each = [math.prod(samples[m, row, c] for row, c in zip(rows, way, strict=True)) for m in range(n_samples)]
        mean = sum(each) / n_samples
        total -= mean * math.log(mean) if mean > 0 else 0.0
    own = sum(-p * math.log(p) for p in samples[:, rows].ravel().tolist() if p > 0)
    return total - own / n_samples


def query(strategy, n_rows, **options):
    return strategy.query(np.zeros((n_rows, 1)), [], [], **options)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(2, 4))
def test_each_row_adds_most_to_the_joint_information(seed, size):
    samples = draws(seed)
    chosen = query(BatchBald(samples=samples), 7, batch_size=size, random_state=0).tolist()
    for place in range(1, size):
        before = chosen[:place]
        found = joint_information(samples, chosen[: place + 1])
        best = max(joint_information(samples, [*before, row]) for row in range(7) if row not in before)
        assert found == pytest.approx(best, abs=1e-11)


@given(st.integers(0, 10_000))
def test_utilities_and_single_questions_are_those_of_bald(seed):
    samples = draws(seed)
    rows, utilities = query(BatchBald(samples=samples), 7, random_state=1, return_utilities=True)
    wanted, values = query(Bald(samples=samples), 7, random_state=1, return_utilities=True)
    assert rows.tolist() == wanted.tolist()
    assert utilities.tolist() == values.tolist()


def test_fronts_and_blocks_change_nothing(monkeypatch):
    samples = draws(3, n_samples=6, n_rows=80)
    whole = query(BatchBald(samples=samples), 80, batch_size=6, random_state=0)
    monkeypatch.setattr("querist.strategies.batch_bald._FRONT", 1)
    monkeypatch.setattr("querist.strategies.batch_bald._CACHED_VALUES", 10)
    assert query(BatchBald(samples=samples), 80, batch_size=6, random_state=0).tolist() == whole.tolist()


def test_drawn_ways_come_near_all_of_them():
    """With 2,000 of the 3 ** 7 ways the batch tells nearly what the exact one does."""
    samples = draws(5, n_samples=12, n_rows=40)
    exact = query(BatchBald(samples=samples), 40, batch_size=8, random_state=0)
    for seed in range(3):
        drawn = query(BatchBald(samples=samples, n_configurations=200), 40, batch_size=8, random_state=seed)
        assert np.unique(drawn).size == 8
        assert joint_information(samples, drawn.tolist()) > 0.99 * joint_information(samples, exact.tolist())


def test_a_case_by_hand():
    """Two draws and sure members: once a row has told which draw it is, nothing is left, and ties decide."""
    sure, unsure = [[1.0, 0.0], [0.0, 1.0]], [[0.75, 0.25], [0.25, 0.75]]
    samples = np.stack([sure, sure, unsure], axis=1)
    assert query(BatchBald(samples=samples, ties="first"), 3, batch_size=3).tolist() == [0, 1, 2]
    # Of an unsure row the draw is known by three quarters: 2 log 2 - 3/4 log 3 left of log 2.
    assert joint_information(samples, [2]) == pytest.approx(0.75 * math.log(3) - math.log(2))
    assert joint_information(samples, [0, 2]) == pytest.approx(math.log(2))


def test_a_committee_in_a_session():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 2))
    labels = np.where(X[:, 0] > 0, "right", "left")
    session = querist.Session(X, strategy="batch_bald:n_members=4", random_state=0)
    session.tell(range(20), labels[:20])
    assert np.unique(session.ask(5)).size == 5


def test_the_number_of_ways_is_checked():
    with pytest.raises(InvalidParameterError, match="n_configurations"):
        query(BatchBald(samples=draws(0), n_configurations=0), 7)
