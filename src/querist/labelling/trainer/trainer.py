"""`Trainer`: follows the log of a project, learns from its labels and tells rankings."""

import threading
import time
import traceback
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import replace
from typing import IO, Any, Protocol

import numpy as np

from querist.audit.order import audit_order
from querist.exceptions import QueristError
from querist.labelling.log.audit_answers import AuditMoment, audit_moment
from querist.labelling.log.board import Board
from querist.labelling.log.settings import Settings
from querist.labelling.trainer.examples import rows_like_examples
from querist.labelling.trainer.explanations import explain
from querist.labelling.trainer.figures import figuring
from querist.labelling.trainer.frames import write_frame
from querist.labelling.trainer.kept_features import KeptFeatures
from querist.labelling.trainer.label_mistakes import find_suspects
from querist.labelling.trainer.learner import Learned, Learner, Lesson, lesson_of
from querist.labelling.trainer.messages import Figures
from querist.labelling.trainer.near_copies import near_copies, words_of
from querist.labelling.trainer.number_figures import number_figuring
from querist.labelling.trainer.number_learner import NumberLearner, number_lesson_of
from querist.labelling.trainer.pool_features import PoolFeatures, of_recipe, pool_features, recipe
from querist.labelling.trainer.runners_up import runners_up
from querist.labelling.trainer.similar import nearest_rows
from querist.store import Store

# The batch is as large as the number of labels that came since the last training, within these bounds.
_SMALLEST_BATCH, _LARGEST_BATCH = 10, 200
# So many rows at the head of the ranking are explained.
_EXPLAINED = 200
# Suspects are looked for again when this share of the labels is new: it costs several trainings.
_SUSPECTS_SHARE = 0.02
# Figures are computed again when this share of the labels is new, or an answer of the audit.
_FIGURES_SHARE = 0.02
_PROGRESS_SECONDS = 0.2
# Features are kept once there is a pause, or after so many trainings.
_ROUNDS_TO_KEEP = 10
_WAITS = (
    "The classifier needs more labels of each class before it can be trained. Until then, rows are ordered by a "
    "model of the classes that have enough labels or, without two such classes, as at the start."
)


class Wishes(Protocol):
    """What is wanted: positions of the log that a ranking is to know."""

    def wait(self) -> int:
        """Return the newest wish, once there is one that was not returned yet."""

    def waiting(self) -> bool:
        """Whether there is a wish newer than the last one returned."""


