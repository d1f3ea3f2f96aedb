"""What is noted beside a run, against a session that is driven and looked at by hand."""

from dataclasses import fields

import numpy as np
import pytest
from scipy.stats import entropy
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression

from querist import Session
from querist.audit.order import audit_numbers, audit_order
from querist.simulation.parts import resolve_parts
from querist.simulation.problem import prepare_data
from querist.simulation.protocol import Costs, Protocol
from querist.simulation.run import RunKey, Stage, from_json, play, to_json
from querist.simulation.watch import Stopped, checkpoints
from querist.stopping import Budget, Observation, Proposal, SettledPredictions, StoppingRule, stop_set

X, CODES = make_classification(n_samples=160, n_features=4, flip_y=0.2, random_state=0)
Y = np.array(["no", "yes"])[CODES]
PARTS = resolve_parts("margin", {"lr": LogisticRegression()}, "random", None)
KEY = RunKey("lr", "margin", 0)


class Recorder(StoppingRule):
    """Keeps what it is shown, and proposes at a number of labels."""

    shown: list[Observation] = []  # noqa: RUF012  # shared with its clones, which is the point

    def __init__(self, at=10_000):
        self.at = at

    @property
    def needs(self):
        return frozenset({"uncertainty", "confidence"})

    def update(self, observation):
        self.shown.append(observation)
        return Proposal(observation.n_labels >= self.at, f"{observation.n_labels} labels.")


@pytest.fixture
def recorder():
    Recorder.shown.clear()
    return Recorder


def stage(**changes):
    values = {
        "repeats": 1, "budget": 61, "batch_size": 4, "initial": 6, "initial_set": "random", "test_size": 0.25,
        "metrics": ("log_loss", "accuracy"), "duplicates": "ask_once", "warm_start": False, "random_state": 3,
        "name": "data", "audit": 0.3, "costs": Costs(2.0, 1.0, 100.0),
    }  # fmt: skip
    data = prepare_data(X, Y, groups=None, X_test=None, y_test=None, ask_once=True)
    return Stage(data.problem, Protocol(**(values | changes)), 0)


def by_hand(here, audit):
    """Drive a session as the protocol says; yield after each round the session and the draws that were scored."""
    rows, seed = here.draws.pool, here.draws.seed
    session = Session(X[rows], estimator=LogisticRegression(), strategy="margin", audit=audit, random_state=seed)
    order = audit_order(audit_numbers(seed, np.arange(rows.size))).tolist()
    asked, n_asked, at, hits = np.searchsorted(rows, here.draws.initial), 0, [], []
    counts = here.protocol.label_counts()
    for place, n_labels in enumerate(counts):
        if place:
            wanted = n_labels - counts[place - 1]
            free = [row for row in order if row not in set(session.labelled.tolist())]
            n_drawn = int((n_asked + wanted) * audit + 1e-9) - int(n_asked * audit + 1e-9)
            n_asked += wanted
            asked = session.ask(wanted)
            drawn = np.array(free[:n_drawn], int)
            assert set(free[:n_drawn]) <= set(asked.tolist())
            assert (session.reasons(asked).set_index("row")["how"] == "audit").sum() == n_drawn
            assert (session.reasons(drawn)["how"] == "audit").all()
            # The strategy's rows first, as they stand in the log.
            chosen = next(event.rows for event in session.events[-2:] if getattr(event, "how", "") == "strategy")
            asked = np.concatenate([chosen, drawn])
            model = LogisticRegression().fit(X[rows][session.labelled], session.labels)
            at += [len(session.labelled)] * n_drawn
            hits += [model.predict(X[rows][[row]])[0] == Y[rows][row] for row in drawn]
        session.tell(asked, Y[rows][asked])
        yield session, at, hits


def test_audited_figures_are_those_of_a_session_driven_by_hand():
    here = stage()
    run = play(here, KEY, PARTS)
    told = {audited.n_labels: audited for audited in run.audited}
    counts = here.protocol.label_counts()
    assert sorted(told) == [counts[place] for place in sorted(checkpoints(len(counts)))]
    for session, _, hits in by_hand(here, 0.3):
        n_labels = len(session.labelled)
        if n_labels not in told:
            continue
        audited = told[n_labels]
        model, running = session.accuracy(), session.running_accuracy()
        right = session.fit().score(X[here.draws.test], Y[here.draws.test])
        assert audited[1:3] == (right, here.draws.test.size)
        assert audited[3:8] == (model.value, model.low, model.high, model.n, model.method)
        assert audited[8:] == (running.value, running.low, running.high, len(hits))
        assert audited.running_accuracy == (np.mean(hits) if hits else None)
    values = [audited.model_accuracy for audited in run.audited]
    assert values[0] is None
    assert None not in values[-3:]


