"""The draws of a session and what became of them."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from querist._typing import AnyArray, BoolArray, FloatArray, IntArray, Label
from querist.audit.design import EXCHANGEABLE
from querist.audit.estimate import FEWEST
from querist.audit.order import AuditOrder, AuditPrefix, audit_numbers, audit_prefix, is_fresh
from querist.audit.outcomes import OPEN, RIGHT, VOID, OutcomeArray, judge
from querist.base.open_rows import OpenRows
from querist.session.audit_choice import AuditChoice
from querist.session.events import Answered, Asked, Event, undone
from querist.session.journal import Journal
from querist.session.part_numbers import rows_below
from querist.session.reserve import Reserve
from querist.session.state import ANSWERED, SKIPPED, State

# Rows of the order that are looked at together at first.
_BLOCK = 256


class Draw(NamedTuple):
    """A row that the audit drew.

    Attributes
    ----------
    row : int
    predicted : label or None
        What the model of that moment said of it, before its answer was told; None: there was no model yet.
    n_labelled : int
        Answers that this model knew.
    """

    row: int
    predicted: Label | None
    n_labelled: int


def draws(events: Iterable[Event]) -> Iterator[Draw]:
    """Yield the rows that the audit drew, in order; those drawn again after a release, too."""
    for event in events:
        if isinstance(event, Asked) and event.how == "audit":
            predictions = event.predictions or (None,) * event.rows.size
            for row, label in zip(event.rows.tolist(), predictions, strict=True):
                yield Draw(row, label, event.n_labelled)


class AuditTrail:
    """Who is drawn next, what is fresh, and which draws were right.

    Parameters
    ----------
    journal : Journal
    choice : AuditChoice
        Share of the questions that follow the audit's order, and whether their answers teach the model that asks.
    tolerance : float, default=None
        Of a regressor: how far from the answer a right prediction may be.

    Attributes
    ----------
    reserve : Reserve or None
        What is set aside for the audit; None where all answers teach.
    """

    def __init__(self, journal: Journal, choice: AuditChoice, tolerance: float | None = None) -> None:
        self.choice, self.share, self.tolerance = choice, choice.share, tolerance
        self.reserve = Reserve(journal, choice.share) if choice.share and choice.design == EXCHANGEABLE else None
        self._journal = journal
        self._order: AuditOrder | None = None
        # Of all rows drawn in audit order the one farthest in it, and how many events were looked at for it.
        self._farthest: IntArray = np.empty(0, np.int64)
        self._n_seen = 0
        self._first: tuple[int, dict[int, Label]] = (0, {})
        # How many rows of the order's head are not free, and of which state this was found out.
        self._n_taken: tuple[int, State | None, int] = (0, None, 0)

    @property
    def order(self) -> AuditOrder:
        """All rows by their permanent random numbers."""
        if self._order is None or self._order.n_rows != self._journal.n_rows:
            numbers_of = partial(audit_numbers, self._journal.seed)
            self._order = AuditOrder(numbers_of, self._journal.n_rows, rows_below(self._journal.X, numbers_of))
        return self._order

    def due(self, free: BoolArray, batch_size: int) -> IntArray:
        """Return the audit's rows of a batch: its share, fractions carried over from batch to batch."""
        if not self.share:
            return np.empty(0, np.int64)
        asked = self._journal.state.n_asked
        n = int((asked + batch_size) * self.share + 1e-9) - int(asked * self.share + 1e-9)
        if self.reserve is None:
            return self.next_rows(free, n)
        reserved = self.reserve.rows[free[self.reserve.rows]]
        # Where the strategy has no more rows of its own, the rest is the audit's.
        n = max(n, batch_size - (int(free.sum()) - reserved.size))
        return reserved[:n]

    def next_rows(self, free: BoolArray, n: int) -> IntArray:
        """Return the next free rows in the audit's order, of which those that are set aside are the head.

        What lies before the first free row is not looked at again until rows become free.
        """
        order, state = self.order, self._journal.state
        taken, seen, n_freed = self._n_taken
        if seen is not state or n_freed != state.n_freed:
            taken = 0
        found: list[IntArray] = []
        place, missing, size = taken, n, max(n, _BLOCK)
        while missing > 0 and place < order.n_rows:
            block = order.head(place + size)[place:]
            fits = np.flatnonzero(free[block])
            if not found:
                taken = place + (int(fits[0]) if fits.size else block.size)
            if fits.size:
                found.append(block[fits[:missing]])
                missing -= fits.size
            place, size = place + size, 2 * size
        self._n_taken = (taken, state, state.n_freed)
        return np.concatenate(found) if found else np.empty(0, np.int64)

    def left_to_strategy(self, free: OpenRows, drawn: IntArray) -> OpenRows:
        """Return the free rows that the strategy may ask: none that are drawn now, none that are set aside."""
        return free.without(drawn if self.reserve is None else np.append(self.reserve.rows, drawn))

    def is_fresh(self, rows: IntArray) -> bool:
        """Return whether rows lie behind all that were drawn in audit order; see `querist.audit.is_fresh`.

        Never with a reserve: the strategy has not chosen among the rows that the order begins with.
        """
        if self.reserve is not None:
            self.reserve.catch_up()
            if self.reserve.is_open:
                return False
        events = self._journal.events
        for event in events[self._n_seen :]:
            if isinstance(event, Asked) and event.in_audit_order and event.rows.size:
                drawn = np.append(self._farthest, event.rows)
                self._farthest = drawn[[audit_numbers(self._journal.seed, drawn).argmax()]]
        self._n_seen = len(events)
        return is_fresh(self._journal.seed, rows, self._farthest)

    @property
    def is_exchangeable(self) -> bool:
        """Whether the sample is one that the questions did not depend on.

        In a session that an earlier version began this is so once there are enough answers from the reserve; until then
        figures are of the old kind.
        """
        if self.reserve is None:
            return False
        self.reserve.catch_up()
        if not self.reserve.came_late:
            return True
        head = audit_prefix(self.reserve.sample, *self._done())
        return head.rows.size + head.skipped.size >= FEWEST

    def sample_order(self, n: int) -> IntArray:
        """Return the first n of the rows whose answered head is the audit sample, in audit order."""
        if self.reserve is not None and self.is_exchangeable:
            return self.reserve.sample[:n]
        return self.order.head(n)

    def _done(self) -> tuple[BoolArray, BoolArray]:
        status = self._journal.state.status
        return status == ANSWERED, status == SKIPPED

    def prefix(self) -> AuditPrefix:
        """Return the audit sample."""
        answered, skipped = self._done()
        n = _BLOCK
        while True:
            order = self.sample_order(n)
            # Up to the first row that is open, or to the end.
            if order.size < n or not (answered[order] | skipped[order]).all():
                return audit_prefix(order, answered, skipped)
            n *= 2

    def first_answers(self) -> dict[int, Label]:
        """Return the first answer to each row that stands. All are blind: nobody was shown a guess."""
        events = self._journal.events
        if self._first[0] != len(events):
            gone = undone(events)
            first: dict[int, Label] = {}
            for event in events:
                if isinstance(event, Answered) and event.number not in gone:
                    for row, label in zip(event.rows.tolist(), event.labels.tolist(), strict=True):
                        first.setdefault(row, label)
            self._first = (len(events), first)
        return self._first[1]

    def is_answered(self, rows: IntArray) -> BoolArray:
        """Return which rows have an answer."""
        answered: BoolArray = self._journal.state.status[rows] == ANSWERED
        return answered

    def outcomes(self, rows: IntArray, predicted: AnyArray | list[Any]) -> OutcomeArray:
        """Return what became of rows that a model had predicted; see `querist.audit.outcomes.judge`."""
        status = self._journal.state.status[rows]
        labels = predicted.tolist() if isinstance(predicted, np.ndarray) else predicted
        is_over = (status == ANSWERED) | (status == SKIPPED)
        return judge(rows, labels, self.first_answers(), is_over, tolerance=self.tolerance)

    def drawn(self) -> tuple[IntArray, IntArray, OutcomeArray]:
        """Return the draws that a model had predicted: rows, the labels that it knew, and what became of them."""
        # Of a row that was released and drawn again the first draw counts: the second was none.
        first: dict[int, Draw] = {}
        for draw in draws(self._journal.events):
            first.setdefault(draw.row, draw)
        known = [draw for draw in first.values() if draw.predicted is not None]
        rows = np.array([draw.row for draw in known], np.int64)
        at = np.array([draw.n_labelled for draw in known], np.int64)
        return rows, at, self.outcomes(rows, [draw.predicted for draw in known])

    def scored(self) -> tuple[IntArray, FloatArray]:
        """Return, for each answered draw, the labels behind its prediction and whether that was right.

        None of a model that is never trained: there is no curve to draw through them, and they are the audit sample.
        """
        if self._journal.has_fixed_model:
            return np.empty(0, np.int64), np.empty(0)
        _, at, outcome = self.drawn()
        told = (outcome != OPEN) & (outcome != VOID)
        return at[told], (outcome[told] == RIGHT).astype(np.float64)

    def scored_labels(self) -> list[Label]:
        """Return the first answers to the draws of `scored`, in their order."""
        if self._journal.has_fixed_model:
            return []
        rows, _, outcome = self.drawn()
        first = self.first_answers()
        return [first[row] for row in rows[(outcome != OPEN) & (outcome != VOID)].tolist()]

    def answered_draws(self) -> IntArray:
        """Return the rows that the audit or a promise drew, predicted or not, and that have an answer; ascending."""
        rows = [event.rows for event in self._journal.events if isinstance(event, Asked) and event.how != "strategy"]
        drawn: IntArray = np.unique(np.concatenate([np.empty(0, np.int64), *rows]))
        answered: IntArray = drawn[self._journal.state.status[drawn] == ANSWERED]
        return answered

    def n_promises(self) -> int:
        """Return how many attempts at a promise there were."""
        numbers = [event.promise for event in self._journal.events if isinstance(event, Asked)]
        return max((number for number in numbers if number is not None), default=0)
