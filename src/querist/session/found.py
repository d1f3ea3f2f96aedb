"""What the rows that a session drew at random say of those that it has not read."""

from typing import NamedTuple

import numpy as np

from querist._typing import BoolArray, IntArray
from querist.audit.found_so_far import FoundSoFar, RandomRows, found_so_far
from querist.exceptions import InvalidParameterError
from querist.registry.goals import Goal
from querist.session.audit_trail import AuditTrail
from querist.session.events import Answered, Asked, Released, Reserved, RowsAdded, Skipped, undone
from querist.session.journal import Journal
from querist.session.state import ANSWERED, SKIPPED


def screening(
    journal: Journal, trail: AuditTrail, goal: Goal | None, *, target: float, confidence: float
) -> FoundSoFar:
    """Return where screening stands; see `Session.screening`."""
    if goal is None or goal.relevant is None:
        raise InvalidParameterError(
            "The session does not look for one class, so there is nothing to tell of how much of it was found. Make "
            "it with Session(X, goal='screening', classes=[...])."
        )
    answers = journal.state.answers
    found = np.array([label == goal.relevant for label in answers.labels.tolist()], bool)
    drawn = _from_reserve(journal, trail, found) if trail.is_exchangeable else _since_chosen(journal, found)
    return found_so_far(tuple(np.cumsum(found).tolist()), journal.n_rows, drawn, target=target, confidence=confidence)


def _from_reserve(journal: Journal, trail: AuditTrail, found: BoolArray) -> RandomRows:
    """Return the audit's sample: of all rows that had no answer when rows were set aside and were not given over."""
    before: set[int] = set()
    for event in journal.events:
        if isinstance(event, Reserved):
            break
        if isinstance(event, Answered | Skipped):
            before.update(event.rows.tolist())
    reserve, prefix = trail.reserve, trail.prefix()
    if reserve is not None:
        before.update(reserve.rows[: reserve.n_given].tolist())
    rows = journal.state.answers.rows
    was_before, is_drawn = np.isin(rows, list(before)), np.isin(rows, prefix.rows)
    beside = ~was_before & ~is_drawn
    skipped = journal.state.rows_with(SKIPPED)
    return RandomRows(
        n_left=journal.n_rows - len(before) - int((~np.isin(skipped, list(before))).sum()),
        n_drawn=int(is_drawn.sum()),
        found_drawn=int(found[is_drawn].sum()),
        found_before=int(found[was_before].sum()),
        read_beside=int(beside.sum()),
        found_beside=int(found[beside].sum()),
        n_unclear=prefix.skipped.size,
    )


def _since_chosen(journal: Journal, found: BoolArray) -> RandomRows:
    """Return the rows drawn since the last that was chosen: a simple random sample of those that were left then."""
    run = _last_draws(journal)
    answers, status = journal.state.answers, journal.state.status
    closed = (status[run.draws] == ANSWERED) | (status[run.draws] == SKIPPED)
    # Draws after one that is open wait for it, or those that are answered fast would count for more.
    head = run.draws if closed.all() else run.draws[: closed.argmin()]
    is_before, is_drawn = np.isin(answers.rows, run.read), np.isin(answers.rows, head)
    beside = ~is_before & ~is_drawn
    unclear = int((status[head] == SKIPPED).sum())
    return RandomRows(
        n_left=run.n_left - unclear,
        n_drawn=int(is_drawn.sum()),
        found_drawn=int(found[is_drawn].sum()),
        found_before=int(found[is_before].sum()),
        read_beside=int(beside.sum()),
        found_beside=int(found[beside].sum()),
        n_unclear=unclear,
    )


class _Draws(NamedTuple):
    """Rows drawn in a row, in order; those that were read before, and how many could have been drawn."""

    draws: IntArray
    read: IntArray
    n_left: int


def _last_draws(journal: Journal) -> _Draws:
    """Return the rows drawn at random since the last that was chosen by a strategy or a person."""
    gone = undone(journal.events)
    draws: dict[int, None] = {}
    closed: set[int] = set()
    waiting: set[int] = set()
    n_rows = n_left = 0
    read: set[int] = set()
    for event in journal.events:
        if isinstance(event, RowsAdded):
            n_rows += event.n_rows
            draws = {}
        elif isinstance(event, Answered | Skipped) and event.number not in gone:
            rows = set(event.rows.tolist())
            draws = draws if rows <= draws.keys() else {}
            closed |= rows
            waiting -= rows
        elif isinstance(event, Released):
            waiting -= set(event.rows.tolist())
        elif isinstance(event, Asked):
            rows = set(event.rows.tolist())
            if event.how != "audit":
                draws = draws if not rows else {}
            elif not draws:
                read, n_left = set(closed), n_rows - len(closed | waiting)
            draws |= dict.fromkeys(event.rows.tolist()) if event.how == "audit" else {}
            waiting |= rows
    if not draws:
        read, n_left = closed, n_rows - len(closed)
    return _Draws(np.array(list(draws), np.int64), np.array(sorted(read), np.int64), n_left)
