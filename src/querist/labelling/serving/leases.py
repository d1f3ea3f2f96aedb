"""Leases: which rows the tabs of people hold."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from querist.labelling.log.typed import misfits

# A lease that is not renewed ends after this many seconds; the page renews each third of it.
LEASE_SECONDS = 60.0
# A tab that was not heard of for so long, a third more than its page takes to renew, was closed or is out of sight.
# Other people wait for the end of its leases; the same person's next tab does not.
SILENT_SECONDS = 20.0


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
    # The model's guess, and what others said of the row, are not to be shown.
    hidden: bool

    def to_dict(self) -> dict[str, Any]:
        """Return the ticket as JSON takes it."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def of(cls, told: Any) -> "Ticket | None":
        """Return the ticket that `to_dict` wrote; None for anything else: a lease is a convenience, not a promise."""
        fits = isinstance(told, dict) and told.keys() == set(cls.__slots__) and not misfits(cls, told)
        return cls(**told) if fits else None


class Leases:
    """The tickets that are out, by row and by tab: every request looks for both."""

    def __init__(self) -> None:
        self._by_row: dict[int, list[Ticket]] = {}
        self._by_tab: dict[tuple[int, str], dict[int, Ticket]] = {}
        self._by_person: dict[int, int] = {}
        self._heard: dict[tuple[int, str], float] = {}
        # Tabs that were there before a restart, and when that was.
        self._from_before: frozenset[tuple[int, str]] = frozenset()
        self._restarted_at = -np.inf
        # Never changed in place: other threads look.
        self._blind: dict[int, tuple[Ticket, ...]] = {}

    def __len__(self) -> int:
        return sum(self._by_person.values())

    def n_held(self, annotator: int) -> int:
        """Return how many rows a person holds."""
        return self._by_person.get(annotator, 0)

    def heard(self, annotator: int, tab: str, now: float) -> None:
        """Note that a tab has spoken."""
        self._heard[annotator, tab] = now

    def tabs(self) -> frozenset[tuple[int, str]]:
        """Return who has spoken: people and their tabs that hold something."""
        return frozenset(self._heard)

    def restarted(self, tabs: frozenset[tuple[int, str]], now: float) -> None:
        """Note which tabs were there before a restart."""
        self._from_before, self._restarted_at = tabs, now

    def silence(self, annotator: int, tab: str, now: float, *, asked_by: str) -> float:
        """Return for how long a tab has not spoken, to another one of the same person; without end where it never did.

        After a restart a page that comes newly does not wait for those of before; these wait for each other: each may
        be a moment late.
        """
        both = {(annotator, tab), (annotator, asked_by)} <= self._from_before
        return now - self._heard.get((annotator, tab), self._restarted_at if both else -np.inf)

    def of_tab(self, annotator: int, tab: str) -> list[Ticket]:
        """Return what a tab holds."""
        return list(self._by_tab.get((annotator, tab), {}).values())

    def of_person(self, annotator: int) -> list[Ticket]:
        """Return what all tabs of a person hold."""
        return [ticket for (who, _), held in self._by_tab.items() if who == annotator for ticket in held.values()]

    def on(self, row: int) -> list[Ticket]:
        """Return the tickets on a row, ended ones included."""
        return list(self._by_row.get(row, ()))

    def live(self, row: int, now: float) -> list[Ticket]:
        """Return the tickets on a row that have not ended."""
        return [ticket for ticket in self._by_row.get(row, ()) if ticket.expires > now]

    def unseen(self, annotator: int, now: float) -> frozenset[int]:
        """Return the rows that a person holds and is to answer blind; any thread may ask."""
        return frozenset(ticket.row for ticket in self._blind.get(annotator, ()) if ticket.expires > now)

    def keep(self, ticket: Ticket, now: float) -> None:
        """Hand a ticket out; those on its row that have ended go."""
        for each in self.on(ticket.row):
            if each.expires <= now:
                self.drop(each)
        self._by_row.setdefault(ticket.row, []).append(ticket)
        self._by_tab.setdefault((ticket.annotator, ticket.tab), {})[ticket.row] = ticket
        self._by_person[ticket.annotator] = self.n_held(ticket.annotator) + 1
        if ticket.hidden:
            self._blind[ticket.annotator] = (*self._blind.get(ticket.annotator, ()), ticket)

    def drop(self, ticket: Ticket) -> None:
        """Take a ticket back."""
        self._by_person[ticket.annotator] -= 1
        left = [each for each in self._by_row.pop(ticket.row) if each is not ticket]
        if left:
            self._by_row[ticket.row] = left
        of_tab = self._by_tab[ticket.annotator, ticket.tab]
        del of_tab[ticket.row]
        if not of_tab:
            del self._by_tab[ticket.annotator, ticket.tab]
            self._heard.pop((ticket.annotator, ticket.tab), None)
        if ticket.hidden:
            held = self._blind[ticket.annotator]
            self._blind[ticket.annotator] = tuple(each for each in held if each is not ticket)
