"""The stopping rules of an experiment: what they are called, what they are told, which are refused."""

import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from querist.exceptions import InvalidParameterError, UnknownNameError
from querist.simulation.protocol import Costs
from querist.simulation.rules import resolve_rules
from querist.stopping import AnyOf, Budget, SettledPredictions, StoppingRule, default_rule

COSTS = Costs(2, 5, 4_000)


def resolved(stop, *, audit=0.2, estimator=None):
    return resolve_rules(stop, COSTS, audit=audit, estimators={"lr": estimator or LogisticRegression()})


@pytest.mark.parametrize(
    ("given", "labels"),
    [
        (None, []),
        ("default", ["default"]),
        ("budget:labels=300", ["budget:labels=300"]),
        ("default, budget:labels=9", ["default", "budget:labels=9"]),
        (["default", "any(default, budget:labels=300)"], ["default", "any(default, budget:labels=300)"]),
        (Budget(labels=7), ["Budget(labels=7)"]),
        ([Budget(labels=7), "default"], ["Budget(labels=7)", "default"]),
        ({"mine": "default", "hers": Budget()}, ["mine", "hers"]),
    ],
)
def test_each_rule_has_a_label(given, labels):
    rules = resolved(given)
    assert list(rules) == labels
    assert all(isinstance(rule, StoppingRule) for rule in rules.values())


def test_parameters_stay_with_the_rule_before_them():
    text = "settled_predictions:threshold=0.1,window=50, default"
    assert list(resolved(text)) == ["settled_predictions:threshold=0.1,window=50", "default"]


def test_objects_are_used_as_they_are():
    rule = Budget(labels=7)
    assert resolved({"mine": rule})["mine"] is rule


def test_rules_that_take_costs_are_told_them_also_inside_others():
    told = default_rule(label_cost=2, error_cost=5, n_future=4_000)
    rules = resolved(["default", "any(default, budget:labels=9)"])
    assert repr(rules["default"]) == repr(told)
    assert repr(rules["any(default, budget:labels=9)"]) == repr(AnyOf([told, Budget(labels=9)]))


def test_what_a_rule_sets_itself_stays():
    assert repr(resolved("default:n_future=50000")["default:n_future=50000"]) == repr(
        default_rule(label_cost=2, error_cost=5, n_future=50_000)
    )


@pytest.mark.parametrize(
    ("stop", "words"),
    [
        ("certificate_reached", ["'certificate_reached'", "waits for a certificate", "simulation makes none"]),
        ("any(default, certificate_reached)", ["waits for a certificate"]),
        ("time", ["'time'", "clock", "cost:limit="]),
        ("all(time, budget)", ["clock"]),
        ("budget:labels=-3", ["'budget:labels=-3'", "labels must be in (0", "-3"]),
        ("settled_predictions:window=x", ["'settled_predictions:window=x'", "window", "'x'"]),
        ("performance_slope:minimum=x", ["'performance_slope:minimum=x'"]),
        ("budget:labls=3", ["no parameter 'labls'", "It has: labels"]),
        ("default:n_future=0", ["n_future"]),
        ("any", ["write any(RULE, RULE)"]),
        ("any(default", ["expected NAME, all(NAME, ...) or any(NAME, ...)"]),
        (["default", "default"], ["two of the label 'default'"]),
        ({"(whole budget)": "default"}, ["'(whole budget)'", "kept for runs that nothing stops"]),
        ([], ["at least one"]),
        (3, ["names of stopping rules or StoppingRule objects", "3"]),
        (Budget, ["names of stopping rules or StoppingRule objects"]),
        ({"mine": AnyOf([])}, ["'mine'", "one or more stopping rules"]),
    ],
)
def test_rules_that_cannot_be_used_are_refused(stop, words):
    with pytest.raises(InvalidParameterError) as caught:
        resolved(stop)
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_unknown_names_are_told():
    with pytest.raises(UnknownNameError, match="Did you mean 'default'"):
        resolved("defalt")


@pytest.mark.parametrize("stop", ["default", "performance_slope", "any(budget, default)"])
def test_rules_that_rest_on_audited_answers_need_an_audit(stop):
    assert list(resolved(stop)) == [stop]
    with pytest.raises(InvalidParameterError, match=r"would never propose to stop.*audit=0\.2 \(--audit 0\.2\)"):
        resolved(stop, audit=0.0)


@pytest.mark.parametrize("stop", ["overall_uncertainty", "minimum_expected_error", "all(budget, overall_uncertainty)"])
def test_rules_on_probabilities_need_a_classifier_that_has_them(stop):
    assert list(resolved(stop, audit=0.0)) == [stop]
    with pytest.raises(InvalidParameterError, match="needs predict_proba, which estimator 'lr' does not have"):
        resolved(stop, audit=0.0, estimator=LinearSVC())


def test_other_rules_take_any_classifier_and_no_audit():
    stop = ["stabilising_predictions", "settled_predictions", "classification_change", "budget", "cost:limit=9"]
    assert list(resolved(stop, audit=0.0, estimator=LinearSVC())) == stop


def test_checking_a_rule_shows_it_nothing():
    rule = SettledPredictions()
    before = vars(rule).copy()
    resolved({"mine": rule})
    assert vars(rule) == before


@pytest.mark.parametrize("changes", [{"label_cost": 0}, {"error_cost": -1.0}, {"n_future": float("inf")}])
def test_costs_are_above_nothing_and_finite(changes):
    (name,) = changes
    with pytest.raises(InvalidParameterError, match=name):
        Costs(**({"label_cost": 1, "error_cost": 1, "n_future": 1} | changes))
