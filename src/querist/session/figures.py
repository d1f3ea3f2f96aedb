"""What a session says of its model: figures from random draws, never from rows that a model chose."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from querist._labels import as_objects
from querist._typing import AnyArray
from querist._validation import take_rows
from querist.audit.accuracy import MOST_POOL_ROWS, ScoredDraws
from querist.audit.assessment import Assessment, assess
from querist.audit.balance import beside
from querist.audit.estimate import Estimate
from querist.audit.outcomes import scores_so_far
from querist.audit.running import running_accuracy
from querist.audit.steps import finished
from querist.audit.weighted import drawn_accuracy
from querist.exceptions import InvalidParameterError
from querist.session.audit_trail import AuditTrail
from querist.session.drawn import one_sequence
from querist.session.journal import Journal
from querist.session.trained import Trained
from querist.stopping.advice import Advice, advise, looking_back, stop_set

_Found = TypeVar("_Found")


class Figures:
    """All figures of the present model; see the methods of `Session` that have these names."""

    def __init__(self, journal: Journal, trail: AuditTrail, trained: Trained) -> None:
        self._journal = journal
        self._trail = trail
        self._trained = trained
        self._assessed: tuple[Any, Any] | None = None

    def accuracy(self, confidence: float) -> Estimate:
        """Return how often the present model is right."""
        return self.estimates(confidence).accuracy

    def estimates(self, confidence: float) -> Assessment:
        """Return all figures; kept until answers change."""
        self._require_audit()
        return self._kept(confidence, self._assess)

    def _kept(self, confidence: float, assess: Callable[[float], _Found]) -> _Found:
        """Return figures, found out anew only where something has changed."""
        journal, prefix = self._journal, self._trail.prefix()
        counts = (prefix.rows.size, prefix.skipped.size, journal.n_rows)
        state = (journal.version, self._trail.is_exchangeable, *counts, confidence)
        if self._assessed is None or self._assessed[0] != state:
            self._assessed = (state, assess(confidence))
        found: _Found = self._assessed[1]
        return found

    def _assess(self, confidence: float) -> Assessment:
        journal, prefix = self._journal, self._trail.prefix()
        first, answers = self._trail.first_answers(), journal.state.answers
        found = assess(
            self._trained.fit_on,
            journal.X,
            answers.rows,
            answers.labels,
            order=self._trail.sample_order(max(MOST_POOL_ROWS, prefix.rows.size)),
            prefix=prefix,
            truth=np.array([first[row] for row in prefix.rows.tolist()], answers.labels.dtype),
            confidence_of=self._trained.confidences,
            scored=None if self._trail.is_exchangeable else ScoredDraws(len(answers), *self._trail.scored()),
            confidence=confidence,
        )
        return _with_notes(found, beside(found.classes), self._trained.waiting)

    def advice(self, *, label_cost: float, error_cost: float, n_future: float) -> Advice:
        """Return whether it is worth going on."""
        self._require_audit()
        self._trained.fit()
        answers = self._journal.state.answers
        watched = stop_set(self._journal.seed, self._journal.n_rows)
        before = finished(
            looking_back(self._trained.fit_on, answers.rows, answers.labels, take_rows(self._journal.X, watched))
        )
        at, hits = self._trail.scored()
        costs = {"label_cost": label_cost, "error_cost": error_cost, "n_future": n_future}
        return advise(
            len(answers),
            self._trained.predict_rows(watched),
            before,
            at,
            hits,
            audit_truth=as_objects(self._trail.scored_labels()),
            classes=as_objects(self._journal.state.classes),
            **costs,
        )

    def running_accuracy(self, confidence: float) -> Estimate:
        """Return the average over the audit's draws so far."""
        self._require_audit()
        _, _, outcome = self._trail.drawn()
        return running_accuracy(scores_so_far(outcome), confidence=confidence)

    def accuracy_of(self, predicted: AnyArray, confidence: float) -> Estimate:
        """Return how good one fixed model is on the pool."""
        rows, probabilities, n_pool = one_sequence(self._journal.events)
        scores = scores_so_far(self._trail.outcomes(rows, predicted[rows]))
        return drawn_accuracy(scores, probabilities[: scores.size], n_pool, confidence=confidence)

    def _require_audit(self) -> None:
        if not self._trail.share:
            raise InvalidParameterError(
                "The session has no audit, and a figure from rows that a model chose would be wrong by many points. "
                "Make it with Session(..., audit=0.2): a fifth of the questions then follows a random order."
            )


def _with_notes(found: Assessment, *notes: str) -> Assessment:
    told = " ".join(note for note in (found.accuracy.note, *notes) if note)
    return replace(found, accuracy=replace(found.accuracy, note=told))