class Trainer:
    """Follows the log of a project and answers wishes with rankings.

    Parameters
    ----------
    store : Store
        Opened for reading.
    wishes : Wishes
    out : binary file
        Where messages go.
    after_first : callable, default=None
        Called once, after the first ranking was told.
    """

    def __init__(
        self, store: Store, wishes: Wishes, out: IO[bytes], *, after_first: Callable[[], object] | None = None
    ) -> None:
        self._store = store
        self._after_first = after_first
        self._wishes = wishes
        self._out = out
        # Questions are answered by another thread than the one that trains.
        self._speaking = threading.Lock()
        self._board = Board(n_items=lambda: store.n_items)
        self._settings = Settings.from_dict(store.info.settings)
        self._features: PoolFeatures | None = None
        self._to_keep: Callable[[], None] | None = None
        self._rounds_to_keep = _ROUNDS_TO_KEEP
        self._learner: Learner | None = None
        self._recipe: tuple[Any, ...] = ()
        self._trained = -1
        self._n_labels = 0
        self._suspects_at = -1
        self._order = np.empty(0, np.int64)
        self._last: tuple[PoolFeatures, Learner, Learned, Lesson, AuditMoment] | None = None
        self._figures: Generator[None, None, Figures] | None = None
        # Of what the last figures were: the kind of model, audit rows, revisions, what a point is worth; and labels.
        self._figured: tuple[tuple[str, int, int, float], int] = (("", 0, 0, 0.0), 0)

    def run(self) -> None:
        """Answer wishes until the process ends; where there is none, go on with the figures."""
        self._guarded("reading the rows", self._catch_up)
        while True:
            # People wait for rankings; but where answers never pause, it is not to wait for ever.
            if self._to_keep is not None and self._trained >= 0:
                self._rounds_to_keep -= 1
                if not self._wishes.waiting() or self._rounds_to_keep < 0:
                    self._guarded("keeping the features", self._keep)
            while self._figures is not None and not self._wishes.waiting():
                self._guarded("the figures", self._go_on)
            wanted = self._wishes.wait()
            if wanted > self._trained:
                self._guarded("training", self._train)
                # One step also where the next wish waits already, or a slow model would never be judged.
                self._guarded("the figures", self._go_on)

    def _guarded(self, where: str, step: Any) -> None:
        try:
            step()
        except QueristError as error:
            self._tell("failed", error=str(error), where=where)
        except Exception as error:
            traceback.print_exc()
            told = "; ".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", ())])
            self._tell("failed", error=told, where=where)

    def _tell(self, kind: str, blob: bytes = b"", **content: Any) -> None:
        with self._speaking:
            write_frame(self._out, {"type": kind, **content}, blob)

    def answer(self, question: dict[str, Any]) -> None:
        """Answer which rows are alike; called by another thread, also in the middle of a training."""
        # Once made, features are replaced and never changed.
        features, found = self._features, None
        try:
            if features is not None and question["cmd"] == "near_copies":
                found = near_copies(words_of(self._texts()))
            elif features is not None and question["row"] < features.n_rows:
                found = nearest_rows(features.X, question["row"], question["most"], told=features.alike_by).tolist()
        finally:
            self._tell("similar", id=question["id"], rows=found)

    def _texts(self) -> list[str]:
        columns = self._settings.text_columns
        return [" \n ".join(str(item.content.get(name) or "") for name in columns) for item in self._items()]

    # ------------------------------------------------------------------ reading

    def _catch_up(self) -> tuple[PoolFeatures, Learner]:
        """Bring board, settings and features up to date."""
        self._board.replay(self._store.events(after=self._board.seq))
        info = self._store.info
        self._settings = Settings.from_dict(info.settings | self._board.settings)
        asked = (recipe(self._settings), self._board.n_rows)
        if self._features is None or self._learner is None or asked != self._recipe:
            self._features = self._made()
            first = rows_like_examples(self._features, self._settings)
            kind = NumberLearner if self._settings.number else Learner
            self._learner = kind(self._features.X, seed=info.seed, first=first)
            self._recipe = asked
            order = audit_order(self._store.audit_numbers())
            self._order = self._board.copies.only_first(order[order < self._features.n_rows])
            self._tell("ready", n_rows=self._features.n_rows, notes=list(self._features.notes))
        return self._features, self._learner

    def _made(self) -> PoolFeatures:
        """Return the features of the rows: those that were kept, or new ones, which are kept once there is time."""
        n_rows = self._board.n_rows
        kept = KeptFeatures(self._store, self._settings, n_rows)
        found = kept.read()
        if found is not None:
            self._progress()(n_rows, n_rows)
            return of_recipe(*found)
        features = pool_features(self._items(), n_rows, self._settings, self._store.location, self._progress())
        self._to_keep, self._rounds_to_keep = (lambda: kept.write(features)), _ROUNDS_TO_KEEP
        return features

    def _keep(self) -> None:
        keep, self._to_keep = self._to_keep, None
        # A folder that nobody may write to costs time at the next start, and nothing else.
        with suppress(OSError):
            if keep is not None:
                keep()

    def _items(self) -> Any:
        # Rows may have come since the log was read; they wait for the next time.
        for item, _ in zip(self._store.all_items(), range(self._board.n_rows), strict=False):
            yield item

    def _progress(self) -> Any:
        told = time.monotonic()

        def progress(done: int, total: int) -> None:
            nonlocal told
            if done == total or time.monotonic() - told > _PROGRESS_SECONDS:
                told = time.monotonic()
                self._tell("progress", done=done, total=total)

        return progress

    # ------------------------------------------------------------------ training

    def _train(self) -> None:
        started = time.perf_counter()
        features, learner = self._catch_up()
        seq = self._board.seq
        self._tell("training", seq=seq)
        # Also where it fails: the same labels would fail again.
        self._trained = seq
        lesson = (number_lesson_of if self._settings.number else lesson_of)(self._board, self._settings)
        n_new = lesson.rows.size - self._n_labels
        lesson = replace(lesson, batch_size=int(np.clip(n_new, _SMALLEST_BATCH, _LARGEST_BATCH)))
        self._n_labels = lesson.rows.size
        learned = learner.learn(lesson)
        self._tell(
            "ranking",
            learned.ranking.to_bytes(),
            seq=seq,
            n_labels=lesson.rows.size,
            strategy=learned.strategy,
            seconds=round(time.perf_counter() - started, 4),
            laps=learned.seconds,
            notes=[*features.notes, *([_WAITS] if learned.waits else [])],
        )
        if self._after_first is not None:
            self._after_first()
            self._after_first = None
        if learned.model is not None:
            self._last = (features, learner, learned, lesson, audit_moment(self._board, self._order))
            if not isinstance(learner, NumberLearner):
                self._guarded("explaining", lambda: self._tell_details(features, learner, learned, lesson, seq))
            self._begin_figures()

    def _tell_details(
        self, features: PoolFeatures, learner: Learner, learned: Learned, lesson: Lesson, seq: int
    ) -> None:
        """Tell what is good to know beside the ranking; given up as soon as there is a new wish."""
        head = learned.ranking.order[:_EXPLAINED].astype(np.int64)
        because = explain(features, learned.model, head, self._wishes.waiting)
        if because is None:
            return
        told: dict[str, Any] = {"seq": seq, "because": because, "rivals": runners_up(features.X, learned.model, head)}
        self._tell("details", **told)
        if seq - self._suspects_at < _SUSPECTS_SHARE * lesson.rows.size:
            return
        suspects = find_suspects(
            features.X,
            lesson.rows,
            lesson.labels,
            learner.refitter(lesson.estimator),
            seed=learner.seed,
            interrupted=self._wishes.waiting,
        )
        if suspects is not None:
            self._suspects_at = seq
            self._tell("details", **told, suspects=suspects)

    # ------------------------------------------------------------------ figures

    def _begin_figures(self) -> None:
        """Begin with the figures of the present model, if they are due and no others are being computed.

        Those that are being computed are finished first, though they are about an older model: who labels without
        a pause would never see any otherwise.
        """
        if self._last is None or self._figures is not None:
            return
        features, learner, learned, lesson, taken = self._last
        basis = (lesson.estimator, taken.n_audited, taken.n_revised, self._settings.labels_per_point)
        before, n_labels = self._figured
        if basis == before and abs(lesson.rows.size - n_labels) < _FIGURES_SHARE * n_labels:
            return
        self._figured = (basis, lesson.rows.size)
        if isinstance(learner, NumberLearner):
            self._figures = number_figuring(taken, features.X, lesson, learner, self._settings)
        else:
            self._figures = figuring(taken, features.X, lesson, learned, learner, self._settings)

    def _go_on(self) -> None:
        """Take one step, at most a training, towards the figures; tell them at the end."""
        steps, self._figures = self._figures, None
        if steps is None:
            return
        try:
            next(steps)
            self._figures = steps
        except StopIteration as end:
            self._tell("figures", **vars(replace(end.value, at=time.time())))
            # The model may have moved on meanwhile.
            self._begin_figures()
