"""Promises about a session's frozen model: what `Session.certify` and `Session.auto_label` return."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from querist._typing import AnyArray, Classifier, IntArray
from querist._validation import check_positive_int
from querist.audit.auto_label import model_labels_accuracy
from querist.audit.auto_label_plan import AutoLabelPlan
from querist.audit.certificate import CertificateResult, certificate_result
from querist.audit.certificate_plan import Plan
from querist.audit.estimate import Estimate
from querist.audit.offers import Offer
from querist.audit.outcomes import OPEN, RIGHT, VOID, OutcomeArray
from querist.audit.promise import Promise, Standing, standing
from querist.base.selection import Chances
from querist.exceptions import InvalidParameterError, NotEnoughLabelsError
from querist.session.audit_trail import AuditTrail
from querist.session.events import Asked, with_chances
from querist.session.journal import Journal

# From what became of the draws of an attempt that failed to a smaller promise.
Offers = Callable[[OutcomeArray], Offer | None]
# Draws that are asked at once where nothing else is said.
BATCH = 10


class Snapshot(NamedTuple):
    """A frozen model, the rows without an answer, ascending, and what it says of them."""

    model: Classifier
    rows: IntArray
    predicted: AnyArray

    def says(self, rows: IntArray) -> AnyArray:
        """Return what it says of some of those rows."""
        found: AnyArray = self.predicted[np.searchsorted(self.rows, rows)]
        return found


def ask_promised(
    journal: Journal,
    promise: Promise,
    rows: IntArray,
    predicted: AnyArray,
    *,
    in_order: bool = False,
    chances: Chances | None = None,
) -> None:
    """Ask about rows for a promise, with the frozen model's word on them before it is told."""
    # Not a round: promises do not move the strategy's random numbers.
    journal.record(
        Asked(
            journal.next_number,
            rows,
            round=-1,
            strategy="",
            n_labelled=len(journal.state.answers),
            how=promise.kind,
            promise=promise.attempt,
            in_audit_order=in_order,
            utilities=np.full(rows.size, np.nan),
            predictions=tuple(predicted.tolist()),
            **with_chances(chances),
        )
    )


class Certificate:
    """A test of a frozen model on fresh draws; `Session.certify` starts it.

    Label what `ask` returns with `Session.tell` (or skip it), and again, until it returns none; then take the `result`.
    Who labels all `rows` at once may do so: it takes more labels where a few would have decided.

    Attributes
    ----------
    plan : Plan
        How many labels it takes, and what its chances are.
    rows : ndarray
        The fresh draws, in the order of their random numbers.
    model : classifier
        The frozen model.
    attempt : int
        Number of this attempt in the session.
    """

    def __init__(self, plan: Plan, promise: Promise, frozen: Snapshot, trail: AuditTrail, offer: Offers) -> None:
        self._promise = promise
        self._offer = offer
        self._frozen = frozen
        self._trail = trail
        self.plan = plan
        self.rows = promise.draws
        self.model = frozen.model
        self.attempt = promise.attempt

    def ask(self, batch_size: int = BATCH) -> IntArray:
        """Return the next of the draws; none when the outcome is decided.

        Parameters
        ----------
        batch_size : int, default=10
            At most so many. A model that is not good enough has as many wrong ones as decide among the first of them.

        Returns
        -------
        ndarray
            Rows without an answer. Where there are none, all that are still outstanding can be put back with
            `Session.release`.
        """
        check_positive_int(batch_size, "batch_size")
        return self._where().open[:batch_size]

    def result(self) -> CertificateResult:
        """Return what is certified.

        The draws need not all be answered: the outcome is decided by then, and open ones count as wrong.

        Raises
        ------
        NotEnoughLabelsError
            If the outcome still depends on draws without an answer.
        """
        where = self._where()
        if where.open.size:
            raise NotEnoughLabelsError(
                f"{where.open.size} of the {self.rows.size} drawn rows have no answer yet: tell or skip them."
            )
        # Others may have been answered meanwhile, perhaps the ones that the model gets right.
        known = self._trail.is_answered(self._frozen.rows)
        rows = self._frozen.rows[known]
        n_right = int((self._trail.outcomes(rows, self._frozen.predicted[known]) == RIGHT).sum())
        found = certificate_result(self._promise, self._outcome(), n_known=rows.size, n_known_right=n_right)
        found = found._replace(tolerance=self._trail.tolerance)
        return found if found.passed else found._replace(offer=self._offer(self._outcome()))

    def _where(self) -> Standing:
        return standing(self._promise, self._outcome())

    def _outcome(self) -> OutcomeArray:
        return self._trail.outcomes(self.rows, self._frozen.says(self.rows))


