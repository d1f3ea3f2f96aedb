"""Who begins promises about a session's model."""

import copy
from functools import partial

import numpy as np

from querist._validation import check_number
from querist.audit.cross_fitting import cross_fit
from querist.audit.order import audit_numbers, promise_numbers
from querist.audit.outcomes import RIGHT
from querist.audit.past import FEWEST_PAST, Frozen, Past
from querist.audit.promise_planning import (
    certificate_promise,
    guessed_accuracy,
    model_labels_promise,
    offer_after,
    plan_certificate,
    plan_model_labels,
)
from querist.base.adapted import original
from querist.base.scoring import needs_probabilities
from querist.base.selection import Chances
from querist.exceptions import InvalidParameterError
from querist.session.audit_trail import AuditTrail
from querist.session.journal import Journal
from querist.session.promises import AutoLabel, Certificate, Snapshot, ask_promised
from querist.session.second_opinion import SecondOpinion
from querist.session.state import ANSWERED, OUTSTANDING
from querist.session.trained import Trained


class Certifier:
    """Freezes a session's model and begins promises about it.

    Parameters
    ----------
    journal : Journal
    trail : AuditTrail
    trained : Trained
    """

    def __init__(self, journal: Journal, trail: AuditTrail, trained: Trained) -> None:
        self._journal = journal
        self._trail = trail
        self._trained = trained

    def certify(self, target: float, *, guess: float | None, confidence: float, power: float | None) -> Certificate:
        """Draw the rows of a certificate; see `Session.certify`."""
        check_number(target, "target", low=0, high=1, open_low=True)
        frozen = self._freeze()
        attempt = self._trail.n_promises() + 1
        # The audit's order while it is fresh: so its sample grows by the draws.
        in_order = self._trail.is_fresh(frozen.rows)
        seed = self._journal.seed
        numbers = audit_numbers(seed, frozen.rows) if in_order else promise_numbers(seed, frozen.rows, attempt)
        past = self._past() if guess is None else None
        sure = self._trained.confidences(frozen.rows) if past is not None else None
        drawn_from = Frozen(frozen.rows, numbers, sure)
        if guess is None:
            guess = guessed_accuracy(target, sure, past)
        plan = plan_certificate(drawn_from, target, guess, attempt=attempt, confidence=confidence, power=power)
        promise = certificate_promise(plan, drawn_from, attempt=attempt, confidence=confidence)
        chances = Chances.even(frozen.rows.size, promise.draws.size)
        ask_promised(
            self._journal, promise, promise.draws, frozen.says(promise.draws), in_order=in_order, chances=chances
        )
        return Certificate(plan, promise, frozen, self._trail, partial(offer_after, promise, drawn_from, past))

    def auto_label(self, target: float, *, most_labels: int, confidence: float) -> AutoLabel:
        """Plan which rows the model may label; see `Session.auto_label`."""
        frozen = self._freeze()
        attempt = self._trail.n_promises() + 1
        # A model without probabilities is refused here, before others are trained to look back.
        sure = self._trained.confidences(frozen.rows)
        if sure is None:
            raise needs_probabilities(frozen.model, "Session.auto_label")
        second = SecondOpinion(self._journal, self._trained)
        past = self._past(second)
        # Not the audit's order: draws from a part of the rows would leave the others in front of it.
        drawn_from = Frozen(
            frozen.rows,
            promise_numbers(self._journal.seed, frozen.rows, attempt),
            sure,
            frozen.predicted,
            second.chances(frozen.rows, frozen.predicted) if past is not None and second.is_there else None,
        )
        plan = plan_model_labels(
            drawn_from, target, past, attempt=attempt, confidence=confidence, most_labels=most_labels
        )
        promise = model_labels_promise(plan, drawn_from, attempt=attempt, confidence=confidence)
        offer = partial(offer_after, promise, drawn_from, past, most_labels=most_labels)
        return AutoLabel(plan, promise, frozen, self._journal, self._trail, offer)

    def _freeze(self) -> Snapshot:
        status = self._journal.state.status
        n_open = int((status == OUTSTANDING).sum())
        if n_open:
            raise InvalidParameterError(
                f"{n_open} rows are asked and not answered: tell, skip or release() them first."
            )
        # A warm start would go on from the very object.
        model = original(copy.deepcopy(self._trained.fit()))
        rows = np.flatnonzero(status != ANSWERED)
        if not rows.size:
            raise InvalidParameterError(
                "Every row has an answer: there is nothing left to promise. Add rows with extend() first."
            )
        return Snapshot(model, rows, self._trained.predict_rows(rows))

    def _past(self, second: SecondOpinion | None = None) -> Past | None:
        """Return what models that were not trained on them say of the rows that were drawn at random."""
        rows = self._trail.answered_draws()
        if rows.size < FEWEST_PAST:
            return None
        answers = self._journal.state.answers
        past = cross_fit(self._trained.fit_on, self._journal.X, answers.rows, answers.labels, rows)
        other = second.past_chances(rows, past.predicted) if second is not None and second.is_there else None
        return Past(self._trail.outcomes(rows, past.predicted) == RIGHT, past.confidence, past.predicted, other)
