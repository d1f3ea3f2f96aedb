"""A regressor that is refitted when answers are new, and what it says of rows."""

from collections.abc import Callable
from functools import partial
from typing import NoReturn

from querist._typing import AnyArray, IntArray, Model, Pool
from querist.base.scoring import targets
from querist.exceptions import NotEnoughLabelsError
from querist.learners.refit_regressor import RegressorRefitter
from querist.session.journal import Journal
from querist.session.lessons import Lessons
from querist.session.numbers_only import FEWEST_TARGETS, only_for_classes
from querist.session.trained import Trained


class TrainedRegressor(Trained):
    """The last fitted model of one regressor, and which answers it was fitted on; see `Trained`."""

    refitter: RegressorRefitter  # type: ignore[assignment]  # it fits on its own terms

    def __init__(self, refitter: RegressorRefitter, journal: Journal, lessons: Lessons | None = None) -> None:
        super().__init__(refitter, journal, lessons)  # type: ignore[arg-type]  # see above

    def _require_answers(self) -> None:
        n = self.lessons.rows.size
        if n < FEWEST_TARGETS:
            raise NotEnoughLabelsError(
                f"A regressor is trained from {FEWEST_TARGETS} answers on, and there {'is' if n == 1 else 'are'} {n}. "
                "Ask and tell more rows (until then ask() uses the cold-start strategy)."
            )

    def _fitted(self) -> Model:
        lessons = self.lessons
        return self.refitter.fit_or_wait(
            lessons.features(), lessons.labels, finite=self._journal.is_finite, weights=lessons.weights
        )

    def _find_stand_in(self) -> Model | None:
        return None

    def _says(self, model: Model) -> Callable[[Pool], AnyArray]:
        return partial(targets, model)

    def predict_proba(self, X: Pool = None) -> NoReturn:
        """Say that there are no probabilities."""
        raise only_for_classes("predict_proba", "predict() returns the predicted numbers.")

    def confidences(self, rows: IntArray) -> None:
        """Return None: a regressor gives no probability of being right."""
