"""The rule that counts classes, where accuracy counts rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from querist import Session
from querist.stopping import EveryClassFound, Observation
from querist.stopping.advice import advise


def seen(truth, hits, classes=None):
    truth = np.array(truth, object)
    classes = sorted(set(truth.tolist())) if classes is None else classes
    return Observation(
        500,
        audit_at=np.full(truth.size, 400),
        audit_hits=np.array(hits, float),
        audit_truth=truth,
        classes=np.array(classes, object),
    )


def test_by_hand():
    rule = EveryClassFound()
    ham = (["ham"] * 90, [1] * 90)
    few = rule.update(seen(ham[0] + ["spam"] * 6, ham[1] + [0, 1, 0, 0, 0, 0]))
    assert not few.stop
    assert few.reason == (
        "Too few random rows of 'spam' predicted before their answer: 6 of the 10 that each class needs."
    )
    missed = rule.update(seen(ham[0] + ["spam"] * 12, ham[1] + [1, 1, 1] + [0] * 9))
    assert (missed.stop, missed.value) == (False, 0.25)
    assert missed.reason == "Of the last 12 random rows of 'spam' the model found 3."
    assert rule.update(seen(ham[0] + ["spam"] * 12, ham[1] + [0] * 4 + [1] * 8)).stop


def test_what_early_models_missed_is_forgotten_and_a_class_without_answers_is_not():
    rule = EveryClassFound(recent=10)
    assert rule.update(seen(["a"] * 10 + ["b"] * 40, [1] * 10 + [0] * 30 + [1] * 10)).stop
    unseen = rule.update(seen(["a"] * 10 + ["b"] * 40, [1] * 50, ["a", "b", "c"]))
    assert not unseen.stop
    assert "'c'" in unseen.reason


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=80))
def test_it_stops_where_each_class_has_enough_and_most_of_the_last_are_right(drawn):
    truth, hits = np.array([label for label, _ in drawn]), np.array([hit for _, hit in drawn], float)
    fine = [
        (truth == label).sum() >= 10 and hits[truth == label][-20:].mean() >= 0.5 for label in np.unique(truth).tolist()
    ]
    assert EveryClassFound().update(seen(truth, hits)).stop == all(fine)


def test_the_advice_never_says_stop_while_a_rare_class_is_missed():
    truth = np.array(["ham"] * 190 + ["spam"] * 10, object)
    hits = (truth == "ham").astype(float)
    still = np.zeros(500)
    args = (800, still, (700, still), np.linspace(20, 790, 200).astype(int), hits)
    classes = np.array(["ham", "spam"], object)
    advice = advise(*args, audit_truth=truth, classes=classes)
    assert str(advice).startswith("Go on. Of the last 10 random rows of 'spam' the model found 0.")
    found = advise(*args[:4], np.ones(200), audit_truth=truth, classes=classes)
    assert found.proposal.stop


@pytest.mark.parametrize("labels", [["ham", "a much longer name of spam"], [0, 1]])
def test_a_session_advises_to_go_on_while_a_class_has_few_random_rows(labels):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(400, 3))
    rare = X[:, 0] > 1.9
    session = Session(X, estimator=LogisticRegression(), classes=labels, audit=0.5, random_state=3)
    for _ in range(6):
        rows = session.ask(30)
        session.tell(rows, [labels[int(each)] for each in rare[rows]])
    advice = session.advice(n_future=100)
    assert not advice.proposal.stop
    assert f"{labels[1]!r}" in advice.proposal.reason
