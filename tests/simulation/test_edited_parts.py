"""A folder of results is resumed by what parts do: edited code runs anew or is refused, the same code resumes."""

import json

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from querist.exceptions import ResultsError
from querist.session.earlier_parts import describe_as_before
from querist.simulation import Simulation, simulate
from querist.simulation.metrics import METRICS, Metric, accuracy
from querist.stopping import SettledPredictions
from querist.strategies import MarginSampling

RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 2))
Y = np.where(X[:, 0] > 0, "high", "low")


def run(out, *, function=None, **options):
    if function is not None:
        options["estimators"] = {"m": make_pipeline(FunctionTransformer(function), GaussianNB())}
    options = {"estimators": {"m": GaussianNB()}} | options
    return simulate(X, Y, repeats=1, budget=24, batch_size=4, initial=8, n_jobs=1, out=out, **options)


def ways(sign):
    """Parts that are called alike and differ in what they do."""

    class Mine(MarginSampling):
        def utilities(self, context):
            return sign * super().utilities(context)

    class Learner(GaussianNB):
        def fit(self, X, y):
            return super().fit(X * sign, y)

    class Rule(SettledPredictions):
        def update(self, observation):
            return super().update(observation, *(() if sign > 0 else []))

    return {
        "function": {"function": lambda x: sign * x},
        "strategy": {"strategies": {"mine": Mine()}},
        "estimator": {"estimators": {"m": Learner()}},
        "cold_start": {"cold_start": type("Cold", (Mine,), {"needs_model": False})()},
        "query_estimator": {"query_estimator": Learner()},
        "rule": {"stop": {"mine": Rule()}},
    }


@pytest.mark.filterwarnings("ignore::querist.exceptions.ModelMismatchWarning")
@pytest.mark.parametrize("what", list(ways(1)))
def test_what_was_edited_under_the_same_name_is_no_longer_handed_out(tmp_path, what):
    first = run(tmp_path, **ways(1)[what])
    again = run(tmp_path, **ways(1)[what])  # another object, the same code
    assert again.table.equals(first.table)
    with pytest.raises(ResultsError, match=r"the code of .* has changed.*another folder.*trust_parts=True resumes"):
        run(tmp_path, **ways(-1)[what])
    assert run(tmp_path, trust_parts=True, **ways(-1)[what]).table.equals(first.table)


def test_another_lambda_is_refused_and_what_a_label_shows_is_no_address(tmp_path):
    pipeline = make_pipeline(FunctionTransformer(lambda x: x), GaussianNB())
    first = run(tmp_path, estimators=[pipeline])
    assert "0x" not in repr(first)
    with pytest.raises(ResultsError, match="has changed"):
        run(tmp_path, estimators=[make_pipeline(FunctionTransformer(lambda x: x * 0), GaussianNB())])


def test_a_metric_of_ones_own_is_known_by_its_code(tmp_path, monkeypatch):
    monkeypatch.setitem(METRICS, "mine", Metric("mine", "predicted", lambda truth, found: accuracy(truth, found) / 1))
    run(tmp_path, metrics=["mine"])
    run(tmp_path, metrics=["mine"])
    monkeypatch.setitem(METRICS, "mine", Metric("mine", "predicted", lambda truth, found: accuracy(truth, found) / 2))
    with pytest.raises(ResultsError, match=r"metrics\.mine.*has changed"):
        run(tmp_path, metrics=["mine"])


def test_parameters_are_told_with_both_values_and_trust_goes_no_further_than_parts(tmp_path):
    run(tmp_path, estimators={"m": LogisticRegression(C=2.0)})
    with pytest.raises(ResultsError, match=r"estimators\.m\.params\.C is 2\.0 there and 3\.0 here\. .*trust_parts"):
        run(tmp_path, estimators={"m": LogisticRegression(C=3.0)})
    with pytest.raises(ResultsError, match="random_state is 0 there and 1 here") as caught:
        run(tmp_path, estimators={"m": LogisticRegression(C=3.0)}, random_state=1, trust_parts=True)
    assert "trust_parts" not in str(caught.value)


def test_what_shows_nothing_is_refused_in_words_and_can_be_trusted(tmp_path):
    def part():
        return lambda x, numbers=(number for number in range(3)): x

    # Within code it is told by its class, since most of such things are no choice.
    run(tmp_path / "within", function=part())
    run(tmp_path / "within", function=part())
    given = {"estimators": {"m": make_pipeline(FunctionTransformer(Odd()), GaussianNB())}}
    run(tmp_path / "shown", **given)
    with pytest.raises(ResultsError, match=r"whether estimators\.m\..* is the same cannot be told.*trust_parts=True"):
        run(tmp_path / "shown", **given)
    run(tmp_path / "shown", trust_parts=True, **given)


class Odd:
    """Something that cannot be taken apart."""

    __slots__ = ("at",)

    def __reduce_ex__(self, protocol):
        raise TypeError("no")

    def __deepcopy__(self, memo):
        return self

    def __call__(self, x):
        return x


def test_a_folder_that_told_functions_by_name_is_resumed(tmp_path):
    """As an earlier version wrote it: it cannot tell the function from another of its name."""
    options = {"estimators": {"m": make_pipeline(FunctionTransformer(ways), GaussianNB())}, "strategies": {"s": Own()}}
    options["estimators"]["m"].steps[0][1].func = identity
    run(tmp_path, **options)
    path = tmp_path / "experiment.json"
    content = json.loads(path.read_bytes())
    del content["identity"]
    content["estimators"] = {label: describe_as_before(part) for label, part in options["estimators"].items()}
    asked = {label: describe_as_before(part) for label, part in options["strategies"].items()}
    content["strategies"] = {"random": content["strategies"]["random"]} | asked
    assert "code" not in json.dumps(content)
    path.write_text(json.dumps(content))
    resumed = run(tmp_path, **options)
    assert resumed.experiment == content
    assert Simulation.load(tmp_path).experiment == content
    with pytest.raises(ResultsError, match=r'func.* is ".*identity" there'):
        run(tmp_path, **options | {"function": np.abs})


class Own(MarginSampling):
    """A strategy of the user's own."""


def identity(x):
    return x
