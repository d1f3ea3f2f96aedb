"""One run against a loop written by hand."""

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression

from querist import Session
from querist.simulation.oracle import Oracle
from querist.simulation.parts import resolve_parts
from querist.simulation.problem import prepare_data
from querist.simulation.protocol import Protocol
from querist.simulation.run import RunKey, Stage, from_json, play, to_json
from querist.strategies import MarginSampling

X, CODES = make_classification(n_samples=80, n_features=4, random_state=0)
Y = np.array(["no", "yes"])[CODES]


def protocol(**changes):
    values = {
        "repeats": 2, "budget": 21, "batch_size": 4, "initial": 6, "initial_set": "random", "test_size": 0.25,
        "metrics": ("accuracy", "log_loss"), "duplicates": "ask_once", "warm_start": False, "random_state": 3,
        "name": "data",
    }  # fmt: skip
    return Protocol(**(values | changes))


def stage(X=X, y=Y, number=0, **changes):
    data = prepare_data(X, y, groups=None, X_test=None, y_test=None, ask_once=True)
    return Stage(data.problem, protocol(**changes), number)


PARTS = resolve_parts({"margin": MarginSampling()}, {"lr": LogisticRegression()}, "random", None)


def test_a_run_is_the_loop_written_by_hand():
    here = stage()
    run = play(here, RunKey("lr", "margin", 0), PARTS)
    rows = here.draws.pool
    session = Session(X[rows], estimator=LogisticRegression(), strategy="margin", random_state=here.draws.seed)
    asked = [int(np.flatnonzero(rows == row)[0]) for row in here.draws.initial]
    for item, wanted in zip(run.rounds, [4, 4, 4, 3, 0], strict=True):
        assert item.rows == rows[asked].tolist()
        session.tell(asked, Y[rows][asked])
        model = LogisticRegression().fit(X[rows][session.labelled], session.labels)
        assert item.n_labels == len(session.labelled)
        assert item.values[0] == model.score(X[here.draws.test], Y[here.draws.test])
        asked = session.ask(wanted) if wanted else asked
    assert run.rounds[-1].n_labels == 21


def test_rows_are_the_callers_distinct_and_outside_the_test_part():
    here = stage()
    for strategy in ("random", "margin"):
        run = play(here, RunKey("lr", strategy, 0), PARTS)
        rows = [row for item in run.rounds for row in item.rows]
        assert len(set(rows)) == len(rows) == 21
        assert not set(rows) & set(here.draws.test.tolist())
        assert run.rounds[0].rows == here.draws.initial.tolist()


def test_of_rows_with_equal_features_one_is_asked():
    double = np.concatenate([X, X])
    here = stage(double, np.concatenate([Y, Y]), budget=60)
    run = play(here, RunKey("lr", "margin", 0), PARTS)
    rows = np.array([row for item in run.rounds for row in item.rows])
    assert np.unique(rows % 80).size == 60


def test_the_full_data_value_is_the_fit_on_the_whole_training_part():
    double, labels = np.concatenate([X, X[:10]]), np.concatenate([Y, Y[:10]])
    here = stage(double, labels)
    (item,) = play(here, RunKey("lr", "(full data)", 0), PARTS).rounds
    rows = here.draws.training
    assert rows.size > here.draws.pool.size
    model = LogisticRegression().fit(double[rows], labels[rows])
    assert item.n_labels == rows.size
    assert item.values[0] == model.score(double[here.draws.test], labels[here.draws.test])


@pytest.mark.parametrize("initial", [0, 1])
def test_without_a_start_the_cold_start_asks_and_values_are_undefined(initial):
    labels = np.array(["no"] * 72 + ["yes"] * 8)
    here = stage(y=labels, initial=initial, batch_size=1)
    run = play(here, RunKey("lr", "margin", 0), PARTS)
    assert [item.n_labels for item in run.rounds] == list(range(1, 22))
    for place, item in enumerate(run.rounds):
        seen = labels[[row for earlier in run.rounds[: place + 1] for row in earlier.rows]]
        assert np.isnan(item.values).all() == (np.unique(seen).size < 2)


def test_a_failure_names_its_run():
    here = stage()
    parts = resolve_parts("margin", {"bad": LogisticRegression(C=-1.0)}, "random", None)
    with pytest.raises(ValueError, match="C") as caught:
        play(here, RunKey("bad", "margin", 0), parts)
    assert "estimator bad, strategy margin, repeat 0" in caught.value.__notes__[-1]


def test_a_run_survives_json():
    run = play(stage(initial=0, batch_size=1), RunKey("lr", "random", 0), PARTS)
    again = from_json(to_json(run))
    assert again.key == run.key
    assert again.seconds == run.seconds
    for one, other in zip(run.rounds, again.rounds, strict=True):
        assert one[:2] == other[:2]
        np.testing.assert_array_equal(one.values, other.values)


def test_an_oracle_counts_its_answers():
    oracle = Oracle(np.array(["a", "b", "c"]))
    assert oracle.ask(np.array([2, 0])).tolist() == ["c", "a"]
    assert oracle.n_answers == 2


WEIGHTS = np.random.default_rng(4).uniform(0.1, 9, 80)


def test_each_answer_is_told_with_its_weight_and_rows_are_counted():
    data = prepare_data(X, Y, groups=None, X_test=None, y_test=None, ask_once=True, sample_weight=WEIGHTS)
    here = Stage(data.problem, protocol(), 0)
    run = play(here, RunKey("lr", "margin", 0), PARTS)
    rows = [row for item in run.rounds for row in item.rows]
    model = LogisticRegression().fit(X[rows], Y[rows], sample_weight=WEIGHTS[rows])
    assert run.rounds[-1].values[0] == model.score(X[here.draws.test], Y[here.draws.test])
    full = play(here, RunKey("lr", "(full data)", 0), PARTS)
    rows = here.draws.training
    model = LogisticRegression().fit(X[rows], Y[rows], sample_weight=WEIGHTS[rows])
    assert full.rounds[0].values[0] == model.score(X[here.draws.test], Y[here.draws.test])


def test_weights_make_another_experiment_of_the_same_data():
    plain, weighted, other = (
        prepare_data(X, Y, groups=None, X_test=None, y_test=None, ask_once=True, sample_weight=weights)
        for weights in (None, WEIGHTS, WEIGHTS[::-1])
    )
    assert len({data.description["hash"] for data in (plain, weighted, other)}) == 3
    assert "all figures count rows" in " ".join(weighted.notes)
