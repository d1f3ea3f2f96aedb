"""Presets are their spelled-out forms."""

import itertools

import numpy as np
import pytest
from sklearn.naive_bayes import GaussianNB

import querist
from querist.candidates import RandomSubsample
from querist.exceptions import InvalidParameterError, UnknownNameError
from querist.measures.uncertainty import UNCERTAINTIES
from querist.selections import AutoSelection, ClusterMarginSelection, PowerTopK, WeightedKMeansSelection

RNG = np.random.default_rng(3)
X = RNG.random((40, 3))
ROWS, LABELS = np.arange(9), np.array(["a", "b", "c"] * 3)
MODEL = GaussianNB().fit(X[ROWS], LABELS)


@pytest.mark.parametrize(
    ("name", "uncertainty", "params", "selection"),
    [
        (name, uncertainty, params, selection)
        for uncertainty, (name, params, selection) in itertools.product(
            UNCERTAINTIES,
            [
                ("power", {}, PowerTopK()),
                ("power", {"beta": 3.0}, PowerTopK(beta=3.0)),
                ("auto", {}, AutoSelection()),
                ("auto", {"prefilter": 3}, AutoSelection(prefilter=3)),
                ("cluster_margin", {}, ClusterMarginSelection()),
                ("cluster_margin", {"threshold": 0.5}, ClusterMarginSelection(threshold=0.5)),
                ("weighted_k_means", {}, WeightedKMeansSelection()),
                ("weighted_k_means", {"prefilter": 3}, WeightedKMeansSelection(prefilter=3)),
            ],
        )
    ],
)
def test_a_preset_is_the_strategy_of_its_utility_with_a_selection(name, uncertainty, params, selection):
    given = {"candidates": RandomSubsample(20), "ties": "first"}
    short = querist.make_strategy(name, uncertainty=uncertainty, **params, **given)
    long = querist.make_strategy(uncertainty, selection=selection, **given)
    assert repr(short) == repr(long)
    one, other = (
        strategy.query(X, ROWS, LABELS, model=MODEL, batch_size=5, random_state=2, return_utilities=True)
        for strategy in (short, long)
    )
    np.testing.assert_array_equal(one[0], other[0])
    np.testing.assert_array_equal(one[1], other[1])


def test_presets_take_their_own_parameters_only():
    with pytest.raises(InvalidParameterError, match=r"no parameter 'prefilter'. It has: uncertainty, beta"):
        querist.make_strategy("power", prefilter=3)
    with pytest.raises(InvalidParameterError, match="uncertainty must be one of"):
        querist.make_strategy("power", uncertainty="relevance")
    with pytest.raises(UnknownNameError):
        querist.make_strategy("powr")


def test_parameters_of_parts_are_set_in_presets_too():
    strategy = querist.make_strategy("power", selection__beta=2.0, candidates="subsample", candidates__size=7)
    assert (strategy.selection.beta, strategy.candidates.size) == (2.0, 7)
