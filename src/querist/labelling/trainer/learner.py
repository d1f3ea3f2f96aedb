"""One training: from labels to a model and a ranking of all rows."""

import time
import warnings
from dataclasses import dataclass, field, replace

import numpy as np

from querist import _random
from querist._typing import AnyArray, FloatArray, IntArray, Label, Model, Pool
from querist._validation import unmarked_rows
from querist.base.adapted import adapted, over_classes
from querist.base.strategy import QueryStrategy
from querist.exceptions import ModelWaitsWarning, NotEnoughLabelsError
from querist.labelling.log.board import Board
from querist.labelling.log.ranking import INITIAL, Ranking
from querist.labelling.log.settings import Settings
from querist.labelling.trainer.first_questions import in_turn, initial_order
from querist.learners.refit import Refitter
from querist.session import Session
from querist.session.parts import resolve_estimator, resolve_strategy


@dataclass(frozen=True, eq=False)
class Lesson:
    """What there is to learn from, and how.

    Attributes
    ----------
    rows, labels : ndarrays of shape (n_labelled,)
        Labelled rows in the order of their first answers, and their class ids.
    skipped : ndarray
        Rows that nobody can tell.
    copies : ndarray
        Rows that are copies of others: never asked, and learned from at the row that stands for them.
    estimator, strategy : str
        As ``NAME[:key=value,...]``.
    batch_size : int
        Rows that are probably asked before the next training.
    reserve : ndarray
        Rows that the audit alone asks, and whose answers the model that asks does not know.
    """

    rows: IntArray
    labels: AnyArray
    skipped: IntArray
    estimator: str
    strategy: str
    batch_size: int = 10
    reserve: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    copies: IntArray = field(default_factory=lambda: np.empty(0, np.int64))

    @property
    def can_train(self) -> bool:
        """Whether two classes have labels."""
        return np.unique(self.labels).size > 1

    @property
    def asking(self) -> "Lesson":
        """What the model that asks may learn from."""
        known = ~np.isin(self.rows, self.reserve)
        return self if known.all() else replace(self, rows=self.rows[known], labels=self.labels[known])


def lesson_of(board: Board, settings: Settings, batch_size: int = 10) -> Lesson:
    """Return what the board and the settings say: the same for the page's model and the exported one."""
    rows, labels = board.labelled_rows()
    return Lesson(
        rows=rows,
        labels=labels,
        skipped=np.array(sorted(board.skipped), np.int64),
        estimator=settings.estimator_in_use,
        strategy=settings.strategy_in_use,
        batch_size=batch_size,
        reserve=board.reserve.rows,
        copies=board.copies.rows,
    )


@dataclass(frozen=True, eq=False)
class Learned:
    """What a training gave: a ranking, how it was made, and the model (None before two classes have labels)."""

    ranking: Ranking
    strategy: str
    model: Model
    seconds: dict[str, float] = field(default_factory=dict)
    # The classifier takes more labels than there are; the model, if any, knows only the classes that have enough.
    waits: bool = False


