"""The honest half of `Session`: figures from random draws, never from rows that a model chose."""

from typing import TYPE_CHECKING, Any

import numpy as np

from querist._typing import AnyArray, BoolArray, FloatArray, IntArray, Model, Pool
from querist._validation import as_labels, check_number, take_rows
from querist.audit.accuracy import ScoredDraws
from querist.audit.assessment import Assessment, assess
from querist.audit.auto_label import plan_auto_label
from querist.audit.certificate import attempt_level, labels_needed
from querist.audit.cross_fitting import cross_fit
from querist.audit.error_chances import error_chances
from querist.audit.estimate import Estimate
from querist.audit.order import (
    AuditPrefix,
    audit_numbers,
    audit_order,
    audit_prefix,
    is_fresh,
    promise_numbers,
)
from querist.audit.running import running_accuracy
from querist.audit.weighted import drawn_accuracy
from querist.base.selection import Chances
from querist.exceptions import InvalidParameterError
from querist.session.certifying import AutoLabel, Certificate
from querist.session.drawn import one_sequence
from querist.session.events import Answered, Asked, Event, Undone, with_chances
from querist.session.state import ANSWERED, OUTSTANDING, SKIPPED, State
from querist.stopping.advice import WINDOW, Advice, advise, stop_set

if TYPE_CHECKING:
    from querist.session.trained import Trained

