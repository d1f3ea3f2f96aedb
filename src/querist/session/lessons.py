"""The answers that a classifier is trained on: all of them, or those that the model that asks may know."""

from typing import Any, Protocol

import numpy as np

from querist._typing import AnyArray, FloatArray, IntArray
from querist._validation import take_rows
from querist.session.journal import Journal
from querist.session.reserve import Reserve


class Lessons(Protocol):
    """Labelled rows as they stand now."""

    @property
    def version(self) -> tuple[int, int]:
        """Changes when they do."""

    @property
    def rows(self) -> IntArray:
        """Row numbers, in the order of the answers."""

    @property
    def labels(self) -> AnyArray:
        """The answers."""

    @property
    def weights(self) -> FloatArray | None:
        """What they weigh; None if no weight was told."""

    @property
    def n_classes(self) -> int:
        """Of how many classes they are."""

    def features(self) -> Any:
        """Return the rows themselves."""


class AllAnswers:
    """Every answer."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    @property
    def version(self) -> tuple[int, int]:
        """Changes with every answer."""
        return self._journal.version, 0

    @property
    def rows(self) -> IntArray:
        """Row numbers, in the order of the answers."""
        return self._journal.state.answers.rows

    @property
    def labels(self) -> AnyArray:
        """The answers."""
        return self._journal.state.answers.labels

    @property
    def weights(self) -> FloatArray | None:
        """What they weigh; None if no weight was told."""
        return self._journal.state.answers.weights

    @property
    def n_classes(self) -> int:
        """Of how many classes they are."""
        return self._journal.state.n_classes_answered

    def features(self) -> Any:
        """Return the rows themselves."""
        return self._journal.state.answers.features()


class WithoutAudit:
    """The answers that the model that asks may know: all but those of the audit's sample."""

    def __init__(self, journal: Journal, reserve: Reserve) -> None:
        self._journal = journal
        self._reserve = reserve
        self._known: tuple[tuple[int, int], IntArray, AnyArray] = ((-1, -1), np.empty(0, np.int64), np.empty(0, object))

    @property
    def version(self) -> tuple[int, int]:
        """Changes with every answer, and when answers are given over."""
        return self._journal.version, self._reserve.n_given

    @property
    def rows(self) -> IntArray:
        """Row numbers, in the order of the answers."""
        return self._now()[0]

    @property
    def labels(self) -> AnyArray:
        """The answers."""
        return self._now()[1]

    @property
    def weights(self) -> FloatArray | None:
        """What they weigh; None if no weight was told."""
        return self._journal.state.answers.weights_of(self.rows)

    @property
    def n_classes(self) -> int:
        """Of how many classes they are."""
        return int(np.unique(self.labels).size)

    def features(self) -> Any:
        """Return the rows themselves."""
        return take_rows(self._journal.X, self.rows)

    def _now(self) -> tuple[IntArray, AnyArray]:
        if self._known[0] != self.version:
            answers = self._journal.state.answers
            known = ~self._reserve.blind(answers.rows)
            self._known = (self.version, answers.rows[known], answers.labels[known])
        return self._known[1:]
