"""Uncertainty measures against one-line formulas, row by row."""

import inspect
import math
import re
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from querist import registry
from querist.measures.uncertainty import UNCERTAINTIES, Uncertainty, decision_margin, entropy, least_confidence, margin


@st.composite
def probabilities(draw):
    n_classes = draw(st.sampled_from([2, 3, 7, 33, 40]))
    raw = draw(
        hnp.arrays(
            np.float64, (draw(st.integers(1, 6)), n_classes), elements=st.sampled_from([0.0, 1e-12, 0.3, 1.0, 2.0])
        )
    )
    raw[:, 0] += raw.sum(axis=1) == 0
    return raw / raw.sum(axis=1, keepdims=True)


FORMULAS = {
    "least_confidence": lambda row: 1 - max(row),
    "margin": lambda row: 1 - (sorted(row)[-1] - sorted(row)[-2]),
    "entropy": lambda row: -sum(p * math.log(p) for p in row if p > 0),
}


@pytest.mark.parametrize("name", UNCERTAINTIES)
@given(proba=probabilities())
def test_formula(name, proba):
    expected = [FORMULAS[name](row) for row in proba.tolist()]
    np.testing.assert_allclose(UNCERTAINTIES[name](proba), expected, atol=1e-12)


@given(probabilities())
def test_ranges(proba):
    n_classes = proba.shape[1]
    assert ((least_confidence(proba) >= 0) & (least_confidence(proba) <= 1 - 1 / n_classes + 1e-12)).all()
    assert ((margin(proba) >= 0) & (margin(proba) <= 1)).all()
    assert ((entropy(proba) >= 0) & (entropy(proba) <= math.log(n_classes) + 1e-12)).all()


@given(st.lists(st.floats(0, 1), min_size=2, max_size=20, unique=True))
def test_two_classes_are_ordered_alike(first):
    proba = np.column_stack([first, 1 - np.array(first)])
    gaps = np.abs(proba[:, 0] - proba[:, 1])
    order = np.argsort(-gaps, kind="stable")
    for measure in UNCERTAINTIES.values():
        assert (np.diff(measure(proba)[order]) >= -1e-12).all()


@given(probabilities(), st.randoms(use_true_random=False))
def test_the_order_of_classes_does_not_matter(proba, random):
    order = list(range(proba.shape[1]))
    random.shuffle(order)
    for measure in UNCERTAINTIES.values():
        np.testing.assert_allclose(measure(proba[:, order]), measure(proba), atol=1e-12)


@pytest.mark.parametrize("name", UNCERTAINTIES)
def test_blocks_change_nothing(name, rng):
    proba = rng.dirichlet(np.ones(3), size=50_000)
    rows = [0, 21_844, 21_845, 49_999]
    np.testing.assert_array_equal(UNCERTAINTIES[name](proba)[rows], UNCERTAINTIES[name](proba[rows]))


def test_by_hand():
    proba = np.array([[1.0, 0, 0], [0.5, 0.5, 0], [0.5, 0.25, 0.25], [0.6, 0.3, 0.1]])
    np.testing.assert_allclose(least_confidence(proba), [0, 0.5, 0.5, 0.4])
    np.testing.assert_allclose(margin(proba), [0, 1, 0.75, 0.7])
    np.testing.assert_allclose(entropy(proba), [0, math.log(2), 1.5 * math.log(2), 0.8979457248567797], atol=1e-12)


def test_one_column_is_certain():
    proba = np.ones((2, 1))
    for measure in UNCERTAINTIES.values():
        np.testing.assert_array_equal(measure(proba), [0, 0])


def test_float32_gives_float64():
    proba = np.array([[0.25, 0.75]], np.float32)
    for measure in UNCERTAINTIES.values():
        assert measure(proba).dtype == np.float64


@given(hnp.arrays(np.float64, st.tuples(st.integers(1, 5), st.sampled_from([2, 5, 40])), elements=st.floats(-50, 50)))
def test_decision_margin_of_many_classes(scores):
    expected = [1 / (1 + sorted(row)[-1] - sorted(row)[-2]) for row in scores.tolist()]
    np.testing.assert_allclose(decision_margin(scores), expected, rtol=1e-12)


@given(hnp.arrays(np.float64, 4, elements=st.floats(-50, 50)))
def test_decision_margin_of_two_classes(scores):
    np.testing.assert_allclose(decision_margin(scores), 1 / (1 + np.abs(scores)))


def test_what_strategies_take_as_uncertainty_is_written_once():
    """A new one widens every strategy with that parameter: the type and the docstrings say it, or this fails."""
    assert set(get_args(Uncertainty)) == set(UNCERTAINTIES) <= set(registry.strategy_names())
    takers = [registry.load("strategies", name) for name in registry.strategy_names()]
    documented = {
        taker: re.search(r"uncertainty : \{(.*?)\}", inspect.getdoc(taker)).group(1).replace('"', "").split(", ")
        for taker in takers
        if "uncertainty" in inspect.signature(taker).parameters
    }
    assert len(documented) == 5
    for taker, names in documented.items():
        assert sorted(names) == sorted(UNCERTAINTIES), taker