@pytest.mark.parametrize("audit", [0.0, 0.3])
def test_rules_are_shown_what_is_known_after_each_round(recorder, audit):
    here = stage(audit=audit, budget=30)
    play(here, KEY, PARTS.with_rules({"mine": recorder()}))
    rows = here.draws.pool
    watched = stop_set(here.draws.seed, rows.size)
    n_rounds = 0
    for shown, (session, at, hits) in zip(recorder.shown, by_hand(here, audit), strict=True):
        n_rounds += 1
        model = LogisticRegression().fit(X[rows][session.labelled], session.labels)
        left = np.delete(np.arange(rows.size), session.labelled)
        proba = model.predict_proba(X[rows][left])
        assert shown.n_labels == len(session.labelled)
        assert shown.predictions.tolist() == model.predict(X[rows][watched]).tolist()
        assert shown.uncertainty == pytest.approx(entropy(proba, axis=1, base=2).mean())
        assert shown.confidence == pytest.approx(proba.max(axis=1).mean())
        assert shown.cost == 2.0 * len(session.labelled)
        assert (shown.certified, shown.seconds) == (None, None)
        if audit:
            assert shown.audit_at.tolist() == at
            assert shown.audit_hits.tolist() == hits
            assert shown.audit_truth.size == len(hits)
            assert shown.classes.tolist() == sorted(set(session.labels.tolist()))
        else:
            assert (shown.audit_at, shown.audit_hits) == (None, None)
    assert n_rounds == len(here.protocol.label_counts())
    assert {field.name for field in fields(Observation)} == {
        *("n_labels", "predictions", "uncertainty", "confidence", "certified", "seconds", "cost", "classes"),
        *("audit_at", "audit_hits", "audit_truth"),
    }  # fmt: skip


def test_the_first_proposal_is_kept_and_nothing_is_shown_after_it(recorder):
    here = stage(audit=0.0, budget=30)
    rules = {"early": recorder(at=14), "never": Budget(labels=1000)}
    run = play(here, KEY, PARTS.with_rules(rules))
    assert run.stopped == [Stopped("early", 14, "14 labels."), Stopped("never", None, "")]
    assert [shown.n_labels for shown in recorder.shown] == [6, 10, 14]
    assert not run.audited


def test_a_rule_is_left_as_it_was_and_does_the_same_in_the_next_run():
    here = stage(audit=0.0)
    rule = SettledPredictions(threshold=0.2, window=20)
    before = vars(rule).copy()
    first, second = (play(here, KEY, PARTS.with_rules({"settled": rule})).stopped for _ in range(2))
    assert vars(rule) == before
    assert first == second
    assert first[0].n_labels is not None


def test_being_watched_changes_no_question_and_no_value(recorder):
    here = stage(audit=0.0)
    plain, watched = play(here, KEY, PARTS), play(here, KEY, PARTS.with_rules({"mine": recorder()}))
    assert watched.rounds == plain.rounds
    assert "watch" in watched.seconds
    assert "watch" not in plain.seconds


def test_without_a_model_there_is_nothing_to_see(recorder):
    here = stage(initial=0, batch_size=1, budget=20, audit=0.5)
    run = play(here, KEY, PARTS.with_rules({"mine": recorder()}))
    measured = [item.n_labels for item in run.rounds if not np.isnan(item.values[1])]
    assert len(measured) < len(run.rounds)
    assert [shown.n_labels for shown in recorder.shown] == measured
    assert {audited.n_labels for audited in run.audited} <= set(measured)


def test_when_all_rows_are_labelled_no_uncertainty_is_left(recorder):
    here = stage(audit=0.0, budget=120)
    run = play(here, KEY, PARTS.with_rules({"mine": recorder()}))
    assert run.rounds[-1].n_labels == here.draws.pool.size
    assert (recorder.shown[-1].uncertainty, recorder.shown[-1].confidence) == (None, None)


def test_the_full_data_value_is_not_watched(recorder):
    run = play(stage(), RunKey("lr", "(full data)", 0), PARTS.with_rules({"mine": recorder()}))
    assert (run.audited, run.stopped, recorder.shown) == ([], [], [])


def test_what_was_seen_survives_json(recorder):
    run = play(stage(), KEY, PARTS.with_rules({"mine": recorder(at=20), "never": recorder()}))
    again = from_json(to_json(run))
    assert (again.audited, again.stopped) == (run.audited, run.stopped)


@pytest.mark.parametrize("n_rounds", [1, 2, 12, 13, 14, 25, 181])
def test_there_are_twelve_moments_at_most_spread_evenly_the_last_among_them(n_rounds):
    found = sorted(checkpoints(n_rounds))
    assert len(found) == min(n_rounds, 12)
    assert found[-1] == n_rounds - 1
    gaps = np.diff(found)
    assert n_rounds <= 2 or gaps.max() - gaps.min() <= 1
