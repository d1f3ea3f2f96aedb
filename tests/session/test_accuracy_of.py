"""The accuracy of a model from elsewhere, from the draws that a session logs."""

import numpy as np
import pytest
from sklearn.datasets import make_classification

import querist
from querist.audit.weighted import drawn_accuracy, lure
from querist.candidates import RandomSubsample
from querist.exceptions import InvalidParameterError
from querist.registry import make_strategy

X, TRUTH = make_classification(400, 6, n_informative=4, flip_y=0.1, random_state=0)
OLD = np.where(np.random.default_rng(1).random(400) < 0.2, 1 - TRUTH, TRUTH)


def drawn(strategy="power", *, rounds=8, audit="measure:share=0.25", before=(), X=X, truth=TRUTH, seed=0):
    session = querist.Session(X, strategy=strategy, audit=audit, random_state=seed)
    session.tell(list(before), truth[list(before)])
    for _ in range(rounds):
        rows = session.ask(10)
        session.tell(rows, truth[rows])
    return session


@pytest.mark.parametrize("strategy", ["random", "power:beta=0.5", "entropy:selection=power"])
def test_it_is_the_estimator_on_the_logged_draws(strategy):
    session = drawn(strategy, before=range(5))
    asked = [event for event in session.events if event.kind == "asked"]
    rows = np.concatenate([event.rows for event in asked])
    assert np.unique(rows).size == rows.size == 80
    q = np.concatenate([event.probabilities for event in asked])
    correct = (OLD[rows] == TRUTH[rows]).astype(float)
    found = session.accuracy_of(OLD)
    assert found == drawn_accuracy(correct, q, 395)
    assert found.value == pytest.approx(1 - lure(1 - correct, q, 395).value)
    assert found.low < (OLD == TRUTH).mean() < found.high


@pytest.mark.parametrize("n_sessions", [150, pytest.param(1000, marks=pytest.mark.proof)])
def test_it_is_unbiased_over_sessions_on_eight_rows(n_sessions):
    # The whole way: what a session draws and what it logs. Only the seed differs.
    X = np.array([[-2.0], [-1], [-0.5], [-0.1], [0.1], [0.5], [1], [2]])
    truth = np.array([0, 0, 0, 1, 0, 1, 1, 1])
    losses = np.array([1.0, 0, 0, 1, 0, 0, 0, 0])
    values = []
    for seed in range(n_sessions):
        session = querist.Session(X, strategy="power:beta=2", random_state=seed)
        session.tell([0, 7], truth[[0, 7]])
        for _ in range(2):
            rows = session.ask(2)
            session.tell(rows, truth[rows])
        asked = [event for event in session.events if event.kind == "asked"]
        rows, q = (np.concatenate([getattr(event, name) for event in asked]) for name in ("rows", "probabilities"))
        values.append(lure(losses[rows], q, 6).value)
    assert np.std(values) > 0.05
    assert np.mean(values) == pytest.approx(losses[1:7].mean(), abs=4 * np.std(values) / np.sqrt(n_sessions))


def test_open_draws_wait_and_skipped_ones_count_both_ways():
    session = drawn()
    plain = session.accuracy_of(OLD)
    rows = session.ask(10)
    assert session.accuracy_of(OLD) == plain
    session.skip(rows)
    wide = session.accuracy_of(OLD)
    assert wide.n == plain.n
    assert wide.high - wide.low > plain.high - plain.low


def test_too_few_draws_say_so():
    assert drawn(rounds=0).accuracy_of(OLD).value is None
    assert "Needs 10 draws" in str(drawn(rounds=0).accuracy_of(OLD))


def test_what_was_not_drawn_cannot_be_weighed():
    with pytest.raises(InvalidParameterError, match="is not known"):
        drawn("margin").accuracy_of(OLD)
    with pytest.raises(InvalidParameterError, match="50 could have been"):
        drawn(make_strategy("power", candidates=RandomSubsample(50)), audit=0.0).accuracy_of(OLD)
    session = drawn(rounds=3)
    free = np.setdiff1d(session.unanswered, session.outstanding)[:1]
    session.tell(free, TRUTH[free])
    rows = session.ask(5)
    session.tell(rows, TRUTH[rows])
    with pytest.raises(InvalidParameterError, match="told or skipped unasked"):
        session.accuracy_of(OLD)


def test_draws_that_were_put_back_have_no_probability_any_more():
    session = drawn("random", rounds=2, audit="measure:share=1")
    session.ask(10)
    session.release()
    rows = session.ask(10)
    assert session.events[-1].probabilities is None
    session.tell(rows, TRUTH[rows])
    with pytest.raises(InvalidParameterError, match="audit asked for row"):
        session.accuracy_of(OLD)


def test_predictions_that_no_answer_could_equal_are_refused():
    session = drawn(rounds=2)
    with pytest.raises(
        InvalidParameterError, match=r"predicted\[0\] is '.', of type str, and the answers are of type int"
    ):
        session.accuracy_of(OLD.astype(str))
    assert session.accuracy_of(OLD.astype(float)) == session.accuracy_of(OLD)
    with pytest.raises(InvalidParameterError, match=r"predicted\[3\] is missing"):
        session.accuracy_of([*OLD[:3].tolist(), None, *OLD[4:].tolist()])