class Learner:
    """Trains on one pool.

    Parameters
    ----------
    X : ndarray or CSR matrix of shape (n_rows, n_features)
    seed : int
        Of everything random: the same labels give the same ranking.
    first : ndarray, default=None
        Rows that are asked, in turn with others, before there is a model.
    """

    def __init__(self, X: Pool, *, seed: int, first: IntArray | None = None) -> None:
        self.X = X
        self._first = np.empty(0, np.int64) if first is None else first
        self.seed = seed
        self.n_rows = int(X.shape[0])
        self._initial: IntArray | None = None

    def learn(self, lesson: Lesson) -> Learned:
        """Fit a model and rank the rows.

        Raises
        ------
        QueristError
            If a part is unknown or does not fit the data.
        Exception
            Whatever the classifier raises.
        """
        strategy = resolve_strategy(lesson.strategy)
        candidates = unmarked_rows(self.n_rows, lesson.rows, lesson.skipped, lesson.reserve, lesson.copies)
        if strategy.needs_model and not lesson.can_train:
            return Learned(self._initial_ranking(candidates), INITIAL, None)
        clock = Clock()
        session = self.told(lesson)
        model = _model_of(session) if lesson.can_train else None
        clock.lap("fit")
        if strategy.needs_model and model is None:
            return Learned(self._initial_ranking(candidates), INITIAL, None, waits=True)
        prediction, confidence = self._predictions(session.classes, model)
        clock.lap("predict")
        order, utility = self._asked(strategy, lesson, model, candidates)
        clock.lap("rank")
        ranking = Ranking(order, prediction, confidence, utility)
        return Learned(ranking, lesson.strategy, model, clock.laps, waits=bool(session.waiting))

    def told(self, lesson: Lesson) -> Session:
        """Return a session that knows the labels; its `fit` gives the model of the project.

        Raises
        ------
        QueristError
            If a part is unknown or does not fit the data.
        """
        strategy = resolve_strategy(lesson.strategy)
        session = Session(self.X, estimator=lesson.estimator, strategy=strategy, random_state=self.seed)
        session.tell(lesson.rows, lesson.labels)
        session.skip(lesson.skipped)
        return session

    def refitter(self, estimator: str) -> Refitter:
        """Return what fits this kind of model, for example on a part of the labels."""
        return Refitter(resolve_estimator(estimator), seed=self.seed)

    def _initial_ranking(self, candidates: IntArray) -> Ranking:
        if self._initial is None:
            self._initial = in_turn(self._first, initial_order(self.X, seed=self.seed))
        order = self._initial[np.isin(self._initial, candidates)]
        nothing = np.full(self.n_rows, np.nan, np.float32)
        return Ranking(order.astype(np.int32), np.full(self.n_rows, -1, np.int16), nothing, nothing.copy())

    def _predictions(self, classes: list[Label], model: Model) -> tuple[AnyArray, AnyArray]:
        confidence = np.full(self.n_rows, np.nan, np.float32)
        if model is None:
            return np.full(self.n_rows, -1, np.int16), confidence
        if not hasattr(model, "predict_proba"):
            return model.predict(self.X).astype(np.int16), confidence
        probabilities = over_classes(model, self.X, classes)
        best = probabilities.argmax(axis=1)
        confidence[:] = probabilities[np.arange(self.n_rows), best]
        return np.array(classes, np.int16)[best], confidence

    def _asked(
        self, strategy: QueryStrategy, lesson: Lesson, model: Model, candidates: IntArray
    ) -> tuple[AnyArray, AnyArray]:
        """Rank by a model that does not know the answers of the audit's reserve."""
        asking = lesson.asking
        if strategy.needs_model and asking is not lesson:
            model = _model_of(self.told(asking)) if asking.can_train else None
            if model is None:
                return self._initial_ranking(candidates).order, np.full(self.n_rows, np.nan, np.float32)
        return self._ranked(strategy, asking, model, candidates)

    def _ranked(
        self, strategy: QueryStrategy, lesson: Lesson, model: Model, candidates: IntArray
    ) -> tuple[AnyArray, AnyArray]:
        """Return the batch that the strategy chooses, then the other candidates by falling utility; and utilities."""
        if not candidates.size:
            return np.empty(0, np.int32), np.full(self.n_rows, np.nan, np.float32)
        head, utilities = strategy.query(
            self.X,
            lesson.rows,
            lesson.labels,
            model=model,
            candidates=candidates,
            batch_size=min(lesson.batch_size, candidates.size),
            random_state=_random.derive_generator(self.seed, "ranking", lesson.rows.size),
            return_utilities=True,
        )
        return np.concatenate([head, self._tail(candidates, head, utilities)]).astype(np.int32), utilities.astype(
            np.float32
        )

    def _tail(self, candidates: IntArray, head: IntArray, utilities: FloatArray) -> IntArray:
        rest = candidates[~np.isin(candidates, head, kind="table")]
        # Equal utilities and rows that were not looked at (NaN, which sorts last) come in random order.
        rest = rest[np.argsort(_random.row_keys(self.seed, rest))]
        return rest[np.argsort(-utilities[rest], kind="stable")]


def _model_of(session: Session) -> Model | None:
    """Return the model of the labels, or of the classes that have enough of them; None while there are no two such."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ModelWaitsWarning)
            return adapted(session.fit(partial=True), session.labels)
    except NotEnoughLabelsError:
        return None


class Clock:
    """How long each step took, in seconds: `laps`."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        """End a step."""
        now = time.perf_counter()
        self.laps[name] = round(now - self._last, 4)
        self._last = now
