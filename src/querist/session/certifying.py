"""Promises about a frozen model, kept by fresh random draws."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from querist._typing import AnyArray, BoolArray, IntArray, Model
from querist.audit.auto_label import AutoLabelPlan, AutoLabels, auto_labels
from querist.audit.certificate import Plan, remainder_accuracy, rest_bound
from querist.audit.estimate import Estimate
from querist.exceptions import InvalidParameterError, NotEnoughLabelsError

if TYPE_CHECKING:
    from querist.session.auditing import AuditedSession


class CertificateResult(NamedTuple):
    """What a certificate says.

    Attributes
    ----------
    passed : bool
        Whether the target is certified.
    estimate : Estimate
        Accuracy of the frozen model on all rows that had no answer when it was frozen.
    rest : float
        Certified share of right predictions among those of them that have no answer now, draws that were skipped
        included, whoever answered the others and in whatever order.
    n_rest : int
        How many those are.
    """

    passed: bool
    estimate: Estimate
    rest: float
    n_rest: int

    def __str__(self) -> str:
        return (
            f"If you stop now, the remaining {self.n_rest:,} rows are labelled with at least {self.rest:.1%} accuracy "
            f"({self.estimate.confidence:.0%} confidence)."
        )


class Certificate:
    """A test of a frozen model on fresh draws; `Session.certify` starts it.

    Label `rows` with `Session.tell` (or skip them), then ask for the `result`.

    Attributes
    ----------
    plan : Plan
        How many labels it takes, and what its chances are.
    rows : ndarray
        The fresh draws, in audit order.
    model : classifier
        The frozen model.
    attempt : int
        Number of this attempt in the session.
    """

    def __init__(
        self, session: "AuditedSession", plan: Plan, remaining: IntArray, predicted: AnyArray, draws: IntArray,
        model: Model, *, attempt: int, confidence: float,
    ) -> None:  # fmt: skip
        self._session = session
        self._remaining = remaining
        self._predicted = predicted
        self._draws = draws
        self._confidence = confidence
        self.plan = plan
        self.rows = remaining[draws]
        self.model = model
        self.attempt = attempt

    def result(self) -> CertificateResult:
        """Return what is certified.

        The draws need not all be answered if the outcome is decided already; open ones then count as wrong.

        Raises
        ------
        NotEnoughLabelsError
            If the outcome still depends on draws without an answer.
        """
        session = self._session
        correct, closed = session._scored(self.rows, self._predicted[self._draws])
        n_correct, n_open = int(correct.sum()), int((~closed).sum())
        if n_open and n_correct < self.plan.n_needed <= n_correct + n_open:
            raise NotEnoughLabelsError(
                f"{n_open} of the {self.rows.size} drawn rows have no answer yet: tell or skip them."
            )
        n_unanswered = self.rows.size - int(session._is_answered(self.rows).sum())
        counts = (n_correct, self.rows.size, self.plan.n_remaining)
        estimate = remainder_accuracy(
            *counts, attempt=self.attempt, confidence=self._confidence, n_skipped=n_unanswered
        )
        # Others may have been answered meanwhile, perhaps the ones that the model gets right.
        known = session._is_answered(self._remaining)
        right, _ = session._scored(self._remaining[known], self._predicted[known])
        n_known = int(known.sum())
        rest = rest_bound(*counts, attempt=self.attempt, confidence=self._confidence, known=(int(right.sum()), n_known))
        passed = n_correct >= self.plan.n_needed
        return CertificateResult(passed, estimate, rest, self.plan.n_remaining - n_known)


class AutoLabel:
    """Lets a frozen model label as many rows as a promise allows; `Session.auto_label` starts it.

    Call `ask`, label those rows, and again, until it returns none; then take the `result`.

    Attributes
    ----------
    plan : AutoLabelPlan
    model : classifier
        The frozen model.
    attempt : int
        Number of this attempt in the session; it counts from the first `ask` on.
    """

    def __init__(
        self, session: "AuditedSession", plan: AutoLabelPlan, rows: IntArray, predicted: AnyArray, model: Model, *,
        attempt: int, promise: float,
    ) -> None:  # fmt: skip
        self._session = session
        self._rows = rows
        self._predicted = predicted
        self._promise = promise
        self._stage = 0
        self._version = session._version
        self.plan = plan
        self.model = model
        self.attempt = attempt

    def ask(self) -> IntArray:
        """Return the rows of the next stage; none when the outcome is decided.

        Raises
        ------
        InvalidParameterError
            If answers came in or another promise began between `Session.auto_label` and the first stage.
        NotEnoughLabelsError
            If rows of an earlier stage have no answer yet.
        """
        session = self._session
        # Else one could prepare many, and begin the one that the answers since have favoured.
        if not self._stage and (session._version, session._attempts()) != (self._version, self.attempt - 1):
            raise InvalidParameterError("The session has gone on since this was planned. Call auto_label() again.")
        while self._stage < len(self.plan.regions):
            if self._stage and self._outcome().n_regions < self._stage:
                break
            rows = self.plan.stage(self._stage)
            rows = rows[~session._is_answered(rows)]
            self._stage += 1
            # The first stage marks the attempt, even if it has no rows.
            if rows.size or self._stage == 1:
                name = f"auto_label(target={self.plan.target}, stage={self._stage})"
                session._ask_promised(rows, self._predictions(rows), name)
            if rows.size:
                return rows
        return np.empty(0, np.int64)

    def result(self) -> tuple[AutoLabels, AnyArray]:
        """Return what the model may label, and its labels for ``rows`` of that.

        Raises
        ------
        NotEnoughLabelsError
            If rows that were asked have no answer yet.
        """
        released = self._outcome()
        return released, self._predictions(released.rows)

    def _outcome(self) -> AutoLabels:
        correct, closed = self._session._scored(self.plan.sample, self._predictions(self.plan.sample))
        reached: BoolArray = np.zeros(closed.size, bool)
        for stage in range(self._stage):
            reached |= np.isin(self.plan.sample, self.plan.stage(stage))
        n_open = int((reached & ~closed).sum())
        if n_open:
            raise NotEnoughLabelsError(f"{n_open} rows that were asked have no answer yet: tell or skip them.")
        # Regions beyond the last stage asked have not been tested.
        tested = AutoLabelPlan(self.plan.target, self.plan.level, self.plan.regions[: self._stage], self.plan.sample)
        return auto_labels(tested, correct & closed, promise=self._promise)

    def _predictions(self, rows: IntArray) -> AnyArray:
        place = np.searchsorted(self._rows, rows)
        found: Any = self._predicted[place]
        return np.asarray(found)
