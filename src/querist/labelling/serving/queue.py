"""Who is asked about which row next: the ranking, the random order of the audit, and leases."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from querist import _random
from querist._typing import IntArray
from querist.labelling.log.board import Board
from querist.labelling.log.ranking import CurrentRanking
from querist.labelling.log.typed import misfits

# A lease that is not renewed ends after this many seconds; the page renews each third of it.
LEASE_SECONDS = 60.0
# Within each block of so many questions the audited ones stand at random places, so that nobody can tell them.
_BLOCK = 20


@dataclass(slots=True)
class Ticket:
    """A row that one tab of one person holds, and the way it came to be asked."""

    row: int
    annotator: int
    tab: str
    how: str
    strategy: str
    ranking: int
    rank: int
    utility: float | None
    at: float
    expires: float
    # The model's guess is not to be shown.
    hidden: bool

    def to_dict(self) -> dict[str, Any]:
        """Return the ticket as JSON takes it."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def of(cls, told: Any) -> "Ticket | None":
        """Return the ticket that `to_dict` wrote; None for anything else: a lease is a convenience, not a promise."""
        fits = isinstance(told, dict) and told.keys() == set(cls.__slots__) and not misfits(cls, told)
        return cls(**told) if fits else None


class Queue:
    """Hands out rows. Not thread-safe: only the project's writer calls it.

    Parameters
    ----------
    board : Board
    audit_order : ndarray of shape (n_rows,), int64
        All rows by their permanent random number.
    seed : int
        Seed of the project.
    opinions : int, default=1
        Answers by different people wanted per row.
    audit_share : float, default=0.2
        Share of the questions that follow `audit_order`.
    """

    def __init__(
        self, board: Board, audit_order: IntArray, *, seed: int, opinions: int = 1, audit_share: float = 0.2
    ) -> None:
        self.opinions = opinions
        self.audit_share = audit_share
        self.current: CurrentRanking | None = None
        self._board = board
        self._audit_order = audit_order
        self._seed = seed
        # The same tickets by row, and by tab: every request looks for both.
        self._leases: dict[int, list[Ticket]] = {}
        self._tabs: dict[tuple[int, str], dict[int, Ticket]] = {}
        # Questions that are done or held now: one that is let go of gives its place back, so the audit keeps its share
        # of what is answered, not of what was offered.
        self._n_done = board.n_events
        self._n_held = 0
        self._block: tuple[int, float, frozenset[int]] = (-1, audit_share, frozenset())
        self._next_ranked = 0
        self._next_audited = 0

    def use(self, current: CurrentRanking) -> None:
        """Ask by another ranking from now on; what people hold stays theirs."""
        self.current = current
        self._next_ranked = 0

    def reopen(self) -> None:
        """Look from the start again, because rows may be open that were not: an undo, a class that was removed."""
        self._next_ranked = self._next_audited = 0

    def hold(self, annotator: int, tab: str, rows: Iterable[int], now: float) -> None:
        """Renew the leases of a tab on `rows`, take up those that ran out and are still free, let go of the others."""
        wanted = set(rows)
        for ticket in self.held(annotator, tab):
            if ticket.row in wanted:
                ticket.expires = now + LEASE_SECONDS
                wanted.discard(ticket.row)
            else:
                self._drop(ticket)
        for row in wanted:
            if 0 <= row < self._board.n_rows and self._is_open(row, annotator, now):
                # The lease ran out, and its ticket is gone; the log knows which rows the audit drew.
                self._lease(row, annotator, tab, now, how=self._found_how(row))

    def _found_how(self, row: int) -> str:
        if row in self._draws():
            return "certificate"
        return "audit" if row in self._board.drawn else "again" if self._board.n_opinions[row] else "strategy"

    def _draws(self) -> list[int]:
        """Return the draws of a promise that are asked about before all others."""
        pending = self._board.pending
        return [] if pending is None else self._board.standing(pending.id).open.tolist()

    def held(self, annotator: int, tab: str) -> list[Ticket]:
        """Return what a tab holds."""
        return list(self._tabs.get((annotator, tab), {}).values())

    def release(self, annotator: int) -> list[str]:
        """End all leases of a person, and return the tabs that had some."""
        tabs = [tab for who, tab in self._tabs if who == annotator]
        for tab in tabs:
            for ticket in self.held(annotator, tab):
                self._drop(ticket)
        self.reopen()
        return tabs

    def restore(self, tickets: Iterable[Ticket], now: float) -> None:
        """Give tabs back what they held before a restart; they have a lease's time to renew it."""
        for ticket in tickets:
            if 0 <= ticket.row < self._board.n_rows and self._is_open(ticket.row, ticket.annotator, now):
                ticket.expires = now + LEASE_SECONDS
                self._keep(ticket)

    def close(self, row: int, annotator: int) -> Ticket | None:
        """End a lease, because the row was answered or skipped; return it, also if it ran out."""
        for ticket in self._leases.get(row, ()):
            if ticket.annotator == annotator:
                self._drop(ticket)
                self._n_done += 1
                return ticket
        return None

    def take(self, annotator: int, tab: str, want: int, now: float) -> list[Ticket]:
        """Lease the next rows to a tab; fewer than `want` where fewer are left."""
        again = self._again(annotator, now)
        tickets: list[Ticket] = []
        while len(tickets) < want:
            row = next(again, None)
            if row is not None:
                tickets.append(self._lease(row, annotator, tab, now, how="again"))
                continue
            found = self._next(annotator, now)
            if found is None:
                break
            row, how, rank = found
            tickets.append(self._lease(row, annotator, tab, now, how=how, rank=rank))
        return tickets

    def _next(self, annotator: int, now: float) -> tuple[int, str, int] | None:
        """Return the next row, how it came to be asked, and its rank."""
        for number, draw in enumerate(self._draws()):
            if self._is_open(draw, annotator, now):
                return draw, "certificate", number
        ranked = self.current is not None and not self._is_audited_place(self._n_done + self._n_held)
        if ranked:
            rank = self._first_open(self._ranked(), self._next_ranked, annotator, now, to_strategy=True)
            if rank is not None and self.current is not None:
                self._next_ranked = self._advanced(self._ranked(), self._next_ranked)
                how = "initial" if self.current.strategy == "initial" else "strategy"
                return int(self.current.ranking.order[rank]), how, rank
        place = self._first_open(self._audit_order, self._next_audited, annotator, now)
        if place is None:
            return None
        self._next_audited = self._advanced(self._audit_order, self._next_audited)
        return int(self._audit_order[place]), "audit", place

    def _ranked(self) -> IntArray:
        return np.empty(0, np.int64) if self.current is None else self.current.ranking.order

    def _first_open(
        self, order: IntArray, start: int, annotator: int, now: float, *, to_strategy: bool = False
    ) -> int | None:
        # Draws of a promise must be answered without the guess in sight, and so must those of the audit that are open
        # (again, where an answer was taken back); rows that the model has labelled are done, but for the audit, which
        # goes on over all rows.
        pending = self._board.pending if to_strategy else None
        kept = frozenset() if pending is None else frozenset(pending.terms.draws.tolist())
        model_labels, drawn = self._board.model_labels, self._board.drawn
        for place in range(start, order.size):
            row = int(order[place])
            if to_strategy and (model_labels[row] >= 0 or row in kept or row in drawn):
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
        wanted = self.opinions + board.opinions_wanted.get(row, 0)
        done = int(board.n_opinions[row])
        if done >= wanted or row in board.skipped:
            return False
        if done and any(
            board.label_of(act.class_id) >= 0 for who, act in board.answers(row).items() if who == annotator
        ):
            return False
        live = [ticket for ticket in self._leases.get(row, ()) if ticket.expires > now]
        return done + len(live) < wanted and all(ticket.annotator != annotator for ticket in live)

    def _again(self, annotator: int, now: float) -> Iterator[int]:
        """Yield rows that others have answered and that want one more opinion."""
        board = self._board
        rows = {row for row in board.opinions_wanted if board.n_opinions[row]}
        if self.opinions > 1:
            counts = board.n_opinions
            rows |= set(np.flatnonzero((counts > 0) & (counts < self.opinions)).tolist())
        for row in sorted(rows):
            if self._is_open(row, annotator, now):
                yield row

    def _is_audited_place(self, number: int) -> bool:
        block, place = divmod(number, _BLOCK)
        if self._block[:2] != (block, self.audit_share):
            # Fractions are carried over from block to block.
            count = int((block + 1) * _BLOCK * self.audit_share) - int(block * _BLOCK * self.audit_share)
            rng = _random.derive_generator(self._seed, "places of the audit", block)
            places = frozenset(rng.choice(_BLOCK, count, replace=False).tolist())
            self._block = (block, self.audit_share, places)
        return place in self._block[2]

    def _hides_guess(self, row: int, how: str) -> bool:
        """Whether the guess stays hidden: on random rows, second opinions, and as many of the others."""
        if how in ("audit", "again", "certificate"):
            return True
        share = min(1.0, self.audit_share / (1.0 - self.audit_share)) if self.audit_share < 1 else 1.0
        return bool(_random.row_keys(self._seed ^ 0x5EED, np.array([row]))[0] < share)

    def _lease(self, row: int, annotator: int, tab: str, now: float, *, how: str, rank: int = -1) -> Ticket:
        current = self.current
        ticket = Ticket(
            row=row,
            annotator=annotator,
            tab=tab,
            how=how,
            strategy=current.strategy if current is not None and how in ("strategy", "initial") else "",
            ranking=current.version if current is not None else 0,
            rank=rank,
            utility=_finite(current.ranking.utility[row]) if current is not None and how == "strategy" else None,
            at=now,
            expires=now + LEASE_SECONDS,
            hidden=self._hides_guess(row, how),
        )
        for each in list(self._leases.get(row, ())):
            if each.expires <= now:
                self._drop(each)
        self._keep(ticket)
        return ticket

    def _keep(self, ticket: Ticket) -> None:
        self._leases.setdefault(ticket.row, []).append(ticket)
        self._tabs.setdefault((ticket.annotator, ticket.tab), {})[ticket.row] = ticket
        self._n_held += 1

    def _drop(self, ticket: Ticket) -> None:
        self._n_held -= 1
        left = [each for each in self._leases.pop(ticket.row) if each is not ticket]
        if left:
            self._leases[ticket.row] = left
        of_tab = self._tabs[ticket.annotator, ticket.tab]
        del of_tab[ticket.row]
        if not of_tab:
            del self._tabs[ticket.annotator, ticket.tab]


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
