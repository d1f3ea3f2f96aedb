"""A training where the answers are numbers, and the figures that are told of it."""

import json

import numpy as np
import pytest
from example_numbers import ASKED, N_ROWS, make_number_project, truth

from querist.audit import AuditPrefix, regression_assess
from querist.labelling.log.audit_answers import audit_moment
from querist.labelling.log.board import Board
from querist.labelling.log.ranking import INITIAL
from querist.labelling.log.settings import Settings
from querist.labelling.trainer.figures import in_short
from querist.labelling.trainer.learner import Lesson
from querist.labelling.trainer.number_figures import number_figuring
from querist.labelling.trainer.number_learner import FEWEST_TO_TRAIN, NumberLearner, number_lesson_of
from querist.store.store import Store

X = np.arange(float(N_ROWS))[:, None] / N_ROWS
SETTINGS = Settings("table", number="weight", unit="kg", estimator="ridge", lowest=0.0, highest=100.0)


def lesson(rows, **more):
    rows = np.array(rows)
    given = {"skipped": np.empty(0, np.int64), "estimator": "ridge", "strategy": "igs"} | more
    return Lesson(rows=rows, labels=np.array([truth(row) for row in rows.tolist()]), **given)


def test_a_regressor_predicts_numbers_and_asks_about_all_others():
    learned = NumberLearner(X, seed=1).learn(lesson([0, 10, 20, 30, 40, 59]))
    ranking = learned.ranking
    assert np.abs(ranking.number - [truth(row) for row in range(N_ROWS)]).max() < 1
    assert (ranking.prediction == -1).all()
    assert np.isnan(ranking.confidence).all()
    assert sorted(ranking.order.tolist()) == [row for row in range(N_ROWS) if row not in (0, 10, 20, 30, 40, 59)]
    again = NumberLearner(X, seed=1).learn(lesson([0, 10, 20, 30, 40, 59])).ranking
    assert again.to_bytes() == ranking.to_bytes()


def test_too_few_numbers_train_nothing():
    learned = NumberLearner(X, seed=1).learn(lesson(range(FEWEST_TO_TRAIN - 1)))
    assert (learned.model, learned.strategy, learned.ranking.number) == (None, INITIAL, None)


@pytest.mark.parametrize("strategy", ["igs", "committee_variance", "k_center", "random"])
def test_the_reserve_is_predicted_and_neither_asked_nor_known_to_the_model_that_asks(strategy):
    reserve = np.array([5, 6, 7, 8])
    made = lesson([0, 10, 20, 30, 40, 59, 5], reserve=reserve, strategy=strategy, estimator="random_forest_regressor")
    learner = NumberLearner(X, seed=1)
    ranking = learner.learn(made).ranking
    assert not set(ranking.order.tolist()) & {5, 6, 7, 8}
    # Another answer in the reserve changes the model, and not what is asked.
    other = Lesson(**{**vars(made), "labels": np.where(made.rows == 5, 99.0, made.labels)})
    changed = learner.learn(other).ranking
    assert np.array_equal(changed.order, ranking.order)
    assert not np.array_equal(changed.number, ranking.number)


def test_the_figures_are_those_of_the_audit_sample_in_the_unit_of_the_number(tmp_path):
    with Store.open(make_number_project(tmp_path, n_given=30), read_only=True) as store:
        board = Board.of(store.events())
    order = np.arange(N_ROWS)
    taken = audit_moment(board, order)
    learner, made = NumberLearner(X, seed=1), number_lesson_of(board, SETTINGS)
    assert made.labels.tolist() == [truth(row) for row in range(30)]
    # Not a straight line, so that there are errors.
    noise = np.random.default_rng(0).normal(0, 3, N_ROWS)
    made = Lesson(**{**vars(made), "labels": made.labels + noise[made.rows]})
    taken.numbers.update({row: number + noise[row] for row, number in taken.numbers.items()})
    steps = number_figuring(taken, X, made, learner, SETTINGS)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            figures = end.value
            break
    expected = regression_assess(
        learner.fitting("ridge"),
        X,
        made.rows,
        made.labels,
        prefix=AuditPrefix(np.arange(30), np.empty(0, np.int64)),
        truth=np.array([taken.numbers[row] for row in range(30)]),
    )
    told = figures.accuracy
    assert told.value == pytest.approx(expected.rmse.value, rel=1e-5)
    assert (told.low, told.high) == pytest.approx((expected.rmse.low, expected.rmse.high), rel=1e-5)
    between = f"(95% interval {told.low:.3g} to {told.high:.3g})"
    assert told.text.startswith(f"typical error (RMSE) {told.value:.3g} kg {between}, from 30 random rows.")
    # Nothing was set aside: the model that asks had learned from these answers.
    assert "approximate" in told.note
    assert [each.quantity.split()[0] for each in figures.headline] == ["mean", "mean", "share"]
    assert f"{ASKED.unit}" not in figures.headline[2].text.split()
    # What the log keeps of it is JSON.
    assert json.loads(json.dumps(in_short(figures).to_data()))["accuracy"]["value"] == told.value
