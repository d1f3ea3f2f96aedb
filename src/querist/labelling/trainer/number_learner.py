"""One training where the answers are numbers: from numbers to a regressor and a ranking of all rows."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from sklearn.base import clone

from querist import _random
from querist._threads import single_thread
from querist._typing import FloatArray, IntArray, Model
from querist._validation import take_rows, unmarked_rows
from querist.labelling.log.board import Board
from querist.labelling.log.ranking import INITIAL
from querist.labelling.log.settings import Settings
from querist.labelling.trainer.learner import Clock, Learned, Learner, Lesson, lesson_of
from querist.learners.refit import unset_random_states
from querist.learners.wrapping import set_seeds
from querist.registry import make_regressor, parse_spec
from querist.session.parts import resolve_strategy

# Below so many numbers a model would say little more than their mean.
FEWEST_TO_TRAIN = 5


def number_lesson_of(board: Board, settings: Settings, batch_size: int = 10) -> Lesson:
    """Return what there is to learn from; the labels are the numbers."""
    lesson = lesson_of(board, settings, batch_size)
    numbers = board.numbers[lesson.rows]
    known = np.isfinite(numbers)
    return replace(lesson, rows=lesson.rows[known], labels=numbers[known])


class NumberLearner(Learner):
    """Trains regressors on one pool; see `Learner`."""

    def learn(self, lesson: Lesson) -> Learned:
        """Fit a regressor and rank the rows.

        Raises
        ------
        QueristError
            If a part is unknown or does not fit the data.
        Exception
            Whatever the regressor raises.
        """
        strategy = resolve_strategy(lesson.strategy)
        candidates = unmarked_rows(self.n_rows, lesson.rows, lesson.skipped, lesson.reserve, lesson.copies)
        if not _can_train(lesson):
            return Learned(self._initial_ranking(candidates), INITIAL, None)
        clock = Clock()
        fit = self.fitting(lesson.estimator)
        model = fit(lesson.rows, lesson.labels)
        clock.lap("fit")
        with single_thread():
            numbers = np.asarray(model.predict(self.X), np.float64).ravel()
        clock.lap("predict")
        # The model that asks does not know the answers of the audit's reserve.
        asking = lesson.asking
        asking_model = model if asking is lesson else fit(asking.rows, asking.labels) if _can_train(asking) else None
        nothing = self._initial_ranking(candidates)
        order, utility = nothing.order, nothing.utility
        if asking_model is not None:
            order, utility = self._ranked(strategy, asking, asking_model, candidates)
        clock.lap("rank")
        ranking = replace(nothing, order=order, utility=utility, number=numbers)
        return Learned(ranking, lesson.strategy, model, clock.laps)

    def fitting(self, estimator: str) -> Callable[[IntArray, FloatArray], Model]:
        """Return what fits this kind of regressor to some rows and their numbers."""
        name, params = parse_spec(estimator)
        unfitted = make_regressor(name, **params)
        unset = unset_random_states(unfitted)

        def fit(rows: IntArray, numbers: FloatArray) -> Model:
            model = clone(unfitted)
            set_seeds(model, unset, _random.derive_int(self.seed, "number model", rows.size))
            with single_thread():
                return model.fit(take_rows(self.X, rows), numbers)

        return fit


def _can_train(lesson: Lesson) -> bool:
    return lesson.rows.size >= FEWEST_TO_TRAIN
