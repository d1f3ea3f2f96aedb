"""The honest half of `Session`: figures from random draws, never from rows that a model chose."""

from typing import TYPE_CHECKING, Any

import numpy as np

from querist._typing import AnyArray, BoolArray, IntArray, Model, Pool
from querist._validation import check_number, take_rows
from querist.audit.auto_label import plan_auto_label
from querist.audit.certificate import attempt_level, labels_needed
from querist.audit.cross_fit import CrossFit, cross_fit
from querist.audit.estimate import Estimate
from querist.audit.order import AuditPrefix, audit_numbers, audit_order, audit_prefix
from querist.audit.running import running_accuracy
from querist.exceptions import InvalidParameterError
from querist.session.certifying import AutoLabel, Certificate
from querist.session.events import Answered, Asked, Event, Undone
from querist.session.state import ANSWERED, OUTSTANDING, SKIPPED, State

if TYPE_CHECKING:
    from querist.session.trained import Trained

# What a draw of the audit is called where strategies are named.
AUDIT = "audit"
# Fewer audit answers say nothing about how sure a model may be.
_FEWEST_PAST = 20


class AuditedSession:
    """What a session says about its model, from the rows drawn by permanent random numbers."""

    _X: Pool
    _seed: int
    _audit: float
    _log: list[Event]
    _state: State
    _trained: "Trained"

    if TYPE_CHECKING:

        def fit(self) -> Model: ...  # noqa: D102  # documented in Session
        def _record(self, event: Event) -> None: ...
        def _predict_rows(self, rows: IntArray) -> AnyArray: ...
        def predict_proba(self, X: Pool = None) -> AnyArray: ...  # noqa: D102

    # ------------------------------------------------------------------ the draws

    def _audit_order(self) -> IntArray:
        return audit_order(audit_numbers(self._seed, np.arange(self._state.status.size)))

    def _draw(self, free: BoolArray, batch_size: int) -> IntArray:
        """Return the audit rows of a batch: its share, fractions carried over from batch to batch."""
        if not self._audit:
            return np.empty(0, np.int64)
        asked = self._state.n_asked
        n = int((asked + batch_size) * self._audit + 1e-9) - int(asked * self._audit + 1e-9)
        order = self._audit_order()
        return order[free[order]][:n]

    def _audited(self) -> AuditPrefix:
        status = self._state.status
        return audit_prefix(self._audit_order(), status == ANSWERED, status == SKIPPED)

    def _first_answers(self) -> dict[int, Any]:
        """Return the first answer to each row that stands: a second look must not raise a figure."""
        gone = {event.target for event in self._log if isinstance(event, Undone)}
        first: dict[int, Any] = {}
        for event in self._log:
            if isinstance(event, Answered) and event.number not in gone:
                for row, label in zip(event.rows.tolist(), event.labels.tolist(), strict=True):
                    first.setdefault(row, label)
        return first

    def _scored(self, rows: IntArray, predicted: AnyArray) -> tuple[BoolArray, BoolArray]:
        """Return which rows were predicted right, and which have an answer or a skip."""
        first = self._first_answers()
        answered = self._state.status[rows] == ANSWERED
        right = [
            row in first and first[row] == label for row, label in zip(rows.tolist(), predicted.tolist(), strict=True)
        ]
        return np.array(right, bool) & answered, answered | (self._state.status[rows] == SKIPPED)

    def _n_answered(self, rows: IntArray) -> int:
        return int((self._state.status[rows] == ANSWERED).sum())

    # ------------------------------------------------------------------ quantity 3

    def running_accuracy(self, *, confidence: float = 0.95) -> Estimate:
        """Return the average accuracy over the audit draws so far, each scored before it trained.

        Anytime-valid: it may be looked at after every answer. It speaks for the present model only as
        far as accuracy has not fallen.

        Raises
        ------
        InvalidParameterError
            If the session has no audit.
        """
        self._require_audit()
        last: dict[int, Any] = {}
        for event in self._log:
            if isinstance(event, Asked) and event.strategy == AUDIT and event.predictions:
                for row, label in zip(event.rows.tolist(), event.predictions, strict=True):
                    # Released and drawn again: the later prediction is the one that was scored.
                    last.pop(row, None)
                    last[row] = label
        rows = np.fromiter(last, np.int64, len(last))
        correct, closed = self._scored(rows, np.array(list(last.values())))
        # Draws after one that is still open wait for it, so that no draw is chosen by its outcome.
        n = int(closed.argmin()) if closed.size and not closed.all() else closed.size
        scores = np.where(self._state.status[rows[:n]] == SKIPPED, np.nan, correct[:n].astype(np.float64))
        return running_accuracy(scores, confidence=confidence)

    # ------------------------------------------------------------------ quantity 2

    def certify(
        self, target: float, *, guess: float | None = None, confidence: float = 0.95, power: float = 0.8
    ) -> Certificate:
        """Freeze the model and draw fresh rows that decide whether it is good enough for those that are left.

        Parameters
        ----------
        target : float in (0, 1]
            Accuracy to certify on the rows without an answer.
        guess : float, default=None
            What the accuracy is thought to be; None takes that of the audit sample (out of fold). It decides
            how many rows are drawn, never what is promised.
        confidence : float, default=0.95
            Of all certificates of the session together.
        power : float, default=0.8
            Probability to pass if the accuracy is as guessed.

        Returns
        -------
        Certificate
            Its ``plan`` says what it will take; label its ``rows``, then ask for its ``result()``.

        Raises
        ------
        InvalidParameterError
            If rows are still outstanding, or the target is beyond what can be shown with 5,000 labels.
        NotEnoughLabelsError
            If no model can be trained yet.
        """
        check_number(target, "target", low=0, high=1, open_low=True)
        rows, predicted, model = self._frozen()
        attempt = self._attempts() + 1
        if guess is None:
            sample = self._audited().rows
            # Halfway to perfect, until there are enough audit answers to know better.
            guess = (1 + target) / 2
            if sample.size >= _FEWEST_PAST:
                guess = float(self._scored(sample, self._cross_fitted(sample).predicted)[0].mean())
        plan = labels_needed(target, guess, rows.size, level=attempt_level(attempt, confidence), power=power)
        if plan is None:
            raise InvalidParameterError(
                f"{target:.1%} cannot be certified with 5,000 labels or fewer if the accuracy is {guess:.1%}, as it is "
                "thought to be. Aim lower, or label more first."
            )
        order = np.argsort(audit_numbers(self._seed, rows), kind="stable")[: plan.n_labels]
        self._ask_promised(rows[order], predicted[order], f"certificate(target={target})")
        return Certificate(self, plan, rows[order], predicted[order], model, attempt=attempt, confidence=confidence)

    def auto_label(self, target: float = 0.98, *, most_labels: int = 400, promise: float = 0.95) -> AutoLabel:
        """Freeze the model and find out how many of the rows left it may label with so few errors.

        Parameters
        ----------
        target : float, default=0.98
            Share of right labels that is promised.
        most_labels : int, default=400
            No more fresh labels than this.
        promise : float, default=0.95
            Probability with which the promise holds, over all attempts of the session.

        Returns
        -------
        AutoLabel
            Call its ``ask()`` and label the rows until it returns none; then its ``result()``.

        Raises
        ------
        InvalidParameterError
            If rows are still outstanding, or no part of the rows is expected to pass.
        NotEnoughLabelsError
            If no model can be trained yet.
        UnsupportedModelError
            If the classifier has no ``predict_proba``.
        """
        rows, predicted, model = self._frozen()
        sample = self._audited().rows
        past = self._cross_fitted(sample) if sample.size >= _FEWEST_PAST else None
        plan = plan_auto_label(
            rows,
            self.predict_proba(take_rows(self._X, rows)).max(axis=1),
            audit_numbers(self._seed, rows),
            target=target,
            past_confidence=None if past is None else past.confidence,
            past_correct=None if past is None else self._scored(sample, past.predicted)[0],
            most_labels=most_labels,
            attempt=self._attempts() + 1,
            promise=promise,
        )
        if plan is None:
            raise InvalidParameterError(
                f"No part of the {rows.size} rows is expected to reach {target:.1%} with {most_labels} labels. "
                "Aim lower, allow more labels, or label more first."
            )
        return AutoLabel(self, plan, rows, predicted, model, promise=promise)

    def _cross_fitted(self, rows: IntArray) -> CrossFit:
        """Return what models say of labelled rows that they were not trained on."""
        answers = self._state.answers
        refitter = self._trained.refitter

        def fit(train: IntArray, labels: AnyArray) -> Model:
            return refitter.fit(take_rows(self._X, train), labels, finite=False, previous=None)

        return cross_fit(fit, self._X, answers.rows, answers.labels, rows)

    def _frozen(self) -> tuple[IntArray, AnyArray, Model]:
        """Return the rows without an answer, the present model's predictions of them, and that model."""
        n_open = int((self._state.status == OUTSTANDING).sum())
        if n_open:
            raise InvalidParameterError(
                f"{n_open} rows are asked and not answered: tell, skip or release() them first."
            )
        import copy

        # A warm start would go on from the very object.
        model = copy.deepcopy(self.fit())
        rows = np.flatnonzero(self._state.status != ANSWERED)
        if not rows.size:
            raise InvalidParameterError("Every row has an answer: there is nothing left to promise.")
        return rows, self._predict_rows(rows), model

    def _ask_promised(self, rows: IntArray, predicted: AnyArray, name: str) -> None:
        # Not a round: certificates do not move the strategy's random numbers.
        self._record(
            Asked(
                len(self._log),
                rows,
                round=-1,
                strategy=name,
                n_labelled=len(self._state.answers),
                utilities=np.full(rows.size, np.nan),
                predictions=tuple(predicted.tolist()),
            )
        )

    def _attempts(self) -> int:
        names = [event.strategy for event in self._log if isinstance(event, Asked)]
        return sum(name.startswith("certificate(") or name.endswith(", stage=1)") for name in names)

    def _require_audit(self) -> None:
        if not self._audit:
            raise InvalidParameterError(
                "The session has no audit, and a figure from rows that a model chose would be wrong by many points. "
                "Make it with Session(..., audit=0.2): a fifth of the questions then follows a random order."
            )
