"""Each rule against its formula, and the laws that all of them keep."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.metrics import cohen_kappa_score

from querist import registry
from querist.exceptions import InvalidParameterError, UnknownNameError
from querist.stopping import (
    Budget,
    CertificateReached,
    ClassificationChange,
    CostLimit,
    MinimumExpectedError,
    Observation,
    OverallUncertainty,
    PerformanceSlope,
    Proposal,
    SettledPredictions,
    StabilisingPredictions,
    StoppingRule,
    TimeLimit,
    all_of,
    any_of,
    cohen_kappa,
    default_rule,
)

NAMES = [name for name in registry.part_names("stopping") if name not in ("all", "any")]


def rounds(seed, n=8, rows=30):
    """Return observations of a made-up run in which less and less changes."""
    rng = np.random.default_rng(seed)
    predictions = rng.integers(0, 3, rows)
    found = []
    for number in range(n):
        predictions = predictions.copy()
        changed = rng.random(rows) < 0.5 ** (number + rng.integers(0, 2))
        predictions[changed] = rng.integers(0, 3, changed.sum())
        audited = 8 * (number + 1)
        found.append(
            Observation(
                n_labels=50 * (number + 1),
                predictions=predictions,
                uncertainty=0.5 ** (number + 1),
                confidence=1 - 0.4 ** (number + 1),
                audit_at=np.repeat(50 * np.arange(number + 1) + 20, 8),
                audit_hits=(np.arange(audited) % 9 > 0).astype(float),
                audit_truth=np.arange(audited) % 2,
                classes=np.arange(2),
                certified=None if number < 4 else 0.88 + 0.01 * number,
                seconds=600.0 * number,
                cost=20.0 * number,
            )
        )
    return found


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40))
def test_kappa_is_cohens(pairs):
    one, other = np.array(pairs).T
    if np.unique(np.concatenate([one, other])).size == 1:
        assert np.isnan(cohen_kappa(one, other))
        return
    assert cohen_kappa(one, other) == pytest.approx(cohen_kappa_score(one, other), abs=1e-12)
    assert cohen_kappa(one, other) == cohen_kappa(other, one)
    if np.unique(one).size > 1:
        assert cohen_kappa(one, one) == 1


def test_kappa_by_hand():
    # 8 of 10 agree; both say "a" 7 and 7 times: chance agreement 0.49 + 0.09.
    one = np.array(list("aaaaaaabbb"))
    other = np.array(list("aaaaaabbba"))
    assert cohen_kappa(one, other) == pytest.approx((0.8 - 0.58) / (1 - 0.58))


def test_stabilising_predictions_wants_the_mean_of_three_agreements():
    run = rounds(0)
    rule = StabilisingPredictions(threshold=0.9)
    proposals = [rule.update(observation) for observation in run]
    kappas = [cohen_kappa(after.predictions, before.predictions) for before, after in itertools.pairwise(run)]
    assert [proposal.value for proposal in proposals[:3]] == [None] * 3
    for number, proposal in enumerate(proposals[3:]):
        mean = np.mean(kappas[number : number + 3])
        assert proposal.value == pytest.approx(mean)
        assert proposal.stop == (mean >= 0.9)
    assert any(proposal.stop for proposal in proposals)
    assert not all(proposal.stop for proposal in proposals[3:])


def test_one_unstable_round_among_three_is_enough_to_go_on():
    still, other = np.arange(100) % 2, (np.arange(100) + 1) % 2
    rule = StabilisingPredictions()
    found = [rule.update(Observation(n, predictions=p)).stop for n, p in enumerate([still] * 4 + [other] + [still])]
    assert found == [False] * 3 + [True, False, False]


def test_models_that_know_one_class_only_have_not_settled():
    rule, one, two = StabilisingPredictions(rounds=2), np.zeros(10, int), np.arange(10) % 2
    found = [rule.update(Observation(n, predictions=p)) for n, p in enumerate([one] * 5 + [two] * 4)]
    assert [each.stop for each in found] == [False] * 7 + [True] * 2
    assert "of one class" in found[4].reason


def test_classification_change_counts_rows():
    rule = ClassificationChange()
    before, after = np.zeros(50, int), np.zeros(50, int)
    after[0] = 1
    assert not rule.update(Observation(10, predictions=before)).stop
    assert rule.update(Observation(20, predictions=before)).stop
    assert rule.update(Observation(30, predictions=after)) == Proposal(
        False, "The last round changed 2.0% of the predictions.", 0.02
    )
    tolerant = ClassificationChange(threshold=0.02)
    tolerant.update(Observation(20, predictions=before))
    assert tolerant.update(Observation(30, predictions=after)).stop


@pytest.mark.parametrize("batch", [1, 10, 37, 250])
def test_settled_predictions_do_not_hang_on_the_batch_size(batch):
    rule = SettledPredictions(threshold=0.1, window=100)
    rows = np.arange(400)
    for n_labels in range(0, 1000, batch):
        # One prediction of 400 changes with each label, the last at 400.
        proposal = rule.update(Observation(n_labels, predictions=(rows < min(n_labels, 400)).astype(int)))
        if proposal.value is None:
            assert n_labels < max(100, batch)
            continue
        older = max(n for n in range(0, n_labels, batch) if n <= n_labels - 100)
        changed = min(n_labels, 400) - min(older, 400)
        assert proposal.value == pytest.approx(changed / 400)
        assert proposal.stop == (changed <= 40)


def test_a_stop_set_must_stay():
    rule = StabilisingPredictions()
    rule.update(Observation(10, predictions=np.zeros(5)))
    with pytest.raises(InvalidParameterError, match="6 rows, and 5 in the round before"):
        rule.update(Observation(20, predictions=np.zeros(6)))


@pytest.mark.parametrize(
    ("rule", "name", "values"),
    [
        (OverallUncertainty(threshold=0.05), "uncertainty", [(0.051, False), (0.05, True)]),
        (MinimumExpectedError(threshold=0.05), "confidence", [(0.94, False), (0.9501, True)]),
        (CertificateReached(target=0.9), "certified", [(0.899, False), (0.9, True)]),
        (TimeLimit(seconds=60), "seconds", [(59.0, False), (60.0, True)]),
        (CostLimit(limit=5), "cost", [(4.9, False), (5.0, True)]),
        (Budget(labels=100), "n_labels", [(99, False), (100, True)]),
    ],
)
def test_thresholds(rule, name, values):
    for value, stop in values:
        assert rule.update(Observation(**({"n_labels": 1} | {name: value}))).stop is stop


@given(st.lists(st.lists(st.booleans(), min_size=2, max_size=2), min_size=1, max_size=6))
def test_all_and_any_are_and_and_or(wanted):
    one, other = Budget(labels=1), TimeLimit(seconds=1)
    for first, second in wanted:
        observation = Observation(int(first), seconds=float(second))
        assert all_of(one, other).update(observation).stop == (first and second)
        assert any_of(one, other).update(observation).stop == (first or second)
        assert all_of(one, any_of(one, other)).update(observation).stop == first


def test_combined_rules_show_every_round_to_every_rule():
    run = rounds(1)
    alone = StabilisingPredictions(threshold=0.9)
    # The budget lets the combination speak from the last round on only; the other must have watched.
    together = all_of(Budget(labels=run[-1].n_labels), StabilisingPredictions(threshold=0.9))
    expected = [alone.update(observation).stop for observation in run]
    found = [together.update(observation).stop for observation in run]
    assert found == [False] * (len(run) - 1) + [expected[-1]]
    assert expected[-1]


def test_the_reason_names_what_stands_against_it():
    proposal = all_of(Budget(labels=10), TimeLimit(seconds=60)).update(Observation(10, seconds=30.0))
    assert proposal.reason == "30 of 60 seconds used."
    with pytest.raises(InvalidParameterError, match="needs one or more stopping rules"):
        all_of().update(Observation(1))


@pytest.mark.parametrize("name", NAMES)
def test_rules_can_be_reset_cloned_and_replayed(name):
    rule = registry.make_stopping_rule(name)
    assert isinstance(rule, StoppingRule)
    run = rounds(2)
    first = [rule.update(observation) for observation in run]
    rule.reset()
    assert [rule.update(observation) for observation in run] == first
    fresh = clone(rule)
    assert [fresh.update(observation) for observation in run] == first
    assert all(isinstance(proposal.reason, str) and proposal.reason.endswith(".") for proposal in first)


@pytest.mark.parametrize("name", NAMES)
def test_what_was_not_measured_never_stops(name):
    rule = registry.make_stopping_rule(name)
    for n_labels in (1, 2, 3, 4, 200):
        assert not rule.update(Observation(n_labels)).stop


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_leaves_its_observations_alone(name):
    rule = registry.make_stopping_rule(name)
    for observation in rounds(3):
        for array in (observation.predictions, observation.audit_at, observation.audit_hits):
            array.flags.writeable = False
        rule.update(observation)


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        (StabilisingPredictions(threshold=1.5), "threshold"),
        (StabilisingPredictions(rounds=0), "rounds"),
        (SettledPredictions(window=0), "window"),
        (PerformanceSlope(gain=0.0), "gain"),
        (CertificateReached(target=0), "target"),
        (Budget(labels=0), "labels"),
    ],
)
def test_wrong_parameters_are_told(rule, wrong):
    with pytest.raises(InvalidParameterError, match=wrong):
        rule.update(rounds(0)[-1])


def test_rules_from_text():
    make = registry.make_stopping_rule
    assert repr(make("budget:labels=30")) == repr(Budget(labels=30))
    rule = make("any( budget:labels=300 ,all(stabilising_predictions:threshold=0.98,rounds=4, performance_slope))")
    assert [type(part).__name__ for part in rule.rules] == ["Budget", "AllOf"]
    inner = rule.rules[1].rules
    assert (inner[0].threshold, inner[0].rounds) == (0.98, 4)
    assert isinstance(inner[1], PerformanceSlope)
    assert repr(make("default:n_future=1000")) == repr(default_rule(n_future=1000))


@pytest.mark.parametrize(
    "text", ["some(budget)", "all(budget", "all(budget)x", "budget:lables=3", "all", "all(budget,)"]
)
def test_texts_that_are_no_rule(text):
    with pytest.raises((InvalidParameterError, UnknownNameError)):
        registry.make_stopping_rule(text)