class AutoLabelResult(NamedTuple):
    """What the model may label.

    Attributes
    ----------
    rows : ndarray of shape (n,)
        Rows without an answer that the model may label, ascending; empty if no region passed.
    labels : ndarray of shape (n,)
        What the frozen model says of them.
    estimate : Estimate
        Their accuracy, with the bound that is promised.
    n_regions : int
        How many regions passed.
    offer : Offer or None
        A smaller promise that is expected to pass, where none did.
    """

    rows: IntArray
    labels: AnyArray
    estimate: Estimate
    n_regions: int
    offer: Offer | None = None

    def __str__(self) -> str:
        if self.estimate.low is None:
            return self.estimate.note + (f" {self.offer}" if self.offer else "")
        return (
            f"The model may label {self.rows.size:,} rows with at least {self.estimate.low:.1%} accuracy "
            f"({self.estimate.confidence:.0%} confidence)."
        )


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
        self,
        plan: AutoLabelPlan,
        promise: Promise,
        frozen: Snapshot,
        journal: Journal,
        trail: AuditTrail,
        offer: Offers,
    ) -> None:
        self._promise = promise
        self._offer = offer
        self._frozen = frozen
        self._journal = journal
        self._trail = trail
        # Regions that draws were asked of, and those draws.
        self._n_begun = 0
        self._asked: IntArray = np.empty(0, np.int64)
        self._version = journal.version
        self.plan = plan
        self.model = frozen.model
        self.attempt = promise.attempt

    def ask(self, batch_size: int = BATCH) -> IntArray:
        """Return the next draws of the region that is being tested; none when the outcome is decided.

        Parameters
        ----------
        batch_size : int, default=10
            At most so many. A region that is not good enough has too many wrong ones among the first of its draws, as a
            rule, and no more are asked then.

        Raises
        ------
        InvalidParameterError
            If answers came in or another promise began between `Session.auto_label` and the first draws.
        NotEnoughLabelsError
            If rows that were asked have no answer yet.
        """
        check_positive_int(batch_size, "batch_size")
        # Else one could prepare many, and begin the one that the answers since have favoured.
        if not self._n_begun and (self._journal.version, self._trail.n_promises()) != (self._version, self.attempt - 1):
            raise InvalidParameterError("The session has gone on since this was planned. Call auto_label() again.")
        where = self._where()
        chunk = where.open[:batch_size] if where.state == "asking" else np.empty(0, np.int64)
        # The first draws mark the attempt, even if there are none.
        if chunk.size or not self._n_begun:
            ask_promised(self._journal, self._promise, chunk, self._frozen.says(chunk))
        self._n_begun = max(self._n_begun, where.stage + 1)
        self._asked = np.append(self._asked, chunk)
        return chunk

    def result(self) -> AutoLabelResult:
        """Return what the model may label.

        Raises
        ------
        NotEnoughLabelsError
            If rows that were asked have no answer yet.
        """
        outcome = self._outcome()
        where = self._where() if self._n_begun else None
        n_passed = 0 if where is None else where.n_passed
        region = self.plan.regions[n_passed - 1] if n_passed else np.empty(0, np.int64)
        rows = np.setdiff1d(region, self.plan.sample)
        estimate = model_labels_accuracy(self._promise, outcome, n_passed)
        offer = self._offer(outcome) if where is not None and where.state == "failed" else None
        return AutoLabelResult(rows, self._frozen.says(rows), estimate, n_passed, offer)

    def _where(self) -> Standing:
        """Return where the promise stands.

        Raises
        ------
        NotEnoughLabelsError
            If draws that were asked last are open, and the outcome depends on them.
        """
        where = standing(self._promise, self._outcome())
        n_open = int(np.isin(where.open, self._asked).sum())
        if n_open:
            raise NotEnoughLabelsError(f"{n_open} rows that were asked have no answer yet: tell or skip them.")
        return where

    def _outcome(self) -> OutcomeArray:
        found = self._trail.outcomes(self.plan.sample, self._frozen.says(self.plan.sample))
        # Who skipped a row before it was drawn for this may yet know the answer.
        not_asked = ~np.isin(self.plan.sample, self._asked)
        return np.where(not_asked & (found == VOID), OPEN, found).astype(np.int8)
