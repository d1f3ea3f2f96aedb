"""EPIG against the definition, term by term."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from querist.exceptions import InvalidParameterError
from querist.strategies import Bald, Epig


def draws(seed, n_samples=3, n_rows=6, n_classes=3):
    return np.random.default_rng(seed).dirichlet(np.full(n_classes, 0.3), size=(n_samples, n_rows))


def by_loops(proba, targets):
    """Return sum over targets and pairs of classes of P(c, d) log(P(c, d) / (P(c) P(d))), for each row."""
    n_samples, n_rows, n_classes = proba.shape
    found = []
    for row in range(n_rows):
        total = 0.0
        for target in range(targets.shape[1]):
            for c in range(n_classes):
                for d in range(n_classes):
                    pairs = [(proba[m, row, c], targets[m, target, d]) for m in range(n_samples)]
                    joint = sum(one * other for one, other in pairs) / n_samples
                    apart = sum(one for one, _ in pairs) * sum(other for _, other in pairs) / n_samples**2
                    total += joint * math.log(joint / apart) if joint > 0 else 0.0
        found.append(total / targets.shape[1])
    return found


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.sampled_from([1, 200, 1 << 17]))
def test_utilities_are_the_definition_in_blocks_too(seed, at_once):
    samples, targets = draws(seed), draws(seed + 1, n_rows=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("querist.learners.samples._CACHED_VALUES", at_once)
        _, utilities = Epig(samples=samples, targets=targets).query(np.zeros((6, 1)), [], [], return_utilities=True)
    assert utilities == pytest.approx(by_loops(samples, targets), abs=1e-12)


@given(st.integers(0, 10_000))
def test_it_is_at_most_what_the_answer_tells_of_the_parameters(seed):
    """A target's class knows of the row's only through the parameters (data processing)."""
    X, samples = np.zeros((6, 1)), draws(seed)
    _, predictive = Epig(samples=samples).query(X, [], [], return_utilities=True)
    _, all_ = Bald(samples=samples).query(X, [], [], return_utilities=True)
    assert (predictive <= all_ + 1e-12).all()


def test_a_case_by_hand():
    """Row and target are sure of the same class under each of two draws: one tells the other, log 2."""
    sure = np.array([[[1.0, 0.0], [0.5, 0.5]], [[0.0, 1.0], [0.5, 0.5]]])
    _, utilities = Epig(samples=sure, targets=sure[:, :1]).query(np.zeros((2, 1)), [], [], return_utilities=True)
    assert utilities == pytest.approx([math.log(2), 0.0])


def test_targets_are_rows_for_a_committee_and_a_sample_of_the_pool_by_default(rng):
    X = rng.standard_normal((40, 3))
    labels = (X[:12, 0] > 0).astype(int)
    members = [LogisticRegression(), LogisticRegression(C=0.01)]
    said = np.stack([member.fit(X[:12], labels).predict_proba(X) for member in members])
    for options, targets in (
        ({"targets": X[30:].tolist()}, said[:, 30:]),
        ({}, said),
        ({"n_targets": 40}, said),
    ):
        _, utilities = Epig(committee=members, **options).query(X, np.arange(12), labels, return_utilities=True)
        assert utilities[12:] == pytest.approx(np.array(by_loops(said, targets))[12:], abs=1e-12)
    some = [
        Epig(committee=members, n_targets=5).query(X, range(12), labels, random_state=seed, return_utilities=True)[1]
        for seed in (0, 0, 1)
    ]
    np.testing.assert_array_equal(some[0], some[1])
    assert not np.array_equal(some[0], some[2], equal_nan=True)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"targets": draws(0)[:2]}, r"the same 3 samples .*\(3, n_targets, 3\), got \(2, 6, 3\)"),
        ({"targets": np.zeros((4, 2))}, "targets must be probabilities of shape"),
        ({"targets": np.full((3, 1, 3), 0.2)}, r"targets\[0, 0\] holds 0.2, 0.2, 0.2"),
        ({"n_targets": 0}, "n_targets"),
    ],
)
def test_wrong_targets(options, words):
    with pytest.raises(InvalidParameterError, match=words):
        Epig(samples=draws(0), **options).query(np.zeros((6, 1)), [], [])
