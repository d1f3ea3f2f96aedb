"""Strategies and estimators: labels for tables, descriptions for files."""

import json
import subprocess
import sys

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from querist.exceptions import InvalidParameterError, UnknownNameError
from querist.registry import make_strategy
from querist.simulation.parts import describe, resolve_parts
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
        ({"estimators": LogisticRegression}, "no classifier object"),
    ],
)
def test_parts_that_cannot_be_used_are_refused(arguments, word):
    with pytest.raises(InvalidParameterError, match=word):
        resolved(**arguments)


def test_unknown_names_are_told():
    with pytest.raises(UnknownNameError, match="Did you mean 'margin'"):
        resolved("margn")


def test_descriptions_are_json_and_tell_parameters_apart():
    parts = [
        LogisticRegression(),
        LogisticRegression(C=2.0),
        LogisticRegression(C=np.inf),
        LogisticRegression(class_weight={"a": 2}),
        make_strategy("margin"),
        make_strategy("margin", selection="power"),
        make_strategy("margin", selection="power", selection__beta=2.0),
        make_pipeline(StandardScaler(), LogisticRegression()),
        make_pipeline(StandardScaler(), LogisticRegression(C=3)),
        make_pipeline(FunctionTransformer(np.log1p), LogisticRegression()),
        make_pipeline(FunctionTransformer(np.abs), LogisticRegression()),
        FunctionTransformer(kw_args={"a": np.arange(3)}),
        FunctionTransformer(kw_args={"a": np.arange(4)}),
        FunctionTransformer(kw_args={"a": np.array(["x", None], dtype=object)}),
        FunctionTransformer(kw_args={"a": object()}),
    ]
    texts = [json.dumps(describe(part), allow_nan=False) for part in parts]
    assert len(set(texts)) == len(texts)
    assert not any("0x" in text for text in texts)


def test_a_description_is_the_same_in_another_process():
    code = (
        "import json, numpy as np; from sklearn.preprocessing import FunctionTransformer;"
        "from querist.simulation.parts import describe;"
        "print(json.dumps(describe(FunctionTransformer(np.log1p, kw_args={'a': object()}))))"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(other.stdout) == describe(FunctionTransformer(np.log1p, kw_args={"a": object()}))
