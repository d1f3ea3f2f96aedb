"""What a session knows, read from its journal and from its classifier."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from querist._typing import AnyArray, Classifier, FloatArray, IntArray, Label, Task
from querist._validation import as_rows
from querist.base.adapted import original
from querist.session.events import Event
from querist.session.growing import EventLog
from querist.session.journal import Journal
from querist.session.state import ANSWERED, OUTSTANDING, SKIPPED
from querist.session.tables import History, Reasons
from querist.session.trained import Trained

if TYPE_CHECKING:
    import pandas as pd


class SessionView:
    """The read-only half of `Session`. Arrays are copies: changing them changes nothing here."""

    def __init__(self, journal: Journal, trained: Trained) -> None:
        self._journal = journal
        self._trained = trained
        self._events = EventLog([])
        self._history, self._reasons = History(), Reasons()

    @property
    def n_rows(self) -> int:
        """Rows in the pool."""
        return self._journal.n_rows

    @property
    def task(self) -> Task:
        """``"regression"`` where the estimator is a regressor and answers are numbers, else ``"classification"``."""
        return self._journal.task

    @property
    def labelled(self) -> IntArray:
        """Answered rows, in the order of their answers."""
        return self._journal.state.answers.rows.copy()

    @property
    def labels(self) -> AnyArray:
        """Their answers, in the same order."""
        return self._journal.state.answers.labels.copy()

    @property
    def sample_weight(self) -> FloatArray:
        """Weights of the answers, in the same order; 1 where none was told."""
        answers = self._journal.state.answers
        return np.ones(len(answers)) if answers.weights is None else answers.weights.copy()

    @property
    def cost(self) -> float:
        """What the answers have cost; their number where the session was made without costs."""
        rows, costs = self._journal.state.answers.rows, self._journal.costs
        return float(rows.size if costs is None else costs[rows].sum())

    @property
    def classes(self) -> list[Label]:
        """Declared classes, or classes in order of their first answer; append-only. None of a regressor."""
        return list(self._journal.state.classes)

    @property
    def outstanding(self) -> IntArray:
        """Rows that were asked and not answered, ascending."""
        return self._journal.state.rows_with(OUTSTANDING)

    @property
    def skipped(self) -> IntArray:
        """Rows that nobody can tell, ascending."""
        return self._journal.state.rows_with(SKIPPED)

    @property
    def unanswered(self) -> IntArray:
        """Rows without an answer, skipped ones included, ascending."""
        return np.flatnonzero(self._journal.state.status != ANSWERED)

    @property
    def flagged(self) -> dict[int, str]:
        """Flagged rows and their notes."""
        return dict(self._journal.state.flags)

    @property
    def random_state(self) -> int:
        """The seed, also where it was drawn."""
        return self._journal.seed

    @property
    def events(self) -> Sequence[Event]:
        """The log as it stands now: what happens later is not in it. Nothing is copied."""
        if len(self._events) != len(self._journal.events):
            self._events = EventLog(self._journal.events)
        return self._events

    @property
    def waiting(self) -> str:
        """What the classifier waited for when it was last to be fitted; "" if for nothing.

        Some classifiers need several answers of each class: searches and calibration with their folds, early stopping,
        nearest neighbours. Until they have them `ask` goes on (and warns once, `ModelWaitsWarning`): with the
        classifier fitted to the classes that have enough answers, or, without two such classes, with the cold start.
        """
        return self._trained.waiting

    @property
    def model(self) -> Classifier:
        """The last fitted classifier; it may be older than the last answers (`fit` refreshes it).

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If none was fitted yet.
        """
        last: Classifier = original(self._trained.last())
        return last

    def history(self) -> "pd.DataFrame":
        """Return the log as a table.

        Returns
        -------
        DataFrame with one line per event and row
            number, event, row, label, weight (missing where none was told), round, how, promise, strategy, utility,
            note, undone. For `how`, `promise` and `strategy` see `reasons`.

        Notes
        -----
        A call reads the events since the last one, and copies the table: 10 ms for 100,000 events. `reasons` likewise.
        """
        return self._history.frame(self._journal.events)

    def reasons(self, rows: ArrayLike | None = None) -> "pd.DataFrame":
        """Return why each row was asked.

        Parameters
        ----------
        rows : int or array-like, default=None
            None means every row that was asked or answered.

        Returns
        -------
        DataFrame with one line per row
            row, how (strategy, audit, certificate, auto_label; or told unasked, untouched), round, rank in the batch
            (from 1), promise (for which attempt; missing where it was for none), strategy (missing where none chose),
            utility, probability (with which it was drawn, among the rows then left; missing where it is not known),
            n_labelled (answers when it was asked).
        """
        chosen = None if rows is None else as_rows(rows, self.n_rows)
        return self._reasons.frame(self._journal.events, chosen)
