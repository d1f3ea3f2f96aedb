"""Who is asked about which row next: the ranking, the random order of the audit, second opinions, and leases."""

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np

from querist import _random
from querist._typing import IntArray
from querist.labelling.log.board import Board
from querist.labelling.log.deeds import RESPONSES
from querist.labelling.log.ranking import INITIAL, CurrentRanking
from querist.labelling.serving.check_runs import CheckRuns
from querist.labelling.serving.leases import LEASE_SECONDS, SILENT_SECONDS, Leases, Ticket
from querist.labelling.serving.overlap import Overlap, places_of
from querist.labelling.serving.places import Places


class Queue:
    """Hands out rows. Not thread-safe: only the project's writer calls it.

    Parameters
    ----------
    board : Board
    audit_order : ndarray of int64
        The rows that are asked by their permanent random number; copies of others are not among them.
    seed : int
        Seed of the project.
    opinions : int, default=1
        Answers by different people wanted per row of the overlap.
    overlap : float, default=1
        Share of the answered rows that are to have so many; see `querist.labelling.serving.overlap`.
    audit_share : float, default=0.2
        Share of the questions that follow `audit_order`.
    """

    def __init__(
        self,
        board: Board,
        audit_order: IntArray,
        *,
        seed: int,
        opinions: int = 1,
        overlap: float = 1.0,
        audit_share: float = 0.2,
    ) -> None:
        self.audit_share = audit_share
        self.overlap = Overlap(board, audit_order, seed=seed, opinions=opinions, share=overlap)
        self.leases = Leases()
        self.check_runs = CheckRuns()
        self.current: CurrentRanking | None = None
        self._board = board
        self._audit_order = audit_order
        self._seed = seed
        # Questions that are done: with those that are held now they are counted. One that is let go of gives its place
        # back, so the audit keeps its share of what is answered, not of what was offered.
        self._n_done = board.n_events
        self._done_by: Counter[int | None] = Counter(board.by_person)
        self._places = Places(seed, "places of the audit")
        self._next_ranked = 0
        self._next_audited = 0
        # The place of each row in the audit's order, and how far that order has been drawn.
        self._place_of = places_of(audit_order)
        drawn = [row for row in board.drawn if row < self._place_of.size]
        self._drawn_until = int(self._place_of[drawn].max()) + 1 if drawn else 0
        # Drawn rows that a tab gave back for a better order. They wait for a place of the audit; had they another one
        # as well, each new order would fill it with them.
        self._given_back: set[int] = set()

    def use(self, current: CurrentRanking) -> None:
        """Ask by another ranking from now on; what people hold stays theirs."""
        self.current = current
        self._next_ranked = 0

    def reopen(self) -> None:
        """Look from the start again, because rows may be open that were not: an undo, a class that was removed."""
        self._next_ranked = self._next_audited = 0
        self.overlap.reopen()

    def change(self, *, opinions: int, overlap: float, audit_share: float) -> None:
        """Ask by other settings from now on."""
        self.overlap.opinions, self.overlap.share, self.audit_share = opinions, overlap, audit_share
        self.reopen()

    def hold(self, annotator: int, tab: str, rows: Iterable[int], now: float) -> None:
        """Renew the leases of a tab on `rows`, take up those that ran out and are still free, let go of the others."""
        wanted = set(rows)
        # A page that has just been loaded holds nothing of what the tab had.
        exchanges = bool(wanted)
        for ticket in self.held(annotator, tab):
            if ticket.row in wanted:
                ticket.expires = now + LEASE_SECONDS
                wanted.discard(ticket.row)
            else:
                self.leases.drop(ticket)
                if exchanges:
                    self._given_back.add(ticket.row)
        for row in wanted:
            if 0 <= row < self._board.n_rows and self._is_open(row, annotator, now):
                # The lease ran out, and its ticket is gone; the log knows which rows the audit drew.
                self._lease(row, annotator, tab, now, how=self.found_how(row))
        self.leases.heard(annotator, tab, now)

    def found_how(self, row: int) -> str:
        """Return how a row came to be asked whose ticket is gone, as far as the log tells."""
        if row in self._draws():
            return "certificate"
        if self._board.n_opinions[row]:
            return "again" if row in self._board.opinions_wanted else "overlap"
        return "audit" if row in self._board.drawn else "strategy"

    def _draws(self) -> list[int]:
        """Return the draws of a promise that are asked about before all others."""
        pending = self._board.pending
        return [] if pending is None else self._board.standing(pending.id).open.tolist()

    def held(self, annotator: int, tab: str) -> list[Ticket]:
        """Return what a tab holds."""
        return self.leases.of_tab(annotator, tab)

    def release(self, annotator: int) -> list[str]:
        """End all leases of a person, and return the tabs that had some."""
        tickets = self.leases.of_person(annotator)
        for ticket in tickets:
            self.leases.drop(ticket)
        self.reopen()
        return list(dict.fromkeys(ticket.tab for ticket in tickets))

    def restore(
        self,
        tickets: Iterable[Ticket],
        now: float,
        *,
        known: frozenset[tuple[int, str]],
        living: frozenset[tuple[int, str]] = frozenset(),
    ) -> None:
        """Give tabs back what they held before a restart; they have a lease's time to renew it.

        Of tabs that are not known to be `living`, the same person's next tab gets it at once, unless it is `known`
        from before the restart, too: people and their tabs, those with empty hands among them.
        """
        self.leases.restarted(known, now)
        for annotator, tab in living:
            self.leases.heard(annotator, tab, now)
        for ticket in tickets:
            if 0 <= ticket.row < self._board.n_rows and self._is_open(ticket.row, ticket.annotator, now):
                ticket.expires = now + LEASE_SECONDS
                self.leases.keep(ticket, now)

    def close(self, row: int, annotator: int) -> Ticket | None:
        """End a lease, because the row was answered or skipped; return it, also if it ran out."""
        for ticket in self.leases.on(row):
            if ticket.annotator == annotator:
                self.leases.drop(ticket)
                self._n_done += 1
                self._done_by[annotator] += 1
                if ticket.how == "audit":
                    self.check_runs.done(annotator)
                return ticket
        return None

    def take(self, annotator: int, tab: str, want: int, now: float) -> list[Ticket]:
        """Lease the next rows to a tab; fewer than `want` where fewer are left.

        What tabs of the same person hold that are heard of no more, since they were closed, is free at once.
        """
        self.leases.heard(annotator, tab, now)
        for ticket in self.leases.of_person(annotator):
            if ticket.tab != tab and self.leases.silence(annotator, ticket.tab, now, asked_by=tab) > SILENT_SECONDS:
                self.leases.drop(ticket)
        again, due = self._again(annotator, now), self._due(annotator, now)
        tickets: list[Ticket] = []
        while len(tickets) < want:
            found = self._next(annotator, now, again, due)
            if found is None:
                break
            row, how, rank = found
            tickets.append(self._lease(row, annotator, tab, now, how=how, rank=rank))
        return tickets

    def _next(
        self, annotator: int, now: float, again: Iterator[int], due: Iterator[int]
    ) -> tuple[int, str, int] | None:
        """Return the next row, how it came to be asked, and its rank."""
        check = self._wanted_check(annotator, now)
        if check is not None:
            return check
        row = next(again, None)
        if row is not None:
            return row, "again", -1
        is_turn = self.overlap.is_turn(annotator, self._done_by[annotator] + self.leases.n_held(annotator))
        row = next(due, None) if is_turn else None
        if row is not None:
            return row, "overlap", -1
        fresh = self._next_fresh(annotator, now)
        if fresh is None and not is_turn and (row := next(due, None)) is not None:
            return row, "overlap", -1
        return fresh

    def _next_fresh(self, annotator: int, now: float) -> tuple[int, str, int] | None:
        """Return the next row that nobody has answered."""
        for number, draw in enumerate(self._draws()):
            if self._is_open(draw, annotator, now):
                return draw, "certificate", number
        place = self._left_open(annotator, now)
        if place is not None:
            return self._checked(place)
        ranked = self.current is not None and not self._places.has(self._n_done + len(self.leases), self.audit_share)
        if not ranked:
            place = self._next_check(annotator, now)
            ranked = self.current is not None and place is None
        if ranked:
            rank = self._first_open(self._ranked(), self._next_ranked, annotator, now, to_strategy=True)
            if rank is not None and self.current is not None:
                self._next_ranked = self._advanced(self._ranked(), self._next_ranked)
                how = INITIAL if self.current.strategy == INITIAL else "strategy"
                return int(self.current.ranking.order[rank]), how, rank
        if place is None:
            place = self._first_open(self._audit_order, self._next_audited, annotator, now)
        return None if place is None else self._checked(place)

    def _checked(self, place: int) -> tuple[int, str, int]:
        """Return the row at a place of the audit's order as the next question."""
        self._next_audited = self._advanced(self._audit_order, self._next_audited)
        return int(self._audit_order[place]), "audit", place

    def _next_check(self, annotator: int, now: float) -> int | None:
        """Return the place of the next check question; None once all rows that were set aside for them are asked."""
        place = self._first_open(self._audit_order, self._next_audited, annotator, now)
        aside = self._board.reserve
        is_over = place is not None and aside.is_open and int(self._audit_order[place]) not in aside.members
        return None if is_over else place

    def n_checks_open(self) -> int:
        """Return how many check questions nobody has answered yet; 0 where their order is not settled yet."""
        board = self._board
        if board.reserve.is_open:
            rows = board.reserve.rows
        elif self.audit_share and self.current is not None and self.current.strategy != INITIAL:
            rows = self._audit_order
        else:
            return 0
        return sum(row not in board.skipped for row in rows[board.n_opinions[rows] == 0].tolist())

    def _wanted_check(self, annotator: int, now: float) -> tuple[int, str, int] | None:
        """Return the next check question of somebody who wants some in a row; those of a promise go before them."""
        left = self.check_runs.left(annotator)
        if not left:
            return None
        held = sum(ticket.how == "audit" for ticket in self.leases.of_person(annotator))
        if left <= held or any(self._is_open(draw, annotator, now) for draw in self._draws()):
            return None
        place = self._left_open(annotator, now)
        if place is None:
            place = self._next_check(annotator, now)
        if place is None:
            # There are no more; what the person holds is the rest of them.
            self.check_runs.begin(annotator, held)
            return None
        return self._checked(place)

    def _left_open(self, annotator: int, now: float) -> int | None:
        """Return the place of the first row that was drawn for the audit and that nobody holds; None: there is none.

        Somebody closed the page or went away, or an answer was taken back. The sample ends before such a row.
        """
        rows = self._audit_order[self._next_audited : self._drawn_until]
        for row in rows[self._board.n_opinions[rows] == 0].tolist():
            if row in self._board.drawn and row not in self._given_back and self._is_open(row, annotator, now):
                return int(self._place_of[row])
        return None

    def _ranked(self) -> IntArray:
        return np.empty(0, np.int64) if self.current is None else self.current.ranking.order

    def _first_open(
        self, order: IntArray, start: int, annotator: int, now: float, *, to_strategy: bool = False
    ) -> int | None:
        # Draws of a promise must be answered without the guess in sight, and so must those of the audit that are open
        # (again, where an answer was taken back); rows that the model has labelled are done, but for the audit, which
        # goes on over all rows.
        pending = self._board.pending if to_strategy else None
        aside = self._board.reserve.members if to_strategy else frozenset()
        kept = frozenset() if pending is None else frozenset(pending.terms.draws.tolist())
        model_labels, answers, drawn = self._board.model_labels, self._board.n_opinions, self._board.drawn
        for place in range(start, order.size):
            row = int(order[place])
            if answers[row] or (
                to_strategy and (model_labels[row] >= 0 or row in kept or row in drawn or row in aside)
            ):
                continue
            if self._is_open(row, annotator, now):
                return place
        return None

    def _advanced(self, order: IntArray, start: int) -> int:
        """Return the first place whose row is not done for good."""
        labels, skipped = self._board.labels, self._board.skipped
        while start < order.size and (labels[order[start]] >= 0 or int(order[start]) in skipped):
            start += 1
        return start

    def _is_open(self, row: int, annotator: int, now: float) -> bool:
        board = self._board
        if board.copies.first(row) != row:
            return False
        done = int(board.n_opinions[row])
        if not done and row in board.skipped:
            return False
        wanted = self.n_wanted(row)
        if done >= wanted or (done and self._has_said(row, annotator)):
            return False
        live = self.leases.live(row, now)
        return done + len(live) < wanted and all(ticket.annotator != annotator for ticket in live)

    def n_wanted(self, row: int) -> int:
        """Return how many people's answers are wanted on a row."""
        return self.overlap.wanted(row) + self._board.opinions_wanted.get(row, 0)

    def _has_said(self, row: int, annotator: int) -> bool:
        """Whether a person has answered a row, so that it counts, or cannot tell, or has decided about it."""
        said = [act for act in self._board.acts_on(row) if act.annotator == annotator and not act.undone]
        if any(act.kind == "adjudicated" for act in said):
            return True
        last = next((act for act in reversed(said) if act.kind in RESPONSES), None)
        return last is not None and (last.kind == "skipped" or self._board.label_of(last.class_id) >= 0)

    def _again(self, annotator: int, now: float) -> Iterator[int]:
        """Yield rows that others have answered and that somebody wants one more opinion on."""
        board = self._board
        for row in sorted(row for row in board.opinions_wanted if board.n_opinions[row]):
            if self._is_open(row, annotator, now):
                yield row

    def _due(self, annotator: int, now: float) -> Iterator[int]:
        """Yield rows of the overlap that others have answered."""
        for row in self.overlap.due(annotator):
            if self._has_said(row, annotator):
                self.overlap.pass_over(row, annotator)
            elif self._is_open(row, annotator, now):
                yield row

    def _hides_guess(self, row: int, how: str) -> bool:
        """Whether the guess stays hidden: on random rows, second opinions, and as many of the others."""
        if how in ("audit", "again", "overlap", "certificate"):
            return True
        again = self.overlap.share_of_questions
        hidden = again + (1.0 - again) * self.audit_share
        share = min(1.0, hidden / (1.0 - hidden)) if hidden < 1 else 1.0
        return bool(_random.row_keys(self._seed ^ 0x5EED, np.array([row]))[0] < share)

    def _lease(self, row: int, annotator: int, tab: str, now: float, *, how: str, rank: int = -1) -> Ticket:
        current = self.current
        ticket = Ticket(
            row=row,
            annotator=annotator,
            tab=tab,
            how=how,
            strategy=current.strategy if current is not None and how in ("strategy", INITIAL) else "",
            ranking=current.version if current is not None else 0,
            rank=rank,
            utility=_finite(current.ranking.utility[row]) if current is not None and how == "strategy" else None,
            at=now,
            expires=now + LEASE_SECONDS,
            hidden=self._hides_guess(row, how),
        )
        self.leases.keep(ticket, now)
        if how == "audit":
            self._drawn_until = max(self._drawn_until, int(self._place_of[row]) + 1)
            self._given_back.discard(row)
        return ticket


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