# What a draw of the audit is called where strategies are named.
AUDIT = "audit"
CERTIFICATE = "certificate("
_OTHER_ORDER = ", order='fresh'"
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
    _version: int
    _assessed: tuple[Any, Assessment] | None = None
    _order: IntArray | None = None
    # Of all rows drawn in audit order the one farthest in it, and how many events were looked at for it.
    _farthest: IntArray = np.empty(0, np.int64)
    _n_seen = 0

    if TYPE_CHECKING:

        def fit(self) -> Model: ...  # noqa: D102  # documented in Session
        def _record(self, event: Event) -> None: ...
        def _predict_rows(self, rows: IntArray) -> AnyArray: ...
        def predict_proba(self, X: Pool = None) -> AnyArray: ...  # noqa: D102

    # ------------------------------------------------------------------ the draws

    def _audit_order(self) -> IntArray:
        if self._order is None or self._order.size != self._state.status.size:
            self._order = audit_order(audit_numbers(self._seed, np.arange(self._state.status.size)))
        return self._order

    def _draw(self, free: BoolArray, batch_size: int) -> IntArray:
        """Return the audit rows of a batch: its share, fractions carried over from batch to batch."""
        if not self._audit:
            return np.empty(0, np.int64)
        asked = self._state.n_asked
        n = int((asked + batch_size) * self._audit + 1e-9) - int(asked * self._audit + 1e-9)
        order = self._audit_order()
        return order[free[order]][:n]

    def _audit_draw(self, rows: IntArray, n_free: int) -> dict[str, Any]:
        """Return what the log says of rows that the audit drew, with the model's word on them before it is told."""
        known = self._state.n_classes_answered >= 2
        even = self._is_fresh(rows)
        return {
            "rows": rows,
            "strategy": AUDIT,
            "utilities": np.full(rows.size, np.nan),
            "predictions": tuple(self._predict_rows(rows).tolist()) if known else (),
            **with_chances(Chances.even(n_free, rows.size) if even else None),
        }

    def _is_fresh(self, rows: IntArray) -> bool:
        """Return whether rows lie behind all that were drawn in audit order; see `querist.audit.is_fresh`."""
        for event in self._log[self._n_seen :]:
            if isinstance(event, Asked) and _is_in_audit_order(event.strategy):
                drawn = np.append(self._farthest, event.rows)
                self._farthest = drawn[[audit_numbers(self._seed, drawn).argmax()]]
        self._n_seen = len(self._log)
        return is_fresh(self._seed, rows, self._farthest)

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

    def _is_answered(self, rows: IntArray) -> BoolArray:
        answered: BoolArray = self._state.status[rows] == ANSWERED
        return answered

    # ------------------------------------------------------------------ quantity 1, and what follows from it

    def accuracy(self, *, confidence: float = 0.95) -> Estimate:
        """Return how good the present model is on a new row from the pool's population.

        From the audit sample, each row judged by models that have not seen its answer; about 95 %, checked by
        simulation, no guarantee. Costs what `estimates` costs, once for the same answers.

        Raises
        ------
        InvalidParameterError
            If the session has no audit.

        Examples
        --------
        >>> from sklearn.datasets import load_digits
        >>> from querist import Session
        >>> X, truth = load_digits(return_X_y=True)
        >>> session = Session(X / 16, audit=0.2, random_state=0)
        >>> for _ in range(12):
        ...     rows = session.ask(10)
        ...     session.tell(rows, truth[rows])
        >>> estimate = session.accuracy()
        >>> estimate.low < estimate.value < estimate.high
        True
        """
        return self.estimates(confidence=confidence).accuracy

    def estimates(self, *, confidence: float = 0.95) -> Assessment:
        """Return all figures of the present model: accuracy, F1, Brier score, recall and precision of each class ...

        Figures for which there are too few audit answers have the value None, and say how many they need.

        Raises
        ------
        InvalidParameterError
            If the session has no audit.

        Notes
        -----
        Costs a training for each audit row up to 64 rows and 20 beyond, and five for the other labelled rows; kept
        until answers change.
        """
        self._require_audit()
        prefix = self._audited()
        state = (self._version, prefix.rows.size, prefix.skipped.size, self._state.status.size, confidence)
        if self._assessed is None or self._assessed[0] != state:
            first = self._first_answers()
            answers = self._state.answers
            truth = np.array([first[row] for row in prefix.rows.tolist()], answers.labels.dtype)
            found = assess(
                self._fit_on,
                self._X,
                answers.rows,
                answers.labels,
                order=self._audit_order(),
                prefix=prefix,
                truth=truth,
                confidence_of=self._confidence_of,
                scored=ScoredDraws(len(answers), *self._scored_draws()),
                confidence=confidence,
            )
            self._assessed = (state, found)
        return self._assessed[1]

    def advice(self, *, label_cost: float = 1.0, error_cost: float = 1.0, n_future: float = 10_000) -> Advice:
        """Return whether it is worth going on: a proposal, its reason, and what more labels would bring.

        Parameters
        ----------
        label_cost, error_cost : float, default=1.0
            What an answer and what a wrong prediction cost, in the same unit. Told the costs, the advice is far
            better (``benchmarks/stopping``).
        n_future : float, default=10_000
            How many rows the model will be used on.

        Returns
        -------
        Advice
            It proposes; only `certify` promises.

        Raises
        ------
        InvalidParameterError
            If the session has no audit, or a cost is not above 0.
        NotEnoughLabelsError
            If no model can be trained yet.

        Notes
        -----
        Costs one training, on all answers but the last 100, whose predictions are compared with the present ones.
        """
        self._require_audit()
        self.fit()
        answers = self._state.answers
        watched = stop_set(self._seed, self._state.status.size)
        now = self._predict_rows(watched)
        n_then = len(answers) - WINDOW
        before = None
        if n_then > 0 and np.unique(answers.labels[:n_then]).size > 1:
            then = self._fit_on(answers.rows[:n_then], answers.labels[:n_then])
            before = (n_then, then.predict(take_rows(self._X, watched)))
        at, hits = self._scored_draws()
        return advise(
            len(answers), now, before, at, hits, label_cost=label_cost, error_cost=error_cost, n_future=n_future
        )

    def _scored_draws(self) -> tuple[IntArray, AnyArray]:
        """Return, for each answered draw, the labels behind its prediction and whether that was right."""
        rows, predicted, at = self._draws()
        correct, _ = self._scored(rows, predicted)
        told = self._state.status[rows] == ANSWERED
        return at[told], correct[told].astype(np.float64)

    def _confidence_of(self, rows: IntArray) -> AnyArray | None:
        if self._state.n_classes_answered < 2 or not hasattr(self.fit(), "predict_proba"):
            return None
        return self.predict_proba(take_rows(self._X, rows)).max(axis=1) if rows.size else np.empty(0)

    def _fit_on(self, rows: IntArray, labels: AnyArray) -> Model:
        return self._trained.refitter.fit(take_rows(self._X, rows), labels, finite=False, previous=None)

    # ------------------------------------------------------------------ quantity 3

    def running_accuracy(self, *, confidence: float = 0.95) -> Estimate:
        """Return the average accuracy over the audit draws so far, each scored before it trained.

        Anytime-valid: it may be looked at after every answer. It speaks for the present model only as
        far as accuracy has not fallen. Each draw is one of the rows that were then neither answered, skipped nor asked
        about; after `extend` it is one of the new rows, until these have been drawn as far as the old ones had been.

        Raises
        ------
        InvalidParameterError
            If the session has no audit.
        """
        self._require_audit()
        rows, predicted, _ = self._draws()
        correct, closed = self._scored(rows, predicted)
        # Draws after one that is still open wait for it, so that no draw is chosen by its outcome.
        n = int(closed.argmin()) if closed.size and not closed.all() else closed.size
        scores = np.where(self._state.status[rows[:n]] == SKIPPED, np.nan, correct[:n].astype(np.float64))
        return running_accuracy(scores, confidence=confidence)

    def _draws(self) -> tuple[IntArray, AnyArray, IntArray]:
        """Return the audit's draws in order, what was predicted of each, and the labels behind that."""
        # Of a row that was released and drawn again the first draw counts: the second was none.
        first: dict[int, tuple[Any, int]] = {}
        for event in self._log:
            if isinstance(event, Asked) and event.strategy == AUDIT:
                for row, label in zip(event.rows.tolist(), event.predictions or (None,) * event.rows.size, strict=True):
                    first.setdefault(row, (label, event.n_labelled))
        # Drawn before there was a model.
        scored = {row: found for row, found in first.items() if found[0] is not None}
        rows = np.fromiter(scored, np.int64, len(scored))
        at = np.array([n for _, n in scored.values()], np.int64)
        return rows, np.array([label for label, _ in scored.values()]), at

    # ------------------------------------------------------------------ a model from elsewhere

    def accuracy_of(self, predicted: Any, *, confidence: float = 0.95) -> Estimate:
        """Return how good one fixed model is on the pool, from rows that were drawn with known probabilities.

        For experts: answers that were asked for to train a new model tell of an old one too, say of the model in use.
        The session's own model does not qualify: it is trained on the very draws.

        Parameters
        ----------
        predicted : array-like of shape (n_rows,)
            The model's label for each row of the pool.
        confidence : float, default=0.95

        Returns
        -------
        Estimate
            Over the rows that had no answer when the first was drawn. "Too few" below ten draws.

        Raises
        ------
        InvalidParameterError
            If rows were asked without a known probability (use the strategies random and power, or
            ``selection=power`` with another one), or the draws are not one sequence, since rows were told unasked,
            skipped, released, added or shut out between them.

        Notes
        -----
        The probabilities are logged as `Asked.probabilities` in `events`; what is made of them is
        `querist.audit.drawn_accuracy`. Draws after one that is still open wait for it.

        Examples
        --------
        >>> from sklearn.datasets import load_digits
        >>> from sklearn.naive_bayes import GaussianNB
        >>> from querist import Session
        >>> X, truth = load_digits(return_X_y=True)
        >>> old_model = GaussianNB().fit(X[:300], truth[:300])
        >>> session = Session(X[300:], strategy="power", random_state=0)
        >>> for _ in range(10):
        ...     rows = session.ask(10)
        ...     session.tell(rows, truth[300:][rows])
        >>> session.accuracy_of(old_model.predict(X[300:])).n
        100
        """
        predicted = as_labels(predicted, self._state.status.size)
        rows, probabilities, n_pool = one_sequence(self._log)
        correct, closed = self._scored(rows, predicted[rows])
        n = int(closed.argmin()) if closed.size and not closed.all() else closed.size
        scores = np.where(self._state.status[rows[:n]] == SKIPPED, np.nan, correct[:n].astype(np.float64))
        return drawn_accuracy(scores, probabilities[:n], n_pool, confidence=confidence)

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
            What the accuracy is thought to be; None takes what the model's confidences say, corrected by the rows that
            the audit drew. It decides how many rows are drawn, never what is promised.
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
            guess = self._guessed_accuracy(rows, target)
        plan = labels_needed(target, guess, rows.size, level=attempt_level(attempt, confidence), power=power)
        if plan is None:
            raise InvalidParameterError(
                f"{target:.1%} cannot be certified with 5,000 labels or fewer if the accuracy is {guess:.1%}, as it is "
                "thought to be. Aim lower, or label more first."
            )
        in_order = self._is_fresh(rows)
        numbers = audit_numbers(self._seed, rows) if in_order else promise_numbers(self._seed, rows, attempt)
        order = np.argsort(numbers, kind="stable")[: plan.n_labels]
        name = f"{CERTIFICATE}target={target}{'' if in_order else _OTHER_ORDER})"
        self._ask_promised(rows[order], predicted[order], name, Chances.even(rows.size, order.size))
        return Certificate(self, plan, rows, predicted, order, model, attempt=attempt, confidence=confidence)

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
        attempt = self._attempts() + 1
        # A model without probabilities is refused here, before others are trained to look back.
        sure = self.predict_proba(take_rows(self._X, rows)).max(axis=1)
        past_confidence, past_correct = self._past()
        plan = plan_auto_label(
            rows,
            sure,
            # Not the audit's order: draws from a part of the rows would leave the others in front of it.
            promise_numbers(self._seed, rows, attempt),
            target=target,
            past_confidence=past_confidence,
            past_correct=past_correct,
            most_labels=most_labels,
            attempt=attempt,
            promise=promise,
        )
        if plan is None:
            raise InvalidParameterError(
                f"No part of the {rows.size} rows is expected to reach {target:.1%} with {most_labels} labels. "
                "Aim lower, allow more labels, or label more first."
            )
        return AutoLabel(self, plan, rows, predicted, model, attempt=attempt, promise=promise)

    def _past(self) -> tuple[FloatArray | None, BoolArray | None]:
        """Return how sure models were of rows drawn by the audit that they were not trained on, and whether rightly.

        Rows that the strategy chose would mislead: among the confident ones it found the exceptions.
        """
        drawn = [event.rows for event in self._log if isinstance(event, Asked) and event.strategy == AUDIT]
        rows = np.unique(np.concatenate([np.empty(0, np.int64), *drawn]))
        rows = rows[self._is_answered(rows)]
        if rows.size < _FEWEST_PAST:
            return None, None
        answers = self._state.answers
        past = cross_fit(self._fit_on, self._X, answers.rows, answers.labels, rows)
        return past.confidence, self._scored(rows, past.predicted)[0]

    def _guessed_accuracy(self, rows: IntArray, target: float) -> float:
        """Return what the accuracy on the rows that are left is thought to be."""
        past_confidence, past_correct = self._past()
        # Halfway to perfect, until there are enough audit answers to know better.
        if past_correct is None:
            return (1 + target) / 2
        sure = self._confidence_of(rows)
        if sure is None or past_confidence is None:
            return float(past_correct.mean())
        return float(1 - error_chances(sure, past_confidence, past_correct).mean())

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

    def _ask_promised(self, rows: IntArray, predicted: AnyArray, name: str, chances: Chances | None = None) -> None:
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
                **with_chances(chances),
            )
        )

    def _attempts(self) -> int:
        names = [event.strategy for event in self._log if isinstance(event, Asked)]
        return sum(name.startswith(CERTIFICATE) or name.endswith(", stage=1)") for name in names)

    def _require_audit(self) -> None:
        if not self._audit:
            raise InvalidParameterError(
                "The session has no audit, and a figure from rows that a model chose would be wrong by many points. "
                "Make it with Session(..., audit=0.2): a fifth of the questions then follows a random order."
            )


def _is_in_audit_order(name: str) -> bool:
    """Return whether rows that were asked under this name were the next of the audit order."""
    return name == AUDIT or (name.startswith(CERTIFICATE) and _OTHER_ORDER not in name)
