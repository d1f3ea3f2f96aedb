"""The state of a session: every step taken back one by one is the log replayed without it."""

import contextlib
import dataclasses

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import querist
from querist.exceptions import InvalidParameterError
from querist.session.events import Answered
from querist.session.state import State

X = np.random.default_rng(0).normal(size=(30, 2))
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["ask", "tell", "weigh", "volunteer", "change", "reweigh", "skip", "release", "flag", "undo", "undo"]
        ),
        st.integers(0, 2**16),
    ),
    min_size=6,
    max_size=30,
)
LABELS = ["a", "bb", "cccc", "dddddddd"]


def take(session, step, number):
    """Take a step; `number` says with which rows and labels."""
    labels = [LABELS[number % 4], LABELS[number // 4 % 4]]
    weight = 0.5 + number % 7
    outstanding, unanswered, labelled = session.outstanding[:2], session.unanswered, session.labelled
    volunteers = np.roll(unanswered, number)[:2]
    answered = np.roll(labelled, number)[:2]
    if step == "ask":
        session.ask(1 + number % 3)
    elif step in ("tell", "weigh"):
        weights = weight if step == "weigh" else None
        session.tell(outstanding, labels[: outstanding.size], sample_weight=weights)
    elif step == "volunteer":
        session.tell(volunteers, labels)
    elif step in ("change", "reweigh"):
        weights = weight if step == "reweigh" else None
        session.change(answered, labels[: answered.size], sample_weight=weights)
    elif step == "skip":
        session.skip(np.setdiff1d(volunteers, session.skipped))
    elif step == "release":
        session.release()
    elif step == "flag":
        session.flag([number % 30], f"note {number}")
    else:
        session.undo(1 + number % 3)


def told(state):
    """Return all that a state says, types included."""
    answers = state.answers
    weights = answers.weights
    return {
        "status": state.status.tolist(),
        "rows": answers.rows.tolist(),
        "labels": (answers.labels.dtype, answers.labels.tolist()),
        "weights": None if weights is None else weights.tolist(),
        "features": np.asarray(answers.features()).tolist(),
        "classes": (state.classes, state.counts, state.declared),
        "asked": (state.n_asks, state.n_asked),
        "flags": list(state.flags.items()),
        "steps": state.n_steps,
    }


@given(STEPS, st.booleans())
@example([("volunteer", 3), ("undo", 0), ("volunteer", 9)], True)
@example([("volunteer", 3), ("change", 9), ("undo", 0)], True)
@settings(max_examples=150, deadline=None)
def test_after_any_steps_the_state_is_that_of_the_log_replayed(steps, looked_at):
    session = querist.Session(X, estimator="naive_bayes", strategy="random", random_state=1)
    handed_out = []
    for step, number in steps:
        with contextlib.suppress(InvalidParameterError, querist.exceptions.PoolExhaustedError):
            take(session, step, number)
        if looked_at:
            answers = session._journal.state.answers
            views = [answers.rows, answers.labels, answers.features()]
            handed_out.append((views, [view.copy() for view in views]))
    replayed = State(X)
    replayed.replay(session.events)
    assert told(session._journal.state) == told(replayed)
    # A fitted model may hold what it was trained on.
    for views, copies in handed_out:
        for view, copy in zip(views, copies, strict=True):
            np.testing.assert_array_equal(view, copy)


@given(STEPS, st.booleans())
@example([("volunteer", 3), ("volunteer", 9), ("weigh", 1), ("release", 0), ("skip", 4)] * 3, False)
@settings(max_examples=150, deadline=None)
def test_many_events_replayed_together_are_what_they_are_one_by_one(steps, mixed):
    """Also how each step is taken back; also with the mixtures of labels that earlier versions took."""
    session = querist.Session(X, estimator="naive_bayes", strategy="random", random_state=1)
    for step, number in steps:
        with contextlib.suppress(InvalidParameterError, querist.exceptions.PoolExhaustedError):
            take(session, step, number)
    log = list(session.events)
    if mixed:
        places = [place for place, event in enumerate(log) if isinstance(event, Answered)][::2]
        for place in places:
            labels = np.arange(log[place].rows.size)
            log[place] = dataclasses.replace(log[place], labels=labels if place % 4 else labels > 0)
    one_by_one, together = State(X), State(X)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("querist.session.state._FEW_EVENTS", 10**9)
        one_by_one.replay(log)
        patch.setattr("querist.session.state._FEW_EVENTS", 1)
        together.replay(log)
    assert told(together) == told(one_by_one)
    while one_by_one.n_steps:
        assert together.take_back() is one_by_one.take_back()
        assert told(together) == told(one_by_one)


def test_what_was_taken_back_is_told_the_latest_first():
    session = querist.Session(X, random_state=0)
    session.tell([3, 4], ["a", "b"])
    session.change(3, "b")
    session.flag(4, "odd")
    assert [event.kind for event in session.undo(2)] == ["flagged", "changed"]
    assert session.labels.tolist() == ["a", "b"]
    assert session.flagged == {}
