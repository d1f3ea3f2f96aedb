"""Strategies and estimators: labels for tables, descriptions for files."""

import pytest
from sklearn.linear_model import LogisticRegression

from querist.exceptions import InvalidParameterError, UnknownNameError
from querist.simulation.parts import resolve_parts
from querist.strategies import MarginSampling, RandomSampling


def resolved(strategies="margin", estimators="logistic_regression", cold_start="random", query_estimator=None):
    return resolve_parts(strategies, estimators, cold_start, query_estimator)


@pytest.mark.parametrize(
    ("given", "labels"),
    [
        ("margin", ["random", "margin"]),
        (("margin", "random"), ["random", "margin"]),
        (MarginSampling(), ["random", "margin"]),
        ([MarginSampling(ties="first")], ["random", "MarginSampling(ties='first')"]),
        (["margin:ties=first", "margin"], ["random", "margin:ties=first", "margin"]),
        ({"mine": MarginSampling(), "hers": "margin:ties=first"}, ["random", "mine", "hers"]),
        ({"chance": RandomSampling()}, ["random", "chance"]),
    ],
)
def test_each_strategy_has_a_label_and_random_stands_first(given, labels):
    parts = resolved(given)
    assert list(parts.strategies) == labels
    assert isinstance(parts.strategies["random"], RandomSampling)


def test_objects_are_used_as_they_are():
    estimator, strategy = LogisticRegression(random_state=5), MarginSampling()
    parts = resolved({"m": strategy}, estimator)
    assert parts.strategies["m"] is strategy
    assert parts.estimators == {"LogisticRegression(random_state=5)": estimator}


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"strategies": ["margin", MarginSampling()]}, "two of the label 'margin'"),
        ({"strategies": {"random": MarginSampling()}}, "kept for random rows"),
        ({"strategies": {"(full data)": MarginSampling()}}, "kept for the full-data value"),
        ({"strategies": {"two\nlines": MarginSampling()}}, "printable"),
        ({"strategies": []}, "at least one"),
        ({"strategies": [3]}, "registered name"),
        ({"estimators": LogisticRegression}, "must be a classifier object"),
    ],
)
def test_parts_that_cannot_be_used_are_refused(arguments, word):
    with pytest.raises(InvalidParameterError, match=word):
        resolved(**arguments)


def test_unknown_names_are_told():
    with pytest.raises(UnknownNameError, match="Did you mean 'margin'"):
        resolved("margn")
